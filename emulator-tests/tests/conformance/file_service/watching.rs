//! The fault plan, the request log and the counters for the File service.

use azring_emulator_tests::emulator::Options;
use azring_emulator_tests::emulator::fault::Plan;

use super::own_share::OwnShare;

#[test]
fn a_fault_plan_refuses_and_corrupts_calls_on_files() {
    let own = OwnShare::new();
    own.put("f", b"abc");
    let busy = r#"{"rules":[{"when":{"method":"PUT","query":"*comp=range*","times":1},
        "then":{"answer":{"status":503,"code":"ServerBusy"}}},
        {"when":{"method":"GET","path":"*/docs/f","times":1},"then":{"flip_response_bit":0}}]}"#;
    own.server
        .watch()
        .faults
        .set(Some(Plan::parse(busy).unwrap()));
    own.put_range("f", 0, b"xyz", 0)
        .send()
        .refused(503, "ServerBusy");
    own.put_range("f", 0, b"xyz", 0).send().expect(201);
    // `x` with its lowest bit flipped.
    assert_eq!(own.bytes("f"), b"yyz");
    assert_eq!(own.bytes("f"), b"xyz");
}

#[test]
fn the_request_log_names_calls_on_files() {
    let own = OwnShare::with(&Options {
        log_lines: 100,
        ..Options::default()
    });
    own.put("f", b"abc");
    own.directory("GET", "", "list").send().expect(200);
    own.file("HEAD", "no", "").send().expect(404);
    let lines = own.server.watch().log.lines();
    let has = |word: &str| lines.iter().any(|line| line.contains(word));
    for word in [
        "CreateShare",
        "CreateFile",
        "PutRange",
        "ListDirectoriesAndFiles",
        "ResourceNotFound",
    ] {
        assert!(has(word), "{word}: {lines:?}");
    }
}
