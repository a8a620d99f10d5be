//! `azring verify`: what differs or is missing is listed, and nothing is written.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use azring_emulator_tests::azurite;
use azring_emulator_tests::command::{Azring, Folder, Outcome};
use azring_emulator_tests::rest::Storage;
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::{Tree, noise};

use super::sync::says;
use super::two_ends;

/// `azring verify FOLDER FOLDER`.
fn folders(one: &Path, other: &Path, words: &[&str]) -> Azring {
    Azring::new().arg("verify").arg(one).arg(other).args(words)
}

/// `azring verify FOLDER STORAGE`.
fn local(from: &Path, to: &(impl Storage + ?Sized), words: &[&str]) -> Azring {
    two_ends::up("verify", from, to, words)
}

/// `azring verify STORAGE STORAGE`.
fn services(
    from: &(impl Storage + ?Sized),
    to: &(impl Storage + ?Sized),
    words: &[&str],
) -> Azring {
    two_ends::between("verify", from, to, words)
}

fn tree() -> Tree {
    Tree::named(["a.txt", "b/c", "b/d/e", "é/😀"])
        .with("large", noise(7, (9 << 20) + 3))
        .with("empty", "")
}

/// The same with a byte that differs, another length, and one object more and one less.
fn changed() -> Tree {
    let mut large = noise(7, (9 << 20) + 3);
    large[(5 << 20) + 77] ^= 1;
    tree()
        .only(|name| name != "b/c")
        .with("large", large)
        .with("a.txt", "another length")
        .with("only-there", "x")
}

/// The lines of the objects that differ.
fn lines(outcome: &Outcome) -> Vec<&str> {
    let all = outcome.stdout.lines();
    all.filter(|line| line.contains(": differs") || line.contains(": only at"))
        .collect()
}

#[track_caller]
fn tells_every_difference(outcome: &Outcome) {
    let mut found = lines(outcome);
    found.sort_unstable();
    let expected = [
        "a.txt: differs size 17 -> 14",
        "b/c: only at source",
        "large: differs bytes at 5242957",
        "only-there: only at destination",
    ];
    assert_eq!(found, expected, "{outcome}");
    says(outcome, "The two sides differ.");
    says(outcome, "Equal:               3 (");
}

#[test]
fn two_folders_are_compared_byte_by_byte() {
    let (one, other) = (Folder::new(), Folder::new());
    tree().write_to(one.path());
    tree().write_to(other.path());
    let outcome = folders(one.path(), other.path(), &[]).run().succeeded();
    says(&outcome, "Both sides have the same.");
    assert!(lines(&outcome).is_empty(), "{outcome}");
    let third = Folder::new();
    changed().write_to(third.path());
    let outcome = folders(one.path(), third.path(), &[]).run().failed();
    tells_every_difference(&outcome);
}

#[test]
fn a_folder_is_compared_with_a_container_and_nothing_is_written() {
    let (server, service) = single_account::start();
    let container = service.fresh_container("verify");
    let folder = Folder::new();
    tree().write_to(folder.path());
    tree().put_into(&container);
    local(folder.path(), &container, &[]).run().succeeded();
    let other = service.fresh_container("other");
    changed().put_into(&other);
    server.watch().counters.reset();
    let outcome = local(folder.path(), &other, &[]).run().failed();
    tells_every_difference(&outcome);
    for operation in [
        "PutBlob",
        "PutBlock",
        "PutBlockList",
        "DeleteBlob",
        "SetBlobMetadata",
    ] {
        assert_eq!(server.watch().counters.of(operation).requests, 0);
    }
}

#[test]
fn a_share_is_compared_with_a_folder_and_with_a_share() {
    let (_server, service) = single_account::start_for_files();
    let (share, other) = (service.fresh_share("one"), service.fresh_share("other"));
    let folder = Folder::new();
    tree().write_to(folder.path());
    tree().put_into(&share);
    changed().put_into(&other);
    local(folder.path(), &share, &[]).run().succeeded();
    services(&share, &share, &[]).run().succeeded();
    let outcome = services(&share, &other, &[]).run().failed();
    tells_every_difference(&outcome);
}

#[test]
fn stored_md5s_decide_between_services_unless_both_are_to_be_read() {
    let (server, service) = single_account::start();
    let (one, other) = (
        service.fresh_container("one"),
        service.fresh_container("two"),
    );
    // The emulator stores the MD5 that is given, as the service does.
    let right = azring_emulator_tests::rest::content_md5(b"abc");
    let headers = [("x-ms-blob-content-md5", right.as_str())];
    one.put_with("a", "abc", &headers);
    other.put_with("a", "abc", &headers);
    server.watch().counters.reset();
    services(&one, &other, &[]).run().succeeded();
    assert_eq!(server.watch().counters.of("GetBlob").requests, 0);
    services(&one, &other, &["/By:read"]).run().succeeded();
    assert!(server.watch().counters.of("GetBlob").requests >= 2);
    let wrong = azring_emulator_tests::rest::content_md5(b"xyz");
    other.put_with("b", "xyz", &[("x-ms-blob-content-md5", wrong.as_str())]);
    one.put_with("b", "abc", &headers);
    let outcome = services(&one, &other, &[]).run().failed();
    assert_eq!(lines(&outcome), ["b: differs MD5"]);
    let outcome = services(&one, &other, &["/By:read"]).run().failed();
    assert_eq!(lines(&outcome), ["b: differs bytes at 0"]);
    services(&one, &other, &["/By:size"]).run().succeeded();
}

#[test]
fn by_md5_an_object_without_one_is_a_failure() {
    let (_server, service) = single_account::start();
    let container = service.fresh_container("verify");
    let folder = Folder::new();
    // The service computes the MD5 of a blob that comes in one piece.
    Tree::new()
        .with("a", noise(1, 9 << 20))
        .write_to(folder.path());
    up_without_md5(folder.path(), &container);
    let outcome = local(folder.path(), &container, &["/By:md5"]).run();
    outcome
        .failed()
        .naming(&["a: ", "no stored MD5 at the destination"]);
    local(folder.path(), &container, &[]).run().succeeded();
}

/// Copies the folder and stores no MD5.
fn up_without_md5(folder: &Path, to: &(impl Storage + ?Sized)) {
    Azring::upload(folder, to)
        .args(["/S", "/Y", "/MD5:off"])
        .run()
        .succeeded();
}

#[test]
fn a_single_object_is_compared_with_one_object_or_within_a_folder() {
    let (_server, service) = single_account::start();
    let container = service.fresh_container("verify");
    container.put("new.txt", "abc");
    container.put("a.txt", "abd");
    let folder = Folder::new();
    fs::write(folder.join("a.txt"), "abc").expect("ours");
    let with = |url: String| {
        Azring::new()
            .arg("verify")
            .arg(folder.join("a.txt"))
            .arg(url)
            .dest_key(container.account())
            .arg("/DestType:Blob")
            .run()
    };
    with(format!("{}/new.txt", container.url())).succeeded();
    let outcome = with(container.url()).failed();
    assert_eq!(lines(&outcome), ["a.txt: differs bytes at 2"]);
    let outcome = with(format!("{}/empty/", container.url())).failed();
    assert_eq!(lines(&outcome), ["a.txt: only at source"]);
}

#[test]
fn a_pattern_concerns_both_sides() {
    let (one, other) = (Folder::new(), Folder::new());
    Tree::named(["a.txt", "b.log"]).write_to(one.path());
    Tree::named(["a.txt", "c.log"]).write_to(other.path());
    let words = ["/Pattern:*.txt"];
    folders(one.path(), other.path(), &words).run().succeeded();
    folders(one.path(), other.path(), &[]).run().failed();
}

#[test]
fn what_cannot_be_listed_or_read_is_no_success() {
    let (server, service) = single_account::start();
    let container = service.fresh_container("verify");
    let folder = Folder::new();
    Tree::named(["a", "d/x"]).write_to(folder.path());
    Tree::named(["a", "d/x"]).put_into(&container);
    let rule = r#"{"when":{"method":"GET","path":"*/a"},"then":{"answer":{"status":403,"code":"AuthorizationPermissionMismatch"}}}"#;
    server.set_faults(rule);
    let outcome = local(folder.path(), &container, &["/By:read"]).run();
    says(&outcome.failed(), "Not compared:        1");
    server.clear_faults();
    let everybody = fs::Permissions::from_mode(0o777);
    fs::set_permissions(folder.path(), everybody).expect("ours");
    let closed = folder.join("d");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).expect("ours");
    let outcome = local(folder.path(), &container, &[])
        .as_ordinary_user()
        .run();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o755)).expect("ours");
    outcome.failed().naming(&["d"]);
    fs::remove_file(folder.join("a")).expect("ours");
    symlink("nowhere", folder.join("a")).expect("ours");
    let outcome = local(folder.path(), &container, &[]).run().failed();
    outcome.naming(&["a: ", "cannot be examined"]);
    local(&folder.join("missing"), &container, &[])
        .run()
        .failed();
}

#[test]
fn the_records_name_every_outcome() {
    let (one, other, state) = (Folder::new(), Folder::new(), Folder::new());
    tree().write_to(one.path());
    changed().write_to(other.path());
    let ledger = state.join("ledger.ndjson");
    let words = ["--output=json"];
    let outcome = Azring::new()
        .arg("verify")
        .args([one.path(), other.path()])
        .args(words)
        .arg(format!("--ledger={}", ledger.display()))
        .run()
        .failed();
    let written = fs::read_to_string(&ledger).expect("the ledger is ours");
    for (name, outcomes) in [("standard output", &outcome.stdout), ("ledger", &written)] {
        let count = |word: &str| outcomes.matches(&format!(r#""outcome":"{word}""#)).count();
        let words = ["equal", "differs", "only_at_source", "only_at_destination"];
        assert_eq!(words.map(count), [3, 2, 1, 1], "{name}");
    }
}

#[test]
fn azurites_blobs_are_compared_too() {
    let service = azurite::shared().blob_service();
    let container = service.fresh_container("verify");
    let folder = Folder::new();
    let small = tree().only(|name| name != "large");
    small.put_into(&container);
    small.write_to(folder.path());
    local(folder.path(), &container, &[]).run().succeeded();
    container.put("b/c", "x");
    let outcome = local(folder.path(), &container, &[]).run().failed();
    assert_eq!(lines(&outcome).len(), 1, "{outcome}");
}
