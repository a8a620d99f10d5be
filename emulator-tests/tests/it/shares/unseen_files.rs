//! What was not seen is not replaced unasked: Create File takes no condition, so that the file under the name is asked for
//! before each creation, and a credential that may not ask makes none.

use azring_emulator_tests::account::Account;
use azring_emulator_tests::command::Azring;
use azring_emulator_tests::emulator::Server;
use azring_emulator_tests::rest::{BlobService, Share};
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::{Tree, noise};

use super::folder_with;

const MIB: usize = 1 << 20;

/// What somebody else wrote under the name.
const THEIRS: &str = "somebody else's work";

/// Files of one range and of several.
fn trees() -> [Tree; 2] {
    [100, 9 * MIB + 5].map(|bytes| Tree::new().with("a", noise(1, bytes)))
}

/// The first look at the file finds none, and all later ones are refused.
fn refuse_second_look(server: &Server) {
    server.set_fault_plan(
        r#"{ "rules": [
            { "when": { "method": "HEAD", "path": "*/target/a", "hits": [1] },
              "then": { "answer": { "status": 404, "code": "ResourceNotFound" } } },
            { "when": { "method": "HEAD", "path": "*/target/a" },
              "then": { "answer": { "status": 403, "code": "AuthorizationPermissionMismatch" } } } ] }"#,
    );
}

/// A share with the file of somebody else.
fn share() -> (Server, Share) {
    let (server, service) = single_account::start_for_files();
    let share = service.share("target");
    share.make();
    share.put("a", THEIRS);
    (server, share)
}

#[track_caller]
fn assert_fails_and_replaces_nothing(copy: Azring, server: &Server, share: &Share, case: &str) {
    refuse_second_look(server);
    let outcome = copy.args(["/S", "/NoJournal"]).run();
    server.assert_faults_applied();
    server.clear_faults();
    let outcome = outcome.failed().counting(0, 0, 1);
    outcome.naming(&["/target/a", "403"]);
    assert_eq!(share.get("a"), THEIRS.as_bytes(), "{case}");
}

#[test]
fn an_upload_that_may_not_look_at_the_file_replaces_nothing() {
    for tree in trees() {
        let (server, share) = share();
        let folder = folder_with(&tree);
        let copy = Azring::upload(folder.path(), &share);
        assert_fails_and_replaces_nothing(copy, &server, &share, "upload");
    }
}

#[test]
fn a_copy_that_may_not_look_at_the_file_replaces_nothing() {
    for tree in trees() {
        let (server, share) = share();
        let blobs = BlobService::path_style(&server.blob_url(), &Account::development(), None);
        let container = blobs.fresh_container("source");
        tree.put_into(&container);
        for way in ["/ServerCopy:async", "/ServerCopy:blocks", "/SyncCopy"] {
            let copy = Azring::copy(container.url(), share.url())
                .source_key(&Account::development())
                .dest_key(&Account::development())
                .args(["/SourceType:Blob", "/DestType:File", way]);
            assert_fails_and_replaces_nothing(copy, &server, &share, way);
        }
    }
}

#[test]
fn standard_input_that_may_not_look_at_the_file_replaces_nothing() {
    for tree in trees() {
        let (server, share) = share();
        let folder = folder_with(&tree);
        refuse_second_look(&server);
        let key = Account::development().key_in_base64();
        let outcome = Azring::new()
            .args(["--destination", &format!("{}/a", share.url())])
            .args(["--dest-type", "File", "--dest-key", &key])
            .input(folder.join("a"))
            .run();
        server.assert_faults_applied();
        server.clear_faults();
        outcome.failed().naming(&["/target/a", "403"]);
        assert_eq!(share.get("a"), THEIRS.as_bytes());
    }
}

/// From another source, and from the same one when it was shorter: the first look did not see it.
#[test]
fn what_an_earlier_copy_made_is_not_taken_for_ours() {
    for earlier in ["another", "source"] {
        let (server, service) = single_account::start_for_files();
        let [source, another] = ["source", "another"].map(|name| service.share(name));
        let target = service.share("target");
        for share in [&source, &another, &target] {
            share.make();
        }
        let copy = |from: &Share| {
            Azring::copy(from.url(), target.url())
                .source_key(&Account::development())
                .dest_key(&Account::development())
                .args(["/SourceType:File", "/DestType:File", "/S"])
                .args(["/ServerCopy:async", "/NoJournal"])
        };
        let from = service.share(earlier);
        from.put("a", THEIRS);
        copy(&from).run().succeeded().counting(1, 0, 0);
        let bytes = THEIRS.len() + usize::from(earlier == "source");
        source.put("a", noise(1, bytes));
        server.set_faults(
            r#"{ "when": { "method": "HEAD", "path": "*/target/a", "hits": [1] },
                 "then": { "answer": { "status": 404, "code": "ResourceNotFound" } } }"#,
        );
        let outcome = copy(&source).run();
        server.assert_faults_applied();
        let outcome = outcome.failed().counting(0, 0, 1);
        outcome.naming(&["/target/a", "was created by another program"]);
        assert_eq!(target.get("a"), THEIRS.as_bytes(), "{earlier}");
    }
}

/// A signature that permits writing, and no look at what is there.
#[test]
fn a_sas_that_may_not_read_replaces_no_file_unasked() {
    let (_server, share) = share();
    let folder = folder_with(&Tree::named(["a", "b"]));
    let writes = share.service().account_sas_for("sco", "wcl");
    let copy = || {
        Azring::copy(folder.path(), share.url()).args([
            "/DestType:File",
            &format!("/DestSAS:{writes}"),
            "/S",
        ])
    };
    let outcome = copy().run().failed();
    outcome.naming(&["lacks `r`"]);
    assert_eq!(share.names(), ["a"]);
    assert_eq!(share.get("a"), THEIRS.as_bytes());
    copy().arg("/Y").run().succeeded().counting(2, 0, 0);
    assert_ne!(share.get("a"), THEIRS.as_bytes());
}
