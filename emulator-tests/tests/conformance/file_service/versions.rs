//! What answers of older versions lack, and what they require.

use azring_emulator_tests::emulator::{Behaviour, FileMode};

use super::own_share::OwnShare;

#[test]
fn old_versions_know_nothing_of_smb() {
    let own = OwnShare::new();
    let create = own.create("f", 3).header("x-ms-version", "2018-11-09");
    let created = create.send().expect(201);
    assert!(
        !created
            .headers
            .iter()
            .any(|(name, _)| name.starts_with("x-ms-file-"))
    );
    let head = own
        .file("HEAD", "f", "")
        .header("x-ms-version", "2018-11-09");
    let reply = head.send().expect(200);
    assert_eq!(reply.header("x-ms-lease-state"), None);
    assert_eq!(reply.header("x-ms-file-attributes"), None);
    let share = own
        .share("GET", "")
        .header("x-ms-version", "2018-11-09")
        .send()
        .expect(200);
    assert_eq!(share.header("x-ms-has-legal-hold"), Some("false"));
    assert_eq!(share.header("x-ms-access-tier"), None);
    let list = own
        .directory("GET", "", "list")
        .header("x-ms-version", "2018-11-09");
    assert!(list.send().expect(200).all("FileId").is_empty());
}

#[test]
fn versions_from_2019_02_02_to_2021_06_08_require_smb_headers() {
    let own = OwnShare::new();
    let create = |version: &str| own.create("f", 3).header("x-ms-version", version);
    create("2020-10-02")
        .send()
        .refused(400, "MissingRequiredHeader");
    let whole = create("2020-10-02").header("x-ms-file-permission", "Inherit");
    let whole = whole
        .header("x-ms-file-attributes", "None")
        .header("x-ms-file-creation-time", "now");
    let reply = whole
        .header("x-ms-file-last-write-time", "now")
        .send()
        .expect(201);
    assert_eq!(reply.header("x-ms-file-attributes"), Some("Archive"));
    create("2021-06-08").send().expect(201);
    create("2018-03-28").send().expect(201);
    own.server.set_behaviour(Behaviour {
        file_mode: FileMode::Peer,
        ..Behaviour::default()
    });
    create("2020-10-02").send().expect(201);
}

#[test]
fn conditions_are_refused_or_ignored_by_the_mode() {
    let own = OwnShare::new();
    own.put("f", b"abc");
    let get = || {
        own.file("GET", "f", "")
            .header("If-Match", "\"0x1\"")
            .send()
    };
    get().refused(400, "ConditionHeadersNotSupported");
    own.server.set_behaviour(Behaviour {
        file_mode: FileMode::Peer,
        ..Behaviour::default()
    });
    assert_eq!(get().expect(200).body, b"abc");
}

#[test]
fn calls_and_parameters_begin_with_their_version() {
    let own = OwnShare::new();
    let list = |version: &str| {
        own.directory("GET", "", "list")
            .header("x-ms-version", version)
    };
    list("2015-12-11")
        .query("prefix", "a")
        .send()
        .refused(400, "UnsupportedQueryParameter");
    list("2016-05-31").query("prefix", "a").send().expect(200);
    list("2019-12-12")
        .query("include", "Etag")
        .send()
        .refused(400, "UnsupportedQueryParameter");
    let snapshot = "2017-07-19T06:53:46.0000000Z";
    list("2016-05-31")
        .query("sharesnapshot", snapshot)
        .send()
        .refused(400, "UnsupportedQueryParameter");
    list("2012-02-12").send().refused(400, "InvalidHeaderValue");
    let set = own
        .directory("PUT", "", "properties")
        .header("x-ms-version", "2018-11-09");
    set.send().refused(400, "InvalidQueryParameterValue");
}

#[test]
fn headers_of_features_that_shares_do_not_have_are_refused() {
    let own = OwnShare::new();
    own.put("f", b"abc");
    for (name, value) in [("x-ms-mode", "0755"), ("x-ms-owner", "0")] {
        let put = own.put_range("f", 0, b"xyz", 0).header(name, value);
        put.send().refused(400, "UnsupportedHeader");
        let create = own.create("g", 3).header(name, value);
        create.send().refused(400, "UnsupportedHeader");
    }
    let set = own.share("PUT", "properties");
    set.header("x-ms-share-provisioned-iops", "1000")
        .send()
        .refused(400, "UnsupportedHeader");
    assert_eq!(own.bytes("f"), b"abc");
    own.file("HEAD", "g", "").send().expect(404);
}
