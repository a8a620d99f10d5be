//! Answers that come twice are never taken for answers to the requests after them.

use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::tree::Tree;

use super::faulty_storage::{BOTH, FaultyStorage, StorageKind, fifty};

/// Both moments at which a spare answer can come, and with and without the id of its request.
const SPARES: [&str; 3] = [
    r#""spare_answer": "at_once""#,
    r#""spare_answer": "with_next""#,
    r#""spare_answer": "at_once", "headers": { "x-ms-client-request-id": null }"#,
];

#[test]
fn spare_answers_to_reads_never_become_other_files() {
    for (kind, spare) in BOTH
        .iter()
        .flat_map(|kind| SPARES.map(|spare| (*kind, spare)))
    {
        let faulty = FaultyStorage::with(kind, fifty());
        faulty.set_fault(r#""method": "GET", "path": "*/cont/*", "every": 5"#, spare);
        let (outcome, found) = faulty.download(&["/NC:2"]);
        faulty.assert_faults_applied();
        outcome.succeeded().counting(50, 0, 0);
        assert_same(&faulty.tree, &found);
    }
}

#[test]
fn spare_answers_to_writes_never_make_a_refused_file_done() {
    for (kind, spare) in BOTH
        .iter()
        .flat_map(|kind| SPARES.map(|spare| (*kind, spare)))
    {
        assert_refused_files_are_not_done(kind, spare, "");
    }
}

#[test]
fn the_ids_of_a_service_that_repeats_none_tell_its_spare_answers() {
    // The spare answer comes with the next request, so that nothing is seen before that is sent.
    let repeats_none =
        r#"{ "go_on": true, "then": { "headers": { "x-ms-client-request-id": null } } },"#;
    for kind in BOTH {
        assert_refused_files_are_not_done(kind, r#""spare_answer": "with_next""#, repeats_none);
    }
}

/// Uploads fifty files, five of which are refused, while every third answer comes twice: the spare one would be taken for a
/// refused file's. `rules`: more of the plan, each with a comma after it.
fn assert_refused_files_are_not_done(kind: StorageKind, spare: &str, rules: &str) {
    let faulty = FaultyStorage::empty(kind, fifty());
    faulty.set_faults(&format!(
        r#"{rules}
           {{ "when": {{ "method": "PUT", "path": "*/cont/f?1" }},
             "then": {{ "answer": {{ "status": 403, "code": "AuthorizationPermissionMismatch", "after_body": true }} }} }},
           {{ "when": {{ "method": "PUT", "path": "*/cont/*", "every": 3 }}, "then": {{ {spare} }} }}"#
    ));
    let outcome = faulty.upload(&["/NC:2"]);
    faulty.assert_faults_applied();
    outcome.failed().counting(45, 0, 5).naming(&["f01", "f41"]);
    let expected = faulty.tree.clone().only(|name| !name.ends_with('1'));
    assert_same(&expected, &Tree::get_from(&*faulty.storage()));
}
