//! Standard input as a source, standard output as a destination.

use std::io::{Read, Write};
use std::process::{Child, Command, Output, Stdio};

use azring_emulator_tests::emulator::digest;
use azring_emulator_tests::tree::noise;
use rustix::process::{Pid, Signal, kill_process};

use super::azring;
use super::service::{KEY, Service};

/// `cat | azring ...`: the data written to the child's input becomes a blob.
fn inward(service: &Service, name: &str, more: &[&str]) -> Command {
    let target = format!("{}/{name}", service.url());
    let own = ["--destination", &target, "--dest-key", KEY];
    let mut command = azring(&[&own, more].concat());
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// `azring ... | cat`
fn outward(service: &Service, name: &str, more: &[&str]) -> Command {
    let source = format!("--source={}/{name}", service.url());
    let own = [&source, "--destination=-", "--source-key", KEY];
    let mut command = azring(&[&own, more].concat());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Writes `bytes` in pieces of an odd length, closes the pipe and waits.
fn fed(mut command: Command, bytes: &[u8]) -> Output {
    let mut child = command.spawn().expect("the program starts");
    let mut input = child.stdin.take().expect("it is a pipe");
    for piece in bytes.chunks(77_777) {
        // A program that has failed reads no more; the test sees its exit code.
        if input.write_all(piece).is_err() {
            break;
        }
    }
    drop(input);
    child.wait_with_output().expect("it ends")
}

fn messages(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn header(service: &Service, name: &str, header: &str) -> String {
    let answer = service.container().ask("HEAD", name, &[], &[], Vec::new());
    answer.headers.get(header).cloned().unwrap_or_default()
}

#[test]
fn standard_input_becomes_a_blob_and_the_blob_standard_output() {
    const MIB: usize = 1 << 20;
    let service = Service::with_files(&[]);
    for (bytes, blocks) in [
        (0, 0),
        (1, 0),
        (4 * MIB - 1, 0),
        (4 * MIB, 1),
        (4 * MIB + 1, 2),
        (21 * MIB + 5, 6),
    ] {
        let data = noise(bytes as u64, bytes);
        let name = format!("d/{bytes}.tar.gz");
        let up = fed(inward(&service, &name, &["--parallel-level=4"]), &data);
        assert_eq!(up.status.code(), Some(0), "{}", messages(&up));
        let summary = String::from_utf8(up.stdout).unwrap();
        assert!(summary.contains("Transfer successfully:   1"), "{summary}");
        assert!(service.container().get(&name) == data, "{bytes} bytes");
        assert_eq!(service.container().committed_blocks(&name), blocks);
        let md5 = azring_emulator_tests::rest::content_md5(&data);
        assert_eq!(header(&service, &name, "content-md5"), md5);

        let down = outward(&service, &name, &["--check-md5"]).output().unwrap();
        assert_eq!(down.status.code(), Some(0), "{}", messages(&down));
        assert!(down.stdout == data, "{bytes} bytes come back");
        assert_eq!(messages(&down), "");
    }
}

#[test]
fn a_pipe_is_steered_like_any_copy_and_nc_pins_it() {
    let service = Service::with_files(&[]);
    let data = noise(3, 60 << 20);
    let windows = |path: &str| -> Vec<serde_json::Value> {
        let text = std::fs::read_to_string(path).expect("a trace");
        let records = text.lines().map(serde_json::from_str);
        records.collect::<Result<_, _>>().expect("records")
    };
    // 15 blocks or ranges of 4 MiB.
    let succeeded = |windows: &[serde_json::Value]| -> u64 {
        let requests = windows
            .iter()
            .filter_map(|window| window["succeeded"].as_u64());
        requests.sum()
    };
    for level in [None, Some("--parallel-level=2")] {
        let traces = [service.path("up"), service.path("down")];
        let [up, down] = traces
            .each_ref()
            .map(|path| format!("--trace-controller={path}"));
        let more: Vec<_> = level.into_iter().chain(["--quiet", &up]).collect();
        let sent = fed(inward(&service, "b", &more), &data);
        assert_eq!(sent.status.code(), Some(0), "{}", messages(&sent));
        let more: Vec<_> = level.into_iter().chain([&*down]).collect();
        let come = outward(&service, "b", &more).output().unwrap();
        assert!(come.stdout == data, "{}", messages(&come));
        for trace in traces {
            let windows = windows(&trace);
            assert!(succeeded(&windows) >= 15, "{trace}: {windows:?}");
            let allowed = windows
                .iter()
                .filter_map(|window| window["concurrency"].as_u64());
            let most = allowed.max().unwrap();
            assert_eq!(most == 2, level.is_some(), "{windows:?}");
        }
    }
    // A service that throttles also limits a copy from a pipe.
    service.set_faults(
        r#"{"rules": [{"when": {"method": "PUT", "query": "*comp=block&*", "times": 3},
             "then": {"answer": {"status": 503, "code": "ServerBusy"}}}]}"#,
    );
    let sent = fed(inward(&service, "b", &["--quiet", "--output=json"]), &data);
    assert_eq!(sent.status.code(), Some(0), "{}", messages(&sent));
    let summary = String::from_utf8(sent.stdout).unwrap();
    assert!(summary.contains("\"refused\":3"), "{summary}");
}

#[test]
fn a_blob_that_is_appended_to_takes_a_pipe_and_a_paged_one_does_not() {
    let service = Service::with_files(&[]);
    let data = noise(7, (9 << 20) + 3);
    let up = fed(
        inward(
            &service,
            "log",
            &["--blob-type=append", "--set-content-type=text/plain"],
        ),
        &data,
    );
    assert_eq!(up.status.code(), Some(0), "{}", messages(&up));
    assert!(service.container().get("log") == data);
    assert_eq!(header(&service, "log", "x-ms-blob-type"), "AppendBlob");
    assert_eq!(header(&service, "log", "content-type"), "text/plain");
    let paged = fed(inward(&service, "disk", &["--blob-type=page"]), &data);
    assert_eq!(paged.status.code(), Some(2));
    assert!(messages(&paged).contains("Source must be fixed size when destination is Page Blob."));
}

#[test]
fn a_blob_that_exists_is_overwritten_only_if_that_was_said() {
    let service = Service::with_files(&[]);
    service.container().make();
    service.container().put("b", "there");
    let refused = fed(inward(&service, "b", &[]), b"new");
    assert_eq!(refused.status.code(), Some(1));
    assert!(messages(&refused).contains("exists already, and nobody can be asked"));
    assert_eq!(service.container().get("b"), b"there");
    let forced = fed(inward(&service, "b", &["--quiet"]), b"new");
    assert_eq!(forced.status.code(), Some(0));
    assert_eq!(service.container().get("b"), b"new");
}

#[test]
fn a_block_that_is_refused_ends_it_while_more_could_come() {
    let service = Service::with_files(&[]);
    service.container().make();
    service.container().put("b", "there");
    service.set_faults(
        r#"{"rules": [{"when": {"method": "PUT", "query": "*comp=block&*", "hits": [2]},
             "then": {"answer": {"status": 403, "code": "AuthorizationFailure"}}}]}"#,
    );
    let mut child = inward(&service, "b", &["--quiet"]).spawn().unwrap();
    // This input never ends; the program has to.
    let mut input = child.stdin.take().unwrap();
    let endless = vec![7; 1 << 16];
    while input.write_all(&endless).is_ok() {}
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(messages(&output).contains("][ERROR] b: ") && messages(&output).contains("403"));
    assert_eq!(service.container().get("b"), b"there");
}

#[test]
fn a_signal_ends_the_waiting_for_input_and_leaves_no_half_blob() {
    let service = Service::with_files(&[]);
    let mut child = inward(&service, "b", &[]).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(&noise(1, 9 << 20)).unwrap();
    interrupt(&child);
    let mut said = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut said)
        .unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{said}");
    assert_eq!(service.container().names(), Vec::<String>::new());
    drop(input);
}

/// Ctrl-C. By then the program has read all but what the pipe buffers, so it is copying.
fn interrupt(child: &Child) {
    kill_process(Pid::from_child(child), Signal::INT).expect("it is running");
}

#[test]
fn a_reader_that_has_enough_is_reported_and_does_no_harm() {
    let service = Service::with_files(&[]);
    service.container().make();
    service.container().put("b", noise(3, 20 << 20));
    let mut child = outward(&service, "b", &[]).spawn().unwrap();
    let mut first = [0; 10];
    let mut output = child.stdout.take().unwrap();
    output.read_exact(&mut first).unwrap();
    assert_eq!(first[..], noise(3, 20 << 20)[..10]);
    drop(output);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        messages(&output).contains("b: the reader of standard output closed it"),
        "{}",
        messages(&output)
    );
}

#[test]
fn what_arrives_damaged_or_under_a_wrong_sum_is_a_failure() {
    let service = Service::with_files(&[]);
    service.container().make();
    let data = noise(5, 10 << 20);
    let wrong = digest::to_base64(&[9; 16]);
    service.container().put_with("b", data.clone(), &[]);
    let set = [("x-ms-blob-content-md5", &*wrong)];
    let answer = service
        .container()
        .ask("PUT", "b", &[("comp", "properties")], &set, Vec::new());
    assert_eq!(answer.status, 200);
    let checked = outward(&service, "b", &["--check-md5"]).output().unwrap();
    assert_eq!(checked.status.code(), Some(1));
    assert!(
        messages(&checked).contains("does not match the MD5 hash stored"),
        "{}",
        messages(&checked)
    );
    // Without `/CheckMD5` each range is compared with its own checksum, and a wrong one is requested again.
    service.set_faults(
        r#"{"rules": [{"when": {"method": "GET", "path": "*/b", "hits": [2]}, "then": {"flip_response_bit": 7}}]}"#,
    );
    let again = outward(&service, "b", &[]).output().unwrap();
    assert_eq!(again.status.code(), Some(0), "{}", messages(&again));
    assert!(again.stdout == data);
}

#[test]
fn a_blob_that_is_not_there_is_named() {
    let service = Service::with_files(&[]);
    service.container().make();
    let output = outward(&service, "no/such.gz", &[]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    assert!(
        messages(&output).contains("there is no blob `")
            && messages(&output).contains("/no/such.gz`")
    );
}

#[test]
fn a_file_at_standard_input_is_input_and_nothing_is_not() {
    let service = Service::with_files(&[("a", 100)]);
    let file = std::fs::File::open(service.path("source/a")).unwrap();
    let output = inward(&service, "b", &[]).stdin(file).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", messages(&output));
    assert_eq!(service.container().get("b"), [b'x'; 100]);
    let output = inward(&service, "b", &[])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(messages(&output).contains("`--source` is missing"));
    let folder = std::fs::File::open(service.path("source")).unwrap();
    let output = inward(&service, "c", &["--source=-"])
        .stdin(folder)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        messages(&output).contains("cannot read standard input: is a directory"),
        "{}",
        messages(&output)
    );
}
