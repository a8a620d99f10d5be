//! A key is seen by nobody: not in `ps`, not in what is printed, not in a log.

use std::fs;
use std::io::Read;
use std::net::TcpListener;
use std::process::Stdio;

use super::service::{KEY, Service};
use super::{azring, run};

/// The arguments of a process as everybody sees them.
fn arguments(id: u32) -> String {
    let bytes = fs::read(format!("/proc/{id}/cmdline")).expect("it is running");
    String::from_utf8_lossy(&bytes).replace('\0', " ")
}

#[test]
fn a_key_on_the_command_line_is_gone_when_the_work_begins() {
    // Somebody who accepts a connection and says nothing: the program waits, and can be looked at.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!(
        "http://{}/devstoreaccount1/container",
        silent.local_addr().unwrap()
    );
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
        let (mut connection, _) = silent.accept().unwrap();
        let mut first = [0; 1];
        connection.read_exact(&mut first).unwrap();
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

#[test]
fn no_key_is_printed_or_logged_whatever_happens() {
    let service = Service::with_files(&[("a.txt", 1), ("b.txt", 1)]);
    let log = service.path("copy.log");
    let words = |more: &[&str]| {
        let mut words = service.upload(more);
        words.push(format!("/V:{log}"));
        words
    };
    let healthy = [
        words(&[]),
        words(&["/Y", "/S"]),
        words(&["/L"]),
        words(&["/Output:json", "/Y"]),
        words(&["/Pattern:nothing"]),
    ];
    let mut told: Vec<_> = healthy.iter().map(|words| run(words)).collect();
    let away = words(&["/Dest:http://127.0.0.1:1/devstoreaccount1/container"]);
    told.push(run(&away));
    for answer in [
        r#"{"status": 403, "code": "AuthenticationFailed"}"#,
        r#"{"status": 404, "code": "ContainerNotFound"}"#,
        r#"{"status": 409, "code": "ContainerBeingDeleted"}"#,
        r#"{"status": 400, "code": "InvalidUri"}"#,
    ] {
        service.fall_ill(&format!(
            r#"{{"rules": [{{"when": {{}}, "then": {{"answer": {answer}}}}}]}}"#
        ));
        told.push(run(&words(&["/Y"])));
        told.push(run(&words(&["/Y", "/Output:json"])));
    }
    let log = fs::read_to_string(log).unwrap();
    assert!(log.contains("/DestKey:******"));
    let encoded = KEY
        .replace('+', "%2B")
        .replace('/', "%2F")
        .replace('=', "%3D");
    for told in &told {
        for text in [&told.results, &told.messages, &log] {
            assert!(
                !text.contains(&KEY[..16]) && !text.contains(&encoded[..16]),
                "{told:?}"
            );
        }
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
