//! What the workers tell, as the coordinator hears it: at once, or, while thousands of small objects end every second, a
//! millisecond's worth at a time. To be woken for each of them would cost as much as carrying them.

use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedReceiver;

use crate::transfer::Told;

/// How long it is counted how much is told.
const COUNT_FOR: Duration = Duration::from_millis(5);

/// More than this in that time is too much for hearing each by itself.
const SINGLY_MAX: u32 = 10;

/// For how long things are let gather.
const GATHER_FOR: Duration = Duration::from_millis(1);

/// The coordinator's end of what is told.
pub(super) struct Hearing {
    told: UnboundedReceiver<Told>,
    heard: u32,
    since: Instant,
    is_dense: bool,
}

impl Hearing {
    pub(super) fn new(told: UnboundedReceiver<Told>) -> Self {
        Self {
            told,
            heard: 0,
            since: Instant::now(),
            is_dense: false,
        }
    }

    /// The next thing; none when the last worker has ended. Dropping the future loses nothing.
    pub(super) async fn next(&mut self) -> Option<Told> {
        let mut told = self.told.try_recv().ok();
        if told.is_none() {
            self.count();
            if self.is_dense {
                // Nobody is registered to be woken meanwhile.
                tokio::time::sleep(GATHER_FOR).await;
            }
            told = self.told.recv().await;
        }
        self.heard += 1;
        told
    }

    fn count(&mut self) {
        if self.since.elapsed() >= COUNT_FOR {
            self.is_dense = self.heard > SINGLY_MAX && self.since.elapsed() < 4 * COUNT_FOR;
            self.heard = 0;
            self.since = Instant::now();
        }
    }
}
