//! The ledger: its fields about every object agree with what another client reads from the service.

use std::collections::HashMap;
use std::fs;

use azring_emulator_tests::emulator::digest;
use serde_json::Value;

use super::service::Service;
use super::{hex, run};

/// The records of a ledger in JSON, by name.
fn records(text: &str) -> HashMap<String, Value> {
    let record = |line| serde_json::from_str::<Value>(line).expect("a record");
    let name = |record: &Value| record["name"].as_str().expect("a name").to_owned();
    text.lines()
        .map(record)
        .map(|record| (name(&record), record))
        .collect()
}

/// A folder with an empty, a small and a large file, and a service that answers once with 503 for each of the first two
/// blocks of the large file.
fn three_sizes() -> Service {
    let service = Service::with_files(&[("empty", 0), ("small", 10), ("large", 9 << 20)]);
    service.set_faults(
        r#"{"rules": [{"when": {"method": "PUT", "path": "*/large", "query": "*comp=block&*", "hits": [1, 2]},
             "then": {"answer": {"status": 503, "code": "ServerBusy"}}}]}"#,
    );
    service
}

/// The MD5 that the service stores with a blob, in hexadecimal, and its entity tag without quotes.
fn stored(service: &Service, name: &str) -> (String, String) {
    let answer = service.container().ask("HEAD", name, &[], &[], Vec::new());
    let md5 = digest::from_base64(&answer.headers["content-md5"]).expect("base64");
    (
        hex(&md5),
        answer.headers["etag"].trim_matches('"').to_owned(),
    )
}

#[test]
fn an_uploads_ledger_has_the_stored_properties_and_the_attempts() {
    let service = three_sizes();
    let path = service.path("ledger.ndjson");
    let finished = run(&service.upload(&[&format!("/Ledger:{path}"), "/Output:json"]));
    assert_eq!(finished.code, Some(0), "{finished:?}");
    let text = fs::read_to_string(path).unwrap();
    let ledger = records(&text);
    assert_eq!(ledger.len(), 3, "{text}");
    for (name, bytes, attempts) in [("empty", 0, 1), ("small", 10, 1), ("large", 9 << 20, 3)] {
        let (md5, etag) = stored(&service, name);
        let record = &ledger[name];
        let fields = [
            &record["outcome"],
            &record["bytes"],
            &record["md5"],
            &record["etag"],
            &record["attempts"],
        ];
        let expected: [Value; 5] = [
            "done".into(),
            bytes.into(),
            md5.into(),
            etag.into(),
            attempts.into(),
        ];
        assert_eq!(fields, expected.each_ref(), "{name}");
        assert!(record["elapsed_ms"].is_u64(), "{record}");
    }
    // The records on standard output have the same fields.
    for line in finished.results.lines() {
        let mut record: Value = serde_json::from_str(line).unwrap();
        if record["type"] == "object" {
            let fields = record.as_object_mut().unwrap();
            let mut in_ledger = ledger[fields["name"].as_str().unwrap()].clone();
            for own in ["schema_version", "type", "time"] {
                fields.remove(own);
                in_ledger.as_object_mut().unwrap().remove(own);
            }
            // Both records come from the same event.
            assert_eq!(record, in_ledger);
        }
    }
}

#[test]
fn a_downloads_ledger_names_the_version_that_was_read() {
    let service = three_sizes();
    assert_eq!(run(&service.upload(&[])).code, Some(0));
    let path = service.path("ledger.csv");
    let ledger = format!("/Ledger:{path}");
    for check in [&[][..], &["/CheckMD5"]] {
        let words = [check, &["/S", "/Y", &ledger]].concat();
        assert_eq!(run(&service.download(&words)).code, Some(0));
    }
    let text = fs::read_to_string(path).unwrap();
    let mut lines = text.split_terminator("\r\n");
    let columns: Vec<_> = lines.next().unwrap().split(',').collect();
    let column = |line: &str, name: &str| {
        let at = columns.iter().position(|column| *column == name);
        line.split(',').nth(at.expect(name)).unwrap().to_owned()
    };
    let lines: Vec<_> = lines.collect();
    assert_eq!(lines.len(), 6, "{text}");
    for line in lines {
        let (md5, etag) = stored(&service, &column(line, "name"));
        assert_eq!((column(line, "md5"), column(line, "etag")), (md5, etag));
        assert_eq!(column(line, "attempts"), "1");
    }
}

#[test]
fn the_ledger_has_attempts_of_failed_objects_but_not_of_untried_ones() {
    let service = Service::with_files(&[("a", 5)]);
    service.set_faults(
        r#"{"rules": [{"when": {"method": "PUT", "path": "*/a", "times": 1},
             "then": {"answer": {"status": 403, "code": "AuthorizationFailure"}}}]}"#,
    );
    let path = service.path("ledger");
    let words = service.upload(&[&format!("/Ledger:{path}"), "/NoJournal"]);
    assert_eq!(run(&words).code, Some(1));
    let failed = &records(&fs::read_to_string(&path).unwrap())["a"];
    assert_eq!(
        (&failed["outcome"], &failed["attempts"], &failed["code"]),
        (&"failed".into(), &1.into(), &"AuthorizationFailure".into())
    );
    assert!(failed.get("md5").is_none() && failed.get("etag").is_none());

    service.container().put("a", "there already");
    fs::remove_file(&path).unwrap();
    assert_eq!(run(&words).code, Some(0));
    let skipped = &records(&fs::read_to_string(&path).unwrap())["a"];
    assert_eq!(
        (
            &skipped["outcome"],
            &skipped["bytes"],
            skipped.get("attempts")
        ),
        (&"skipped".into(), &5.into(), None)
    );
}
