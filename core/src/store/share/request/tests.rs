//! What the reading calls put on the wire, and what is read from their answers.

use std::time::{Duration, UNIX_EPOCH};

use azring_transport::http::Request;

use super::*;
use crate::entry::{ETag, SmbAttributes};
use crate::location::{Access, Location, ShareLocation, parse};
use crate::store::rest::page::Marker;
use crate::store::rest::range::ByteRange;

fn place(suffix: &str) -> ShareLocation {
    let url = format!("https://a.file.core.windows.net/s/d{suffix}");
    match parse(&url, Access::default(), None) {
        Ok(Location::Share(place)) => place,
        other => panic!("{other:?}"),
    }
}

/// Method, path, query and headers, as one text.
fn wire(request: &Request) -> String {
    let query = request.query.iter();
    let query: Vec<String> = query
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let headers = request.headers.iter();
    let headers: Vec<String> = headers
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    format!(
        "{} {}?{} {}",
        request.method,
        request.path,
        query.join("&"),
        headers.join(", ")
    )
}

fn etag() -> ETag {
    ETag("\"0x1\"".into())
}

#[test]
fn a_range_is_requested_without_a_condition_and_pins_the_version() {
    let range = ByteRange::new(0, 4 << 20).unwrap();
    let request = get_file::request(&place(""), "d/a b", range, 8 << 20, &etag(), true);
    assert_eq!(
        wire(&request),
        "GET /s/d/a%20b? x-ms-allow-trailing-dot: true, x-ms-range-get-content-md5: true, range: bytes=0-4194303, x-ms-range: bytes=0-4194303"
    );
    assert_eq!(request.pinned_version.as_deref(), Some("\"0x1\""));
    let range = ByteRange::new(0, (4 << 20) + 1).unwrap();
    let request = get_file::request(&place(""), "d/a", range, 8 << 20, &etag(), true);
    assert_eq!(request.header_value("x-ms-range-get-content-md5"), None);
}

#[test]
fn every_reading_call_names_the_snapshot_of_the_share() {
    let place = place("?sharesnapshot=2020-09-24T08:09:27.0000000Z");
    let range = ByteRange::new(0, 1).unwrap();
    for request in [
        get_file::request(&place, "d/a", range, 1, &etag(), false),
        list_ranges::request(&place, "d/a", range, &etag()),
        list_directory::request(&place, "d", None),
        head_file::request(&place, "d/a"),
    ] {
        let snapshot = ("sharesnapshot", "2020-09-24T08:09:27.0000000Z".to_owned());
        assert!(request.query.contains(&snapshot), "{}", wire(&request));
    }
}

#[test]
fn a_directory_is_listed_with_the_details_that_its_version_has() {
    let after = Marker("1!4!YQ==".into());
    let request = list_directory::request(&place(""), "", Some(&after));
    let wanted =
        "GET /s?restype=directory&comp=list&marker=1!4!YQ==&include=Timestamps,Etag,Attributes";
    assert!(wire(&request).starts_with(wanted), "{}", wire(&request));
    let old = place("");
    old.account()
        .capabilities
        .set_version("2019-12-12".parse().unwrap());
    let request = list_directory::request(&old, "d", None);
    assert_eq!(wire(&request), "GET /s/d?restype=directory&comp=list ");
}

#[test]
fn ranges_are_read_in_bytes_and_cleared_ones_are_left_out() {
    let request = list_ranges::request(
        &place(""),
        "d/a",
        ByteRange::new(512, 512).unwrap(),
        &etag(),
    );
    assert_eq!(
        wire(&request),
        "GET /s/d/a?comp=rangelist x-ms-allow-trailing-dot: true, x-ms-range: bytes=512-1023"
    );
    let body = "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><Ranges><ClearRange><Start>0</Start><End>511</End></ClearRange><Range><Start>512</Start><End>1535</End></Range></Ranges>";
    assert_eq!(list_ranges::parse(body.as_bytes()).unwrap(), [(512, 1024)]);
    assert!(list_ranges::parse(b"<Ranges />").unwrap().is_empty());
    for wrong in [
        "<Start>9</Start><End>8</End>",
        "<Start>9</Start>",
        "<Start>0</Start><End>18446744073709551615</End>",
    ] {
        let body = format!("<Ranges><Range>{wrong}</Range></Ranges>");
        assert!(list_ranges::parse(body.as_bytes()).is_err(), "{wrong}");
    }
}

/// A listing with these entries.
fn listing(entries: &str) -> Vec<u8> {
    format!(
        "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults ServiceEndpoint=\"https://a.file.core.windows.net/\" ShareName=\"s\" DirectoryPath=\"d\"><DirectoryId>13835128424026341376</DirectoryId><Entries>{entries}</Entries><NextMarker>1!4!YQ==</NextMarker></EnumerationResults>"
    )
    .into_bytes()
}

#[test]
fn a_listing_has_directories_and_files_with_their_details() {
    let page = list_directory::parse(&listing(
        "<Directory><Name>sub</Name><FileId>1</FileId><Properties>\
         <CreationTime>1970-01-01T00:00:01.5000000Z</CreationTime>\
         <LastWriteTime>1970-01-01T00:00:02.5000000Z</LastWriteTime></Properties>\
         <Attributes>Hidden | Directory</Attributes></Directory>\
         <File><Name>f.bin</Name><FileId>2</FileId><Properties><Content-Length>1024</Content-Length>\
         <CreationTime>1970-01-01T00:00:01.5000000Z</CreationTime>\
         <LastWriteTime>1970-01-01T00:00:02.5000000Z</LastWriteTime>\
         <Last-Modified>Thu, 16 Aug 2018 15:19:39 GMT</Last-Modified><Etag>\"0x1\"</Etag></Properties>\
         <Attributes>ReadOnly | Archive</Attributes></File>",
    ))
    .unwrap();
    assert_eq!(page.next, Some(Marker("1!4!YQ==".into())));
    assert_eq!(
        (&*page.children[0].name, &page.children[0].file),
        ("sub", &None)
    );
    let directory = page.children[0].directory.as_ref().unwrap();
    assert_eq!(directory.attributes, SmbAttributes::of_words("Hidden"));
    let file = page.children[1].file.as_ref().unwrap();
    assert_eq!((file.bytes, file.etag.clone()), (1024, Some(etag())));
    let written = UNIX_EPOCH + Duration::from_millis(2500);
    assert_eq!(file.modified, Some(written));
    let smb = file.smb.as_ref().unwrap();
    assert!(smb.attributes.has(SmbAttributes::READ_ONLY));
    assert_eq!(smb.last_write, written);
}

#[test]
fn an_old_listing_has_only_lengths() {
    let page = list_directory::parse(&listing(
        "<File><Name>file1</Name><Properties><Content-Length>1024</Content-Length></Properties></File>",
    ))
    .unwrap();
    let file = page.children[0].file.as_ref().unwrap();
    assert_eq!((file.bytes, &file.etag, file.modified), (1024, &None, None));
}

#[test]
fn a_name_that_xml_cannot_carry_is_decoded() {
    let page = list_directory::parse(&listing(
        "<Directory><Name Encoded=\"true\">%EF%BF%BEdir%25</Name><Properties /></Directory>",
    ))
    .unwrap();
    assert_eq!(&*page.children[0].name, "\u{fffe}dir%");
}

#[test]
fn a_listing_that_is_no_listing_or_leads_out_is_refused() {
    let named = |name: &str| {
        let body = listing(&format!(
            "<Directory><Name Encoded=\"true\">{name}</Name><Properties /></Directory>"
        ));
        list_directory::parse(&body).is_err()
    };
    for name in ["", ".", "..", "a%2Fb", "..%2F..%2Fetc", "a%00", "%FF"] {
        assert!(named(name), "{name}");
    }
    assert!(!named("a..b"));
    let whole = listing("<File><Name>f</Name></File>");
    assert!(list_directory::parse(&whole).is_err(), "no length");
    assert!(list_directory::parse(b"<EnumerationResults />").is_err());
    let cut = listing("");
    assert!(list_directory::parse(&cut[..cut.len() - 30]).is_err());
}
