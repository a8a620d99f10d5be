//! An Azurite in a container, which the program `azurite-in-container` starts and removes.
//!
//! [`azurite`](super) starts that program and reads its address. The program keeps the container as
//! long as the pipe to it is open. So the container is removed when this value is dropped, and also
//! when the process of the tests ends without dropping anything.

use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStdin, Command, Stdio};

use crate::certificate::Certificate;
use crate::program;

/// The program that starts and removes the container.
const HOLDER: &str = "azurite-in-container";

/// A running container. Dropping it removes the container and waits for that.
#[derive(Debug)]
pub(super) struct Contained {
    holder: Child,
    lifeline: Option<ChildStdin>,
}

impl Contained {
    /// Starts an Azurite with these accounts (the value of `AZURITE_ACCOUNTS`) and arguments; also
    /// returns its origin.
    pub(super) fn start(
        accounts: &str,
        certificate: Option<&Certificate>,
        arguments: &[&str],
    ) -> Result<(Self, String), String> {
        let mut command = Command::new(program::built(HOLDER));
        if let Some(certificate) = certificate {
            command.arg("--certificates").arg(certificate.folder());
        }
        command
            .arg("--")
            .args(arguments)
            .env("AZURITE_ACCOUNTS", accounts)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // Its own process group: an interrupt at the terminal ends the tests, and the program
            // sees that its pipe is closed.
            .process_group(0);
        let mut holder = command
            .spawn()
            .map_err(|cause| format!("cannot run `{HOLDER}`: {cause}"))?;
        let lifeline = holder.stdin.take();
        let mut contained = Self { holder, lifeline };
        let origin = contained.origin()?;
        Ok((contained, origin))
    }

    /// Waits for the line that the program prints when Azurite is ready.
    fn origin(&mut self) -> Result<String, String> {
        let said = self.holder.stdout.take().expect("its output is a pipe");
        let mut line = String::new();
        // A line that cannot be read is no address; the program's error below says more.
        let _ = BufReader::new(said).read_line(&mut line);
        if let Some(origin) = line.trim_end().strip_prefix("ready ") {
            return Ok(origin.to_owned());
        }
        let mut complaint = String::new();
        let mut complaints = self
            .holder
            .stderr
            .take()
            .expect("its complaints are a pipe");
        let _ = complaints.read_to_string(&mut complaint);
        Err(complaint.trim_end().to_owned())
    }
}

impl Drop for Contained {
    fn drop(&mut self) {
        drop(self.lifeline.take());
        // The program ends by itself after its pipe is closed; a failure here needs no action.
        let _ = self.holder.wait();
    }
}
