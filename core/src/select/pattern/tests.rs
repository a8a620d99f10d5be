//! How a whole pattern is read, by each rule.

use super::*;

fn wildcard(text: &str, ignore_case: bool, recursive: bool) -> Pattern {
    let rule = PatternRule::Wildcard {
        ignore_case,
        recursive,
    };
    Pattern::new(Some(text), rule).unwrap()
}

fn kept<'a>(pattern: &Pattern, names: &[&'a str]) -> Vec<&'a str> {
    names
        .iter()
        .copied()
        .filter(|name| pattern.matches(name.as_bytes()))
        .collect()
}

const TREE: [&str; 6] = [
    "abc.txt",
    "abc1.txt",
    "xyz.txt",
    "subfolder/a.txt",
    "subfolder/abcd.txt",
    "subfolder/deep/A",
];

#[test]
fn a_wildcard_is_matched_against_the_last_part_of_a_name() {
    assert_eq!(
        kept(&wildcard("a*", true, true), &TREE),
        [
            "abc.txt",
            "abc1.txt",
            "subfolder/a.txt",
            "subfolder/abcd.txt",
            "subfolder/deep/A"
        ]
    );
    assert_eq!(
        kept(&wildcard("a*", true, false), &TREE),
        ["abc.txt", "abc1.txt"]
    );
}

#[test]
fn no_pattern_is_every_name_of_a_folder() {
    let rule = |recursive| PatternRule::Wildcard {
        ignore_case: false,
        recursive,
    };
    assert_eq!(kept(&Pattern::new(None, rule(true)).unwrap(), &TREE), TREE);
    assert_eq!(
        kept(&Pattern::new(None, rule(false)).unwrap(), &TREE),
        ["abc.txt", "abc1.txt", "xyz.txt"]
    );
}

#[test]
fn a_folder_in_the_pattern_is_where_the_search_begins() {
    let pattern = wildcard("subfolder/a*", false, false);
    assert_eq!(pattern.folder(), "subfolder");
    assert!(pattern.is_flat());
    assert_eq!(
        kept(&pattern, &TREE),
        ["subfolder/a.txt", "subfolder/abcd.txt"]
    );
    let pattern = wildcard("subfolder\\", true, true);
    assert_eq!(pattern.folder(), "subfolder");
    assert_eq!(kept(&pattern, &TREE).len(), 3);
    assert!(kept(&pattern, &["subfolder2/a", "subfolder"]).is_empty());
}

#[test]
fn a_backslash_separates_in_the_windows_reading_only() {
    assert_eq!(wildcard("a\\b\\*.txt", true, true).folder(), "a/b");
    let pattern = wildcard("a\\b*", false, true);
    assert_eq!(pattern.folder(), "");
    assert!(pattern.matches(b"x/a\\b.txt"));
}

#[test]
fn needless_parts_of_a_folder_fall_away() {
    let pattern = wildcard("./a//b/x*", false, false);
    assert_eq!(pattern.folder(), "a/b");
    assert!(pattern.matches(b"a/b/x1"));
}

#[test]
fn a_pattern_cannot_leave_the_source() {
    let rule = PatternRule::Wildcard {
        ignore_case: true,
        recursive: true,
    };
    for text in [
        "..", "../x", "x/../y", "a..", "a../b", "..\\x", "/etc/*", "\\x", "a\0",
    ] {
        assert!(Pattern::new(Some(text), rule).is_err(), "{text}");
    }
    for text in ["a..b", "..a123", "a..b/c"] {
        assert!(Pattern::new(Some(text), rule).is_ok(), "{text}");
    }
}

#[test]
fn a_wildcard_in_a_folder_name_is_refused() {
    let rule = PatternRule::Wildcard {
        ignore_case: false,
        recursive: true,
    };
    let error = Pattern::new(Some("sub*/x"), rule).unwrap_err();
    assert!(error.to_string().contains("`sub*`"), "{error}");
}

#[test]
fn an_exact_pattern_is_one_name_and_none_is_no_name() {
    let pattern = Pattern::new(Some("abc.txt"), PatternRule::Exact).unwrap();
    assert_eq!(
        kept(&pattern, &["abc.txt", "ABC.txt", "abc.txt2", "vd/abc.txt"]),
        ["abc.txt"]
    );
    let none = Pattern::new(None, PatternRule::Exact).unwrap();
    assert!(kept(&none, &TREE).is_empty());
    assert!(!none.matches(b""));
}

#[test]
fn a_prefix_pattern_is_how_a_name_begins() {
    let names = ["abc.txt", "ab/c", "xyz.txt", "vd1/a.txt", "Abc"];
    let pattern = Pattern::new(Some("a"), PatternRule::Prefix).unwrap();
    assert_eq!(pattern.prefix(), "a");
    assert_eq!(kept(&pattern, &names), ["abc.txt", "ab/c"]);
    assert_eq!(
        kept(&Pattern::new(None, PatternRule::Prefix).unwrap(), &names),
        names
    );
    assert!(
        kept(
            &Pattern::new(Some("a*"), PatternRule::Prefix).unwrap(),
            &names
        )
        .is_empty()
    );
}

#[test]
fn a_walking_lister_gets_the_same_answer_from_the_last_part() {
    let pattern = wildcard("subfolder/a*", false, true);
    for name in TREE.iter().filter(|name| name.starts_with("subfolder/")) {
        let last = name.rsplit('/').next().unwrap();
        assert_eq!(
            pattern.matches_file(last.as_bytes()),
            pattern.matches(name.as_bytes()),
            "{name}"
        );
    }
}
