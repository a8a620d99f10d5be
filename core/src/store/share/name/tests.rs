use std::collections::HashMap;

use proptest::prelude::*;

use super::*;

fn path_from(source: SourceNames, name: &str, dots: TrailingDots) -> Result<String> {
    let mapped = ShareNaming::new("d", source).name(&EntryName::from(name), dots)?;
    let path = mapped.name.as_str().unwrap().to_owned();
    Ok(path.strip_prefix("d/").unwrap().to_owned())
}

fn of_file(name: &str) -> Result<String> {
    path_from(SourceNames::Files, name, TrailingDots::Kept)
}

fn of_blob(name: &str) -> Result<String> {
    path_from(SourceNames::Blobs, name, TrailingDots::Kept)
}

#[test]
fn the_eight_forbidden_characters_are_escaped_as_azcopy_does() {
    assert_eq!(
        of_file("a\"b\\c:d|e<f>g*h?i").unwrap(),
        "a%22b%5Cc%3Ad%7Ce%3Cf%3Eg%2Ah%3Fi"
    );
    assert_eq!(of_file("sub/a b%.txt").unwrap(), "sub/a b%.txt");
    assert_eq!(of_blob("a\\b:c").unwrap(), "a%5Cb%3Ac");
}

#[test]
fn the_surplus_slashes_of_a_blob_are_escaped() {
    for (blob, expected) in [
        ("/a", "%2Fa"),
        ("a//b", "a/%2Fb"),
        ("a/", "a%2F"),
        ("a///b/", "a/%2F%2Fb%2F"),
        ("a/b", "a/b"),
    ] {
        assert_eq!(of_blob(blob).unwrap(), expected, "{blob}");
    }
}

#[test]
fn the_path_of_a_share_stays_as_it_is() {
    let naming = ShareNaming::new("", SourceNames::Shares);
    let name = EntryName::from("a%2F/b .");
    let mapped = naming.name(&name, TrailingDots::Kept).unwrap();
    assert_eq!(mapped.name.as_bytes(), b"a%2F/b .");
    assert_eq!(naming.folded(&mapped.name), None);
}

#[test]
fn a_name_that_no_share_can_hold_is_refused_with_the_reason() {
    for (name, says) in [
        ("a/nul", "`nul` is the name of a device"),
        ("Com1/a", "`Com1` is the name of a device"),
        ("LPT9", "device"),
        ("clock$", "device"),
        ("a\nb", "has the character `\\u{a}`"),
        ("a/../b", "the part `..`"),
        ("a//b", "is empty"),
        ("", "is empty"),
    ] {
        let error = of_file(name).unwrap_err().to_string();
        assert!(error.contains(says), "{name:?}: {error}");
        let shown = EntryName::from(name);
        assert!(error.contains(&format!("`{shown}`")), "{name:?}: {error}");
    }
    for good in ["nul.txt", "com10", "com0", "a b", "a ", "ü", "a.b"] {
        assert_eq!(of_file(good).unwrap(), good);
    }
    let naming = ShareNaming::new("", SourceNames::Files);
    assert!(
        naming
            .name(&EntryName::new(*b"\xff"), TrailingDots::Kept)
            .is_err()
    );
}

#[test]
fn a_dot_at_the_end_is_kept_or_refused_by_the_version() {
    let old = |name| path_from(SourceNames::Files, name, TrailingDots::Removed);
    assert_eq!(of_file("a./b..").unwrap(), "a./b..");
    for name in ["a./b", "a/b..", "..."] {
        let error = old(name).unwrap_err().to_string();
        assert!(error.contains("removes the dot at the end of"), "{error}");
    }
    assert_eq!(old("a/.b").unwrap(), "a/.b");
}

#[test]
fn parts_paths_and_depths_have_a_limit() {
    assert!(of_file(&"a".repeat(255)).is_ok());
    assert!(of_file(&"😀".repeat(127)).is_ok());
    for (name, says) in [
        ("a".repeat(256), "longer than 255"),
        ("😀".repeat(128), "longer than 255"),
        // An escape takes three characters.
        (":".repeat(86), "longer than 255"),
        (vec!["a"; 250].join("/"), "more than 250 parts"),
        (vec!["a".repeat(204); 10].join("/"), "longer than 2048"),
    ] {
        let error = of_file(&name).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
    // The directory at the target counts as one more.
    assert!(of_file(&vec!["a"; 249].join("/")).is_ok());
}

#[test]
fn an_exact_name_is_checked_and_not_escaped() {
    let naming = ShareNaming::new("d", SourceNames::Files);
    let exact = |name: &str| naming.exact_name(&EntryName::from(name), TrailingDots::Kept);
    assert_eq!(exact("a%3A").unwrap().name.as_bytes(), b"d/a%3A");
    assert!(exact("a:b").is_err());
}

#[test]
fn names_that_a_share_takes_for_one_have_one_folded_form() {
    for (one, other) in [("README", "readme"), ("Ä/b", "ä/B"), ("ſ", "S")] {
        assert_eq!(folded(one), folded(other));
    }
    for (one, other) in [("ß", "ss"), ("a", "á"), ("a ", "a")] {
        assert_ne!(folded(one), folded(other));
    }
}

/// The rules of the service for a path, written a second time.
fn is_taken_by_service(path: &str) -> bool {
    let units = |text: &str| text.encode_utf16().count();
    let is_part = |part: &str| {
        let device = ["con", "prn", "aux", "nul", "clock$"].contains(&&*part.to_lowercase());
        let numbered = part.len() == 4
            && (part.to_lowercase().starts_with("com") || part.to_lowercase().starts_with("lpt"))
            && ('1'..='9').contains(&part.chars().last().unwrap());
        let banned = |c: char| "\"\\/:|<>*?".contains(c) || c.is_ascii_control() && c != '\x7f';
        !part.is_empty()
            && part != "."
            && part != ".."
            && !device
            && !numbered
            && !part.contains(banned)
            && units(part) <= 255
    };
    path.split('/').all(is_part) && path.split('/').count() <= 250 && units(path) <= 2048
}

/// 250 names that trouble shares: every forbidden and every control character in three places,
/// device names in several spellings, dots, blanks, slashes, and lengths around the limits.
fn hostile_names() -> Vec<String> {
    let mut names = Vec::new();
    for character in FORBIDDEN
        .into_iter()
        .chain('\0'..' ')
        .chain(['\x7f', '\u{81}'])
    {
        names.extend([
            format!("{character}a"),
            format!("a{character}b/c"),
            format!("d/a{character}"),
        ]);
    }
    for device in DEVICES.into_iter().chain(["COM1", "LPT9", "COM0", "LPT10"]) {
        let lower = device.to_lowercase();
        names.extend([
            device.to_owned(),
            lower.clone(),
            format!("{lower}.txt"),
            format!("a/{device}"),
            format!("{device}/a"),
            format!("{device} "),
            format!(" {device}"),
            format!("{device}."),
        ]);
    }
    for odd in [
        ".",
        "..",
        "...",
        ". .",
        "a.",
        "a..",
        ".a",
        "a ",
        " a",
        " ",
        "a. ",
        "a .",
        "a./b",
        "a /b",
        "./a",
        "a/.",
        "a/..",
        "../a",
        "/",
        "//",
        "/a",
        "a/",
        "a//b",
        "a///b",
        "a/ /b",
        "%",
        "%2F",
        "%2f",
        "a%2Fb",
        "a%",
        "%%",
        "a+b",
        "a&b",
        "a#b",
        "a=b",
        "a;b",
        "a@b",
        "a~b",
        "a{b}",
        "[a]",
        "é",
        "e\u{301}",
        "ﬁ",
        "😀",
        "\u{fffd}",
        "\u{feff}a",
        "\u{202e}a",
        "İ",
        "ı",
        "ǆ",
    ] {
        names.push(odd.to_owned());
    }
    for (part, times) in [(254, 1), (255, 1), (256, 1), (200, 10), (204, 10), (255, 8)] {
        names.push(vec!["x".repeat(part); times].join("/"));
    }
    names.extend([248, 249, 250, 251].map(|depth| vec!["y"; depth].join("/")));
    names
}

#[test]
fn hostile_names_become_paths_that_the_service_takes_or_fail() {
    let names = hostile_names();
    assert!(names.len() >= 250, "{}", names.len());
    for source in [SourceNames::Files, SourceNames::Blobs] {
        let mut seen = HashMap::new();
        for name in &names {
            let Ok(path) = path_from(source, name, TrailingDots::Kept) else {
                continue;
            };
            assert!(
                is_taken_by_service(&format!("d/{path}")),
                "{name:?}: {path:?}"
            );
            // Two names may meet only where the folded form shows it.
            if let Some(other) = seen.insert(folded(&path), name) {
                assert_ne!(other, name);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]
    #[test]
    fn any_name_becomes_a_path_that_the_service_takes(
        name in "[abC./:\\\\%*\u{1}ü ]{0,12}",
        is_blob in any::<bool>(),
    ) {
        let source = if is_blob { SourceNames::Blobs } else { SourceNames::Files };
        if let Ok(path) = path_from(source, &name, TrailingDots::Kept) {
            prop_assert!(is_taken_by_service(&format!("d/{path}")), "{:?}", path);
        }
    }

    #[test]
    fn a_name_without_a_forbidden_character_stays_as_it_is(name in "[a-z%]{1,6}(/[A-Z ]{1,6}x){0,3}") {
        let is_device = name.split('/').any(is_device);
        prop_assume!(!is_device);
        prop_assert_eq!(of_file(&name).unwrap(), name.clone());
        prop_assert_eq!(of_blob(&name).unwrap(), name);
    }

    #[test]
    fn folding_twice_is_folding_once(name in "\\PC{0,20}") {
        let once = folded(&name);
        prop_assert_eq!(folded(&once), once);
    }
}
