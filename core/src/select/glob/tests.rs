//! What `*` and `?` mean, by example and against a naive reference.

use proptest::prelude::*;

use super::*;

fn windows(pattern: &str, name: &str) -> bool {
    Glob::new(pattern, true).matches(name.as_bytes())
}

fn posix(pattern: &str, name: &str) -> bool {
    Glob::new(pattern, false).matches(name.as_bytes())
}

#[test]
fn star_dot_star_is_every_name() {
    for name in ["a.txt", "README", ".hidden", "a.", "a.b.c"] {
        assert!(windows("*.*", name) && posix("*.*", name), "{name}");
        assert!(windows("*", name) && posix("*", name), "{name}");
    }
}

#[test]
fn the_windows_reading_ignores_case_in_every_alphabet() {
    assert!(windows("AB*.TXT", "abc.txt"));
    assert!(windows("ÄÖ?", "äöü"));
    assert!(windows("σ", "Σ"));
    assert!(!posix("A*", "abc"));
}

#[test]
fn a_windows_question_mark_may_match_nothing_at_the_end_or_before_a_dot() {
    assert!(windows("testfile?", "testfile"));
    assert!(windows("testfile??", "testfile1"));
    assert!(windows("a?.txt", "a.txt"));
    assert!(!windows("a?c", "ac"));
    assert!(!windows("a?b", "a.b"));
    assert!(windows("a??", "a"));
}

#[test]
fn a_posix_question_mark_is_exactly_one_character() {
    assert!(!posix("testfile?", "testfile"));
    assert!(posix("testfile?", "testfile1"));
    assert!(posix("a?b", "a.b"));
    assert!(posix("?", "ü"));
    assert!(!posix("?", ""));
}

#[test]
fn a_windows_dot_before_a_wildcard_may_be_missing_at_the_end() {
    assert!(windows("abc.*", "abc"));
    assert!(windows("abc.?", "abc"));
    assert!(!windows("abc.*", "abcd"));
    assert!(!posix("abc.*", "abc"));
}

#[test]
fn a_windows_star_dot_is_a_name_without_extension() {
    assert!(windows("*.", "README"));
    assert!(windows("*.", "README."));
    assert!(!windows("*.", "a.txt"));
    assert!(!windows("*.", "a.b.c"));
    assert!(windows("R*.", "README"));
    assert!(!posix("*.", "README"));
}

#[test]
fn a_way_that_goes_on_is_not_lost_to_one_that_ends_there() {
    // The pattern's second dot takes the last dot while another match has reached `*.` already.
    assert!(windows("*..*.", "...a"));
}

#[test]
fn bytes_that_are_no_characters_match_a_wildcard_and_themselves_only() {
    assert!(Glob::new("a?b", false).matches(b"a\xffb"));
    assert!(Glob::new("a*", true).matches(b"A\xff\xfe"));
    assert!(!Glob::new("a\u{fffd}b", false).matches(b"a\xffb"));
}

#[test]
fn a_hostile_pattern_takes_no_longer_than_its_length_allows() {
    let pattern = "*a".repeat(120);
    let name = "a".repeat(119);
    assert!(!posix(&pattern, &name));
    assert!(!windows(&pattern.replace('a', "?."), &name));
}

/// The meaning of a pattern, written as simply as possible.
fn reference(pattern: &[char], name: &[char], windows: bool) -> bool {
    let at_end_or_dot = name.first().is_none_or(|&letter| letter == '.');
    match pattern {
        [] => name.is_empty(),
        ['*', '.'] if windows => match name.iter().position(|&letter| letter == '.') {
            Some(dot) => dot + 1 == name.len(),
            None => true,
        },
        ['*', rest @ ..] => {
            (0..=name.len()).any(|skipped| reference(rest, &name[skipped..], windows))
        }
        ['?', rest @ ..] if windows => {
            (at_end_or_dot && reference(rest, name, true))
                || (!at_end_or_dot && reference(rest, &name[1..], true))
        }
        ['?', rest @ ..] => !name.is_empty() && reference(rest, &name[1..], windows),
        ['.', rest @ ..] if windows && matches!(rest, ['*' | '?', ..]) && name.is_empty() => {
            reference(rest, name, true)
        }
        [letter, rest @ ..] => name.first() == Some(letter) && reference(rest, &name[1..], windows),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]
    #[test]
    fn patterns_match_what_the_reference_matches(
        // The second kinds are nearly all dots and wildcards, where the ways to match cross.
        pattern in prop_oneof!["[ab.*?]{0,8}", "[.*?]{0,7}", "[.*]{0,6}"],
        name in prop_oneof!["[ab.]{0,10}", "[a.]{0,6}"],
        ignore_case in any::<bool>(),
    ) {
        let letters: Vec<char> = pattern.chars().collect();
        let units: Vec<char> = name.chars().collect();
        let expected = pattern == "*.*" || reference(&letters, &units, ignore_case);
        let shouted = if ignore_case { name.to_uppercase() } else { name.clone() };
        prop_assert_eq!(Glob::new(&pattern, ignore_case).matches(shouted.as_bytes()), expected);
    }

    #[test]
    fn any_name_can_be_matched(pattern in ".{0,20}", name in prop::collection::vec(any::<u8>(), 0..40), ignore_case in any::<bool>()) {
        let _ = Glob::new(&pattern, ignore_case).matches(&name);
    }
}
