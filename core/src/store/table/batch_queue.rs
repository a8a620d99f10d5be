//! Orders the entities of one file into batches, and says which batch may be sent next.
//!
//! Batches of different partitions are sent side by side. Of one partition two may be in flight, and
//! never two with the same row key: an entity that the file has twice is written twice, in the order of
//! the file. Nothing here waits or sends.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use super::batch::EntityBatch;
use super::entity::TableEntity;
use super::rules::PARTITION_BATCHES_MAX;

/// A batch is closed when so many entities of other partitions have followed its last one. A file in the
/// order of keys has no more for it then.
const ENTITIES_BETWEEN_MAX: u64 = 1_000;

/// The batches of one file. `P` is a position in the file.
#[derive(Debug)]
pub struct BatchQueue<P> {
    partitions: HashMap<Box<str>, PartitionState>,
    /// Open batches, about in the order of their last entities. Some of these may be closed already.
    open: VecDeque<OpenBatch>,
    /// The partitions whose next batch may be sent, by the number of that batch.
    ready: BTreeMap<u64, Box<str>>,
    /// The positions before the batches that are not written, by their numbers.
    outstanding: BTreeMap<u64, P>,
    numbers: u64,
    entities: u64,
    held_bytes: usize,
}

#[derive(Debug)]
struct OpenBatch {
    partition: Box<str>,
    number: u64,
    /// How many entities had come when one was added to it.
    at: u64,
}

#[derive(Debug, Default)]
struct PartitionState {
    open: Option<NumberedBatch>,
    queued: VecDeque<NumberedBatch>,
    in_flight: Vec<(u64, HashSet<Box<str>>)>,
}

#[derive(Debug)]
struct NumberedBatch {
    number: u64,
    /// How many entities had come when the last one was added.
    at: u64,
    batch: EntityBatch,
}

/// A batch that may be sent.
#[derive(Debug)]
pub struct ReadyBatch {
    /// By which it is ended.
    pub number: u64,
    /// Its partition.
    pub partition: Box<str>,
    /// Its entities.
    pub batch: EntityBatch,
    /// What it holds in memory.
    bytes: usize,
}

impl ReadyBatch {
    /// What ends it when it was written.
    pub fn ticket(&self) -> BatchTicket {
        BatchTicket {
            number: self.number,
            partition: self.partition.clone(),
            bytes: self.bytes,
        }
    }
}

/// Ends a batch.
#[derive(Debug)]
pub struct BatchTicket {
    number: u64,
    partition: Box<str>,
    bytes: usize,
}

impl BatchTicket {
    /// About how many bytes the batch has.
    pub fn bytes(&self) -> u64 {
        self.bytes as u64
    }
}

impl PartitionState {
    /// The number of the next batch, if it may be sent beside those in flight.
    fn may_send(&self) -> Option<u64> {
        let next = self.queued.front()?;
        let is_apart = |(_, rows): &(u64, HashSet<Box<str>>)| !next.batch.shares_rows(rows);
        let may =
            self.in_flight.len() < PARTITION_BATCHES_MAX && self.in_flight.iter().all(is_apart);
        may.then_some(next.number)
    }

    fn is_over(&self) -> bool {
        self.open.is_none() && self.queued.is_empty() && self.in_flight.is_empty()
    }
}

impl<P: Copy> Default for BatchQueue<P> {
    fn default() -> Self {
        Self {
            partitions: HashMap::new(),
            open: VecDeque::new(),
            ready: BTreeMap::new(),
            outstanding: BTreeMap::new(),
            numbers: 0,
            entities: 0,
            held_bytes: 0,
        }
    }
}

impl<P: Copy> BatchQueue<P> {
    /// Takes the next entity of the file, which begins after the position `before`.
    pub fn add(&mut self, entity: TableEntity, before: P) {
        self.entities += 1;
        let at = self.entities;
        let partition = entity.partition.clone();
        let state = self.partitions.entry(partition.clone()).or_default();
        let rest = match &mut state.open {
            Some(open) => {
                let bytes = open.batch.bytes();
                open.at = at;
                let rest = open.batch.add(entity).err();
                self.held_bytes += open.batch.bytes() - bytes;
                rest
            }
            None => Some(entity),
        };
        if let Some(entity) = rest {
            self.close(&partition);
            self.open(partition, entity, before);
        }
        self.close_old();
    }

    /// Opens a batch with its first entity.
    fn open(&mut self, partition: Box<str>, entity: TableEntity, before: P) {
        let mut batch = EntityBatch::default();
        batch.add(entity).expect("an empty batch takes any entity");
        self.held_bytes += batch.bytes();
        let (number, at) = (self.numbers, self.entities);
        self.numbers += 1;
        self.outstanding.insert(number, before);
        let state = self.partitions.entry(partition.clone()).or_default();
        state.open = Some(NumberedBatch { number, at, batch });
        self.open.push_back(OpenBatch {
            partition,
            number,
            at,
        });
    }

    /// Closes the batches that no entity was added to for long.
    fn close_old(&mut self) {
        while let Some(oldest) = self.open.front()
            && oldest.at + ENTITIES_BETWEEN_MAX < self.entities
        {
            let Some(mut oldest) = self.open.pop_front() else {
                return;
            };
            let state = self.partitions.get(&oldest.partition);
            let open = state.and_then(|state| state.open.as_ref());
            let Some(open) = open.filter(|open| open.number == oldest.number) else {
                continue;
            };
            if open.at + ENTITIES_BETWEEN_MAX < self.entities {
                self.close(&oldest.partition);
            } else {
                oldest.at = open.at;
                self.open.push_back(oldest);
            }
        }
    }

    /// Closes all open batches: the file has ended, or has to wait for them.
    pub fn close_all(&mut self) {
        while let Some(OpenBatch { partition, .. }) = self.open.pop_front() {
            self.close(&partition);
        }
    }

    fn close(&mut self, partition: &str) {
        if let Some(state) = self.partitions.get_mut(partition) {
            state.queued.extend(state.open.take());
        }
        self.make_ready(partition);
    }

    fn make_ready(&mut self, partition: &str) {
        let state = self.partitions.get(partition);
        if let Some(number) = state.and_then(PartitionState::may_send) {
            self.ready.insert(number, partition.into());
        }
    }

    /// Whether [`next_ready`](Self::next_ready) has a batch.
    pub fn has_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    /// The first batch of the file that may be sent now.
    pub fn next_ready(&mut self) -> Option<ReadyBatch> {
        let (_, partition) = self.ready.pop_first()?;
        let state = self.partitions.get_mut(&partition)?;
        let NumberedBatch { number, batch, .. } = state.queued.pop_front()?;
        state.in_flight.push((number, batch.rows().clone()));
        self.make_ready(&partition);
        Some(ReadyBatch {
            number,
            partition,
            bytes: batch.bytes(),
            batch,
        })
    }

    /// A batch was written.
    pub fn ended(&mut self, ticket: &BatchTicket) {
        self.held_bytes -= ticket.bytes;
        self.outstanding.remove(&ticket.number);
        if let Some(state) = self.partitions.get_mut(&ticket.partition) {
            state
                .in_flight
                .retain(|(number, _)| *number != ticket.number);
            if state.is_over() {
                self.partitions.remove(&ticket.partition);
            }
        }
        self.make_ready(&ticket.partition);
    }

    /// The position before which all entities are written; `None` where all are.
    pub fn written_before(&self) -> Option<P> {
        self.outstanding.values().next().copied()
    }

    /// About how many bytes the batches that are not written hold.
    pub fn held_bytes(&self) -> usize {
        self.held_bytes
    }

    /// Whether nothing is left to send or to wait for.
    pub fn is_empty(&self) -> bool {
        self.outstanding.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entity(partition: &str, row: &str) -> TableEntity {
        let json = format!(r#"{{"PartitionKey":"{partition}","RowKey":"{row}"}}"#);
        TableEntity::of_json(json.as_bytes()).unwrap()
    }

    fn queue(entities: &[(&str, &str)]) -> BatchQueue<usize> {
        let mut queue = BatchQueue::default();
        for (at, (partition, row)) in entities.iter().enumerate() {
            queue.add(entity(partition, row), at);
        }
        queue
    }

    fn rows(batch: &ReadyBatch) -> String {
        let rows = batch.batch.entities().iter().map(|entity| &*entity.row);
        format!("{}:{}", batch.partition, rows.collect::<Vec<_>>().join(","))
    }

    #[test]
    fn entities_of_one_partition_are_batched_in_their_order() {
        let mut queue = queue(&[("a", "1"), ("b", "1"), ("a", "2"), ("b", "2")]);
        assert!(!queue.has_ready());
        queue.close_all();
        let batches: Vec<_> = std::iter::from_fn(|| queue.next_ready()).collect();
        assert_eq!(
            batches.iter().map(rows).collect::<Vec<_>>(),
            ["a:1,2", "b:1,2"]
        );
        for batch in &batches {
            queue.ended(&batch.ticket());
        }
        assert!(queue.is_empty());
        assert_eq!(queue.held_bytes(), 0);
    }

    #[test]
    fn the_second_entity_of_a_key_waits_until_the_first_is_written() {
        let mut queue = queue(&[("a", "1"), ("a", "2"), ("a", "1"), ("a", "3")]);
        queue.close_all();
        let first = queue.next_ready().unwrap();
        assert_eq!(rows(&first), "a:1,2");
        assert!(queue.next_ready().is_none());
        queue.ended(&first.ticket());
        assert_eq!(rows(&queue.next_ready().unwrap()), "a:1,3");
    }

    #[test]
    fn of_one_partition_two_batches_are_in_flight() {
        let keys: Vec<String> = (0..350).map(|row| format!("{row:04}")).collect();
        let mut queue = BatchQueue::default();
        for (at, row) in keys.iter().enumerate() {
            queue.add(entity("a", row), at);
        }
        queue.close_all();
        let flying: Vec<_> = std::iter::from_fn(|| queue.next_ready()).collect();
        assert_eq!(flying.len(), PARTITION_BATCHES_MAX);
        queue.ended(&flying[1].ticket());
        assert_eq!(queue.next_ready().unwrap().batch.len(), 100);
        assert!(queue.next_ready().is_none());
    }

    #[test]
    fn the_position_is_that_of_the_first_entity_that_is_not_written() {
        let mut queue = queue(&[("a", "1"), ("b", "1"), ("c", "1")]);
        queue.close_all();
        let flying: Vec<_> = std::iter::from_fn(|| queue.next_ready()).collect();
        assert_eq!(queue.written_before(), Some(0));
        queue.ended(&flying[1].ticket());
        assert_eq!(queue.written_before(), Some(0));
        queue.ended(&flying[0].ticket());
        assert_eq!(queue.written_before(), Some(2));
        queue.ended(&flying[2].ticket());
        assert_eq!(queue.written_before(), None);
    }

    #[test]
    fn a_batch_does_not_wait_for_the_end_of_the_file() {
        let mut queue = BatchQueue::default();
        queue.add(entity("first", "1"), 0);
        for at in 0..=ENTITIES_BETWEEN_MAX {
            assert!(!queue.has_ready(), "{at}");
            queue.add(entity("other", &format!("{:09}", at / 50)), 0);
            queue.add(entity("third", "1"), 0);
            while let Some(ready) = queue.next_ready() {
                if rows(&ready) == "first:1" {
                    assert!(at >= ENTITIES_BETWEEN_MAX / 2 - 1);
                    return;
                }
                queue.ended(&ready.ticket());
            }
        }
        panic!("it waits");
    }

    #[test]
    fn the_first_batch_of_the_file_is_sent_first() {
        let keys: Vec<String> = (0..250).map(|row| format!("{row:04}")).collect();
        let mut queue = BatchQueue::default();
        for (at, row) in keys.iter().enumerate() {
            queue.add(entity("a", row), at);
        }
        queue.add(entity("b", "1"), 250);
        queue.close_all();
        let flying: Vec<_> = std::iter::from_fn(|| queue.next_ready()).collect();
        let partitions: Vec<_> = flying.iter().map(|batch| &*batch.partition).collect();
        assert_eq!(partitions, ["a", "a", "b"]);
        queue.ended(&flying[0].ticket());
        assert_eq!(queue.next_ready().unwrap().batch.len(), 50);
    }
}
