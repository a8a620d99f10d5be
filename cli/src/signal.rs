//! Ctrl-C, `kill` and a terminal that goes away: the first one calls the run off, the second one leaves at once.
//!
//! Calling off is gentle: listing stops, what is in flight is finished. A thread of its own waits for the signals, so
//! that nothing but ordinary code runs when one comes.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::console::{Console, Level};
use crate::exit::{self, Ending};

/// Which signal came first, if any did.
#[derive(Debug, Clone, Default)]
pub(crate) struct Caught(Arc<AtomicI32>);

impl Caught {
    /// The ending that the signal brings, if there was one.
    pub(crate) fn ending(&self) -> Option<Ending> {
        match self.0.load(Ordering::Acquire) {
            0 => None,
            number => Some(Ending::Signal(number)),
        }
    }
}

/// From now on signals end this run: the first one runs `call_off`.
pub(crate) fn watch(
    console: Arc<Console>,
    call_off: impl Fn() + Send + 'static,
) -> io::Result<Caught> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    let caught = Caught::default();
    let first = caught.clone();
    std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            for number in signals.forever() {
                if first.ending().is_some() {
                    exit::at_once(&console, Ending::Signal(number));
                }
                first.0.store(number, Ordering::Release);
                call_off();
                console.message(
                    Level::Info,
                    "stopping: what is under way is finished first; once more leaves at once",
                );
            }
        })?;
    Ok(caught)
}
