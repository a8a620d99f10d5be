//! The thread that looks at the counters and says how far the run is: five times a second in a bar, every ten seconds in
//! lines, every two in records.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use azring_core::report::{Event, Totals};

use super::progress::{Meter, Sample, bar, plain};
use super::{Console, json};
use crate::audience::{End, Listener};

/// How often the bar is drawn, per second.
pub(super) const HZ: u8 = 5;
const BAR_EVERY: Duration = Duration::from_millis(1000 / HZ as u64);
/// How often a line is printed.
const LINES_EVERY: Duration = Duration::from_secs(10);
/// How often a record is written.
const RECORDS_EVERY: Duration = Duration::from_secs(2);

/// In which form progress is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// One line that is rewritten.
    Bar,
    /// AzCopy's line, again and again.
    Lines,
    /// Records of JSON on standard output.
    Records,
}

/// Tells how far the run is, from its start to its end.
pub(crate) struct Progress {
    console: Arc<Console>,
    form: Form,
    ticker: RefCell<Option<Ticker>>,
}

impl Progress {
    /// Progress in this form.
    pub(crate) fn new(console: Arc<Console>, form: Form) -> Self {
        Self {
            console,
            form,
            ticker: RefCell::new(None),
        }
    }
}

impl Listener for Progress {
    fn hear(&self, event: &Event<'_>) {
        if let Event::Started { totals } = event {
            let ticker = Ticker::start(Arc::clone(&self.console), Arc::clone(totals), self.form);
            self.ticker.replace(Some(ticker));
        }
    }

    fn hear_end(&self, _end: &End<'_>) {
        self.ticker.take();
    }
}

/// A running thread; it ends when this is dropped.
struct Ticker {
    stop: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Ticker {
    fn start(console: Arc<Console>, totals: Arc<Totals>, form: Form) -> Self {
        let (stop, stopped) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("progress".to_owned())
            .spawn(move || tell(&console, &totals, form, &stopped))
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

fn tell(console: &Console, totals: &Totals, form: Form, stopped: &mpsc::Receiver<()>) {
    let started = Instant::now();
    let every = match form {
        Form::Bar => BAR_EVERY,
        Form::Lines => LINES_EVERY,
        Form::Records => RECORDS_EVERY,
    };
    let mut meter = Meter::default();
    while stopped.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
        let sample = Sample::read(totals, started.elapsed());
        let rate = meter.rate(&sample);
        match form {
            Form::Bar => console.redraw(bar(&sample, rate, columns())),
            Form::Lines => console.progress(&plain(&sample)),
            Form::Records => console.result(&json::progress(&sample, rate)),
        }
    }
    console.clear();
}

/// The terminal's width now: it may have been resized.
fn columns() -> usize {
    rustix::termios::tcgetwinsize(std::io::stderr())
        .map_or(80, |size| usize::from(size.ws_col).max(20))
}
