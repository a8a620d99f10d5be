//! Listings that are broken end with an error that says what is wrong, or list each object once: never in silence, and never
//! without end.

use azring_emulator_tests::account::Account;
use azring_emulator_tests::command::{Azring, Folder, Outcome};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::emulator::continuation::marker;
use azring_emulator_tests::emulator::{
    AccountOption, Behaviour, ListingBehaviour, Options, Server, StartFrom,
};
use azring_emulator_tests::rest::{BlobService, Container};
use azring_emulator_tests::tree::{Tree, noise};

const MIB: usize = 1 << 20;

/// The first name of the second page of [`World::new`].
const SECOND_PAGE: &str = "v/e";

/// Every request for the second page of blobs: one that is given up and sent again gets the same answer. A level, which
/// is asked for beside the pages, does not match.
fn second_page() -> String {
    // A marker ends with the name and what distinguishes its snapshots, in base64: three bytes are four characters.
    let marker = marker(SECOND_PAGE);
    let (_, name) = marker.rsplit_once('!').expect("a marker has parts");
    format!(r#"{{ "query": "*marker=*{name}*include=*" }}"#)
}

/// Names in one virtual directory, `v/a` to `v/t`, in pages of four.
struct World {
    server: Server,
    source: Container,
    target: Container,
    tree: Tree,
}

impl World {
    fn new() -> Self {
        let names: Vec<String> = ('a'..='t').map(String::from).collect();
        Self::of(Tree::named(names.iter().map(String::as_str)), 4)
    }

    fn of(tree: Tree, entries_max: usize) -> Self {
        let listing = ListingBehaviour {
            entries_max,
            // What is cut by names leaves out pages that were asked for already, and their faults.
            start_from: StartFrom::Ignored,
            ..ListingBehaviour::default()
        };
        let accounts = [Account::development(), Account::second()];
        let known = |account: &Account| AccountOption {
            name: account.name().to_owned(),
            key: account.key_in_base64(),
            second_key: None,
        };
        let options = Options {
            accounts: accounts.iter().map(known).collect(),
            behaviour: Behaviour {
                listing,
                ..Behaviour::default()
            },
            ..Options::default()
        };
        let server = Server::start(&options).expect("an emulator starts");
        let [one, other] =
            accounts.map(|account| BlobService::path_style(&server.blob_url(), &account, None));
        let source = one.fresh_container("from");
        for (name, bytes) in tree.files() {
            source.put(&format!("v/{name}"), bytes.to_vec());
        }
        Self {
            server,
            source,
            target: other.unmade_container("to"),
            tree,
        }
    }

    fn url(&self) -> String {
        format!("{}/v", self.source.url())
    }

    fn set_faults(&self, rules: &str) {
        self.server.set_faults(rules);
        self.server.watch().counters.reset();
    }

    #[track_caller]
    fn assert_faults_applied(&self) {
        self.server.assert_faults_applied();
    }

    fn clear_faults(&self) {
        self.server.clear_faults();
    }

    fn list(&self) -> Outcome {
        Azring::new()
            .args(["list", &self.url(), "/SourceType:Blob"])
            .source_key(self.source.service().account())
            .run()
    }

    fn download(&self, target: &Folder, words: &[&str]) -> Azring {
        Azring::copy(self.url(), target.path())
            .source_key(self.source.service().account())
            .args(["/S", "/SourceType:Blob"])
            .args(words)
    }

    fn copy(&self, words: &[&str]) -> Azring {
        Azring::copy(self.url(), self.target.url())
            .source_key(self.source.service().account())
            .dest_key(self.target.service().account())
            .args(["/S", "/SourceType:Blob", "/DestType:Blob"])
            .args(words)
    }

    /// Every way to list ends with an error that has these words, and nothing is done that was not listed.
    fn ends_with(&self, rules: &str, words: &[&str]) {
        self.set_faults(rules);
        let outcome = self.list().failed().naming(words);
        assert!(outcome.stderr.contains("not complete"), "{outcome}");
        self.assert_faults_applied();
        for way in [&[][..], &["/Y"], &["/L"]] {
            self.set_faults(rules);
            let target = Folder::new();
            let outcome = self.download(&target, way).run().failed().naming(words);
            self.assert_faults_applied();
            let there = Tree::read_from(target.path());
            assert!(
                there.files().count() < self.tree.files().count(),
                "{outcome}"
            );
        }
        for way in [
            &["/Y"][..],
            &["/SyncCopy", "/Y"],
            &["/ServerCopy:async", "/Y"],
        ] {
            self.set_faults(rules);
            self.copy(way).run().failed().naming(words);
            self.assert_faults_applied();
        }
        self.clear_faults();
    }

    /// Every way to list lists each object once.
    fn lists_once(&self, rules: &str) {
        let count = self.tree.files().count();
        self.set_faults(rules);
        let outcome = self.list().succeeded();
        self.assert_faults_applied();
        assert!(
            outcome.stdout.contains(&format!("\n{count} object(s)")),
            "{outcome}"
        );
        for way in [&[][..], &["/Snapshot"]] {
            self.set_faults(rules);
            let target = Folder::new();
            let outcome = self.download(&target, way).run().succeeded();
            self.assert_faults_applied();
            outcome.counting(count as u64, 0, 0);
            assert_same(&self.tree, &Tree::read_from(target.path()));
        }
        for way in [&["/Y"][..], &["/SyncCopy", "/Y"]] {
            self.set_faults(rules);
            let outcome = self.copy(way).run().succeeded();
            self.assert_faults_applied();
            outcome.counting(count as u64, 0, 0);
            self.clear_faults();
            assert_same(&self.tree, &Tree::get_from(&self.target));
        }
    }
}

#[test]
fn a_name_outside_of_what_was_asked_for_ends_the_listing() {
    let world = World::new();
    let (all, second) = (r#"{ "query": "*include=*" }"#, &*second_page());
    for (when, name) in [(all, "w/evil"), (second, "w/evil"), (all, "evil")] {
        let fault = format!(
            r#"{{ "when": {when}, "then": {{ "listing": {{ "last_name": "{name}" }} }} }}"#
        );
        world.ends_with(
            &fault,
            &[
                &format!("`{name}`"),
                "does not begin with the requested prefix `v/`",
            ],
        );
    }
}

#[test]
fn names_that_go_backwards_end_the_listing() {
    let world = World::new();
    let (all, reversed) = (r#"{ "query": "*include=*" }"#, r#""entries": "reversed""#);
    let second = &*second_page();
    for (when, fault, words) in [
        (all, reversed, ["are not in order", "`v/d`", "`v/c`"]),
        (second, reversed, ["are not in order", "`v/h`", "`v/g`"]),
        (
            second,
            r#""first_name": "v/b""#,
            ["are not in order", "`v/d`", "`v/b`"],
        ),
        (
            second,
            r#""next": "v/a""#,
            ["are not in order", "`v/h`", "`v/a`"],
        ),
    ] {
        let rule = format!(r#"{{ "when": {when}, "then": {{ "listing": {{ {fault} }} }} }}"#);
        world.ends_with(&rule, &words);
    }
}

#[test]
fn markers_that_come_again_end_the_listing() {
    let world = World::new();
    for rules in [
        // A, B, A, B ...
        r#"{ "when": { "query": "*comp=list*", "every": 2 }, "then": { "listing": { "entries": "none", "next": "v/f" } } },
           { "when": { "query": "*comp=list*" }, "then": { "listing": { "entries": "none", "next": "v/b" } } }"#,
        // The same twice.
        r#"{ "when": { "query": "*comp=list*" }, "then": { "listing": { "entries": "none", "next": "v/b" } } }"#,
    ] {
        world.ends_with(rules, &["repeats the page with the marker `2!"]);
    }
}

#[test]
fn empty_pages_with_ever_new_markers_come_to_an_end() {
    let world = World::new();
    let rule = r#"{ "when": { "query": "*comp=list*" }, "then": { "listing": { "entries": "none", "next": "new" } } }"#;
    world.set_faults(rule);
    let outcome = world.list().failed();
    outcome.naming(&["more than 2000 empty pages"]);
    world.set_faults(rule);
    let target = Folder::new();
    let outcome = world.download(&target, &["/Y"]).run().failed();
    outcome.naming(&["more than 2000 empty pages"]);
    world.assert_faults_applied();
}

#[test]
fn what_a_page_lists_twice_is_listed_once() {
    World::new().lists_once(
        r#"{ "when": { "query": "*comp=list*" }, "then": { "listing": { "entries": "repeated" } } }"#,
    );
}

#[test]
fn what_the_next_page_lists_again_is_listed_once() {
    World::new().lists_once(&format!(
        r#"{{ "when": {}, "then": {{ "listing": {{ "first_name": "v/d" }} }} }}"#,
        second_page()
    ));
}

/// Folders that are listed in parts.
fn folders() -> World {
    let folders = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let names = folders
        .iter()
        .flat_map(|folder| (0..40).map(move |at| format!("{folder}/{at:02}")));
    let names: Vec<String> = names.collect();
    World::of(Tree::named(names.iter().map(String::as_str)), 4)
}

#[test]
fn a_part_of_a_listing_that_is_broken_ends_the_listing() {
    let world = folders();
    for (fault, words) in [
        (
            r#""last_name": "v/zz""#,
            ["`v/zz`", "does not begin with the requested prefix `v/g"],
        ),
        (
            r#""first_name": "v/a/00""#,
            ["`v/a/00`", "does not begin with the requested prefix `v/g"],
        ),
        (r#""entries": "reversed""#, ["are not in order", "`v/g/"]),
    ] {
        let rule = format!(
            r#"{{ "when": {{ "query": "*prefix=v%2Fg*include=*" }}, "then": {{ "listing": {{ {fault} }} }} }}"#
        );
        world.set_faults(&rule);
        let target = Folder::new();
        let outcome = world.download(&target, &["/Y"]).run().failed();
        world.assert_faults_applied();
        outcome.naming(&words);
    }
}

#[test]
fn what_a_part_lists_twice_is_listed_once() {
    let world = folders();
    world.set_faults(
        r#"{ "when": { "query": "*prefix=v%2Fg*include=*" }, "then": { "listing": { "entries": "repeated" } } }"#,
    );
    let target = Folder::new();
    let outcome = world.download(&target, &["/Y"]).run().succeeded();
    world.assert_faults_applied();
    outcome.counting(320, 0, 0);
    assert_same(&world.tree, &Tree::read_from(target.path()));
}

#[test]
fn a_run_goes_on_behind_a_listing_that_broke() {
    let world = World::new();
    let (target, state) = (Folder::new(), Folder::new());
    let run = || {
        let download = world.download(&target, &["/Y"]);
        download.env("XDG_STATE_HOME", state.path()).run()
    };
    world.set_faults(&format!(
        r#"{{ "when": {}, "then": {{ "listing": {{ "entries": "reversed" }} }} }}"#,
        second_page()
    ));
    let outcome = run().failed().naming(&["are not in order"]);
    let summary = outcome.summary();
    assert!(summary.done < 20, "{outcome}");
    world.clear_faults();
    run().succeeded();
    assert_same(&world.tree, &Tree::read_from(target.path()));
}

/// A page blob of four mebibytes with data in its second and fourth.
fn with_pages() -> (World, Vec<u8>) {
    let world = World::of(Tree::named(["x"]), 5000);
    let headers = [
        ("x-ms-blob-type", "PageBlob"),
        ("x-ms-blob-content-length", "4194304"),
    ];
    world
        .source
        .ask("PUT", "v/pages", &[], &headers, "")
        .succeeded();
    let mut bytes = vec![0; 4 * MIB];
    for at in [MIB, 3 * MIB] {
        let data = noise(at as u64, MIB);
        bytes[at..at + MIB].copy_from_slice(&data);
        let range = format!("bytes={at}-{}", at + MIB - 1);
        let headers = [("x-ms-page-write", "update"), ("x-ms-range", &range)];
        let query = [("comp", "page")];
        world
            .source
            .ask("PUT", "v/pages", &query, &headers, data)
            .succeeded();
    }
    (world, bytes)
}

#[test]
fn page_ranges_that_are_none_of_the_blob_are_a_failure() {
    let (world, _) = with_pages();
    for (fault, words) in [
        (r#""last_range": [4194304, 8388607]"#, "not pages of a blob"),
        (r#""last_range": [100, 611]"#, "not pages of a blob"),
        (r#""next": "7""#, "repeats the page with the marker `2!"),
        (
            r#""entries": "none", "next": "new""#,
            "more than 2000 empty pages",
        ),
    ] {
        let rule = format!(
            r#"{{ "when": {{ "query": "*comp=pagelist*" }}, "then": {{ "listing": {{ {fault} }} }} }}"#
        );
        for sync in [false, true] {
            world.set_faults(&rule);
            let target = Folder::new();
            let outcome = if sync {
                world.copy(&["/SyncCopy", "/Y"]).run()
            } else {
                world.download(&target, &["/Y"]).run()
            };
            world.assert_faults_applied();
            outcome.failed().counting(1, 0, 1).naming(&["pages", words]);
            assert!(!target.join("pages").exists());
        }
    }
}

#[test]
fn page_ranges_in_any_order_and_over_each_other_are_the_blob() {
    let (world, bytes) = with_pages();
    for fault in [
        r#""entries": "reversed""#,
        r#""entries": "repeated""#,
        r#""last_range": [1048576, 2097663]"#,
    ] {
        world.set_faults(&format!(
            r#"{{ "when": {{ "query": "*comp=pagelist*" }}, "then": {{ "listing": {{ {fault} }} }} }}"#
        ));
        let target = Folder::new();
        let outcome = world.download(&target, &["/Y"]).run().succeeded();
        world.assert_faults_applied();
        outcome.counting(2, 0, 0);
        assert!(std::fs::read(target.join("pages")).expect("it is there") == bytes);
    }
}
