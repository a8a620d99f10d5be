//! The terminal: where answers and secrets come from.

use std::io::{self, IsTerminal};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

/// How long to wait before looking whether the question still stands.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// A line from standard input, without its end; `None` when there will be none, or once `called_off` says so.
pub(crate) fn line(called_off: impl Fn() -> bool) -> Option<String> {
    let stdin = io::stdin();
    let patience = Timespec::try_from(LOOK_EVERY).ok();
    loop {
        if called_off() {
            return None;
        }
        // A terminal hands over whole lines, so once there is something to read, reading does not wait.
        match poll(&mut [PollFd::new(&stdin, PollFlags::IN)], patience.as_ref()) {
            Ok(0) | Err(rustix::io::Errno::INTR) => {}
            Ok(_) => break,
            Err(_) => return None,
        }
    }
    read_line()
}

/// Somebody sits there to be asked: a question is shown on standard error and answered on standard input.
pub(crate) fn is_attended() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Standard input is where data may come from: a pipe, a socket, a file; no terminal, and not nothing (`/dev/null`).
pub(crate) fn has_input() -> bool {
    use rustix::fs::FileType;

    let kind = rustix::fs::fstat(io::stdin()).map(|stat| FileType::from_raw_mode(stat.st_mode));
    matches!(
        kind,
        Ok(FileType::Fifo | FileType::Socket | FileType::RegularFile)
    )
}

/// A line of standard input that is not shown while it is typed; `None` when there is none. `ask` asks for it where
/// somebody sits, and hands back what the function it is given reads.
pub(crate) fn secret_line(
    ask: impl FnOnce(fn() -> Option<String>) -> Option<String>,
) -> Option<String> {
    if !is_attended() {
        return secret();
    }
    // First this and then the question: whoever answers quickly is not shown either.
    let _hidden = Hidden::begin();
    ask(secret)
}

fn secret() -> Option<String> {
    read_line().filter(|line| !line.is_empty())
}

/// While this lives, the terminal does not show what is typed.
struct Hidden(Termios);

impl Hidden {
    /// `None` where standard input is no terminal.
    fn begin() -> Option<Self> {
        let shown = tcgetattr(io::stdin()).ok()?;
        let mut hidden = shown.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        // The end of the line is shown, so that what follows does not stand in the question's line.
        hidden.local_modes.insert(LocalModes::ECHONL);
        tcsetattr(io::stdin(), OptionalActions::Now, &hidden).ok()?;
        Some(Self(shown))
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.0);
    }
}

fn read_line() -> Option<String> {
    let mut line = String::new();
    match io::stdin().read_line(&mut line) {
        Ok(0) | Err(_) => None,
        Ok(_) => Some(line.trim().to_owned()),
    }
}
