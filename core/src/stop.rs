//! Calling a run off: a state that everybody can see, not an exception.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

/// The switch. Clones are the same switch. Once on, listing ends, what is queued is given back, and what is in flight is
/// finished.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<Switch>);

#[derive(Debug, Default)]
struct Switch {
    is_on: AtomicBool,
    turned: Notify,
}

impl Stop {
    /// Calls the run off. Safe from any thread, any number of times.
    pub fn stop(&self) {
        self.0.is_on.store(true, Ordering::Release);
        self.0.turned.notify_waiters();
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
}
