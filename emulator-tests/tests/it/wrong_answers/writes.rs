//! Answers to writes of an object: to another request, of another kind, or about other bytes.

use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::tree::{Tree, noise};

use super::faulty_storage::{BOTH, FaultyStorage, StorageKind, fifty, large};

#[test]
fn an_answer_to_another_request_is_no_success_of_a_write() {
    for (kind, words) in [
        (StorageKind::Container, &["/BlobType:block"][..]),
        (StorageKind::Container, &["/BlobType:page"]),
        (StorageKind::Container, &["/BlobType:append"]),
        (StorageKind::Share, &[]),
    ] {
        let tree = Tree::new().with("a", noise(4, 9 << 20));
        let faulty = FaultyStorage::empty(kind, tree);
        let when = r#""method": "PUT", "path": "*/cont/a""#;
        let fault = r#""headers": { "x-ms-client-request-id": "another" }"#;
        faulty.set_fault(&format!(r#"{when}, "hits": [1, 3]"#), fault);
        faulty.upload(words).succeeded().counting(1, 0, 0);
        faulty.assert_faults_applied();
        assert_same(&faulty.tree, &Tree::get_from(&*faulty.storage()));

        faulty.set_fault(when, fault);
        let outcome = faulty.upload(words);
        faulty.assert_faults_applied();
        outcome
            .failed()
            .counting(0, 0, 1)
            .naming(&["a", "x-ms-client-request-id"]);
    }
}

#[test]
fn a_success_of_another_kind_is_no_success_of_a_write() {
    let other = r#""answer": { "status": 200, "after_body": true }"#;
    for kind in BOTH {
        let faulty = FaultyStorage::empty(kind, fifty());
        faulty.set_fault(r#""method": "PUT", "path": "*/cont/f07""#, other);
        let outcome = faulty.upload(&[]);
        faulty.assert_faults_applied();
        outcome
            .failed()
            .counting(49, 0, 1)
            .naming(&["f07", "answered 200"]);
    }
    for (kind, query) in [
        (StorageKind::Container, "*comp=block&*"),
        (StorageKind::Share, "*comp=range*"),
    ] {
        let faulty = FaultyStorage::empty(kind, large());
        let when = format!(r#""method": "PUT", "path": "*/cont/large", "query": "{query}""#);
        faulty.set_fault(&when, other);
        let outcome = faulty.upload(&[]);
        faulty.assert_faults_applied();
        outcome
            .failed()
            .counting(0, 0, 1)
            .naming(&["large", "answered 200"]);
    }
}

#[test]
fn a_checksum_of_other_bytes_is_no_success_of_a_write() {
    let faulty = FaultyStorage::empty(StorageKind::Container, fifty());
    // The second rule is met when the file is sent again.
    faulty.set_faults(
        r#"{ "when": { "method": "PUT", "path": "*/cont/f07", "hits": [1] },
             "then": { "headers": { "x-ms-content-crc64": "AAAAAAAAAAA=", "Content-MD5": "1B2M2Y8AsgTpgAmY7PhCfg==" } } },
           { "when": { "method": "PUT", "path": "*/cont/f07" }, "then": {} }"#,
    );
    faulty.upload(&[]).succeeded().counting(50, 0, 0);
    faulty.assert_faults_applied();
}

/// Blocks, pages and appended blocks: see `faults`.
#[test]
fn a_bit_that_flips_on_the_way_to_a_share_is_sent_again() {
    let faulty = FaultyStorage::empty(StorageKind::Share, large());
    faulty.set_fault(
        r#""method": "PUT", "path": "*/large", "query": "*comp=range*", "hits": [2]"#,
        r#""flip_request_bit": 70000"#,
    );
    faulty.upload(&[]).succeeded().counting(1, 0, 0);
    faulty.assert_faults_applied();
    assert_same(&faulty.tree, &Tree::get_from(&faulty.share()));
}
