//! Every row of the mapping, and that no name leads out of the destination.

use proptest::prelude::*;

use super::*;
use crate::store::blob::rules as blob;
use crate::store::local::rules as local;

fn path(name: &str, delimiter: char) -> Result<String> {
    let target = local::name_rule(delimiter).target(&EntryName::from(name))?;
    Ok(String::from_utf8(target.name.as_bytes().to_vec()).unwrap())
}

fn blob_name(name: &[u8], directory: &str) -> Result<String> {
    let target = blob::name_rule(directory, false).target(&EntryName::new(name))?;
    Ok(String::from_utf8(target.name.as_bytes().to_vec()).unwrap())
}

#[test]
fn blobs_become_paths_by_the_table() {
    for (name, delimiter, expected) in [
        ("abc.txt", '/', "abc.txt"),
        ("vd1/a.txt", '/', "vd1/a.txt"),
        ("/a", '/', "%2Fa"),
        ("a//b", '/', "a/%2Fb"),
        ("a/", '/', "a%2F"),
        ("a///b/", '/', "a/%2F%2Fb%2F"),
        ("a#b/c", '#', "a/b%2Fc"),
        ("#a", '#', "#a"),
        ("a#", '#', "a#"),
        ("a##b", '#', "a/#b"),
        ("a b ", '/', "a b "),
        ("a%2Fb", '/', "a%2Fb"),
        ("a\\b", '/', "a\\b"),
        ("a\0b", '/', "a%00b"),
        ("a→b→", '→', "a/b→"),
        ("//", '/', "%2F%2F"),
    ] {
        assert_eq!(
            path(name, delimiter).unwrap(),
            expected,
            "{name} by {delimiter}"
        );
    }
}

#[test]
fn a_blob_that_would_leave_the_folder_is_an_error_that_names_it() {
    for name in ["../x", "..", ".", "a/../b", "a/.", "./a", "a/..", ""] {
        let error = path(name, '/').unwrap_err();
        assert!(matches!(error, Error::Name(_)), "{name}");
        assert!(
            error
                .to_string()
                .contains(&format!("source `{name}` is invalid")),
            "{error}"
        );
    }
    assert!(path("..#x", '#').is_err());
    assert_eq!(path("..a/...", '/').unwrap(), "..a/...");
}

#[test]
fn a_part_longer_than_a_file_system_holds_is_an_error() {
    assert!(path(&format!("a/{}", "x".repeat(255)), '/').is_ok());
    assert!(path(&format!("a/{}", "x".repeat(256)), '/').is_err());
    // Escaping makes it longer.
    assert!(path(&format!("{}/", "x".repeat(254)), '/').is_err());
}

#[test]
fn files_become_blobs_of_the_virtual_directory() {
    assert_eq!(blob_name(b"abc.txt", "vd").unwrap(), "vd/abc.txt");
    assert_eq!(blob_name(b"sub/a b.txt", "").unwrap(), "sub/a b.txt");
    assert_eq!(blob_name(b"a\\b", "vd/x").unwrap(), "vd/x/a/b");
}

#[test]
fn a_file_that_no_blob_can_be_named_after_is_an_error_that_names_it() {
    let error = blob_name(b"a/\xff.txt", "").unwrap_err();
    assert!(error.to_string().contains("`a/\\xff.txt`"), "{error}");
    for name in ["..\\x", "a/.\\b", ""] {
        assert!(blob_name(name.as_bytes(), "").is_err(), "{name}");
    }
}

#[test]
fn the_full_name_of_a_blob_has_at_most_1024_characters() {
    assert!(blob_name("ü".repeat(1021).as_bytes(), "vd").is_ok());
    let error = blob_name("ü".repeat(1022).as_bytes(), "vd").unwrap_err();
    assert!(
        error
            .to_string()
            .contains("must not exceed 1024 characters"),
        "{error}"
    );
    // A character beyond the basic plane counts twice, as in the service.
    assert!(blob_name("𝄞".repeat(513).as_bytes(), "").is_err());
}

#[test]
fn a_changed_name_tells_its_twin() {
    let twin = |rule: NameRule, name: &str| {
        rule.target(&EntryName::from(name))
            .unwrap()
            .twin
            .map(|twin| twin.to_string())
    };
    assert_eq!(
        twin(local::name_rule('/'), "a//b").as_deref(),
        Some("a/%2Fb")
    );
    assert_eq!(twin(local::name_rule('/'), "a/%2Fb"), None);
    assert_eq!(
        twin(local::name_rule('#'), "a#b/c").as_deref(),
        Some("a#b%2Fc")
    );
    assert_eq!(twin(local::name_rule('#'), "a##b"), None);
    assert_eq!(
        twin(blob::name_rule("vd", false), "a\\b").as_deref(),
        Some("a/b")
    );
    assert_eq!(twin(blob::name_rule("vd", false), "a/b"), None);
    // No file can be called `/x`: it must not be looked for, least of all at the root.
    assert_eq!(twin(blob::name_rule("", false), "\\x"), None);
}

#[test]
fn a_local_name_splits_into_folder_and_file() {
    let split = |name: &str| match local::name_rule('/')
        .target(&EntryName::from(name))
        .unwrap()
        .name
    {
        TargetName::Local(name) => {
            let (folder, file) = name.split();
            (
                String::from_utf8_lossy(folder).into_owned(),
                String::from_utf8_lossy(file).into_owned(),
            )
        }
        TargetName::Blob(_) => unreachable!("the rule is local"),
    };
    assert_eq!(split("a/b/c"), ("a/b".into(), "c".into()));
    assert_eq!(split("c"), (String::new(), "c".into()));
}

/// Names of the characters that the mapping treats specially, and of any others.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ab./#%\\\\\0]{0,12}",
        ".{0,20}",
        "(\\.\\.?/){1,4}[a-z]{0,3}"
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]
    #[test]
    fn no_blobs_name_leads_out_of_the_folder(name in name(), delimiter in prop_oneof![Just('/'), Just('#'), Just('.'), any::<char>()]) {
        let Ok(target) = local::name_rule(delimiter).target(&EntryName::from(name.as_str())) else {
            return Ok(());
        };
        let TargetName::Local(path) = target.name else { panic!("the rule is local") };
        prop_assert!(!path.as_bytes().contains(&0));
        prop_assert!(path.as_path().is_relative());
        let parts: Vec<_> = path.as_path().components().collect();
        prop_assert!(parts.iter().all(|part| matches!(part, std::path::Component::Normal(_))));
        // The path is written in its only form: as many parts as it has slashes, and one.
        prop_assert_eq!(parts.len(), path.as_bytes().split(|&byte| byte == b'/').count());
    }

    #[test]
    fn two_unchanged_names_never_meet(first in name(), second in name(), delimiter in prop_oneof![Just('/'), Just('#')]) {
        let rule = local::name_rule(delimiter);
        let target = |name: &str| rule.target(&EntryName::from(name)).ok().filter(|target| target.twin.is_none());
        if let (Some(one), Some(other)) = (target(&first), target(&second)) {
            prop_assert_eq!(one.name == other.name, first == second);
        }
    }

    #[test]
    fn a_twin_leads_to_the_same_target_unchanged(name in name(), delimiter in prop_oneof![Just('/'), Just('#')]) {
        for rule in [local::name_rule(delimiter), blob::name_rule("vd", false)] {
            if let Ok(MappedName { name: target, twin: Some(twin) }) = rule.target(&EntryName::from(name.as_str())) {
                prop_assert_eq!(rule.target(&twin).unwrap(), MappedName { name: target, twin: None });
            }
        }
    }

    #[test]
    fn a_blobs_name_has_no_steps_and_fits(name in prop::collection::vec(any::<u8>(), 0..40), directory in "[a-z]{0,5}") {
        if let Ok(full) = blob_name(&name, &directory) {
            prop_assert!(full.starts_with(&directory));
            prop_assert!(full.split('/').all(|part| part != "." && part != ".."));
        }
    }
}

#[test]
fn a_snapshot_is_labelled_before_its_extension() {
    for (name, expected) in [
        ("a.txt", "a (t).txt"),
        ("v.1/a", "v.1/a (t)"),
        ("abc.", "abc (t)"),
        (".bashrc", " (t).bashrc"),
        ("a.tar.gz", "a.tar (t).gz"),
    ] {
        let entry = EntryName::from(name);
        for rule in [local::name_rule('/'), blob::name_rule("", true)] {
            let target = rule.target(&entry).unwrap().labelled(&entry, "t");
            assert_eq!(target.name.as_bytes(), expected.as_bytes());
            assert_eq!(target.twin, Some(EntryName::from(expected)));
        }
    }
}

#[test]
fn the_name_of_a_blob_stays_as_it_is_between_services() {
    for name in ["a\\b", "a//b", "/a/", "a/../b"] {
        let target = blob::name_rule("v", true)
            .target(&EntryName::from(name))
            .unwrap();
        assert_eq!(target.name.as_bytes(), format!("v/{name}").as_bytes());
        assert_eq!(target.twin, None);
    }
}
