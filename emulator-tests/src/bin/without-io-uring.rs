//! Runs a program with a kernel that refuses io_uring, as Docker's and containerd's default
//! profiles do.
//!
//! `without-io-uring PROGRAM ARGUMENT...` becomes the program; its three system calls for io_uring
//! answer EPERM.

use std::collections::BTreeMap;
use std::env::consts::ARCH;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, ExitCode};

use seccompiler::{BpfProgram, SeccompAction, SeccompFilter};

/// `io_uring_setup`, `io_uring_enter` and `io_uring_register`: the same numbers on every
/// architecture.
const IO_URING: [i64; 3] = [425, 426, 427];

/// EPERM, the error of those profiles.
const NOT_PERMITTED: u32 = 1;

fn main() -> ExitCode {
    let mut words = std::env::args_os().skip(1);
    let Some(program) = words.next() else {
        return complain("usage: without-io-uring PROGRAM ARGUMENT...");
    };
    if let Err(error) = refuse() {
        return complain(&format!(
            "the kernel takes no filter for system calls: {error}"
        ));
    }
    let error = Command::new(&program).args(words).exec();
    complain(&format!("cannot run `{}`: {error}", program.display()))
}

/// Refuses the calls of this process and of the program that it becomes.
fn refuse() -> Result<(), Box<dyn std::error::Error>> {
    let rules: BTreeMap<_, _> = IO_URING.iter().map(|&call| (call, Vec::new())).collect();
    let refusal = SeccompAction::Errno(NOT_PERMITTED);
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, refusal, ARCH.try_into()?)?;
    let program: BpfProgram = filter.try_into()?;
    seccompiler::apply_filter(&program)?;
    Ok(())
}

#[expect(
    clippy::print_stderr,
    reason = "this small program says what is wrong and nothing else"
)]
fn complain(what: &str) -> ExitCode {
    eprintln!("{what}");
    // The exit code of `env` and `timeout` when they fail themselves.
    ExitCode::from(125)
}
