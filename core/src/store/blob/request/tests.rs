//! What each call puts on the wire, and what is read from its answer.

use azring_transport::http::Request;
use bytes::Bytes;

use super::*;
use crate::entry::{ETag, ObjectProperties};
use crate::location::{Access, BlobLocation, Location, parse};
use crate::store::blob::block_id::BlockIds;
use crate::store::blob::properties::Stored;
use crate::store::rest::checksum::Check;
use crate::store::rest::conditions::Condition;
use crate::store::rest::range::ByteRange;

const NAME: &str = "vd/a b+c%.txt";
const PATH: &str = "/c/vd/a%20b%2Bc%25.txt";

fn place() -> BlobLocation {
    match parse(
        "https://a.blob.core.windows.net/c/vd",
        Access::default(),
        None,
    ) {
        Ok(Location::Blob(place)) => place,
        other => panic!("{other:?}"),
    }
}

/// Method, path, query and headers, as one text.
fn wire(request: &Request) -> String {
    let query: Vec<String> = request
        .query
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let headers: Vec<String> = request
        .headers
        .iter()
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

fn body(request: &Request) -> String {
    let bytes = request.payload.pieces().concat();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn container_calls_name_the_container_and_its_type() {
    assert_eq!(
        wire(&create_container::request(&place())),
        "PUT /c?restype=container "
    );
    assert_eq!(
        wire(&get_container_properties::request(&place())),
        "HEAD /c?restype=container "
    );
}

#[test]
fn a_blob_goes_up_whole_with_one_checksum_and_its_properties() {
    let stored = Stored {
        content_type: Some("text/plain"),
        md5: Some([0; 16]),
        ..Stored::default()
    };
    let check = Check::Crc64(0xAE8B_1486_0A79_9888);
    let request = put_blob::request(
        &place(),
        NAME,
        Bytes::from_static(b"123456789"),
        check,
        stored,
        Condition::Missing,
    );
    assert_eq!(
        wire(&request),
        format!(
            "PUT {PATH}? x-ms-blob-type: BlockBlob, x-ms-content-crc64: iJh5CoYUi64=, x-ms-blob-content-type: text/plain, x-ms-blob-content-md5: AAAAAAAAAAAAAAAAAAAAAA==, if-none-match: *"
        )
    );
    assert_eq!(body(&request), "123456789");
}

#[test]
fn without_wishes_nothing_but_the_type_is_sent() {
    let request = put_blob::request(
        &place(),
        NAME,
        Bytes::new(),
        Check::None,
        Stored::default(),
        Condition::Always,
    );
    assert_eq!(
        wire(&request),
        format!("PUT {PATH}? x-ms-blob-type: BlockBlob")
    );
    assert_eq!(request.payload.bytes(), 0);
}

#[test]
fn a_block_carries_its_id_and_its_checksum() {
    let id = BlockIds::new(NAME, 9, 4, 0).id(1);
    let request = put_block::request(
        &place(),
        NAME,
        &id,
        Bytes::from_static(b"x"),
        Check::Md5([0; 16]),
    );
    assert_eq!(
        wire(&request),
        format!(
            "PUT {PATH}?comp=block&blockid={} content-md5: AAAAAAAAAAAAAAAAAAAAAA==",
            id.as_str()
        )
    );
}

#[test]
fn a_block_list_names_the_blocks_in_order() {
    let ids = BlockIds::new(NAME, 9, 4, 0);
    let etag = ETag("\"0x1\"".into());
    let request = put_block_list::request(
        &place(),
        NAME,
        (0..2).map(|index| ids.id(index)),
        Stored::default(),
        Condition::Unchanged(&etag),
    );
    assert_eq!(
        wire(&request),
        format!("PUT {PATH}?comp=blocklist content-type: application/xml, if-match: \"0x1\"")
    );
    assert_eq!(
        body(&request),
        format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList><Latest>{}</Latest><Latest>{}</Latest></BlockList>",
            ids.id(0).as_str(),
            ids.id(1).as_str()
        )
    );
}

#[test]
fn a_range_is_pinned_to_the_version_and_checked_where_the_service_can() {
    let etag = ETag("\"0x1\"".into());
    let range = |bytes| ByteRange::new(4, bytes);
    let small = get_blob::request(
        &place(),
        NAME,
        range(4 << 20),
        Some(1 << 30),
        Condition::Unchanged(&etag),
        true,
    );
    assert_eq!(
        wire(&small),
        format!(
            "GET {PATH}? x-ms-range-get-content-crc64: true, range: bytes=4-4194307, x-ms-range: bytes=4-4194307, if-match: \"0x1\""
        )
    );
    let large = get_blob::request(
        &place(),
        NAME,
        range((4 << 20) + 1),
        None,
        Condition::Always,
        true,
    );
    assert_eq!(
        wire(&large),
        format!("GET {PATH}? range: bytes=4-4194308, x-ms-range: bytes=4-4194308")
    );
    let whole = get_blob::request(&place(), NAME, None, None, Condition::Always, true);
    assert_eq!(wire(&whole), format!("GET {PATH}? "));
}

#[test]
fn a_blob_is_looked_at_and_deleted_by_its_path() {
    assert_eq!(
        wire(&head_blob::request(&place(), "../x")),
        "HEAD /c/%2E%2E/x? "
    );
}

#[test]
fn a_block_list_is_asked_for_and_read() {
    assert_eq!(
        wire(&get_block_list::request(&place(), NAME)),
        format!("GET {PATH}?comp=blocklist&blocklisttype=all ")
    );
    let list = get_block_list::parse(
        b"\xef\xbb\xbf<?xml version=\"1.0\"?><BlockList><CommittedBlocks><Block><Name>QQ==</Name><Size>4194304</Size></Block></CommittedBlocks><UncommittedBlocks><Block><Name>Qg==</Name><Size>1</Size></Block><Block><Name>Qw==</Name><Size>2</Size></Block></UncommittedBlocks></BlockList>",
    )
    .unwrap();
    assert_eq!(list.committed.len(), 1);
    assert_eq!(
        (list.committed[0].id.as_str(), list.committed[0].bytes),
        ("QQ==", 4 << 20)
    );
    assert_eq!(
        (list.uncommitted[1].id.as_str(), list.uncommitted[1].bytes),
        ("Qw==", 2)
    );
    assert!(get_block_list::parse(b"<BlockList><CommittedBlocks><Block><Name>QQ==</Name></Block></CommittedBlocks></BlockList>").is_err());
}

#[test]
fn a_page_blob_is_made_at_its_length_and_written_in_ranges() {
    let stored = Stored {
        content_type: Some("a/b"),
        ..Stored::default()
    };
    assert_eq!(
        wire(&create_blob::request(
            &place(),
            NAME,
            create_blob::CreatedForm::Pages {
                bytes: 1 << 40,
                sequence: 7
            },
            stored,
            Condition::Missing
        )),
        format!(
            "PUT {PATH}? x-ms-blob-type: PageBlob, x-ms-blob-content-length: 1099511627776, x-ms-blob-sequence-number: 7, x-ms-blob-content-type: a/b, if-none-match: *"
        )
    );
    let page = put_page::request(
        &place(),
        NAME,
        ByteRange::new(512, 512).unwrap(),
        Bytes::from(vec![7; 512]),
        Check::Crc64(0xAE8B_1486_0A79_9888),
        Some(7),
    );
    assert_eq!(
        wire(&page),
        format!(
            "PUT {PATH}?comp=page x-ms-page-write: update, x-ms-range: bytes=512-1023, x-ms-if-sequence-number-eq: 7, x-ms-content-crc64: iJh5CoYUi64="
        )
    );
    assert_eq!(page.payload.bytes(), 512);
    assert_eq!(
        wire(&set_blob_properties::request(
            &place(),
            NAME,
            stored,
            Condition::Always
        )),
        format!("PUT {PATH}?comp=properties x-ms-blob-content-type: a/b")
    );
}

#[test]
fn page_ranges_are_asked_for_and_read_without_what_was_cleared() {
    let range = ByteRange::new(0, 1024).unwrap();
    assert_eq!(
        wire(&get_page_ranges::request(
            &place(),
            NAME,
            range,
            None,
            Condition::Always
        )),
        format!("GET {PATH}?comp=pagelist x-ms-range: bytes=0-1023")
    );
    let list = get_page_ranges::parse(
        b"<?xml version=\"1.0\"?><PageList><PageRange><Start>0</Start><End>511</End></PageRange><ClearRange><Start>512</Start><End>1023</End></ClearRange><PageRange><Start>4096</Start><End>8191</End></PageRange><NextMarker>m</NextMarker></PageList>",
    )
    .unwrap();
    assert_eq!(list.ranges, [(0, 512), (4096, 4096)]);
    assert_eq!(list.next.map(|marker| marker.0).as_deref(), Some("m"));
    for wrong in [
        "<Start>512</Start><End>0</End>",
        "<Start>0</Start>",
        "<Start>-1</Start><End>1</End>",
        "<Start>0</Start><End>18446744073709551615</End>",
    ] {
        let body = format!("<PageList><PageRange>{wrong}</PageRange></PageList>");
        assert!(get_page_ranges::parse(body.as_bytes()).is_err(), "{wrong}");
    }
}

#[test]
fn an_appended_block_says_where_it_belongs() {
    let request = append_block::request(
        &place(),
        NAME,
        4096,
        Bytes::from_static(b"x"),
        Check::Md5([0; 16]),
        Condition::Unchanged(&ETag("\"0x1\"".into())),
    );
    assert_eq!(
        wire(&request),
        format!(
            "PUT {PATH}?comp=appendblock x-ms-blob-condition-appendpos: 4096, content-md5: AAAAAAAAAAAAAAAAAAAAAA==, if-match: \"0x1\""
        )
    );
    assert_eq!(
        wire(&create_blob::request(
            &place(),
            NAME,
            create_blob::CreatedForm::Appended,
            Stored::default(),
            Condition::Always
        )),
        format!("PUT {PATH}? x-ms-blob-type: AppendBlob")
    );
}

#[test]
fn a_copy_stores_what_its_source_stored() {
    let carried = ObjectProperties {
        content_type: Some("text/plain".into()),
        content_language: Some("de".into()),
        metadata: vec![("Colour".into(), "blue green".into())],
        ..ObjectProperties::default()
    };
    let stored = Stored {
        carried: Some(&carried),
        ..Stored::default()
    };
    assert_eq!(
        wire(&create_blob::request(
            &place(),
            NAME,
            create_blob::CreatedForm::Appended,
            stored,
            Condition::Always
        )),
        format!(
            "PUT {PATH}? x-ms-blob-type: AppendBlob, x-ms-blob-content-type: text/plain, x-ms-blob-content-language: de, x-ms-meta-Colour: blue green"
        )
    );
}
