//! The objects of a move that are at the target and not deleted at the source yet.

use std::cell::{Cell, RefCell};

use tokio::sync::Semaphore;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::report::Details;
use crate::transfer::CommittedObject;

/// The most objects that are copied or wait for their deletion at once. Each takes a few hundred bytes, and
/// a deletion that is slower than the copies would else need memory for all of them.
const OBJECTS_MAX: usize = 16 * 1024;

/// An object that waits for its deletion.
pub(super) struct CopiedObject {
    pub(super) committed: CommittedObject,
    /// What is reported of it.
    pub(super) details: Details,
}

/// The queue of one run. Only the coordinator's thread uses it.
pub(super) struct MoveQueue {
    sender: RefCell<Option<UnboundedSender<CopiedObject>>>,
    receiver: RefCell<Option<UnboundedReceiver<CopiedObject>>>,
    room: Semaphore,
    deleted: Cell<u64>,
}

impl Default for MoveQueue {
    fn default() -> Self {
        let (sender, receiver) = unbounded_channel();
        Self {
            sender: RefCell::new(Some(sender)),
            receiver: RefCell::new(Some(receiver)),
            room: Semaphore::new(OBJECTS_MAX),
            deleted: Cell::new(0),
        }
    }
}

impl MoveQueue {
    /// Waits until there is room for one more object, which takes it. It must be given to
    /// [`push`](Self::push) or [`leave`](Self::leave) later.
    pub(super) async fn enter(&self) {
        if let Ok(room) = self.room.acquire().await {
            room.forget();
        }
    }

    /// An object that had entered will not be deleted: its copy has failed.
    pub(super) fn leave(&self) {
        self.room.add_permits(1);
    }

    /// An object that had entered is at the target.
    pub(super) fn push(&self, committed: CommittedObject, details: Details) {
        let copied = CopiedObject { committed, details };
        if let Some(sender) = &*self.sender.borrow() {
            // The other end is there until the queue is closed.
            let _always_received = sender.send(copied);
        }
    }

    /// No outcome comes any more: nobody waits for room.
    pub(super) fn open_wide(&self) {
        self.room.close();
    }

    /// Ends the queue: what is in it is the rest.
    pub(super) fn close(&self) {
        self.sender.borrow_mut().take();
    }

    /// The other end of the queue. It is taken once.
    pub(super) fn take_receiver(&self) -> Option<UnboundedReceiver<CopiedObject>> {
        self.receiver.borrow_mut().take()
    }

    /// Counts an object that is gone at the source.
    pub(super) fn note_deleted(&self) {
        self.deleted.set(self.deleted.get() + 1);
    }

    /// How many objects are gone at the source.
    pub(super) fn deleted(&self) -> u64 {
        self.deleted.get()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[test]
    fn room_is_limited_until_no_outcome_comes_any_more() {
        let queue = MoveQueue::default();
        let enter = || queue.enter().now_or_never().is_some();
        assert!((0..OBJECTS_MAX).all(|_| enter()));
        assert!(!enter());
        queue.leave();
        assert!(enter() && !enter());
        queue.open_wide();
        assert!(enter() && enter());
    }
}
