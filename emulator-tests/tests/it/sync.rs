//! `azring sync`: the destination becomes like the source, and a second sync sends nothing.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use azring_emulator_tests::command::{Azring, Folder, Outcome};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::emulator::Server;
use azring_emulator_tests::emulator::clock::pause;
use azring_emulator_tests::rest::{Container, Storage};
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::{Tree, noise};
use rustix::fs::XattrFlags;

use super::two_ends;

/// Operations that change a container or a share.
const WRITES: [&str; 12] = [
    "PutBlob",
    "PutBlock",
    "PutBlockList",
    "PutBlockFromUrl",
    "CopyBlob",
    "SetBlobProperties",
    "SetBlobMetadata",
    "DeleteBlob",
    "SubmitContainerBatch",
    "CreateFile",
    "PutRange",
    "DeleteFile",
];

/// `azring sync FOLDER STORAGE`.
pub(crate) fn up(from: &Path, to: &(impl Storage + ?Sized), words: &[&str]) -> Azring {
    two_ends::up("sync", from, to, words)
}

/// `azring sync STORAGE FOLDER`.
pub(crate) fn down(from: &(impl Storage + ?Sized), to: &Path, words: &[&str]) -> Azring {
    two_ends::down("sync", from, to, words)
}

/// `azring sync STORAGE STORAGE`.
pub(crate) fn between(
    from: &(impl Storage + ?Sized),
    to: &(impl Storage + ?Sized),
    words: &[&str],
) -> Azring {
    two_ends::between("sync", from, to, words)
}

/// Requests that changed something since the counters were reset.
fn writes(server: &Server) -> u64 {
    let counters = &server.watch().counters;
    let each = WRITES.map(|operation| counters.of(operation).requests);
    each.iter().sum()
}

/// Runs a sync that has nothing to do, and checks that it sends no write.
#[track_caller]
fn sends_nothing(server: &Server, sync: Azring, objects: u64) {
    server.watch().counters.reset();
    sync.run().succeeded().counting(0, objects, 0);
    assert_eq!(writes(server), 0);
}

pub(crate) fn set_time(path: &Path, time: SystemTime) {
    let file = fs::File::options().write(true).open(path);
    file.and_then(|file| file.set_modified(time))
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

fn time_of(path: &Path) -> SystemTime {
    let facts = fs::metadata(path).and_then(|facts| facts.modified());
    facts.unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn tree() -> Tree {
    Tree::named(["a", "a-b", "a/c", "a.txt", "b/c/d", "b0", "é/😀"])
        .only(|name| name != "a")
        .with("large", noise(7, 5 << 20))
        .with("empty", "")
}

#[track_caller]
pub(crate) fn says(outcome: &Outcome, text: &str) {
    let all = format!("{}{}", outcome.stdout, outcome.stderr);
    assert!(all.contains(text), "nothing says `{text}`: {outcome}");
}

fn metadata(container: &Container, name: &str) -> String {
    let answer = container
        .ask("HEAD", name, &[], &[], Vec::new())
        .succeeded();
    answer.header("x-ms-meta-mtime").to_owned()
}

#[test]
fn a_folder_goes_up_to_a_container_and_a_second_sync_sends_no_write() {
    let (server, service) = single_account::start();
    let container = service.unmade_container("sync");
    let folder = Folder::new();
    tree().write_to(folder.path());
    let time = UNIX_EPOCH + Duration::new(1_554_917_421, 123_456_789);
    set_time(&folder.join("a.txt"), time);
    let count = tree().len() as u64;
    up(folder.path(), &container, &[])
        .run()
        .succeeded()
        .counting(count, 0, 0);
    assert_same(&tree(), &Tree::get_from(&container));
    assert_eq!(
        metadata(&container, "a.txt"),
        "2019-04-10T17:30:21.123456789Z"
    );
    sends_nothing(&server, up(folder.path(), &container, &[]), count);
}

#[test]
fn blobs_come_down_with_their_true_times_and_a_second_sync_copies_none() {
    let (server, service) = single_account::start();
    let container = service.fresh_container("sync");
    tree().put_into(&container);
    let rclone = [("x-ms-meta-mtime", "2019-04-10T17:30:21.123456789Z")];
    container.put_with("by-rclone", "x", &rclone);
    let azcopy = [("x-ms-meta-modtime", "1554917421123456789")];
    container.put_with("by-azcopy", "x", &azcopy);
    let folder = Folder::new();
    let count = tree().len() as u64 + 2;
    down(&container, folder.path(), &[])
        .run()
        .succeeded()
        .counting(count, 0, 0);
    assert_same(&Tree::get_from(&container), &Tree::read_from(folder.path()));
    let time = UNIX_EPOCH + Duration::new(1_554_917_421, 123_456_789);
    assert_eq!(time_of(&folder.join("by-rclone")), time);
    assert_eq!(time_of(&folder.join("by-azcopy")), time);
    sends_nothing(&server, down(&container, folder.path(), &[]), count);
    assert_eq!(server.watch().counters.of("GetBlob").requests, 0);
}

#[test]
fn containers_are_compared_and_copied_by_the_service() {
    let (server, service) = single_account::start();
    let (one, other) = (
        service.fresh_container("one"),
        service.fresh_container("other"),
    );
    let folder = Folder::new();
    tree().write_to(folder.path());
    up(folder.path(), &one, &[]).run().succeeded();
    other.put("superfluous", "x");
    let count = tree().len() as u64;
    let words = ["/Delete:on"];
    between(&one, &other, &words)
        .run()
        .succeeded()
        .counting(count, 0, 0);
    assert_same(&tree(), &Tree::get_from(&other));
    sends_nothing(&server, between(&one, &other, &words), count);
    // The times travelled too: nothing is to do between the copy and the folder.
    sends_nothing(&server, up(folder.path(), &other, &words), count);
}

#[test]
fn a_folder_goes_to_a_share_and_back_with_its_times() {
    let (server, service) = single_account::start_for_files();
    let share = service.unmade_share("sync");
    let (folder, back) = (Folder::new(), Folder::new());
    let tree = Tree::named(["A", "a-b", "d/c", "d.txt", "b/c/d", "b0", "é/x"]);
    tree.write_to(folder.path());
    let time = UNIX_EPOCH + Duration::new(1_554_917_421, 123_456_700);
    set_time(&folder.join("d.txt"), time);
    let count = tree.len() as u64;
    up(folder.path(), &share, &[])
        .run()
        .succeeded()
        .counting(count, 0, 0);
    assert_same(&tree, &Tree::get_from(&share));
    sends_nothing(&server, up(folder.path(), &share, &[]), count);
    share.put("superfluous", "x");
    up(folder.path(), &share, &["/Delete:on"]).run().succeeded();
    assert_same(&tree, &Tree::get_from(&share));
    down(&share, back.path(), &[])
        .run()
        .succeeded()
        .counting(count, 0, 0);
    assert_same(&tree, &Tree::read_from(back.path()));
    assert_eq!(time_of(&back.join("d.txt")), time);
    sends_nothing(&server, down(&share, back.path(), &[]), count);
}

#[test]
fn a_file_of_another_spelling_in_a_share_is_the_same_file() {
    let (_server, service) = single_account::start_for_files();
    let share = service.fresh_share("sync");
    share.put("readme.TXT", "old, and longer");
    let folder = Folder::new();
    Tree::new()
        .with("README.txt", "new")
        .write_to(folder.path());
    up(folder.path(), &share, &["/Delete:on"]).run().succeeded();
    assert_eq!(share.names(), ["readme.TXT"]);
    assert_eq!(share.get("readme.TXT"), b"new");
}

#[test]
fn a_file_that_would_get_another_name_fails_if_a_blob_has_its_own() {
    let (_server, service) = single_account::start();
    let container = service.fresh_container("sync");
    container.put(r"a\b", "old");
    let folder = Folder::new();
    Tree::new().with(r"a\b", "new").write_to(folder.path());
    let run = up(folder.path(), &container, &["/Compare:size"]).run();
    says(&run.failed().counting(0, 0, 1), "would become `a/b`");
}

#[test]
fn what_differs_is_copied_also_an_older_file_and_nothing_else() {
    let (_server, service) = single_account::start();
    let container = service.fresh_container("sync");
    let folder = Folder::new();
    let all = Tree::named(["same", "longer", "older", "newer"]);
    all.write_to(folder.path());
    up(folder.path(), &container, &[]).run().succeeded();
    let long_ago = UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    let soon = SystemTime::now() + Duration::from_hours(1);
    for (name, bytes, time) in [
        ("longer", "longer than it was before\n", SystemTime::now()),
        ("older", "WHAT IS IN OLDER\n", long_ago),
        ("newer", "WHAT IS IN NEWER\n", soon),
    ] {
        fs::write(folder.join(name), bytes).expect("it can be written");
        set_time(&folder.join(name), time);
    }
    up(folder.path(), &container, &[])
        .run()
        .succeeded()
        .counting(3, 1, 0);
    assert_same(&Tree::read_from(folder.path()), &Tree::get_from(&container));
}

#[test]
fn only_the_time_is_set_where_the_content_is_equal() {
    let (server, service) = single_account::start();
    let container = service.fresh_container("sync");
    let (folder, back) = (Folder::new(), Folder::new());
    Tree::named(["a", "b"]).write_to(folder.path());
    up(folder.path(), &container, &[]).run().succeeded();
    down(&container, back.path(), &[]).run().succeeded();
    let time = UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    set_time(&folder.join("a"), time);
    server.watch().counters.reset();
    let outcome = up(folder.path(), &container, &[]).run().succeeded();
    says(&outcome, "Times set:               1");
    assert_eq!(server.watch().counters.of("SetBlobMetadata").requests, 1);
    assert_eq!(writes(&server), 1);
    assert_eq!(metadata(&container, "a"), "2001-09-09T01:46:40.000000000Z");
    sends_nothing(&server, up(folder.path(), &container, &[]), 2);
    // The same the other way round.
    server.watch().counters.reset();
    down(&container, back.path(), &[])
        .run()
        .succeeded()
        .counting(0, 2, 0);
    assert_eq!(server.watch().counters.of("GetBlob").requests, 0);
    assert_eq!(time_of(&back.join("a")), time);
}

#[test]
fn a_cut_object_is_copied_again_whatever_its_time() {
    let (_server, service) = single_account::start();
    let container = service.fresh_container("sync");
    let folder = Folder::new();
    Tree::named(["a"]).write_to(folder.path());
    container.put("a", "what");
    set_time(
        &folder.join("a"),
        UNIX_EPOCH + Duration::from_secs(1_000_000_000),
    );
    up(folder.path(), &container, &[])
        .run()
        .succeeded()
        .counting(1, 0, 0);
    assert_same(&Tree::named(["a"]), &Tree::get_from(&container));
}

#[test]
fn contents_are_compared_by_their_md5_if_that_is_wanted() {
    let (_server, service) = single_account::start();
    let container = service.fresh_container("sync");
    let folder = Folder::new();
    Tree::named(["a", "b"]).write_to(folder.path());
    up(folder.path(), &container, &[]).run().succeeded();
    let time = time_of(&folder.join("a"));
    fs::write(folder.join("a"), "WHAT IS IN A\n").expect("it can be written");
    set_time(&folder.join("a"), time);
    up(folder.path(), &container, &[])
        .run()
        .succeeded()
        .counting(0, 2, 0);
    up(folder.path(), &container, &["/Compare:size"])
        .run()
        .succeeded()
        .counting(0, 2, 0);
    up(folder.path(), &container, &["/Compare:hash"])
        .run()
        .succeeded()
        .counting(1, 1, 0);
    assert_eq!(container.get("a"), b"WHAT IS IN A\n");
    up(folder.path(), &container, &["/Compare:always"])
        .run()
        .succeeded()
        .counting(2, 0, 0);
}

#[test]
fn a_dry_run_says_what_it_would_do_and_does_nothing() {
    let (server, service) = single_account::start();
    let container = service.fresh_container("sync");
    let folder = Folder::new();
    Tree::named(["same", "size", "time"]).write_to(folder.path());
    up(folder.path(), &container, &[]).run().succeeded();
    container.put("gone", "x");
    fs::write(folder.join("size"), "12").expect("it can be written");
    Tree::named(["new"]).write_to(folder.path());
    set_time(
        &folder.join("time"),
        UNIX_EPOCH + Duration::from_secs(1_000_000_000),
    );
    server.watch().counters.reset();
    let outcome = up(folder.path(), &container, &["/Delete:on", "/L"])
        .run()
        .succeeded();
    for line in [
        "copy     new        new                15\n",
        "copy     size       size               16 -> 2\n",
        "touch    time       time\n",
        "delete   gone       gone               etag 0x",
        "Would be deleted:        1",
    ] {
        says(&outcome, line);
    }
    assert_eq!(writes(&server), 0);
    assert_eq!(container.names(), ["gone", "same", "size", "time"]);
}

#[test]
fn a_sync_of_an_object_or_of_a_place_within_the_other_is_refused() {
    let (_server, service) = single_account::start();
    let container = service.fresh_container("sync");
    container.put("d/e/x", "x");
    let folder = Folder::new();
    Tree::named(["a"]).write_to(folder.path());
    let outcome = up(&folder.join("a"), &container, &["/Delete:on"]).run();
    outcome.refused().naming(&["a single object"]);
    let url = |path: &str| format!("{}/{path}", container.url());
    for (source, target) in [("d", "d/e"), ("d/e", "d"), ("", "d")] {
        let outcome = Azring::new()
            .args(["sync", &url(source), &url(target)])
            .source_key(container.account())
            .dest_key(container.account())
            .args(["/SourceType:Blob", "/DestType:Blob", "/Delete:on"])
            .run();
        outcome.refused().naming(&["overlap"]);
    }
    assert_eq!(container.names(), ["d/e/x"]);
}

#[test]
fn records_and_ledger_name_what_was_deleted() {
    let (_server, service) = single_account::start();
    let container = service.fresh_container("sync");
    let folder = Folder::new();
    Tree::named(["a"]).write_to(folder.path());
    container.put("gone", "x");
    let ledger = folder.path().join("ledger.json");
    let word = format!("/Ledger:{}", ledger.display());
    let outcome = up(
        folder.path(),
        &container,
        &["/Delete:on", "/Output:json", &word],
    )
    .run()
    .succeeded();
    let text = fs::read_to_string(&ledger).expect("the ledger was written");
    for records in [&text, &outcome.stdout] {
        assert!(
            records.contains(r#""name":"gone","outcome":"deleted""#),
            "{records}"
        );
    }
    says(&outcome, r#""deleted":1"#);
    // The ledger is a file of this run, and no object.
    assert_eq!(container.names(), ["a"]);
}

#[test]
fn an_interrupted_sync_goes_on_with_the_same_command_and_deletes_then() {
    let (server, service) = single_account::start();
    let container = service.fresh_container("sync");
    let (folder, home) = (Folder::new(), Folder::new());
    let all = tree().with("z/large", noise(9, 12 << 20));
    all.write_to(folder.path());
    for n in 0..20 {
        container.put(&format!("gone/{n}"), "x");
    }
    let journal = format!("/Z:{}", home.path().display());
    let words = ["/Delete:on", "/NC:2", &*journal];
    server.set_faults(r#"{"when":{"method":"PUT"},"then":{"delay_ms":20}}"#);
    let mut run = up(folder.path(), &container, &words).launch();
    let counters = &server.watch().counters;
    run.wait_until(|| counters.of("PutBlock").requests >= 2);
    run.kill();
    assert_eq!(counters.of("SubmitContainerBatch").requests, 0);
    server.clear_faults();
    up(folder.path(), &container, &words).run().succeeded();
    assert_same(&all, &Tree::get_from(&container));
}

/// `user.azring.md5` of a file whose content has this MD5, as it would be remembered now.
fn remember(path: &Path, md5: &str) {
    let facts = fs::metadata(path).expect("it is there");
    let modified = facts.mtime() * 1_000_000_000 + facts.mtime_nsec();
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.expect("it is after 1970").as_nanos();
    let text = format!("1 {} {modified} {now} {md5}", facts.len());
    rustix::fs::setxattr(
        path,
        "user.azring.md5",
        text.as_bytes(),
        XattrFlags::empty(),
    )
    .expect("the file system has attributes");
}

#[test]
fn a_comparison_of_contents_reads_a_file_once_until_it_changes() {
    let (_server, service) = single_account::start();
    let container = service.fresh_container("sync");
    let folder = Folder::new();
    fs::write(folder.join("a"), "first").expect("it can be written");
    let compare = || up(folder.path(), &container, &["/Compare:hash"]).run();
    compare().succeeded().counting(1, 0, 0);
    compare().succeeded().counting(0, 1, 0);
    // What is remembered decides: with another MD5 the file looks changed.
    remember(&folder.join("a"), &"00".repeat(16));
    compare().succeeded().counting(1, 0, 0);
    rustix::fs::removexattr(folder.join("a"), "user.azring.md5").expect("it is there");
    // The same length and time, another content.
    compare().succeeded().counting(0, 1, 0);
    let time = time_of(&folder.join("a"));
    pause(Duration::from_millis(50));
    fs::write(folder.join("a"), "other").expect("it can be written");
    set_time(&folder.join("a"), time);
    compare().succeeded().counting(1, 0, 0);
    assert_eq!(container.get("a"), b"other");
}
