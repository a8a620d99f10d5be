//! A rerun tells the truth: what it counts as done is at the destination now, and what came since is copied.

use std::fs::{self, File};
use std::time::{Duration, SystemTime};

use azring_emulator_tests::account::Account;
use azring_emulator_tests::command::{Azring, Folder, Outcome};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::emulator::Server;
use azring_emulator_tests::journal::{self, count_records, journals_below};
use azring_emulator_tests::rest::Container;
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::{Tree, noise};
use serde_json::Value;

/// Which way a job copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Up,
    Down,
    ServerCopy,
    SyncCopy,
}

const WAYS: [Way; 4] = [Way::Up, Way::Down, Way::ServerCopy, Way::SyncCopy];

/// A job that is run again and again: its source, its destination and its journal.
struct World {
    way: Way,
    server: Server,
    /// The source or the destination of a job with a folder.
    here: Folder,
    /// The source of copies, or the container of a job with a folder.
    one: Container,
    other: Container,
    state: Folder,
    words: Vec<&'static str>,
}

impl World {
    fn new(way: Way) -> Self {
        let (server, service) = single_account::start();
        Self {
            way,
            here: Folder::new(),
            one: service.fresh_container("one"),
            other: service.fresh_container("other"),
            state: Folder::new(),
            words: vec!["/S", "/Y", "/NC:1"],
            server,
        }
    }

    /// With these objects at the source.
    fn with(way: Way, tree: &Tree) -> Self {
        let world = Self::new(way);
        match way {
            Way::Up => tree.write_to(world.here.path()),
            _ => tree.put_into(&world.one),
        }
        world
    }

    fn command(&self) -> Azring {
        let account = &Account::development();
        let up = |copy: Azring| copy.dest_key(account).arg("/DestType:Blob");
        let down = |copy: Azring| copy.source_key(account).arg("/SourceType:Blob");
        let copy = match self.way {
            Way::Up => up(Azring::copy(self.here.path(), self.one.url())),
            Way::Down => down(Azring::copy(self.one.url(), self.here.path())),
            Way::ServerCopy => up(down(Azring::copy(self.one.url(), self.other.url()))),
            Way::SyncCopy => {
                up(down(Azring::copy(self.one.url(), self.other.url()))).arg("/SyncCopy")
            }
        };
        copy.args(&self.words)
            .env("XDG_STATE_HOME", self.state.path())
    }

    fn json(&self) -> (Outcome, Value) {
        let outcome = self.command().arg("/Output:json").run();
        let records: Vec<Value> = outcome
            .stdout
            .lines()
            .map(|line| serde_json::from_str(line).expect("each line is a record"))
            .collect();
        let summary = records.last().expect("a record").clone();
        assert_eq!(summary["type"], "summary", "{outcome}");
        let number = |name: &str| summary[name].as_u64().expect("a number");
        for name in ["done", "skipped", "failed"] {
            let told = records.iter().filter(|record| record["outcome"] == name);
            assert_eq!(told.count() as u64, number(name), "{name}: {outcome}");
        }
        let names = ["done", "done_before", "skipped", "skipped_before", "failed"];
        let sum: u64 = names.map(number).iter().sum();
        assert_eq!(sum, number("listed"), "{outcome}");
        (outcome, summary)
    }

    /// The object of this name fails: nobody may read it or write it.
    fn refuses(&self, name: &str) {
        self.server.set_faults(&format!(
            r#"{{ "when": {{"path": "*/{name}", "query": "*"}},
                "then": {{"answer": {{"status": 403, "code": "AuthorizationFailure"}}}} }}"#
        ));
    }

    /// A run that is killed when a request is never answered, and the journal has the target.
    fn is_killed_at(&self, when: &str) {
        self.server.set_faults(&format!(
            r#"{{ "when": {when}, "then": {{"blackhole": true}} }}"#
        ));
        let mut running = self.command().launch();
        running.wait_for_faults(&self.server);
        running.wait_until(|| count_records(self.state.path(), journal::TARGET) > 0);
        assert!(running.kill(), "it was killed");
        self.server.clear_faults();
    }

    fn put(&self, name: &str, bytes: &str) {
        match self.way {
            Way::Up => fs::write(self.here.path().join(name), bytes).expect("the folder is ours"),
            _ => self.one.put(name, bytes),
        }
    }

    fn lose(&self, name: &str) {
        match self.way {
            Way::Up => self.one.delete(name),
            Way::Down => fs::remove_file(self.here.path().join(name)).expect("it is there"),
            Way::ServerCopy | Way::SyncCopy => self.other.delete(name),
        }
    }

    /// The whole destination is deleted.
    fn lose_all(&self) {
        match self.way {
            Way::Up => delete(&self.one),
            Way::Down => fs::remove_dir_all(self.here.path()).expect("it is there"),
            Way::ServerCopy | Way::SyncCopy => delete(&self.other),
        }
    }

    fn arrived(&self) -> Tree {
        match self.way {
            Way::Up => Tree::get_from(&self.one),
            Way::Down => Tree::read_from(self.here.path()),
            Way::ServerCopy | Way::SyncCopy => Tree::get_from(&self.other),
        }
    }

    fn journal(&self) -> std::path::PathBuf {
        let mut journals = journals_below(self.state.path());
        journals.pop().expect("a journal")
    }
}

fn delete(container: &Container) {
    let words = [("restype", "container")];
    container.ask("DELETE", "", &words, &[], "").succeeded();
}

fn tree() -> Tree {
    Tree::named(["a", "b", "c", "d", "refused"])
}

fn counts(summary: &Value) -> [u64; 4] {
    ["done", "done_before", "skipped", "failed"]
        .map(|name| summary[name].as_u64().expect("a number"))
}

#[test]
fn a_rerun_after_failures_copies_what_is_new_and_what_has_changed() {
    for way in WAYS {
        let world = World::with(way, &tree());
        world.refuses("refused");
        world.command().run().failed().counting(4, 0, 1);
        world.server.clear_faults();
        world.put("new", "new");
        world.put("b", "changed since then");
        let outcome = world.command().run().succeeded().counting(6, 0, 0);
        let told = "3 by the run of ";
        assert!(outcome.stdout.contains(told), "{way:?}: {outcome}");
        assert!(outcome.stdout.contains(", 3 now"), "{way:?}: {outcome}");
        let expected = tree().with("new", "new").with("b", "changed since then");
        assert_same(&expected, &world.arrived());
        // Nothing is left of the job.
        let (_, summary) = world.json();
        assert_eq!(counts(&summary), [6, 0, 0, 0], "{way:?}");
    }
}

#[test]
fn what_the_destination_lost_is_not_called_done() {
    for way in WAYS {
        for loses_all in [false, true] {
            let world = World::with(way, &tree());
            world.refuses("refused");
            world.command().run().failed();
            world.server.clear_faults();
            if loses_all {
                world.lose_all();
            } else {
                world.lose("b");
            }
            let (outcome, summary) = world.json();
            let before = if loses_all { 0 } else { 3 };
            assert_eq!(
                counts(&summary),
                [5 - before, before, 0, 0],
                "{way:?}: {outcome}"
            );
            assert_same(&tree(), &world.arrived());
        }
    }
}

#[test]
fn a_third_run_builds_on_both_before_it() {
    for way in WAYS {
        let world = World::with(way, &tree());
        world.refuses("refused");
        world.command().run().failed();
        world.put("new", "new");
        let (outcome, summary) = world.json();
        assert_eq!(outcome.status, Some(1), "{way:?}: {outcome}");
        assert_eq!(counts(&summary), [1, 4, 0, 1], "{way:?}: {outcome}");
        world.server.clear_faults();
        let outcome = world.command().run().succeeded().counting(6, 0, 0);
        let told = "5 by 2 runs since ";
        assert!(outcome.stdout.contains(told), "{way:?}: {outcome}");
        assert_same(&tree().with("new", "new"), &world.arrived());
    }
}

#[test]
fn a_new_listing_that_is_killed_goes_on_and_copies_nothing_twice() {
    let tree = tree().with("large", noise(1, 9 << 20)).with("z", "last");
    let world = World::with(Way::Up, &tree);
    world.refuses("refused");
    world.command().run().failed();
    world.put("e", "new");
    world.put("f", "new");
    world.is_killed_at(r#"{"method": "PUT", "path": "*/f"}"#);
    let counters = &world.server.watch().counters;
    counters.reset();
    let (outcome, summary) = world.json();
    assert_eq!(outcome.status, Some(0), "{outcome}");
    let [done, before, ..] = counts(&summary);
    assert_eq!(done + before, 9, "{outcome}");
    // What failed, what was killed, and perhaps what a killed run could not write down.
    assert!(counters.of("PutBlob").requests <= 3, "{outcome}");
    assert_eq!(counters.of("PutBlock").requests, 0, "{outcome}");
    assert_same(&tree.with("e", "new").with("f", "new"), &world.arrived());
}

#[test]
fn an_interrupted_run_begins_anew_where_its_destination_was_made_again() {
    for way in WAYS {
        let world = World::with(way, &tree());
        let met = match way {
            Way::Down => r#"{"method": "GET", "path": "*/d"}"#,
            Way::Up | Way::ServerCopy | Way::SyncCopy => r#"{"method": "PUT", "path": "*/d"}"#,
        };
        world.is_killed_at(met);
        world.lose_all();
        let (outcome, summary) = world.json();
        assert_eq!(outcome.status, Some(0), "{way:?}: {outcome}");
        assert_eq!(counts(&summary), [5, 0, 0, 0], "{way:?}: {outcome}");
        let says_why = outcome.stdout.contains("the source is listed anew");
        assert!(says_why, "{way:?}: {outcome}");
        assert_same(&tree(), &world.arrived());
    }
}

#[test]
fn a_place_that_does_not_say_which_it_is_must_have_what_was_copied() {
    let world = World::with(Way::Up, &tree());
    // As a signature for a container has it.
    let refused = r#"
        {"when": {"method": "HEAD", "query": "*restype=container*"},
            "then": {"answer": {"status": 403, "code": "AuthorizationPermissionMismatch"}}},
        {"when": {"method": "PUT", "path": "*/d"}, "then": {"blackhole": true}}"#;
    world.server.set_faults(refused);
    let mut running = world.command().launch();
    running.wait_for_faults(&world.server);
    // Only what the journal has as done can be missed.
    running.wait_until(|| count_records(world.state.path(), journal::DONE) > 0);
    assert!(running.kill(), "it was killed");
    let silent = refused.replace(r#""blackhole": true"#, r#""delay_ms": 0"#);
    world.server.set_faults(&silent);
    delete(&world.one);
    let (outcome, summary) = world.json();
    assert_eq!(counts(&summary), [5, 0, 0, 0], "{outcome}");
    assert_same(&tree(), &world.arrived());
}

#[test]
fn an_interrupted_run_goes_on_where_its_destination_is_the_same() {
    for way in WAYS {
        let world = World::with(way, &tree());
        let met = match way {
            Way::Down => r#"{"method": "GET", "path": "*/d"}"#,
            _ => r#"{"method": "PUT", "path": "*/d"}"#,
        };
        world.is_killed_at(met);
        let (outcome, summary) = world.json();
        assert_eq!(outcome.status, Some(0), "{way:?}: {outcome}");
        let [done, before, skipped, failed] = counts(&summary);
        assert_eq!(
            (done + before, skipped, failed),
            (5, 0, 0),
            "{way:?}: {outcome}"
        );
        assert!(
            !outcome.stdout.contains("listed anew"),
            "{way:?}: {outcome}"
        );
    }
}

#[test]
fn a_journal_of_last_week_begins_anew_and_says_so() {
    let world = World::with(Way::Up, &tree());
    world.refuses("refused");
    world.command().run().failed();
    world.server.clear_faults();
    let old = SystemTime::now() - Duration::from_hours(8 * 24);
    let journal = File::options().write(true).open(world.journal());
    let journal = journal.expect("it is ours");
    journal.set_modified(old).expect("it is ours");
    let (outcome, summary) = world.json();
    assert_eq!(counts(&summary), [5, 0, 0, 0], "{outcome}");
    assert!(outcome.stderr.contains("8 days ago"), "{outcome}");
}

#[test]
fn without_consent_a_rerun_replaces_nothing_and_says_so() {
    for way in [Way::Up, Way::Down] {
        let mut world = World::with(way, &tree());
        world.words = vec!["/S", "/NC:1"];
        world.refuses("refused");
        world.command().run().failed();
        world.server.clear_faults();
        world.put("new", "new");
        world.put("b", "changed since then");
        let (outcome, summary) = world.json();
        // As a first run would: what is there already is skipped, and that is told.
        assert_eq!(counts(&summary), [2, 3, 1, 0], "{way:?}: {outcome}");
    }
}

#[test]
fn a_rerun_with_a_named_journal_and_by_it_alone_is_true_too() {
    let world = World::with(Way::Up, &tree());
    let folder = Folder::new();
    let named = format!("/Z:{}", folder.path().join("journal").display());
    world.refuses("refused");
    world.command().arg(&named).run().failed();
    world.server.clear_faults();
    world.put("new", "new");
    world.lose("a");
    Azring::new()
        .arg(&named)
        .arg("/Y")
        .dest_key(&Account::development())
        .run()
        .succeeded()
        .counting(6, 0, 0);
    assert_same(&tree().with("new", "new"), &world.arrived());
}

#[test]
fn newer_only_reruns_and_page_blobs_are_true_too() {
    for word in ["/XO", "/BlobType:page", "/BlobType:append"] {
        let tree = Tree::named([])
            .with("a", noise(1, 512))
            .with("b", noise(2, 1024));
        let tree = tree.with("refused", noise(3, 512));
        let mut world = World::with(Way::Up, &tree);
        world.words.push(word);
        world.refuses("refused");
        world.command().run().failed();
        world.server.clear_faults();
        world.lose("b");
        let (outcome, summary) = world.json();
        assert_eq!(counts(&summary), [2, 1, 0, 0], "{word}: {outcome}");
        assert_same(&tree, &world.arrived());
    }
}
