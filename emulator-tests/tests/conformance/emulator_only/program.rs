//! The program as a process.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio};

use super::own;
use crate::client::Client;

/// A running `azring-emulator`. Dropping it kills it.
pub(super) struct Program {
    child: Child,
    /// A client of the development account.
    pub(super) client: Client,
    /// `127.0.0.1:PORT` of the control endpoint.
    pub(super) control: String,
    /// A client of the Table service.
    pub(super) table_client: Client,
    _output: BufReader<ChildStdout>,
}

impl Program {
    /// Starts it on a free port with these options, and waits until it serves.
    pub(super) fn start(options: &[&str]) -> Self {
        Self::spawn(command(options))
    }

    /// The same for a command that becomes the program in the end.
    pub(super) fn spawn(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let after = |name: &str| {
            let (_, rest) = line.split_once(&format!("{name}=http://"))?;
            Some(rest.split_whitespace().next()?.to_owned())
        };
        let addresses = (after("blob"), after("table"), after("control"));
        let (Some(address), Some(table), Some(control)) = addresses else {
            panic!("no ready line: {line}")
        };
        Self {
            child,
            client: own::client(&address),
            control,
            table_client: own::client(&table),
            _output: output,
        }
    }

    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for its end.
    pub(super) fn wait(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The command that starts it on a free port.
pub(super) fn command(options: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_azring-emulator"));
    command.args(["--blob-port", "0"]).args(options);
    command.env_remove("AZURITE_ACCOUNTS");
    command
}

/// Runs it to its end.
pub(super) fn run(options: &[&str]) -> Output {
    command(options).output().unwrap()
}

/// Its exit code and its error when it does not start.
pub(super) fn refused(options: &[&str]) -> (Option<i32>, String) {
    let mut child = command(options).stderr(Stdio::piped()).spawn().unwrap();
    let mut text = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    (child.wait().unwrap().code(), text)
}
