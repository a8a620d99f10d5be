//! Rename File and Rename Directory.

use azring_emulator_tests::emulator::{Behaviour, CopyBehaviour};

use super::own_share::{OwnShare, SHARE};
use crate::client::Request;

fn rename(own: &OwnShare, source: &str, request: Request) -> Request {
    let url = format!(
        "http://{}/{}/{SHARE}/{source}",
        own.client.address, own.client.account
    );
    request.header("x-ms-file-rename-source", &url)
}

#[test]
fn a_renamed_file_keeps_everything_but_its_name() {
    let own = OwnShare::new();
    own.make_directory("d");
    own.create("f", 3)
        .header("x-ms-meta-k", "v")
        .send()
        .expect(201);
    own.put_range("f", 0, b"abc", 0).send().expect(201);
    let id = |path: &str| {
        let head = own.file("HEAD", path, "").send().expect(200);
        head.header("x-ms-file-id").unwrap().to_owned()
    };
    let before = id("f");
    rename(&own, "f", own.file("PUT", "d/g", "rename"))
        .send()
        .expect(200);
    assert_eq!((id("d/g"), own.bytes("d/g")), (before, b"abc".to_vec()));
    own.file("HEAD", "f", "")
        .send()
        .refused(404, "ResourceNotFound");
    let case = rename(&own, "d/g", own.file("PUT", "d/G", "rename"));
    case.send().expect(200);
    assert_eq!(own.names("d"), ["G"]);
}

#[test]
fn a_rename_replaces_a_file_only_when_it_says_so() {
    let own = OwnShare::new();
    own.put("f", b"new");
    own.put("g", b"old");
    own.make_directory("d");
    let to = |target: &str| rename(&own, "f", own.file("PUT", target, "rename"));
    let replace = "x-ms-file-rename-replace-if-exists";
    to("g").send().refused(409, "ResourceAlreadyExists");
    to("d")
        .header(replace, "true")
        .send()
        .refused(409, "ResourceTypeMismatch");
    let read_only = own
        .file("PUT", "g", "properties")
        .header("x-ms-file-attributes", "ReadOnly");
    read_only.send().expect(200);
    to("g")
        .header(replace, "true")
        .send()
        .refused(409, "ReadOnlyAttribute");
    let ignoring = to("g")
        .header(replace, "true")
        .header("x-ms-file-rename-ignore-readonly", "true");
    ignoring.send().expect(200);
    assert_eq!(own.names(""), ["d", "g"]);
    assert_eq!(own.bytes("g"), b"new");
    let stats = own.share("GET", "stats").send().expect(200);
    assert_eq!(stats.one("ShareUsageBytes"), "3");
}

#[test]
fn a_rename_sets_the_metadata_and_the_content_type_of_the_request() {
    let own = OwnShare::new();
    let create = own.create("f", 1).header("x-ms-meta-old", "1");
    create.send().expect(201);
    rename(&own, "f", own.file("PUT", "g", "rename"))
        .header("x-ms-meta-new", "2")
        .header("x-ms-content-type", "text/x")
        .header("x-ms-file-attributes", "Hidden")
        .send()
        .expect(200);
    let head = own.file("HEAD", "g", "").send().expect(200);
    for (name, value) in [
        ("x-ms-meta-old", None),
        ("x-ms-meta-new", Some("2")),
        ("content-type", Some("text/x")),
        ("x-ms-file-attributes", Some("Hidden")),
    ] {
        assert_eq!(head.header(name), value, "{name}");
    }
}

#[test]
fn a_rename_of_leased_files_names_both_leases() {
    let own = OwnShare::new();
    let leases = ["f", "g"].map(|path| {
        own.put(path, path.as_bytes());
        let lease = own.file("PUT", path, "lease");
        let lease = lease
            .header("x-ms-lease-action", "acquire")
            .header("x-ms-lease-duration", "-1")
            .send()
            .expect(201);
        lease.header("x-ms-lease-id").unwrap().to_owned()
    });
    let replace = rename(&own, "f", own.file("PUT", "g", "rename"));
    let replace = replace.header("x-ms-file-rename-replace-if-exists", "true");
    let of_source = |request: Request| request.header("x-ms-source-lease-id", &leases[0]);
    let of_target = |request: Request| request.header("x-ms-destination-lease-id", &leases[1]);
    for one in [of_source(replace.clone()), of_target(replace.clone())] {
        one.send().refused(412, "LeaseIdMissing");
    }
    of_source(of_target(replace)).send().expect(200);
    assert_eq!(
        (own.names(""), own.bytes("g")),
        (vec!["g".to_owned()], b"f".to_vec())
    );
}

#[test]
fn a_file_into_which_a_copy_is_pending_is_not_renamed() {
    let own = OwnShare::new();
    own.put("f", b"abc");
    own.server.set_behaviour(Behaviour {
        copy: CopyBehaviour {
            pending_polls: 9,
            ..CopyBehaviour::default()
        },
        ..Behaviour::default()
    });
    let source = format!(
        "http://{}/{}/{SHARE}/f",
        own.client.address, own.client.account
    );
    let copy = own.file("PUT", "g", "").header("x-ms-copy-source", &source);
    copy.send().expect(202);
    rename(&own, "g", own.file("PUT", "h", "rename"))
        .send()
        .refused(409, "PendingCopyOperation");
}

#[test]
fn a_file_is_not_renamed_into_another_share() {
    let own = OwnShare::new();
    let create = own.client.put("other").query("restype", "share");
    create.send().expect(201);
    own.put("f", b"abc");
    let moved = rename(&own, "f", own.client.put("other/f").query("comp", "rename"));
    moved.send().refused(400, "InvalidHeaderValue");
    assert_eq!(own.bytes("f"), b"abc");
}

#[test]
fn a_renamed_directory_takes_its_files_along() {
    let own = OwnShare::new();
    for path in ["a", "a/b", "c"] {
        own.make_directory(path);
    }
    own.put("a/b/f", b"deep");
    rename(&own, "a", own.directory("PUT", "c/A2", "rename"))
        .send()
        .expect(200);
    assert_eq!(own.bytes("c/a2/b/f"), b"deep");
    own.directory("GET", "a", "")
        .send()
        .refused(404, "ResourceNotFound");
    let inward = rename(&own, "c", own.directory("PUT", "c/a2/x", "rename"));
    inward.send().refused(400, "InvalidInput");
    let missing = rename(&own, "no", own.directory("PUT", "x", "rename"));
    missing.send().refused(404, "ResourceNotFound");
    let kind = rename(&own, "c", own.file("PUT", "x", "rename"));
    kind.send().refused(409, "ResourceTypeMismatch");
}
