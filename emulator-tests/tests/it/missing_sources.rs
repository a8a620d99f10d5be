//! What was named and is not there is an error that makes nothing; where nothing was selected, one line says why.

use std::ffi::OsStr;
use std::fs;

use azring_emulator_tests::account::Account;
use azring_emulator_tests::command::{Azring, Folder, Outcome};
use azring_emulator_tests::emulator::Server;
use azring_emulator_tests::rest::{BlobService, Container};
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::{Tree, names_below};
use serde_json::Value;

/// An emulator, and what a run of azring may leave behind.
struct Service {
    _server: Server,
    blobs: BlobService,
    state: Folder,
}

impl Service {
    fn new() -> Self {
        let (server, blobs) = single_account::start();
        Self {
            _server: server,
            blobs,
            state: Folder::new(),
        }
    }

    /// A container with blobs at the top and in a virtual directory.
    fn filled(&self) -> Container {
        let container = self.blobs.fresh_container("nothing");
        Tree::named(["abc.txt", "vd/x.txt", "vd/sub/y.txt"]).put_into(&container);
        container
    }

    fn download(&self, from: &str, to: impl AsRef<OsStr>, words: &[&str]) -> Outcome {
        let copy = Azring::copy(from, to).source_key(&Account::development());
        self.run(copy.arg("/SourceType:Blob"), words)
    }

    fn upload(&self, from: impl AsRef<OsStr>, to: &str, words: &[&str]) -> Outcome {
        let copy = Azring::copy(from, to).dest_key(&Account::development());
        self.run(copy.arg("/DestType:Blob"), words)
    }

    fn between(&self, from: &str, to: &str, words: &[&str]) -> Outcome {
        let account = &Account::development();
        let copy = Azring::copy(from, to).source_key(account).dest_key(account);
        self.run(copy.args(["/SourceType:Blob", "/DestType:Blob"]), words)
    }

    fn run(&self, copy: Azring, words: &[&str]) -> Outcome {
        copy.args(words)
            .env("XDG_STATE_HOME", self.state.path())
            .run()
    }

    /// No journal was left.
    #[track_caller]
    fn has_no_journal(&self) {
        let mut left = names_below(self.state.path());
        left.retain(|name| name.contains(".jnl"));
        assert_eq!(left, [""; 0]);
    }
}

/// It succeeded, found nothing and said so in one line that has all of `words`.
#[track_caller]
fn found_nothing(outcome: Outcome, words: &[&str]) {
    let outcome = outcome.succeeded().counting(0, 0, 0);
    let lines: Vec<_> = outcome
        .stderr
        .lines()
        .filter(|line| line.contains("nothing was found"))
        .collect();
    assert_eq!(lines.len(), 1, "{outcome}");
    for word in words {
        assert!(lines[0].contains(word), "no `{word}`: {outcome}");
    }
}

#[test]
fn a_blob_that_is_not_there_is_an_error_and_nothing_is_made() {
    let service = Service::new();
    let container = service.filled();
    let there = Folder::new();
    let target = service.blobs.unmade_container("never");
    for name in ["nosuch.txt", "vd/nosuch", "ABC.TXT", "vd/x.txt/deeper"] {
        let from = format!("{}/{name}", container.url());
        let named = |outcome: Outcome| outcome.failed().naming(&[name, container.name()]);
        named(service.download(&from, there.join("folder/file"), &[]));
        named(service.download(&from, there.join("folder/"), &["/Y"]));
        named(service.download(&from, there.join("folder"), &["/L"]));
        named(service.between(&from, &target.url(), &[]));
        named(service.between(&from, &target.url(), &["/SyncCopy"]));
        named(service.download(&from, "-", &[]));
        let journal = format!("/Z:{}", there.join("journal").display());
        named(service.download(&from, there.join("folder"), &[&journal]));
    }
    assert_eq!(names_below(there.path()), [""; 0]);
    assert!(!target.exists());
    service.has_no_journal();
}

#[test]
fn a_container_or_folder_that_is_not_there_makes_nothing_either() {
    let service = Service::new();
    let (missing, target) = (
        service.blobs.unmade_container("missing"),
        service.blobs.unmade_container("never"),
    );
    let there = Folder::new();
    let deep = format!("{}/a.txt", missing.url());
    for from in [&missing.url(), &deep] {
        for words in [&["/S"][..], &[]] {
            service
                .download(from, there.join("folder"), words)
                .failed()
                .naming(&[missing.name()]);
            service
                .between(from, &target.url(), words)
                .failed()
                .naming(&[missing.name()]);
        }
    }
    std::os::unix::fs::symlink(there.join("nowhere"), there.join("broken")).unwrap();
    for name in ["gone", "gone/deeper", "broken"] {
        for words in [&["/S"][..], &[], &["/Pattern:*.txt"], &["/L"]] {
            service
                .upload(there.join(name), &target.url(), words)
                .failed()
                .naming(&[name]);
        }
    }
    service
        .upload(there.path(), &target.url(), &["/Pattern:no/such*"])
        .failed()
        .naming(&["cannot find the path", "no`"]);
    assert_eq!(fs::read_dir(there.path()).unwrap().count(), 1);
    assert!(!target.exists());
    service.has_no_journal();
}

#[test]
fn a_destination_that_is_refused_leaves_no_journal() {
    let service = Service::new();
    let folder = Folder::new();
    Tree::named(["a"]).write_to(folder.path());
    // No service takes a container's name of one letter.
    let target = service.blobs.container("c");
    let outcome = service.upload(folder.path(), &target.url(), &[]);
    outcome.failed().naming(&["Cannot use the destination"]);
    service.has_no_journal();
}

#[test]
fn a_container_that_selects_nothing_says_which_option_is_missing() {
    let service = Service::new();
    let container = service.filled();
    let there = Folder::new();
    let url = container.url();
    let down = |from: &str, words: &[&str]| service.download(from, there.join("new"), words);
    found_nothing(down(&url, &[]), &[&url, "`/S`"]);
    found_nothing(down(&format!("{url}/vd"), &[]), &["/vd`", "`/S`"]);
    found_nothing(down(&format!("{url}/vd/"), &[]), &["/vd/`", "`/S`"]);
    found_nothing(
        down(&url, &["/Pattern:*.txt"]),
        &["`*.txt`", "wildcard", "`/S`"],
    );
    found_nothing(
        down(&url, &["/Pattern:*.txt", "/S"]),
        &["`*.txt`", "wildcard"],
    );
    found_nothing(
        down(&format!("{url}/abc.txt/"), &["/S"]),
        &["/abc.txt` is a blob", "slash"],
    );
    found_nothing(
        down(&format!("{url}/abc.txt/"), &[]),
        &["/abc.txt` is a blob", "slash"],
    );
    found_nothing(
        down(&format!("{url}/abc.txt"), &["/Pattern:abc.txt"]),
        &["/abc.txt` is a blob", "`/Pattern`"],
    );
    found_nothing(
        down(&url, &["/Pattern:ABC.TXT"]),
        &["`ABC.TXT`", "`abc.txt`", "capital"],
    );
    found_nothing(down(&url, &["/Pattern:ab"]), &["`ab`", "`/S`"]);
    found_nothing(down(&url, &["/Pattern:q", "/S"]), &["`q`", "matches"]);
    found_nothing(down(&format!("{url}/empty"), &["/S"]), &["/empty`"]);
    found_nothing(down(&url, &["/L"]), &["`/S`"]);
    // None of these made the folder, and none left a journal.
    assert_eq!(names_below(there.path()), [""; 0]);
    service.has_no_journal();
}

#[test]
fn a_folder_that_selects_nothing_says_what_was_left_out() {
    let service = Service::new();
    let target = service.blobs.unmade_container("never");
    let up = |tree: &Tree, words: &[&str]| {
        let folder = Folder::new();
        tree.write_to(folder.path());
        service.upload(folder.path(), &target.url(), words)
    };
    found_nothing(
        up(&Tree::named(["d/a"]), &[]),
        &["1 sub-folder was skipped", "`/S`"],
    );
    found_nothing(
        up(&Tree::named(["d/a", "e/b", "f.txt"]), &["/Pattern:*.vhd"]),
        &["2 sub-folders were skipped", "`/S`"],
    );
    found_nothing(up(&Tree::new(), &["/S"]), &["there is nothing in"]);
    found_nothing(
        up(&Tree::named(["a.txt"]), &["/S", "/Pattern:*.vhd"]),
        &["`*.vhd`"],
    );
    found_nothing(
        up(&Tree::named(["a.txt"]), &["/XA:N"]),
        &["`/A`", "`/IA`", "`/XA`"],
    );
    assert!(!target.exists());
    // The Linux dialect is case-sensitive and has words of its own.
    let folder = Folder::new();
    Tree::named(["abc.txt", "d/x"]).write_to(folder.path());
    let dash = |words: &[&str]| {
        let key = Account::development().key_in_base64();
        let copy = Azring::new().arg("--source").arg(folder.path()).args([
            "--destination",
            &target.url(),
            "--dest-key",
            &key,
        ]);
        service.run(copy.args(["--dest-type", "blob"]), words)
    };
    found_nothing(
        dash(&["--include", "ABC.TXT"]),
        &["`ABC.TXT`", "`abc.txt`", "capital"],
    );
    found_nothing(dash(&["--include", "*.vhd"]), &["`--recursive`"]);
}

#[test]
fn a_demand_for_something_makes_nothing_a_failure_as_before() {
    let service = Service::new();
    let container = service.filled();
    let there = Folder::new();
    let outcome = service.download(
        &container.url(),
        there.join("new"),
        &["/FailIfEmpty", "/ExitCodes:detailed"],
    );
    assert_eq!(outcome.status, Some(3), "{outcome}");
    assert!(outcome.stderr.contains("`/S`"), "{outcome}");
    let missing = format!("{}/nosuch", container.url());
    let outcome = service.download(&missing, there.join("new"), &["/ExitCodes:detailed"]);
    assert_eq!(outcome.status, Some(3), "{outcome}");
}

#[test]
fn what_is_up_to_date_is_said_to_be() {
    let service = Service::new();
    let container = service.filled();
    let there = Folder::new();
    let down = |words: &[&str]| service.download(&container.url(), there.path(), words);
    down(&["/S"]).succeeded();
    let outcome = down(&["/S", "/XO", "/Y"]).succeeded().counting(0, 3, 0);
    let told = outcome.stderr.clone() + &outcome.stdout;
    assert!(told.contains("excluded all 3 object(s)"), "{outcome}");
}

#[test]
fn json_has_a_record_of_both() {
    let service = Service::new();
    let container = service.filled();
    let there = Folder::new();
    let records = |from: &str| -> Vec<Value> {
        let outcome = service.download(from, there.join("new"), &["/Output:json"]);
        let records = outcome.stdout.lines();
        records
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect()
    };
    let found = records(&container.url());
    let warning = found.iter().find(|record| record["type"] == "warning");
    let warning = warning.unwrap_or_else(|| panic!("{found:?}"));
    assert_eq!(warning["code"], "nothing_selected");
    assert!(warning["message"].as_str().unwrap().contains("`/S`"));
    let found = records(&format!("{}/nosuch", container.url()));
    let error = found.iter().find(|record| record["type"] == "error");
    let error = error.unwrap_or_else(|| panic!("{found:?}"));
    assert!(error["message"].as_str().unwrap().contains("`nosuch`"));
    let last = found.last().unwrap();
    assert_eq!(
        (&last["type"], &last["exit_code"]),
        (&"summary".into(), &1.into())
    );
}

#[test]
fn list_shows_a_blob_and_fails_for_one_that_is_not_there() {
    let service = Service::new();
    let container = service.filled();
    let list = |name: &str, words: &[&str]| {
        let key = format!("/SourceKey:{}", Account::development().key_in_base64());
        let list = Azring::new().args(["list", &format!("{}{name}", container.url()), &key]);
        service.run(list.arg("/SourceType:Blob"), words)
    };
    let shown = list("/abc.txt", &[]).succeeded().stdout;
    assert!(
        shown.contains("abc.txt") && shown.contains("1 object(s)"),
        "{shown}"
    );
    assert!(list("/vd", &[]).succeeded().stdout.contains("2 object(s)"));
    list("/nosuch.txt", &[]).failed().naming(&["`nosuch.txt`"]);
    list("/nosuch.txt", &["/Output:json"]).failed();
    let none = list("", &["/Pattern:*.txt"]).succeeded();
    assert!(none.stdout.contains("0 object(s)"), "{none}");
    assert!(none.stderr.contains("wildcard"), "{none}");
    list("/abc.txt/", &[]).succeeded();
}
