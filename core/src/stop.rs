//! Stopping a run: a state that every part can see, not an exception.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use crate::{Error, Result};

/// How long chunks in flight may take once the run has been stopped.
const PATIENCE: Duration = Duration::from_secs(5);

/// The switch. Clones are the same switch.
///
/// Once it is on, the listing ends, queued chunks are given up, and chunks in flight are finished
/// if that does not take too long.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<Switch>);

#[derive(Debug, Default)]
struct Switch {
    is_on: AtomicBool,
    since: OnceLock<Instant>,
    /// Why the run was stopped, if not by the user.
    reason: OnceLock<Error>,
    turned: Notify,
}

impl Stop {
    /// Stops the run. Safe from any thread, any number of times.
    pub fn stop(&self) {
        self.0.since.get_or_init(Instant::now);
        self.0.is_on.store(true, Ordering::Release);
        self.0.turned.notify_waiters();
    }

    /// Turns the error of an object into the error to report.
    ///
    /// An error that ends the run is kept and stops it, and the object is left for a later run. Any
    /// other error stays as it is.
    pub(crate) fn or_end_run(&self, error: Error) -> Error {
        if !error.ends_run() {
            return error;
        }
        // Once the run has been stopped, that is the reason.
        if !self.is_on() {
            self.0.reason.get_or_init(|| error);
            self.stop();
        }
        Error::Stopped
    }

    /// The error that ended the run, if one did.
    pub(crate) fn reason(&self) -> Option<Error> {
        self.0.reason.get().cloned()
    }

    /// Whether the run has been stopped.
    pub fn is_on(&self) -> bool {
        self.0.is_on.load(Ordering::Acquire)
    }

    /// Waits until the run is stopped.
    pub async fn stopped(&self) {
        loop {
            let turned = self.0.turned.notified();
            if self.is_on() {
                return;
            }
            turned.await;
        }
    }

    /// Waits until the run has been stopped for as long as chunks in flight may take.
    async fn overdue(&self) {
        self.stopped().await;
        if let Some(since) = self.0.since.get() {
            sleep_until(*since + PATIENCE).await;
        }
    }

    /// Awaits the work, or fails with [`Error::Stopped`] as soon as the run is stopped. For
    /// requests that leave nothing half done.
    pub async fn unless_stopped<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        tokio::select! {
            biased;
            done = work => done,
            () = self.stopped() => Err(Error::Stopped),
        }
    }

    /// Awaits the work, or fails with [`Error::Stopped`] when it is still in flight a few seconds
    /// after the stop.
    pub async fn bound<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        tokio::select! {
            biased;
            done = work => done,
            () = self.overdue() => Err(Error::Stopped),
        }
    }
}
