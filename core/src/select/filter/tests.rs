//! Filters by example, and against a reference.

use std::time::{Duration, UNIX_EPOCH};

use proptest::prelude::*;

use super::*;
use crate::entry::ObjectProperties;
use crate::select::RuleKind;

fn entry(name: &[u8], bytes: u64, seconds: u64) -> Entry {
    Entry {
        bytes,
        modified: UNIX_EPOCH + Duration::from_secs(seconds),
        version: crate::entry::Version::Local {
            modified_ns: 1,
            inode: 1,
        },
        ..Entry::unknown(EntryName::new(name))
    }
}

#[test]
fn a_filter_without_rules_selects_everything() {
    let filter = Filter::default();
    assert!(filter.selects_all() && filter.selects_name(b"") && filter.may_select_below(b"a"));
    assert!(filter.selects(&entry(b"a", 0, 0)));
    assert_eq!(filter.prefixes("x"), ["x"]);
    assert_eq!(filter.digest_of_files(), None);
}

#[test]
fn includes_of_all_kinds_are_alternatives_and_any_exclude_wins() {
    let mut filter = Filter::default();
    filter.include_pattern(b"*.txt").unwrap();
    filter.include_path(b"keep").unwrap();
    filter.include_regex(r"\.log$").unwrap();
    filter.exclude_pattern(b"tmp*").unwrap();
    filter.exclude_path(b"keep/not").unwrap();
    filter.exclude_regex("(?i)secret").unwrap();
    let explained = |name: &'static str| filter.explain(name.as_bytes()).reason;
    for (name, reason) in [
        (
            "a/b.txt",
            FilterReason::Included(RuleKind::Pattern, b"*.txt"),
        ),
        ("keep/x", FilterReason::Included(RuleKind::Path, b"keep")),
        ("x.log", FilterReason::Included(RuleKind::Regex, br"\.log$")),
        ("x.dat", FilterReason::NotIncluded),
        (
            "tmp.txt",
            FilterReason::Excluded(RuleKind::Pattern, b"tmp*"),
        ),
        (
            "keep/not/a.txt",
            FilterReason::Excluded(RuleKind::Path, b"keep/not"),
        ),
        (
            "a/SECRET.txt",
            FilterReason::Excluded(RuleKind::Regex, b"(?i)secret"),
        ),
    ] {
        assert_eq!(explained(name), reason, "{name}");
        let is_selected = matches!(reason, FilterReason::Included(..));
        assert_eq!(filter.selects_name(name.as_bytes()), is_selected, "{name}");
    }
}

#[test]
fn one_match_of_each_kind_can_be_needed() {
    let mut filter = Filter::default();
    filter.needs_each_kind();
    assert!(filter.selects_all());
    filter.include_pattern(b"*.log").unwrap();
    filter.include_pattern(b"*.txt").unwrap();
    filter.include_path(b"logs").unwrap();
    let selected = |filter: &Filter, name: &str| filter.selects_name(name.as_bytes());
    assert!(selected(&filter, "logs/a.txt") && selected(&filter, "logs/b/c.log"));
    assert!(!selected(&filter, "a.txt") && !selected(&filter, "logs/a.dat"));
    assert!(filter.may_select_below(b"logs/b") && !filter.may_select_below(b"old"));
    assert_eq!(filter.prefixes(""), ["logs"]);
    filter.include_regex("b").unwrap();
    assert!(!selected(&filter, "logs/a.txt") && selected(&filter, "logs/b/c.log"));
    assert_eq!(filter.prefixes(""), ["logs"]);
    filter.exclude_pattern(b"c.log").unwrap();
    filter.exclude_path(b"x").unwrap();
    assert!(!selected(&filter, "logs/b/c.log"));
}

#[test]
fn lengths_and_times_have_limits_that_include_them() {
    let mut filter = Filter::default();
    filter.at_least(10);
    filter.at_most(20);
    filter.newer_than(UNIX_EPOCH + Duration::from_secs(100));
    filter.older_than(UNIX_EPOCH + Duration::from_secs(200));
    for (bytes, seconds, expected) in [
        (10, 100, true),
        (20, 200, true),
        (9, 150, false),
        (21, 150, false),
        (15, 99, false),
        (15, 201, false),
    ] {
        assert_eq!(
            filter.selects(&entry(b"a", bytes, seconds)),
            expected,
            "{bytes} {seconds}"
        );
    }
    assert!(filter.of_names().selects_all() && !filter.selects_all());
    // It cannot be examined, and must not disappear without a word.
    assert!(filter.selects(&Entry::unknown(EntryName::from("a"))));
    let kept = |time: &str| {
        let carried = ObjectProperties {
            metadata: vec![("mtime".into(), time.into())],
            ..ObjectProperties::default()
        };
        filter.selects(&Entry {
            carried: Some(Box::new(carried)),
            ..entry(b"a", 15, 0)
        })
    };
    assert!(kept("1970-01-01T00:02:30Z") && !kept("1970-01-01T00:01:30Z"));
}

#[test]
fn the_first_ordered_rule_that_matches_decides() {
    let mut filter = Filter::default();
    let rules = b"# a comment\n- secret*.jpg\n+ *.jpg\n+ *.png\n; another\r\n- *\n";
    filter.ordered_rules(rules).unwrap();
    let selected = |name: &str| filter.selects_name(name.as_bytes());
    assert!(selected("a/b.jpg") && selected("x.png"));
    assert!(!selected("a/secret1.jpg") && !selected("x.txt"));
    let reason = FilterReason::Ordered {
        line: b"- secret*.jpg",
        is_included: false,
    };
    assert_eq!(filter.explain(b"secret.jpg").reason, reason);
    let mut folders = Filter::default();
    folders
        .ordered_rules(b"+ /a/x/**\n- /a/\n- old/\n!\n+ /a/x/**\n- /a/")
        .unwrap();
    for (folder, expected) in [("a", true), ("a/x", true), ("a/y", false), ("b/old", true)] {
        assert_eq!(
            folders.may_select_below(folder.as_bytes()),
            expected,
            "{folder}"
        );
    }
    for (rules, line) in [
        (&b"+ a\nb"[..], 2),
        (b"+a", 1),
        (b"- [a", 1),
        (b"\n\n- {{a}}", 3),
    ] {
        let error = Filter::default()
            .ordered_rules(rules)
            .unwrap_err()
            .to_string();
        assert!(error.contains(&format!("line {line}: ")), "{error}");
    }
}

#[test]
fn a_list_selects_its_names_and_other_filters_apply_to_them() {
    let mut filter = Filter::default();
    let form = ListForm {
        separator: b'\n',
        has_paths: true,
    };
    filter.list(b"a/b.txt\na/c.tmp\n", form).unwrap();
    filter.exclude_pattern(b"*.tmp").unwrap();
    assert!(filter.selects_name(b"a/b.txt") && !filter.selects_name(b"a/c.tmp"));
    assert_eq!(filter.explain(b"x").reason, FilterReason::NotListed);
    assert!(filter.may_select_below(b"a") && !filter.may_select_below(b"b"));
    let digest = |text: &[u8]| {
        let mut filter = Filter::default();
        filter.list(text, form).unwrap();
        filter.digest_of_files().unwrap()
    };
    assert_eq!(digest(b"a"), digest(b"a"));
    assert_ne!(digest(b"a"), digest(b"b"));
}

#[test]
fn includes_are_beginnings_of_names_where_all_of_them_have_one() {
    let prefixes = |paths: &[&str], patterns: &[&str], prefix: &str| {
        let mut filter = Filter::default();
        for path in paths {
            filter.include_path(path.as_bytes()).unwrap();
        }
        for text in patterns {
            filter.include_pattern(text.as_bytes()).unwrap();
        }
        filter.prefixes(prefix)
    };
    assert_eq!(prefixes(&["b", "a/x/", "a"], &[], ""), ["a", "b"]);
    assert_eq!(
        prefixes(&["a/x/", "a/y"], &["logs/{2024,2025}-*"], ""),
        ["a/x/", "a/y", "logs/2024-", "logs/2025-"]
    );
    assert_eq!(prefixes(&["a"], &["*.txt"], ""), [""]);
    assert_eq!(prefixes(&["ab/c", "x"], &[], "ab"), ["ab/c"]);
    assert_eq!(prefixes(&["a"], &[], "ab"), ["ab"]);
    assert_eq!(prefixes(&["x"], &[], "ab"), ["ab"]);
    let many: Vec<String> = (0..100).map(|n| format!("d/é{n:02}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(prefixes(&many, &[], ""), ["d/é"]);
    let mut regex = Filter::default();
    regex.include_path(b"a").unwrap();
    regex.include_regex("^a").unwrap();
    assert_eq!(regex.prefixes(""), [""]);
}

#[test]
fn a_mark_of_a_folder_is_left_out_with_its_folder() {
    let mark = |name: &str| Entry {
        kind: Layout::Folder,
        ..entry(name.as_bytes(), 0, 0)
    };
    let mut filter = Filter::default();
    filter.exclude_pattern(b"old/").unwrap();
    assert!(!filter.selects(&mark("a/old")) && filter.selects(&mark("a")));
    assert!(filter.selects(&entry(b"a/old", 0, 0)));
    let mut only = Filter::default();
    only.include_pattern(b"old/").unwrap();
    assert!(only.selects(&mark("a/old")) && !only.selects(&mark("a")));
}

#[test]
fn an_expression_that_cannot_be_used_says_why() {
    let error = |text: &str| {
        Filter::default()
            .include_regex(text)
            .unwrap_err()
            .to_string()
    };
    assert!(error("a(").contains("`a(`") && error("a(").contains("unclosed group"));
    assert!(error(r"(?:\w{1000}){1000}").contains("memory"));
    assert!(error(r"a(?=b)").contains("look-around"));
}

/// The reference: the rules of names that need no order, one after the other.
#[derive(Debug)]
struct Rules {
    include: Vec<String>,
    exclude: Vec<String>,
    include_paths: Vec<String>,
    exclude_paths: Vec<String>,
}

impl Rules {
    fn selects(&self, name: &str) -> bool {
        let ends = |rule: &String| name.rsplit('/').next() == Some(rule);
        let is_in = |path: &String| name == path || name.starts_with(&format!("{path}/"));
        let is_free = self.include.is_empty() && self.include_paths.is_empty();
        let is_included = self.include.iter().any(ends) || self.include_paths.iter().any(is_in);
        let is_excluded = self.exclude.iter().any(ends) || self.exclude_paths.iter().any(is_in);
        (is_free || is_included) && !is_excluded
    }

    fn filter(&self) -> Filter {
        let mut filter = Filter::default();
        for rule in &self.include {
            filter.include_pattern(rule.as_bytes()).unwrap();
        }
        for rule in &self.exclude {
            filter.exclude_pattern(rule.as_bytes()).unwrap();
        }
        for rule in &self.include_paths {
            filter.include_path(rule.as_bytes()).unwrap();
        }
        for rule in &self.exclude_paths {
            filter.exclude_path(rule.as_bytes()).unwrap();
        }
        filter
    }
}

fn rules() -> impl Strategy<Value = Rules> {
    let names = || prop::collection::vec("[abc]{1,2}", 0..3);
    let paths = || prop::collection::vec("[abc]{1,2}(/[abc]){0,2}", 0..3);
    (names(), names(), paths(), paths()).prop_map(
        |(include, exclude, include_paths, exclude_paths)| Rules {
            include,
            exclude,
            include_paths,
            exclude_paths,
        },
    )
}

proptest! {
    #[test]
    fn a_filter_selects_what_the_reference_selects(
        rules in rules(),
        names in prop::collection::btree_set("[abc]{1,2}(/[abc]{1,2}){0,3}", 1..30),
        prefix in "[abc]{0,1}",
    ) {
        let filter = rules.filter();
        let prefixes = filter.prefixes(&prefix);
        for pair in prefixes.windows(2) {
            prop_assert!(pair[0] < pair[1] && !pair[1].starts_with(pair[0].as_str()));
        }
        for name in &names {
            let is_selected = filter.selects_name(name.as_bytes());
            prop_assert_eq!(is_selected, rules.selects(name), "{}", name);
            for (at, _) in name.match_indices('/') {
                let may = filter.may_select_below(&name.as_bytes()[..at]);
                prop_assert!(!is_selected || may, "{}", name);
            }
            let is_listed = prefixes.iter().any(|prefix| name.starts_with(prefix.as_str()));
            prop_assert!(!is_selected || !name.starts_with(&prefix) || is_listed, "{}", name);
        }
    }
}
