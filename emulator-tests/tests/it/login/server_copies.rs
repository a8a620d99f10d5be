//! Copies that a service makes by itself, with a login: the token travels where requests take one, and a signature that
//! the login makes travels where they do not.

use azring_emulator_tests::account::Account;
use azring_emulator_tests::command::{Azring, Outcome};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::emulator::identity::Role;
use azring_emulator_tests::rest::Storage;
use azring_emulator_tests::tree::Tree;
use serde_json::Value;

use super::provided::{Provided, hides_secrets, tree};

/// A repeated request may ask for a second key.
const ONE_KEY: std::ops::RangeInclusive<u64> = 1..=2;

/// Copies everything from one place to another, which is compared afterwards.
fn copies_all(
    provided: &Provided,
    source: &(impl Storage + ?Sized),
    target: &(impl Storage + ?Sized),
    words: &[&str],
) -> Outcome {
    let outcome = command(provided, source, target).args(words).run();
    let outcome = outcome.succeeded().counting(tree().len() as u64, 0, 0);
    hides_secrets(&outcome);
    assert_same(&tree(), &Tree::get_from(target));
    outcome
}

fn command(
    provided: &Provided,
    source: &(impl Storage + ?Sized),
    target: &(impl Storage + ?Sized),
) -> Azring {
    provided
        .copy_as_application(&source.url(), &target.url())
        .args(["--source-type", source.service_type()])
        .args(["--destination-type", target.service_type()])
}

/// The source that a request names has a signature that a login made.
fn is_signed(request: &Value) -> bool {
    let source = request["headers"]["x-ms-copy-source"].as_str();
    source.is_some_and(|source| source.contains("skoid=") && source.contains("sig="))
}

fn has_token(request: &Value) -> bool {
    !request["headers"]["x-ms-copy-source-authorization"].is_null()
}

/// The service read each source by a signature, not by a token.
#[track_caller]
fn assert_all_signed(provided: &Provided) {
    let copies = provided.copies();
    assert!(!copies.is_empty());
    for request in copies {
        assert!(is_signed(&request) && !has_token(&request), "{request}");
    }
}

#[test]
fn the_token_travels_where_requests_take_one_for_their_source() {
    let provided = Provided::new();
    let (one, other) = (Account::development(), Account::second());
    let (blobs, share) = (
        provided.container("source"),
        provided.share_of(&one, "source"),
    );
    blobs.make();
    share.make();
    tree().put_into(&blobs);
    tree().put_into(&share);
    for (number, words) in [&[][..], &["--server-copy", "blocks"]]
        .into_iter()
        .enumerate()
    {
        let target = |from: &str| format!("{from}{number}");
        let to_blobs = provided.container_of(&other, &target("blobs"));
        copies_all(&provided, &blobs, &to_blobs, words);
        let to_blobs = provided.container_of(&other, &target("files"));
        copies_all(&provided, &share, &to_blobs, words);
        for name in ["blobs", "files"] {
            provided.share_of(&other, &target(name)).make();
        }
        copies_all(
            &provided,
            &blobs,
            &provided.share_of(&other, &target("blobs")),
            words,
        );
        copies_all(
            &provided,
            &share,
            &provided.share_of(&other, &target("files")),
            words,
        );
    }
    let copies = provided.copies();
    assert!(!copies.is_empty());
    for request in copies {
        assert!(has_token(&request) && !is_signed(&request), "{request}");
    }
    assert_eq!(provided.key_requests(), 0);
}

#[test]
fn a_login_signs_for_blobs_that_a_service_copies_in_its_own_time() {
    let provided = Provided::new();
    let (one, other) = (Account::development(), Account::second());
    let blobs = provided.container("source");
    blobs.make();
    tree().put_into(&blobs);
    let words = ["--server-copy", "async"];
    copies_all(
        &provided,
        &blobs,
        &provided.container_of(&other, "target"),
        &words,
    );
    let asked = provided.key_requests();
    assert!(
        ONE_KEY.contains(&asked),
        "{asked} keys for {} blobs",
        tree().len()
    );
    for account in [&one, &other] {
        let share = provided.share_of(account, "target");
        share.make();
        copies_all(&provided, &blobs, &share, &words);
    }
    assert_all_signed(&provided);
}

#[test]
fn a_login_signs_for_files_if_it_may_and_says_which_role_is_missing() {
    let provided = Provided::new();
    let (one, other) = (Account::development(), Account::second());
    let share = provided.share_of(&one, "source");
    share.make();
    tree().put_into(&share);
    let (to_blobs, to_share) = (
        provided.container_of(&other, "target"),
        provided.share_of(&other, "target"),
    );
    to_share.make();
    let words = ["--server-copy", "async"];
    let refused = command(&provided, &share, &to_blobs).args(words).run();
    let refused = refused.failed().naming(&[
        "gives the login no key",
        "`devstoreaccount1`: `Storage File Delegator`",
    ]);
    hides_secrets(&refused);
    let asked = provided.key_requests();
    assert!(ONE_KEY.contains(&asked), "{asked} keys were refused");

    provided.assign(Role::FileDelegator);
    copies_all(&provided, &share, &to_blobs, &words);
    copies_all(&provided, &share, &to_share, &words);
    assert_all_signed(&provided);
}

#[test]
fn within_an_account_the_login_of_the_request_reads_the_source() {
    let provided = Provided::new();
    let one = Account::development();
    let (blobs, share) = (
        provided.container("source"),
        provided.share_of(&one, "source"),
    );
    blobs.make();
    share.make();
    tree().put_into(&blobs);
    tree().put_into(&share);
    let to_share = provided.share_of(&one, "target");
    to_share.make();
    copies_all(&provided, &blobs, &provided.container("target"), &[]);
    copies_all(&provided, &share, &to_share, &[]);
    for request in provided.copies() {
        assert!(!is_signed(&request) && !has_token(&request), "{request}");
    }
    assert_eq!(provided.key_requests(), 0);
}

#[test]
fn a_target_with_a_signature_does_not_open_a_source_of_its_account() {
    let provided = Provided::new();
    let (blobs, target) = (provided.container("source"), provided.container("target"));
    blobs.make();
    target.make();
    tree().put_into(&blobs);
    let sas = target.service().account_sas();
    let outcome = command(&provided, &blobs, &target)
        .args(["--dest-sas", &format!("?{sas}")])
        .run();
    outcome.succeeded().counting(tree().len() as u64, 0, 0);
    assert_same(&tree(), &Tree::get_from(&target));
    for request in provided.copies() {
        assert!(is_signed(&request), "{request}");
    }
}

#[test]
fn a_host_that_gets_no_token_of_its_own_gets_none_for_the_source() {
    let provided = Provided::new();
    let blobs = provided.container("source");
    blobs.make();
    tree().put_into(&blobs);
    let target = provided.container_of(&Account::second(), "target");
    let key = target.service().account().key_in_base64();
    let words = ["--server-copy", "blocks", "--dest-key", &key];
    copies_all(&provided, &blobs, &target, &words);
    assert_all_signed(&provided);
}

#[test]
fn an_older_version_takes_no_token_for_a_source_and_gets_a_signature() {
    let provided = Provided::new();
    let blobs = provided.container("source");
    blobs.make();
    tree().put_into(&blobs);
    let target = provided.container_of(&Account::second(), "target");
    let words = ["--service-version", "2020-08-04", "--server-copy", "blocks"];
    copies_all(&provided, &blobs, &target, &words);
    assert_all_signed(&provided);
}
