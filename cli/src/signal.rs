//! Ctrl-C, `kill` and a terminal that goes away: the first one calls the run off, the second one leaves at once.
//!
//! Calling off is gentle: listing stops, what is in flight is finished. A thread of its own waits for the signals, so
//! that nothing but ordinary code runs when one comes.
//!
//! One wish may arrive as several signals. `timeout(1)` sends its signal twice, to the process and to its group; a service
//! manager sends SIGTERM and then SIGHUP. So whatever comes within [`SAME_REQUEST`] of the first signal belongs to it, and
//! only then is the user told that one more leaves at once.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;

use crate::console::{Console, Level};
use crate::ending::Ending;
use crate::exit;

/// Signals that come so soon after the first one are the same request. `timeout` may lose the processor between its two
/// signals, so this is much longer than it needs on an idle machine; nobody reads a message and answers it faster.
const SAME_REQUEST: Duration = Duration::from_millis(500);

/// Which signal came first, if any did.
#[derive(Debug, Clone, Default)]
pub(crate) struct FirstSignal(Arc<AtomicI32>);

impl FirstSignal {
    /// The ending that the signal brings, if there was one.
    pub(crate) fn ending(&self) -> Option<Ending> {
        match self.0.load(Ordering::Acquire) {
            0 => None,
            number => Some(Ending::Signal(number)),
        }
    }
}

/// A file that becomes longer than it may (`ulimit -f`) is an error of the write (`EFBIG`), and not the end of the process.
pub(crate) fn survive_file_size_limit() {
    // Without a handler the process ends where the limit is met, and says so to its parent: nothing is hidden.
    let _as_before = signal_hook::flag::register(SIGXFSZ, Arc::default());
}

/// From now on signals end this run: the first one runs `call_off`.
pub(crate) fn watch(
    console: Arc<Console>,
    call_off: impl Fn() + Send + 'static,
) -> io::Result<FirstSignal> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    let caught = FirstSignal::default();
    let first = caught.clone();
    std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            let Some(number) = signals.forever().next() else {
                return;
            };
            first.0.store(number, Ordering::Release);
            call_off();
            announce(&console, "stopping: active transfers are finished first");
            wait_for_the_same_request();
            // Read and forgotten: they are the first request again.
            let _same_request = signals.pending().count();
            announce(&console, "still stopping; another signal stops at once");
            if let Some(number) = signals.forever().next() {
                exit::now(&console, Ending::Signal(number));
            }
        })?;
    Ok(caught)
}

/// Lets the time pass in which one more signal is the first request again.
#[expect(
    clippy::disallowed_methods,
    reason = "it is the passing of time that is waited for"
)]
fn wait_for_the_same_request() {
    std::thread::sleep(SAME_REQUEST);
}

/// Tells what happens now. A reader who does not read must not keep the second signal from being seen, so this waits for
/// the console in a thread of its own.
fn announce(console: &Arc<Console>, text: &'static str) {
    let console = Arc::clone(console);
    let announced = std::thread::Builder::new()
        .name("stopping".to_owned())
        .spawn(move || {
            console.message(Level::Warning, text);
        });
    // Without a thread there is no message, and the run ends all the same.
    drop(announced);
}
