//! What goes up comes back: all lengths around the edges, all kinds of names, random trees, and the same tree in every mode
//! of reading and writing files.

use azring_emulator_tests::azurite;
use azring_emulator_tests::command::{Azring, Folder, ORDINARY_MEMLOCK, Outcome};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::rest::{Container, content_md5};
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::{Tree, noise};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

/// What one request may carry, and the length of a block, unless asked otherwise, in bytes.
const BLOCK: usize = 4 << 20;

/// The best mode, which a run need not mention.
const REGISTERED: &str = "io: ring, registered buffers";

/// One way up and down: a tree, and how the two runs are made.
struct Row {
    purpose: &'static str,
    tree: Tree,
    /// Changes both runs.
    how: fn(Azring) -> Azring,
    up: &'static [&'static str],
    down: &'static [&'static str],
    /// Whether a run may say this about how it reads and writes files.
    is_expected: fn(&str) -> bool,
}

impl Row {
    /// A tree that goes up and comes down by runs without any word for it.
    fn new(purpose: &'static str, tree: Tree) -> Self {
        Self {
            purpose,
            tree,
            how: |azring| azring,
            up: &[],
            down: &[],
            is_expected: is_a_mode,
        }
    }

    /// A tree of small and empty files, and one of several blocks with an end that is aligned to nothing, in another way
    /// of reading and writing files.
    fn in_mode(
        purpose: &'static str,
        how: fn(Azring) -> Azring,
        is_expected: fn(&str) -> bool,
    ) -> Self {
        let tree = Tree::named(["a", "b/c", "b/d/e"])
            .with("empty", "")
            .with("large", noise(5, 13 * 1024 * 1024 + 321));
        Self {
            how,
            is_expected,
            ..Self::new(purpose, tree)
        }
    }

    /// Sends the tree up and down again; compares bytes, stored MD5s, and what the runs say about their mode. Returns the
    /// container.
    fn goes_round(&self) -> Container {
        let purpose = self.purpose;
        let container = azurite::shared().blob_service().fresh_container(purpose);
        let account = container.service().account();
        let (source, target) = (Folder::new(), Folder::new());
        self.tree.write_to(source.path());
        let files = self.tree.len() as u64;

        let upload = Azring::copy(source.path(), container.url())
            .dest_key(account)
            .arg("/S");
        let upload = (self.how)(upload.args(self.up)).run().succeeded();
        self.has_expected_mode(&upload.counting(files, 0, 0));

        let listed = container.list();
        assert_eq!(
            listed.len(),
            self.tree.len(),
            "{purpose}: {:?}",
            listed.keys()
        );
        for (name, bytes) in self.tree.files() {
            let blob = &listed[name];
            assert_eq!(
                blob.bytes,
                bytes.len() as u64,
                "{purpose}: length of {name:?}"
            );
            assert_eq!(
                blob.content_md5,
                content_md5(bytes),
                "{purpose}: MD5 of {name:?}"
            );
        }

        let download = Azring::copy(container.url(), target.path())
            .source_key(account)
            .arg("/S");
        let download = (self.how)(download.args(self.down)).run().succeeded();
        self.has_expected_mode(&download.counting(files, 0, 0));
        assert_same(&self.tree, &Tree::read_from(target.path()));
        container
    }

    /// A run says at most once which mode it is in; the best mode needs no notice.
    fn has_expected_mode(&self, outcome: &Outcome) {
        let notices = outcome.mode_notices();
        let notice = match &notices[..] {
            [] => REGISTERED,
            [notice] => notice,
            _ => panic!("{}: more than one mode: {outcome}", self.purpose),
        };
        assert!((self.is_expected)(notice), "{}: {notice}", self.purpose);
    }
}

/// One of the three modes, with its reason where it is not the best: a machine may refuse io_uring to everybody, and then
/// the run has to say so.
fn is_a_mode(notice: &str) -> bool {
    notice == REGISTERED || is_plain_ring(notice) || is_threads(notice)
}

fn is_plain_ring(notice: &str) -> bool {
    notice.starts_with("io: ring, plain buffers (")
}

fn is_threads(notice: &str) -> bool {
    notice.starts_with("io: threads (")
}

/// Lengths around the edges of pages, requests and blocks.
fn lengths() -> Tree {
    let edges = [512, 4096, BLOCK, 2 * BLOCK];
    let around = edges
        .into_iter()
        .flat_map(|edge| [edge - 1, edge, edge + 1]);
    [0, 1]
        .into_iter()
        .chain(around)
        .fold(Tree::new(), |tree, length| {
            tree.with(&format!("{length} bytes"), noise(length as u64, length))
        })
}

/// Names that need care, and names as long as a file system and the service allow.
fn names() -> Tree {
    let component = "n".repeat(255);
    let longest = [component.as_str(); 4].join("/");
    assert_eq!(longest.len(), 1023);
    Tree::named([
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
    ])
    .with(&"m".repeat(255), "short")
    .with(&longest, "long")
}

#[test]
fn every_length_and_name_comes_back() {
    let blocks = Tree::new().with("large", noise(1, 20 * 1024 * 1024 + 5));
    for row in [
        Row {
            down: &["/CheckMD5"],
            ..Row::new("lengths", lengths())
        },
        Row {
            up: &["/BlockSizeInMb:8", "/NC:3"],
            down: &["/NC:1"],
            ..Row::new("other-blocks", blocks)
        },
        Row::new("names", names()),
    ] {
        row.goes_round();
    }
}

#[test]
fn every_mode_of_reading_and_writing_files_copies_and_is_named() {
    for row in [
        Row::in_mode("as-whoever-runs-this", |azring| azring, is_a_mode),
        Row::in_mode(
            "little-memory-to-lock",
            |azring| azring.as_ordinary_user().memlock(ORDINARY_MEMLOCK),
            is_a_mode,
        ),
        Row::in_mode(
            "no-memory-to-lock",
            |azring| azring.as_ordinary_user().memlock(0),
            |notice| is_plain_ring(notice) || is_threads(notice),
        ),
        Row::in_mode("io-uring-refused", Azring::without_io_uring, is_threads),
        Row::in_mode(
            "threads-by-choice",
            |azring| azring.arg("/IO:threads"),
            is_threads,
        ),
    ] {
        let container = row.goes_round();
        // Read without azring.
        assert_same(&row.tree, &Tree::get_from(&container));
    }
}

#[test]
fn ring_by_choice_is_an_error_where_it_is_refused() {
    let (_server, service) = single_account::start();
    let container = service.fresh_container("mode");
    let source = Folder::new();
    Tree::named(["a", "b/c"]).write_to(source.path());
    let outcome = Azring::copy(source.path(), container.url())
        .dest_key(service.account())
        .args(["/S", "/IO:ring", "/DestType:Blob"])
        .without_io_uring()
        .run();
    outcome.failed().naming(&["io_uring"]);
    assert!(container.names().is_empty());
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
        Row::new("random", tree).goes_round();
        Ok(())
    });
    result.unwrap_or_else(|failure| panic!("{failure}"));
}
