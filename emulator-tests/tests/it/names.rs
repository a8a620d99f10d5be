//! Names that people, programs and enemies give to files: each comes back as it went, or fails alone and says so, and none
//! of them speaks to a terminal.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;

use azring_emulator_tests::azurite;
use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::emulator::Server;
use azring_emulator_tests::rest::Container;
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::{Tree, names_below};

/// Names that files here can have and that need care somewhere: in a URL, in XML, in a signature, on another system.
const CAREFUL: &[&str] = &[
    // Percent signs that look like something, and blanks and dots at the ends.
    "%",
    "%%",
    "%4",
    "%41",
    "%2F",
    "%2f",
    "%5C",
    "%00",
    "%0A",
    "%E2%82%AC",
    "a%20b",
    "a%2Fb/c%2Fd",
    "a+b",
    "a%2Bb",
    "#?&=",
    "?comp=list",
    "&lt;",
    "&amp;",
    "]]>",
    "<Name>",
    "<!--",
    "'\"`",
    "$(true)",
    "`true`",
    ";rm",
    "|cat",
    "~",
    "-S",
    "--source",
    "Source:x/y",
    "@file",
    " leading",
    "trailing ",
    " both ",
    " ",
    "  ",
    "two  blanks",
    "d /e",
    " d2/ e",
    ".hidden",
    "..a",
    "a..b",
    "...",
    "....",
    "a.",
    "a..",
    "d./e.",
    "d../e",
    ".d/.e",
    "tar.gz.",
    "a. ",
    "a .",
    // Unicode: composed and decomposed, wide and narrow, and from right to left.
    "caf\u{e9}",
    "cafe\u{301}",
    "\u{ac00}",
    "\u{1100}\u{1161}",
    "\u{fb01}",
    "fi",
    "\u{df}",
    "\u{1e9e}",
    "\u{130}",
    "\u{131}",
    "I",
    "i",
    "\u{3c3}\u{3c2}",
    "\u{212b}",
    "\u{c5}",
    "A\u{30a}",
    "🦀",
    "🦀.txt",
    "👨\u{200d}👩\u{200d}👧",
    "🇩🇪",
    "👍🏽",
    "𝒳",
    "日本語",
    "中文/文件",
    "한국어",
    "ไทย",
    "हिन्दी",
    "שלום",
    "سلام",
    "abc שלום def",
    "a\u{200e}b",
    "a\u{200f}b",
    "\u{202e}txt.exe",
    "\u{2066}x\u{2069}",
    "\u{200b}",
    "\u{feff}bom",
    "no\u{a0}break",
    "\u{3000}",
    "\u{2028}",
    "\u{2029}",
    "\u{e000}",
    "\u{fffd}",
    "\u{10fffd}",
    "z\u{337}\u{33a}\u{353}",
    "soft\u{ad}hyphen",
    "\u{ff0f}",
    "\u{2215}",
    "\u{2024}\u{2024}",
    "＊",
    "½",
    // The same but for the case of letters.
    "Case",
    "case",
    "CASE",
    "Folder/x",
    "folder/x",
    "FOLDER/X",
    // What Windows has other plans for.
    "CON",
    "con.txt",
    "NUL",
    "aux",
    "COM1",
    "LPT1",
    "CLOCK$",
    "desktop.ini",
    "Thumbs.db",
    "C:",
    "C:x",
    "a:b",
    "\u{f03a}",
    // What services have plans for.
    "$root",
    "$logs",
    "$web",
    "index.html",
    "robots.txt",
    "?sv=1&sig=abc",
    "..%2f",
    "%2e%2e",
    "%2e%2e%2fx",
];

/// Names with characters that a terminal obeys, or that XML 1.0 cannot have.
const OBEYED: &[&str] = &[
    "new\nline",
    "\n",
    "carriage\rreturn",
    "tab\tstop",
    "\u{1b}[31mred\u{1b}[0m",
    "\u{1b}]0;title\u{7}",
    "bell\u{7}",
    "back\u{8}space",
    "\u{1}",
    "delete\u{7f}",
    "next\u{85}line",
    "\u{9b}31mred",
    "folder\n/file\u{1b}",
    "\u{fffe}",
    "\u{ffff}",
    "form\u{c}feed",
];

/// Names with characters that a terminal obeys.
pub(crate) fn obeyed() -> impl Iterator<Item = String> {
    OBEYED.iter().map(|name| (*name).to_owned())
}

/// All that can be told apart on any server.
pub(crate) fn names() -> BTreeSet<String> {
    let mut names: BTreeSet<String> = CAREFUL.iter().map(|name| (*name).to_owned()).collect();
    let punctuation = ('!'..='~').filter(char::is_ascii_punctuation);
    // A slash separates, and a backslash becomes one.
    for letter in punctuation.filter(|letter| !matches!(letter, '/' | '\\')) {
        names.extend([
            format!("{letter}begins"),
            format!("in{letter}side"),
            format!("ends{letter}"),
            format!("folder{letter}/{letter}file"),
        ]);
    }
    // Exactly as long as a blob's name may be: 1024 characters, which are counted in UTF-16.
    names.insert(["n"; 5].map(|part| part.repeat(204)).join("/"));
    names.insert(
        ["ü"; 9]
            .map(|part| part.repeat(113))
            .join("/")
            .chars()
            .skip(1)
            .collect(),
    );
    names
}

fn tree_of(names: impl IntoIterator<Item = String>) -> Tree {
    names.into_iter().fold(Tree::new(), |tree, name| {
        let bytes = format!("what is in {name}");
        tree.with(&name, bytes)
    })
}

fn upload(source: &Folder, container: &Container) -> Azring {
    Azring::upload(source.path(), container).args(["/S", "/Y"])
}

fn download(container: &Container, target: &Folder) -> Azring {
    Azring::download(container, target.path()).args(["/S", "/Y"])
}

fn come_back(container: &Container, tree: &Tree) {
    let (source, target) = (Folder::new(), Folder::new());
    tree.write_to(source.path());
    let files = tree.len() as u64;
    upload(&source, container)
        .run()
        .succeeded()
        .counting(files, 0, 0);
    let stored: Vec<_> = container.names();
    let sent: Vec<_> = tree.files().map(|(name, _)| name.to_owned()).collect();
    assert_eq!(stored, sent);
    let down = download(container, &target).run();
    down.succeeded().counting(files, 0, 0);
    assert_same(tree, &Tree::read_from(target.path()));
}

/// A strict service of the test's own, and a container of it.
fn emulator() -> (Server, Container) {
    let (server, service) = single_account::start();
    let container = service.fresh_container("names");
    (server, container)
}

#[test]
fn two_hundred_names_come_back_from_azurite() {
    let names = names();
    assert!(names.len() >= 200, "only {}", names.len());
    let container = azurite::shared().blob_service().fresh_container("names");
    come_back(&container, &tree_of(names));
}

#[test]
fn two_hundred_names_and_those_that_terminals_obey_come_back() {
    let (_server, container) = emulator();
    come_back(&container, &tree_of(names().into_iter().chain(obeyed())));
}

/// Nothing but line ends may control whatever shows this.
#[track_caller]
fn assert_tame(what: &str, text: &str) {
    let raw = text.chars().find(|letter| {
        (letter.is_control() && *letter != '\n')
            || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    });
    assert_eq!(raw, None, "in {what}: {text:?}");
}

#[test]
fn no_name_controls_the_terminal_in_any_output() {
    let (server, container) = emulator();
    let source = Folder::new();
    let right_to_left = ["\u{202e}txt.exe", "a\u{200f}b"];
    let names = OBEYED
        .iter()
        .chain(&right_to_left)
        .map(|name| (*name).to_owned());
    let tree = tree_of(names);
    tree.write_to(source.path());
    fs::write(source.path().join(OsStr::from_bytes(b"raw \xff\x1b")), "x").expect("ours");
    let records = Folder::new();
    let log = records.join("log");
    let recorded = |copy: Azring| copy.arg(format!("/V:{}", log.display()));
    // Each name is told as listed, as failed, as done, and as skipped.
    let mut told = vec![recorded(upload(&source, &container)).arg("/L").run()];
    let refusal = r#"{"rules": [{"name": "no", "when": {"method": "PUT", "path": "*/names*/*"},
        "then": {"answer": {"status": 403, "code": "AuthorizationPermissionMismatch"}}}]}"#;
    server.set_fault_plan(refusal);
    let refused = recorded(upload(&source, &container)).run().failed();
    assert_eq!(refused.summary().failed, tree.len() as u64 + 1, "{refused}");
    told.push(refused);
    server.clear_faults();
    told.push(
        recorded(upload(&source, &container))
            .run()
            .counting(tree.len() as u64, 0, 1),
    );
    told.push(
        recorded(upload(&source, &container))
            .args(["/XO", "/XN"])
            .run(),
    );
    told.push(
        recorded(upload(&source, &container))
            .arg("/Output:json")
            .run(),
    );
    for outcome in &told {
        assert_tame("standard output", &outcome.stdout);
        assert_tame("standard error", &outcome.stderr);
    }
    let text = fs::read_to_string(log).expect("it was written");
    assert!(text.contains("tab"), "it tells of the names");
    assert_tame("the verbose log", &text);
}

#[test]
fn a_name_that_is_no_text_fails_alone_and_is_shown_by_its_bytes() {
    let (_server, container) = emulator();
    let source = Folder::new();
    let rest = Tree::named(["a", "d/b"]);
    rest.write_to(source.path());
    for name in [
        &b"\xff"[..],
        b"latin \xe9",
        b"half \xf0\x9f\xa6",
        b"lone \xed\xa0\x80",
        b"d/\xc0\x80",
    ] {
        fs::write(source.path().join(OsStr::from_bytes(name)), "x").expect("the folder is ours");
    }
    let outcome = upload(&source, &container).run().failed().counting(2, 0, 5);
    let outcome = outcome.naming(&[r"\xff", r"latin \xe9", r"half \xf0\x9f\xa6", "UTF-8"]);
    assert_eq!(outcome.errors().len(), 5, "one error for each: {outcome}");
    assert_same(&rest, &Tree::get_from(&container));
}

#[test]
fn a_name_that_is_one_character_too_long_fails_alone() {
    let (_server, container) = emulator();
    let source = Folder::new();
    // Four bytes of a file's name, but two characters of a blob's.
    let (fits, too_long) = (
        ["🦀"; 9].map(|part| part.repeat(56)).join("/"),
        ["n"; 5].map(|part| part.repeat(204)).join("/"),
    );
    let rest = tree_of(["a".to_owned(), fits]);
    let tree = rest.clone().with(&(too_long + "n"), "x");
    tree.write_to(source.path());
    let outcome = upload(&source, &container).run().failed();
    outcome
        .counting(2, 0, 1)
        .naming(&["must not exceed 1024 characters"]);
    assert_same(&rest, &Tree::get_from(&container));
}

#[test]
fn a_backslash_becomes_a_slash_unless_that_name_is_taken() {
    let (_server, container) = emulator();
    let source = Folder::new();
    Tree::named(["one\\two", "taken\\x", "taken/x"]).write_to(source.path());
    let outcome = upload(&source, &container).run().failed();
    outcome.counting(2, 0, 1).naming(&["taken\\x"]);
    assert_eq!(container.names(), ["one/two", "taken/x"]);
    assert_eq!(container.get("taken/x"), b"what is in taken/x\n");
}

#[test]
fn blobs_whose_names_no_two_files_can_have_fail_one_by_one() {
    let (_server, container) = emulator();
    let longest = "n".repeat(1024);
    let blobs = [
        // Both at once cannot be: one is a file, and the other needs it to be a folder.
        "both",
        "both/below",
        // Become the same file.
        "x//y",
        "x/%2Fy",
        "..",
        "a/../b",
        ".",
        "nul\u{0}",
        &longest,
        "fine",
        "fine ",
        "Fine",
        "deep//er/",
    ];
    for name in blobs.iter().filter(|name| **name != "nul\u{0}") {
        container.put(name, *name);
    }
    let target = Folder::new();
    let outcome = download(&container, &target).run().failed();
    let summary = outcome.summary();
    let names = names_below(target.path());
    let expected = ["Fine", "deep/%2Fer%2F", "fine", "fine "];
    for name in expected {
        assert!(
            names.iter().any(|found| found == name),
            "{name} is not there: {outcome}"
        );
    }
    assert_eq!(
        names.iter().filter(|name| name.starts_with("both")).count(),
        1,
        "{names:?}"
    );
    assert_eq!(summary.done, names.len() as u64, "{outcome}");
    assert_eq!(
        summary.done + summary.failed,
        blobs.len() as u64 - 1,
        "{outcome}"
    );
    assert_eq!(outcome.errors().len() as u64, summary.failed, "{outcome}");
}
