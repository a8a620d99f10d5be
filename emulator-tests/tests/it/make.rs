//! `azring make`: containers, file shares, directories and tables; what exists already is a failure.

use azring_emulator_tests::account::Account;
use azring_emulator_tests::azurite;
use azring_emulator_tests::command::Azring;
use azring_emulator_tests::emulator::{Options, Server};
use azring_emulator_tests::rest::{Storage, TableService};
use azring_emulator_tests::single_account;

/// `azring make URL` with the account's key.
fn make(url: &str, storage: &(impl Storage + ?Sized), words: &[&str]) -> Azring {
    Azring::new()
        .args(["make", url])
        .source_key(storage.account())
        .arg(format!("/SourceType:{}", storage.service_type()))
        .args(words)
}

#[test]
fn a_container_is_made_once_and_then_it_is_a_failure() {
    let (_server, own) = single_account::start();
    for service in [azurite::shared().blob_service(), own] {
        let container = service.unmade_container("make");
        let once = || make(&container.url(), &container, &[]).run();
        let outcome = once().succeeded();
        assert!(outcome.stdout.contains(&container.url()), "{outcome}");
        assert!(container.exists());
        once()
            .failed()
            .naming(&[container.name(), "exists already"]);
    }
}

#[test]
fn a_share_gets_its_size_and_directories_are_made_with_those_above() {
    let (_server, service) = single_account::start_for_files();
    let share = service.unmade_share("make");
    let directory = format!("{}/a/b", share.url());
    make(&directory, &share, &[])
        .run()
        .failed()
        .naming(&["share"]);
    make(&share.url(), &share, &["/QuotaGb:7"])
        .run()
        .succeeded();
    let stored = share
        .ask("HEAD", "", &[("restype", "share")], &[], "")
        .succeeded();
    assert_eq!(stored.header("x-ms-share-quota"), "7");
    make(&share.url(), &share, &[])
        .run()
        .failed()
        .naming(&["exists already"]);
    make(&directory, &share, &[]).run().succeeded();
    share.put("a/b/c", "abc");
    make(&directory, &share, &[])
        .run()
        .failed()
        .naming(&["exists already"]);
    let below_file = format!("{}/a/b/c/d", share.url());
    make(&below_file, &share, &[])
        .run()
        .failed()
        .naming(&["is a file"]);
}

#[test]
fn what_cannot_be_made_is_refused_before_any_request() {
    let (server, service) = single_account::start();
    let container = service.fresh_container("make");
    server.watch().counters.reset();
    let below = format!("{}/d/", container.url());
    for (url, words, says) in [
        (&*below, &[][..], "virtual directory"),
        (&container.url(), &["/QuotaGb:7"], "only for a file share"),
        (&container.url(), &["/QuotaGb:x"], "needs a number"),
        (
            &container.url(),
            &["/QuotaGb:102401"],
            "between 0 and 102400",
        ),
        ("/tmp/abc", &[], "is a local path"),
    ] {
        make(url, &container, words).run().refused().naming(&[says]);
    }
    assert!(server.watch().counters.snapshot().operations.is_empty());
}

#[test]
fn a_table_is_made_once_by_the_key_of_either_end() {
    let server = Server::start(&Options::default()).expect("an emulator starts");
    let account = Account::development();
    let tables = TableService::path_style(&server.table_url(), &account);
    let table = tables.unmade_table("make");
    let key = account.key_in_base64();
    let both = Azring::new().args([
        "make",
        &table.url(),
        "/DestType:Table",
        &format!("/SourceKey:{key}"),
        "/DestKey:b3RoZXI=",
    ]);
    both.run()
        .refused()
        .naming(&["`/SourceKey`", "`/DestKey`", "differ"]);
    assert!(!table.exists());
    let by_other = Azring::new().args([
        "make",
        &table.url(),
        "/DestType:Table",
        &format!("/DestKey:{key}"),
    ]);
    by_other.run().succeeded();
    assert!(table.exists());
    let again = Azring::new()
        .args(["make", &table.url(), "/SourceType:Table"])
        .source_key(&account);
    again.run().failed().naming(&["exists already"]);
}
