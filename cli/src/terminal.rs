//! The terminal that answers come from.

use std::io;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

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
    let mut line = String::new();
    match stdin.read_line(&mut line) {
        Ok(0) | Err(_) => None,
        Ok(_) => Some(line.trim_end().to_owned()),
    }
}
