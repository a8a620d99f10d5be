//! `peak-memory FILE PROGRAM [WORD...]`: runs the program, and writes to the file how many bytes of memory it had at most.
//!
//! A program of its own, because the kernel counts with a process what its parent had when it was begun: a test's own
//! memory would be told for that of what it runs.

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
    // What a signal ended has no code.
    let code = ended.status.code().and_then(|code| u8::try_from(code).ok());
    Ok(ExitCode::from(code.unwrap_or(126)))
}
