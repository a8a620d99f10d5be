//! Append blobs: written in order, whoever carries the pieces.

use azring_emulator_tests::account::Account;
use azring_emulator_tests::command::{Azring, Folder, Outcome};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::emulator::{Options, Server};
use azring_emulator_tests::rest::{BlobService, Container, content_md5};
use azring_emulator_tests::tree::{Tree, noise};
use azring_emulator_tests::two_accounts::TwoAccounts;

fn upload(source: &Folder, container: &Container) -> Azring {
    Azring::upload(source.path(), container).args(["/BlobType:append", "/S", "/Y"])
}

#[test]
fn files_become_append_blobs_in_order_with_their_digest_and_come_back() {
    for accounts in TwoAccounts::of_both() {
        let container = accounts.one.fresh_container("append");
        let (source, target) = (Folder::new(), Folder::new());
        let tree = Tree::named(["empty", "a/small"])
            .with("large", noise(1, (41 << 20) + 13))
            .with("another", noise(2, 17 << 20));
        tree.write_to(source.path());
        for _ in 0..2 {
            // The second time the blobs are made anew, not appended to.
            upload(&source, &container)
                .arg("/NC:16")
                .run()
                .succeeded()
                .counting(4, 0, 0);
            assert_same(&tree, &Tree::get_from(&container));
        }
        for (name, bytes) in tree.files() {
            let stored = container.ask("HEAD", name, &[], &[], "").succeeded();
            assert_eq!(stored.header("x-ms-blob-type"), "AppendBlob");
            assert_eq!(stored.header("content-md5"), content_md5(bytes), "{name}");
        }
        Azring::download(&container, target.path())
            .args(["/S", "/CheckMD5"])
            .run()
            .succeeded()
            .counting(4, 0, 0);
        assert_same(&tree, &Tree::read_from(target.path()));
    }
}

/// Sends one file of five blocks up as an append blob to a service that has this fault on the path of block writes.
fn upload_to_ill(rule: &str) -> (Outcome, Container, Vec<u8>, Server) {
    let bytes = noise(5, (17 << 20) + 5);
    let source = Folder::new();
    std::fs::write(source.join("log"), &bytes).expect("a folder of ours");
    let server = Server::start(&Options::default()).expect("an emulator starts");
    server.set_fault_plan(&format!("{{\"seed\": 11, \"rules\": [{rule}]}}"));
    let service = BlobService::path_style(&server.blob_url(), &Account::development(), None);
    let container = service.unmade_container("append");
    let outcome = upload(&source, &container).run();
    server.assert_faults_applied();
    server.clear_faults();
    (outcome, container, bytes, server)
}

#[test]
fn a_block_whose_answer_is_lost_is_not_appended_twice() {
    let (outcome, container, bytes, _server) = upload_to_ill(
        r#"{ "name": "lost", "when": { "query": "*comp=appendblock*", "hits": [2, 5] },
            "then": { "lose_answer": true } }"#,
    );
    outcome.succeeded().counting(1, 0, 0);
    assert!(container.get("log") == bytes);
}

#[test]
fn a_blob_that_is_not_as_long_as_it_should_be_is_somebody_elses_work() {
    let (outcome, _container, _bytes, _server) = upload_to_ill(
        r#"{ "name": "moved", "when": { "query": "*comp=appendblock*", "hits": [3] },
            "then": { "answer": { "status": 412, "code": "AppendPositionConditionNotMet" } } }"#,
    );
    outcome
        .failed()
        .counting(0, 0, 1)
        .naming(&["written by another program"]);
}

#[test]
fn a_block_that_is_refused_ends_the_wait_of_those_behind_it() {
    let (outcome, _container, _bytes, _server) = upload_to_ill(
        r#"{ "name": "refused", "when": { "query": "*comp=appendblock*", "hits": [2] },
            "then": { "answer": { "status": 403, "code": "AuthorizationFailure" } } }"#,
    );
    outcome
        .failed()
        .counting(0, 0, 1)
        .naming(&["AuthorizationFailure"]);
}
