//! Answers to listings.

use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::tree::Tree;

use super::faulty_storage::{BOTH, FaultyStorage, fifty};

const PAGES: &str = r#""method": "GET", "query": "*comp=list*""#;

/// A download whose first page has this fault asks for it again and ends whole. One in which all pages have it is a failure
/// with these words, and nothing is copied.
fn is_requested_again(fault: &str, words: &[&str]) {
    for kind in BOTH {
        // A share lists each directory.
        let tree = fifty().with("d/b", "b").with("d/e/c", "c");
        let faulty = FaultyStorage::with(kind, tree);
        faulty.set_fault(&format!(r#"{PAGES}, "hits": [1]"#), fault);
        let (outcome, found) = faulty.download(&[]);
        faulty.assert_faults_applied();
        outcome.succeeded().counting(52, 0, 0);
        assert_same(&faulty.tree, &found);

        faulty.set_fault(PAGES, fault);
        let (outcome, found) = faulty.download(&[]);
        faulty.assert_faults_applied();
        outcome.failed().naming(words);
        assert_same(&Tree::new(), &found);
    }
}

#[test]
fn a_listing_that_answers_another_request_lists_nothing() {
    is_requested_again(
        r#""headers": { "x-ms-client-request-id": "another" }"#,
        &["x-ms-client-request-id"],
    );
}

#[test]
fn a_damaged_page_of_a_listing_is_requested_again() {
    // The byte is a part of the name of the outermost element.
    is_requested_again(
        r#""flip_response_bit": 45"#,
        &["the listing of `http", "no element `EnumerationResults`"],
    );
}
