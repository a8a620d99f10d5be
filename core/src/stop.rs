//! Calling a run off: a state that everybody can see, not an exception.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use crate::{Error, Result};

/// How long what is in flight may take once the run has been called off.
const PATIENCE: Duration = Duration::from_secs(5);

/// The switch. Clones are the same switch. Once on, listing ends, what is queued is given back, and what is in flight is
/// finished if that does not take too long.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<Switch>);

#[derive(Debug, Default)]
struct Switch {
    is_on: AtomicBool,
    since: OnceLock<Instant>,
    /// Why, where nobody called it off.
    reason: OnceLock<Error>,
    turned: Notify,
}

impl Stop {
    /// Calls the run off. Safe from any thread, any number of times.
    pub fn stop(&self) {
        self.0.since.get_or_init(Instant::now);
        self.0.is_on.store(true, Ordering::Release);
        self.0.turned.notify_waiters();
    }

    /// What becomes of the error of an object. One that ends the run is remembered and calls it off: the object is left for
    /// a later run. Any other stays what it is.
    pub(crate) fn or_end_run(&self, error: Error) -> Error {
        if !error.ends_run() {
            return error;
        }
        // Once somebody has called it off, that is the reason.
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

    /// Has it been called off?
    pub fn is_on(&self) -> bool {
        self.0.is_on.load(Ordering::Acquire)
    }

    /// Waits until it is called off.
    pub async fn stopped(&self) {
        loop {
            let turned = self.0.turned.notified();
            if self.is_on() {
                return;
            }
            turned.await;
        }
    }

    /// Waits until it has been called off for as long as what is in flight may take.
    async fn overdue(&self) {
        self.stopped().await;
        if let Some(since) = self.0.since.get() {
            sleep_until(*since + PATIENCE).await;
        }
    }

    /// The work, or [`Error::Stopped`] as soon as the run is called off: for questions, which leave nothing half done.
    pub async fn unless_stopped<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        tokio::select! {
            biased;
            done = work => done,
            () = self.stopped() => Err(Error::Stopped),
        }
    }

    /// The work, or [`Error::Stopped`] when it is still under way a few seconds after the run was called off.
    pub async fn bound<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        tokio::select! {
            biased;
            done = work => done,
            () = self.overdue() => Err(Error::Stopped),
        }
    }
}
