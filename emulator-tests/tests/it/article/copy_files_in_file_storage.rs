//! "Copy files in File storage".

use azring_emulator_tests::command::Azring;
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::rest::Storage;
use azring_emulator_tests::tree::Tree;
use azring_emulator_tests::two_accounts::TwoAccounts;

use super::{DEFAULT_TYPE, assert_holds, assert_share_holds, assumed_files};

/// `AzCopy /Source:url1/ /Dest:url2/ /SourceKey:key1 /DestKey:key2 /S`
fn copy(source: &impl Storage, target: &impl Storage) -> Azring {
    Azring::between(source, target).arg("/S")
}

/// The five files were copied with these calls.
#[track_caller]
fn assert_copied_by_the_service(accounts: &TwoAccounts, calls: &[&str]) {
    let counters = &accounts.emulator().watch().counters;
    let requests = calls.iter().map(|call| counters.of(call).requests);
    assert_eq!(requests.sum::<u64>(), 5);
}

#[test]
fn copy_from_one_file_share_to_another() {
    let accounts = TwoAccounts::of_emulator();
    let [one, other] = accounts.file_services();
    let (source, target) = (one.fresh_share("from"), other.unmade_share("to"));
    assumed_files().put_into(&source);
    source.make_directory("empty");
    copy(&source, &target).run().succeeded().counting(5, 0, 0);
    assert_same(&assumed_files(), &Tree::get_from(&target));
    assert_eq!(target.directories(), ["subfolder"]);
    assert_copied_by_the_service(&accounts, &["CopyFile", "PutRangeFromUrl"]);
    let counters = &accounts.emulator().watch().counters;
    assert_eq!(counters.of("PutRange").requests, 5, "those of the test");
}

#[test]
fn copy_from_an_azure_file_share_to_blob_storage() {
    let accounts = TwoAccounts::of_emulator();
    let [one, _] = accounts.file_services();
    let source = one.fresh_share("from");
    let target = accounts.other.unmade_container("to");
    assumed_files().put_into(&source);
    copy(&source, &target).run().succeeded().counting(5, 0, 0);
    assert_same(&assumed_files(), &Tree::get_from(&target));
    assert_copied_by_the_service(
        &accounts,
        &["CopyBlob", "PutBlobFromUrl", "PutBlockFromUrl"],
    );
}

#[test]
fn copy_a_blob_from_blob_storage_to_an_azure_file_share() {
    let accounts = TwoAccounts::of_emulator();
    let [_, other] = accounts.file_services();
    let source = accounts.one.fresh_container("from");
    let target = other.unmade_share("to");
    assumed_files().put_into(&source);
    copy(&source, &target).run().succeeded().counting(5, 0, 0);
    assert_same(&assumed_files(), &Tree::get_from(&target));
    assert_copied_by_the_service(&accounts, &["CopyFile", "PutRangeFromUrl"]);
    let counters = &accounts.emulator().watch().counters;
    assert_eq!(counters.of("PutRange").requests, 0);
}

#[test]
fn synchronously_copy_files() {
    let accounts = TwoAccounts::of_emulator();
    let [one, other] = accounts.file_services();
    let (share, target) = (one.fresh_share("from"), other.unmade_share("to"));
    assumed_files().put_into(&share);
    let done = |command: Azring| command.arg("/SyncCopy").run().succeeded().counting(5, 0, 0);
    done(copy(&share, &target));
    assert_share_holds(&target, &assumed_files(), DEFAULT_TYPE);

    let container = accounts.other.unmade_container("blobs");
    done(copy(&share, &container));
    assert_holds(&container, &assumed_files(), DEFAULT_TYPE);

    let from_blobs = other.unmade_share("blobs");
    done(copy(&container, &from_blobs));
    assert_share_holds(&from_blobs, &assumed_files(), DEFAULT_TYPE);
    assert_eq!(
        accounts.emulator().watch().counters.of("CopyFile").requests,
        0
    );
}

#[test]
fn synchronously_copied_files_become_page_blobs_if_asked_for() {
    let accounts = TwoAccounts::of_emulator();
    let [one, _] = accounts.file_services();
    let share = one.fresh_share("from");
    let files = Tree::new()
        .with("a", vec![1; 512])
        .with("d/b", vec![2; 1024]);
    files.put_into(&share);
    let container = accounts.other.unmade_container("pages");
    copy(&share, &container)
        .args(["/SyncCopy", "/BlobType:page"])
        .run()
        .succeeded()
        .counting(2, 0, 0);
    assert_same(&files, &Tree::get_from(&container));
    for blob in container.list().into_values() {
        assert_eq!(blob.blob_type, "PageBlob", "{}", blob.name);
    }
}

#[test]
fn files_are_not_copied_to_page_or_append_blobs_by_the_service() {
    let accounts = TwoAccounts::of_emulator();
    let [one, _] = accounts.file_services();
    let share = one.fresh_share("from");
    share.put("a", vec![1; 512]);
    for (word, text) in [
        (
            "/BlobType:page",
            "Copying from File Storage to page Blob Storage asynchronously is not supported.",
        ),
        (
            "/BlobType:append",
            "Copying from File Storage to append Blob Storage asynchronously is not supported.",
        ),
    ] {
        let container = accounts.other.unmade_container("typed");
        let outcome = copy(&share, &container).arg(word).run();
        outcome.refused().naming(&[text]);
        assert!(!container.exists());
    }
}
