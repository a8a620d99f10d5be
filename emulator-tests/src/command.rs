//! Runs azring as a user does: the command line, the user and the limits of a run, and its outcome.
//!
//! A run that does not end is killed and reported. Files for the home folder go to a folder of the
//! run's own. Keys do not appear in messages.

use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::account::Account;
use crate::background_run::BackgroundRun;
use crate::program;
use crate::rest::Storage;
use crate::signal_disposition;
use crate::summary::Summary;

pub use crate::scratch::Folder;

/// The user and group called `nobody` on every Linux.
const NOBODY: u32 = 65534;

/// The memory that an ordinary user's processes may lock, unless the administrator changed it, in
/// bytes.
pub const ORDINARY_MEMLOCK: u64 = 8 << 20;

/// The time after which a run counts as hung, in seconds. The longest takes a minute or two on a
/// busy machine.
const SECONDS_MAX: &str = "900";

/// The parameters whose values are secrets.
const SECRET: [&str; 4] = ["/sourcekey:", "/destkey:", "/sourcesas:", "/destsas:"];

/// A run of azring to start.
#[derive(Debug)]
pub struct Azring {
    words: Vec<OsString>,
    environment: Vec<(String, OsString)>,
    ordinary_user: bool,
    limits: Vec<String>,
    io_uring_refused: bool,
    peak_to: Option<PathBuf>,
    program: Option<PathBuf>,
    folder: Option<PathBuf>,
    input: Option<PathBuf>,
}

impl Azring {
    /// azring without arguments.
    pub fn new() -> Self {
        Self {
            words: Vec::new(),
            environment: Vec::new(),
            ordinary_user: false,
            limits: Vec::new(),
            io_uring_refused: false,
            peak_to: None,
            program: None,
            folder: None,
            input: None,
        }
    }

    /// `azring /Source:source /Dest:dest`.
    pub fn copy(source: impl AsRef<OsStr>, dest: impl AsRef<OsStr>) -> Self {
        Self::new().named("/Source:", source).named("/Dest:", dest)
    }

    /// An upload to this container or share, with its account's key.
    pub fn upload(source: impl AsRef<OsStr>, target: &(impl Storage + ?Sized)) -> Self {
        Self::copy(source, target.url())
            .dest_key(target.account())
            .arg(format!("/DestType:{}", target.service_type()))
    }

    /// A download of this container or share, with its account's key.
    pub fn download(source: &(impl Storage + ?Sized), dest: impl AsRef<OsStr>) -> Self {
        Self::copy(source.url(), dest)
            .source_key(source.account())
            .arg(format!("/SourceType:{}", source.service_type()))
    }

    /// A copy between containers and shares with the keys of both. It replaces existing objects.
    pub fn between(source: &(impl Storage + ?Sized), target: &(impl Storage + ?Sized)) -> Self {
        Self::copy(source.url(), target.url())
            .source_key(source.account())
            .dest_key(target.account())
            .arg(format!("/SourceType:{}", source.service_type()))
            .arg(format!("/DestType:{}", target.service_type()))
            .arg("/Y")
    }

    /// Adds one argument.
    pub fn arg(mut self, word: impl AsRef<OsStr>) -> Self {
        self.words.push(word.as_ref().to_owned());
        self
    }

    /// Adds several arguments.
    pub fn args<W: AsRef<OsStr>>(self, words: impl IntoIterator<Item = W>) -> Self {
        words.into_iter().fold(self, Self::arg)
    }

    /// Adds `/SourceKey:` with the account's key.
    pub fn source_key(self, account: &Account) -> Self {
        self.named("/SourceKey:", account.key_in_base64())
    }

    /// Adds `/DestKey:` with the account's key.
    pub fn dest_key(self, account: &Account) -> Self {
        self.named("/DestKey:", account.key_in_base64())
    }

    /// Sets an environment variable.
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.environment
            .push((name.to_owned(), value.as_ref().to_owned()));
        self
    }

    /// Runs it as an ordinary user if the tests run as root; otherwise the user is ordinary
    /// already.
    pub fn as_ordinary_user(mut self) -> Self {
        self.ordinary_user = true;
        self
    }

    /// Limits the memory that it may lock, in bytes.
    pub fn memlock(self, bytes: u64) -> Self {
        self.limit("memlock", bytes)
    }

    /// Limits its open files and sockets.
    pub fn descriptors(self, count: u64) -> Self {
        self.limit("nofile", count)
    }

    /// Limits its address space, in bytes.
    pub fn address_space(self, bytes: u64) -> Self {
        self.limit("as", bytes)
    }

    /// Limits the length of the files that it writes, in bytes.
    pub fn file_size(self, bytes: u64) -> Self {
        self.limit("fsize", bytes)
    }

    fn limit(mut self, name: &str, most: u64) -> Self {
        self.limits.push(format!("--{name}={most}"));
        self
    }

    /// Runs it with a kernel that refuses io_uring, as in a container.
    pub fn without_io_uring(mut self) -> Self {
        self.io_uring_refused = true;
        self
    }

    /// Writes its peak memory to this file.
    pub(crate) fn telling_its_peak(mut self, file: &Path) -> Self {
        self.peak_to = Some(file.into());
        self
    }

    /// Runs this copy of the program.
    pub fn program(mut self, path: impl Into<PathBuf>) -> Self {
        self.program = Some(path.into());
        self
    }

    /// Runs it in this folder, to which relative paths refer.
    pub fn within(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// Connects this file to its standard input.
    pub fn input(mut self, file: impl Into<PathBuf>) -> Self {
        self.input = Some(file.into());
        self
    }

    /// Runs it to its end.
    ///
    /// # Panics
    /// When it cannot be run, or does not end.
    pub fn run(self) -> Outcome {
        let home = Folder::new();
        let shown = self.shown();
        let output = self.command(&home).output();
        let output = output.unwrap_or_else(|error| panic!("cannot run `{shown}`: {error}"));
        let outcome = Outcome::new(shown, &output);
        // `timeout` returns 124 when it ended the program, and 137 when it killed it.
        assert!(
            !matches!(outcome.status, Some(124 | 137)),
            "it did not end: {outcome}"
        );
        outcome
    }

    /// Starts it, and returns while it runs.
    ///
    /// # Panics
    /// When it cannot be run.
    pub fn start(self) -> Running {
        let home = Folder::new();
        let shown = self.shown();
        let mut command = self.command(&home);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("cannot run `{shown}`: {error}"));
        let stdout = child.stdout.take().expect("it is piped");
        Running {
            shown,
            stdout: BufReader::new(stdout),
            child,
            read: String::new(),
            _home: home,
        }
    }

    /// Starts it as a direct child, so that it can be killed. Its output is discarded.
    ///
    /// # Panics
    /// When it cannot be run.
    pub fn launch(self) -> BackgroundRun {
        signal_disposition::restore();
        let home = Folder::new();
        let shown = self.shown();
        let words = self.words_of_process(program::built, false);
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]);
        self.surround(&mut command, &home);
        let silent = command.stdout(Stdio::null()).stderr(Stdio::null());
        let child = silent
            .spawn()
            .unwrap_or_else(|error| panic!("cannot run `{shown}`: {error}"));
        BackgroundRun::new(child, home)
    }

    fn named(self, name: &str, value: impl AsRef<OsStr>) -> Self {
        let mut word = OsString::from(name);
        word.push(value);
        self.arg(word)
    }

    fn command(&self, home: &Folder) -> Command {
        let as_another = self.ordinary_user && rustix::process::geteuid().is_root();
        let find: fn(&str) -> PathBuf = if as_another {
            program::for_every_user
        } else {
            program::built
        };
        let mut command = Command::new("timeout");
        command
            .args(["--kill-after=10", SECONDS_MAX])
            .args(self.words_of_process(find, as_another));
        self.surround(&mut command, home);
        command
    }

    fn words_of_process(&self, find: fn(&str) -> PathBuf, as_another: bool) -> Vec<OsString> {
        let mut words: Vec<OsString> = Vec::new();
        if !self.limits.is_empty() {
            words.push("prlimit".into());
            words.extend(self.limits.iter().map(OsString::from));
            words.push("--".into());
        }
        if as_another {
            let user = [format!("--reuid={NOBODY}"), format!("--regid={NOBODY}")];
            words.push("setpriv".into());
            words.extend(user.map(OsString::from));
            words.extend(["--clear-groups".into(), "--".into()]);
        }
        if self.io_uring_refused {
            words.push(find("without-io-uring").into());
        }
        if let Some(file) = &self.peak_to {
            words.extend([find("peak-memory").into(), file.into()]);
        }
        let program = self.program.clone();
        words.push(program.unwrap_or_else(|| find("azring")).into());
        words.extend(self.words.iter().cloned());
        words
    }

    fn surround(&self, command: &mut Command, home: &Folder) {
        command
            .stdin(Stdio::null())
            .env("HOME", home.path())
            .env("AZRING_CONFIG", "")
            .env_remove("XDG_STATE_HOME");
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        if let Some(file) = &self.input {
            command.stdin(std::fs::File::open(file).expect("a test's own file"));
        }
        // Settings of this machine must not change what a test sees.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("AZRING_") {
                command.env_remove(name);
            }
        }
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
    }

    /// The command line for a message, without secrets.
    fn shown(&self) -> String {
        let mut text = "azring".to_owned();
        for word in &self.words {
            let word = word.to_string_lossy();
            let lower = word.to_lowercase();
            let masked = SECRET.iter().find(|name| lower.starts_with(**name));
            let shown = masked.map_or(word.as_ref(), |name| &word[..name.len()]);
            let _ = write!(
                text,
                " {shown}{}",
                if masked.is_some() { "****" } else { "" }
            );
        }
        text
    }
}

impl Default for Azring {
    fn default() -> Self {
        Self::new()
    }
}

/// A running azring. Its standard error must fit into a pipe until [`Running::wait`].
#[derive(Debug)]
pub struct Running {
    shown: String,
    child: Child,
    stdout: BufReader<ChildStdout>,
    read: String,
    _home: Folder,
}

impl Running {
    /// Reads lines of its standard output until one contains `text`.
    ///
    /// # Panics
    /// When it ends without.
    pub fn wait_for(&mut self, text: &str) {
        loop {
            let before = self.read.len();
            let read = self.stdout.read_line(&mut self.read);
            read.expect("its output is text");
            let line = &self.read[before..];
            if line.contains(text) {
                return;
            }
            assert!(
                !line.is_empty(),
                "{} ended without `{text}`: {}",
                self.shown,
                self.read
            );
        }
    }

    /// Sends it a signal, through the `timeout` that runs it.
    ///
    /// # Panics
    /// When it is not there any more.
    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("it is running");
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// When it cannot be waited for.
    pub fn wait(mut self) -> Outcome {
        let rest = self.stdout.read_to_string(&mut self.read);
        rest.expect("its output is text");
        let output = self.child.wait_with_output().expect("it ends");
        Outcome {
            stdout: self.read,
            ..Outcome::new(self.shown, &output)
        }
    }
}

/// The outcome of a run.
#[derive(Debug)]
pub struct Outcome {
    command: String,
    /// The exit code; `None` when a signal ended it.
    pub status: Option<i32>,
    /// What it wrote to its standard output.
    pub stdout: String,
    /// What it wrote to its standard error.
    pub stderr: String,
}

impl Outcome {
    fn new(command: String, output: &Output) -> Self {
        Self {
            command,
            status: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Returns itself if nothing failed: exit code 0.
    #[track_caller]
    pub fn succeeded(self) -> Self {
        self.exited(0)
    }

    /// Returns itself if a signal stopped it: this exit code, which names the signal.
    #[track_caller]
    pub fn called_off(self, status: i32) -> Self {
        self.exited(status)
    }

    /// Returns itself if something failed: exit code 1, and an error on standard error.
    #[track_caller]
    pub fn failed(self) -> Self {
        let outcome = self.exited(1);
        assert!(
            !outcome.errors().is_empty(),
            "it failed without an error: {outcome}"
        );
        outcome
    }

    /// Returns itself if the command line was refused: exit code 2, and an error on standard error.
    #[track_caller]
    pub fn refused(self) -> Self {
        let outcome = self.exited(2);
        assert!(
            !outcome.errors().is_empty(),
            "it refused without an error: {outcome}"
        );
        outcome
    }

    /// Returns itself if an error contains each of `words`.
    #[track_caller]
    pub fn naming(self, words: &[&str]) -> Self {
        let errors = self.errors().join("\n");
        for word in words {
            assert!(errors.contains(word), "no error names `{word}`: {self}");
        }
        self
    }

    /// The closing summary.
    #[track_caller]
    pub fn summary(&self) -> Summary {
        Summary::parse(&self.stdout).unwrap_or_else(|wrong| panic!("{wrong}: {self}"))
    }

    /// Returns itself if the closing summary has these counts of done, skipped and failed.
    #[track_caller]
    pub fn counting(self, done: u64, skipped: u64, failed: u64) -> Self {
        let summary = self.summary();
        let counted = (summary.done, summary.skipped, summary.failed);
        assert_eq!(counted, (done, skipped, failed), "{self}");
        self
    }

    /// The errors that it reported, each with the following lines that have no prefix.
    pub fn errors(&self) -> Vec<String> {
        reports(&self.stderr, "][ERROR] ")
    }

    /// The notices about how files are read and written.
    pub fn mode_notices(&self) -> Vec<String> {
        let mut notices = reports(&self.stdout, "][INFO] ");
        notices.retain(|notice| notice.starts_with("io: "));
        notices
    }

    /// Returns itself if this is the exit code.
    #[track_caller]
    pub fn exited(self, status: i32) -> Self {
        assert_eq!(self.status, Some(status), "wrong exit code: {self}");
        self
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let status = self
            .status
            .map_or("a signal".to_owned(), |code| format!("exit code {code}"));
        write!(
            to,
            "{} ended with {status}\n--- stdout\n{}--- stderr\n{}---",
            self.command, self.stdout, self.stderr
        )
    }
}

/// The messages of one kind, each with the following lines that have no prefix.
fn reports(printed: &str, mark: &str) -> Vec<String> {
    let mut reports: Vec<String> = Vec::new();
    let mut inside = false;
    for line in printed.lines() {
        if let Some((_, text)) = line.split_once(mark).filter(|_| line.starts_with('[')) {
            reports.push(text.to_owned());
            inside = true;
        } else if line.starts_with('[') {
            inside = false;
        } else if let Some(last) = reports.last_mut().filter(|_| inside) {
            *last += "\n";
            *last += line;
        }
    }
    reports
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(stderr: &str) -> Outcome {
        Outcome {
            command: "azring".to_owned(),
            status: Some(1),
            stdout: String::new(),
            stderr: stderr.to_owned(),
        }
    }

    #[test]
    fn secrets_are_not_in_the_message() {
        let azring = Azring::copy("/tmp", "http://x")
            .dest_key(&Account::second())
            .arg("/destsas:sig=abc");
        assert_eq!(
            azring.shown(),
            "azring /Source:/tmp /Dest:http://x /DestKey:**** /destsas:****"
        );
    }

    #[test]
    fn errors_keep_the_lines_that_belong_to_them() {
        let mut outcome = outcome(
            "[2026/11/22 10:00:00][ERROR] first\nand more\n[2026/11/22 10:00:00][WARNING] io\n\
             [2026/11/22 10:00:00][ERROR] second\n",
        );
        outcome.stdout = "[2026/11/22 10:00:00][INFO] io: threads (why)\n".to_owned();
        assert_eq!(outcome.errors(), ["first\nand more", "second"]);
        assert_eq!(outcome.mode_notices(), ["io: threads (why)"]);
    }
}
