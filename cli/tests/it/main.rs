//! Tests of the program as a process: its words, its output, its exit code.

mod service;
mod terminal;

mod usage;

mod completions;

mod list;

mod output;

mod ledger;

mod scripts;

mod exit_codes;

mod records;

mod pipes;

mod secrets;

mod proxies;

mod interrupted;

mod journal;

mod at_a_terminal;

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

use azring_emulator_tests::{scratch, signal_disposition};
use tempfile::TempDir;

/// A call of the program without a terminal and without the credentials and proxies of the environment.
fn azring<W: AsRef<OsStr>>(words: &[W]) -> Command {
    signal_disposition::restore();
    let mut command = Command::new(env!("CARGO_BIN_EXE_azring"));
    command.args(words).stdin(Stdio::null());
    // Journals and logs of the tests stay away from those of the user.
    command.env("XDG_STATE_HOME", state_folder());
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        let own = ["AZRING_", "AZURE_STORAGE_", "SSL_CERT_"];
        if own.iter().any(|own| name.starts_with(own))
            || name.to_ascii_uppercase().ends_with("_PROXY")
        {
            command.env_remove(name);
        }
    }
    // No test depends on the defaults of a user.
    command.env("AZRING_CONFIG", "");
    command
}

/// The folder of the journals and logs of these tests.
fn state_folder() -> &'static Path {
    static FOLDER: LazyLock<TempDir> = LazyLock::new(scratch::folder);
    FOLDER.path()
}

/// What a call that has ended printed, and its exit code.
#[derive(Debug)]
struct Finished {
    code: Option<i32>,
    results: String,
    messages: String,
}

impl From<Output> for Finished {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            results: String::from_utf8(output.stdout).expect("standard output is text"),
            messages: String::from_utf8(output.stderr).expect("standard error is text"),
        }
    }
}

/// Runs the program to its end.
fn run<W: AsRef<OsStr>>(words: &[W]) -> Finished {
    azring(words).output().expect("the program starts").into()
}

/// Bytes in hexadecimal.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("memory takes it");
        text
    })
}
