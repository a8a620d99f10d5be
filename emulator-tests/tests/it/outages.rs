//! A service that is away for a while is one event: nothing fails, the run waits and goes on, or ends with one error.

use azring_emulator_tests::account::Account;
use azring_emulator_tests::command::{Azring, Folder, Outcome};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::emulator::{Options, Server};
use azring_emulator_tests::relay::{Relay, WhileClosed};
use azring_emulator_tests::rest::{BlobService, Container};
use azring_emulator_tests::tree::{Tree, noise};
use rustix::process::Signal;

/// How many files a run has.
const FILES: u64 = 60;

/// Bytes that pass before the service goes away: about a third of them.
const SOME_BYTES: u64 = 2 << 20;

/// A service, the way to it, and files on disk.
struct Away {
    server: Server,
    relay: Relay,
    direct: Container,
    container: Container,
    source: Folder,
    tree: Tree,
}

impl Away {
    fn new() -> Self {
        let server = Server::start(&Options::default()).expect("an emulator starts");
        let account = Account::development();
        let direct = BlobService::path_style(&server.blob_url(), &account, None).container("cont");
        let relay = Relay::before(&server.blob_url());
        let container = relay.blob_service(&account).container("cont");
        let tree = (0..FILES).fold(Tree::named([] as [&str; 0]), |tree, number| {
            let name = format!("d{}/file-{number}", number % 3);
            tree.with(&name, noise(number, 100_000 + number as usize))
        });
        let source = Folder::new();
        tree.write_to(source.path());
        direct.make();
        Self {
            server,
            relay,
            direct,
            container,
            source,
            tree,
        }
    }

    /// The same with the files in the container.
    fn filled() -> Self {
        let away = Self::new();
        let stored = Azring::copy(away.source.path(), away.direct.url());
        let stored = stored.dest_key(&Account::development());
        stored
            .args(["/S", "/Y", "/DestType:Blob"])
            .run()
            .succeeded();
        away
    }

    fn upload(&self) -> Azring {
        Azring::upload(self.source.path(), &self.container).args(["/S", "/Y", "/NC:4"])
    }

    fn download(&self, target: &Folder) -> Azring {
        Azring::download(&self.container, target.path()).args(["/S", "/Y", "/NC:4"])
    }

    /// Runs it while the service goes away in the middle; it comes back once the run has said so.
    fn interrupts(&self, azring: Azring, how: WhileClosed) -> Outcome {
        self.relay.close_after(SOME_BYTES, how);
        let mut running = azring.args(["/Output:json"]).start();
        running.wait_for("\"type\":\"outage\"");
        self.relay.open();
        running.wait()
    }

    fn holds_the_tree(&self) {
        let target = Folder::new();
        let fetched = Azring::copy(self.direct.url(), target.path());
        let fetched = fetched.source_key(&Account::development());
        let fetched = fetched.args(["/S", "/Y", "/SourceType:Blob", "/CheckMD5"]);
        fetched.run().succeeded();
        assert_same(&self.tree, &Tree::read_from(target.path()));
    }
}

/// All went well, and the outage was told: when it lasted and when it ended, and as no error.
fn went_well(outcome: Outcome) {
    let outcome = outcome.succeeded();
    let records = |text: &str| {
        outcome
            .stdout
            .lines()
            .filter(|line| line.contains(text))
            .count()
    };
    assert_eq!(records("\"outcome\":\"done\"") as u64, FILES, "{outcome}");
    assert!(records("\"state\":\"lasts\"") >= 1, "{outcome}");
    assert!(records("\"state\":\"ended\"") >= 1, "{outcome}");
    assert_eq!(records("\"outcome\":\"failed\""), 0, "{outcome}");
    assert!(
        outcome.stderr.contains("cannot reach `127.0.0.1:"),
        "{outcome}"
    );
    assert!(outcome.stderr.contains("trying again"), "{outcome}");
    assert!(outcome.stderr.contains("answers again after"), "{outcome}");
    assert!(!outcome.stderr.contains("[ERROR]"), "{outcome}");
}

#[test]
fn an_upload_waits_for_a_service_that_refuses_connections() {
    let away = Away::new();
    went_well(away.interrupts(away.upload(), WhileClosed::Refusing));
    away.holds_the_tree();
}

#[test]
fn a_download_waits_for_a_service_that_refuses_connections() {
    let (away, target) = (Away::filled(), Folder::new());
    went_well(away.interrupts(away.download(&target), WhileClosed::Refusing));
    assert_same(&away.tree, &Tree::read_from(target.path()));
}

#[test]
fn an_upload_waits_for_a_service_that_accepts_and_closes() {
    let away = Away::new();
    went_well(away.interrupts(away.upload(), WhileClosed::Closing));
    away.holds_the_tree();
}

#[test]
fn a_copy_through_here_waits_for_whichever_end_is_away() {
    for is_source in [true, false] {
        let (away, other) = (Away::filled(), Away::new());
        let (from, to) = if is_source {
            (&away.container, &other.direct)
        } else {
            (&away.direct, &other.container)
        };
        let copy = Azring::copy(from.url(), to.url())
            .source_key(&Account::development())
            .dest_key(&Account::development())
            .args([
                "/S",
                "/Y",
                "/SourceType:Blob",
                "/DestType:Blob",
                "/SyncCopy",
                "/NC:4",
            ]);
        let interrupted = if is_source { &away } else { &other };
        went_well(interrupted.interrupts(copy, WhileClosed::Refusing));
        other.holds_the_tree();
    }
}

#[test]
fn one_large_blob_waits_too() {
    for download in [false, true] {
        let away = Away::new();
        let tree = Tree::named([] as [&str; 0]).with("large", noise(5, 40 << 20));
        let (source, target) = (Folder::new(), Folder::new());
        tree.write_to(source.path());
        let up = Azring::upload(source.path(), &away.container).args(["/Y", "/Pattern:large"]);
        let outcome = if download {
            up.run().succeeded();
            away.interrupts(away.download(&target), WhileClosed::Refusing)
        } else {
            away.interrupts(up, WhileClosed::Refusing)
        };
        outcome.succeeded();
        if !download {
            away.download(&target).run().succeeded();
        }
        assert_same(&tree, &Tree::read_from(target.path()));
    }
}

#[test]
fn a_run_that_gives_up_ends_with_one_error_and_the_same_command_goes_on() {
    let (away, home) = (Away::new(), Folder::new());
    let upload = || {
        let journal = format!("/Z:{}", home.path().display());
        away.upload().args([journal.as_str(), "/GiveUp:2s"])
    };
    away.relay.close_after(SOME_BYTES, WhileClosed::Refusing);
    let outcome = upload().run().failed();
    assert_eq!(outcome.errors().len(), 1, "{outcome}");
    assert!(
        outcome.errors()[0].contains("connection refused"),
        "{outcome}"
    );
    let counts = |name: &str| -> u64 {
        let line = outcome.stdout.lines().find(|line| line.starts_with(name));
        let number = line.and_then(|line| line.rsplit(' ').next());
        number.and_then(|number| number.parse().ok()).unwrap_or(0)
    };
    let done = counts("Transfer successfully:");
    assert!(done > 0 && done < FILES, "{outcome}");
    assert_eq!(counts("Transfer failed:"), 0, "{outcome}");
    let left = counts("Transfer interrupted:");
    assert!(left > 0 && left + done <= FILES, "{outcome}");
    away.relay.open();
    let outcome = upload().run().succeeded();
    assert_eq!(outcome.summary().done, FILES, "{outcome}");
    away.holds_the_tree();
}

#[test]
fn a_service_that_never_answered_is_given_up_by_name_and_once() {
    let away = Away::new();
    away.relay.close(WhileClosed::Refusing);
    let address = away.relay.address().to_string();
    for azring in [away.upload(), away.download(&Folder::new())] {
        let outcome = azring.args(["/GiveUp:2"]).run().failed();
        let errors = outcome.errors();
        assert_eq!(errors.len(), 1, "{outcome}");
        assert!(errors[0].contains(&address), "{outcome}");
        assert!(errors[0].contains("connection refused"), "{outcome}");
        assert!(outcome.stderr.contains("trying again"), "{outcome}");
    }
    let outcome = away
        .upload()
        .args(["/GiveUp:1", "/ExitCodes:detailed"])
        .run();
    assert_eq!(outcome.status, Some(75), "{outcome}");
}

#[test]
fn a_signal_ends_the_wait_for_a_service_with_a_summary() {
    let away = Away::new();
    away.relay.close_after(SOME_BYTES, WhileClosed::Refusing);
    let mut running = away.upload().args(["/Output:json"]).start();
    running.wait_for("\"type\":\"outage\"");
    running.signal(Signal::INT);
    let outcome = running.wait().called_off(130);
    let summary = outcome.stdout.lines().last().unwrap_or_default();
    assert!(summary.contains("\"type\":\"summary\""), "{outcome}");
    assert!(summary.contains("\"failed\":0"), "{outcome}");
}

#[test]
fn a_service_that_refuses_half_of_all_requests_gets_everything() {
    let away = Away::new();
    let half = r#"{ "seed": 3, "rules": [ { "name": "half", "when": { "method": "PUT", "probability": 0.5 },
        "then": { "answer": { "status": 503, "code": "ServerBusy" } } } ] }"#;
    away.server.set_fault_plan(half);
    let outcome = away.upload().run().succeeded();
    assert_eq!(outcome.summary().done, FILES, "{outcome}");
    assert!(!outcome.stderr.contains("trying again"), "{outcome}");
    away.server.clear_faults();
    away.holds_the_tree();
}
