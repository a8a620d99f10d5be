//! Answers to older API versions: headers and elements that they do not have, as recordings of the
//! real service show.

use azring_emulator_tests::emulator::Options;

use super::own;
use crate::client::Auth;

#[test]
fn headers_of_a_blob_appear_with_their_versions() {
    let (_server, client) = own::with_blob(&Options::default(), "x");
    for (version, created, encrypted, tier) in [
        ("2015-02-21", false, false, false),
        ("2015-12-11", false, true, false),
        ("2017-04-17", false, true, true),
        ("2017-11-09", true, true, true),
    ] {
        let head = client.head("box/b").header("x-ms-version", version).send();
        let head = head.expect(200);
        assert_eq!(
            head.header("x-ms-creation-time").is_some(),
            created,
            "{version}"
        );
        assert_eq!(
            head.header("x-ms-server-encrypted").is_some(),
            encrypted,
            "{version}"
        );
        assert_eq!(head.header("x-ms-access-tier").is_some(), tier, "{version}");
        let list = client
            .get("box")
            .query("restype", "container")
            .query("comp", "list")
            .header("x-ms-version", version)
            .send()
            .expect(200);
        assert_eq!(!list.all("Creation-Time").is_empty(), created, "{version}");
        assert_eq!(
            !list.all("ServerEncrypted").is_empty(),
            encrypted,
            "{version}"
        );
        assert_eq!(!list.all("AccessTier").is_empty(), tier, "{version}");
    }
}

#[test]
fn snapshots_have_a_tier_since_2019_12_12() {
    let (_server, client) = own::with_blob(&Options::default(), "x");
    let taken = client
        .put("box/b")
        .query("comp", "snapshot")
        .send()
        .expect(201);
    let time = taken.header("x-ms-snapshot").unwrap().to_owned();
    for (version, has_tier) in [("2018-11-09", false), ("2019-12-12", true)] {
        let head = client
            .head("box/b")
            .query("snapshot", &time)
            .header("x-ms-version", version)
            .send()
            .expect(200);
        assert_eq!(
            head.header("x-ms-access-tier").is_some(),
            has_tier,
            "{version}"
        );
        let list = client
            .get("box")
            .query("restype", "container")
            .query("comp", "list")
            .query("include", "snapshots")
            .header("x-ms-version", version)
            .send()
            .expect(200);
        assert_eq!(
            list.all("AccessTier").len(),
            1 + usize::from(has_tier),
            "{version}"
        );
    }
}

#[test]
fn a_block_list_is_answered_with_the_checksum_of_its_version() {
    let (_server, client) = own::with_blob(&Options::default(), "x");
    for (version, md5, crc64) in [("2018-11-09", true, false), ("2019-02-02", false, true)] {
        let commit = client
            .put("box/list")
            .query("comp", "blocklist")
            .header("x-ms-version", version)
            .body("<BlockList></BlockList>")
            .send()
            .expect(201);
        assert_eq!(commit.header("Content-MD5").is_some(), md5, "{version}");
        assert_eq!(
            commit.header("x-ms-content-crc64").is_some(),
            crc64,
            "{version}"
        );
    }
    let given = crate::client::md5(b"<BlockList></BlockList>");
    let commit = client
        .put("box/list")
        .query("comp", "blocklist")
        .header("content-md5", &given)
        .body("<BlockList></BlockList>")
        .send()
        .expect(201);
    assert_eq!(commit.header("Content-MD5"), Some(given.as_str()));
    assert_eq!(commit.header("x-ms-content-crc64"), None);
}

#[test]
fn put_blob_names_both_checksums_since_2019_02_02() {
    let (_server, client) = own::with_blob(&Options::default(), "x");
    for (version, crc64) in [("2018-11-09", false), ("2019-02-02", true)] {
        let put = client
            .put("box/b")
            .header("x-ms-blob-type", "BlockBlob")
            .header("x-ms-version", version)
            .body("x")
            .send()
            .expect(201);
        assert_eq!(
            put.header("Content-MD5"),
            Some(crate::client::md5(b"x").as_str())
        );
        let expected = crc64.then(|| crate::client::crc64(b"x"));
        assert_eq!(
            put.header("x-ms-content-crc64"),
            expected.as_deref(),
            "{version}"
        );
    }
}

#[test]
fn requests_without_a_version_have_the_default_one() {
    let (_server, client) = own::start(&Options::default());
    client
        .put("open")
        .query("restype", "container")
        .header("x-ms-blob-public-access", "blob")
        .send()
        .expect(201);
    client
        .put("open/b")
        .header("x-ms-blob-type", "BlockBlob")
        .body("x")
        .send()
        .expect(201);
    let anonymous = |path: &str| {
        let request = client.get(path).auth(Auth::Nothing);
        request.without("x-ms-version").send()
    };
    let set = |version: &str| {
        let section = format!("<DefaultServiceVersion>{version}</DefaultServiceVersion>");
        own::set_service_properties(&client, &section)
    };
    assert_eq!(
        anonymous("open/b").expect(200).header("x-ms-version"),
        Some("2009-09-19")
    );
    set("2014-02-14").expect(202);
    let read = anonymous("open/b").expect(200);
    assert_eq!(read.header("x-ms-version"), Some("2014-02-14"));
    assert_eq!(read.header("x-ms-creation-time"), None);
    // Before 2017-07-29 the code of a refusal is in its document only.
    let refused = anonymous("open/none").refused(404, "BlobNotFound");
    assert_eq!(refused.header("x-ms-error-code"), None);
    assert_eq!(set("soon").status, 400);
}

#[test]
fn listings_without_a_version_have_the_elements_of_the_default_one() {
    let (_server, client) = own::with_blob(&Options::default(), "hello");
    let put = client
        .put("box")
        .query("restype", "container")
        .query("comp", "acl");
    let put = put.header("x-ms-blob-public-access", "container");
    put.send().expect(200);
    let list = || {
        let list = client.get("box").query("restype", "container");
        let list = list.query("comp", "list").auth(Auth::Nothing);
        list.without("x-ms-version").send().expect(200).text()
    };
    assert!(!list().contains("Content-CRC64"));
    let version = "<DefaultServiceVersion>2021-12-02</DefaultServiceVersion>";
    own::set_service_properties(&client, version).expect(202);
    assert!(list().contains("Content-CRC64"));
}

#[test]
fn writes_and_reads_of_old_versions_have_no_newer_headers() {
    let (_server, client) = own::with_blob(&Options::default(), "x");
    let put = |version: &str| {
        client
            .put("box/b")
            .header("x-ms-blob-type", "BlockBlob")
            .header("x-ms-tags", "a=b")
            .header("x-ms-version", version)
            .body("x")
            .send()
            .expect(201)
    };
    let (old, new) = (put("2015-02-21"), put("2019-12-12"));
    assert_eq!(old.header("x-ms-request-server-encrypted"), None);
    assert_eq!(new.header("x-ms-request-server-encrypted"), Some("true"));
    let tags = |version: &str| {
        let head = client.head("box/b").header("x-ms-version", version);
        head.send()
            .expect(200)
            .header("x-ms-tag-count")
            .map(str::to_owned)
    };
    assert_eq!(tags("2019-07-07"), None);
    assert_eq!(tags("2019-12-12").as_deref(), Some("1"));
}
