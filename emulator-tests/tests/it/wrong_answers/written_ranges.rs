//! Answers that list the written ranges of an object, or its blocks.

use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::tree::{Tree, noise};

use super::faulty_storage::{BOTH, FaultyStorage, StorageKind, large};

const MIB: usize = 1 << 20;

/// The byte is a part of the name of the outermost element.
const DAMAGED: &str = r#""flip_response_bit": 45"#;

/// A service with one object of 8 MiB, `sparse`, that has bytes only from 4 MiB to 5 MiB.
fn with_sparse(kind: StorageKind) -> FaultyStorage {
    let bytes = noise(3, MIB);
    let whole = [vec![0; 4 * MIB], bytes.clone(), vec![0; 3 * MIB]].concat();
    let faulty = FaultyStorage::empty(kind, Tree::new().with("sparse", whole));
    match kind {
        StorageKind::Container => {
            let container = faulty.container();
            let create = [
                ("x-ms-blob-type", "PageBlob"),
                ("x-ms-blob-content-length", "8388608"),
            ];
            container.ask("PUT", "sparse", &[], &create, "").succeeded();
            let range = [
                ("x-ms-page-write", "update"),
                ("x-ms-range", "bytes=4194304-5242879"),
            ];
            container
                .ask("PUT", "sparse", &[("comp", "page")], &range, bytes)
                .succeeded();
        }
        StorageKind::Share => {
            let share = faulty.share();
            share.create("sparse", 8 << 20, &[]);
            share.write("sparse", 4 << 20, &bytes);
        }
    }
    faulty
}

/// The requests for the list, their name in the log, and what a message calls the list.
fn list_of(kind: StorageKind) -> (&'static str, &'static str, &'static str) {
    match kind {
        StorageKind::Container => (
            r#""query": "*comp=pagelist*""#,
            "GetPageRanges",
            "the list of page ranges of",
        ),
        StorageKind::Share => (
            r#""query": "*comp=rangelist*""#,
            "ListRanges",
            "the list of ranges of",
        ),
    }
}

/// A download whose first list has this fault asks for it again and ends whole.
fn is_requested_again(faulty: &FaultyStorage, when: &str, fault: &str) {
    faulty.set_fault(&format!(r#"{when}, "hits": [1]"#), fault);
    let (outcome, found) = faulty.download(&[]);
    faulty.assert_faults_applied();
    outcome.succeeded().counting(1, 0, 0);
    assert_same(&faulty.tree, &found);
}

#[test]
fn a_damaged_list_of_written_ranges_is_requested_again() {
    for kind in BOTH {
        let faulty = with_sparse(kind);
        let (when, operation, words) = list_of(kind);
        is_requested_again(&faulty, when, DAMAGED);

        faulty.set_fault(when, DAMAGED);
        faulty.server.watch().counters.reset();
        let (outcome, found) = faulty.download(&[]);
        faulty.assert_faults_applied();
        let named = format!("{words} `{}/sparse`", faulty.storage().url());
        outcome.failed().counting(0, 0, 1).naming(&[&named]);
        assert_same(&Tree::new(), &found);
        let requests = faulty.server.watch().counters.of(operation).requests;
        assert_eq!(requests, 4, "{operation}");
    }
}

#[test]
fn written_ranges_of_another_version_are_not_believed() {
    let other = r#""etag": "new""#;
    for kind in BOTH {
        let faulty = with_sparse(kind);
        let (when, ..) = list_of(kind);
        is_requested_again(&faulty, when, other);

        faulty.set_fault(when, other);
        let (outcome, found) = faulty.download(&[]);
        faulty.assert_faults_applied();
        outcome.failed().counting(0, 0, 1).naming(&["sparse"]);
        assert_same(&Tree::new(), &found);
    }
}

#[test]
fn ranges_of_a_file_of_another_length_are_not_believed() {
    let faulty = with_sparse(StorageKind::Share);
    let (when, ..) = list_of(StorageKind::Share);
    faulty.set_fault(when, r#""headers": { "x-ms-content-length": "9" }"#);
    let (outcome, found) = faulty.download(&[]);
    faulty.assert_faults_applied();
    let words = ["sparse", "does not have the 8388608 bytes any more"];
    outcome.failed().counting(0, 0, 1).naming(&words);
    assert_same(&Tree::new(), &found);
}

/// The blocks of an interrupted upload are there, and the answer that lists them is damaged.
#[test]
fn a_damaged_block_list_is_requested_again() {
    for (hits, is_each) in [(r#", "hits": [1]"#, false), ("", true)] {
        let faulty = FaultyStorage::empty(StorageKind::Container, large());
        let (source, state) = (Folder::new(), Folder::new());
        faulty.tree.write_to(source.path());
        let upload = || {
            Azring::upload(source.path(), &faulty.container())
                .args(["/S", "/Y"])
                .env("XDG_STATE_HOME", state.path())
        };
        let commit = r#""method": "PUT", "query": "*comp=blocklist*""#;
        let refusal = r#""answer": { "status": 400, "code": "InvalidInput" }"#;
        faulty.set_fault(commit, refusal);
        upload().run().failed();
        let list = format!(r#""method": "GET", "query": "*comp=blocklist*"{hits}"#);
        faulty.set_fault(&list, DAMAGED);
        faulty.server.watch().counters.reset();
        let outcome = upload().run();
        faulty.assert_faults_applied();
        let counters = &faulty.server.watch().counters;
        assert_eq!(counters.of("PutBlock").requests, 0);
        if is_each {
            let named = format!("the block list of `{}/large`", faulty.storage().url());
            outcome.failed().counting(0, 0, 1).naming(&[&named]);
            let requests = counters.of("GetBlockList").requests;
            // Each worker that takes part asks for it.
            assert!(requests > 0 && requests.is_multiple_of(4), "{requests}");
        } else {
            outcome.succeeded().counting(1, 0, 0);
            assert_same(&faulty.tree, &Tree::get_from(&faulty.container()));
        }
    }
}
