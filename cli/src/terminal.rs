//! Input from the terminal: answers and secrets.

use std::io::{self, IsTerminal};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

/// How often it is checked whether the question was cancelled.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Reads a line of standard input, without its end. `None` at the end of input, or once
/// `called_off` returns true.
pub(crate) fn line(called_off: impl Fn() -> bool) -> Option<String> {
    let stdin = io::stdin();
    let patience = Timespec::try_from(LOOK_EVERY).ok();
    loop {
        if called_off() {
            return None;
        }
        // A terminal passes whole lines, so reading does not block once there is something to read.
        match poll(&mut [PollFd::new(&stdin, PollFlags::IN)], patience.as_ref()) {
            Ok(0) | Err(rustix::io::Errno::INTR) => {}
            Ok(_) => break,
            Err(_) => return None,
        }
    }
    read_line()
}

/// Whether questions can be asked: standard error and standard input are terminals.
pub(crate) fn is_attended() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Whether the terminal at standard input shows Ctrl-C as `^C`.
pub(crate) fn shows_control_characters() -> bool {
    let both = LocalModes::ECHO | LocalModes::ECHOCTL;
    tcgetattr(io::stdin()).is_ok_and(|modes| modes.local_modes.contains(both))
}

/// Whether standard input may contain data: it is a pipe, a socket or a file, and neither a
/// terminal nor `/dev/null`.
pub(crate) fn has_input() -> bool {
    use rustix::fs::FileType;

    let kind = rustix::fs::fstat(io::stdin()).map(|stat| FileType::from_raw_mode(stat.st_mode));
    matches!(
        kind,
        Ok(FileType::Fifo | FileType::Socket | FileType::RegularFile)
    )
}

/// Reads a line of standard input without showing it. `None` at the end of input. At a terminal,
/// `ask` shows the question and calls the function that reads.
pub(crate) fn secret_line(
    ask: impl FnOnce(fn() -> Option<String>) -> Option<String>,
) -> Option<String> {
    if !is_attended() {
        return secret();
    }
    // Input is hidden before the question appears, so that a quick answer is hidden too.
    let _hidden = Hidden::begin();
    ask(secret)
}

fn secret() -> Option<String> {
    read_line().filter(|line| !line.is_empty())
}

/// Hides what is typed at the terminal, until it is dropped.
struct Hidden(Termios);

impl Hidden {
    /// `None` if standard input is no terminal.
    fn begin() -> Option<Self> {
        let shown = tcgetattr(io::stdin()).ok()?;
        let mut hidden = shown.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        // The line break is shown, so that later output begins in a new line.
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
