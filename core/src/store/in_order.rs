//! Makes the chunks of one object wait until they are written in the order of their indices.
//!
//! Several workers have chunks of the object at once. A chunk keeps its memory while it waits for the
//! chunk before it. The run cannot come to a stop by that: the chunk before it was dispatched earlier
//! and has its memory (`schedule`).

use tokio::sync::watch;

use crate::{Error, Result};

/// The order in which the chunks of one object are written.
#[derive(Debug)]
pub(crate) struct InOrder(watch::Sender<Turn>);

#[derive(Debug, Clone, Copy)]
enum Turn {
    /// The chunk with this index is next.
    Of(u32),
    /// The object has failed.
    Over,
}

impl InOrder {
    /// An order whose first chunk has this index.
    pub(crate) fn starting_at(index: u32) -> Self {
        Self(watch::Sender::new(Turn::Of(index)))
    }

    /// Waits until all chunks before this one are written.
    ///
    /// Fails with [`Error::Stopped`] when the object has failed. The chunk that failed reports the reason.
    pub(crate) async fn wait_for(&self, index: u32) -> Result<()> {
        let mut turns = self.0.subscribe();
        let is_ours = |turn: &Turn| match turn {
            Turn::Of(next) => *next == index,
            Turn::Over => true,
        };
        match turns.wait_for(is_ours).await.as_deref() {
            Ok(Turn::Of(_)) => Ok(()),
            Ok(Turn::Over) | Err(_) => Err(Error::Stopped),
        }
    }

    /// Records that this chunk is written, so that the next one may be.
    pub(crate) fn written(&self, index: u32) {
        self.0.send_replace(Turn::Of(index + 1));
    }

    /// Records that the object has failed, and ends all waits.
    pub(crate) fn give_up(&self) {
        self.0.send_replace(Turn::Over);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_chunk_waits_for_the_one_before_it() {
        let order = InOrder::starting_at(3);
        order.wait_for(3).await.unwrap();
        let (waited, ()) = tokio::join!(order.wait_for(4), async { order.written(3) });
        assert!(waited.is_ok());
    }

    #[tokio::test]
    async fn nobody_waits_for_an_object_that_has_failed() {
        let order = InOrder::starting_at(0);
        let (waited, ()) = tokio::join!(order.wait_for(1), async { order.give_up() });
        assert!(matches!(waited, Err(Error::Stopped)));
    }
}
