//! The program as its users meet it: started as a process, looked at from outside.

mod usage;

use std::process::{Command, Output, Stdio};

/// A call of the program with nobody at the terminal.
fn azring(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_azring"));
    command.args(words).stdin(Stdio::null());
    command
}

/// What a finished call has left behind.
struct Told {
    code: Option<i32>,
    results: String,
    messages: String,
}

impl From<Output> for Told {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            results: String::from_utf8(output.stdout).expect("standard output is text"),
            messages: String::from_utf8(output.stderr).expect("standard error is text"),
        }
    }
}

/// Runs the program to its end.
fn run(words: &[&str]) -> Told {
    azring(words).output().expect("the program starts").into()
}
