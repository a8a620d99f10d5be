//! The thread that looks at the counters and says how far the run is: five times a second on a terminal that can rewrite
//! a line, every ten seconds elsewhere.

use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use azring_core::report::Totals;

use super::Console;
use super::progress::{Meter, Sample, bar, plain};

/// How often the bar is drawn, per second.
pub(super) const HZ: u8 = 5;
const BAR_EVERY: Duration = Duration::from_millis(1000 / HZ as u64);
/// How often a plain line is printed.
const PLAIN_EVERY: Duration = Duration::from_secs(10);

/// A running thread; it ends when this is dropped.
pub(super) struct Ticker {
    stop: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Ticker {
    /// Starts telling `console` about `totals`.
    pub(super) fn start(console: Arc<Console>, totals: Arc<Totals>) -> Self {
        let (stop, stopped) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("progress".to_owned())
            .spawn(move || tell(&console, &totals, &stopped))
            .ok();
        Self {
            stop: Some(stop),
            thread,
        }
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn tell(console: &Console, totals: &Totals, stopped: &mpsc::Receiver<()>) {
    let started = Instant::now();
    let has_bar = console.bar.is_some();
    let every = if has_bar { BAR_EVERY } else { PLAIN_EVERY };
    let mut meter = Meter::default();
    while stopped.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
        let sample = Sample::read(totals, started.elapsed());
        let rate = meter.rate(&sample);
        console.progress(if has_bar {
            bar(&sample, rate, columns())
        } else {
            plain(&sample)
        });
    }
    console.clear();
}

/// The terminal's width now: it may have been resized.
fn columns() -> usize {
    rustix::termios::tcgetwinsize(std::io::stderr())
        .map_or(80, |size| usize::from(size.ws_col).max(20))
}
