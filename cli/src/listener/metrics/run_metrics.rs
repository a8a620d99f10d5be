//! The listener that keeps the metrics file up to date.

use std::cell::RefCell;
use std::io;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use azring_core::report::{Event, Totals};
use azring_core::select::NameShard;

use super::snapshot::{EventCounts, RunEnded, RunFacts, Snapshot};
use crate::console::{Console, Level};
use crate::job_id::JobId;
use crate::listener::background_thread::BackgroundThread;
use crate::listener::progress_sample::{ProgressSample, RateMeter};
use crate::listener::{Listener, RunEnd};
use crate::metrics_file::MetricsFile;
use crate::usage_error::reason;

/// How often the file is replaced: more often than Prometheus asks by default, every 15 seconds.
const EVERY: Duration = Duration::from_secs(5);

/// Keeps the metrics file up to date from the start of a run to its end.
pub(crate) struct RunMetrics {
    writer: Arc<MetricsWriter>,
    totals: RefCell<Option<Arc<Totals>>>,
    ticker: RefCell<Option<BackgroundThread>>,
}

/// What writes the file: on the listener's thread, and on one of its own.
struct MetricsWriter {
    file: MetricsFile,
    facts: RunFacts,
    counts: Mutex<EventCounts>,
    console: Arc<Console>,
}

impl RunMetrics {
    /// Writes the first version of the file. Fails where that is not possible.
    pub(crate) fn open(
        file: &MetricsFile,
        shard: Option<NameShard>,
        job: JobId,
        console: Arc<Console>,
    ) -> io::Result<Self> {
        let writer = MetricsWriter {
            file: file.clone(),
            facts: RunFacts {
                job: job.to_string(),
                shard: shard.map(|shard| shard.to_string()).unwrap_or_default(),
                began: SystemTime::now(),
            },
            counts: Mutex::default(),
            console,
        };
        writer.write(&Totals::default(), 0, None)?;
        Ok(Self {
            writer: Arc::new(writer),
            totals: RefCell::new(None),
            ticker: RefCell::new(None),
        })
    }

    fn count(&self, change: impl FnOnce(&mut EventCounts)) {
        let counts = self.writer.counts.lock();
        change(&mut counts.unwrap_or_else(PoisonError::into_inner));
    }
}

impl Listener for RunMetrics {
    fn on_event(&self, event: &Event<'_>) {
        match event {
            Event::Started { totals } => {
                self.totals.replace(Some(Arc::clone(totals)));
                let (writer, totals) = (Arc::clone(&self.writer), Arc::clone(totals));
                let ticker = BackgroundThread::start("metrics", move |stopped| {
                    writer.keep(&totals, stopped);
                });
                self.ticker.replace(Some(ticker));
            }
            Event::Window(window) => self.count(|counts| counts.pace = window.decision.pace),
            Event::Skipped { bytes, .. } => self.count(|counts| counts.skipped_bytes += bytes),
            Event::Failed { bytes, .. } => self.count(|counts| counts.failed_bytes += bytes),
            Event::Deleted { .. } => self.count(|counts| counts.deleted += 1),
            Event::DeletionFailed { .. } => self.count(|counts| counts.deletions_failed += 1),
            _ => {}
        }
    }

    fn on_end(&self, end: &RunEnd<'_>) {
        self.ticker.take();
        self.count(|counts| counts.pace = None);
        let totals = self.totals.take().unwrap_or_default();
        let ended = RunEnded {
            at: SystemTime::now(),
            exit_code: end.ending.code(),
        };
        if let Err(error) = self.writer.write(&totals, 0, Some(ended)) {
            self.writer.warn(&error);
        }
    }
}

impl MetricsWriter {
    fn write(&self, totals: &Totals, rate: u64, ended: Option<RunEnded>) -> io::Result<()> {
        let counts = *self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let snapshot = Snapshot {
            facts: &self.facts,
            now: SystemTime::now(),
            totals,
            counts,
            rate,
            ended,
        };
        self.file.replace(&snapshot.text())
    }

    /// The metrics are no part of the run, whose exit code stays.
    fn warn(&self, error: &io::Error) {
        let text = format!(
            "cannot write the metrics `{}`: {}",
            self.file.path().display(),
            reason(error)
        );
        self.console.message(Level::Warning, &text);
    }

    /// Writes every few seconds until `stopped` is closed.
    fn keep(&self, totals: &Totals, stopped: &mpsc::Receiver<()>) {
        let began = Instant::now();
        let mut meter = RateMeter::default();
        let mut has_warned = false;
        meter.rate(&ProgressSample::read(totals, Duration::ZERO));
        while stopped.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
            let rate = meter.rate(&ProgressSample::read(totals, began.elapsed()));
            if let Err(error) = self.write(totals, rate, None)
                && !std::mem::replace(&mut has_warned, true)
            {
                self.warn(&error);
            }
        }
    }
}
