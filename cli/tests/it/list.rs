//! `azring list` of folders and files of this machine.

use std::fs;
use std::os::unix::fs::symlink;

use serde_json::Value;

use super::{Finished, run};

fn list(words: &[&str]) -> Finished {
    run(&[&["list"], words].concat())
}

/// A folder with a file, a sub-folder with another file, and a broken link.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::create_dir(path("sub")).unwrap();
    fs::write(path("a.txt"), "abc").unwrap();
    fs::write(path("sub/b.vhd"), "defgh").unwrap();
    symlink("nowhere", path("broken")).unwrap();
    folder
}

/// The names in the lines of a listing.
fn names(results: &str) -> Vec<&str> {
    let lines = results.lines().filter(|line| !line.contains("object(s)"));
    lines.filter_map(|line| line.split("  ").last()).collect()
}

#[test]
fn a_folder_and_its_sub_folders_are_listed_with_their_sum() {
    let folder = folder();
    let there = folder.path().to_str().unwrap();
    fs::remove_file(folder.path().join("broken")).unwrap();
    let listed = list(&[there]);
    assert_eq!(listed.code, Some(0), "{listed:?}");
    assert_eq!(names(&listed.results), ["a.txt", "sub/b.vhd"]);
    assert!(
        listed.results.ends_with("2 object(s), 8 B (8 bytes)\n"),
        "{listed:?}"
    );
    let listed = list(&[there, "/Pattern:*.vhd", "/Output:json"]).results;
    let records: Vec<Value> = listed
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        (&records[0]["name"], &records[0]["bytes"]),
        (&"sub/b.vhd".into(), &5.into())
    );
    assert_eq!(records[1]["objects"], 1, "{listed}");
}

#[test]
fn a_single_file_is_listed_and_a_pattern_without_match_says_so() {
    let folder = folder();
    let there = folder.path().to_str().unwrap();
    let listed = list(&[&format!("{there}/a.txt")]);
    assert_eq!(names(&listed.results), ["a.txt"], "{listed:?}");
    let listed = list(&[there, "/Pattern:*.none"]);
    assert_eq!(listed.code, Some(0), "{listed:?}");
    assert!(
        listed.messages.contains("matches the pattern `*.none`"),
        "{listed:?}"
    );
}

#[test]
fn a_broken_link_in_a_folder_is_an_error_and_no_object() {
    let folder = folder();
    let listed = list(&[folder.path().to_str().unwrap()]);
    assert_eq!(listed.code, Some(1), "{listed:?}");
    assert!(listed.messages.contains("broken: cannot"), "{listed:?}");
    assert_eq!(names(&listed.results), ["a.txt", "sub/b.vhd"]);
    assert!(
        listed.results.ends_with("2 object(s), 8 B (8 bytes)\n"),
        "{listed:?}"
    );
}

#[test]
fn a_location_that_cannot_be_listed_is_named() {
    let folder = folder();
    let there = folder.path().to_str().unwrap();
    for (name, code, says) in [
        ("/nosuch", 1, "/nosuch`: no such file or directory"),
        ("/broken", 1, "/broken` is a symbolic link whose target"),
    ] {
        let listed = list(&[&format!("{there}{name}")]);
        assert_eq!(listed.code, Some(code), "{listed:?}");
        assert!(listed.messages.contains(says), "{listed:?}");
        assert!(listed.messages.contains("not complete"), "{listed:?}");
        assert_eq!(listed.results, "");
    }
    for (words, says) in [
        (
            &["-"][..],
            "standard output and named pipes hold nothing to list",
        ),
        (&[], "the URL of a container or a file share"),
        (&[there, "/SourceKey:a2V5"], "an account key is given"),
    ] {
        let listed = list(words);
        assert_eq!(listed.code, Some(2), "{listed:?}");
        assert!(listed.messages.contains(says), "{listed:?}");
    }
}
