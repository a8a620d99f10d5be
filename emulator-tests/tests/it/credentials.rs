//! A credential that cannot serve is told before the first request where that is possible, and once where it is not: with
//! the parameter's name and the likely cause.

use std::fs;

use azring_emulator_tests::account::Account;
use azring_emulator_tests::command::{Azring, Folder, Outcome};
use azring_emulator_tests::emulator::fault::plan::Plan;
use azring_emulator_tests::emulator::{Options, Server};
use azring_emulator_tests::rest::BlobService;

/// A service of its own for each case, and a folder of files.
struct Bench {
    server: Server,
    source: Folder,
    target: Folder,
}

impl Bench {
    fn with_files(count: usize) -> Self {
        let source = Folder::new();
        for number in 0..count {
            fs::write(source.join(&format!("f{number:04}")), "content").expect("a folder of ours");
        }
        let server = Server::start(&Options::default()).expect("an emulator starts");
        let target = Folder::new();
        Self {
            server,
            source,
            target,
        }
    }

    fn url(&self) -> String {
        format!("{}/devstoreaccount1/cont", self.server.blob_url())
    }

    /// Every request that matches is refused.
    fn refuses(&self, when: &str, status: u16, code: &str) {
        let answer = format!(r#"{{ "status": {status}, "code": "{code}" }}"#);
        self.falls_ill(&format!(
            r#"{{ "when": {{ {when} }}, "then": {{ "answer": {answer} }} }}"#
        ));
    }

    fn falls_ill(&self, rules: &str) {
        let plan = Plan::parse(&format!("{{\"rules\": [{rules}]}}")).expect("a fault plan");
        self.server.watch().faults.set(Some(plan));
    }

    fn upload(&self, words: &[&str]) -> Azring {
        Azring::copy(self.source.path(), self.url())
            .args(["/S", "/Y"])
            .args(words)
    }

    fn download(&self, url: &str, words: &[&str]) -> Azring {
        Azring::copy(url, self.target.path())
            .args(["/S", "/Y"])
            .args(words)
    }

    /// Says so before it has asked the service anything.
    #[track_caller]
    fn says_at_once(&self, outcome: Outcome, words: &[&str]) {
        outcome.failed().naming(words);
        let asked = self.server.watch().counters.snapshot();
        assert!(asked.operations.is_empty(), "{asked:?}");
    }
}

const SIGNED: &str = "sv=2022-11-02&sig=Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5Y2E%3D";

#[test]
fn an_expired_signature_is_told_before_the_first_request() {
    let bench = Bench::with_files(3);
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
        bench.says_at_once(bench.upload(&[&sas]).run(), &[says, "`/DestSAS`"]);
        let url = format!("{}?{fields}&sr=c&{SIGNED}", bench.url());
        bench.says_at_once(bench.download(&url, &[]).run(), &[says, "URL of `/Source`"]);
    }
}

#[test]
fn a_signature_without_the_permission_is_told_before_the_first_request() {
    let bench = Bench::with_files(3);
    let up = |fields: &str, more: &[&str]| {
        let sas = format!("/DestSAS:{fields}&{SIGNED}");
        bench.upload(&[&[sas.as_str()], more].concat()).run()
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
        bench.says_at_once(outcome, &[says, "`/DestSAS`"]);
    }
    let sas = format!("/SourceSAS:sr=c&sp=r&{SIGNED}");
    let listed = bench.download(&bench.url(), &[&sas]).run();
    bench.says_at_once(listed, &["lacks `l` (`sp=r`)", "`/SourceSAS`"]);
}

#[test]
fn a_service_copy_has_both_its_signatures_read() {
    let bench = Bench::with_files(0);
    let other = bench.url().replace("/cont", "/other");
    let copy = |source: &str, target: &str| {
        Azring::copy(bench.url(), &other)
            .args(["/S", "/Y"])
            .arg(format!("/SourceSAS:{source}&{SIGNED}"))
            .arg(format!("/DestSAS:{target}&{SIGNED}"))
            .run()
    };
    bench.says_at_once(
        copy("sr=c&sp=l", "sr=c&sp=rw"),
        &["lacks `r`", "`/SourceSAS`"],
    );
    bench.says_at_once(
        copy("sr=c&sp=rl", "sr=c&sp=rl"),
        &["lacks `w`", "`/DestSAS`"],
    );
}

#[test]
fn a_signature_that_allows_what_is_done_is_used() {
    let bench = Bench::with_files(3);
    let service = BlobService::path_style(&bench.server.blob_url(), &Account::development(), None);
    let full = format!("/DestSAS:{}", service.account_sas());
    bench.upload(&[&full]).run().succeeded().counting(3, 0, 0);
    let write_only = format!("/DestSAS:{}", service.account_sas_for("o", "w"));
    bench
        .upload(&[&write_only])
        .run()
        .succeeded()
        .counting(3, 0, 0);
    let reads = format!("/SourceSAS:{}", service.account_sas_for("co", "rl"));
    bench
        .download(&bench.url(), &[&reads])
        .run()
        .succeeded()
        .counting(3, 0, 0);
    let one = Azring::copy(format!("{}/f0001", bench.url()), bench.target.path())
        .arg(format!("/SourceSAS:{}", service.account_sas_for("o", "r")))
        .arg("/Y");
    one.run().succeeded().counting(1, 0, 0);
}

#[test]
fn a_refusal_ends_with_its_likely_cause_and_the_parameter() {
    let bench = Bench::with_files(1);
    let key = format!("/DestKey:{}", Account::second().key_in_base64());
    let doctor = format!("type \"azring doctor {}\"", bench.url());
    let wrong = bench.upload(&[&key]).run();
    wrong.failed().naming(&[
        "(403) Forbidden",
        "The key in `/DestKey`",
        "`devstoreaccount1`",
        &doctor,
    ]);
    let none = bench.download(&bench.url(), &[]).run();
    none.failed().naming(&[
        "anonymous",
        "`/SourceKey` or `/SourceSAS`",
        "AZURE_STORAGE_ACCOUNT",
    ]);
    let half = bench
        .download(&bench.url(), &[])
        .env("AZURE_STORAGE_KEY", "a2V5")
        .run();
    half.failed()
        .naming(&["`AZURE_STORAGE_KEY` is set but not `AZURE_STORAGE_ACCOUNT`"]);
    bench.falls_ill(
        r#"{ "then": { "answer": { "status": 403, "code": "AuthenticationFailed" },
             "headers": { "date": "Thu, 16 Aug 2018 15:19:39 GMT" } } }"#,
    );
    let right = format!("/DestKey:{}", Account::development().key_in_base64());
    bench
        .upload(&[&right])
        .run()
        .failed()
        .naming(&["This machine's clock is", "ahead"]);
}

#[test]
fn what_is_no_key_or_signature_is_named_by_its_form_and_not_shown() {
    let bench = Bench::with_files(1);
    let key = Account::development().key_in_base64();
    for (word, says) in [
        (format!("/DestKey:'{key}'"), "quotes"),
        (format!("/DestKey:\u{201c}{key}\u{201d}"), "quotes"),
        (
            format!("/DestKey:AccountName=a;AccountKey={key}"),
            "connection string",
        ),
        (format!("/DestKey:{SIGNED}"), "shared access signature"),
        (format!("/DestSAS:{}?{SIGNED}", bench.url()), "whole URL"),
        (
            format!("/DestSAS:{}", SIGNED.replace('&', "&amp;")),
            "&amp;",
        ),
        (format!("/DestSAS:{key}"), "account's key"),
    ] {
        let outcome = bench.upload(&[&word]).run().refused();
        let outcome = outcome.naming(&[says, word.split_once(':').expect("a parameter").0]);
        assert!(!outcome.stderr.contains(&key[..14]), "{outcome}");
        assert!(!outcome.stderr.contains("Y2FuYXJ5"), "{outcome}");
    }
}

#[test]
fn a_key_file_of_any_editor_is_read() {
    let bench = Bench::with_files(1);
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
        bench.upload(&[&word]).run().succeeded().counting(1, 0, 0);
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
    let bench = Bench::with_files(600);
    bench.refuses(
        r#""method": "PUT", "path": "*/f*""#,
        403,
        "AuthorizationPermissionMismatch",
    );
    let right = format!("/DestKey:{}", Account::development().key_in_base64());
    let journal = Folder::new();
    let word = format!("/Z:{}", journal.path().display());
    let outcome = bench.upload(&[&right, &word, "/NC:4"]).run();
    let (told, failed) = gave_up(&outcome);
    assert!(told == 20 && failed < 100, "{outcome}");
    assert!(
        outcome
            .stderr
            .contains("403 AuthorizationPermissionMismatch"),
        "{outcome}"
    );
    bench.server.watch().faults.set(None);
    bench
        .upload(&[&right, &word, "/NC:4"])
        .run()
        .succeeded()
        .counting(600, 0, 0);
}

#[test]
fn a_container_that_is_deleted_under_way_ends_the_run_at_once() {
    let bench = Bench::with_files(300);
    bench.refuses(
        r#""method": "PUT", "path": "*/f*""#,
        404,
        "ContainerNotFound",
    );
    let right = format!("/DestKey:{}", Account::development().key_in_base64());
    let outcome = bench.upload(&[&right, "/NC:2", "/NoJournal"]).run();
    let (told, failed) = gave_up(&outcome);
    assert!(told == 3 && failed < 50, "{outcome}");
}

#[test]
fn failures_between_successes_never_stop_a_run() {
    let bench = Bench::with_files(100);
    bench.falls_ill(
        r#"{ "when": { "method": "PUT", "path": "*/f00?1" }, "then": { "answer": { "status": 403, "code": "AuthorizationFailure" } } },
           { "when": { "method": "PUT", "path": "*/f00?3" }, "then": { "answer": { "status": 403, "code": "AuthorizationFailure" } } },
           { "when": { "method": "PUT", "path": "*/f00?5" }, "then": { "answer": { "status": 403, "code": "AuthorizationFailure" } } }"#,
    );
    let right = format!("/DestKey:{}", Account::development().key_in_base64());
    bench
        .upload(&[&right, "/NC:1"])
        .run()
        .failed()
        .counting(70, 0, 30);
}

#[test]
fn blobs_that_are_gone_are_failures_of_their_own() {
    let bench = Bench::with_files(60);
    let right = Account::development().key_in_base64();
    bench
        .upload(&[&format!("/DestKey:{right}")])
        .run()
        .succeeded();
    bench.refuses(r#""method": "GET", "path": "*/f*""#, 404, "BlobNotFound");
    let outcome = bench
        .download(&bench.url(), &[&format!("/SourceKey:{right}")])
        .run();
    outcome.failed().counting(0, 0, 60);
}
