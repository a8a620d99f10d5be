//! What a copy prints: the summary, errors, the verbose log, records of JSON, the exit code.

use std::fs;
use std::process::Stdio;

use serde_json::Value;

use super::service::Service;
use super::{azring, run};

fn three() -> Service {
    Service::with_files(&[("a.txt", 10), ("b.txt", 20), ("sub/c.txt", 0)])
}

#[test]
fn a_copy_ends_with_azcopys_block_on_standard_output() {
    let service = three();
    let finished = run(&service.upload(&["/S"]));
    assert_eq!(finished.code, Some(0), "{finished:?}");
    let lines: Vec<_> = finished.results.lines().collect();
    assert!(lines[0].starts_with("Copied 30 B in ") && lines[0].ends_with("/s, no retries."));
    assert_eq!(lines[1], "Finished 3 of total 3 file(s).");
    assert!(lines[2].ends_with("] Transfer summary:"));
    assert_eq!(
        lines[3..8],
        [
            "-----------------",
            "Total files transferred: 3",
            "Transfer successfully:   3",
            "Transfer skipped:        0",
            "Transfer failed:         0",
        ]
    );
    assert!(lines[8].starts_with("Elapsed time:            00.00:00:"));
    assert_eq!(lines.len(), 9);
}

#[test]
fn skipped_objects_are_no_failure_and_are_explained_once() {
    let service = three();
    run(&service.upload(&["/S"]));
    let finished = run(&service.upload(&["/S"]));
    assert_eq!(finished.code, Some(0));
    assert!(finished.results.contains("Transfer skipped:        3"));
    assert_eq!(
        finished
            .results
            .matches("give `/Y` to overwrite them")
            .count(),
        1
    );
    let forced = run(&service.upload(&["/S", "/Y"]));
    assert!(forced.results.contains("Transfer successfully:   3"));
}

#[test]
fn one_failed_object_is_named_and_ends_with_1() {
    let service = three();
    service.set_faults(
        r#"{"rules": [{"when": {"method": "PUT", "path": "*b.txt"},
             "then": {"answer": {"status": 403, "code": "AuthorizationFailure"}}}]}"#,
    );
    let finished = run(&service.upload(&["/S"]));
    assert_eq!(finished.code, Some(1), "{finished:?}");
    assert!(finished.results.contains("Transfer successfully:   2"));
    assert!(finished.results.contains("Transfer failed:         1"));
    let errors: Vec<_> = finished
        .messages
        .lines()
        .filter(|line| line.contains("][ERROR] "))
        .collect();
    assert_eq!(errors.len(), 1);
    assert!(errors[0].contains("][ERROR] b.txt: ") && errors[0].contains("403"));
}

#[test]
fn a_location_that_cannot_be_used_is_reported_in_azcopys_form() {
    let service = three();
    let finished = run(&service.download(&["/S"]));
    assert_eq!(finished.code, Some(1));
    assert_eq!(finished.results, "");
    let start = format!(
        "[ERROR] Cannot use the source \"{0}\": Failed to enumerate directory {0}. ",
        service.url()
    );
    assert!(finished.messages.contains(&start), "{}", finished.messages);
    assert!(
        finished
            .messages
            .contains("(404) Not Found.\nHttpStatusMessage:")
    );
    let more = format!("please type \"azring doctor {}\"", service.url());
    assert!(finished.messages.contains(&more), "{}", finished.messages);
}

#[test]
fn an_end_that_cannot_be_used_is_named_where_both_are_services() {
    let service = three();
    run(&service.upload(&["/S"]));
    let other = service.url().replace("/container", "/another");
    let between = |source_key: &str, target_key: &str| {
        run(&[
            format!("/Source:{}", service.url()),
            format!("/Dest:{other}"),
            format!("/SourceKey:{source_key}"),
            format!("/DestKey:{target_key}"),
            "/SyncCopy".to_owned(),
            "/S".to_owned(),
        ])
    };
    let (right, wrong) = (super::service::KEY, "d3Jvbmc=");
    let finished = between(right, wrong);
    let start = format!("[ERROR] Cannot use the destination \"{other}\": ");
    assert!(finished.messages.contains(&start), "{finished:?}");
    let finished = between(wrong, right);
    let start = format!("[ERROR] Cannot use the source \"{}\": ", service.url());
    assert!(finished.messages.contains(&start), "{finished:?}");
    assert_eq!(between(right, right).code, Some(0));
}

#[test]
fn a_preview_counts_and_its_log_names_what_would_be_copied() {
    let service = three();
    let log = format!("/V:{}", service.path("logs/copy.log"));
    let finished = run(&service.upload(&["/S", "/L", &log]));
    assert_eq!(finished.code, Some(0));
    assert!(
        finished
            .results
            .starts_with("copy     a.txt  10\ncopy     b.txt  20\ncopy     sub/c.txt  0\nWould copy 3 file(s), 30 B. Nothing was copied.\n")
    );
    let log = fs::read_to_string(service.path("logs/copy.log")).unwrap();
    for name in ["a.txt", "b.txt", "sub/c.txt"] {
        assert!(
            log.contains(&format!("[VERBOSE] Would transfer: {name}\n")),
            "{log}"
        );
    }
    // Nothing was copied: no container was created.
    assert_eq!(run(&service.download(&["/S"])).code, Some(1));
}

#[test]
fn the_verbose_log_is_appended_to_and_has_a_default_path() {
    let service = three();
    for _ in 0..2 {
        let output = azring(&service.upload(&["/Y", "/V"]))
            .env("XDG_STATE_HOME", service.folder())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0));
    }
    let log = fs::read_to_string(service.path("azring/AzCopyVerbose.log")).unwrap();
    assert_eq!(log.matches(">>>>>>>>>>>>>>>>").count(), 2);
    for begun_and_ended in ["Start", "Finished"] {
        let line = format!("[VERBOSE] {begun_and_ended} transfer: a.txt\n");
        assert_eq!(log.matches(&line).count(), 2, "{log}");
    }
}

#[test]
fn what_a_copy_writes_itself_is_no_part_of_what_it_copies() {
    let service = three();
    let source = service.path("source");
    let own = [
        format!("/V:{source}/azcopy1.log"),
        format!("/Ledger:{source}/sub/ledger.csv"),
        format!("/TraceController:{source}/trace"),
        format!("/Z:{source}"),
    ];
    let own: Vec<_> = own.iter().map(String::as_str).collect();
    let finished = run(&service.upload(&[&["/S"], &own[..]].concat()));
    assert_eq!(finished.code, Some(0), "{finished:?}");
    assert_eq!(service.container().names(), ["a.txt", "b.txt", "sub/c.txt"]);
    let text = "`azcopy1.log` is skipped, because this copy writes it";
    assert!(finished.results.contains(text), "{finished:?}");
    // Another copy does not write this file, so it is copied.
    let finished = run(&service.upload(&["/Pattern:azcopy1.log"]));
    assert!(
        finished.results.contains("Transfer successfully:   1"),
        "{finished:?}"
    );
}

#[test]
fn a_log_that_cannot_be_written_is_reported_before_anything_is_copied() {
    let service = three();
    let finished = run(&service.upload(&["/V:/proc/no/such.log"]));
    assert_eq!(finished.code, Some(1));
    assert!(
        finished
            .messages
            .contains("cannot write the verbose log `/proc/no/such.log`: ")
    );
    assert_eq!(finished.results, "");
}

#[test]
fn every_line_of_json_is_a_record_and_the_totals_are_what_was_counted() {
    let service = three();
    service.set_faults(
        r#"{"rules": [{"when": {"method": "PUT", "path": "*b.txt"},
             "then": {"answer": {"status": 403, "code": "AuthorizationFailure"}}}]}"#,
    );
    let upload = run(&service.upload(&["/S", "/Output:json"]));
    let again = run(&service.upload(&["/S", "/XO", "/Output:json"]));
    let down = run(&service.download(&["/S", "/Output:json"]));
    let preview = run(&service.download(&["/S", "/L", "/Y", "/Output:json"]));
    let refused = run(&[
        &service.download(&["/S", "/Output:json"])[..2],
        &["/Output:json".into()],
    ]
    .concat());
    for (finished, code) in [
        (&upload, 1),
        (&again, 1),
        (&down, 0),
        (&preview, 0),
        (&refused, 1),
    ] {
        assert_eq!(finished.code, Some(code), "{finished:?}");
        let records: Vec<Value> = finished
            .results
            .lines()
            .map(|line| serde_json::from_str(line).expect("a record"))
            .collect();
        assert!(records.iter().all(|record| record["schema_version"] == 1));
        assert_eq!(records[0]["type"], "init");
        let summary = records.last().unwrap();
        assert_eq!(
            (&summary["type"], &summary["exit_code"]),
            (&"summary".into(), &code.into())
        );
        let count = |outcomes: &[&str]| {
            let of = |record: &&Value| outcomes.iter().any(|outcome| record["outcome"] == *outcome);
            records.iter().filter(of).count() as u64
        };
        if let Some(listed) = summary["listed"].as_u64() {
            assert_eq!(summary["done"], count(&["done", "would_copy"]));
            assert_eq!(summary["skipped"], count(&["skipped"]));
            assert_eq!(summary["failed"], count(&["failed"]));
            assert_eq!(listed, count(&["done", "would_copy", "skipped", "failed"]));
        }
    }
}

#[test]
fn detailed_codes_tell_a_wrong_key_from_a_service_that_is_away() {
    let service = three();
    let code = |words: &[String]| run(words).code;
    let mut wrong_key = service.upload(&["/ExitCodes:detailed"]);
    wrong_key[2] = "/DestKey:d3Jvbmc=".to_owned();
    assert_eq!(code(&wrong_key), Some(4));
    wrong_key.pop();
    assert_eq!(code(&wrong_key), Some(1));
}

#[test]
fn a_reader_that_goes_away_does_not_end_a_copy() {
    let service = three();
    let mut child = azring(&service.upload(&["/S", "/Output:json"]))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(
        run(&service.download(&["/S"]))
            .results
            .contains("Transfer successfully:   3")
    );
}

#[test]
fn a_link_called_azcopy_behaves_the_same() {
    let service = three();
    for name in ["AzCopy", "azcopy"] {
        let link = service.path(name);
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_azring"), &link).unwrap();
        let output = std::process::Command::new(&link)
            .args(service.upload(&["/S", "/Y"]))
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0));
    }
}

#[test]
fn a_response_file_copies_like_the_words_in_it() {
    let service = three();
    let file = service.path("copy.txt");
    fs::write(
        &file,
        format!("# upload\n{}\n", service.upload(&["/S"]).join("\n")),
    )
    .unwrap();
    let finished = run(&[format!("/@:{file}")]);
    assert!(
        finished.results.contains("Transfer successfully:   3"),
        "{finished:?}"
    );
}

#[test]
fn list_shows_every_name_and_the_sum() {
    let service = three();
    run(&service.upload(&["/S"]));
    let key = format!("--source-key={}", super::service::KEY);
    let listed = |more: &[&str]| {
        let url = service.url();
        run(&[&["list", &url, &key], more].concat())
    };
    let finished = listed(&[]);
    assert_eq!(finished.code, Some(0), "{finished:?}");
    let lines: Vec<_> = finished.results.lines().collect();
    assert!(lines[0].ends_with("Z             10  a.txt"), "{lines:?}");
    assert!(
        lines[2].ends_with("Z              0  sub/c.txt"),
        "{lines:?}"
    );
    assert_eq!(lines[3], "3 object(s), 30 B (30 bytes)");
    assert!(
        listed(&["--include", "sub/"])
            .results
            .contains("1 object(s)")
    );
    let json = listed(&["--output=json"]);
    let records: Vec<Value> = json
        .results
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let sum: u64 = records
        .iter()
        .filter(|record| record["type"] == "object")
        .filter_map(|record| record["bytes"].as_u64())
        .sum();
    assert_eq!(records.last().unwrap()["bytes"], sum);
    assert_eq!(run(&["list", &service.url()]).code, Some(1));
    assert_eq!(run(&["list"]).code, Some(2));
    assert_eq!(listed(&["--quiet"]).code, Some(2));
}

#[test]
fn doctor_distinguishes_a_service_that_answers_from_one_that_does_not() {
    let service = three();
    run(&service.upload(&["/S"]));
    let key = format!("/SourceKey:{}", super::service::KEY);
    let well = run(&["doctor", &service.url(), &key]);
    assert_eq!(well.code, Some(0), "{well:?}");
    assert!(
        well.results
            .contains("ok    service            answered 200")
    );
    assert!(well.results.contains("ok    clock "));
    let wrong = run(&["doctor", &service.url(), "/SourceKey:d3Jvbmc="]);
    assert_eq!(wrong.code, Some(1));
    assert!(wrong.results.contains("BAD   service ") && wrong.results.contains("The key in `"));
    assert_eq!(run(&["doctor"]).code, Some(0));
    let missing = run(&["doctor", "/no/such/folder"]);
    assert_eq!(missing.code, Some(1), "{missing:?}");
    assert!(missing.results.contains("BAD   read"), "{missing:?}");
}

#[test]
fn doctor_tries_each_permission_at_both_ends_and_leaves_nothing() {
    let service = three();
    run(&service.upload(&["/S"]));
    let before = service.container().names();
    let (source, dest) = (
        format!("/SourceKey:{}", super::service::KEY),
        format!("/Dest:{}", service.url()),
    );
    let key = format!("/DestKey:{}", super::service::KEY);
    let named = run(&["doctor", &service.url(), &source, &dest, &key]);
    assert_eq!(named.code, Some(0), "{named:?}");
    let well = run(&["doctor", &service.url(), &service.url(), &source, &key]);
    assert_eq!(well.code, Some(0), "{well:?}");
    for (what, times) in [("list", 2), ("read", 2), ("write", 1), ("delete", 1)] {
        let line = format!("ok    {what:18} allowed");
        assert_eq!(well.results.matches(&line).count(), times, "{well:?}");
    }
    assert_eq!(service.container().names(), before);

    service.set_faults(
        r#"{"rules": [{"when": {"method": "DELETE"}, "then": {"answer": {"status": 403, "code": "AuthorizationPermissionMismatch"}}}]}"#,
    );
    let poor = run(&["doctor", &dest, &key]);
    assert_eq!(poor.code, Some(0), "{poor:?}");
    assert!(poor.results.contains("poor  delete"), "{poor:?}");
    assert!(
        poor.results.contains("keeps one object of one byte"),
        "{poor:?}"
    );

    service.set_faults(
        r#"{"rules": [{"when": {"method": "PUT"}, "then": {"answer": {"status": 403, "code": "AuthorizationPermissionMismatch"}}}]}"#,
    );
    let bad = run(&["doctor", &dest, &key]);
    assert_eq!(bad.code, Some(1), "{bad:?}");
    assert!(bad.results.contains("BAD   write"), "{bad:?}");
}

#[test]
fn a_silent_copy_prints_errors_only() {
    let service = three();
    let quiet = run(&service.upload(&["/S", "/Y", "/Silent"]));
    assert_eq!(
        (quiet.code, quiet.results.as_str(), quiet.messages.as_str()),
        (Some(0), "", "")
    );
    let refused = run(&service.upload(&["/Silent", "/Output:json"]));
    assert_eq!(refused.code, Some(2), "{refused:?}");
    let wrong = run(&[
        format!("/Source:{}", service.path("nothing")),
        format!("/Dest:{}", service.url()),
        format!("/DestKey:{}", super::service::KEY),
        "/Silent".to_owned(),
    ]);
    assert_eq!(wrong.results, "");
    assert!(wrong.messages.contains("[ERROR]"), "{wrong:?}");
}

#[test]
fn the_users_defaults_hold_where_a_command_says_nothing_else() {
    let service = three();
    let config = service.path("config");
    fs::write(&config, "# mine\n--output none\n").unwrap();
    let with = |words: &[&str]| {
        let output = azring(&service.upload(words))
            .env("AZRING_CONFIG", &config)
            .output()
            .unwrap();
        super::Finished::from(output)
    };
    assert_eq!(with(&["/S", "/Y"]).results, "");
    assert!(
        with(&["/S", "/Y", "/Output:text"])
            .results
            .contains("Finished 3 of")
    );
    fs::write(&config, format!("/DestKey:{}\n", super::service::KEY)).unwrap();
    let refused = with(&["/S", "/Y"]);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.messages.contains("line 1"), "{refused:?}");
    assert!(
        !refused.messages.contains(&super::service::KEY[..16]),
        "{refused:?}"
    );
}
