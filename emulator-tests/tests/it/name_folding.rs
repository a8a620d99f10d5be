//! Folders that take several names for one. One object arrives under such a name, and each other is a failure that names
//! both; what was there before is not mixed up with what came.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use azring_emulator_tests::command::{Azring, Folder, Outcome};
use azring_emulator_tests::emulator::Server;
use azring_emulator_tests::rest::Container;
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::Tree;

use crate::fuse::{Habits, Mounted};

/// A file system that has no case.
const LOWER: Habits = Habits {
    key: |name| name.to_lowercase(),
    keeps_spelling: false,
    ..ORDINARY
};

/// One that keeps the case of a name and does not look at it.
const CASELESS: Habits = Habits {
    key: |name| name.to_lowercase(),
    ..ORDINARY
};

/// One that composes letters and accents.
const COMPOSED: Habits = Habits {
    key: |name| {
        name.replace("e\u{301}", "\u{e9}")
            .replace("\u{212b}", "\u{c5}")
    },
    keeps_spelling: false,
    ..ORDINARY
};

/// One that takes dots and blanks from the end of a name.
const TRIMMED: Habits = Habits {
    key: |name| name.trim_end_matches(['.', ' ']).to_owned(),
    keeps_spelling: false,
    ..ORDINARY
};

const ORDINARY: Habits = Habits {
    key: str::to_owned,
    keeps_spelling: true,
    knows_noreplace: true,
    told_bytes: |bytes| bytes,
    readable_bytes: u64::MAX,
    reads_parts_at_once: false,
    is_direct: false,
};

/// A service of its own with these blobs.
struct Service {
    server: Server,
    container: Container,
    journal: Folder,
}

impl Service {
    fn with(names: &[&str]) -> Self {
        let (server, service) = single_account::start();
        let container = service.fresh_container("folding");
        named(names).put_into(&container);
        Self {
            server,
            container,
            journal: Folder::new(),
        }
    }

    fn put(&self, name: &str, bytes: &str) {
        Tree::new().with(name, bytes).put_into(&self.container);
    }

    fn download(&self, target: &Path, words: &[&str]) -> Outcome {
        let journal = format!("/Z:{}", self.journal.path().display());
        Azring::download(&self.container, target)
            .args(["/S", &journal])
            .args(words)
            .run()
    }
}

/// Blobs whose bytes tell their names.
fn named(names: &[&str]) -> Tree {
    names.iter().fold(Tree::new(), |tree, name| {
        tree.with(name, content(name).into_bytes())
    })
}

fn content(name: &str) -> String {
    format!("this is {name}").repeat(name.len())
}

/// What is in the files, by the names that the file system tells. Panics when a file is no whole object.
fn landed(target: &Path, names: &[&str]) -> BTreeMap<String, String> {
    let tree = Tree::read_from(target);
    let landed = tree.files().map(|(file, bytes)| {
        let of = names.iter().find(|name| content(name).as_bytes() == bytes);
        let of = of.unwrap_or_else(|| panic!("`{file}` holds no object"));
        (file.to_owned(), (*of).to_owned())
    });
    landed.collect()
}

/// Downloads in every way; one of each group arrives, and the others are failures that name two files.
fn one_of_each_arrives(habits: Habits, groups: &[&[&str]]) {
    let names = groups.concat();
    let failed = names.len() - groups.len();
    for knows_noreplace in [true, false] {
        for words in [
            &["/Y"][..],
            &[],
            &["/Y", "/Io:threads"],
            &["/Io:threads", "/XO"],
        ] {
            let service = Service::with(&names);
            let habits = Habits {
                knows_noreplace,
                ..habits
            };
            let target = Mounted::new(habits);
            let outcome = service.download(target.path(), words).failed().counting(
                groups.len() as u64,
                0,
                failed as u64,
            );
            let landed = landed(target.path(), &names);
            assert_eq!(landed.len(), groups.len(), "{words:?}: {landed:?}");
            for (file, object) in &landed {
                let group = groups.iter().find(|group| group.contains(&object.as_str()));
                let group = group.expect("it is in a group");
                assert!(
                    group
                        .iter()
                        .any(|name| (habits.key)(name) == (habits.key)(file)),
                    "`{file}` holds `{object}`"
                );
                for other in group.iter().filter(|other| **other != object) {
                    let line = outcome.errors().into_iter().find(|line| {
                        line.contains(&format!("`{}`", target.join(other).display()))
                            && line.contains(&format!("`{}`", target.join(object).display()))
                    });
                    assert!(
                        line.is_some(),
                        "{other} and {object}: {:#?}",
                        outcome.errors()
                    );
                }
            }
        }
    }
}

#[test]
fn where_names_lose_their_case_one_of_several_arrives() {
    one_of_each_arrives(
        LOWER,
        &[&["README", "Readme", "readme"], &["a", "A"], &["b"]],
    );
}

#[test]
fn where_case_is_kept_and_not_looked_at_one_of_several_arrives() {
    one_of_each_arrives(
        CASELESS,
        &[&["README", "Readme", "readme"], &["a", "A"], &["b"]],
    );
}

#[test]
fn where_letters_are_composed_one_of_two_spellings_arrives() {
    let groups: &[&[&str]] = &[
        &["caf\u{e9}", "cafe\u{301}"],
        &["\u{212b}", "\u{c5}"],
        &["e"],
    ];
    one_of_each_arrives(COMPOSED, groups);
}

#[test]
fn where_ends_are_trimmed_one_of_several_arrives() {
    one_of_each_arrives(
        TRIMMED,
        &[&["a", "a.", "a..", "a "], &["b.", "b"], &["c.d"]],
    );
}

#[test]
fn folders_that_become_one_hold_the_files_of_both() {
    let names = ["A/x", "a/x", "a/y", "A/z"];
    for habits in [LOWER, CASELESS] {
        let service = Service::with(&names);
        let target = Mounted::new(habits);
        let outcome = service.download(target.path(), &["/Y"]);
        let outcome = outcome.failed().counting(3, 0, 1);
        let landed = landed(target.path(), &names);
        assert_eq!(landed.len(), 3, "{landed:?}");
        // A notice: without a terminal it is on standard output.
        let is_told = outcome.stdout.contains("are one folder");
        assert!(is_told, "{outcome}");
    }
}

#[test]
fn a_second_run_claims_nothing_that_is_not_so() {
    let names = ["README", "Readme", "b"];
    for habits in [LOWER, CASELESS] {
        for words in [&["/Y"][..], &["/XO"], &["/XO", "/Y"]] {
            let service = Service::with(&names);
            let target = Mounted::new(habits);
            service.download(target.path(), words).failed();
            let first = landed(target.path(), &names);
            let outcome = service.download(target.path(), words).failed();
            let (summary, second) = (outcome.summary(), landed(target.path(), &names));
            assert_eq!(
                second, first,
                "{words:?}: what was reported as done is there"
            );
            assert_eq!(summary.failed, 1, "{words:?}: {}", outcome.stderr);
        }
    }
}

#[test]
fn a_file_of_another_case_from_before_is_replaced_when_asked() {
    let service = Service::with(&["README"]);
    for (words, replaces) in [(&["/Y"][..], true), (&["/N"][..], false)] {
        let target = Mounted::new(CASELESS);
        fs::write(target.join("readme"), "older").expect("it can be written");
        let outcome = service.download(target.path(), words);
        let text = fs::read_to_string(target.join("readme")).expect("it is there");
        if replaces {
            outcome.succeeded().counting(1, 0, 0);
            assert_eq!(text, content("README"));
        } else {
            assert_eq!(text, "older", "{}", outcome.stderr);
        }
    }
}

#[test]
fn a_second_copy_of_the_whole_replaces_its_own_files() {
    for habits in [LOWER, CASELESS, COMPOSED] {
        let service = Service::with(&["README", "cafe\u{301}", "D/e"]);
        let target = Mounted::new(habits);
        service.download(target.path(), &["/Y"]).succeeded();
        service.put("README", "a newer one");
        let outcome = service.download(target.path(), &["/Y"]).succeeded();
        outcome.counting(3, 0, 0);
        let text = fs::read_to_string(target.join("README")).expect("it is there");
        assert_eq!(text, "a newer one");
        drop(service.server);
    }
}
