//! A run that is called off tells its end: with its counts, with what goes on without it, and with how to resume.

use std::fs;
use std::io::Read as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use azring_emulator_tests::account::Account;
use azring_emulator_tests::command::Folder;
use azring_emulator_tests::emulator::clock::pause;
use azring_emulator_tests::emulator::{
    Behaviour, CopyBehaviour, CopyOutcome, ListingBehaviour, Server,
};
use azring_emulator_tests::program;
use azring_emulator_tests::rest::Container;
use azring_emulator_tests::signal_disposition;
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::{Tree, noise};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// A service that can be told to leave requests without an answer, and a folder.
struct World {
    server: Server,
    here: Folder,
    there: Container,
    state: Folder,
}

impl World {
    fn new() -> Self {
        let (server, service) = single_account::start();
        Self {
            server,
            here: Folder::new(),
            there: service.fresh_container("called-off"),
            state: Folder::new(),
        }
    }

    fn tree() -> Tree {
        Tree::named(["a", "b", "c", "d/e"]).with("large", noise(1, 9 << 20))
    }

    fn upload(&self) -> Vec<String> {
        Self::tree().write_to(self.here.path());
        Self::words(&[
            format!("/Source:{}", self.here.path().display()),
            format!("/Dest:{}", self.there.url()),
            "/DestType:Blob".to_owned(),
        ])
    }

    fn download(&self) -> Vec<String> {
        Self::tree().put_into(&self.there);
        Self::words(&[
            format!("/Source:{}", self.there.url()),
            format!("/Dest:{}", self.here.path().display()),
            "/SourceType:Blob".to_owned(),
        ])
    }

    fn server_copy(&self) -> Vec<String> {
        self.there.put("a", noise(1, 1 << 20));
        let target = self.there.service().fresh_container("copied");
        Self::words(&[
            format!("/Source:{}", self.there.url()),
            format!("/Dest:{}", target.url()),
            "/SourceType:Blob".to_owned(),
            "/DestType:Blob".to_owned(),
            "/ServerCopy:async".to_owned(),
        ])
    }

    fn words(own: &[String]) -> Vec<String> {
        let key = Account::development().key_in_base64();
        let mut words = own.to_vec();
        words.extend(["/S", "/Y"].map(str::to_owned));
        for (end, name) in [("/Source:http", "/SourceKey"), ("/Dest:http", "/DestKey")] {
            if own.iter().any(|word| word.starts_with(end)) {
                words.push(format!("{name}:{key}"));
            }
        }
        words
    }

    /// From here on requests that match are left without an answer.
    fn falls_silent(&self, when: &str) {
        let rule = format!(r#"{{ "when": {when}, "then": {{"blackhole": true}} }}"#);
        self.server.set_faults(&rule);
    }

    /// Starts a run with nobody between it and the test.
    fn start(&self, words: &[String]) -> Started {
        self.start_by(Command::new(program::built("azring")), words)
    }

    /// The same by a command that becomes azring.
    fn start_by(&self, mut command: Command, words: &[String]) -> Started {
        signal_disposition::restore();
        let messages = Folder::new();
        let file = fs::File::create(messages.path().join("messages")).expect("the folder is ours");
        let child = command
            .args(words)
            .env("HOME", self.state.path())
            .env("XDG_STATE_HOME", self.state.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(file)
            .spawn()
            .expect("azring runs");
        Started { child, messages }
    }

    /// A run that waits for an answer that does not come.
    fn start_until_stuck(&self, words: &[String], when: &str) -> Started {
        self.falls_silent(when);
        self.until_stuck(self.start(words), when)
    }

    fn until_stuck(&self, mut started: Started, when: &str) -> Started {
        while !self.server.has_applied_faults() {
            assert!(started.is_running(), "it ended before: {when}");
            pause(Duration::from_millis(1));
        }
        started
    }
}

struct Started {
    child: Child,
    messages: Folder,
}

/// What a run said.
struct Said {
    code: Option<i32>,
    results: String,
    messages: String,
}

impl Started {
    fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("it is ours").is_none()
    }

    fn send(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("it is running");
    }

    /// Waits until the kernel has handed over every signal that was sent.
    fn has_taken_it(&self) {
        let status = format!("/proc/{}/status", self.child.id());
        loop {
            let status = fs::read_to_string(&status).unwrap_or_default();
            let pending = status.lines().find_map(|line| line.strip_prefix("ShdPnd:"));
            if pending.is_none_or(|pending| pending.trim().bytes().all(|digit| digit == b'0')) {
                return;
            }
            pause(Duration::from_millis(1));
        }
    }

    fn messages(&self) -> String {
        fs::read_to_string(self.messages.path().join("messages")).expect("messages are text")
    }

    fn wait(mut self) -> Said {
        let mut results = String::new();
        let mut stdout = self.child.stdout.take().expect("it is piped");
        stdout
            .read_to_string(&mut results)
            .expect("results are text");
        let code = self.child.wait().expect("it ends").code();
        Said {
            code,
            results,
            messages: self.messages(),
        }
    }
}

impl Said {
    /// The records, the last of which is the only summary.
    fn records(&self) -> Vec<Value> {
        let records: Vec<Value> = self
            .results
            .lines()
            .map(|line| serde_json::from_str(line).expect("each line is a record"))
            .collect();
        let is_summary = |record: &&Value| record["type"] == "summary";
        assert_eq!(
            records.iter().filter(is_summary).count(),
            1,
            "{}",
            self.results
        );
        assert_eq!(records.last().expect("a record")["type"], "summary");
        records
    }

    /// The summary, whose numbers add up to what was listed and are those of the records.
    fn summary(&self) -> Value {
        let records = self.records();
        let summary = records.last().expect("a record").clone();
        let number = |name: &str| summary[name].as_u64().expect("a number");
        let ended = ["done", "skipped", "failed", "interrupted"];
        let before = number("done_before") + number("skipped_before");
        let sum: u64 = ended.map(number).iter().sum();
        assert_eq!(number("listed"), sum + before, "{summary}");
        for outcome in ended {
            let told = records.iter().filter(|record| record["outcome"] == outcome);
            assert_eq!(told.count() as u64, number(outcome), "{outcome}: {summary}");
        }
        summary
    }

    fn is_called_off(&self, code: i32) {
        assert_eq!(self.code, Some(code), "{}{}", self.results, self.messages);
        let tells = ["same command again", "the same command starts"];
        let tells_how = tells.iter().any(|text| self.messages.contains(text));
        assert!(tells_how, "how to resume is not told: {}", self.messages);
    }
}

/// Where a run can be when it is called off: what it copies, and the request that gets no answer.
type Stage = (&'static str, fn(&World) -> Vec<String>, &'static str);

const STAGES: [Stage; 9] = [
    (
        "making the container",
        World::upload,
        r#"{"query": "*restype=container*"}"#,
    ),
    (
        "writing a blob",
        World::upload,
        r#"{"method": "PUT", "path": "*/a"}"#,
    ),
    (
        "writing a block",
        World::upload,
        r#"{"query": "*comp=block&*"}"#,
    ),
    (
        "committing blocks",
        World::upload,
        r#"{"query": "*comp=blocklist*"}"#,
    ),
    ("listing", World::download, r#"{"query": "*comp=list*"}"#),
    (
        "reading a blob",
        World::download,
        r#"{"method": "GET", "path": "*/b"}"#,
    ),
    (
        "reading a range",
        World::download,
        r#"{"method": "GET", "path": "*/large"}"#,
    ),
    (
        "asking for a copy",
        World::server_copy,
        r#"{"method": "PUT", "header": {"x-ms-copy-source": "*?*"}}"#,
    ),
    (
        "looking at a copy",
        World::server_copy,
        r#"{"method": "HEAD", "path": "*/copied*/a"}"#,
    ),
];

/// Copies that never end by themselves.
fn world_of(stage: &Stage) -> World {
    if stage.0 != "looking at a copy" {
        return World::new();
    }
    let world = World::new();
    world.server.set_behaviour(Behaviour {
        copy: CopyBehaviour {
            pending_polls: 1_000_000,
            pending_ms: 0,
            outcome: CopyOutcome::Success,
        },
        ..Behaviour::default()
    });
    world
}

#[test]
fn wherever_a_run_is_called_off_it_ends_with_its_summary() {
    std::thread::scope(|scope| {
        for (stage, signal, code) in STAGES
            .iter()
            .flat_map(|stage| [(stage, Signal::INT, 130), (stage, Signal::TERM, 143)])
        {
            scope.spawn(move || {
                let is_json = code == 130;
                let world = world_of(stage);
                let mut words = stage.1(&world);
                if is_json {
                    words.push("/Output:json".to_owned());
                }
                let started = world.start_until_stuck(&words, stage.2);
                started.send(signal);
                let said = started.wait();
                said.is_called_off(code);
                if is_json {
                    said.summary();
                } else {
                    let blocks = said.results.matches("] Transfer summary:").count();
                    assert_eq!(blocks, 1, "{}: {}", stage.0, said.results);
                }
            });
        }
    });
}

#[test]
fn a_copy_that_goes_on_at_the_service_is_reported() {
    let stage = STAGES.last().expect("a stage");
    let world = world_of(stage);
    let started = world.start_until_stuck(&stage.1(&world), stage.2);
    started.send(Signal::HUP);
    let said = started.wait();
    said.is_called_off(129);
    let goes_on = "the service goes on copying by itself (copy id `";
    assert!(said.messages.contains(goes_on), "{}", said.messages);
}

#[test]
fn a_run_that_nohup_started_outlives_its_terminal() {
    let world = World::new();
    let words = world.upload();
    let when = r#"{"method": "PUT", "path": "*/a"}"#;
    world.falls_silent(when);
    let mut nohup = Command::new("nohup");
    nohup.arg(program::built("azring"));
    let started = world.until_stuck(world.start_by(nohup, &words), when);
    started.send(Signal::HUP);
    started.has_taken_it();
    started.send(Signal::TERM);
    // The first signal that it heeds gives the exit code.
    started.wait().is_called_off(143);
}

/// The time within which azring takes two signals for one wish (`signal.rs` of the command line).
const SAME_WISH: Duration = Duration::from_millis(500);

/// Sends a run two signals, the second one when the first has been seen. `None`: this machine took longer than the time
/// within which both are one wish.
fn sent_two(signals: [Signal; 2]) -> Option<Said> {
    let world = World::new();
    let mut words = world.upload();
    words.push("/Output:json".to_owned());
    let mut started = world.start_until_stuck(&words, r#"{"method": "PUT", "path": "*/a"}"#);
    let begun = Instant::now();
    started.send(signals[0]);
    while !started
        .messages()
        .contains("active transfers are finished first")
    {
        assert!(started.is_running(), "{}", started.messages());
        pause(Duration::from_millis(1));
    }
    started.send(signals[1]);
    let is_one_wish = begun.elapsed() < SAME_WISH;
    let said = started.wait();
    is_one_wish.then_some(said)
}

#[test]
fn one_wish_that_comes_as_two_signals_is_one() {
    // As `timeout` sends it, to the process and to its group, and as a service manager does.
    for signals in [[Signal::INT, Signal::INT], [Signal::TERM, Signal::HUP]] {
        let said = (0..50).find_map(|_| sent_two(signals));
        let said = said.expect("two signals within half a second");
        // Which of two that wait together is seen first is nobody's business.
        let is_either = [Some(130), Some(143), Some(129)].contains(&said.code);
        assert!(is_either, "{:?}", said.code);
        said.summary();
    }
}

#[test]
fn a_second_signal_prints_the_summary_and_one_line_and_leaves_at_once() {
    let world = World::new();
    let words = world.upload();
    let mut started = world.start_until_stuck(&words, r#"{"method": "PUT", "path": "*/a"}"#);
    started.send(Signal::INT);
    while !started.messages().contains("another signal stops at once") {
        assert!(started.is_running(), "{}", started.messages());
        pause(Duration::from_millis(1));
    }
    let lines = started.messages().lines().count();
    started.send(Signal::INT);
    let said = started.wait();
    assert_eq!(said.code, Some(130));
    assert!(
        said.results.contains("Transfer interrupted:"),
        "{}",
        said.results
    );
    let last: Vec<&str> = said.messages.lines().skip(lines).collect();
    assert_eq!(last.len(), 1, "{}", said.messages);
    assert!(last[0].contains("give the same command again"), "{last:?}");
}

#[test]
fn nobody_who_reads_the_results_is_no_reason_to_stay() {
    let world = World::new();
    for number in 0..2000 {
        world.there.put(&format!("{number:0200}"), "");
    }
    let mut words = World::words(&[
        format!("/Source:{}", world.there.url()),
        format!("/Dest:{}", world.here.path().display()),
        "/SourceType:Blob".to_owned(),
    ]);
    words.push("/Output:json".to_owned());
    // Its results fill the pipe, since nobody reads.
    let mut started = world.start(&words);
    let mut before = 0;
    loop {
        let written = fs::read_to_string(format!("/proc/{}/io", started.child.id()));
        let written = written.expect("it is ours");
        let written = written
            .lines()
            .find_map(|line| line.strip_prefix("wchar: "));
        let written: u64 = written.expect("a line").parse().expect("a number");
        // Its threads go on waking each other, which counts too.
        if written > 60_000 && written - before < 1000 {
            break;
        }
        before = written;
        pause(Duration::from_millis(200));
    }
    started.send(Signal::INT);
    started.has_taken_it();
    while started.is_running() {
        started.send(Signal::INT);
        pause(Duration::from_millis(50));
    }
    assert_eq!(started.child.wait().expect("it ended").code(), Some(130));
}

#[test]
fn a_listing_that_was_cut_short_is_not_called_complete() {
    let world = World::new();
    for number in 0..12 {
        world.there.put(&format!("blob-{number:02}"), "content");
    }
    let mut words = World::words(&[
        format!("/Source:{}", world.there.url()),
        format!("/Dest:{}", world.here.path().display()),
        "/SourceType:Blob".to_owned(),
    ]);
    // One page is answered, the next one is not.
    let listing = ListingBehaviour {
        entries_max: 5,
        ..ListingBehaviour::default()
    };
    world.server.set_behaviour(Behaviour {
        listing,
        ..Behaviour::default()
    });
    let silence = r#"{"query": "*comp=list*marker=*"}"#;
    let started = world.start_until_stuck(&words, silence);
    started.send(Signal::INT);
    let said = started.wait();
    said.is_called_off(130);
    assert!(said.results.contains("not complete"), "{}", said.results);

    words.push("/Output:json".to_owned());
    let started = world.start_until_stuck(&words, silence);
    started.send(Signal::INT);
    let said = started.wait();
    let summary = said.summary();
    assert_eq!(summary["listing_done"], false, "{summary}");
    let progress = said.records();
    let progress = progress
        .iter()
        .filter(|record| record["type"] == "progress");
    assert!(
        progress
            .into_iter()
            .all(|record| record["listing_done"] == false)
    );
}
