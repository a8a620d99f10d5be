//! What is asked for a page, and what is read from one: real pages, broken ones, generated ones.

use std::fmt::Write as _;
use std::time::{Duration, UNIX_EPOCH};

use proptest::prelude::*;
use quick_xml::escape::escape;

use super::*;
use crate::Error;
use crate::location::{Access, Location, parse as parse_location};

fn parse_stored(body: &[u8]) -> Result<ListedPage<ListedBlob>> {
    let parts = BlobParts {
        carries: true,
        ..BlobParts::default()
    };
    parse_until(body, parts, |_| false)
}

fn place() -> BlobLocation {
    match parse_location(
        "http://127.0.0.1:10000/acct/cont/vd",
        Access::default(),
        None,
    ) {
        Ok(Location::Blob(place)) => place,
        other => panic!("{other:?}"),
    }
}

/// A page in the words of the real service: one line, a byte order mark, entity tags without quotes.
const REAL: &str = "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults ServiceEndpoint=\"https://a.blob.core.windows.net/\" ContainerName=\"c\"><Prefix>vd/</Prefix><MaxResults>5000</MaxResults><Delimiter>/</Delimiter><Blobs><Blob><Name>vd/a &amp; b.txt</Name><Properties><Creation-Time>Thu, 16 Aug 2018 15:19:30 GMT</Creation-Time><Last-Modified>Thu, 16 Aug 2018 15:19:39 GMT</Last-Modified><Etag>0x8D60B2A1F2C2C00</Etag><Content-Length>1048576</Content-Length><Content-Type>text/plain</Content-Type><Content-Encoding /><Content-MD5>1B2M2Y8AsgTpgAmY7PhCfg==</Content-MD5><BlobType>BlockBlob</BlobType><LeaseStatus>unlocked</LeaseStatus></Properties><Metadata /></Blob><Blob><Name Encoded=\"true\">vd%2F%EF%BF%BE%2520</Name><Snapshot>2018-08-16T15:19:39.1234567Z</Snapshot><Properties><Last-Modified>Thu, 16 Aug 2018 15:19:39 GMT</Last-Modified><Etag>\"0x1\"</Etag><Content-Length>0</Content-Length><BlobType>PageBlob</BlobType></Properties><Metadata><Hdi_IsFolder>True</Hdi_IsFolder></Metadata><OrMetadata /></Blob><BlobPrefix><Name>vd/sub/</Name></BlobPrefix></Blobs><NextMarker>2!92!MDAw</NextMarker></EnumerationResults>";

#[test]
fn a_real_page_is_read() {
    let page = parse(REAL.as_bytes()).unwrap();
    let modified = UNIX_EPOCH + Duration::from_secs(1_534_432_779);
    assert_eq!(
        page.entries,
        [
            ListedBlob {
                name: "vd/a & b.txt".into(),
                bytes: 1 << 20,
                modified,
                etag: ETag("\"0x8D60B2A1F2C2C00\"".into()),
                md5: decode_md5("1B2M2Y8AsgTpgAmY7PhCfg=="),
                blob_type: Some(BlobType::Block),
                snapshot: None,
                is_folder: false,
                has_resource_type: false,
                archive: None,
                version: None,
                carried: None,
            },
            ListedBlob {
                name: "vd/\u{fffe}%20".into(),
                bytes: 0,
                modified,
                etag: ETag("\"0x1\"".into()),
                md5: None,
                blob_type: Some(BlobType::Page),
                snapshot: Some("2018-08-16T15:19:39.1234567Z".into()),
                is_folder: true,
                has_resource_type: false,
                archive: None,
                version: None,
                carried: None,
            },
        ]
    );
    assert_eq!(page.prefixes, ["vd/sub/"]);
    assert_eq!(page.next, Some(Marker("2!92!MDAw".into())));
}

#[test]
fn an_empty_page_is_a_page() {
    let page = parse(b"<EnumerationResults><Blobs/><NextMarker/></EnumerationResults>").unwrap();
    assert!(page.entries.is_empty() && page.prefixes.is_empty());
    assert_eq!(page.next, None);
}

/// A page with one blob, of the given elements.
fn page_of(blob: &str) -> String {
    format!("<EnumerationResults><Blobs><Blob>{blob}</Blob></Blobs></EnumerationResults>")
}

const DATED: &str = "<Last-Modified>Thu, 16 Aug 2018 15:19:39 GMT</Last-Modified><Etag>x</Etag>";

#[test]
fn what_has_bytes_is_no_directory_whatever_its_metadata_says() {
    let page = page_of(&format!(
        "<Name>x</Name><Properties>{DATED}<Content-Length>1</Content-Length></Properties><Metadata><hdi_isfolder>true</hdi_isfolder></Metadata>"
    ));
    assert!(!parse(page.as_bytes()).unwrap().entries[0].is_folder);
}

#[test]
fn a_directory_of_a_hierarchical_account_is_a_directory() {
    let page = page_of(&format!(
        "<Name>x</Name><Properties>{DATED}<ResourceType>directory</ResourceType><Content-Length>0</Content-Length></Properties>"
    ));
    let found = &parse(page.as_bytes()).unwrap().entries[0];
    assert!(found.is_folder && found.has_resource_type);
}

#[test]
fn a_page_that_leaves_something_out_is_refused() {
    for (blob, says) in [
        (format!("<Properties>{DATED}<Content-Length>1</Content-Length></Properties>"), "has no name"),
        (format!("<Name></Name><Properties>{DATED}<Content-Length>1</Content-Length></Properties>"), "has 0 bytes"),
        (format!("<Name>{}</Name>", "x".repeat(4097)), "has 4097 bytes"),
        ("<Name Encoded=\"true\">%zz</Name>".into(), "percent-encoded"),
        (format!("<Name>x</Name><Properties>{DATED}</Properties>"), "`x` without a length"),
        (format!("<Name>x</Name><Properties>{DATED}<Content-Length>-1</Content-Length></Properties>"), "without a length"),
        ("<Name>x</Name><Properties><Etag>x</Etag><Content-Length>1</Content-Length></Properties>".into(), "without a date"),
        ("<Name>x</Name><Properties><Last-Modified>Thu, 16 Aug 2018 15:19:39 GMT</Last-Modified><Content-Length>1</Content-Length></Properties>".into(), "without an ETag"),
    ] {
        let error = parse(page_of(&blob).as_bytes()).unwrap_err();
        assert!(matches!(error, Error::Transport(_)));
        assert!(error.to_string().contains(says), "{blob}: {error}");
    }
}

#[test]
fn a_page_of_more_than_was_asked_for_is_refused() {
    let blob = format!(
        "<Blob><Name>x</Name><Properties>{DATED}<Content-Length>1</Content-Length></Properties></Blob>"
    );
    let page = |count: usize| {
        format!(
            "<EnumerationResults><Blobs>{}</Blobs></EnumerationResults>",
            blob.repeat(count)
        )
    };
    assert_eq!(parse(page(5000).as_bytes()).unwrap().entries.len(), 5000);
    assert!(parse(page(5002).as_bytes()).is_err());
}

#[test]
fn a_listing_asks_for_what_it_wants_and_sends_no_empty_value() {
    let plain = request(&place(), &PageRequest::default());
    assert_eq!(plain.path, "/acct/cont");
    assert_eq!(
        plain.query,
        [
            ("restype", "container".to_owned()),
            ("comp", "list".to_owned())
        ]
    );
    let marker = Marker("a b".into());
    let full = request(
        &place(),
        &PageRequest {
            prefix: "vd/",
            delimiter: Some("/"),
            after: Some(&marker),
            entries_max: Some(9000),
            metadata: true,
            ..PageRequest::default()
        },
    );
    let rest: Vec<(&str, &str)> = full.query[2..]
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    assert_eq!(
        rest,
        [
            ("prefix", "vd/"),
            ("delimiter", "/"),
            ("marker", "a b"),
            ("include", "metadata"),
            ("maxresults", "5000")
        ]
    );
}

/// Any blob, and the element that describes it.
fn any_blob() -> impl Strategy<Value = ListedBlob> {
    (
        "[^\0\r\u{1}-\u{8}\u{b}-\u{1f}\u{fffe}\u{ffff}]{1,20}",
        any::<u64>(),
        0u64..253_402_300_799,
        "[!#-~]{0,12}",
        proptest::option::of(any::<[u8; 16]>()),
        proptest::option::of("[0-9TZ:.-]{1,28}"),
        any::<bool>(),
    )
        .prop_map(
            |(name, bytes, seconds, etag, md5, snapshot, is_folder)| ListedBlob {
                name: name.into(),
                bytes,
                modified: UNIX_EPOCH + Duration::from_secs(seconds),
                etag: ETag(format!("\"{etag}\"")),
                md5,
                blob_type: Some(BlobType::Append),
                snapshot: snapshot.map(Into::into),
                is_folder: is_folder && bytes == 0,
                has_resource_type: false,
                archive: None,
                version: None,
                carried: None,
            },
        )
}

fn written(blob: &ListedBlob) -> String {
    use base64::Engine as _;
    let mut xml = String::from("\n<Blob>");
    write!(xml, "<Name>{}</Name>", escape(&*blob.name)).unwrap();
    if let Some(snapshot) = &blob.snapshot {
        write!(xml, "<Snapshot>{snapshot}</Snapshot>").unwrap();
    }
    write!(
        xml,
        "<Properties><Last-Modified>{}</Last-Modified><Etag>{}</Etag><Content-Length>{}</Content-Length><BlobType>AppendBlob</BlobType>",
        date::format(blob.modified),
        escape(blob.etag.0.as_str()),
        blob.bytes
    )
    .unwrap();
    if let Some(md5) = blob.md5 {
        let md5 = base64::engine::general_purpose::STANDARD.encode(md5);
        write!(xml, "<Content-MD5>{md5}</Content-MD5>").unwrap();
    }
    write!(
        xml,
        "</Properties><Metadata><hdi_isfolder>{}</hdi_isfolder></Metadata></Blob>",
        blob.is_folder
    )
    .unwrap();
    xml
}

proptest! {
    #[test]
    fn a_page_reads_back_as_it_was_written(
        blobs in prop::collection::vec(any_blob(), 0..8),
        prefixes in prop::collection::vec("[a-z<&>]{1,5}/", 0..3),
        marker in proptest::option::of("[ -~]{1,20}"),
    ) {
        let mut xml = String::from("<?xml version=\"1.0\"?>\n<EnumerationResults>\n<Blobs>");
        xml.extend(blobs.iter().map(written));
        for prefix in &prefixes {
            write!(xml, "<BlobPrefix><Name>{}</Name></BlobPrefix>", escape(prefix)).unwrap();
        }
        xml.push_str("</Blobs>");
        if let Some(marker) = &marker {
            write!(xml, "<NextMarker>{}</NextMarker>", escape(marker)).unwrap();
        }
        xml.push_str("</EnumerationResults>");
        let page = parse(xml.as_bytes()).unwrap();
        prop_assert_eq!(page.entries, blobs);
        prop_assert_eq!(page.prefixes, prefixes);
        prop_assert_eq!(page.next, marker.map(Marker));
    }

    #[test]
    fn a_damaged_page_is_a_page_or_an_error(at in any::<prop::sample::Index>(), bytes in prop::collection::vec(any::<u8>(), 0..6), cut in 0usize..20) {
        let mut page = REAL.as_bytes().to_vec();
        let at = at.index(page.len());
        let end = (at + cut).min(page.len());
        page.splice(at..end, bytes);
        let _ = parse(&page);
    }
}

#[test]
fn what_is_stored_beside_the_bytes_is_read_where_it_is_wanted() {
    let body = "<EnumerationResults><Blobs><Blob><Name>a</Name><Properties><Last-Modified>Thu, 16 Aug 2018 15:19:39 GMT</Last-Modified><Etag>0x1</Etag><Content-Length>1</Content-Length><Content-Type>text/plain</Content-Type><Content-Encoding /><Cache-Control>no-store</Cache-Control></Properties><Metadata><Colour>blue &amp; green</Colour></Metadata></Blob></Blobs></EnumerationResults>";
    let carried = ObjectProperties {
        content_type: Some("text/plain".into()),
        cache_control: Some("no-store".into()),
        metadata: vec![("Colour".into(), "blue & green".into())],
        ..ObjectProperties::default()
    };
    let page = parse_stored(body.as_bytes()).unwrap();
    assert_eq!(page.entries[0].carried.as_deref(), Some(&carried));
    assert_eq!(parse(body.as_bytes()).unwrap().entries[0].carried, None);
}
