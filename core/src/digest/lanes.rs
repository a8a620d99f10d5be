//! The objects that one thread hashes side by side, each as far as its chunks have arrived.

use azring_transport::md5::{LANES, Md5Stream, compress};

use super::ticket::Ticket;

/// Blocks of each object that are hashed before the thread looks for more objects: 64 KiB, which
/// takes a tenth of a millisecond or two.
const STEP_BLOCKS: usize = 1024;

/// The tickets of up to [`LANES`] objects.
#[derive(Default)]
pub(super) struct Lanes(Vec<Ticket>);

impl Lanes {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// There are none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes an object, for which there must be a free lane.
    pub(super) fn add(&mut self, turn: Ticket) {
        assert!(self.0.len() < LANES, "there are no more lanes than that");
        self.0.push(turn);
    }

    /// Hashes the next step of every object.
    ///
    /// Objects whose next chunk has not come yet are removed; returns how many those are.
    pub(super) fn step(&mut self) -> usize {
        let before = self.0.len();
        self.0.retain_mut(Ticket::is_ready);
        let mut lanes: Vec<Md5Stream<'_>> = self.0.iter_mut().map(Ticket::lane).collect();
        let blocks = compress(&mut lanes, STEP_BLOCKS);
        for turn in &mut self.0 {
            turn.pass(blocks);
        }
        before - self.0.len()
    }

    /// Gives all tickets away, for other threads.
    pub(super) fn give_up(&mut self) -> impl Iterator<Item = Ticket> {
        self.0.drain(..)
    }
}
