//! Scripts and schedulers that were written for AzCopy: their command lines, and exit codes.

use std::fs;
use std::time::{Duration, SystemTime};

use super::service::{KEY, Service};
use super::{azring, run};

/// The names in the container with their entity tags, which every write changes.
fn versions(service: &Service) -> Vec<(String, String)> {
    let container = service.container();
    let version = |name: String| {
        let answer = container.ask("HEAD", &name, &[], &[], Vec::new());
        (name, answer.headers["etag"].clone())
    };
    container.names().into_iter().map(version).collect()
}

/// A service whose files are a day old, so that a blob is newer than its file at any resolution of the clock.
fn aged(service: &Service, names: &[&str]) {
    let yesterday = SystemTime::now() - Duration::from_hours(24);
    for name in names {
        let file = fs::File::options()
            .write(true)
            .open(service.path(&format!("source/{name}")))
            .unwrap();
        file.set_modified(yesterday).unwrap();
    }
}

#[test]
fn the_pipeline_task_ends_with_0_on_a_second_run_and_changes_nothing() {
    let names = ["a.html", "b.bin", "sub/c.txt"];
    let service = Service::with_files(&[("a.html", 10), ("b.bin", 5 << 20), ("sub/c.txt", 0)]);
    aged(&service, &names);
    let words = service.upload(&[
        "/XO",
        "/Y",
        "/SetContentType",
        &format!("/Z:{}", service.path("journal")),
        &format!("/V:{}", service.path("journal/AzCopyVerbose.log")),
        "/S",
    ]);
    let first = run(&words);
    assert_eq!(first.code, Some(0), "{first:?}");
    assert!(first.results.contains("Transfer successfully:   3"));
    let before = versions(&service);
    assert_eq!(before.len(), 3);
    let second = run(&words);
    assert_eq!(second.code, Some(0), "{second:?}");
    assert!(second.results.contains("Transfer successfully:   0"));
    assert!(second.results.contains("Transfer skipped:        3"));
    assert_eq!(versions(&service), before);
    assert!(!second.messages.contains("[ERROR]"), "{second:?}");
    let html = service
        .container()
        .ask("HEAD", "a.html", &[], &[], Vec::new());
    assert_eq!(html.headers["content-type"], "text/html");
}

#[test]
fn detailed_codes_tell_why_a_copy_could_not_begin() {
    let service = Service::with_files(&[("a.txt", 10)]);
    let code = |words: &[String], more: &[&str]| {
        let more = more.iter().map(|&word| word.to_owned());
        let words: Vec<_> = words.iter().cloned().chain(more).collect();
        run(&words).code
    };
    let mut no_folder = service.upload(&[]);
    no_folder[0].push_str("/not/there");
    let no_container = service.download(&["/S"]);
    let mut wrong_key = service.upload(&[]);
    wrong_key[2] = "/DestKey:d3Jvbmc=".to_owned();
    let empty = service.upload(&["/Pattern:*.none", "/FailIfEmpty"]);
    for (words, detailed) in [
        (&no_folder, 3),
        (&no_container, 3),
        (&wrong_key, 4),
        (&empty, 3),
    ] {
        assert_eq!(code(words, &[]), Some(1), "{words:?}");
        assert_eq!(
            code(words, &["/ExitCodes:detailed"]),
            Some(detailed),
            "{words:?}"
        );
    }
    assert_eq!(code(&service.upload(&["/Pattern:*.none"]), &[]), Some(0));
    assert_eq!(code(&service.upload(&["/FailIfEmpty"]), &[]), Some(0));
    // A file that is no journal.
    let journal = service.path("journal");
    fs::create_dir(&journal).unwrap();
    fs::write(format!("{journal}/azring.jnl"), "no journal").unwrap();
    let broken = service.upload(&[&format!("/Z:{journal}")]);
    assert_eq!(code(&broken, &[]), Some(1));
    assert_eq!(code(&broken, &["/ExitCodes:detailed"]), Some(6));
}

#[test]
fn one_failed_object_is_1_however_detailed_the_codes_are() {
    let service = Service::with_files(&[("a.txt", 10), ("b.txt", 10)]);
    service.set_faults(
        r#"{"rules": [{"when": {"method": "PUT", "path": "*b.txt"},
             "then": {"answer": {"status": 403, "code": "AuthorizationFailure"}}}]}"#,
    );
    assert_eq!(run(&service.upload(&["/ExitCodes:detailed"])).code, Some(1));
}

#[test]
fn the_topic_of_exit_codes_lists_them_all() {
    let page = run(&["--help", "exit-codes"]).results;
    let terms: Vec<_> = page
        .lines()
        .filter(|line| line.starts_with(|letter: char| letter.is_ascii_digit()))
        .collect();
    assert_eq!(
        terms,
        [
            "0",
            "1",
            "2",
            "130, 143",
            "3 to 7, 75",
            "3",
            "4",
            "5",
            "6",
            "7",
            "75"
        ]
    );
}

/// A name in the environment and a value.
type Variable = (&'static str, String);

#[test]
fn a_script_for_azcopy_on_linux_runs_as_it_is() {
    let service = Service::with_files(&[("abc.txt", 10), ("vd/a.txt", 3)]);
    let url = service.url();
    let source = service.path("source");
    let target = service.path("target");
    let key: Variable = ("KEY", KEY.to_owned());
    // As its documentation has them, in one shell.
    let script = format!(
        "set -e\n\
         azcopy --source {source} --destination {url} --dest-key ${{KEY}} --recursive\n\
         azcopy --source {url} --destination {target} --source-key=${{KEY}} --include abc.txt --quiet\n\
         echo hello | gzip -c | azcopy --destination {url}/mydir/dir.gz --dest-key ${{KEY}}\n\
         azcopy --source {url}/mydir/dir.gz --destination - --source-key ${{KEY}} | gunzip -c\n"
    );
    let link = service.path("azcopy");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_azring"), &link).unwrap();
    let path = format!(
        "{}:{}",
        service.folder().display(),
        std::env::var("PATH").unwrap_or_default()
    );
    let mut shell = azring::<&str>(&[]);
    let environment: Vec<_> = shell
        .get_envs()
        .map(|(name, value)| (name.to_owned(), value.map(ToOwned::to_owned)))
        .collect();
    shell = std::process::Command::new("bash");
    for (name, value) in environment {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    let output = shell
        .args(["-o", "pipefail", "-c", &script])
        .env("PATH", path)
        .env(key.0, &key.1)
        .env("XDG_STATE_HOME", service.path("state"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    let results = String::from_utf8(output.stdout).unwrap();
    assert!(results.ends_with("\nhello\n"), "{results}");
    assert_eq!(fs::read(format!("{target}/abc.txt")).unwrap(), [b'x'; 10]);
    assert_eq!(
        service.container().names(),
        ["abc.txt", "mydir/dir.gz", "vd/a.txt"]
    );
}
