//! `peak-memory FILE PROGRAM [ARGUMENT...]`: runs the program, and writes its peak memory in bytes
//! to the file.
//!
//! It is a separate program because the kernel counts the memory of a process's parent at the start
//! as the process's: a test's own memory would be measured.

use std::env;
use std::io::{self, Write as _};
use std::process::{Command, ExitCode};

use wait4::Wait4 as _;

fn main() -> ExitCode {
    run().unwrap_or_else(|error| {
        let _unheard = writeln!(io::stderr(), "peak-memory: {error}");
        ExitCode::from(125)
    })
}

fn run() -> io::Result<ExitCode> {
    let mut words = env::args_os().skip(1);
    let (Some(file), Some(program)) = (words.next(), words.next()) else {
        return Err(io::Error::other(
            "usage: peak-memory FILE PROGRAM [WORD...]",
        ));
    };
    let ended = Command::new(program).args(words).spawn()?.wait4()?;
    std::fs::write(file, ended.rusage.maxrss.to_string())?;
    // A program that a signal ended has no exit code.
    let code = ended.status.code().and_then(|code| u8::try_from(code).ok());
    Ok(ExitCode::from(code.unwrap_or(126)))
}
