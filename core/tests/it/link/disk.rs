//! A disk between a client and the link: what is sent is read from it before, what is received is written to it.
//!
//! What it has at once shares it evenly, as connections share the link. How much it moves depends on how many that are, how
//! long each is, and what it has taken already.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use super::scenario::{MB, MIB};
use super::world::At;

/// The length of an operation that the figures of a disk are told for.
const USUAL_BYTES: f64 = 4.0 * MIB as f64;

/// What a disk can do.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Disk {
    /// Bytes per second of all operations together.
    pub(crate) rate: f64,
    /// The most that one operation gets.
    pub(crate) each: f64,
    /// From so many operations on, each one more costs this share of the time of one of 4 MiB; it seeks.
    pub(crate) seek: Option<(u32, f64)>,
    /// When so many bytes have been written, it is so fast.
    pub(crate) cache: Option<(f64, f64)>,
}

impl Disk {
    /// One that is as fast with many operations as with four.
    pub(crate) fn ssd(rate: f64) -> Self {
        Self {
            rate,
            each: rate / 4.0,
            seek: None,
            cache: None,
        }
    }

    /// One that loses time with each operation beyond a number.
    pub(crate) fn seeking(rate: f64, from: u32, share: f64) -> Self {
        Self {
            rate,
            each: rate,
            seek: Some((from, share)),
            cache: None,
        }
    }

    /// The same with a cache for so many megabytes, behind which it is so fast.
    pub(crate) fn cache(self, megabytes: f64, rate: f64) -> Self {
        Self {
            cache: Some((megabytes * MB, rate)),
            ..self
        }
    }

    /// What all get together when there are so many of this length.
    fn brings(&self, at_once: u32, bytes: f64, moved: f64) -> f64 {
        let rate = match self.cache {
            Some((cache, after)) if moved > cache => after,
            _ => self.rate,
        };
        let most = rate.min(self.each * f64::from(at_once));
        let Some((from, share)) = self.seek else {
            return most;
        };
        let more = f64::from(at_once.saturating_sub(from));
        // The head goes as far for little as for much.
        most / (1.0 + share * more * (USUAL_BYTES / bytes).sqrt())
    }
}

/// A client's disk at work.
#[derive(Debug)]
pub(crate) struct Desk {
    disk: Disk,
    limit: u32,
    waiting: VecDeque<(usize, f64)>,
    /// Who ends when the common number is so large.
    ends: BinaryHeap<Reverse<(At, usize)>>,
    /// What an operation would have got that was there from the beginning.
    common: f64,
    bytes: f64,
    moved: f64,
    moved_before: f64,
    /// What ended since somebody looked: how many, and their bytes.
    ended: (u32, f64),
}

impl Desk {
    /// One with nothing to do, which may have so many at once, or as many as come.
    pub(crate) fn new(disk: Disk, limit: Option<u32>) -> Self {
        Self {
            disk,
            limit: limit.unwrap_or(u32::MAX),
            waiting: VecDeque::new(),
            ends: BinaryHeap::new(),
            common: 0.0,
            bytes: USUAL_BYTES,
            moved: 0.0,
            moved_before: 0.0,
            ended: (0, 0.0),
        }
    }

    /// No more than this at once from now on.
    pub(crate) fn set(&mut self, limit: Option<u32>) {
        self.limit = limit.unwrap_or(u32::MAX);
        self.begin();
    }

    /// An operation of this request comes.
    pub(crate) fn put(&mut self, flow: usize, bytes: f64) {
        self.waiting.push_back((flow, bytes));
        self.begin();
    }

    /// How many it has, waiting ones among them.
    pub(crate) fn has(&self) -> u32 {
        (self.ends.len() + self.waiting.len()) as u32
    }

    /// What it has moved since the last time.
    pub(crate) fn moved(&mut self) -> f64 {
        let before = std::mem::replace(&mut self.moved_before, self.moved);
        self.moved - before
    }

    /// What ended since the last time.
    pub(crate) fn look(&mut self) -> (u32, u64) {
        let (ended, bytes) = std::mem::take(&mut self.ended);
        (ended, bytes as u64)
    }

    /// How long it takes until an operation ends.
    pub(crate) fn ends_in(&self) -> f64 {
        match self.ends.peek() {
            Some(Reverse((At(common), _))) => ((common - self.common) / self.rate()).max(0.0),
            None => f64::INFINITY,
        }
    }

    pub(crate) fn advance(&mut self, seconds: f64) {
        let grown = self.rate() * seconds;
        self.common += grown;
        self.moved += grown * self.ends.len() as f64;
    }

    /// The operation that ends now: whose it was.
    pub(crate) fn end(&mut self) -> Option<usize> {
        let Reverse((At(common), flow)) = self.ends.pop()?;
        self.common = self.common.max(common);
        self.ended.0 += 1;
        self.ended.1 += self.bytes;
        self.begin();
        Some(flow)
    }

    fn begin(&mut self) {
        while (self.ends.len() as u32) < self.limit
            && let Some((flow, bytes)) = self.waiting.pop_front()
        {
            self.bytes = bytes;
            self.ends.push(Reverse((At(self.common + bytes), flow)));
        }
    }

    /// What each operation gets.
    fn rate(&self) -> f64 {
        let at_once = self.ends.len() as u32;
        self.disk.brings(at_once, self.bytes, self.moved) / f64::from(at_once.max(1))
    }
}
