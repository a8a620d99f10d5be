//! A credential that cannot serve is told before the first request where that is possible, and once where it is not: with
//! the parameter's name and the likely cause.

use std::fs;

use azring_emulator_tests::account::Account;
use azring_emulator_tests::command::{Azring, Folder, Outcome};

use crate::small_files::SmallFiles;

/// Every request that matches is refused.
fn refuse(files: &SmallFiles, when: &str, status: u16, code: &str) {
    let answer = format!(r#"{{ "status": {status}, "code": "{code}" }}"#);
    files.server.set_faults(&format!(
        r#"{{ "when": {{ {when} }}, "then": {{ "answer": {answer} }} }}"#
    ));
}

/// The run says so before it has asked the service anything.
#[track_caller]
fn says_at_once(files: &SmallFiles, outcome: Outcome, words: &[&str]) {
    outcome.failed().naming(words);
    let asked = files.server.watch().counters.snapshot();
    assert!(asked.operations.is_empty(), "{asked:?}");
}

const SIGNED: &str = "sv=2022-11-02&sig=Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5Y2E%3D";

#[test]
fn an_expired_signature_is_reported_before_the_first_request() {
    let files = SmallFiles::new(3);
    for (fields, says) in [
        (
            "se=2020-01-02T03:04:05Z&sp=rwl",
            "expired on 2020-01-02T03:04:05Z (`se`)",
        ),
        ("se=2020-01-02&si=policy", "expired on 2020-01-02 (`se`)"),
        (
            "st=2090-01-02&se=2091-01-01&sp=rwl",
            "is not valid before 2090-01-02 (`st`)",
        ),
    ] {
        let sas = format!("/DestSAS:{fields}&sr=c&{SIGNED}");
        says_at_once(&files, files.upload(&[&sas]).run(), &[says, "`/DestSAS`"]);
        let url = format!("{}?{fields}&sr=c&{SIGNED}", files.url());
        says_at_once(
            &files,
            files.download(&url, &[]).run(),
            &[says, "URL of `/Source`"],
        );
    }
}

#[test]
fn a_signature_without_the_permission_is_reported_before_any_request() {
    let files = SmallFiles::new(3);
    let up = |fields: &str, more: &[&str]| {
        let sas = format!("/DestSAS:{fields}&{SIGNED}");
        files.upload(&[&[sas.as_str()], more].concat()).run()
    };
    for (outcome, says) in [
        (up("sr=c&sp=rl", &[]), "lacks `w` or `c` (`sp=rl`)"),
        (up("sr=c&sp=rc", &["/BlobType:page"]), "lacks `w` (`sp=rc`)"),
        (up("sr=c&sp=rl", &["/BlobType:append"]), "lacks `w` or `c`"),
        (up("sr=b&sp=rw", &[]), "single blob"),
        (up("ss=f&srt=sco&sp=rwl", &[]), "`ss=f` lacks `b`"),
        (up("ss=b&srt=sc&sp=rwl", &[]), "resource type `o`"),
        (up("sr=c&spr=https&sp=rw", &[]), "https only"),
    ] {
        says_at_once(&files, outcome, &[says, "`/DestSAS`"]);
    }
    let sas = format!("/SourceSAS:sr=c&sp=r&{SIGNED}");
    let listed = files.download(&files.url(), &[&sas]).run();
    says_at_once(&files, listed, &["lacks `l` (`sp=r`)", "`/SourceSAS`"]);
}

#[test]
fn a_service_copy_has_both_its_signatures_read() {
    let files = SmallFiles::new(0);
    let other = files.url().replace("/cont", "/other");
    let copy = |source: &str, target: &str| {
        Azring::copy(files.url(), &other)
            .args(["/S", "/Y"])
            .arg(format!("/SourceSAS:{source}&{SIGNED}"))
            .arg(format!("/DestSAS:{target}&{SIGNED}"))
            .run()
    };
    says_at_once(
        &files,
        copy("sr=c&sp=l", "sr=c&sp=rw"),
        &["lacks `r`", "`/SourceSAS`"],
    );
    says_at_once(
        &files,
        copy("sr=c&sp=rl", "sr=c&sp=rl"),
        &["lacks `w`", "`/DestSAS`"],
    );
}

#[test]
fn a_signature_that_allows_what_is_done_is_used() {
    let files = SmallFiles::new(3);
    let service = &files.service;
    let full = format!("/DestSAS:{}", service.account_sas());
    files.upload(&[&full]).run().succeeded().counting(3, 0, 0);
    let write_only = format!("/DestSAS:{}", service.account_sas_for("o", "w"));
    files
        .upload(&[&write_only])
        .run()
        .succeeded()
        .counting(3, 0, 0);
    let reads = format!("/SourceSAS:{}", service.account_sas_for("co", "rl"));
    files
        .download(&files.url(), &[&reads])
        .run()
        .succeeded()
        .counting(3, 0, 0);
    let one = Azring::copy(format!("{}/f0001", files.url()), files.made.path())
        .arg(format!("/SourceSAS:{}", service.account_sas_for("o", "r")))
        .arg("/Y");
    one.run().succeeded().counting(1, 0, 0);
}

#[test]
fn a_refusal_ends_with_its_likely_cause_and_the_parameter() {
    let files = SmallFiles::new(1);
    let key = format!("/DestKey:{}", Account::second().key_in_base64());
    let doctor = format!("type \"azring doctor {}\"", files.url());
    let wrong = files.upload(&[&key]).run();
    wrong.failed().naming(&[
        "(403) Forbidden",
        "The key in `/DestKey`",
        "`devstoreaccount1`",
        &doctor,
    ]);
    let none = files.download(&files.url(), &[]).run();
    none.failed().naming(&[
        "anonymous",
        "`/SourceKey` or `/SourceSAS`",
        "AZURE_STORAGE_ACCOUNT",
    ]);
    let half = files
        .download(&files.url(), &[])
        .env("AZURE_STORAGE_KEY", "a2V5")
        .run();
    half.failed()
        .naming(&["`AZURE_STORAGE_KEY` is set but not `AZURE_STORAGE_ACCOUNT`"]);
    files.server.set_faults(
        r#"{ "then": { "answer": { "status": 403, "code": "AuthenticationFailed" },
             "headers": { "date": "Thu, 16 Aug 2018 15:19:39 GMT" } } }"#,
    );
    let right = format!("/DestKey:{}", Account::development().key_in_base64());
    files
        .upload(&[&right])
        .run()
        .failed()
        .naming(&["This machine's clock is", "ahead"]);
}

#[test]
fn what_is_no_key_or_signature_is_named_by_its_form_and_not_shown() {
    let files = SmallFiles::new(1);
    let key = Account::development().key_in_base64();
    for (word, says) in [
        (format!("/DestKey:'{key}'"), "quotes"),
        (format!("/DestKey:\u{201c}{key}\u{201d}"), "quotes"),
        (
            format!("/DestKey:AccountName=a;AccountKey={key}"),
            "connection string",
        ),
        (format!("/DestKey:{SIGNED}"), "shared access signature"),
        (format!("/DestSAS:{}?{SIGNED}", files.url()), "whole URL"),
        (
            format!("/DestSAS:{}", SIGNED.replace('&', "&amp;")),
            "&amp;",
        ),
        (format!("/DestSAS:{key}"), "account's key"),
    ] {
        let outcome = files.upload(&[&word]).run().refused();
        let outcome = outcome.naming(&[says, word.split_once(':').expect("a parameter").0]);
        assert!(!outcome.stderr.contains(&key[..14]), "{outcome}");
        assert!(!outcome.stderr.contains("Y2FuYXJ5"), "{outcome}");
    }
}

#[test]
fn a_key_file_of_any_editor_is_read() {
    let files = SmallFiles::new(1);
    let key = Account::development().key_in_base64();
    let wide: Vec<u8> = format!("\u{feff}{key}\r\n")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let folder = Folder::new();
    for bytes in [
        format!("{key}\n").into_bytes(),
        format!("\u{feff}{key}\r\n").into_bytes(),
        format!("\n  {key} \n").into_bytes(),
        wide,
    ] {
        let file = folder.join("key");
        fs::write(&file, bytes).expect("a folder of ours");
        let word = format!("/DestKey:@file:{}", file.display());
        files.upload(&[&word]).run().succeeded().counting(1, 0, 0);
    }
}

/// How many failed and how many were listed, when the run gave up.
#[track_caller]
fn gave_up(outcome: &Outcome) -> (usize, u64) {
    assert_eq!(outcome.status, Some(1), "{outcome}");
    let number = |label: &str| {
        let line = outcome
            .stdout
            .lines()
            .find_map(|line| line.strip_prefix(label));
        line.map_or(0, |text| text.trim().parse::<u64>().expect("a number"))
    };
    let listed = number("Transfer successfully:")
        + number("Transfer skipped:")
        + number("Transfer failed:")
        + number("Transfer interrupted:");
    let total = format!("of total {listed} file(s)");
    assert!(
        outcome.stdout.contains(&total),
        "it does not add up: {outcome}"
    );
    let told = outcome.errors();
    assert!(
        told.iter()
            .any(|error| error.contains("the run stops here")),
        "{outcome}"
    );
    assert!(
        told.iter().any(|error| error.contains("were not tried")),
        "{outcome}"
    );
    let each = told.iter().filter(|error| error.starts_with('f')).count();
    (each, number("Transfer failed:"))
}

#[test]
fn after_twenty_refusals_without_a_success_the_run_stops() {
    let files = SmallFiles::new(600);
    refuse(
        &files,
        r#""method": "PUT", "path": "*/f*""#,
        403,
        "AuthorizationPermissionMismatch",
    );
    let right = format!("/DestKey:{}", Account::development().key_in_base64());
    let journal = Folder::new();
    let word = format!("/Z:{}", journal.path().display());
    let outcome = files.upload(&[&right, &word, "/NC:4"]).run();
    let (told, failed) = gave_up(&outcome);
    // How many are active when it stops depends on the machine.
    assert!(told == 20 && failed < 600, "{outcome}");
    assert!(
        outcome
            .stderr
            .contains("403 AuthorizationPermissionMismatch"),
        "{outcome}"
    );
    files.server.clear_faults();
    files
        .upload(&[&right, &word, "/NC:4"])
        .run()
        .succeeded()
        .counting(600, 0, 0);
}

#[test]
fn a_container_that_is_deleted_under_way_ends_the_run_at_once() {
    let files = SmallFiles::new(300);
    refuse(
        &files,
        r#""method": "PUT", "path": "*/f*""#,
        404,
        "ContainerNotFound",
    );
    let right = format!("/DestKey:{}", Account::development().key_in_base64());
    let outcome = files.upload(&[&right, "/NC:2", "/NoJournal"]).run();
    let (told, failed) = gave_up(&outcome);
    assert!(told == 3 && failed < 300, "{outcome}");
}

#[test]
fn failures_between_successes_never_stop_a_run() {
    let files = SmallFiles::new(100);
    files.server.set_faults(
        r#"{ "when": { "method": "PUT", "path": "*/f00?1" }, "then": { "answer": { "status": 403, "code": "AuthorizationFailure" } } },
           { "when": { "method": "PUT", "path": "*/f00?3" }, "then": { "answer": { "status": 403, "code": "AuthorizationFailure" } } },
           { "when": { "method": "PUT", "path": "*/f00?5" }, "then": { "answer": { "status": 403, "code": "AuthorizationFailure" } } }"#,
    );
    let right = format!("/DestKey:{}", Account::development().key_in_base64());
    files
        .upload(&[&right, "/NC:1"])
        .run()
        .failed()
        .counting(70, 0, 30);
}

#[test]
fn blobs_that_are_gone_are_failures_of_their_own() {
    let files = SmallFiles::new(60);
    let right = Account::development().key_in_base64();
    files
        .upload(&[&format!("/DestKey:{right}")])
        .run()
        .succeeded();
    refuse(
        &files,
        r#""method": "GET", "path": "*/f*""#,
        404,
        "BlobNotFound",
    );
    let outcome = files
        .download(&files.url(), &[&format!("/SourceKey:{right}")])
        .run();
    outcome.failed().counting(0, 0, 60);
}
