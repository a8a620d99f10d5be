//! The journal that an incomplete command leaves, and the same command given again.

use std::fs;
use std::io::BufReader;
use std::path::Path;
use std::process::Stdio;

use rustix::process::Signal;

use super::interrupted::{send, wait_for};
use super::service::{KEY, Service, SilentService};
use super::terminal::Terminal;
use super::{Finished, azring, run};

/// Makes the service refuse one blob always.
fn refuse(service: &Service, name: &str) {
    service.set_faults(&format!(
        r#"{{"rules": [{{"when": {{"method": "PUT", "path": "*/{name}"}},
             "then": {{"answer": {{"status": 403, "code": "AuthorizationFailure"}}}}}}]}}"#
    ));
}

fn heal(service: &Service) {
    service.set_faults(r#"{"rules": []}"#);
}

/// A service with three files, one of which could not be copied, and the command with its journal in a folder `journal`.
fn interrupted() -> (Service, Vec<String>) {
    let service = Service::with_files(&[("a", 5), ("b", 6), ("c", 7)]);
    refuse(&service, "b");
    let words = service.upload(&["/S", &format!("/Z:{}", service.path("journal"))]);
    let finished = run(&words);
    assert_eq!(finished.code, Some(1), "{}", finished.messages);
    heal(&service);
    (service, words)
}

/// The number of requests to write the blob.
fn puts(service: &Service) -> u64 {
    service.server().watch().counters.of("PutBlob").requests
}

fn has_summary(finished: &Finished, transferred: u64, failed: u64) {
    for line in [
        format!("Transfer successfully:   {transferred}"),
        format!("Transfer failed:         {failed}"),
    ] {
        assert!(
            finished.results.contains(&line),
            "{} {}",
            finished.results,
            finished.messages
        );
    }
}

#[test]
fn the_same_command_goes_on_by_itself_and_what_is_done_is_not_done_again() {
    let (service, words) = interrupted();
    assert!(Path::new(&service.path("journal/azring.jnl")).exists());
    let before = puts(&service);
    let finished = run(&words);
    assert_eq!(finished.code, Some(0), "{}", finished.messages);
    has_summary(&finished, 3, 0);
    assert!(
        finished.results.contains("Finished 3 of total 3 file(s)."),
        "{}",
        finished.results
    );
    assert_eq!(puts(&service), before + 1, "only the one that failed");
    assert_eq!(
        fs::read_dir(service.path("journal")).unwrap().count(),
        0,
        "the journal is deleted"
    );
}

#[test]
fn the_summary_says_how_to_resume_and_the_folder_alone_does_it() {
    let (service, words) = interrupted();
    let folder = service.path("journal");
    let finished = run(&words[..0]);
    assert_eq!(finished.code, Some(0), "help costs no journal");
    refuse(&service, "b");
    let finished = run(&words);
    let advice = format!("or `azring /Z:{folder}` (journal `{folder}/azring.jnl`)");
    assert!(finished.messages.contains(&advice), "{}", finished.messages);
    heal(&service);

    let alone = [format!("/Z:{folder}")];
    let finished = run(&alone);
    assert_eq!(finished.code, Some(2), "{}", finished.messages);
    assert!(
        finished.messages.contains("needs a credential for"),
        "{}",
        finished.messages
    );
    assert!(
        finished.messages.contains("`/DestKey` or `/DestSAS`"),
        "{}",
        finished.messages
    );

    let finished: Finished = azring(&alone)
        .env("AZRING_DEST_KEY", KEY)
        .output()
        .unwrap()
        .into();
    assert_eq!(finished.code, Some(0), "{}", finished.messages);
    has_summary(&finished, 3, 0);
}

#[test]
fn the_folder_alone_takes_its_keys_from_a_response_file() {
    let (service, _) = interrupted();
    let file = service.path("keys");
    fs::write(&file, format!("/DestKey:{KEY}\n")).unwrap();
    let finished = run(&[
        format!("/Z:{}", service.path("journal")),
        format!("/@:{file}"),
    ]);
    assert_eq!(finished.code, Some(0), "{}", finished.messages);
}

#[test]
fn a_folder_without_a_journal_has_nothing_to_resume() {
    let service = Service::with_files(&[]);
    let finished = run(&[format!("/Z:{}", service.path("nothing"))]);
    assert_eq!(finished.code, Some(2));
    assert!(
        finished
            .messages
            .contains("there is nothing to resume in the journal folder"),
        "{}",
        finished.messages
    );
}

#[test]
fn the_journal_of_another_command_is_replaced_only_with_quiet() {
    let (service, words) = interrupted();
    let journal = service.path("journal/azring.jnl");
    let before = fs::read(&journal).unwrap();
    let other: Vec<_> = words.iter().filter(|word| *word != "/S").cloned().collect();
    let finished = run(&other);
    assert_eq!(finished.code, Some(1));
    assert!(
        finished
            .messages
            .contains("[WARNING] The command line \"azring /Source:"),
        "{}",
        finished.messages
    );
    assert!(
        finished.messages.contains("in the journal file"),
        "{}",
        finished.messages
    );
    assert!(finished.messages.contains(
        "Incomplete operation with different command line detected at the journal directory"
    ));
    assert!(!finished.messages.contains(KEY));
    assert_eq!(fs::read(&journal).unwrap(), before);

    let quiet = [&other[..], &["/Y".to_owned()]].concat();
    let finished = run(&quiet);
    assert_eq!(finished.code, Some(0), "{}", finished.messages);
    assert!(!Path::new(&journal).exists());
}

#[test]
fn at_a_terminal_the_questions_are_azcopys() {
    let (service, words) = interrupted();
    let folder = service.path("journal");
    let mut terminal = Terminal::run(&words, 200);
    terminal.wait_for("? Choose Yes to resume, choose No to overwrite the journal to start a new operation. (Yes/No) ", 1);
    terminal.type_in("Yes\n");
    let (shown, code) = terminal.end();
    assert_eq!(code, Some(0), "{shown}");
    let question = format!(
        "Incomplete operation with same command line detected at the journal directory \"{folder}\", do you want to resume"
    );
    assert!(shown.contains(&question), "{shown}");
}

#[test]
fn answering_no_starts_anew_or_cancels_if_the_command_is_another() {
    let (service, words) = interrupted();
    let other: Vec<_> = words.iter().filter(|word| *word != "/S").cloned().collect();
    let mut terminal = Terminal::run(&other, 200);
    terminal.wait_for(
        "Choose Yes to overwrite, choose No to cancel the current operation. (Yes/No) ",
        1,
    );
    terminal.type_in("No\n");
    let (shown, code) = terminal.end();
    assert_eq!(code, Some(1), "{shown}");
    assert!(Path::new(&service.path("journal/azring.jnl")).exists());

    let mut terminal = Terminal::run(&words, 200);
    terminal.wait_for("(Yes/No) ", 1);
    terminal.type_in("No\n");
    // The copy starts again, so it asks about existing blobs.
    terminal.wait_for("? (Yes/No/All) ", 1);
    terminal.type_in("All\n");
    let (shown, code) = terminal.end();
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("Transfer successfully:   3"), "{shown}");
}

#[test]
fn with_y_the_same_command_goes_on_without_a_question_at_a_terminal() {
    let (_service, words) = interrupted();
    let quiet = [&words[..], &["/Y".to_owned()]].concat();
    let (shown, code) = Terminal::run(&quiet, 200).end();
    assert_eq!(code, Some(0), "{shown}");
    assert!(!shown.contains("(Yes/No)"), "{shown}");
}

#[test]
fn a_second_run_says_who_holds_the_journal_and_leaves() {
    let silent = SilentService::new();
    let service = Service::with_files(&[("a", 1)]);
    let journal = format!("/Z:{}", service.path("journal"));
    let words = silent.upload(&service, &[&journal, "/Output:json", "/Y"]);
    let mut first = azring(&words)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // The first record is written when the journal is open.
    wait_for(
        &mut BufReader::new(first.stdout.take().unwrap()),
        "\"init\"",
    );
    let finished = run(&words);
    assert_eq!(finished.code, Some(1), "{}", finished.messages);
    let holder = format!("is in use by process {}", first.id());
    assert!(finished.messages.contains(&holder), "{}", finished.messages);
    send(&first, Signal::KILL);
    first.wait().unwrap();
}

#[test]
fn an_unwritable_journal_folder_stops_the_copy_only_if_it_was_named() {
    let service = Service::with_files(&[("a", 1)]);
    // A file has the name of the folder; that stops root too.
    let in_the_way = service.path("file");
    fs::write(&in_the_way, "").unwrap();
    let finished = run(&service.upload(&[&format!("/Z:{in_the_way}/journal")]));
    assert_eq!(finished.code, Some(1));
    let expected = format!("Failed to open file {in_the_way}/journal/azring.jnl: not a directory.");
    assert!(
        finished.messages.contains(&expected),
        "{}",
        finished.messages
    );
    assert_eq!(puts(&service), 0, "nothing was begun");

    let finished: Finished = azring(&service.upload(&[]))
        .env("XDG_STATE_HOME", &in_the_way)
        .output()
        .unwrap()
        .into();
    assert_eq!(finished.code, Some(0), "{}", finished.messages);
    assert!(
        finished
            .messages
            .contains("an interrupted copy will start from the beginning"),
        "{}",
        finished.messages
    );
}

#[test]
fn a_journal_that_cannot_be_read_is_refused_by_name_and_kept() {
    let (service, words) = interrupted();
    let journal = service.path("journal/azring.jnl");
    let sound = fs::read(&journal).unwrap();
    let damage = |at: usize, byte: u8| {
        let mut bytes = sound.clone();
        bytes[at] = byte;
        fs::write(&journal, &bytes).unwrap();
        let finished = run(&words);
        assert_eq!(finished.code, Some(1), "{}", finished.messages);
        assert_eq!(fs::read(&journal).unwrap(), bytes, "it is as it was");
        finished.messages
    };
    let other = damage(8, 9);
    assert!(other.contains("has version 9 of the format"), "{other}");
    let broken = damage(70, 0xff);
    assert!(
        broken.contains("The journal stream is corrupted."),
        "{broken}"
    );
    fs::write(&journal, "not a journal").unwrap();
    let finished = run(&words);
    assert!(
        finished.messages.contains("is not a journal of azring"),
        "{}",
        finished.messages
    );
    // With `/Y` nothing is asked, and a new operation begins.
    let finished = run(&[&words[..], &["/Y".to_owned()]].concat());
    assert_eq!(finished.code, Some(0), "{}", finished.messages);
}

#[test]
fn no_key_and_no_signature_is_in_a_journal() {
    const CANARY: &str = "CANARYofAsignature";

    let service = Service::with_files(&[("a", 5), ("b", 6)]);
    let folder = service.path("journal");
    let with_sas = [
        format!("/Source:{}", service.path("source")),
        format!(
            "/Dest:{}?sv=2021-12-02&sr=c&sp=rwl&se=2030-01-01&sig={CANARY}%3D",
            service.url()
        ),
        format!("/Z:{folder}"),
        "/Y".to_owned(),
    ];
    for words in [
        with_sas.to_vec(),
        service.upload(&["/S", "/Y", &format!("/Z:{folder}")]),
    ] {
        refuse(&service, "b");
        let finished = run(&words);
        assert_eq!(finished.code, Some(1), "{}", finished.messages);
        for entry in fs::read_dir(&folder).unwrap() {
            let bytes = fs::read(entry.unwrap().path()).unwrap();
            for secret in [CANARY, KEY, &KEY[..20]] {
                let found = bytes
                    .windows(secret.len())
                    .any(|part| part == secret.as_bytes());
                assert!(!found, "a secret is in the journal");
            }
        }
    }
}

#[test]
fn without_a_journal_nothing_is_left_behind() {
    let service = Service::with_files(&[("a", 5)]);
    refuse(&service, "a");
    let state = service.path("state");
    for more in ["/NoJournal", "/L"] {
        let words = service.upload(&[more, "/Y"]);
        azring(&words)
            .env("XDG_STATE_HOME", &state)
            .output()
            .unwrap();
        assert!(!Path::new(&state).exists(), "{more}");
    }
}

#[test]
fn jobs_are_listed_shown_and_forgotten() {
    let service = Service::with_files(&[("a", 5), ("b", 6)]);
    let state = service.path("state");
    let azring = |words: &[String]| -> Finished {
        super::azring(words)
            .env("XDG_STATE_HOME", &state)
            .output()
            .unwrap()
            .into()
    };
    let word =
        |list: &[&str]| -> Vec<String> { list.iter().map(|&word| word.to_owned()).collect() };
    assert!(azring(&word(&["jobs"])).results.contains("no journals in"));
    refuse(&service, "b");
    assert_eq!(azring(&service.upload(&["/S"])).code, Some(1));
    // Another command is another job.
    assert_eq!(
        azring(&service.upload(&["/S", "/SetContentType"])).code,
        Some(1)
    );
    let listed = azring(&word(&["jobs", "list"])).results;
    assert_eq!(listed.lines().count(), 4, "{listed}");
    assert!(listed.contains("1 failed  ended with failures"), "{listed}");
    assert!(
        listed.contains("/DestKey:******") && !listed.contains(KEY),
        "{listed}"
    );
    let job = listed.split(' ').next().unwrap().to_owned();
    let shown = azring(&word(&["jobs", "show", &job])).results;
    assert!(shown.contains("failed:    1 of these\n    b: "), "{shown}");
    assert!(shown.contains("resume:    the same command"), "{shown}");
    let json = azring(&word(&["jobs", "--output", "json"])).results;
    assert!(
        json.contains("\"failed\":1") && json.lines().count() == 2,
        "{json}"
    );
    let finished = azring(&word(&["jobs", "show", "nobody"]));
    assert_eq!(finished.code, Some(2), "{}", finished.messages);
    assert_eq!(azring(&word(&["jobs", "clean", &job])).code, Some(0));
    assert_eq!(azring(&word(&["jobs"])).results.lines().count(), 2);
    assert_eq!(azring(&word(&["jobs", "clean"])).code, Some(0));
    assert!(azring(&word(&["jobs"])).results.contains("no journals in"));
}
