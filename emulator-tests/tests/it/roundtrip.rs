//! What goes up comes back: all lengths around the edges, all kinds of names, random trees.

use azring_emulator_tests::azurite;
use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::rest::content_md5;
use azring_emulator_tests::tree::{Tree, noise};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

/// What one request may carry, and the length of a block, unless asked otherwise, in bytes.
const BLOCK: usize = 4 << 20;

/// Sends `tree` up with `up` besides and down again with `down` besides, and compares bytes and stored MD5s.
fn up_and_down(purpose: &str, tree: &Tree, up: &[&str], down: &[&str]) {
    let container = azurite::shared().blob_service().fresh_container(purpose);
    let account = container.service().account();
    let (source, target) = (Folder::new(), Folder::new());
    tree.write_to(source.path());
    let files = tree.len() as u64;

    let upload = Azring::copy(source.path(), container.url())
        .dest_key(account)
        .arg("/S");
    upload.args(up).run().succeeded().counting(files, 0, 0);

    let listed = container.list();
    assert_eq!(listed.len(), tree.len(), "{:?}", listed.keys());
    for (name, bytes) in tree.files() {
        assert_eq!(listed[name].bytes, bytes.len() as u64, "length of {name:?}");
        assert_eq!(
            listed[name].content_md5,
            content_md5(bytes),
            "MD5 of {name:?}"
        );
    }

    let download = Azring::copy(container.url(), target.path())
        .source_key(account)
        .arg("/S");
    download.args(down).run().succeeded().counting(files, 0, 0);

    assert_same(tree, &Tree::read_from(target.path()));
}

#[test]
fn every_length_around_an_edge_comes_back() {
    let edges = [512, 4096, BLOCK, 2 * BLOCK];
    let lengths = edges
        .into_iter()
        .flat_map(|edge| [edge - 1, edge, edge + 1]);
    let tree = [0, 1]
        .into_iter()
        .chain(lengths)
        .fold(Tree::new(), |tree, length| {
            tree.with(&format!("{length} bytes"), noise(length as u64, length))
        });
    up_and_down("lengths", &tree, &[], &["/CheckMD5"]);
}

#[test]
fn blocks_of_another_length_come_back() {
    let tree = Tree::new().with("large", noise(1, 20 * 1024 * 1024 + 5));
    up_and_down("blocks", &tree, &["/BlockSizeInMb:8", "/NC:3"], &["/NC:1"]);
}

#[test]
fn names_that_need_care_come_back() {
    let tree = Tree::named([
        " leading and trailing ",
        "a b/c d/e f",
        "100%",
        "a%2Fb",
        "%41",
        "#hash?query&and=equals+plus",
        "'quotes' \"double\" `back`",
        "(round) [square] {curly} <angle>",
        "!$*,;:@=~^|",
        "ends with a dot.",
        "ends with dots...",
        ".hidden/.also",
        "...",
        "-starts-with-a-dash",
        "umlaut äöü ß",
        "decomposed a\u{308}",
        "日本語/中文",
        "emoji 🦀.txt",
        "no\u{a0}break",
        "a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t/u/v/w/x/y/z",
        "UPPER",
        "upper",
    ]);
    up_and_down("names", &tree, &[], &[]);
}

#[test]
fn long_names_come_back() {
    let component = "n".repeat(255);
    let longest = [component.as_str(); 4].join("/");
    assert_eq!(longest.len(), 1023);
    let tree = Tree::new()
        .with(&"m".repeat(255), "short")
        .with(&longest, "long");
    up_and_down("long-names", &tree, &[], &[]);
}

/// A part of a name: what people and programs call files, and what they should not.
fn name_part() -> impl Strategy<Value = String> {
    let part = "[a-zA-Z0-9 ._%#?&+=@~^$!'(){}\\[\\],;:|<>*\"äßé日🦀-]{1,12}";
    part.prop_filter("these name folders themselves", |part| {
        part != "." && part != ".."
    })
}

/// Up to 25 files of up to 100 kB in up to four levels; where a name is both file and folder, the folder wins.
fn any_tree() -> impl Strategy<Value = Tree> {
    let name = prop::collection::vec(name_part(), 1..=4).prop_map(|parts| parts.join("/"));
    let length = prop_oneof![Just(0_usize), 1..600_usize, 600..100_000_usize];
    prop::collection::btree_map(name, length, 1..25).prop_map(|files| {
        let is_folder = |name: &str| {
            files
                .keys()
                .any(|other| other.starts_with(&format!("{name}/")))
        };
        let files = files.iter().filter(|(name, _)| !is_folder(name));
        files.fold(Tree::new(), |tree, (name, &length)| {
            tree.with(name, noise(length as u64, length))
        })
    })
}

#[test]
fn any_tree_comes_back() {
    let config = ProptestConfig {
        cases: 12,
        failure_persistence: None,
        max_shrink_iters: 40,
        ..Default::default()
    };
    let mut runner = TestRunner::new(config);
    let result = runner.run(&any_tree(), |tree| {
        up_and_down("random", &tree, &[], &[]);
        Ok(())
    });
    result.unwrap_or_else(|failure| panic!("{failure}"));
}
