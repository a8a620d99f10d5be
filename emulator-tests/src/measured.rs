//! A run of azring whose memory is looked at.

use std::fs;
use std::io;
use std::process::Output;

use wait4::Wait4 as _;

use crate::command::{Azring, Folder, Outcome};

/// What came of a run, and what it took.
#[derive(Debug)]
pub struct Measured {
    /// What came of it.
    pub outcome: Outcome,
    /// The most memory that it had at once, in bytes: its own and what it had mapped of files.
    pub peak_rss_bytes: u64,
}

impl Azring {
    /// Runs it to its end and tells how much memory it had.
    ///
    /// # Panics
    /// When it cannot be run.
    pub fn run_measured(self) -> Measured {
        let home = Folder::new();
        let said = Folder::new();
        let shown = self.shown();
        let measure = || -> io::Result<(Output, u64)> {
            let (out, err) = (said.join("out"), said.join("err"));
            let mut command = self.command(&home);
            command.stdout(fs::File::create(&out)?);
            command.stderr(fs::File::create(&err)?);
            // Its parent, `timeout`, is small, and what a process has waited for counts with it (getrusage(2)).
            let ended = command.spawn()?.wait4()?;
            let output = Output {
                status: ended.status,
                stdout: fs::read(&out)?,
                stderr: fs::read(&err)?,
            };
            Ok((output, ended.rusage.maxrss))
        };
        let (output, peak_rss_bytes) =
            measure().unwrap_or_else(|error| panic!("cannot run `{shown}`: {error}"));
        Measured {
            outcome: Outcome::new(shown, &output),
            peak_rss_bytes,
        }
    }
}
