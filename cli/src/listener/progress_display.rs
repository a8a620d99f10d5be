//! The thread that shows progress: five times a second as a bar, every ten seconds as a line, every
//! two seconds as a record.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use azring_core::report::{Event, Totals};

use super::azcopy10;
use super::background_thread::BackgroundThread;
use super::json_records;
use super::listeners::{Listener, RunEnd};
use super::progress_sample::{ProgressSample, RateMeter};
use super::progress_text::{bar, plain};
use crate::console::{BAR_HZ, Console};
use crate::settings::ProgressForm;

const BAR_EVERY: Duration = Duration::from_millis(1000 / BAR_HZ as u64);
/// How often a line is printed.
const LINES_EVERY: Duration = Duration::from_secs(10);
/// How often a record is written.
const RECORDS_EVERY: Duration = Duration::from_secs(2);

/// Shows progress from the start of a run to its end.
pub(crate) struct ProgressDisplay {
    console: Arc<Console>,
    form: ProgressForm,
    ticker: RefCell<Option<BackgroundThread>>,
}

impl ProgressDisplay {
    /// Progress in this form.
    pub(crate) fn new(console: Arc<Console>, form: ProgressForm) -> Self {
        Self {
            console,
            form,
            ticker: RefCell::new(None),
        }
    }
}

impl Listener for ProgressDisplay {
    fn on_event(&self, event: &Event<'_>) {
        if let Event::Started { totals } = event {
            let (console, totals, form) =
                (Arc::clone(&self.console), Arc::clone(totals), self.form);
            let ticker = BackgroundThread::start("progress", move |stopped| {
                tell(&console, &totals, form, stopped);
            });
            self.ticker.replace(Some(ticker));
        }
    }

    fn on_end(&self, _end: &RunEnd<'_>) {
        self.ticker.take();
    }
}

fn tell(console: &Console, totals: &Totals, form: ProgressForm, stopped: &mpsc::Receiver<()>) {
    let started = Instant::now();
    let every = match form {
        ProgressForm::Bar => BAR_EVERY,
        ProgressForm::Lines | ProgressForm::AzCopy10Lines => LINES_EVERY,
        ProgressForm::Records | ProgressForm::AzCopy10Records(_) => RECORDS_EVERY,
    };
    let mut meter = RateMeter::default();
    while stopped.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
        let sample = ProgressSample::read(totals, started.elapsed());
        let rate = meter.rate(&sample);
        match form {
            ProgressForm::Bar => console.redraw(bar(&sample, rate, columns())),
            ProgressForm::Lines => console.progress(&plain(&sample)),
            ProgressForm::Records => console.result(&json_records::progress(&sample, rate)),
            ProgressForm::AzCopy10Lines => console.progress(&azcopy10::progress(&sample, rate)),
            ProgressForm::AzCopy10Records(job) => {
                console.result(&azcopy10::progress_record(&sample, job));
            }
        }
    }
    console.clear();
}

/// The present width of the terminal, which may be resized.
fn columns() -> usize {
    rustix::termios::tcgetwinsize(std::io::stderr())
        .map_or(80, |size| usize::from(size.ws_col).max(20))
}
