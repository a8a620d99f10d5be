//! Each difference from the filters of `AzCopy` 10 that `--help filters` names, shown by both on the same tree.

use std::fs;

use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::emulator::Server;
use azring_emulator_tests::peers::Peers;
use azring_emulator_tests::rest::{BlobService, Storage as _};
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::{Tree, names_below};

use super::folder_with;

/// A service and a folder, from which both programs upload.
struct Both {
    _server: Server,
    service: BlobService,
    folder: Folder,
}

/// What an upload came to: the exit code, and the names at the destination.
type Uploaded = (Option<i32>, Vec<String>);

impl Both {
    fn new() -> Self {
        let (server, service) = single_account::start();
        let names = [
            "[x",
            "a.txt",
            "ab.log",
            "b.log",
            "logs/a.txt",
            "logs/x.log",
            "logs2/y.txt",
            "!.txt",
        ];
        Self {
            _server: server,
            service,
            folder: folder_with(&Tree::named(names)),
        }
    }

    fn azcopy(&self, flags: &[&str]) -> Uploaded {
        let container = self.service.fresh_container("azcopy");
        let (source, logs) = (format!("{}/*", self.folder.path().display()), Folder::new());
        let target = format!("{}?{}", container.url(), self.service.account_sas());
        let words = [
            "copy",
            &source,
            &target,
            "--from-to",
            "LocalBlob",
            "--recursive",
        ];
        let mut command = Peers::find().azcopy_command(&[&words[..], flags].concat(), logs.path());
        let output = command.output().expect("AzCopy runs");
        (output.status.code(), container.names())
    }

    fn azring(&self, flags: &[&str]) -> Uploaded {
        let container = self.service.fresh_container("azring");
        let key = container.account().key_in_base64();
        let upload = Azring::new()
            .arg("--source")
            .arg(self.folder.path())
            .args(["--destination", &container.url(), "--dest-key", &key])
            .args(["--dest-type", "blob", "--recursive", "--quiet"])
            .args(flags);
        (upload.run().status, container.names())
    }
}

fn uploaded<const N: usize>(names: [&str; N]) -> Uploaded {
    (Some(0), names.map(str::to_owned).to_vec())
}

fn refused() -> Uploaded {
    (Some(2), Vec::new())
}

#[test]
fn a_pattern_that_cannot_be_read_is_refused_and_not_passed_over() {
    let both = Both::new();
    assert_eq!(both.azcopy(&["--include-pattern", "[a"]), uploaded([]));
    assert_eq!(both.azring(&["--include-pattern", "[a"]), refused());
    let (status, names) = both.azcopy(&["--exclude-pattern", "[a"]);
    assert_eq!((status, names.len()), (Some(0), 8));
    assert_eq!(both.azring(&["--exclude-pattern", "[a"]), refused());
    assert_eq!(both.azcopy(&["--include-regex", "("]), uploaded([]));
    assert_eq!(both.azring(&["--include-regex", "("]), refused());
}

#[test]
fn kinds_of_includes_are_alternatives_unless_all_are_needed() {
    let both = Both::new();
    let flags = ["--include-pattern", "*.log", "--include-regex", "^logs/"];
    assert_eq!(both.azcopy(&flags), uploaded(["logs/x.log"]));
    let alternatives = uploaded(["ab.log", "b.log", "logs/a.txt", "logs/x.log"]);
    assert_eq!(both.azring(&flags), alternatives);
    let all = [&flags[..], &["--include-mode", "all"]].concat();
    assert_eq!(both.azring(&all), uploaded(["logs/x.log"]));
}

#[test]
fn a_pattern_may_be_a_path() {
    let both = Both::new();
    assert_eq!(both.azcopy(&["--include-pattern", "logs/*"]), uploaded([]));
    let expected = uploaded(["logs/a.txt", "logs/x.log"]);
    assert_eq!(both.azring(&["--include-pattern", "logs/*"]), expected);
}

#[test]
fn choices_and_negated_classes_are_read_as_shells_do() {
    let both = Both::new();
    assert_eq!(
        both.azcopy(&["--include-pattern", "{a,b}*.log"]),
        uploaded([])
    );
    assert_eq!(
        both.azring(&["--include-pattern", "{a,b}*.log"]),
        uploaded(["ab.log", "b.log"])
    );
    assert_eq!(
        both.azcopy(&["--include-pattern", "[!a].txt"]),
        uploaded(["!.txt", "a.txt", "logs/a.txt"])
    );
    assert_eq!(
        both.azring(&["--include-pattern", "[!a].txt"]),
        uploaded(["!.txt", "logs2/y.txt"])
    );
}

#[test]
fn an_excluded_path_is_whole_parts_and_no_beginning() {
    let both = Both::new();
    let without_logs = uploaded(["!.txt", "[x", "a.txt", "ab.log", "b.log"]);
    assert_eq!(both.azcopy(&["--exclude-path", "logs"]), without_logs);
    let expected = uploaded(["!.txt", "[x", "a.txt", "ab.log", "b.log", "logs2/y.txt"]);
    assert_eq!(both.azring(&["--exclude-path", "logs"]), expected);
}

#[test]
fn a_semicolon_is_part_of_a_pattern() {
    let both = Both::new();
    let flags = ["--include-pattern", "b.log;a.txt"];
    assert_eq!(
        both.azcopy(&flags),
        uploaded(["a.txt", "b.log", "logs/a.txt"])
    );
    assert_eq!(both.azring(&flags), uploaded([]));
    let repeated = ["--include-pattern", "b.log", "--include-pattern", "a.txt"];
    assert_eq!(
        both.azring(&repeated),
        uploaded(["a.txt", "b.log", "logs/a.txt"])
    );
}

#[test]
fn a_listed_name_without_an_object_is_a_failure() {
    let both = Both::new();
    let lists = Folder::new();
    let list = lists.join("names");
    fs::write(&list, "a.txt\nmissing\n").expect("ours");
    let list = list.display().to_string();
    assert_eq!(
        both.azcopy(&["--list-of-files", &list]),
        uploaded(["a.txt"])
    );
    let (status, names) = both.azring(&["--files-from", &list]);
    assert_eq!((status, names), (Some(1), vec!["a.txt".to_owned()]));
}

#[test]
fn a_time_is_that_in_metadata_where_there_is_one() {
    let both = Both::new();
    let container = both.service.fresh_container("times");
    container.put_with("old", "x", &[("x-ms-meta-mtime", "2001-01-01T00:00:00Z")]);
    let flags = ["--include-after", "2010-01-01"];
    let (target, logs) = (Folder::new(), Folder::new());
    let source = format!("{}/*?{}", container.url(), both.service.account_sas());
    let by_azcopy = target.join("azcopy").display().to_string();
    let words = [
        "copy",
        &source,
        &by_azcopy,
        "--from-to",
        "BlobLocal",
        "--recursive",
    ];
    let mut command = Peers::find().azcopy_command(&[&words[..], &flags].concat(), logs.path());
    assert!(command.output().expect("AzCopy runs").status.success());
    assert_eq!(names_below(&target.join("azcopy")), ["old"]);
    let by_azring = target.join("azring");
    fs::create_dir(&by_azring).expect("ours");
    let download = Azring::new()
        .args(["--source", &container.url(), "--destination"])
        .arg(&by_azring)
        .args([
            "--source-key",
            &container.account().key_in_base64(),
            "--source-type",
            "blob",
        ])
        .args(["--recursive", "--quiet"])
        .args(flags);
    download.run().succeeded();
    assert!(names_below(&by_azring).is_empty());
}
