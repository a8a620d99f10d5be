//! Answers that come twice are never taken for answers to the requests after them.

use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::tree::Tree;

use super::faulty_storage::{BOTH, FaultyStorage, fifty};

/// Both moments at which a spare answer can come, and with and without a name that tells it.
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
        let faulty = FaultyStorage::empty(kind, fifty());
        // Every answer but that of a refusal comes twice: the spare one would be taken for a refused file's.
        faulty.set_faults(&format!(
            r#"{{ "when": {{ "method": "PUT", "path": "*/cont/f?1" }},
                 "then": {{ "answer": {{ "status": 403, "code": "AuthorizationPermissionMismatch", "after_body": true }} }} }},
               {{ "when": {{ "method": "PUT", "path": "*/cont/*", "every": 3 }}, "then": {{ {spare} }} }}"#
        ));
        let outcome = faulty.upload(&["/NC:2"]);
        faulty.assert_faults_applied();
        outcome.failed().counting(45, 0, 5).naming(&["f01", "f41"]);
        let expected = faulty.tree.clone().only(|name| !name.ends_with('1'));
        assert_same(&expected, &Tree::get_from(&*faulty.storage()));
    }
}
