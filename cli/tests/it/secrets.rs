//! A key appears nowhere: not in `ps`, not in the output, not in a log.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};

use azring_emulator_tests::emulator::digest;
use azring_emulator_tests::signal_disposition;
use rustix::process::{Pid, Signal, kill_process};

use super::service::{KEY, Service, SilentService};
use super::{Finished, azring, hex, run};

/// The arguments of a process, as every user sees them.
fn arguments(id: u32) -> String {
    let bytes = fs::read(format!("/proc/{id}/cmdline")).expect("it is running");
    String::from_utf8_lossy(&bytes).replace('\0', " ")
}

#[test]
fn a_key_on_the_command_line_is_gone_when_the_work_begins() {
    let silent = SilentService::new();
    let url = silent.url();
    let service = Service::with_files(&[("a.txt", 1)]);
    let source = service.path("source");
    let slash = [
        format!("/Source:{source}"),
        format!("/Dest:{url}"),
        format!("/DestKey:{KEY}"),
    ];
    let dash = [
        "--source".to_owned(),
        source,
        format!("--destination={url}"),
        "--dest-key".to_owned(),
        KEY.to_owned(),
    ];
    let in_url = [
        slash[0].clone(),
        format!("{}?sv=2020-01-01&sig={}", slash[1], &KEY[..43]),
    ];
    for words in [&slash[..], &dash, &in_url] {
        let mut child = azring(words)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let _waits = silent.accept();
        let seen = arguments(child.id());
        let name = fs::read_to_string(format!("/proc/{}/comm", child.id())).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(
            !seen.contains(&KEY[..16]) && seen.contains("******"),
            "{seen}"
        );
        assert!(seen.contains("/devstoreaccount1/container"), "{seen}");
        assert_eq!(name.trim_end(), "azring");
    }
}

/// Every form of the canary: raw, percent-encoded, escaped for JSON, hexadecimal, base64.
fn forms(canary: &str) -> Vec<String> {
    let decoded = digest::from_base64(canary).expect("a key is base64");
    // Its base64 depends on its offset in the encoded text.
    let shifted = |by: usize| {
        let encoded = digest::to_base64(&[&vec![b' '; by], canary.as_bytes()].concat());
        encoded[4 * by.min(1)..].to_owned()
    };
    vec![
        canary.to_owned(),
        percent(canary),
        percent(canary).to_lowercase(),
        canary.replace('/', "\\/"),
        canary.replace('/', "\\u002f"),
        hex(canary.as_bytes()),
        hex(canary.as_bytes()).to_uppercase(),
        hex(&decoded),
        hex(&decoded).to_uppercase(),
        shifted(0),
        shifted(1),
        shifted(2),
    ]
}

fn percent(text: &str) -> String {
    text.replace('+', "%2B")
        .replace('/', "%2F")
        .replace('=', "%3D")
}

/// The length of a piece of the canary: long enough to be unique, short enough to find a part of a key.
const PIECE: usize = 14;

/// The words of one command.
type Words = Vec<String>;

/// A shared access signature that is signed with the canary.
fn signature() -> String {
    format!("sv=2020-01-01&sp=rw&sig={}", percent(KEY))
}

/// The parameters for the log and the ledger of a command.
fn recorded(service: &Service, mut words: Words) -> Words {
    words.push(format!("/V:{}", service.path("copy.log")));
    words.push(format!("/Ledger:{}", service.path("copy.csv")));
    words.push(format!("/TraceController:{}", service.path("copy.trace")));
    words
}

/// An upload with further words.
fn upload_with(service: &Service, more: &[&str]) -> Words {
    let places = [
        format!("/Source:{}", service.path("source")),
        format!("/Dest:{}", service.url()),
    ];
    let more = more.iter().map(|&word| word.to_owned());
    recorded(service, places.into_iter().chain(more).collect())
}

fn commands_that_work(service: &Service) -> Vec<Words> {
    let up = |more: &[&str]| recorded(service, service.upload(more));
    let down = |more: &[&str]| recorded(service, service.download(more));
    let list = |more: &[&str]| {
        let words = ["list", &service.url()].map(str::to_owned);
        words
            .into_iter()
            .chain(more.iter().map(|&word| word.to_owned()))
            .collect()
    };
    let key = format!("/SourceKey:{KEY}");
    let journal = format!("/Z:{}", service.path("journal"));
    let between = |more: &[&str]| {
        let own = [
            format!("/Source:{}", service.url()),
            format!("/Dest:{}", service.url().replace("/container", "/another")),
            format!("/DestKey:{KEY}"),
        ];
        let words = own
            .into_iter()
            .chain(more.iter().map(|&word| word.to_owned()));
        recorded(service, words.collect())
    };
    vec![
        up(&[]),
        up(&["/Y", &journal]),
        between(&[&key, "/S", "/Y"]),
        between(&[&key, "/S", "/Y", "/SyncCopy"]),
        vec!["jobs".into()],
        vec!["jobs".into(), "--output=json".into()],
        up(&["/Y", "/S"]),
        up(&["/L"]),
        up(&["/Output:json", "/Y"]),
        up(&["/Pattern:nothing"]),
        down(&["/S"]),
        down(&["/S", "/XO"]),
        list(&[&key]),
        list(&[&format!("--source-key={KEY}"), "--output=json"]),
        vec!["doctor".into(), service.url(), key],
        [&["convert-args".to_owned()][..], &service.upload(&["/S"])].concat(),
        vec![
            "convert-args".into(),
            format!("/Dest:{}?{}", service.url(), signature()),
        ],
    ]
}

fn commands_that_are_refused(service: &Service) -> Vec<Words> {
    let key = format!("/DestKey:{KEY}");
    let sas = format!("/DestSAS:{}", signature());
    let in_url = format!("/Dest:{}?{}", service.url(), signature());
    let response = service.path("response.txt");
    fs::write(&response, format!("{key}\n/Nonsense:{KEY}\n")).expect("it can be written");
    let mut refused: Vec<_> = [
        &[&key, "/NC:0"][..],
        &[&key, "/Snapshot", "/SyncCopy"],
        &[&key, &key],
        &[&key, "stray"],
        &[&key, KEY],
        &[&sas, &key],
        &["/@", &key],
    ]
    .map(|more| upload_with(service, more))
    .into();
    for name in [
        "/DestKy",
        "/S",
        "/IO",
        "/BlockSizeInMb",
        "/SourceKey",
        "/Progress",
    ] {
        refused.push(upload_with(service, &[&format!("{name}:{KEY}")]));
    }
    refused.push(upload_with(service, &[&format!("{key}!")]));
    refused.push(upload_with(service, &[&format!("/@:{response}")]));
    refused.push(vec!["/Source:/x".into(), in_url.clone(), sas]);
    refused.push(vec![
        "/Source:/x".into(),
        in_url.replace("/container", ""),
        "/S".into(),
    ]);
    refused.push(vec!["--source-key".into(), KEY.into(), "--oops".into()]);
    refused.push(vec!["--source-key=".into(), KEY.into()]);
    refused.push(vec!["--help".into(), KEY.into()]);
    refused.push(vec![KEY.into()]);
    refused
}

fn commands_that_fail(service: &Service) -> Vec<Words> {
    let key = format!("/DestKey:{KEY}");
    let source = format!("/Source:{}", service.path("source"));
    let target = format!("/Dest:{}", service.url());
    vec![
        upload_with(service, &[&format!("/DestSAS:{}", signature())]),
        vec![source.clone(), format!("{target}?{}", signature())],
        vec![
            source,
            "/Dest:http://127.0.0.1:1/devstoreaccount1/c".into(),
            "/GiveUp:1".into(),
            key.clone(),
        ],
        vec!["/Source:/no/such/folder".into(), target, key],
    ]
}

#[test]
fn no_key_is_printed_or_logged_whatever_happens() {
    let service = Service::with_files(&[("a.txt", 1), ("b.txt", 1)]);
    let run_all = |commands: Vec<Words>| commands.into_iter().map(|words| watched(&words));
    let mut finished: Vec<_> = run_all(commands_that_work(&service)).collect();
    assert!(
        finished
            .iter()
            .all(|(finished, _)| finished.code == Some(0)),
        "{finished:?}"
    );
    finished.extend(run_all(commands_that_are_refused(&service)));
    finished.extend(run_all(commands_that_fail(&service)));
    for answer in [
        r#"{"status": 403, "code": "AuthenticationFailed"}"#,
        r#"{"status": 404, "code": "ContainerNotFound"}"#,
        r#"{"status": 409, "code": "ContainerDisabled"}"#,
    ] {
        let plan = format!(r#"{{"rules": [{{"when": {{}}, "then": {{"answer": {answer}}}}}]}}"#);
        service.set_faults(&plan);
        finished.extend(run_all(commands_that_work(&service)));
    }
    // One failed object leaves a journal that can be resumed.
    service.set_faults(
        r#"{"rules": [{"when": {"method": "PUT", "path": "*/b.txt"},
             "then": {"answer": {"status": 403, "code": "AuthorizationFailure"}}}]}"#,
    );
    let journal = format!("/Z:{}", service.path("journal"));
    let left = [
        vec![journal.clone(), format!("/DestKey:{KEY}")],
        service.upload(&["/Y", &journal]),
    ];
    finished.extend(run_all(left.into_iter().rev().collect()));
    let log = fs::read_to_string(service.path("copy.log")).unwrap();
    let ledger = fs::read_to_string(service.path("copy.csv")).unwrap();
    // The arguments of most commands were read while the program still ran with hidden secrets.
    let hid = finished
        .iter()
        .filter(|(_, has_hidden)| *has_hidden)
        .count();
    assert!(hid >= 20, "only {hid} were seen");
    let finished: Vec<Finished> = finished.into_iter().map(|(finished, _)| finished).collect();
    assert!(log.contains("/DestKey:******") && ledger.contains("a.txt"));
    let forms = forms(KEY);
    assert!(finished.len() >= 60, "{}", finished.len());
    let printed = finished
        .iter()
        .flat_map(|finished| [&finished.results, &finished.messages]);
    for text in printed {
        for form in &forms {
            assert!(!text.contains(&form[..PIECE]), "`{form}` is in: {text}");
        }
    }
    // All files that the commands left: logs, ledgers, journals of failures, incomplete files.
    let response = service.path("response.txt");
    let mut files = Vec::new();
    left_behind(service.folder(), &mut files);
    left_behind(super::state_folder(), &mut files);
    assert!(
        files
            .iter()
            .any(|(path, _)| path.ends_with("journal/azring.jnl"))
    );
    for (path, bytes) in files.iter().filter(|(path, _)| *path != response) {
        for form in &forms {
            let piece = &form.as_bytes()[..PIECE];
            let is_there = bytes.windows(PIECE).any(|window| window == piece);
            assert!(!is_there, "`{form}` is in `{path}`");
        }
    }
}

/// Runs the program to its end and reads its arguments meanwhile: once it has hidden its secrets they must not appear
/// again. Also returns whether the arguments were read after that moment.
fn watched(words: &[String]) -> (Finished, bool) {
    let mut command = azring(words);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().expect("the program starts");
    let id = child.id();
    let ended = std::thread::spawn(move || child.wait_with_output().expect("it ends"));
    let mut has_hidden = false;
    while !ended.is_finished() {
        // A process that has ended has no arguments.
        let seen = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
        let seen = String::from_utf8_lossy(&seen);
        has_hidden |= seen.contains("******");
        assert!(!has_hidden || !seen.contains(&KEY[..PIECE]), "{seen}");
    }
    (ended.join().expect("it ends").into(), has_hidden)
}

/// The files below a folder, with their contents.
fn left_behind(folder: &Path, files: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(folder).expect("it can be read") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            left_behind(&path, files);
        } else {
            let bytes = fs::read(&path).expect("it can be read");
            files.push((path.display().to_string(), bytes));
        }
    }
}

#[test]
fn a_process_that_dies_leaves_no_core_with_a_key_in_it() {
    signal_disposition::restore();
    let silent = SilentService::new();
    let service = Service::with_files(&[("a.txt", 1)]);
    for signal in [Signal::ABORT, Signal::QUIT] {
        let words = silent.upload(&service, &["/IO:threads"]);
        let mut child = Command::new("prlimit")
            .args(["--core=unlimited", env!("CARGO_BIN_EXE_azring")])
            .args(words)
            .env("XDG_STATE_HOME", super::state_folder())
            .current_dir(service.folder())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let _waits = silent.accept();
        kill_process(Pid::from_child(&child), signal).unwrap();
        let status = child.wait().unwrap();
        assert_eq!(status.signal(), Some(signal.as_raw()));
        assert!(!status.core_dumped(), "{signal:?}");
    }
}

/// The program is not dumpable, so its files in `/proc` belong to root. Other processes of the same user then cannot read
/// its memory, nor its environment, which may hold a key.
#[test]
fn another_process_of_the_user_sees_no_key_in_environment_or_memory() {
    const NOBODY: &str = "65534";
    let silent = SilentService::new();
    let service = Service::with_files(&[("a.txt", 1)]);
    // A program that every user may start, and a folder that every user may read.
    let program = service.path("azring");
    // cp(1) writes the copy: a descriptor of this process could be inherited by a child of another test (ETXTBSY).
    let copied = Command::new("cp")
        .args([env!("CARGO_BIN_EXE_azring"), program.as_str()])
        .status();
    assert!(copied.unwrap().success());
    fs::set_permissions(service.folder(), fs::Permissions::from_mode(0o755)).unwrap();
    let as_user = |program: &str| {
        let mut command = Command::new(program);
        if rustix::process::geteuid().is_root() {
            command = Command::new("setpriv");
            let user = [format!("--reuid={NOBODY}"), format!("--regid={NOBODY}")];
            command.args(user).args(["--clear-groups", "--", program]);
        }
        command.stdin(Stdio::null()).stderr(Stdio::null());
        command
    };
    let mut words = silent.upload(&service, &["/NoJournal"]);
    words.remove(2);
    let mut child = as_user(&program)
        .args(words)
        .env("AZRING_DEST_KEY", KEY)
        .spawn()
        .unwrap();
    let _waits = silent.accept();
    let look = |what: &str| {
        let path = format!("/proc/{}/{what}", child.id());
        as_user("cat").arg(path).output().unwrap()
    };
    let (environment, memory, state) = (look("environ"), look("maps"), look("status"));
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(state.status.success(), "it is there to be looked at");
    for seen in [environment, memory] {
        assert!(!seen.status.success() && seen.stdout.is_empty());
    }
}

#[test]
fn a_key_may_come_from_a_variable_a_file_or_standard_input() {
    let service = Service::with_files(&[("a.txt", 1)]);
    let file = service.path("key");
    fs::write(&file, format!("{KEY}\n")).unwrap();
    let with = |key: &str| {
        let mut words = service.upload(&["/Y"]);
        words[2] = format!("/DestKey:{key}");
        words
    };
    assert_eq!(run(&with(&format!("@file:{file}"))).code, Some(0));
    let from_variable = azring(&with("@env:MY_KEY"))
        .env("MY_KEY", KEY)
        .output()
        .unwrap();
    assert_eq!(from_variable.status.code(), Some(0));
    let from_input = azring(&with("-"))
        .stdin(fs::File::open(&file).unwrap())
        .output()
        .unwrap();
    assert_eq!(from_input.status.code(), Some(0));
    let mut bare = service.upload(&["/Y"]);
    bare.remove(2);
    assert_eq!(run(&bare).code, Some(1));
    let from_surroundings = azring(&bare)
        .env("AZURE_STORAGE_ACCOUNT", "devstoreaccount1")
        .env("AZURE_STORAGE_KEY", KEY)
        .output()
        .unwrap();
    assert_eq!(from_surroundings.status.code(), Some(0));
}
