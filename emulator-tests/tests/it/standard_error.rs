//! Standard error is for what is wrong. Where nothing is, and no terminal is there, it stays empty, and standard output
//! holds what it is for.

use std::fs;

use azring_emulator_tests::account::Account;
use azring_emulator_tests::command::{Azring, Folder, Outcome};
use azring_emulator_tests::emulator::{Options, Server};

struct Place {
    server: Server,
    source: Folder,
    target: Folder,
}

impl Place {
    fn new() -> Self {
        let source = Folder::new();
        for name in ["a.txt", "b.vhd", "c"] {
            fs::write(source.join(name), format!("content of {name}")).expect("a folder of ours");
        }
        Self {
            server: Server::start(&Options::default()).expect("an emulator starts"),
            source,
            target: Folder::new(),
        }
    }

    fn url(&self) -> String {
        format!("{}/devstoreaccount1/cont", self.server.blob_url())
    }

    fn upload(&self, words: &[&str]) -> Azring {
        Azring::copy(self.source.path(), self.url())
            .dest_key(&Account::development())
            .arg("/S")
            .args(words)
    }

    fn download(&self, words: &[&str]) -> Azring {
        Azring::copy(self.url(), self.target.path())
            .source_key(&Account::development())
            .arg("/S")
            .args(words)
    }
}

#[track_caller]
fn is_quiet(outcome: Outcome) -> Outcome {
    let outcome = outcome.succeeded();
    assert_eq!(outcome.stderr, "", "{outcome}");
    outcome
}

#[test]
fn a_good_run_without_a_terminal_leaves_standard_error_empty() {
    let place = Place::new();
    for words in [
        &["/Y"][..],
        &["/L"],
        &["/XO"],
        &[],
        &["/Y", "/Progress:lines"],
    ] {
        is_quiet(place.upload(words).run());
        is_quiet(place.download(words).run());
    }
    is_quiet(
        place
            .upload(&["/Y", "/IO:threads"])
            .without_io_uring()
            .run(),
    );
    let other = place.url().replace("/cont", "/other");
    let between = Azring::copy(place.url(), other)
        .source_key(&Account::development())
        .dest_key(&Account::development())
        .args(["/S", "/Y"]);
    is_quiet(between.run());
    is_quiet(
        Azring::new()
            .arg("list")
            .arg(place.url())
            .source_key(&Account::development())
            .run(),
    );
    is_quiet(
        Azring::new()
            .arg("doctor")
            .arg(place.url())
            .source_key(&Account::development())
            .run(),
    );
}

#[test]
fn notices_are_on_standard_output_and_records_have_them() {
    let place = Place::new();
    let hint = "becomes a block blob";
    let outcome = is_quiet(place.upload(&["/Y"]).run());
    assert!(
        outcome.stdout.contains("][INFO] ") && outcome.stdout.contains(hint),
        "{outcome}"
    );
    let outcome = is_quiet(place.upload(&["/Y", "/Output:json"]).run());
    assert!(outcome.stdout.contains(hint), "{outcome}");
    assert!(
        outcome.stdout.lines().all(|line| line.starts_with('{')),
        "{outcome}"
    );
}

#[test]
fn data_on_standard_output_is_alone_there() {
    let place = Place::new();
    is_quiet(place.upload(&["/Y"]).run());
    let get = |name: &str| {
        Azring::copy(format!("{}/{name}", place.url()), "-")
            .source_key(&Account::development())
            .run()
    };
    let outcome = is_quiet(get("a.txt"));
    assert_eq!(outcome.stdout, "content of a.txt", "{outcome}");
    let outcome = get("missing").failed();
    assert_eq!(outcome.stdout, "", "{outcome}");
}

#[test]
fn a_list_holds_names_and_their_sum_only() {
    let place = Place::new();
    is_quiet(place.upload(&["/Y"]).run());
    let outcome = is_quiet(
        Azring::new()
            .arg("list")
            .arg(place.url())
            .source_key(&Account::development())
            .run(),
    );
    assert_eq!(outcome.stdout.lines().count(), 4, "{outcome}");
    assert!(!outcome.stdout.contains("INFO"), "{outcome}");
}

#[test]
fn a_service_that_is_away_is_no_parsing_error() {
    let place = Place::new();
    let closed = "http://127.0.0.1:1/devstoreaccount1/cont";
    let refused = Azring::copy(place.source.path(), closed)
        .dest_key(&Account::development())
        .args(["/S", "/Y", "/GiveUp:1"])
        .run();
    let missing = place.download(&["/Y"]).run();
    for outcome in [refused, missing] {
        let outcome = outcome
            .failed()
            .naming(&["type \"azring doctor http://127.0.0.1:"]);
        assert!(!outcome.stderr.contains("Error parsing"), "{outcome}");
        assert!(!outcome.stderr.contains("/?:"), "{outcome}");
    }
    let local = Azring::copy("/no/such/folder", place.url()).run();
    local
        .failed()
        .naming(&["Error parsing source location", "azring /?:Source"]);
}

#[test]
fn a_hyphen_and_a_slash_may_begin_the_same_parameter() {
    let place = Place::new();
    let log = place.target.join("log");
    let word = format!("-v:{}", log.display());
    is_quiet(place.upload(&["-y", &word]).run()).counting(3, 0, 0);
    assert!(
        fs::read_to_string(&log)
            .expect("a log")
            .contains("Finished transfer")
    );
    is_quiet(place.upload(&["-Y", "-V"]).run()).counting(3, 0, 0);
    let first = Azring::new()
        .arg("-y")
        .arg(format!("/Source:{}", place.source.path().display()))
        .arg(format!("/Dest:{}", place.url()))
        .dest_key(&Account::development());
    is_quiet(first.run());
    // Without any word that belongs to one dialect for certain.
    let hyphens = Azring::new()
        .arg(format!("-Source:{}", place.source.path().display()))
        .arg(format!("-Dest:{}", place.url()))
        .arg(format!(
            "-DestKey:{}",
            Account::development().key_in_base64()
        ))
        .args(["-S", "-Y"]);
    is_quiet(hyphens.run()).counting(3, 0, 0);
    let dash = Azring::new()
        .arg("--source")
        .arg(place.source.path())
        .args(["--destination", &place.url(), "--recursive", "-y", "-v"])
        .arg(log)
        .args(["--dest-key", &Account::development().key_in_base64()]);
    is_quiet(dash.run()).counting(3, 0, 0);
}

#[test]
fn a_drive_is_mapped_by_the_environment() {
    let place = Place::new();
    let drive = format!("E:=/nowhere;D:={}", place.source.path().display());
    let upload = || {
        Azring::copy(r"D:\", place.url())
            .dest_key(&Account::development())
            .args(["/S", "/Y"])
    };
    is_quiet(upload().env("AZRING_MAP_DRIVE", &drive).run()).counting(3, 0, 0);
    upload().run().refused().naming(&["/MapDrive:D:=/mnt/d"]);
    let wrong = upload().env("AZRING_MAP_DRIVE", "D=/x").run();
    wrong.refused().naming(&["`AZRING_MAP_DRIVE`"]);
    let own = upload().arg(format!("/MapDrive:D:={}", place.source.path().display()));
    is_quiet(own.env("AZRING_MAP_DRIVE", "D:=/nowhere").run()).counting(3, 0, 0);
}
