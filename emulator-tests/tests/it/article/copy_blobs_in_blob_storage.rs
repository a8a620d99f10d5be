//! "Copy blobs in Blob storage", and the copy under "Specify a shared access signature (SAS)". On both servers: Azurite's
//! copies are always over at once, the emulator's may take their time.

use azring_emulator_tests::command::Azring;
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::rest::Container;
use azring_emulator_tests::tree::Tree;
use azring_emulator_tests::two_accounts::TwoAccounts;

use super::{DEFAULT_TYPE, assert_holds, assumed_blobs};
use crate::sync_copy::with_snapshots;

/// `AzCopy /Source:container1 /Dest:container2 /SourceKey:key1 /DestKey:key2`
fn copy(source: &Container, url: &str, target: &Container) -> Azring {
    Azring::copy(url, target.url())
        .source_key(source.service().account())
        .dest_key(target.service().account())
}

/// The blobs that the article assumes, in one account, and a container in the other that is not there yet.
fn assumed(accounts: &TwoAccounts) -> (Container, Container) {
    let (source, target) = accounts.between();
    assumed_blobs().put_into(&source);
    (source, target)
}

#[test]
fn copy_a_single_blob_from_one_container_to_another_within_the_same_storage_account() {
    for accounts in TwoAccounts::of_both() {
        let (source, _) = assumed(&accounts);
        let target = accounts.one.unmade_container("mycontainer2");
        copy(&source, &source.url(), &target)
            .arg("/Pattern:abc.txt")
            .run()
            .succeeded()
            .counting(1, 0, 0);
        assert_holds(&target, &Tree::named(["abc.txt"]), DEFAULT_TYPE);
    }
}

#[test]
fn copy_a_single_blob_from_one_storage_account_to_another() {
    for accounts in TwoAccounts::of_both() {
        let (source, target) = assumed(&accounts);
        copy(&source, &source.url(), &target)
            .arg("/Pattern:abc.txt")
            .run()
            .succeeded()
            .counting(1, 0, 0);
        assert_holds(&target, &Tree::named(["abc.txt"]), DEFAULT_TYPE);
    }
}

#[test]
fn copy_a_single_blob_from_the_secondary_region_to_the_primary_region() {
    for accounts in TwoAccounts::of_both() {
        let (source, target) = assumed(&accounts);
        copy(&source, &source.secondary_url(), &target)
            .arg("/Pattern:abc.txt")
            .run()
            .succeeded()
            .counting(1, 0, 0);
        assert_holds(&target, &Tree::named(["abc.txt"]), DEFAULT_TYPE);
    }
}

#[test]
fn copy_a_single_blob_and_its_snapshots_from_one_storage_account_to_another() {
    for accounts in TwoAccounts::of_both() {
        let (source, target) = assumed(&accounts);
        let expected = with_snapshots(&source, "abc.txt");
        copy(&source, &source.url(), &target)
            .args(["/Pattern:abc.txt", "/Snapshot"])
            .run()
            .succeeded()
            .counting(3, 0, 0);
        assert_holds(&target, &expected, DEFAULT_TYPE);
    }
}

#[test]
fn copy_all_blobs_in_a_container_to_another_storage_account() {
    for accounts in TwoAccounts::of_both() {
        let (source, target) = assumed(&accounts);
        copy(&source, &source.url(), &target)
            .arg("/S")
            .run()
            .succeeded()
            .counting(5, 0, 0);
        assert_holds(&target, &assumed_blobs(), DEFAULT_TYPE);
    }
}

#[test]
fn synchronously_copy_blobs_from_one_storage_account_to_another() {
    for accounts in TwoAccounts::of_both() {
        let (source, target) = assumed(&accounts);
        source.put("ab", "exactly this one");
        // Without `/S` the pattern is a whole name.
        let url = source.url() + "/";
        copy(&source, &url, &target)
            .args(["/Pattern:ab", "/SyncCopy"])
            .run()
            .succeeded()
            .counting(1, 0, 0);
        assert_holds(
            &target,
            &Tree::new().with("ab", "exactly this one"),
            DEFAULT_TYPE,
        );
        copy(&source, &url, &target)
            .args(["/Pattern:ab", "/S", "/SyncCopy", "/Y"])
            .run()
            .succeeded()
            .counting(4, 0, 0);
        assert_eq!(target.names().len(), 4);
    }
}

#[test]
fn specify_a_shared_access_signature_for_both_ends_of_a_copy() {
    for accounts in TwoAccounts::of_both() {
        let (source, _) = assumed(&accounts);
        let target = accounts.one.unmade_container("mycontainer2");
        let sas = accounts.one.account_sas();
        Azring::copy(source.url(), target.url())
            .args([
                format!("/SourceSAS:{sas}"),
                format!("/DestSAS:?{sas}"),
                "/Pattern:abc.txt".to_owned(),
            ])
            .run()
            .succeeded()
            .counting(1, 0, 0);
        assert_same(&Tree::named(["abc.txt"]), &Tree::get_from(&target));
    }
}
