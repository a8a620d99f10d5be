//! One run of one tool, with what it cost.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use azring_emulator_tests::program;
use wait4::Wait4 as _;

/// How much of a failed run's words are shown, from their end, in bytes.
const SHOWN_MAX: usize = 2000;

/// What a run cost.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// From its start to its end.
    pub wall: Duration,
    /// What its threads ran, in its own code.
    pub user: Duration,
    /// What its threads ran, in the kernel.
    pub system: Duration,
    /// The most memory it had, in bytes.
    pub peak_rss_bytes: u64,
    /// What the server's threads ran meanwhile.
    pub server: Duration,
}

impl Cost {
    /// What its threads ran.
    pub fn cpu(&self) -> Duration {
        self.user + self.system
    }
}

/// Runs `command` to its end while the process `server` serves it; returns what it cost and what it said. A run that fails
/// is an error with its words.
pub fn run(command: &Command, server: u32) -> Result<(Cost, String), String> {
    let (mut reader, writer) = io::pipe().map_err(|error| error.to_string())?;
    let both = writer.try_clone().map_err(|error| error.to_string())?;
    let name = command.get_program().display().to_string();
    let told = tempfile::NamedTempFile::new().map_err(|error| error.to_string())?;
    let mut command = telling_its_peak(command, told.path());
    command.stdin(Stdio::null()).stdout(writer).stderr(both);

    let before = cpu_of(server).map_err(|error| error.to_string())?;
    let start = Instant::now();
    let child = command
        .spawn()
        .map_err(|error| format!("cannot run `{name}`: {error}"))?;
    // The pipe ends when the last writer is gone, and the command holds two of them.
    drop(command);
    let mut said = Vec::new();
    reader
        .read_to_end(&mut said)
        .map_err(|error| error.to_string())?;
    let ended = child.wait4().map_err(|error| error.to_string())?;
    let wall = start.elapsed();
    let after = cpu_of(server).map_err(|error| error.to_string())?;

    if !ended.status.success() {
        let from = said.len().saturating_sub(SHOWN_MAX);
        let words = String::from_utf8_lossy(&said[from..]).into_owned();
        return Err(format!("`{name}` ended with {}:\n{words}", ended.status));
    }
    let used = ended.rusage;
    let peak = fs::read_to_string(told.path()).unwrap_or_default();
    let cost = Cost {
        wall,
        user: used.utime,
        system: used.stime,
        peak_rss_bytes: peak
            .parse()
            .map_err(|_| format!("the memory of `{name}` is not known"))?,
        server: after.saturating_sub(before),
    };
    Ok((cost, String::from_utf8_lossy(&said).into_owned()))
}

/// The same command, by a program that writes to `file` how much memory it had: the kernel would count ours with it.
fn telling_its_peak(command: &Command, file: &Path) -> Command {
    let mut wrapped = Command::new(program::built("peak-memory"));
    wrapped.arg(file).arg(command.get_program());
    wrapped.args(command.get_args());
    copy_environment(command, &mut wrapped);
    wrapped
}

/// Gives `to` the variables that `from` sets or takes away.
pub fn copy_environment(from: &Command, to: &mut Command) {
    for (name, value) in from.get_envs() {
        match value {
            Some(value) => to.env(name, value),
            None => to.env_remove(name),
        };
    }
}

/// What the process `id` and its threads have run so far: `proc_pid_stat(5)`, fields 14 and 15.
fn cpu_of(id: u32) -> io::Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat"))?;
    // The second field is the program's name in parentheses and may hold anything.
    let (_, after_name) = stat.rsplit_once(')').ok_or(io::ErrorKind::InvalidData)?;
    let ticks: u64 = after_name
        .split_whitespace()
        .skip(11)
        .take(2)
        .map(|field| field.parse::<u64>().unwrap_or_default())
        .sum();
    let per_second = rustix::param::clock_ticks_per_second();
    Ok(Duration::from_secs_f64(ticks as f64 / per_second as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failed_run_is_an_error_with_its_words() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo no such container >&2; exit 3"]);
        let error = run(&command, std::process::id()).expect_err("it failed");
        assert!(
            error.contains("no such container") && error.contains('3'),
            "{error}"
        );
    }

    #[test]
    fn run_is_counted() {
        let mut command = Command::new("sh");
        command.args(["-c", "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done"]);
        let (cost, _) = run(&command, std::process::id()).expect("it counts to the end");
        assert!(
            cost.cpu() > Duration::ZERO && cost.wall > Duration::ZERO && cost.peak_rss_bytes > 0,
            "{cost:?}"
        );
    }
}
