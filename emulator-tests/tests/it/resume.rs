//! A run that ended early goes on when the same command is given again: with what was left to do, and nothing else.
//!
//! The runs are brought to a stop at a known place: the service leaves one request without an answer.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use azring_emulator_tests::account::Account;
use azring_emulator_tests::background_run::BackgroundRun;
use azring_emulator_tests::command::{Azring, Folder, Outcome};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::emulator::clock::pause;
use azring_emulator_tests::emulator::{Behaviour, ListingBehaviour, Server};
use azring_emulator_tests::journal::{self, count_records, journals_below};
use azring_emulator_tests::rest::Container;
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::{Tree, names_below, noise};
use rustix::process::Signal;

/// Four blocks or ranges, the last one short.
const LARGE_BYTES: usize = (12 << 20) + 12_345;

/// A service, a folder on this side, a container on the other, and a place for journals.
struct World {
    server: Server,
    here: Folder,
    there: Container,
    state: Folder,
    words: Vec<&'static str>,
    goes_up: bool,
}

impl World {
    fn new(goes_up: bool) -> Self {
        let (server, service) = single_account::start();
        Self {
            server,
            here: Folder::new(),
            there: service.fresh_container("resume"),
            state: Folder::new(),
            // One request at a time: what came before the one without an answer is done.
            words: vec!["/S", "/Y", "/NC:1"],
            goes_up,
        }
    }

    /// These files go up.
    fn up(tree: &Tree) -> Self {
        let world = Self::new(true);
        tree.write_to(world.here.path());
        world
    }

    /// These blobs come down.
    fn down(tree: &Tree) -> Self {
        let world = Self::new(false);
        tree.put_into(&world.there);
        world
    }

    fn with(mut self, words: &[&'static str]) -> Self {
        self.words.extend(words);
        self
    }

    fn command(&self) -> Azring {
        let account = &Account::development();
        let copy = if self.goes_up {
            let copy = Azring::copy(self.here.path(), self.there.url());
            copy.dest_key(account).arg("/DestType:Blob")
        } else {
            let copy = Azring::copy(self.there.url(), self.here.path());
            copy.source_key(account).arg("/SourceType:Blob")
        };
        copy.args(&self.words)
            .env("XDG_STATE_HOME", self.state.path())
    }

    /// From here on the requests that the rule means are treated like this.
    fn set_faults(&self, when: &str, then: &str) {
        let rule = format!(r#"{{ "when": {when}, "then": {then} }}"#);
        self.server.set_faults(&rule);
        self.server.watch().counters.reset();
    }

    fn clear_faults(&self) {
        self.server.clear_faults();
        self.server.watch().counters.reset();
    }

    /// Starts a run and waits until it has met the fault.
    fn start_until_stuck(&self, when: &str, then: &str) -> BackgroundRun {
        self.set_faults(when, then);
        let mut running = self.command().launch();
        running.wait_for_faults(&self.server);
        running
    }

    /// A run that is killed when it has met the fault, and its journal says that the large object was begun.
    fn is_killed(&self, when: &str, then: &str) {
        self.is_killed_with(when, then, journal::STARTED, 1);
    }

    /// A run that is killed when it has met the fault, and its journal has so many records of a type.
    fn is_killed_with(&self, when: &str, then: &str, record_type: u8, records: usize) {
        let mut running = self.start_until_stuck(when, then);
        running.wait_until(|| count_records(self.state.path(), record_type) >= records);
        assert!(running.kill(), "it was killed");
        self.clear_faults();
    }

    fn requests(&self, operation: &str) -> u64 {
        self.server.watch().counters.of(operation).requests
    }

    fn journals(&self) -> usize {
        journals_below(self.state.path()).len()
    }

    /// The second run succeeds and counts so many objects as done and skipped in all; nothing is left of the first.
    fn goes_on(&self, done: u64, skipped: u64) -> Outcome {
        let outcome = self.command().run().succeeded().counting(done, skipped, 0);
        assert_eq!(self.journals(), 0, "the journal goes with success");
        outcome
    }
}

fn large() -> Tree {
    Tree::new().with("large", noise(7, LARGE_BYTES))
}

const THIRD_BLOCK: &str =
    r#"{ "method": "PUT", "path": "*/large", "query": "*comp=block&*", "hits": [3] }"#;
const THIRD_RANGE: &str = r#"{ "method": "GET", "path": "*/large", "hits": [3] }"#;
const SILENCE: &str = r#"{ "blackhole": true }"#;

#[test]
fn only_the_blocks_that_are_missing_are_sent() {
    let world = World::up(&large());
    world.is_killed(THIRD_BLOCK, SILENCE);
    assert_eq!(world.journals(), 1);
    world.goes_on(1, 0);
    assert_eq!(world.requests("PutBlock"), 2);
    assert_same(&large(), &Tree::get_from(&world.there));
    let stored = &world.there.list()["large"];
    assert!(
        !stored.content_md5.is_empty(),
        "the MD5 of the whole is stored"
    );
}

#[test]
fn blocks_that_the_service_dropped_between_two_runs_are_sent_again() {
    let world = World::up(&large());
    world.is_killed(THIRD_BLOCK, SILENCE);
    // Any commit drops what it does not name.
    let empty = "<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList></BlockList>";
    let list = [("comp", "blocklist")];
    world
        .there
        .ask("PUT", "large", &list, &[], empty)
        .succeeded();
    world.clear_faults();
    world.goes_on(1, 0);
    assert_eq!(world.requests("PutBlock"), 4);
    assert_same(&large(), &Tree::get_from(&world.there));
}

#[test]
fn a_commit_whose_answer_never_came_is_recognised_by_the_next_run() {
    let world = World::up(&large());
    let mut running = world.start_until_stuck(
        r#"{ "method": "PUT", "query": "*comp=blocklist*", "hits": [1] }"#,
        r#"{ "lose_answer": true, "how": "blackhole" }"#,
    );
    running.wait_until(|| !world.there.names().is_empty());
    running.wait_until(|| count_records(world.state.path(), journal::STARTED) > 0);
    assert!(running.kill());
    world.clear_faults();
    world.goes_on(1, 0);
    assert_eq!(
        [world.requests("PutBlock"), world.requests("PutBlockList")],
        [0, 0]
    );
    assert_same(&large(), &Tree::get_from(&world.there));
}

#[test]
fn a_file_that_changed_between_two_runs_is_sent_from_its_beginning() {
    let world = World::up(&large());
    world.is_killed(THIRD_BLOCK, SILENCE);
    let other = Tree::new().with("large", noise(8, LARGE_BYTES));
    other.write_to(world.here.path());
    world.goes_on(1, 0);
    assert_eq!(world.requests("PutBlock"), 4);
    assert_same(&other, &Tree::get_from(&world.there));
}

#[test]
fn a_blob_that_changed_between_two_runs_is_fetched_from_its_beginning() {
    let world = World::down(&large());
    world.is_killed(THIRD_RANGE, SILENCE);
    let other = Tree::new().with("large", noise(8, LARGE_BYTES + 5));
    other.put_into(&world.there);
    world.clear_faults();
    world.goes_on(1, 0);
    assert_same(&other, &Tree::read_from(world.here.path()));
}

/// In memory a small file has no name while it is under way, so it does not take that of the large one's part.
#[test]
fn a_blob_that_became_small_between_two_runs_leaves_no_state_in_memory() {
    let mut world = World::down(&large());
    world.here = Folder::in_memory();
    world.is_killed(THIRD_RANGE, SILENCE);
    assert_eq!(names_below(world.here.path()).len(), 1, "a part file");
    let other = Tree::new().with("large", noise(8, 4096));
    other.put_into(&world.there);
    world.clear_faults();
    world.goes_on(1, 0);
    assert_same(&other, &Tree::read_from(world.here.path()));
    assert_eq!(names_below(world.here.path()).len(), 1);
}

/// Interrupted softly, a run has noted all that was done.
#[test]
fn only_missing_ranges_are_fetched_and_the_md5_of_the_whole_is_compared() {
    let world = World::down(&large()).with(&["/CheckMD5"]);
    let mut running = world.start_until_stuck(THIRD_RANGE, SILENCE);
    running.signal(Signal::TERM);
    assert_eq!(running.end(), Some(143));
    world.clear_faults();
    world.goes_on(1, 0);
    assert_eq!(world.requests("GetBlob"), 2);
    assert_same(&large(), &Tree::read_from(world.here.path()));
}

#[test]
fn a_file_that_is_gone_between_two_runs_is_reported_and_left_alone() {
    let tree = Tree::named(["a", "b"]).with("large", noise(7, LARGE_BYTES));
    let world = World::up(&tree);
    world.is_killed(THIRD_BLOCK, SILENCE);
    fs::remove_file(world.here.join("large")).unwrap();
    world.goes_on(2, 1);
    assert_eq!(world.there.names(), ["a", "b"]);
}

#[test]
fn a_blob_that_is_gone_between_two_runs_leaves_nothing_behind() {
    let world = World::down(&large());
    world.is_killed(THIRD_RANGE, SILENCE);
    assert_eq!(names_below(world.here.path()).len(), 1, "a part file");
    world.there.delete("large");
    world.goes_on(0, 1);
    assert_eq!(names_below(world.here.path()).len(), 0);
}

#[test]
fn what_failed_is_tried_again_and_nothing_else() {
    let tree = Tree::named(["a", "b", "d/c", "d/e/f"]);
    let world = World::up(&tree);
    let denied = r#"{ "answer": { "status": 403, "code": "AuthorizationPermissionMismatch" } }"#;
    world.set_faults(r#"{ "method": "PUT", "path": "*/d/c" }"#, denied);
    world.command().run().failed().counting(3, 0, 1);
    assert_eq!(world.journals(), 1, "it stays as long as something is left");
    world.clear_faults();
    world.goes_on(4, 0);
    assert_eq!(world.requests("PutBlob"), 1);
    assert_same(&tree, &Tree::get_from(&world.there));
}

#[test]
fn a_page_blob_goes_on_where_it_was() {
    let world = World::up(&Tree::new().with("large", noise(7, 16 << 20))).with(&["/BlobType:page"]);
    let third = r#"{ "method": "PUT", "query": "*comp=page*", "hits": [3] }"#;
    let mut running = world.start_until_stuck(third, SILENCE);
    running.signal(Signal::INT);
    assert_eq!(running.end(), Some(130));
    world.clear_faults();
    world.goes_on(1, 0);
    assert_eq!(world.requests("PutPage"), 2);
    assert!(world.there.get("large") == noise(7, 16 << 20));
}

#[test]
fn an_append_blob_goes_on_where_it_was_even_if_an_answer_never_came() {
    let world = World::up(&large()).with(&["/BlobType:append"]);
    let third = r#"{ "method": "PUT", "query": "*comp=appendblock*", "hits": [3] }"#;
    let lost = r#"{ "lose_answer": true, "how": "blackhole" }"#;
    let mut running = world.start_until_stuck(third, lost);
    running.wait_until(|| world.there.list()["large"].bytes >= 12 << 20);
    running.signal(Signal::INT);
    assert_eq!(running.end(), Some(130));
    world.clear_faults();
    world.goes_on(1, 0);
    assert_eq!(world.requests("AppendBlock"), 1, "three of four are there");
    assert_same(&large(), &Tree::get_from(&world.there));
}

#[test]
fn an_append_blob_that_somebody_replaced_between_two_runs_is_made_anew() {
    let world = World::up(&large()).with(&["/BlobType:append"]);
    let third = r#"{ "method": "PUT", "query": "*comp=appendblock*", "hits": [3] }"#;
    let mut running = world.start_until_stuck(third, SILENCE);
    running.signal(Signal::INT);
    assert_eq!(running.end(), Some(130));
    let made = [("x-ms-blob-type", "AppendBlob")];
    world.there.ask("PUT", "large", &[], &made, "").succeeded();
    world.clear_faults();
    world.goes_on(1, 0);
    assert_same(&large(), &Tree::get_from(&world.there));
}

/// Each signal ends a run whose requests have no answer, and says so; the second one does not wait.
#[test]
fn the_first_signal_ends_a_run_and_the_second_one_leaves_at_once() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        let world = World::up(&large());
        let mut running = world.start_until_stuck(THIRD_BLOCK, SILENCE);
        running.signal(signal);
        assert_eq!(running.end(), Some(code));
        let mut running = world.start_until_stuck(
            r#"{ "method": "PUT", "path": "*/large", "query": "*comp=block&*", "hits": [1] }"#,
            SILENCE,
        );
        while !running.has_ended() {
            running.signal(signal);
            pause(Duration::from_millis(1));
        }
        assert_eq!(running.end(), Some(code));
        world.clear_faults();
        world.goes_on(1, 0);
        assert_same(&large(), &Tree::get_from(&world.there));
    }
}

#[test]
fn two_runs_at_once_are_one_and_a_refusal() {
    let world = World::up(&large());
    let running = world.start_until_stuck(THIRD_BLOCK, SILENCE);
    world.command().run().failed().naming(&["in use"]);
    assert!(running.kill());
    world.clear_faults();
    world.goes_on(1, 0);
}

/// The names of files under way in a folder.
fn parts(folder: &Path) -> Vec<String> {
    let is_part = |name: &String| name.split('.').next_back() == Some("part");
    names_below(folder).into_iter().filter(is_part).collect()
}

#[test]
fn a_file_that_was_tampered_with_between_two_runs_is_not_gone_on_with() {
    let world = World::down(&large());
    let mut running = world.start_until_stuck(THIRD_RANGE, SILENCE);
    running.signal(Signal::INT);
    assert_eq!(running.end(), Some(130));
    let part = world.here.join(&parts(world.here.path())[0]);
    // Another file under the same name, of the same length.
    let other = part.with_extension("other");
    fs::write(&other, noise(9, LARGE_BYTES)).unwrap();
    fs::rename(&other, &part).unwrap();
    world.clear_faults();
    world.goes_on(1, 0);
    assert_eq!(world.requests("GetBlob"), 4);
    assert_same(&large(), &Tree::read_from(world.here.path()));
}

#[test]
fn without_a_journal_a_run_begins_anew() {
    let world = World::up(&large()).with(&["/NoJournal"]);
    let running = world.start_until_stuck(THIRD_BLOCK, SILENCE);
    assert!(running.kill(), "it was killed");
    world.clear_faults();
    assert_eq!(world.journals(), 0);
    world.goes_on(1, 0);
    assert_eq!(world.requests("PutBlock"), 4);
}

#[test]
fn a_folder_that_could_not_be_listed_is_all_that_the_next_run_sends() {
    let tree = Tree::named(["a", "closed/b", "closed/c/d", "e/f"]);
    let world = World::up(&tree);
    let closed = world.here.join("closed");
    let permit = |mode| fs::set_permissions(&closed, fs::Permissions::from_mode(mode)).unwrap();
    permit(0o000);
    let outcome = world.command().as_ordinary_user().run();
    permit(0o755);
    outcome.failed().naming(&["closed"]);
    assert_eq!(world.there.names(), ["a", "e/f"]);
    world.clear_faults();
    world
        .command()
        .as_ordinary_user()
        .run()
        .succeeded()
        .counting(4, 0, 0);
    assert_eq!(world.requests("PutBlob"), 2);
    assert_eq!(world.journals(), 0);
    assert_same(&tree, &Tree::get_from(&world.there));
}

/// What stands at the destination now was put there by somebody else, and nobody is there to be asked.
#[test]
fn an_object_that_failed_at_first_is_not_written_over_what_came_since() {
    let mut world = World::up(&Tree::named(["a", "b"]));
    world.words = vec!["/S"];
    let denied = r#"{ "answer": { "status": 403, "code": "AuthorizationPermissionMismatch" } }"#;
    world.set_faults(r#"{ "method": "PUT", "path": "*/b" }"#, denied);
    world.command().run().failed().counting(1, 0, 1);
    world.clear_faults();
    world.there.put("b", "somebody else's");
    world.goes_on(1, 1);
    assert_eq!(world.there.get("b"), b"somebody else's");
}

/// Files that come to be behind the place where the listing stopped belong to the job, and the counts are those of one run.
#[test]
fn a_listing_goes_on_behind_a_name_that_is_gone_by_now() {
    let names: Vec<String> = (0..3000).map(|number| format!("{number:05}")).collect();
    let world = World::up(&Tree::named(names.iter().map(String::as_str)));
    let request = r#"{ "method": "PUT", "path": "*/0*", "hits": [700] }"#;
    world.is_killed_with(request, SILENCE, journal::DONE, 699);
    let there = world.there.names();
    assert!(there.len() < 3000, "it was killed before its end");
    for name in &there {
        fs::remove_file(world.here.join(name)).unwrap();
    }
    let summary = world.command().run().succeeded().summary();
    assert_eq!(summary.done + summary.skipped, 3000);
    assert_eq!(world.there.names(), names);
}

#[test]
fn a_split_listing_resumes_at_its_page_and_lists_nothing_before_it() {
    let names: Vec<String> = (0..900)
        .map(|number| format!("d{:02}/f{number:03}", number / 30))
        .collect();
    let tree = Tree::named(names.iter().map(String::as_str));
    let world = World::down(&tree);
    let listing = ListingBehaviour {
        entries_max: 10,
        ..ListingBehaviour::default()
    };
    world.server.set_behaviour(Behaviour {
        listing,
        ..Behaviour::default()
    });
    let request = r#"{ "method": "GET", "path": "*/d20/*", "hits": [1] }"#;
    world.is_killed_with(request, SILENCE, journal::PLANNED, 601);
    assert_eq!(world.journals(), 1);
    world.goes_on(900, 0);
    // Ten of thirty folders are left, of three pages each.
    let listings = world.requests("ListBlobs");
    assert!(listings < 45, "{listings}");
    assert_same(&tree, &Tree::read_from(world.here.path()));
}
