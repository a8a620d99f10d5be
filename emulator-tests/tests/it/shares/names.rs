//! Names that files here can have, to a share and back: each comes back, with what a share
//! cannot have as `%HH`, or fails alone and says so.

use std::collections::BTreeSet;

use azring_emulator_tests::command::Folder;
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::Tree;

use super::{download, folder_with, upload};
use crate::names;

/// Whether a share can have a part of a path, in the form in which it is sent.
fn is_possible(part: &str) -> bool {
    let upper = part.to_ascii_uppercase();
    let is_numbered = |device: &str| {
        let number = upper.strip_prefix(device).unwrap_or_default();
        matches!(number.as_bytes(), [b'1'..=b'9'])
    };
    !(["CON", "PRN", "AUX", "NUL", "CLOCK$"].contains(&upper.as_str())
        || is_numbered("COM")
        || is_numbered("LPT")
        // The emulator takes the last one for a name that is not UTF-8.
        || part.contains(|character: char| character < ' ' || character == '\u{fffd}'))
}

/// A name as a share compares it: letter by letter without case.
fn folded_name(name: &str) -> String {
    let upper = |letter: char| {
        let mut upper = letter.to_uppercase();
        upper
            .next()
            .filter(|_| upper.next().is_none())
            .unwrap_or(letter)
    };
    name.chars().map(upper).collect()
}

/// The name that a file has in a share, and keeps on the way back, as with AzCopy.
fn escaped(name: &str) -> String {
    let escape = |character: char| match character {
        '"' | '\\' | ':' | '|' | '<' | '>' | '*' | '?' => format!("%{:02X}", u32::from(character)),
        _ => character.to_string(),
    };
    name.chars().map(escape).collect()
}

#[test]
fn names_come_back_from_a_share_or_fail_one_by_one() {
    let (_server, service) = single_account::start_for_files();
    let share = service.fresh_share("names");
    // A share does not tell apart names that differ only in case: the first of them goes.
    let mut seen = BTreeSet::new();
    let (mut goes, mut fails) = (Tree::new(), Tree::new());
    for name in names::names().into_iter().chain(names::obeyed()) {
        let bytes = format!("what is in {name}");
        let is_first = seen.insert(folded_name(&name));
        let fits = name.split('/').all(is_possible);
        if fits && is_first {
            goes = goes.with(&name, bytes);
        } else {
            fails = fails.with(&name, bytes);
        }
    }
    assert!(goes.len() + fails.len() >= 200);
    let all = fails
        .files()
        .fold(goes.clone(), |tree, (name, bytes)| tree.with(name, bytes));
    let folder = folder_with(&all);
    let outcome = upload(&folder, &share).run().failed();
    let summary = outcome.summary();
    assert_eq!(summary.done + summary.failed, all.len() as u64, "{outcome}");
    assert_eq!(outcome.errors().len() as u64, summary.failed, "{outcome}");
    assert_eq!(share.names().len() as u64, summary.done, "{outcome}");
    assert_eq!(
        (summary.done, summary.failed),
        (goes.len() as u64, fails.len() as u64),
        "{outcome}"
    );

    let target = Folder::new();
    let down = download(&share, &target).run();
    down.succeeded().counting(goes.len() as u64, 0, 0);
    let expected = goes.files().fold(Tree::new(), |tree, (name, bytes)| {
        tree.with(&escaped(name), bytes)
    });
    assert_same(&expected, &Tree::read_from(target.path()));
}

#[test]
fn names_that_differ_in_case_only_never_replace_each_other() {
    let (_server, service) = single_account::start_for_files();
    let share = service.fresh_share("case");
    let folder = folder_with(&Tree::named(["Case", "case", "D/x", "d/x", "other"]));
    let outcome = upload(&folder, &share).run().failed();
    outcome.counting(3, 0, 2);
    for name in share.names() {
        let bytes = share.get(&name);
        let text = String::from_utf8_lossy(&bytes);
        assert!(text.to_lowercase().contains(&name.to_lowercase()), "{name}");
    }
    assert_eq!(share.names().len(), 3);
}

#[test]
fn forbidden_characters_are_escaped_as_azcopy_does() {
    let (_server, service) = single_account::start_for_files();
    let share = service.fresh_share("escaped");
    let folder = folder_with(&Tree::named([r#"a"b:c|d<e>f*g?h"#, r"back\slash", "x:/y?"]));
    upload(&folder, &share).run().succeeded().counting(3, 0, 0);
    assert_eq!(
        share.names(),
        ["a%22b%3Ac%7Cd%3Ce%3Ef%2Ag%3Fh", "back%5Cslash", "x%3A/y%3F"]
    );
}
