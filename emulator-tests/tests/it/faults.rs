//! A service with faults. A copy that succeeds is whole, one that cannot is a failure, and nothing wrong may be
//! under a file's name.

use azring_emulator_tests::account::Account;
use azring_emulator_tests::command::{Azring, Folder, Outcome};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::emulator::{Options, Server};
use azring_emulator_tests::rest::BlobService;
use azring_emulator_tests::tree::{Tree, noise};

/// A service of its own for each case, since faults meet everybody.
struct FaultyWorld {
    server: Server,
    tree: Tree,
    source: Folder,
}

impl FaultyWorld {
    /// A healthy service and a tree on disk: small files, an empty one, and one of several blocks.
    fn new() -> Self {
        let tree = Tree::named(["a", "b", "d/c", "d/e/f"])
            .with("empty", Vec::new())
            .with("large", noise(7, (12 << 20) + 12_345));
        let source = Folder::new();
        tree.write_to(source.path());
        let server = Server::start(&Options::default()).expect("an emulator starts");
        Self {
            server,
            tree,
            source,
        }
    }

    /// The same with the tree in its container already.
    fn filled() -> Self {
        let world = Self::new();
        world.upload(&[]).succeeded();
        world
    }

    /// Its answers have these faults from now on.
    fn set_faults(&self, rules: &str) {
        self.server
            .set_fault_plan(&format!("{{\"seed\": 11, \"rules\": [{rules}]}}"));
        self.server.watch().counters.reset();
    }

    /// The fault was met: without this a test of it could not fail.
    #[track_caller]
    fn assert_faults_applied(&self) {
        self.server.assert_faults_applied();
    }

    fn url(&self) -> String {
        format!("{}/devstoreaccount1/cont", self.server.blob_url())
    }

    fn upload(&self, words: &[&str]) -> Outcome {
        Azring::copy(self.source.path(), self.url())
            .dest_key(&Account::development())
            .args(["/S", "/Y", "/DestType:Blob"])
            .args(words)
            .run()
    }

    fn download(&self, words: &[&str]) -> (Outcome, Folder) {
        let target = Folder::new();
        let outcome = Azring::copy(self.url(), target.path())
            .source_key(&Account::development())
            .args(["/S", "/Y", "/SourceType:Blob"])
            .args(words)
            .run();
        (outcome, target)
    }

    /// What is stored is what was on disk.
    fn holds_the_tree(&self) {
        self.server.clear_faults();
        let (outcome, target) = self.download(&["/CheckMD5"]);
        outcome.succeeded();
        assert_same(&self.tree, &landed(&target));
    }
}

/// What stands under a name of its own. What is not whole is kept beside it, for the next run to go on with.
fn landed(target: &Folder) -> Tree {
    Tree::read_from(target.path()).only(|name| !name.contains(".azring-"))
}

/// An upload under these rules succeeds and is whole.
fn upload_survives(rules: &str) {
    let world = FaultyWorld::new();
    world.set_faults(rules);
    world.upload(&[]).succeeded().counting(6, 0, 0);
    world.assert_faults_applied();
    world.holds_the_tree();
}

/// A download under these rules succeeds and is whole.
fn download_survives(rules: &str) {
    let world = FaultyWorld::filled();
    world.set_faults(rules);
    let (outcome, target) = world.download(&[]);
    world.assert_faults_applied();
    outcome.succeeded().counting(6, 0, 0);
    assert_same(&world.tree, &landed(&target));
}

/// The first attempt of every request is refused.
const BUSY_ONCE: &str = r#"{ "name": "busy", "when": { "count_by": "url", "hits": [1] },
    "then": { "answer": { "status": 503, "code": "ServerBusy" } } }"#;

#[test]
fn an_upload_to_a_busy_service_ends_whole() {
    upload_survives(BUSY_ONCE);
}

#[test]
fn a_download_from_a_busy_service_ends_whole() {
    download_survives(BUSY_ONCE);
}

#[test]
fn an_upload_whose_connections_break_ends_whole() {
    upload_survives(
        r#"{ "name": "reset", "when": { "method": "PUT", "count_by": "url", "hits": [1] },
            "then": { "close": { "request_bytes": 1000 }, "how": "reset" } }"#,
    );
}

#[test]
fn a_download_whose_connections_break_in_the_middle_ends_whole() {
    download_survives(
        r#"{ "name": "reset", "when": { "method": "GET", "path": "*/large", "every": 2 },
            "then": { "close": { "response_bytes": 100000 }, "how": "reset" } }"#,
    );
}

#[test]
fn an_upload_whose_answers_are_lost_ends_whole() {
    upload_survives(
        r#"{ "name": "lost", "when": { "method": "PUT", "count_by": "url", "hits": [1] }, "then": { "lose_answer": true } }"#,
    );
}

#[test]
fn a_bit_that_flips_on_the_way_up_is_caught_and_sent_again() {
    upload_survives(
        r#"{ "name": "flip", "when": { "method": "PUT", "path": "*/large", "query": "*comp=block&*", "every": 2, "times": 2 },
            "then": { "flip_request_bit": 4711 } }"#,
    );
}

#[test]
fn a_bit_of_a_small_file_that_flips_on_the_way_up_is_sent_again() {
    for words in [&["/MD5:on"][..], &["/MD5:off"]] {
        let world = FaultyWorld::new();
        world.set_faults(
            r#"{ "name": "flip", "when": { "method": "PUT", "path": "*/d/c", "hits": [1] },
                "then": { "flip_request_bit": 0 } }"#,
        );
        world.upload(words).succeeded().counting(6, 0, 0);
        world.assert_faults_applied();
        world.server.clear_faults();
        let (outcome, target) = world.download(&[]);
        outcome.succeeded();
        assert_same(&world.tree, &landed(&target));
    }
}

#[test]
fn a_bit_that_flips_on_the_way_down_is_caught_and_fetched_again() {
    download_survives(
        r#"{ "name": "flip", "when": { "method": "GET", "path": "*/cont/*", "count_by": "url", "every": 2, "times": 3 },
            "then": { "flip_response_bit": 4711 } }"#,
    );
}

#[test]
fn a_bit_of_a_page_or_appended_block_that_flips_is_sent_again() {
    for (blob_type, operation) in [("page", "page"), ("append", "appendblock")] {
        let world = FaultyWorld::new();
        let path = world.source.join("pages");
        std::fs::write(path, noise(8, 9 << 20)).expect("a folder of ours");
        world.set_faults(&format!(
            r#"{{ "name": "flip", "when": {{ "method": "PUT", "query": "*comp={operation}*", "every": 2, "times": 2 }},
                "then": {{ "flip_request_bit": 4711 }} }}"#
        ));
        let words = ["/Pattern:pages", &format!("/BlobType:{blob_type}")];
        world.upload(&words).succeeded().counting(1, 0, 0);
        world.assert_faults_applied();
        world.server.clear_faults();
        let (outcome, target) = world.download(&["/CheckMD5"]);
        outcome.succeeded().counting(1, 0, 0);
        let found = std::fs::read(target.join("pages")).expect("it came back");
        assert!(found == noise(8, 9 << 20), "{blob_type}");
    }
}

#[test]
fn bytes_that_always_arrive_damaged_fail_and_get_no_name() {
    let world = FaultyWorld::new();
    world.set_faults(
        r#"{ "name": "blocks", "when": { "method": "PUT", "path": "*/large" }, "then": { "flip_request_bit": 4711 } },
           { "name": "whole", "when": { "method": "PUT", "path": "*/d/c" }, "then": { "flip_request_bit": 1 } }"#,
    );
    world.upload(&[]).failed().counting(4, 0, 2).naming(&[
        "large",
        "Crc64Mismatch",
        "d/c",
        "Md5Mismatch",
    ]);
    world.assert_faults_applied();
    world.server.clear_faults();
    let (outcome, target) = world.download(&[]);
    outcome.succeeded();
    assert_same(
        &world
            .tree
            .clone()
            .only(|name| name != "large" && name != "d/c"),
        &landed(&target),
    );
}

#[test]
fn bytes_that_always_arrive_damaged_are_a_failure_and_get_no_name() {
    let world = FaultyWorld::filled();
    world.set_faults(
        r#"{ "name": "flip", "when": { "method": "GET", "path": "*/large" }, "then": { "flip_response_bit": 4711 } }"#,
    );
    let (outcome, target) = world.download(&[]);
    outcome
        .failed()
        .counting(5, 0, 1)
        .naming(&["large", "damaged"]);
    assert_same(
        &world.tree.clone().only(|name| name != "large"),
        &landed(&target),
    );
}

#[test]
fn damage_that_no_checksum_guards_is_found_by_the_md5_of_the_whole() {
    let world = FaultyWorld::filled();
    world.set_faults(
        r#"{ "name": "flip", "when": { "method": "GET", "path": "*/d/c" }, "then": { "flip_response_bit": 1 } }"#,
    );
    let (outcome, target) = world.download(&["/CRC64:off", "/CheckMD5"]);
    outcome.failed().counting(5, 0, 1).naming(&["d/c", "MD5"]);
    assert_same(
        &world.tree.clone().only(|name| name != "d/c"),
        &landed(&target),
    );
}

#[test]
fn a_blob_that_is_overwritten_while_it_is_read_fails_and_is_never_a_mix() {
    let world = FaultyWorld::filled();
    // Each request for the third range: a second one beside a late one gets the same answer.
    world.set_faults(
        r#"{ "name": "other version", "when": { "method": "GET", "path": "*/large", "range_first": 8388608 },
            "then": { "answer": { "status": 412, "code": "ConditionNotMet" } } }"#,
    );
    let (outcome, target) = world.download(&[]);
    outcome
        .failed()
        .counting(5, 0, 1)
        .naming(&["large", "overwritten"]);
    assert_same(
        &world.tree.clone().only(|name| name != "large"),
        &landed(&target),
    );
}

#[test]
fn answers_with_a_wrong_length_or_range_never_make_wrong_bytes() {
    for fault in [
        r#""content_length": "-1""#,
        r#""content_length": "+10""#,
        r#""content_range": "bytes 5-9/20""#,
        r#""ignore_range": true"#,
    ] {
        let world = FaultyWorld::filled();
        world.set_faults(&format!(
            r#"{{ "name": "fault", "when": {{ "method": "GET", "path": "*/large", "hits": [2] }}, "then": {{ {fault} }} }}"#
        ));
        let (outcome, target) = world.download(&["/NoJournal"]);
        world.assert_faults_applied();
        let found = landed(&target);
        if outcome.summary().failed == 0 {
            assert_same(&world.tree, &found);
        } else {
            assert_same(&world.tree.clone().only(|name| name != "large"), &found);
        }
    }
}

#[test]
fn a_refusal_that_stays_is_reported_for_one_object_and_the_others_arrive() {
    let world = FaultyWorld::new();
    world.set_faults(
        r#"{ "name": "no", "when": { "method": "PUT", "path": "*/d/c" },
            "then": { "answer": { "status": 403, "code": "AuthorizationPermissionMismatch" } } }"#,
    );
    world
        .upload(&[])
        .failed()
        .counting(5, 0, 1)
        .naming(&["d/c", "403"]);
}

#[test]
fn a_small_file_that_may_be_overwritten_costs_one_request() {
    let world = FaultyWorld::new();
    world.set_faults("");
    world.upload(&["/Pattern:a"]).succeeded().counting(1, 0, 0);
    let requests: u64 = world
        .server
        .watch()
        .counters
        .snapshot()
        .operations
        .values()
        .map(|counts| counts.requests)
        .sum();
    assert_eq!(requests, 2, "one makes the container, one the blob");
}

#[test]
fn blocks_that_the_service_lost_are_sent_again_at_the_commit() {
    let world = FaultyWorld::new();
    // Answered as if it were there, and never stored.
    world.set_faults(
        r#"{ "name": "drop", "when": { "method": "PUT", "path": "*/large", "query": "*comp=block&*", "hits": [2] },
            "then": { "answer": { "status": 201, "after_body": true } } }"#,
    );
    world.upload(&[]).succeeded().counting(6, 0, 0);
    world.assert_faults_applied();
    let blocks = world.server.watch().counters.of("PutBlock");
    assert_eq!(blocks.requests, 4, "three of the four, and one again");
    world.holds_the_tree();
}

#[test]
fn a_service_that_keeps_losing_blocks_is_a_failure_of_that_object() {
    let world = FaultyWorld::new();
    world.set_faults(
        r#"{ "name": "drop", "when": { "method": "PUT", "path": "*/large", "query": "*comp=block&*" },
            "then": { "answer": { "status": 201, "after_body": true } } }"#,
    );
    world
        .upload(&[])
        .failed()
        .counting(5, 0, 1)
        .naming(&["large", "has lost blocks"]);
}

#[test]
fn uncommitted_blocks_of_another_program_are_cleared_away() {
    let world = FaultyWorld::new();
    let service = BlobService::path_style(&world.server.blob_url(), &Account::development(), None);
    let container = service.container("cont");
    container.make();
    // One where there is no blob yet, one where there is a blob of blocks.
    let foreign = |name: &str| {
        let query = [("comp", "block"), ("blockid", "QUJD")];
        container
            .ask("PUT", name, &query, &[], "foreign")
            .succeeded();
    };
    foreign("large");
    world
        .upload(&["/Pattern:large"])
        .succeeded()
        .counting(1, 0, 0);
    assert_eq!(container.get("large"), noise(7, (12 << 20) + 12_345));
    foreign("large");
    world
        .upload(&["/Pattern:large"])
        .succeeded()
        .counting(1, 0, 0);
    assert_eq!(container.get("large"), noise(7, (12 << 20) + 12_345));
}

#[test]
fn a_blob_of_one_piece_is_not_emptied_to_clear_blocks_of_another_program() {
    let world = FaultyWorld::new();
    let service = BlobService::path_style(&world.server.blob_url(), &Account::development(), None);
    let container = service.container("cont");
    container.make();
    container.put("large", "precious");
    let query = [("comp", "block"), ("blockid", "QUJD")];
    container
        .ask("PUT", "large", &query, &[], "foreign")
        .succeeded();
    world
        .upload(&["/Pattern:large"])
        .failed()
        .naming(&["large", "another program"]);
    assert_eq!(container.get("large"), b"precious");
}
