//! The form of refusals, as recordings of the real service show it.

use azring_emulator_tests::emulator::Options;

use super::own;
use crate::client::{Auth, crc64, md5};

const LEASE_ID: &str = "00000000-0000-0000-0000-000000000001";

#[test]
fn a_malformed_snapshot_is_refused_before_the_version_is_known() {
    let (_server, client) = own::with_blob(&Options::default(), "x");
    let refused = client.get("box/b").query("snapshot", "1").send();
    let refused = refused.refused(400, "InvalidQueryParameterValue");
    assert_eq!(refused.header("x-ms-error-code"), None);
    assert_eq!(refused.header("x-ms-version"), None);
    assert_eq!(refused.one("QueryParameterName"), "snapshot");
    assert!(refused.all("Reason").is_empty());
}

#[test]
fn a_credential_that_is_none_is_refused_without_a_version() {
    let (_server, client) = own::with_box(&Options::default());
    let refused = client
        .get("box")
        .query("restype", "container")
        .auth(Auth::Nothing)
        .header("Authorization", "SharedKey nothing")
        .send()
        .refused(400, "InvalidAuthenticationInfo");
    assert_eq!(refused.header("x-ms-version"), None);
}

#[test]
fn lease_refusals_name_the_kind_of_resource() {
    let (_server, client) = own::with_blob(&Options::default(), "x");
    for (path, query, kind) in [("box/b", "", "blob"), ("box", "container", "container")] {
        let lease = |action: &str| {
            let request = client.put(path).query("comp", "lease");
            let request = request.header("x-ms-lease-action", action);
            if query.is_empty() {
                request
            } else {
                request.query("restype", query)
            }
        };
        let refused = lease("renew").header("x-ms-lease-id", LEASE_ID).send();
        let refused = refused.refused(409, "LeaseNotPresentWithLeaseOperation");
        let message = refused.one("Message");
        assert!(
            message.starts_with(&format!("There is currently no lease on the {kind}.")),
            "{message}"
        );
        lease("acquire")
            .header("x-ms-lease-duration", "-1")
            .send()
            .expect(201);
        let delete = client.delete(path);
        let delete = if query.is_empty() {
            delete
        } else {
            delete.query("restype", query)
        };
        let message = delete.send().refused(412, "LeaseIdMissing").one("Message");
        assert!(
            message.contains(&format!("a lease on the {kind} and no")),
            "{message}"
        );
        lease("break").send().expect(202);
    }
}

#[test]
fn checksums_that_differ_are_named_by_their_kind() {
    let (_server, client) = own::with_box(&Options::default());
    let block = |name: &str, value: &str| {
        let request = client
            .put("box/b")
            .query("comp", "block")
            .query("blockid", "MQ==");
        request.header(name, value).body("x").send()
    };
    let refused = block("content-md5", &md5(b"y")).refused(400, "Md5Mismatch");
    assert_eq!(refused.one("UserSpecifiedMd5"), md5(b"y"));
    assert_eq!(refused.one("ServerCalculatedMd5"), md5(b"x"));
    let refused = block("x-ms-content-crc64", &crc64(b"y")).refused(400, "Crc64Mismatch");
    assert_eq!(refused.one("UserSpecifiedCrc"), crc64(b"y"));
    assert_eq!(refused.one("ServerCalculatedCrc"), crc64(b"x"));
}

#[test]
fn policies_are_returned_with_seven_digits_and_without_empty_elements() {
    let (_server, client) = own::with_box(&Options::default());
    let acl = |request: crate::client::Request| {
        request.query("restype", "container").query("comp", "acl")
    };
    let document = "<SignedIdentifiers>\
        <SignedIdentifier><Id>empty</Id><AccessPolicy /></SignedIdentifier>\
        <SignedIdentifier><Id>full</Id><AccessPolicy><Start>2026-01-02</Start>\
        <Expiry>2027-01-02T03:04:05Z</Expiry></AccessPolicy></SignedIdentifier>\
        </SignedIdentifiers>";
    acl(client.put("box")).body(document).send().expect(200);
    let read = acl(client.get("box")).send().expect(200);
    assert_eq!(read.all("Id"), ["empty", "full"]);
    assert_eq!(read.all("AccessPolicy").len(), 1);
    assert_eq!(read.one("Start"), "2026-01-02T00:00:00.0000000Z");
    assert_eq!(read.one("Expiry"), "2027-01-02T03:04:05.0000000Z");
}

#[test]
fn properties_without_a_content_type_clear_it() {
    let (_server, client) = own::with_blob(&Options::default(), "x");
    let set = client.put("box/b").query("comp", "properties");
    set.header("x-ms-blob-content-language", "da")
        .send()
        .expect(200);
    let head = client.head("box/b").send().expect(200);
    assert_eq!(head.header("Content-Type"), None);
    assert_eq!(head.header("Content-Language"), Some("da"));
}

#[test]
fn a_range_that_was_written_and_cleared_since_a_snapshot_is_listed() {
    let (_server, client) = own::with_box(&Options::default());
    client
        .put("box/p")
        .header("x-ms-blob-type", "PageBlob")
        .header("x-ms-blob-content-length", "2048")
        .send()
        .expect(201);
    let taken = client
        .put("box/p")
        .query("comp", "snapshot")
        .send()
        .expect(201);
    let before = taken.header("x-ms-snapshot").unwrap().to_owned();
    let page = |write: &str, range: &str, body: Vec<u8>| {
        let request = client.put("box/p").query("comp", "page");
        let request = request
            .header("x-ms-page-write", write)
            .header("x-ms-range", range);
        request.body(body).send().expect(201)
    };
    page("update", "bytes=0-1535", vec![7; 1536]);
    page("clear", "bytes=512-1023", Vec::new());
    let ranges = client
        .get("box/p")
        .query("comp", "pagelist")
        .query("prevsnapshot", &before)
        .send()
        .expect(200);
    let listed = "<PageRange><Start>0</Start><End>511</End></PageRange>\
        <ClearRange><Start>512</Start><End>1023</End></ClearRange>\
        <PageRange><Start>1024</Start><End>1535</End></PageRange>";
    assert!(ranges.text().contains(listed), "{}", ranges.text());
}

#[test]
fn sequence_numbers_have_a_limit() {
    let (_server, client) = own::with_box(&Options::default());
    let put = client.put("box/p").header("x-ms-blob-type", "PageBlob");
    put.header("x-ms-blob-content-length", "512")
        .send()
        .expect(201);
    let set = |action: &str, number: &str| {
        let set = client.put("box/p").query("comp", "properties");
        let set = set.header("x-ms-sequence-number-action", action);
        set.header("x-ms-blob-sequence-number", number).send()
    };
    for action in ["update", "max"] {
        set(action, "9223372036854775808").refused(400, "InvalidHeaderValue");
    }
    set("update", "9223372036854775807").expect(200);
    let increment = client.put("box/p").query("comp", "properties");
    increment
        .header("x-ms-sequence-number-action", "increment")
        .send()
        .refused(409, "SequenceNumberIncrementTooLarge");
}
