//! Listings that are broken end with an error that says what is wrong, or list each object once: never in silence, and never
//! without end.

use azring_emulator_tests::account::Account;
use azring_emulator_tests::command::{Azring, Folder, Outcome};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::emulator::fault::plan::Plan;
use azring_emulator_tests::emulator::{
    AccountOption, Behaviour, ListingBehaviour, Options, Server, StartFrom,
};
use azring_emulator_tests::rest::{BlobService, Container};
use azring_emulator_tests::tree::{Tree, noise};

const MIB: usize = 1 << 20;

/// The second page of blobs; a level, which is asked for beside them, is none.
const BEHIND_THE_FIRST: &str = r#"{ "query": "*marker=*include=*", "hits": [1] }"#;

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
            // What is cut by names leaves out pages that were asked for already, and their lies.
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

    fn falls_ill(&self, rules: &str) {
        let plan = format!(r#"{{ "rules": [{rules}] }}"#);
        let plan = Plan::parse(&plan).expect("a fault plan");
        self.server.watch().faults.set(Some(plan));
        self.server.watch().counters.reset();
    }

    fn was_ill(&self) {
        let status = self.server.watch().faults.status();
        let is_met = status.is_some_and(|(_, applied)| applied.iter().all(|times| *times > 0));
        assert!(is_met, "no request met the fault");
    }

    fn gets_well(&self) {
        self.server.watch().faults.set(None);
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
        self.falls_ill(rules);
        let outcome = self.list().failed().naming(words);
        assert!(outcome.stderr.contains("not complete"), "{outcome}");
        self.was_ill();
        for way in [&[][..], &["/Y"], &["/L"]] {
            self.falls_ill(rules);
            let target = Folder::new();
            let outcome = self.download(&target, way).run().failed().naming(words);
            self.was_ill();
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
            self.falls_ill(rules);
            self.copy(way).run().failed().naming(words);
            self.was_ill();
        }
        self.gets_well();
    }

    /// Every way to list lists each object once.
    fn lists_once(&self, rules: &str) {
        let count = self.tree.files().count();
        self.falls_ill(rules);
        let outcome = self.list().succeeded();
        self.was_ill();
        assert!(
            outcome.stdout.contains(&format!("\n{count} object(s)")),
            "{outcome}"
        );
        for way in [&[][..], &["/Snapshot"]] {
            self.falls_ill(rules);
            let target = Folder::new();
            let outcome = self.download(&target, way).run().succeeded();
            self.was_ill();
            outcome.counting(count as u64, 0, 0);
            assert_same(&self.tree, &Tree::read_from(target.path()));
        }
        for way in [&["/Y"][..], &["/SyncCopy", "/Y"]] {
            self.falls_ill(rules);
            let outcome = self.copy(way).run().succeeded();
            self.was_ill();
            outcome.counting(count as u64, 0, 0);
            self.gets_well();
            assert_same(&self.tree, &Tree::get_from(&self.target));
        }
    }
}

#[test]
fn a_name_outside_of_what_was_asked_for_ends_the_listing() {
    let world = World::new();
    for (when, name) in [
        (r#"{ "query": "*include=*" }"#, "w/evil"),
        (BEHIND_THE_FIRST, "w/evil"),
        (r#"{ "query": "*include=*" }"#, "evil"),
    ] {
        let lie = format!(
            r#"{{ "when": {when}, "then": {{ "listing": {{ "last_name": "{name}" }} }} }}"#
        );
        world.ends_with(&lie, &[&format!("`{name}`"), "does not begin with `v/`"]);
    }
}

#[test]
fn names_that_go_backwards_end_the_listing() {
    let world = World::new();
    let (all, reversed) = (r#"{ "query": "*include=*" }"#, r#""entries": "reversed""#);
    for (when, lie, words) in [
        (all, reversed, ["goes back", "`v/d`", "`v/c`"]),
        (BEHIND_THE_FIRST, reversed, ["goes back", "`v/h`", "`v/g`"]),
        (
            BEHIND_THE_FIRST,
            r#""first_name": "v/b""#,
            ["goes back", "`v/d`", "`v/b`"],
        ),
        (
            BEHIND_THE_FIRST,
            r#""next": "v/a""#,
            ["goes back", "`v/h`", "`v/a`"],
        ),
    ] {
        let rule = format!(r#"{{ "when": {when}, "then": {{ "listing": {{ {lie} }} }} }}"#);
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
        world.ends_with(rules, &["leads back to the page with the marker `2!"]);
    }
}

#[test]
fn empty_pages_with_ever_new_markers_come_to_an_end() {
    let world = World::new();
    let rule = r#"{ "when": { "query": "*comp=list*" }, "then": { "listing": { "entries": "none", "next": "new" } } }"#;
    world.falls_ill(rule);
    let outcome = world.list().failed();
    outcome.naming(&["more than 2000 empty pages"]);
    world.falls_ill(rule);
    let target = Folder::new();
    let outcome = world.download(&target, &["/Y"]).run().failed();
    outcome.naming(&["more than 2000 empty pages"]);
    world.was_ill();
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
        r#"{{ "when": {BEHIND_THE_FIRST}, "then": {{ "listing": {{ "first_name": "v/d" }} }} }}"#
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
    for (lie, words) in [
        (
            r#""last_name": "v/zz""#,
            ["`v/zz`", "does not begin with `v/g"],
        ),
        (
            r#""first_name": "v/a/00""#,
            ["`v/a/00`", "does not begin with `v/g"],
        ),
        (r#""entries": "reversed""#, ["goes back", "`v/g/"]),
    ] {
        let rule = format!(
            r#"{{ "when": {{ "query": "*prefix=v*g*", "times": 2 }}, "then": {{ "listing": {{ {lie} }} }} }}"#
        );
        world.falls_ill(&rule);
        let target = Folder::new();
        let outcome = world.download(&target, &["/Y"]).run().failed();
        world.was_ill();
        outcome.naming(&words);
    }
}

#[test]
fn what_a_part_lists_twice_is_listed_once() {
    let world = folders();
    world.falls_ill(
        r#"{ "when": { "query": "*prefix=v*g*" }, "then": { "listing": { "entries": "repeated" } } }"#,
    );
    let target = Folder::new();
    let outcome = world.download(&target, &["/Y"]).run().succeeded();
    world.was_ill();
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
    world.falls_ill(&format!(
        r#"{{ "when": {BEHIND_THE_FIRST}, "then": {{ "listing": {{ "entries": "reversed" }} }} }}"#
    ));
    let outcome = run().failed().naming(&["goes back"]);
    let summary = outcome.summary();
    assert!(summary.done < 20, "{outcome}");
    world.gets_well();
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
    for (lie, words) in [
        (r#""last_range": [4194304, 8388607]"#, "no pages of a blob"),
        (r#""last_range": [100, 611]"#, "no pages of a blob"),
        (
            r#""next": "7""#,
            "leads back to the page with the marker `2!",
        ),
        (
            r#""entries": "none", "next": "new""#,
            "more than 2000 empty pages",
        ),
    ] {
        let rule = format!(
            r#"{{ "when": {{ "query": "*comp=pagelist*" }}, "then": {{ "listing": {{ {lie} }} }} }}"#
        );
        for sync in [false, true] {
            world.falls_ill(&rule);
            let target = Folder::new();
            let outcome = if sync {
                world.copy(&["/SyncCopy", "/Y"]).run()
            } else {
                world.download(&target, &["/Y"]).run()
            };
            world.was_ill();
            outcome.failed().counting(1, 0, 1).naming(&["pages", words]);
            assert!(!target.join("pages").exists());
        }
    }
}

#[test]
fn page_ranges_in_any_order_and_over_each_other_are_the_blob() {
    let (world, bytes) = with_pages();
    for lie in [
        r#""entries": "reversed""#,
        r#""entries": "repeated""#,
        r#""last_range": [1048576, 2097663]"#,
    ] {
        world.falls_ill(&format!(
            r#"{{ "when": {{ "query": "*comp=pagelist*" }}, "then": {{ "listing": {{ {lie} }} }} }}"#
        ));
        let target = Folder::new();
        let outcome = world.download(&target, &["/Y"]).run().succeeded();
        world.was_ill();
        outcome.counting(2, 0, 0);
        assert!(std::fs::read(target.join("pages")).expect("it is there") == bytes);
    }
}
