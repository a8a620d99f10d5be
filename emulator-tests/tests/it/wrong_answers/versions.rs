//! Two versions of an object are never mixed.

use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::interceptor::Interceptor;
use azring_emulator_tests::rest::Container;
use azring_emulator_tests::tree::{Tree, noise};
use azring_emulator_tests::two_accounts::{self, TwoAccounts};

use super::faulty_storage::{FaultyStorage, StorageKind};

const MIB: usize = 1 << 20;

/// The blob is replaced before its second range is read, by one of the same length, and nobody heeds `If-Match`.
fn replaced_while_read(source: &Container) -> Interceptor {
    source.put("blob", noise(1, 24 * MIB));
    let request = format!(
        "GET /{}/{}/blob",
        source.service().account().name(),
        source.name()
    );
    let origin = source.service().url();
    let origin = origin.rsplit_once('/').expect("the account is its path").0;
    let replaced = source.clone();
    Interceptor::before_second(origin, &request, move || {
        replaced.put("blob", noise(2, 24 * MIB));
    })
}

const NO_CONDITIONS: &str = r#"{ "rules": [ { "when": { "method": "GET", "path": "*/blob" },
    "then": { "ignore_conditions": true } } ] }"#;

#[test]
fn two_versions_of_a_blob_are_never_mixed_in_a_copy() {
    let accounts = TwoAccounts::of_emulator();
    let (source, target) = accounts.between();
    let account = source.service().account().clone();
    let through = replaced_while_read(&source);
    target.make();
    target.put("blob", "what was there");
    accounts.emulator().set_fault_plan(NO_CONDITIONS);
    let seen = through.blob_service(&account).container(source.name());
    two_accounts::copy(&seen, &target)
        .args(["/S", "/SyncCopy", "/NC:1", "/NoJournal"])
        .run()
        .failed()
        .counting(0, 0, 1)
        .naming(&["blob", "not the version that was listed"]);
    assert_eq!(target.get("blob"), b"what was there");
}

#[test]
fn two_versions_of_a_blob_are_never_mixed_in_a_file_or_a_pipe() {
    for into_pipe in [false, true] {
        let accounts = TwoAccounts::of_emulator();
        let (source, _) = accounts.between();
        let account = source.service().account().clone();
        let through = replaced_while_read(&source);
        accounts.emulator().set_fault_plan(NO_CONDITIONS);
        let seen = through.blob_service(&account).container(source.name());
        let target = Folder::new();
        let url = format!("{}/blob", seen.url());
        let outcome = if into_pipe {
            Azring::new()
                .args(["--source", &url, "--destination", "-"])
                .args(["--parallel-level", "1", "--source-type", "blob"])
                .arg("--source-key")
                .arg(account.key_in_base64())
        } else {
            Azring::download(&seen, target.path()).args(["/S", "/NC:1", "/NoJournal"])
        };
        outcome
            .run()
            .failed()
            .naming(&["blob", "not the version that was listed"]);
        assert_same(&Tree::new(), &Tree::read_from(target.path()));
    }
}

/// The file is replaced before its second range is read, by one of the same length.
#[test]
fn two_versions_of_a_file_in_a_share_are_never_mixed() {
    let faulty = FaultyStorage::empty(StorageKind::Share, Tree::new());
    let share = faulty.share();
    share.put("file", noise(1, 24 * MIB));
    let account = share.service().account().clone();
    let request = format!("GET /{}/cont/file ", account.name());
    let replaced = share.clone();
    let through = Interceptor::before_second(&faulty.server.file_url(), &request, move || {
        replaced.put("file", noise(2, 24 * MIB));
    });
    let seen = through.file_service(&account).share("cont");
    let target = Folder::new();
    Azring::download(&seen, target.path())
        .args(["/S", "/NC:1", "/NoJournal"])
        .run()
        .failed()
        .counting(0, 0, 1)
        .naming(&["file", "not the version that was listed"]);
    assert_same(&Tree::new(), &Tree::read_from(target.path()));
}
