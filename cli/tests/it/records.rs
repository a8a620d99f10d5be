//! Records of JSON: `JSON.md` describes each field of every record, and the counts of the summary agree with the
//! records.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufReader, Read, Write};
use std::process::Stdio;

use rustix::process::Signal;
use serde_json::Value;

use super::interrupted::{send, wait_for};
use super::service::{KEY, Service};
use super::{Finished, azring, run};

/// The fields that the documentation gives for each type of record.
struct Documented(BTreeMap<String, BTreeSet<String>>);

impl Documented {
    /// Reads the tables of the text that `azring help json` shows.
    fn read() -> Self {
        let page = include_str!("../../src/listener/JSON.md");
        let mut types: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut columns = Vec::new();
        let mut command = String::new();
        let mut tables = 0;
        for line in page.lines() {
            let Some(row) = line.strip_prefix('|') else {
                columns.clear();
                continue;
            };
            let cells: Vec<_> = row.split('|').map(str::trim).collect();
            if columns.is_empty() {
                columns = cells.iter().map(|&cell| cell.to_owned()).collect();
                tables += 1;
                continue;
            }
            match columns[0].as_str() {
                // The first table has the fields of every record, another one the further fields of an object.
                "field" if tables == 1 => {
                    types
                        .entry("*".to_owned())
                        .or_default()
                        .extend(words(cells[0]));
                }
                "field" if columns[1] == "outcomes" => {
                    types
                        .entry("object".to_owned())
                        .or_default()
                        .extend(words(cells[0]));
                }
                "`type`" => {
                    for kind in words(cells[0]) {
                        types.entry(kind).or_default().extend(words(cells[2]));
                    }
                }
                "command" => {
                    let named = words(cells[0]).into_iter().next();
                    command = named.unwrap_or(command);
                    for kind in words(cells[1]) {
                        let kind = format!("{command} {kind}");
                        types.entry(kind).or_default().extend(words(cells[2]));
                    }
                }
                _ => {}
            }
        }
        types
            .entry("object".to_owned())
            .or_default()
            .insert("name_hex".to_owned());
        Self(types)
    }

    /// The records of a run, each compared with the fields of its type. `prefix`: the command that wrote them.
    fn parse(&self, finished: &Finished, prefix: &str) -> Vec<Value> {
        finished
            .results
            .lines()
            .map(|line| self.record(line, prefix))
            .collect()
    }

    fn record(&self, line: &str, prefix: &str) -> Value {
        let record: Value =
            serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"));
        let fields = record.as_object().expect("an object");
        assert_eq!(record["schema_version"], 1, "{line}");
        let kind = format!("{prefix}{}", record["type"].as_str().expect("a type"));
        let known = self
            .0
            .get(&kind)
            .unwrap_or_else(|| panic!("`{kind}` is not documented"));
        for (name, value) in fields {
            let is_known = self.0["*"].contains(name) || known.contains(name);
            assert!(is_known, "`{name}` of `{kind}` is not documented: {line}");
            let is_right = match name.as_str() {
                "preview" | "success" | "listing_done" | "running" | "removed" => {
                    value.is_boolean()
                }
                "schema_version" | "exit_code" | "listed" | "listed_bytes" | "done" | "skipped"
                | "failed" | "interrupted" | "unlisted" | "bytes" | "moved_bytes"
                | "bytes_per_second" | "retries" | "refused" | "under_way" | "concurrency"
                | "elapsed_ms" | "status" | "attempts" | "objects" => value.is_u64(),
                "type" | "time" | "name" | "name_hex" | "outcome" | "message" | "what" | "code"
                | "request_id" | "md5" | "etag" | "source" | "destination" | "version"
                | "copy_id" | "modified" | "state" | "found" | "advice" => value.is_string(),
                // Codes may be added.
                _ => !value.is_null(),
            };
            assert!(is_right, "`{name}` is of another kind: {line}");
        }
        record
    }
}

/// The words in backticks.
fn words(cell: &str) -> Vec<String> {
    cell.split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

fn count(records: &[Value], outcomes: &[&str]) -> u64 {
    let of = |record: &&Value| outcomes.iter().any(|outcome| record["outcome"] == *outcome);
    records.iter().filter(of).count() as u64
}

/// Compares the counts of a summary with the records of the run. Returns the summary.
fn summed(records: &[Value], code: Option<i32>) -> Value {
    let summary = records.last().expect("a summary").clone();
    assert_eq!(summary["type"], "summary");
    assert_eq!(summary["exit_code"].as_i64(), code.map(i64::from));
    assert_eq!(summary["success"], code == Some(0));
    assert_eq!(
        records
            .iter()
            .filter(|record| record["type"] == "summary")
            .count(),
        1
    );
    if summary["listed"].is_u64() {
        let bytes: u64 = records
            .iter()
            .filter(|record| record["outcome"] == "done" || record["outcome"] == "would_copy")
            .filter_map(|record| record["bytes"].as_u64())
            .sum();
        assert_eq!(summary["done"], count(records, &["done", "would_copy"]));
        assert_eq!(summary["skipped"], count(records, &["skipped"]));
        assert_eq!(summary["failed"], count(records, &["failed"]));
        assert_eq!(summary["bytes"], bytes);
        let listed = summary["listed"].as_u64().unwrap();
        assert_eq!(
            listed,
            count(records, &["done", "would_copy", "skipped", "failed"])
        );
    }
    summary
}

const FILES: [(&str, usize); 5] = [
    ("a.txt", 10),
    ("b.txt", 20),
    ("sub/c.txt", 0),
    ("large", 9 << 20),
    ("r\u{e9}sum\u{e9} \u{202e}.txt", 3),
];

#[test]
fn every_record_of_a_copy_is_documented_and_the_sums_are_what_is_there() {
    let service = Service::with_files(&FILES);
    let documented = Documented::read();
    let check = |words: &[String], code: i32| {
        let words: Vec<_> = words
            .iter()
            .cloned()
            .chain(["/Output:json".to_owned()])
            .collect();
        let finished = run(&words);
        assert_eq!(finished.code, Some(code), "{words:?} {finished:?}");
        summed(&documented.parse(&finished, ""), finished.code)
    };
    let refused = r#"{"rules": [{"when": {"method": "PUT", "path": "*b.txt"},
        "then": {"answer": {"status": 403, "code": "AuthorizationFailure"}}},
        {"when": {"method": "PUT", "path": "*/large", "query": "*comp=block&*", "times": 1},
         "then": {"answer": {"status": 503, "code": "ServerBusy"}}}]}"#;
    service.set_faults(refused);
    let first = check(&service.upload(&["/S"]), 1);
    assert_eq!((&first["done"], &first["failed"]), (&4.into(), &1.into()));
    assert_eq!(
        (&first["retries"], &first["refused"]),
        (&1.into(), &1.into())
    );
    assert_eq!(service.container().names().len(), 4);
    service.set_faults(r#"{"rules": []}"#);
    // The same command retries the failed object; another command skips existing objects.
    let all = check(&service.upload(&["/S", "/XO"]), 0);
    assert_eq!(all["listed"], FILES.len());
    assert_eq!(service.container().names().len(), FILES.len());
    let preview = check(&service.download(&["/S", "/L"]), 0);
    assert_eq!(preview["done"], FILES.len());
    let down = check(&service.download(&["/S", "/CheckMD5"]), 0);
    let bytes: usize = FILES.iter().map(|(_, bytes)| bytes).sum();
    assert_eq!(down["bytes"], bytes);
    // There is no terminal to ask at.
    assert_eq!(
        check(&service.download(&["/S", "/NoJournal"]), 0)["skipped"],
        FILES.len()
    );
    assert_eq!(check(&service.download(&["/Pattern:none"]), 0)["listed"], 0);
}

#[test]
fn every_record_of_a_copy_that_goes_wrong_is_documented() {
    let service = Service::with_files(&FILES);
    let documented = Documented::read();
    let json = |words: &[String]| {
        let words: Vec<_> = words
            .iter()
            .cloned()
            .chain(["/Output:json".to_owned()])
            .collect();
        run(&words)
    };
    // The container does not exist yet; then the key is wrong; then the folder does not exist.
    let mut wrong_key = service.upload(&[]);
    wrong_key[2] = "/DestKey:d3Jvbmc=".to_owned();
    let mut nowhere = service.upload(&[]);
    nowhere[0].push_str("/nowhere");
    for words in [service.download(&["/S"]), wrong_key, nowhere] {
        let finished = json(&words);
        assert_eq!(finished.code, Some(1), "{finished:?}");
        let records = documented.parse(&finished, "");
        let summary = summed(&records, finished.code);
        assert!(summary.get("listed").is_none());
        assert!(records.iter().any(|record| record["type"] == "error"));
    }
    // Objects that were not begun have no records.
    let misuse = json(&service.upload(&["/NC:0"]));
    assert_eq!((misuse.code, misuse.results.as_str()), (Some(2), ""));
    // A blob whose stored MD5 is wrong.
    assert_eq!(json(&service.upload(&["/S"])).code, Some(0));
    let wrong = [("x-ms-blob-content-md5", "CQkJCQkJCQkJCQkJCQkJCQ==")];
    let query = [("comp", "properties")];
    service
        .container()
        .ask("PUT", "a.txt", &query, &wrong, Vec::new());
    let finished = json(&service.download(&["/S", "/CheckMD5"]));
    let summary = summed(&documented.parse(&finished, ""), Some(1));
    assert_eq!(
        (&summary["failed"], &summary["done"]),
        (&1.into(), &(FILES.len() - 1).into())
    );
}

#[test]
fn every_record_between_services_and_from_a_pipe_is_documented() {
    let service = Service::with_files(&FILES);
    let documented = Documented::read();
    assert_eq!(run(&service.upload(&["/S"])).code, Some(0));
    for more in [&[][..], &["/SyncCopy"]] {
        let target = format!(
            "{}{}",
            service.url().replace("/container", "/another"),
            more.len()
        );
        let own = [
            format!("/Source:{}", service.url()),
            format!("/Dest:{target}"),
            format!("/SourceKey:{KEY}"),
            format!("/DestKey:{KEY}"),
            "/S".to_owned(),
            "/Output:json".to_owned(),
        ];
        let words: Vec<_> = own
            .into_iter()
            .chain(more.iter().map(|&word| word.to_owned()))
            .collect();
        let finished = run(&words);
        let summary = summed(&documented.parse(&finished, ""), Some(0));
        assert_eq!(summary["done"], FILES.len(), "{finished:?}");
    }
    let mut child = azring(&[
        format!("/Dest:{}/piped", service.url()),
        format!("/DestKey:{KEY}"),
        "/Output:json".to_owned(),
    ])
    .stdin(Stdio::piped())
    .stdout(Stdio::piped())
    .spawn()
    .unwrap();
    child.stdin.take().unwrap().write_all(b"data").unwrap();
    let finished: Finished = child.wait_with_output().unwrap().into();
    let summary = summed(&documented.parse(&finished, ""), Some(0));
    assert_eq!(
        (&summary["done"], &summary["bytes"]),
        (&1.into(), &4.into())
    );
}

#[test]
fn every_record_of_the_commands_beside_copying_is_documented() {
    let service = Service::with_files(&FILES);
    let documented = Documented::read();
    assert_eq!(run(&service.upload(&["/S"])).code, Some(0));
    let key = format!("/SourceKey:{KEY}");
    let listed = run(&["list", &service.url(), &key, "/Output:json"]);
    let records = documented.parse(&listed, "azring list ");
    assert_eq!(records.len(), FILES.len() + 1);
    let doctor = run(&["doctor", &service.url(), &key, "/Output:json"]);
    assert!(documented.parse(&doctor, "azring doctor ").len() > 5);
    // The journal of one failed object is listed, shown and removed.
    service.set_faults(
        r#"{"rules": [{"when": {"method": "PUT", "path": "*b.txt"},
             "then": {"answer": {"status": 403, "code": "AuthorizationFailure"}}}]}"#,
    );
    let folder = service.path("state");
    let jobs = |words: &[&str]| -> Vec<Value> {
        let finished: Finished = azring(words)
            .env("XDG_STATE_HOME", &folder)
            .output()
            .unwrap()
            .into();
        assert_eq!(finished.code, Some(0), "{finished:?}");
        documented.parse(&finished, "azring jobs ")
    };
    assert!(jobs(&["jobs", "--output=json"]).is_empty());
    let failed = azring(&service.upload(&["/S", "/Y"]))
        .env("XDG_STATE_HOME", &folder)
        .output()
        .unwrap();
    assert_eq!(failed.status.code(), Some(1));
    let listed = jobs(&["jobs", "list", "--output=json"]);
    assert_eq!(
        (&listed[0]["failed"], &listed[0]["done"]),
        (&1.into(), &4.into())
    );
    let job = listed[0]["job"].as_str().unwrap();
    assert_eq!(jobs(&["jobs", "show", job, "--output=json"])[0]["job"], job);
    let removed = jobs(&["jobs", "clean", job, "--output=json"]);
    assert_eq!(removed[0]["removed"], true);
    assert!(jobs(&["jobs", "--output=json"]).is_empty());
}

#[test]
fn every_record_of_a_copy_that_is_called_off_is_documented() {
    let service = Service::with_files(&FILES);
    let documented = Documented::read();
    service.set_faults(
        r#"{"rules": [{"when": {"method": "PUT", "path": "*/container/*"}, "then": {"delay_ms": 3000}}]}"#,
    );
    let mut child = azring(&service.upload(&["/S", "/NC:1", "/Output:json"]))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut results = BufReader::new(child.stdout.take().unwrap());
    let before = wait_for(&mut results, "\"type\":\"progress\"");
    send(&child, Signal::TERM);
    let mut rest = String::new();
    results.read_to_string(&mut rest).unwrap();
    let finished = Finished {
        code: child.wait().unwrap().code(),
        results: before + &rest,
        messages: String::new(),
    };
    let records = documented.parse(&finished, "");
    let progress = records.iter().find(|record| record["type"] == "progress");
    // One request at a time is allowed, so the number in flight is 0 between two requests.
    assert!(progress.unwrap()["under_way"].as_u64() <= Some(1));
    let summary = records.last().unwrap();
    assert_eq!(
        (&summary["success"], &summary["exit_code"]),
        (&false.into(), &143.into())
    );
    let done = count(&records, &["done"]);
    assert_eq!(summary["done"], done);
    assert_eq!(service.container().names().len() as u64, done);
}
