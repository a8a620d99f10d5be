//! Ctrl-C, `kill` and a closed terminal: the first signal stops the run, a second one ends the
//! process.
//!
//! A stopped run lists nothing more and finishes the transfers in flight. A thread waits for the
//! signals, so that no code runs in a signal handler.
//!
//! One request may arrive as several signals. `timeout(1)` sends its signal twice, to the process
//! and to its group; a service manager sends SIGTERM and then SIGHUP. So signals within
//! [`SAME_REQUEST`] after the first one belong to it. The message that another signal ends the
//! process at once appears after that time.
//!
//! A process that was started with SIGHUP ignored goes on ignoring it: that is how `nohup(1)` lets a
//! copy outlive the terminal.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;

use crate::console::{Console, Level};
use crate::ending::Ending;
use crate::exit;

/// Signals within this time after the first one are the same request. `timeout` may lose the
/// processor between its two signals, so the time is much longer than an idle machine needs. Nobody
/// reads a message and answers it faster.
const SAME_REQUEST: Duration = Duration::from_millis(500);

/// How long a run goes on while its message cannot be printed.
const ANNOUNCING_MAX: Duration = Duration::from_millis(200);

/// The first signal, if one has come.
#[derive(Debug, Clone, Default)]
pub(crate) struct FirstSignal(Arc<AtomicI32>);

impl FirstSignal {
    /// The ending that the signal causes, if one has come.
    pub(crate) fn ending(&self) -> Option<Ending> {
        match self.0.load(Ordering::Acquire) {
            0 => None,
            number => Some(Ending::Signal(number)),
        }
    }
}

/// Makes a file that exceeds its limit (`ulimit -f`) an error of the write (`EFBIG`) instead of the
/// end of the process.
pub(crate) fn survive_file_size_limit() {
    // If no handler can be installed, the process ends at the limit, and its parent sees the
    // signal.
    let _as_before = signal_hook::flag::register(SIGXFSZ, Arc::default());
}

/// Begins to watch for signals. The first one runs `call_off`, and the second one `at_second`.
pub(crate) fn watch(
    console: Arc<Console>,
    call_off: impl Fn() + Send + 'static,
    at_second: impl FnOnce(Ending) + Send + 'static,
) -> io::Result<FirstSignal> {
    let stopping = [SIGINT, SIGTERM].into_iter();
    let mut signals = Signals::new(stopping.chain((!ignores_hangup()).then_some(SIGHUP)))?;
    let caught = FirstSignal::default();
    let first = caught.clone();
    std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            let Some(number) = signals.forever().next() else {
                return;
            };
            first.0.store(number, Ordering::Release);
            // A run that has nothing to finish ends at once: the message comes first.
            let text = "stopping: active transfers are finished first";
            let announced = announce(&console, text, number == SIGINT);
            let _within_time = announced.recv_timeout(ANNOUNCING_MAX);
            call_off();
            wait_for_the_same_request();
            // These signals belong to the first request.
            let _same_request = signals.pending().count();
            let text = "still stopping; another signal stops at once";
            let _not_awaited = announce(&console, text, false);
            if let Some(number) = signals.forever().next() {
                exit::now(&console, Ending::Signal(number), at_second);
            }
        })?;
    Ok(caught)
}

/// Whether this process was started with SIGHUP ignored. A handler would change that.
fn ignores_hangup() -> bool {
    let status = std::fs::read_to_string("/proc/self/status");
    status.is_ok_and(|status| ignores(&status, SIGHUP))
}

/// Whether the mask of ignored signals in a `/proc/PID/status` (`proc_pid_status(5)`) has a signal.
fn ignores(status: &str, signal: i32) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}

/// Waits while further signals belong to the first request.
#[expect(
    clippy::disallowed_methods,
    reason = "it is the passing of time that is waited for"
)]
fn wait_for_the_same_request() {
    std::thread::sleep(SAME_REQUEST);
}

/// Prints what happens now, in a thread of its own: neither a blocked standard error nor a question that
/// waits for its answer may delay the end. Nothing more can be received when the text was printed. Where the
/// terminal echoed the signal's key, the echo is taken back first.
fn announce(console: &Arc<Console>, text: &'static str, is_echoed: bool) -> Receiver<()> {
    let console = Arc::clone(console);
    let (printing, announced) = channel::<()>();
    let printer = std::thread::Builder::new()
        .name("stopping".to_owned())
        .spawn(move || {
            if is_echoed {
                console.take_back_echo();
            }
            console.message(Level::Warning, text);
            drop(printing);
        });
    // Without a thread there is no message, and the run stops all the same.
    drop(printer);
    announced
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ignored_signals_are_read_from_the_mask_of_the_process() {
        let status =
            "SigBlk:\t0000000000000003\nSigIgn:\t0000000000001001\nSigCgt:\t0000000000000002\n";
        assert!(ignores(status, SIGHUP));
        assert!(!ignores(status, SIGINT));
        assert!(!ignores("SigBlk:\t0000000000000001\n", SIGHUP));
    }
}
