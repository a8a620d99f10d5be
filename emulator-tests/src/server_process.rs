//! A server process that ends with the process that started it, however that process ends.
//!
//! [`azurite`](crate::azurite) and the benchmarks start their servers with it. A small shell starts
//! the server and holds the reading end of a pipe. When the writing end is closed (it was dropped,
//! or its process was killed), the shell kills the server. This needs no signal handler and no
//! unsafe code, and works after a crash.
//!
//! The caller recognises the line by which the server says that it is ready.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// Starts the server, closes the pipe of its output, and waits for the end of the other pipe. The
/// server's process first prints its process id, before it becomes the server.
const GUARD: &str = r#"
sh -c 'echo "guarded $$"; exec "$@"' server "$@" </dev/null 2>&1 &
server=$!
exec >/dev/null 2>&1
cat
kill -KILL "$server"
wait
"#;

/// The time that a server has to get ready: far more than any needs on a busy machine.
const READY_WITHIN: Duration = Duration::from_mins(2);

/// How many lines of a server's output are kept for a message.
const LINES_KEPT: usize = 40;

/// The program, its arguments, its environment and its folder.
#[derive(Debug, Default)]
pub struct ServerCommand {
    words: Vec<OsString>,
    environment: Vec<(String, String)>,
    directory: Option<PathBuf>,
}

impl ServerCommand {
    /// The program to run.
    pub fn new(program: impl Into<OsString>) -> Self {
        Self {
            words: vec![program.into()],
            ..Self::default()
        }
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

    /// Sets a variable of its environment.
    pub fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.environment.push((name.to_owned(), value.into()));
        self
    }

    /// The folder it runs in.
    pub fn directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.directory = Some(directory.into());
        self
    }
}

/// Why a server did not get ready.
#[derive(Debug, thiserror::Error)]
pub enum ServerStartError {
    /// It could not be started.
    #[error("cannot run `{program}`: {cause}")]
    Spawn {
        /// The program.
        program: String,
        /// The system's error.
        cause: std::io::Error,
    },
    /// It ended, or took too long, before it was ready.
    #[error("`{program}` did not get ready; it said:\n{output}")]
    NotReady {
        /// What was run.
        program: String,
        /// Its last lines.
        output: String,
    },
}

/// A running server. Dropping it kills the server and waits for its end.
#[derive(Debug)]
pub struct ServerProcess {
    shell: Child,
    lifeline: Option<ChildStdin>,
    server: u32,
    output: Arc<Mutex<VecDeque<String>>>,
}

impl ServerProcess {
    /// Starts `command` and waits until `ready` recognises a line of its output, whose answer is
    /// returned too.
    pub fn start<T>(
        command: ServerCommand,
        mut ready: impl FnMut(&str) -> Option<T>,
    ) -> Result<(Self, T), ServerStartError> {
        let program = command.words[0].to_string_lossy().into_owned();
        let mut guarded = Self::spawn(command, &program)?;
        let lines = guarded.listen();
        let end = Instant::now() + READY_WITHIN;
        while let Ok(line) = lines.recv_timeout(end.saturating_duration_since(Instant::now())) {
            if let Some(id) = line.strip_prefix("guarded ") {
                guarded.server = id.parse().unwrap_or_default();
            } else if let Some(answer) = ready(&line) {
                return Ok((guarded, answer));
            }
        }
        let output = guarded.output();
        Err(ServerStartError::NotReady { program, output })
    }

    /// The server's process id.
    pub fn id(&self) -> u32 {
        self.server
    }

    /// The last lines that the server wrote.
    pub fn output(&self) -> String {
        let lines = self.output.lock().expect("no holder panics");
        lines
            .iter()
            .fold(String::new(), |text, line| text + line + "\n")
    }

    fn spawn(command: ServerCommand, program: &str) -> Result<Self, ServerStartError> {
        let mut shell = Command::new("sh");
        shell
            .args(["-c", GUARD, "guard"])
            .args(command.words)
            .envs(command.environment)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // Its own process group: an interrupt at the terminal ends the tests first, and then
            // the server.
            .process_group(0);
        if let Some(directory) = command.directory {
            shell.current_dir(directory);
        }
        let mut shell = shell.spawn().map_err(|cause| ServerStartError::Spawn {
            program: program.to_owned(),
            cause,
        })?;
        Ok(Self {
            lifeline: shell.stdin.take(),
            shell,
            server: 0,
            output: Arc::default(),
        })
    }

    /// Reads all output of the server, so that the server never waits for a full pipe. The thread
    /// ends with the server.
    fn listen(&mut self) -> Receiver<String> {
        let said = self.shell.stdout.take().expect("its output is a pipe");
        let output = Arc::clone(&self.output);
        let (sender, receiver) = channel();
        thread::spawn(move || {
            for line in BufReader::new(said).split(b'\n').map_while(Result::ok) {
                let line = String::from_utf8_lossy(&line).trim_end().to_owned();
                keep(&output, line.clone());
                // After the start nobody receives lines any more.
                let _ = sender.send(line);
            }
        });
        receiver
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        drop(self.lifeline.take());
        // The shell ends by itself after its pipe is closed; a failure here needs no action.
        let _ = self.shell.wait();
    }
}

fn keep(output: &Mutex<VecDeque<String>>, line: String) {
    let mut lines = output.lock().expect("no holder panics");
    if lines.len() == LINES_KEPT {
        lines.pop_front();
    }
    lines.push_back(line);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ready(line: &str) -> Option<u16> {
        line.strip_prefix("ready ")?.parse().ok()
    }

    #[test]
    fn server_ends_when_it_is_dropped() {
        let command = ServerCommand::new("sh").args(["-c", "echo ready 7; exec sleep 1000"]);
        let (guarded, port) = ServerProcess::start(command, ready).expect("sh runs");
        assert_eq!(port, 7);
        let process = PathBuf::from(format!("/proc/{}", guarded.id()));
        assert!(process.exists());
        drop(guarded);
        assert!(!process.exists());
    }

    #[test]
    fn server_that_ends_early_is_an_error_with_its_words() {
        let command = ServerCommand::new("sh").args(["-c", "echo port in use >&2; exit 1"]);
        let error = ServerProcess::start(command, ready).expect_err("it never gets ready");
        assert!(error.to_string().contains("port in use"), "{error}");
    }
}
