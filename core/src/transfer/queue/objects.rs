//! The queue: chunks of objects in, in turns, and out to the workers.

use std::collections::VecDeque;
use std::sync::Arc;

use async_channel::{Receiver, Sender};

use super::bytes_limit::{BytesLimit, BytesSlot};
use super::count_limit::{CountLimit, CountSlot};
use crate::transfer::ObjectTransfer;

/// How many chunks may wait.
pub const QUEUED_MAX: usize = 1024;

/// One chunk of one object, to be transferred.
#[derive(Debug)]
pub struct Work {
    /// The object.
    pub object: Arc<ObjectTransfer>,
    /// The chunk's index.
    pub index: u32,
    /// The slot of a large chunk, freed when the chunk is taken.
    place: Option<BytesSlot>,
    /// The slot of any chunk.
    slot: CountSlot,
}

impl Work {
    /// Takes the chunk out, and frees its slots.
    pub fn taken(self) -> (Arc<ObjectTransfer>, u32) {
        drop((self.place, self.slot));
        (self.object, self.index)
    }
}

/// The coordinator's end of the queue.
#[derive(Debug)]
pub struct Queue {
    works: Sender<Work>,
    open: VecDeque<(Arc<ObjectTransfer>, u32)>,
    open_max: usize,
    room: BytesLimit,
    slots: CountLimit,
}

impl Queue {
    /// A queue in which this many large objects take turns, and the end that workers take from.
    pub fn new(open_max: usize) -> (Self, Receiver<Work>) {
        let (works, taken) = async_channel::bounded(QUEUED_MAX);
        (
            Self {
                works,
                open: VecDeque::new(),
                open_max,
                room: BytesLimit::new(),
                slots: CountLimit::new(QUEUED_MAX),
            },
            taken,
        )
    }

    /// Adds an object; waits while too many chunks are waiting.
    pub async fn push(&mut self, object: Arc<ObjectTransfer>) {
        let indices = object.task().indices();
        if indices.len() == 1 {
            self.send(object, indices.start).await;
            return;
        }
        self.open.push_back((object, indices.start));
        while self.open.len() >= self.open_max {
            self.advance().await;
        }
    }

    /// Queues the rest of the open objects and ends the queue.
    pub async fn close(mut self) {
        while !self.open.is_empty() {
            self.advance().await;
        }
    }

    /// Queues the next chunk of the object whose turn it is.
    async fn advance(&mut self) {
        let Some((object, index)) = self.open.pop_front() else {
            return;
        };
        if index + 1 < object.task().indices().end {
            self.open.push_back((Arc::clone(&object), index + 1));
        }
        self.send(object, index).await;
    }

    async fn send(&self, object: Arc<ObjectTransfer>, index: u32) {
        let chunk = object.task().chunks.get(index);
        let place = self.room.place(chunk.map_or(0, |chunk| chunk.bytes)).await;
        let work = Work {
            object,
            index,
            place,
            slot: self.slots.slot().await,
        };
        // The workers keep the other end until this one is dropped.
        let _always_taken = self.works.send(work).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Hashers;
    use crate::options::Integrity;
    use crate::plan::testing::task;
    use crate::schedule::limits::OPEN_MAX;
    use crate::transfer::testing;

    fn object(name: &str, bytes: u64) -> Arc<ObjectTransfer> {
        let context = testing::context(Integrity::default(), &Hashers::start(1).0);
        Arc::new(ObjectTransfer::new(task(name, bytes, 10), &context))
    }

    /// The order of the chunks of these objects, when this many take turns.
    fn order(open_max: usize, objects: &[(&str, u64)]) -> Vec<String> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(async {
            let (mut queue, works) = Queue::new(open_max);
            for (name, bytes) in objects {
                queue.push(object(name, *bytes)).await;
            }
            queue.close().await;
            let mut order = Vec::new();
            while let Ok(work) = works.recv().await {
                order.push(format!("{}{}", work.object.task().entry.name, work.index));
            }
            order
        })
    }

    #[test]
    fn chunks_of_an_object_come_in_order_and_large_objects_take_turns() {
        let objects = [("a", 30), ("b", 20), ("small", 5), ("c", 20), ("empty", 0)];
        assert_eq!(
            order(OPEN_MAX, &objects),
            ["small0", "empty0", "a0", "b0", "c0", "a1", "b1", "c1", "a2"]
        );
    }

    #[test]
    fn no_more_large_objects_take_turns_than_were_asked_for() {
        let objects = [("a", 20), ("b", 20), ("c", 20)];
        assert_eq!(order(2, &objects), ["a0", "b0", "a1", "b1", "c0", "c1"]);
        assert_eq!(order(4, &objects), ["a0", "b0", "c0", "a1", "b1", "c1"]);
    }
}
