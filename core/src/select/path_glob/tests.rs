//! Wildcard patterns by example, and against a reference.

use proptest::prelude::*;

use super::*;

const POSIX: NameReading = NameReading {
    ignore_case: false,
    backslash_separates: false,
};

const WINDOWS: NameReading = NameReading {
    ignore_case: true,
    backslash_separates: true,
};

fn glob(text: &str, reading: NameReading) -> PathGlob {
    PathGlob::parse(text.as_bytes(), reading, PatternSyntax::Own).expect(text)
}

fn matched<'a>(text: &str, names: &[&'a str]) -> Vec<&'a str> {
    let glob = glob(text, POSIX);
    let mut names = names.to_vec();
    names.retain(|name| glob.matches(&Subject::new(name.as_bytes(), POSIX)));
    names
}

const TREE: [&str; 9] = [
    "a.txt",
    "b.log",
    "logs/a.txt",
    "logs/b.log",
    "logs/old/c.log",
    "old/logs/d.log",
    "logs",
    "x[1]",
    "é.txt",
];

#[test]
fn a_pattern_without_a_slash_is_a_name_at_any_depth() {
    assert_eq!(
        matched("*.log", &TREE),
        ["b.log", "logs/b.log", "logs/old/c.log", "old/logs/d.log"]
    );
    assert_eq!(matched("logs", &TREE), ["logs"]);
    assert_eq!(matched("?.txt", &TREE), ["a.txt", "logs/a.txt", "é.txt"]);
    assert_eq!(matched("*", &TREE), TREE);
}

#[test]
fn a_pattern_with_a_slash_is_a_path_from_the_root() {
    assert_eq!(matched("logs/*.log", &TREE), ["logs/b.log"]);
    assert_eq!(matched("/*.log", &TREE), ["b.log"]);
    assert_eq!(
        matched("logs/**", &TREE),
        ["logs/a.txt", "logs/b.log", "logs/old/c.log"]
    );
    assert_eq!(
        matched("logs/**/*.log", &TREE),
        ["logs/b.log", "logs/old/c.log"]
    );
    assert_eq!(
        matched("**/logs/*", &TREE),
        ["logs/a.txt", "logs/b.log", "old/logs/d.log"]
    );
    assert_eq!(
        matched("l**.log", &TREE),
        ["logs/b.log", "logs/old/c.log", "old/logs/d.log"]
    );
    assert_eq!(matched("/l**.log", &TREE), ["logs/b.log", "logs/old/c.log"]);
}

#[test]
fn a_slash_at_the_end_is_a_folder_with_everything_below_it() {
    assert_eq!(
        matched("logs/", &TREE),
        [
            "logs/a.txt",
            "logs/b.log",
            "logs/old/c.log",
            "old/logs/d.log"
        ]
    );
    assert_eq!(
        matched("/logs/", &TREE),
        ["logs/a.txt", "logs/b.log", "logs/old/c.log"]
    );
    assert_eq!(matched("o*d/", &TREE), ["logs/old/c.log", "old/logs/d.log"]);
}

#[test]
fn classes_choices_and_backslashes() {
    assert_eq!(
        matched("[ac].{txt,log}", &TREE),
        ["a.txt", "logs/a.txt", "logs/old/c.log"]
    );
    assert_eq!(
        matched("[!a-b].*", &TREE),
        ["logs/old/c.log", "old/logs/d.log", "é.txt"]
    );
    assert_eq!(
        matched("{logs/{a,b},old/logs/d}.*", &TREE),
        ["logs/a.txt", "logs/b.log", "old/logs/d.log"]
    );
    assert_eq!(matched(r"x\[1\]", &TREE), ["x[1]"]);
    assert_eq!(matched("x[[]1]", &TREE), ["x[1]"]);
    assert_eq!(matched("[]]", &["]", "a"]), ["]"]);
    assert_eq!(matched("a,b", &["a,b"]), ["a,b"]);
    assert_eq!(matched("a{,b}", &["a", "ab"]), ["a", "ab"]);
}

#[test]
fn in_the_reading_of_windows_case_is_ignored_and_a_backslash_separates() {
    let glob = glob(r"Logs\*.[L]OG", WINDOWS);
    let has = |name: &str| glob.matches(&Subject::new(name.as_bytes(), WINDOWS));
    assert!(has("logs/A.log") && has("LOGS/é.LOG"));
    assert!(!has("old/logs/a.log") && !has("logs/a.lo"));
    let other = super::PathGlob::parse("É?".as_bytes(), WINDOWS, PatternSyntax::Own).unwrap();
    assert!(other.matches(&Subject::new("éx".as_bytes(), WINDOWS)));
}

#[test]
fn bytes_that_are_no_text_are_one_character_each() {
    let name = b"a\xff\xfe/\xc3.b";
    let has = |text: &[u8]| {
        let glob = PathGlob::parse(text, POSIX, PatternSyntax::Own).unwrap();
        glob.matches(&Subject::new(name, POSIX))
    };
    assert!(has(b"a??/?.b") && has(b"a\xff*/*") && has(b"?.b") && has(b"[\xc3].b"));
    assert!(!has(b"a?/?.b") && !has(b"a\xfe*/*") && !has("Ã.b".as_bytes()));
    let newline = b"a\nb";
    assert!(matched("a?b", &["a\nb"]) == ["a\nb"] && newline.len() == 3);
}

#[test]
fn a_pattern_that_cannot_be_read_says_why() {
    for (text, says) in [
        ("", "empty"),
        ("a[b", "`[` without its `]`"),
        ("[", "`[` without its `]`"),
        ("[]", "`[` without its `]`"),
        ("[z-a]", "ends before it begins"),
        ("[a/b]", "`/` in `[ ]`"),
        ("{a", "`{` without its `}`"),
        ("a}", "`}` without its `{`"),
        ("a***", "more than two `*`"),
        ("a\\", "`\\` before nothing"),
        ("a\0", "NUL"),
        ("/", "nothing below the root"),
        ("../a", "`.` and `..` are no names"),
        ("a/./b", "`.` and `..` are no names"),
        (
            "{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}",
            "more than 1000",
        ),
        ("{{{{{{{{{{{{{{{{{{a}}}}}}}}}}}}}}}}}}", "within each other"),
    ] {
        let refused = PathGlob::parse(text.as_bytes(), POSIX, PatternSyntax::Own);
        let why = refused.expect_err(text);
        assert!(why.contains(says), "{text}: {why}");
    }
}

#[test]
fn a_pattern_of_rclone_is_the_end_of_a_path() {
    let rclone = |text: &str| {
        let glob = PathGlob::parse(text.as_bytes(), POSIX, PatternSyntax::Rclone).unwrap();
        let mut names = TREE.to_vec();
        names.retain(|name| glob.matches(&Subject::new(name.as_bytes(), POSIX)));
        names
    };
    assert_eq!(rclone("logs/*.log"), ["logs/b.log", "old/logs/d.log"]);
    assert_eq!(rclone("/logs/*.log"), ["logs/b.log"]);
    assert_eq!(rclone("/logs/**/b.log"), Vec::<&str>::new());
    assert_eq!(rclone("s/*.log"), Vec::<&str>::new());
    assert!(PathGlob::parse(b"{{a+}}", POSIX, PatternSyntax::Rclone).is_err());
}

#[test]
fn a_pattern_knows_which_folders_it_can_match_below() {
    for (text, folder, may, all) in [
        ("logs/*", "logs/", true, false),
        ("logs/*", "old/", false, false),
        ("logs/*", "logs/old/", false, false),
        ("logs/**", "logs/old/", true, true),
        ("logs/", "old/logs/", true, true),
        ("logs/", "old/", true, false),
        ("/logs/", "old/", false, false),
        ("*", "old/", true, true),
        ("*.log", "old/", true, false),
        ("a/**/b", "a/x/", true, false),
        ("a/**/b", "b/", false, false),
    ] {
        let glob = glob(text, POSIX);
        let folder = Subject::new(folder.as_bytes(), POSIX);
        assert_eq!(glob.may_match_below(&folder), may, "{text}");
        assert_eq!(glob.matches_all_below(&folder), all, "{text}");
    }
}

/// The reference: whether the rest of a pattern matches the rest of a name. Without `{a,b}`.
fn reference(pattern: &[char], name: &[char]) -> bool {
    let rest = |from: usize| reference(&pattern[from..], &name[1..]);
    match (pattern, name) {
        ([], []) => true,
        (['*', '*', '/', ..], _) => {
            let after = name
                .iter()
                .enumerate()
                .filter(|(_, letter)| **letter == '/');
            let mut starts = std::iter::once(0).chain(after.map(|(at, _)| at + 1));
            starts.any(|at| reference(&pattern[3..], &name[at..]))
        }
        (['*', '*', ..], _) => (0..=name.len()).any(|at| reference(&pattern[2..], &name[at..])),
        (['*', ..], _) => {
            let part = name.iter().take_while(|letter| **letter != '/').count();
            (0..=part).any(|at| reference(&pattern[1..], &name[at..]))
        }
        ([], _) | (_, []) => false,
        (['\\', ..], [letter, ..]) => *letter == '/' && rest(1),
        (['?', ..], [letter, ..]) => *letter != '/' && rest(1),
        (['[', '!', one, ']', ..], [letter, ..]) => letter != one && *letter != '/' && rest(4),
        (['[', one, other, ']', ..], [letter, ..]) => (letter == one || letter == other) && rest(4),
        ([wanted, ..], [letter, ..]) => wanted == letter && rest(1),
    }
}

/// The pattern as the reference reads it: from the root, and a folder as `\**`. A backslash is the slash after a
/// folder, which is never part of `**/`.
fn whole(pattern: &str) -> Vec<char> {
    let (folder, is_folder) = match pattern.strip_suffix('/') {
        Some(folder) => (folder, true),
        None => (pattern, false),
    };
    let from_root = folder.strip_prefix('/');
    let anywhere = from_root.is_none() && !folder.contains('/');
    let text = format!(
        "{}{}{}",
        if anywhere { "**/" } else { "" },
        from_root.unwrap_or(folder),
        if is_folder { "\\**" } else { "" }
    );
    text.chars().collect()
}

fn patterns() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        4 => "[ab]{1,2}",
        2 => Just("*".to_owned()),
        1 => Just("**".to_owned()),
        1 => Just("?".to_owned()),
        1 => Just("[!a]".to_owned()),
        1 => Just("[ab]".to_owned()),
        1 => "[ab]\\*[ab]?",
        1 => "\\*\\*[ab]",
    ];
    let path = prop::collection::vec(part, 1..4).prop_map(|parts| parts.join("/"));
    (any::<bool>(), path, any::<bool>()).prop_map(|(is_from_root, path, is_folder)| {
        let (before, after) = (
            ["", "/"][usize::from(is_from_root)],
            ["", "/"][usize::from(is_folder)],
        );
        format!("{before}{path}{after}")
    })
}

proptest! {
    #[test]
    fn a_pattern_matches_what_the_reference_matches(
        pattern in patterns(),
        names in prop::collection::vec("[abc]{1,2}(/[abc]{1,2}){0,3}", 1..20),
    ) {
        let glob = glob(&pattern, POSIX);
        let whole = whole(&pattern);
        for name in &names {
            let letters: Vec<char> = name.chars().collect();
            let found = glob.matches(&Subject::new(name.as_bytes(), POSIX));
            prop_assert_eq!(found, reference(&whole, &letters), "{} {}", &pattern, name);
            for (at, _) in name.match_indices('/') {
                let folder = Subject::new(&name.as_bytes()[..=at], POSIX);
                prop_assert!(!found || glob.may_match_below(&folder), "{} {}", &pattern, name);
                prop_assert!(found || !glob.matches_all_below(&folder), "{} {}", &pattern, name);
            }
            let mut heads = glob.heads();
            prop_assert!(!found || heads.any(|head| name.as_bytes().starts_with(head)));
        }
    }

    #[test]
    fn any_text_is_read_or_refused_and_compared_in_time(
        pattern in "[ab*?/{},\\[\\]!\\\\-]{0,40}",
        name in "[ab/]{0,60}",
    ) {
        if let Ok(glob) = PathGlob::parse(pattern.as_bytes(), POSIX, PatternSyntax::Own) {
            let _matches = glob.matches(&Subject::new(name.as_bytes(), POSIX));
        }
    }
}
