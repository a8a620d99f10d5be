//! What proves who asks goes to the service it was given for and nowhere else: not into a file, not to another host, not
//! onto the screen.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;

use azring_emulator_tests::account::Account;
use azring_emulator_tests::command::{Azring, Outcome};

use crate::small_files::SmallFiles;

/// Words that make a run write everything that it can write.
fn recorded(files: &SmallFiles) -> [String; 5] {
    let path = |name: &str| files.made.join(name).display().to_string();
    [
        format!("/Z:{}", path("journal")),
        format!("/V:{}", path("log")),
        format!("/Ledger:{}", path("ledger")),
        format!("/Report:{}", path("report")),
        format!("/TraceController:{}", path("trace")),
    ]
}

/// The words that name the journal.
fn journal(files: &SmallFiles) -> String {
    format!("/Z:{}", files.made.join("journal").display())
}

/// The second file is refused.
const ONE_REFUSED: &str = r#"{ "when": { "method": "PUT", "path": "*/f0001" }, "then": { "answer": { "status": 403 } } }"#;

/// A journal of an upload that failed in part.
fn leave_a_journal(files: &SmallFiles) {
    files.server.set_faults(ONE_REFUSED);
    files
        .upload(&[&journal(files)])
        .dest_key(&Account::development())
        .run()
        .failed();
    files.server.clear_faults();
}

fn resume(files: &SmallFiles) -> Azring {
    Azring::new().arg(journal(files))
}

/// A signature as it is, decoded, with blanks, and encoded twice.
fn forms(sas: &str) -> Vec<String> {
    let (_, encoded) = sas.split_once("sig=").expect("a signature");
    let decoded = encoded
        .replace("%2B", "+")
        .replace("%2F", "/")
        .replace("%3D", "=");
    // A piece is enough: the padding is left out, which differs between the forms.
    let piece = |text: &str| text[..16].to_owned();
    vec![
        piece(encoded),
        piece(&decoded),
        piece(&decoded.replace('+', " ")),
        piece(&encoded.replace('%', "%25")),
    ]
}

/// No output and no file of the folder has one of these texts.
#[track_caller]
pub(crate) fn assert_free_of(secrets: &[String], outcome: &Outcome, folder: &Path) {
    for secret in secrets {
        let printed = [&outcome.stdout, &outcome.stderr];
        assert!(
            printed.iter().all(|text| !text.contains(secret)),
            "`{secret}`: {outcome}"
        );
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("a folder of ours") {
                let path = entry.expect("a folder of ours").path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let bytes = fs::read(&path).expect("a file of ours");
                let text = String::from_utf8_lossy(&bytes);
                assert!(
                    !text.contains(secret),
                    "`{secret}` is in `{}`",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn a_service_that_repeats_the_request_gets_no_secret_stored() {
    for echo in ["url", "decoded_url", "encoded_url", "headers"] {
        let files = SmallFiles::new(4);
        let sas = files.service.account_sas();
        files.server.set_faults(&format!(
            r#"{{ "when": {{ "method": "PUT", "path": "*/f????" }},
                 "then": {{ "answer": {{ "status": 409, "code": "Odd", "echo": "{echo}" }} }} }}"#
        ));
        let word = format!("/DestSAS:{sas}");
        let outcome = files.upload(&[&word]).args(recorded(&files)).run().failed();
        assert!(outcome.stderr.contains("Refused: "), "{outcome}");
        assert!(files.made.join("journal/azring.jnl").exists());
        assert_free_of(&forms(&sas), &outcome, files.made.path());
        let outcome = Azring::new()
            .args(["jobs", "show"])
            .arg(files.made.join("journal"))
            .run();
        assert_free_of(&forms(&sas), &outcome, files.made.path());
    }
}

#[test]
fn the_signature_of_a_copys_source_is_not_stored_either() {
    let files = SmallFiles::new(2);
    files
        .upload(&[])
        .dest_key(&Account::development())
        .run()
        .succeeded();
    let sas = files.service.account_sas();
    for echo in ["headers", "url"] {
        files.server.set_faults(&format!(
            r#"{{ "when": {{ "method": "PUT", "path": "*/other/f????" }},
                 "then": {{ "answer": {{ "status": 409, "code": "Odd", "echo": "{echo}" }} }} }}"#
        ));
        let outcome = Azring::copy(files.url(), files.url().replace("/cont", "/other"))
            .args(["/S", "/Y"])
            .arg(format!("/SourceSAS:{sas}"))
            .dest_key(&Account::development())
            .args(recorded(&files))
            .run()
            .failed();
        assert_free_of(&forms(&sas), &outcome, files.made.path());
    }
}

#[test]
fn a_key_that_is_written_wrongly_is_never_echoed() {
    let files = SmallFiles::new(1);
    let secret = "Canary0Canary0Canary0Canary0";
    let response = files.made.join("response");
    fs::write(&response, format!("/DestKey={secret}\n")).expect("a folder of ours");
    let file = format!("/@:{}", response.display());
    let line = files.made.join("line");
    fs::write(&line, format!("{secret}\n")).expect("a folder of ours");
    let bare = format!("/@:{}", line.display());
    let source = format!("/Source:{}", files.source.path().display());
    let with_password = files
        .url()
        .replace("http://", &format!("http://me:{secret}@"));
    for words in [
        vec![source.clone(), format!("/DestKey={secret}")],
        vec![source.clone(), format!("/destkey :{secret}")],
        vec![source.clone(), "/destkey".to_owned(), format!(":{secret}")],
        vec![source.clone(), format!("/DestSAS={secret}")],
        vec![source.clone(), secret.to_owned()],
        vec![source.clone(), file],
        vec![source.clone(), bare],
        vec![
            "--source".to_owned(),
            "/x".to_owned(),
            format!("--dest-keys={secret}"),
        ],
        vec!["--source".to_owned(), "/x".to_owned(), secret.to_owned()],
        vec![
            "--dest-key".to_owned(),
            secret.to_owned(),
            format!(":{secret}"),
        ],
        vec![source.clone(), format!("/Dest:{with_password}")],
        vec![format!("/Source:{with_password}"), "/Dest:/x".to_owned()],
        vec!["list".to_owned(), with_password.clone()],
        vec!["doctor".to_owned(), with_password],
        vec!["--help".to_owned(), secret.to_owned()],
    ] {
        let outcome = Azring::new().args(&words).run();
        assert_eq!(outcome.status, Some(2), "{outcome}");
        let printed = format!("{}{}", outcome.stdout, outcome.stderr);
        assert!(!printed.contains(&secret[..12]), "{printed}");
    }
}

#[test]
fn a_journal_that_others_may_write_is_not_followed() {
    let files = SmallFiles::new(3);
    leave_a_journal(&files);
    let folder = files.made.join("journal");
    let file = folder.join("azring.jnl");
    let mode = |path: &Path, mode| {
        fs::set_permissions(path, Permissions::from_mode(mode)).expect("a file of ours");
    };
    let refused = |says: &str| {
        let outcome = resume(&files).dest_key(&Account::development()).run();
        outcome.refused().naming(&[says, "does not use it"]);
    };
    mode(&folder, 0o777);
    refused("journal folder");
    mode(&folder, 0o770);
    refused("other users");
    mode(&folder, 0o700);
    mode(&file, 0o666);
    refused("other users");
    mode(&file, 0o600);
    if chown(&file, Some(12_345), None).is_ok() {
        refused("another user (12345)");
        chown(&file, Some(0), None).expect("root may");
        chown(&folder, Some(12_345), None).expect("root may");
        refused("journal folder");
        chown(&folder, Some(0), None).expect("root may");
    }
    let outcome = resume(&files)
        .dest_key(&Account::development())
        .run()
        .succeeded();
    let shown = format!("to `{}`", files.url());
    assert!(outcome.stdout.contains(&shown), "{outcome}");
}

#[test]
fn a_credential_of_the_environment_goes_to_its_own_host_only() {
    let files = SmallFiles::new(2);
    let port = files
        .server
        .blob_url()
        .rsplit(':')
        .next()
        .expect("a port")
        .to_owned();
    let sas = files.service.account_sas();
    // Names that look like the account's, and a name of somebody else's.
    for host in ["devstoreaccount1.blob.example.com", "files.example.com"] {
        let url = if host.starts_with("files") {
            format!("http://{host}:{port}/devstoreaccount1/cont")
        } else {
            format!("http://{host}:{port}/cont")
        };
        let azring = || {
            Azring::copy(files.source.path(), &url)
                .args(["/S", "/Y", "/DestType:Blob"])
                .env("AZRING_RESOLVE", format!("{host}:{port}:127.0.0.1"))
        };
        files.server.watch().log.keep(100);
        let outcomes = [
            azring()
                .env("AZURE_STORAGE_ACCOUNT", "devstoreaccount1")
                .env("AZURE_STORAGE_SAS_TOKEN", &sas)
                .run(),
            azring()
                .env("AZURE_STORAGE_ACCOUNT", "devstoreaccount1")
                .env("AZURE_STORAGE_KEY", Account::development().key_in_base64())
                .run(),
            azring()
                .env(
                    "AZURE_STORAGE_CONNECTION_STRING",
                    format!("AccountName=devstoreaccount1;SharedAccessSignature={sas}"),
                )
                .run(),
        ];
        for outcome in outcomes {
            outcome.failed().naming(&["AZURE_STORAGE_"]);
        }
        let asked = files.server.watch().log.lines().join("\n");
        assert!(!asked.is_empty() && !asked.contains("sig="), "{asked}");
    }
    let own = files
        .upload(&[])
        .env("AZURE_STORAGE_ACCOUNT", "devstoreaccount1")
        .env("AZURE_STORAGE_SAS_TOKEN", &sas);
    own.run().succeeded().counting(2, 0, 0);
}

#[test]
fn a_host_that_only_a_journal_names_gets_nothing_of_the_environment() {
    let files = SmallFiles::new(3);
    let port = files
        .server
        .blob_url()
        .rsplit(':')
        .next()
        .expect("a port")
        .to_owned();
    let foreign = format!("http://files.example.com:{port}/devstoreaccount1/cont");
    let resolve = format!("files.example.com:{port}:127.0.0.1");
    files.server.set_faults(ONE_REFUSED);
    let word = journal(&files);
    let sas = files.service.account_sas();
    let first = Azring::copy(files.source.path(), &foreign)
        .args(["/S", "/Y", &word])
        .env("AZRING_RESOLVE", &resolve)
        .env("AZRING_DEST_SAS", &sas);
    first.run().failed().counting(2, 0, 1);
    files.server.clear_faults();
    files.server.watch().counters.reset();
    let alone = resume(&files).env("AZRING_RESOLVE", &resolve);
    let outcome = alone.env("AZRING_DEST_SAS", &sas).run().refused();
    outcome.naming(&["needs a credential", "hosts of Azure"]);
    assert!(
        files
            .server
            .watch()
            .counters
            .snapshot()
            .operations
            .is_empty()
    );
    let named = resume(&files).env("AZRING_RESOLVE", &resolve);
    named.arg(format!("/DestSAS:{sas}")).run().succeeded();
}
