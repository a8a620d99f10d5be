//! Answers to reads of an object: of another range, version, length or request.

use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::tree::Tree;

use super::faulty_storage::{BOTH, FaultyStorage, StorageKind, fifty, large};

/// The requests for ranges of the large object.
const RANGES: &str = r#""method": "GET", "path": "*/large", "query": """#;

/// A download in which one answer has this fault asks again over another connection and ends whole. One in which
/// all answers have it is a failure that says so, and nothing has the object's name.
fn is_detected(fault: &str, word: &str) {
    for kind in BOTH {
        let faulty = FaultyStorage::with(kind, large());
        faulty.set_fault(&format!(r#"{RANGES}, "hits": [3]"#), fault);
        let (outcome, found) = faulty.download(&[]);
        faulty.assert_faults_applied();
        outcome.succeeded().counting(1, 0, 0);
        assert_same(&faulty.tree, &found);

        faulty.set_fault(RANGES, fault);
        let (outcome, found) = faulty.download(&[]);
        faulty.assert_faults_applied();
        outcome.failed().counting(0, 0, 1).naming(&["large", word]);
        assert_same(&Tree::new(), &found);
    }
}

#[test]
fn an_honest_answer_of_another_range_is_detected() {
    is_detected(r#""move_range": 4096"#, "range");
}

#[test]
fn a_range_with_the_label_of_another_is_detected() {
    is_detected(r#""content_range": "bytes 5-9/12595257""#, "range");
}

#[test]
fn the_first_bytes_in_the_place_of_a_range_are_detected() {
    is_detected(r#""first_bytes": true"#, "answered 200");
}

#[test]
fn a_length_that_differs_from_the_listing_is_detected() {
    is_detected(r#""object_bytes": "+10""#, "when it was listed");
}

#[test]
fn another_version_than_was_listed_is_detected() {
    is_detected(r#""etag": "new""#, "not the version that was listed");
}

#[test]
fn a_range_that_hides_its_version_is_detected() {
    is_detected(r#""headers": { "ETag": null }"#, "which version");
}

#[test]
fn the_answer_to_another_request_is_detected() {
    is_detected(
        r#""headers": { "x-ms-client-request-id": "another" }"#,
        "x-ms-client-request-id",
    );
}

#[test]
fn a_service_that_repeats_no_request_id_is_believed() {
    for kind in BOTH {
        let faulty = FaultyStorage::with(kind, large());
        faulty.set_fault("", r#""headers": { "x-ms-client-request-id": null }"#);
        let (outcome, found) = faulty.download(&[]);
        outcome.succeeded().counting(1, 0, 0);
        assert_same(&faulty.tree, &found);
        faulty.upload(&[]).succeeded().counting(1, 0, 0);
        faulty.assert_faults_applied();
    }
}

#[test]
fn every_range_is_asked_for_in_the_words_of_plain_http_too() {
    for kind in BOTH {
        let faulty = FaultyStorage::with(kind, large());
        faulty.set_faults(
            r#"{ "when": { "query": "", "header": { "Range": "", "x-ms-range": "bytes=*" } }, "go_on": true,
                 "then": { "answer": { "status": 400 } } },
               { "when": { "header": { "Range": "bytes=*", "x-ms-range": "bytes=*" } }, "then": {} }"#,
        );
        let (outcome, found) = faulty.download(&[]);
        outcome.succeeded().counting(1, 0, 0);
        assert_same(&faulty.tree, &found);
        assert_eq!(faulty.server.applied_faults()[0], 0);
    }
}

#[test]
fn a_body_that_ends_early_is_read_again() {
    for kind in BOTH {
        let faulty = FaultyStorage::with(kind, large());
        faulty.set_fault(
            &format!(r#"{RANGES}, "hits": [1, 3]"#),
            r#""close": { "response_bytes": 1000 }"#,
        );
        let (outcome, found) = faulty.download(&[]);
        faulty.assert_faults_applied();
        outcome.succeeded().counting(1, 0, 0);
        assert_same(&faulty.tree, &found);
    }
}

#[test]
fn a_wrong_stored_md5_fails_where_it_is_checked() {
    const WRONG: &str = "1B2M2Y8AsgTpgAmY7PhCfg==";
    for kind in BOTH {
        let faulty = FaultyStorage::with(kind, large());
        match kind {
            StorageKind::Container => {
                let query = [("comp", "properties")];
                let md5 = [("x-ms-blob-content-md5", WRONG)];
                let container = faulty.container();
                container.put("wrong", "abc");
                container.ask("PUT", "wrong", &query, &md5, "").succeeded();
            }
            StorageKind::Share => {
                let md5 = [("x-ms-content-md5", WRONG)];
                faulty.share().put_with("wrong", "abc", &md5);
            }
        }
        let (outcome, found) = faulty.download(&["/CheckMD5"]);
        outcome
            .failed()
            .counting(1, 0, 1)
            .naming(&["wrong", "does not match the MD5 hash stored"]);
        assert_same(&faulty.tree, &found);
    }
}

#[test]
fn a_refusal_meant_for_somebody_else_does_not_fail_an_object() {
    for (kind, code) in [
        (StorageKind::Container, "BlobNotFound"),
        (StorageKind::Share, "ResourceNotFound"),
    ] {
        let faulty = FaultyStorage::with(kind, fifty());
        faulty.set_fault(
            r#""method": "GET", "path": "*/cont/f0?", "count_by": "url", "hits": [1]"#,
            &format!(
                r#""answer": {{ "status": 404, "code": "{code}" }}, "headers": {{ "x-ms-client-request-id": "another" }}"#
            ),
        );
        let (outcome, found) = faulty.download(&[]);
        faulty.assert_faults_applied();
        outcome.succeeded().counting(50, 0, 0);
        assert_same(&faulty.tree, &found);
    }
}
