//! The three programs, each given the same work in its own words.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};

use azring_emulator_tests::account::Account;
use azring_emulator_tests::command::Folder;
use azring_emulator_tests::peers::Peers;
use azring_emulator_tests::program;
use azring_emulator_tests::rest::Container;

/// How long one run may take, in seconds.
const SECONDS_MAX: &str = "180";

/// A range of this many bytes is what all programs read or write at once.
pub(super) const RANGE_BYTES: u64 = 4 << 20;

/// What a program said.
#[derive(Debug)]
pub(super) struct Ran {
    /// Its exit code was 0.
    pub(super) succeeded: bool,
    /// It ended by itself, and soon enough.
    pub(super) ended: bool,
    /// What it wrote.
    pub(super) output: String,
}

/// Whether what is at the destination may be replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Replace {
    Yes,
    No,
}

/// A program, with a folder for what it remembers.
#[derive(Debug)]
pub(super) enum Tool {
    Azring(Folder),
    AzCopy(Peers, Folder),
    Rclone(Peers),
}

impl Tool {
    /// All three, azring first.
    pub(super) fn all() -> [Self; 3] {
        [
            Self::Azring(Folder::new()),
            Self::AzCopy(Peers::find(), Folder::new()),
            Self::Rclone(Peers::find()),
        ]
    }

    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Azring(_) => "azring",
            Self::AzCopy(..) => "AzCopy 10.32.2",
            Self::Rclone(_) => "rclone 1.75.2",
        }
    }

    /// Copies all blobs of a container to a folder.
    pub(super) fn download(&self, from: &Container, to: &Path) -> Ran {
        let mut command = match self {
            Self::Azring(home) => {
                let mut command = azring(home);
                command
                    .arg(word("/Source:", from.url()))
                    .arg(word("/Dest:", to))
                    .arg(key("/SourceKey:", from.service().account()))
                    .args(["/SourceType:Blob", "/S", "/Y", "/NC:2"]);
                command
            }
            Self::AzCopy(peers, logs) => {
                let source = format!("{}/*?{}", from.url(), from.service().account_sas());
                let mut command = peers.azcopy("BlobLocal", &source, &shown(to), logs.path());
                command.args(["--block-size-mb", "4"]);
                command
            }
            Self::Rclone(peers) => {
                let source = format!("azure:{}", from.name());
                let mut command = peers.rclone(from.service(), &source, &shown(to));
                command.args([
                    "--multi-thread-cutoff",
                    "1M",
                    "--multi-thread-chunk-size",
                    "4M",
                ]);
                command.args(["--transfers", "2", "--multi-thread-streams", "2"]);
                command.args(["--retries", "1", "--low-level-retries", "3"]);
                command
            }
        };
        command.env("AZCOPY_CONCURRENCY_VALUE", "2");
        run(&command)
    }

    /// Copies a folder's files, or one file, to a container.
    pub(super) fn upload(&self, from: &Path, to: &Container, replace: Replace) -> Ran {
        let may = replace == Replace::Yes;
        let mut command = match self {
            Self::Azring(home) => {
                let mut command = azring(home);
                let (folder, name) = split(from);
                command
                    .arg(word("/Source:", folder))
                    .arg(word("/Dest:", to.url()))
                    .arg(key("/DestKey:", to.service().account()))
                    .args(["/DestType:Blob", "/NC:1"])
                    .args(name.map(|name| word("/Pattern:", name)))
                    .args(from.is_dir().then_some("/S"))
                    .args(may.then_some("/Y"));
                command
            }
            Self::AzCopy(peers, logs) => {
                let source = if from.is_dir() {
                    format!("{}/*", from.display())
                } else {
                    shown(from)
                };
                let target = format!("{}?{}", to.url(), to.service().account_sas());
                let mut command = peers.azcopy("LocalBlob", &source, &target, logs.path());
                command.args(["--block-size-mb", "4", "--put-md5"]);
                command.arg(format!("--overwrite={may}"));
                command
            }
            Self::Rclone(peers) => {
                let target = format!("azure:{}", to.name());
                let mut command = peers.rclone(to.service(), &shown(from), &target);
                command.args([
                    "--transfers",
                    "1",
                    "--retries",
                    "1",
                    "--low-level-retries",
                    "3",
                ]);
                command.args((!may).then_some("--ignore-existing"));
                command
            }
        };
        command.env("AZCOPY_CONCURRENCY_VALUE", "1");
        run(&command)
    }

    /// Goes on with an upload that had failures, as its user would.
    pub(super) fn go_on(&self, from: &Path, to: &Container, before: &Ran) -> Ran {
        let Self::AzCopy(peers, logs) = self else {
            return self.upload(from, to, Replace::Yes);
        };
        let job = before.output.split("Job ").nth(1);
        let job = job.and_then(|rest| rest.split_whitespace().next());
        let mut command = peers.program("azcopy");
        command
            .args(["jobs", "resume", job.unwrap_or_default()])
            .args(["--destination-sas", &to.service().account_sas()])
            .env("AZCOPY_LOG_LOCATION", logs.path())
            .env("AZCOPY_JOB_PLAN_LOCATION", logs.path());
        run(&command)
    }
}

fn azring(home: &Folder) -> Command {
    let mut command = Command::new(program::built("azring"));
    command
        .env("HOME", home.path())
        .env_remove("XDG_STATE_HOME")
        .stdin(Stdio::null());
    command
}

/// Runs it to its end, which comes.
#[expect(clippy::print_stderr, reason = "what a program said explains its row")]
fn run(command: &Command) -> Ran {
    let mut limited = Command::new("timeout");
    limited
        .args(["--kill-after=10", SECONDS_MAX])
        .arg(command.get_program())
        .args(command.get_args())
        .stdin(Stdio::null());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => limited.env(name, value),
            None => limited.env_remove(name),
        };
    }
    let output = limited.output().expect("`timeout` is part of every Linux");
    let said = [output.stdout, output.stderr].concat();
    eprintln!(
        "{}: {}\n{}",
        limited.get_args().nth(2).unwrap_or_default().display(),
        output.status,
        String::from_utf8_lossy(&said)
    );
    Ran {
        succeeded: output.status.success(),
        // How `timeout` says that it had to end the program, and that it had to kill it.
        ended: !matches!(output.status.code(), Some(124 | 137) | None),
        output: String::from_utf8_lossy(&said).into_owned(),
    }
}

/// The folder, and the file in it that is meant alone.
fn split(from: &Path) -> (&Path, Option<&Path>) {
    if from.is_dir() {
        return (from, None);
    }
    let folder = from.parent().expect("a file is in a folder");
    (folder, from.file_name().map(Path::new))
}

fn word(name: &str, value: impl Into<OsString>) -> OsString {
    let mut word = OsString::from(name);
    word.push(value.into());
    word
}

fn key(name: &str, account: &Account) -> OsString {
    word(name, account.key_in_base64())
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
