//! What was not seen is not replaced: somebody else writes to the target between the look at it and the commit.
//!
//! An interceptor lets somebody write at the moment at which azring's own request passes. Where an answer is lost the
//! blob that is in the way of the repetition is azring's own, and no failure.

use std::fs;
use std::time::{Duration, SystemTime};

use azring_emulator_tests::azurite;
use azring_emulator_tests::command::{Azring, Folder, Outcome};
use azring_emulator_tests::emulator::Server;
use azring_emulator_tests::interceptor::Interceptor;
use azring_emulator_tests::journal::{self, count_records};
use azring_emulator_tests::rest::{BlobService, Container};
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::noise;
use azring_emulator_tests::two_accounts::TwoAccounts;

const MIB: usize = 1 << 20;

/// What somebody else writes.
const THEIRS: &str = "somebody else's work";

/// A way to upload an object, and the request that makes it appear.
struct Way {
    bytes: usize,
    words: &'static [&'static str],
    /// What comes behind the blob's name in the first line of that request.
    commit: &'static str,
    /// The same for the service's log of faults.
    query: &'static str,
}

const WAYS: [Way; 5] = [
    Way {
        bytes: 1000,
        words: &[],
        commit: " HTTP",
        query: "",
    },
    // Nothing is summed up: the file is sent as it is read.
    Way {
        bytes: 2000,
        words: &["/MD5:off", "/CRC64:off"],
        commit: " HTTP",
        query: "",
    },
    Way {
        bytes: 9 * MIB + 5,
        words: &[],
        commit: "?comp=blocklist",
        query: "comp=blocklist*",
    },
    Way {
        bytes: 9 * MIB,
        words: &["/BlobType:page"],
        commit: " HTTP",
        query: "",
    },
    Way {
        bytes: 9 * MIB + 5,
        words: &["/BlobType:append"],
        commit: " HTTP",
        query: "",
    },
];

impl Way {
    fn name(&self) -> String {
        format!("{} {:?}", self.bytes, self.words)
    }

    fn content(&self) -> Vec<u8> {
        noise(5, self.bytes)
    }

    fn source(&self) -> Folder {
        let folder = Folder::new();
        fs::write(folder.join("blob"), self.content()).expect("a folder of ours");
        folder
    }

    fn upload(&self, source: &Folder, target: &Container, words: &[&str]) -> Azring {
        Azring::copy(source.path(), target.url())
            .dest_key(target.service().account())
            .arg("/DestType:Blob")
            .args(self.words)
            .args(words)
    }

    /// Uploads while somebody does something at the moment of the commit.
    fn upload_and_meet(
        &self,
        (origin, target): (&str, &Container),
        words: &[&str],
        action: impl FnOnce() + Send + 'static,
    ) -> Outcome {
        let account = target.service().account().clone();
        let line = format!(
            "PUT /{}/{}/blob{}",
            account.name(),
            target.name(),
            self.commit
        );
        let between = Interceptor::before(origin, &line, action);
        let target = between.blob_service(&account).container(target.name());
        self.upload(&self.source(), &target, words).run()
    }
}

/// The services that tests run against, and what holds them.
fn origins() -> Vec<(String, BlobService, Option<Server>)> {
    let azurite = azurite::shared();
    let (server, service) = single_account::start();
    vec![
        (azurite.origin().to_owned(), azurite.blob_service(), None),
        (server.blob_url(), service, Some(server)),
    ]
}

#[test]
fn what_appears_while_it_is_uploaded_is_not_replaced() {
    for (origin, service, _server) in origins() {
        for way in WAYS {
            let target = service.fresh_container("appears");
            let other = target.clone();
            let outcome = way.upload_and_meet((&origin, &target), &[], move || {
                other.put("blob", THEIRS);
            });
            outcome
                .failed()
                .counting(0, 0, 1)
                .naming(&["/blob", "was created by another program"]);
            assert_eq!(target.get("blob"), THEIRS.as_bytes(), "{}", way.name());
        }
    }
}

#[test]
fn what_appears_while_it_is_uploaded_is_replaced_with_y() {
    for (origin, service, _server) in origins() {
        for way in WAYS.iter().take(3) {
            let target = service.fresh_container("appears");
            let other = target.clone();
            let outcome = way.upload_and_meet((&origin, &target), &["/Y"], move || {
                other.put("blob", THEIRS);
            });
            outcome.succeeded().counting(1, 0, 0);
            assert!(target.get("blob") == way.content(), "{}", way.name());
        }
    }
}

#[test]
fn what_was_compared_by_date_is_replaced_only_as_it_was() {
    for (origin, service, _server) in origins() {
        for way in WAYS {
            let target = service.fresh_container("compared");
            let words = ["/XO", "/Y"];
            let source = way.source();
            way.upload(&source, &target, &words).run().succeeded();
            // The file is newer than the blob, and another.
            let another = noise(6, way.bytes);
            fs::write(source.join("blob"), another).expect("a folder of ours");
            make_newer(&source);
            let before = target.get("blob");
            let other = target.clone();
            let account = service.account().clone();
            let line = format!(
                "PUT /{}/{}/blob{}",
                account.name(),
                target.name(),
                way.commit
            );
            let between = Interceptor::before(&origin, &line, move || {
                let metadata = [("x-ms-meta-whose", "theirs")];
                let query = [("comp", "metadata")];
                other.ask("PUT", "blob", &query, &metadata, "").succeeded();
            });
            let through = between.blob_service(&account).container(target.name());
            let outcome = way.upload(&source, &through, &words).run();
            outcome
                .failed()
                .counting(0, 0, 1)
                .naming(&["/blob", "was changed by another program"]);
            let head = target.ask("HEAD", "blob", &[], &[], "").succeeded();
            assert_eq!(head.header("x-ms-meta-whose"), "theirs", "{}", way.name());
            assert!(target.get("blob") == before, "{}", way.name());
            // As it is seen now it is replaced.
            let outcome = way.upload(&source, &target, &words).run();
            outcome.succeeded().counting(1, 0, 0);
        }
    }
}

/// The source's file is newer than anything that was uploaded.
fn make_newer(source: &Folder) {
    let later = SystemTime::now() + Duration::from_hours(1);
    let file = fs::File::options().write(true).open(source.join("blob"));
    file.and_then(|file| file.set_modified(later))
        .expect("a file of ours");
}

/// A service of its own that treats the requests which the rules mean in its way.
fn with_faults(rules: &str) -> (Server, Container) {
    let (server, service) = single_account::start();
    let target = service.fresh_container("faults");
    server.set_faults(rules);
    (server, target)
}

/// Every rule was met, and from here on the service is well.
#[track_caller]
fn assert_faults_applied(server: &Server) {
    server.assert_faults_applied();
    server.clear_faults();
}

/// The first answer to each request that writes is lost.
const LOST: &str = r#"{ "when": { "method": "PUT", "path": "*/blob*", "count_by": "url", "hits": [1] },
    "then": { "lose_answer": true } }"#;

#[test]
fn what_was_made_before_its_answer_was_lost_is_done() {
    for way in WAYS {
        for words in [&[][..], &["/XO", "/Y"], &["/Y"]] {
            let (server, target) = with_faults(LOST);
            let outcome = way.upload(&way.source(), &target, words).run();
            outcome.succeeded().counting(1, 0, 0);
            assert_faults_applied(&server);
            assert!(target.get("blob") == way.content(), "{}", way.name());
            if words.contains(&"/XO") {
                // Once more over what is there.
                let source = way.source();
                make_newer(&source);
                server.set_faults(LOST);
                let outcome = way.upload(&source, &target, words).run();
                outcome.succeeded().counting(1, 0, 0);
                assert_faults_applied(&server);
                assert!(target.get("blob") == way.content(), "{}", way.name());
            }
        }
    }
}

#[test]
fn what_was_made_before_a_kill_is_done_by_the_next_run() {
    for way in WAYS {
        let when = format!(
            r#"{{ "method": "PUT", "path": "*/blob", "query": "{}", "hits": [1] }}"#,
            way.query
        );
        let then = r#"{ "lose_answer": true, "how": "blackhole" }"#;
        let (server, target) = with_faults(&format!(r#"{{ "when": {when}, "then": {then} }}"#));
        let (source, state) = (way.source(), Folder::new());
        let command = || {
            let upload = way.upload(&source, &target, &[]);
            upload.env("XDG_STATE_HOME", state.path())
        };
        let mut running = command().launch();
        running.wait_for_faults(&server);
        running.wait_until(|| count_records(state.path(), journal::PLANNED) > 0);
        assert!(running.kill(), "it was killed");
        server.clear_faults();
        command().run().succeeded().counting(1, 0, 0);
        assert!(target.get("blob") == way.content(), "{}", way.name());
    }
}

#[test]
fn a_run_that_goes_on_keeps_its_condition() {
    for way in WAYS {
        let when = format!(
            r#"{{ "method": "PUT", "path": "*/blob", "query": "{}", "hits": [1] }}"#,
            way.query
        );
        let then = r#"{ "blackhole": true }"#;
        let (server, target) = with_faults(&format!(r#"{{ "when": {when}, "then": {then} }}"#));
        let (source, state) = (way.source(), Folder::new());
        let command = || {
            let upload = way.upload(&source, &target, &[]);
            upload.env("XDG_STATE_HOME", state.path())
        };
        let mut running = command().launch();
        running.wait_for_faults(&server);
        running.wait_until(|| count_records(state.path(), journal::PLANNED) > 0);
        assert!(running.kill(), "it was killed");
        server.clear_faults();
        target.put("blob", THEIRS);
        let outcome = command().run();
        let outcome = outcome.failed().counting(0, 0, 1);
        outcome.naming(&["/blob", "was created by another program"]);
        assert_eq!(target.get("blob"), THEIRS.as_bytes(), "{}", way.name());
    }
}

/// Uploads in this way with `/Y` while somebody puts a blob of the same type and length in the place of the one that is
/// being written: none of our bytes go to it.
fn meets_its_like(way: &Way, request: &str, make: fn(&Container)) {
    for (origin, service, _server) in origins() {
        let target = service.fresh_container("like");
        let account = service.account().clone();
        let line = format!("PUT /{}/{}/blob{request}", account.name(), target.name());
        let other = target.clone();
        let between = Interceptor::before_second(&origin, &line, move || make(&other));
        let through = between.blob_service(&account).container(target.name());
        let source = way.source();
        let outcome = way.upload(&source, &through, &["/NC:1", "/Y"]).run();
        let outcome = outcome.failed().counting(0, 0, 1);
        outcome.naming(&["/blob", "by another program"]);
        assert!(target.get("blob").iter().all(|byte| *byte == 7));
    }
}

#[test]
fn pages_go_to_no_blob_that_took_the_place_of_the_one_begun() {
    meets_its_like(&WAYS[3], "?comp=page", |target| {
        let headers = [
            ("x-ms-blob-type", "PageBlob"),
            ("x-ms-blob-content-length", "9437184"),
        ];
        target.ask("PUT", "blob", &[], &headers, "").succeeded();
        for offset in (0..9 * MIB).step_by(MIB) {
            let range = format!("bytes={offset}-{}", offset + MIB - 1);
            let headers = [("x-ms-page-write", "update"), ("x-ms-range", &range)];
            let query = [("comp", "page")];
            let pages = vec![7; MIB];
            target
                .ask("PUT", "blob", &query, &headers, pages)
                .succeeded();
        }
    });
}

#[test]
fn blocks_are_appended_to_no_blob_that_took_the_place_of_the_one_begun() {
    meets_its_like(&WAYS[4], "?comp=appendblock", |target| {
        let headers = [("x-ms-blob-type", "AppendBlob")];
        target.ask("PUT", "blob", &[], &headers, "").succeeded();
        let query = [("comp", "appendblock")];
        // As long as what was appended so far.
        target
            .ask("PUT", "blob", &query, &[], vec![7; 4 * MIB])
            .succeeded();
    });
}

/// The ways in which a blob is copied from one account to the other.
const COPIES: [&[&str]; 5] = [
    &["/ServerCopy:async"],
    &["/ServerCopy:auto"],
    &["/ServerCopy:blocks"],
    &["/SyncCopy"],
    &["/Snapshot"],
];

fn copy(source: &Container, target: &Container, words: &[&str]) -> Azring {
    Azring::copy(source.url(), target.url())
        .source_key(source.service().account())
        .dest_key(target.service().account())
        .args(["/SourceType:Blob", "/DestType:Blob", "/S"])
        .args(words)
}

fn fill(source: &Container) -> [(&'static str, Vec<u8>); 2] {
    let blobs = [("small", noise(1, 1000)), ("large", noise(2, 65 * MIB))];
    for (name, bytes) in &blobs {
        source.put(name, bytes.clone());
    }
    blobs
}

#[test]
fn what_appears_while_it_is_copied_is_not_replaced() {
    for words in COPIES {
        let accounts = TwoAccounts::of_emulator();
        let (source, target) = (
            accounts.one.fresh_container("from"),
            accounts.other.fresh_container("to"),
        );
        for (name, request) in [("small", " HTTP"), ("large", "")] {
            source.put(name, noise(1, if name == "small" { 1000 } else { 9 * MIB }));
            let line = format!(
                "PUT /{}/{}/{name}{request}",
                accounts.other.account().name(),
                target.name()
            );
            let other = target.clone();
            let origin = accounts.emulator().blob_url();
            let between = Interceptor::before(&origin, &line, move || other.put(name, THEIRS));
            let through = between.blob_service(accounts.other.account());
            let through = through.container(target.name());
            let pattern = format!("/Pattern:{name}");
            let copy = copy(&source, &through, words).arg(pattern);
            let outcome = copy.run().failed().counting(0, 0, 1);
            outcome.naming(&[name, "was created by another program"]);
            assert_eq!(target.get(name), THEIRS.as_bytes(), "{name} {words:?}");
        }
    }
}

#[test]
fn what_was_copied_before_its_answer_was_lost_is_done() {
    let lost = r#"{ "when": { "method": "PUT", "path": "*/to*/*", "count_by": "url", "hits": [1] },
        "then": { "lose_answer": true } }"#;
    for words in COPIES {
        let accounts = TwoAccounts::of_emulator();
        let (source, target) = (
            accounts.one.fresh_container("from"),
            accounts.other.fresh_container("to"),
        );
        let blobs = fill(&source);
        let snapshot = [("comp", "snapshot")];
        source.ask("PUT", "small", &snapshot, &[], "").succeeded();
        accounts.emulator().set_faults(lost);
        let outcome = copy(&source, &target, words).run();
        let count = if words.contains(&"/Snapshot") { 3 } else { 2 };
        outcome.succeeded().counting(count, 0, 0);
        assert_faults_applied(accounts.emulator());
        for (name, bytes) in &blobs {
            assert!(target.get(name) == *bytes, "{name} {words:?}");
        }
    }
}

#[test]
fn what_appears_while_a_pipe_is_read_is_not_replaced() {
    for (origin, service, _server) in origins() {
        for (way, more) in [(0, ""), (2, ""), (4, "append")] {
            let way = &WAYS[way];
            let target = service.fresh_container("pipe");
            let account = service.account().clone();
            let line = format!(
                "PUT /{}/{}/blob{}",
                account.name(),
                target.name(),
                way.commit
            );
            let other = target.clone();
            let between = Interceptor::before(&origin, &line, move || other.put("blob", THEIRS));
            let through = between.blob_service(&account).container(target.name());
            let source = way.source();
            let mut words = vec!["--dest-type", "blob"];
            if !more.is_empty() {
                words.extend(["--blob-type", more]);
            }
            let outcome = Azring::new()
                .args(["--destination", &format!("{}/blob", through.url())])
                .args(["--dest-key", &account.key_in_base64()])
                .args(&words)
                .input(source.join("blob"))
                .run();
            outcome
                .failed()
                .naming(&["/blob", "was created by another program"]);
            assert_eq!(target.get("blob"), THEIRS.as_bytes(), "{}", way.name());
        }
    }
}

#[test]
fn what_a_pipe_made_before_its_answer_was_lost_is_done() {
    for (way, more) in [(0, None), (2, None), (4, Some("append"))] {
        let way = &WAYS[way];
        let (server, target) = with_faults(LOST);
        let source = way.source();
        let key = target.service().account().key_in_base64();
        let mut command = Azring::new()
            .args(["--destination", &format!("{}/blob", target.url())])
            .args(["--dest-key", &key, "--dest-type", "blob"])
            .input(source.join("blob"));
        if let Some(blob_type) = more {
            command = command.args(["--blob-type", blob_type]);
        }
        command.run().succeeded();
        assert_faults_applied(&server);
        assert!(target.get("blob") == way.content(), "{}", way.name());
    }
}

#[test]
fn blocks_of_others_are_cleared_without_a_loss_of_the_condition() {
    for (origin, service, _server) in origins() {
        let way = &WAYS[2];
        let target = service.fresh_container("clear");
        let query = [("comp", "block"), ("blockid", "QQ==")];
        target.ask("PUT", "blob", &query, &[], "x").succeeded();
        way.upload(&way.source(), &target, &[]).run().succeeded();
        assert!(target.get("blob") == way.content());
        // Once more, and somebody writes behind the clearing.
        target.delete("blob");
        target.ask("PUT", "blob", &query, &[], "x").succeeded();
        let account = service.account().clone();
        let line = format!(
            "PUT /{}/{}/blob?comp=blocklist",
            account.name(),
            target.name()
        );
        let other = target.clone();
        let between = Interceptor::before_second(&origin, &line, move || {
            other.put("blob", THEIRS);
        });
        let through = between.blob_service(&account).container(target.name());
        let outcome = way.upload(&way.source(), &through, &[]).run();
        let outcome = outcome.failed().counting(0, 0, 1);
        outcome.naming(&["was created by another program"]);
        assert_eq!(target.get("blob"), THEIRS.as_bytes());
    }
}
