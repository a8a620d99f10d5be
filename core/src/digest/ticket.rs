//! The right to hash the next bytes of one object. One thread holds it at a time.

use std::sync::Arc;

use azring_transport::buffer::Frozen;
use azring_transport::md5::{Block, Md5Stream};

use super::follower::FollowerState;
use super::progress::DigestProgress;

/// Zeros to hash for a hole.
static ZEROS: [u8; 64 * 1024] = [0; 64 * 1024];

/// How far an object is hashed, and what comes next.
pub(super) struct Ticket {
    shared: Arc<FollowerState>,
    progress: DigestProgress,
    feed: HashInput,
}

impl Ticket {
    pub(super) fn new(shared: Arc<FollowerState>, progress: DigestProgress) -> Self {
        Self {
            shared,
            progress,
            feed: HashInput::default(),
        }
    }

    /// Advances to a whole block that can be hashed. False when there is none for now: the ticket
    /// has ended.
    pub(super) fn is_ready(&mut self) -> bool {
        loop {
            let next = self.feed.next();
            if next.is_empty() {
                let Some(feed) = self.shared.next_chunk(&mut self.progress) else {
                    return false;
                };
                self.feed = feed;
                continue;
            }
            match self.progress.take_odd(next) {
                0 => return true,
                bytes => self.feed.pass(bytes),
            }
        }
    }

    /// The blocks that can be hashed, and the state they belong to.
    pub(super) fn lane(&mut self) -> Md5Stream<'_> {
        let (blocks, _odd) = self.feed.next().as_chunks();
        let state = &mut self.progress.state;
        Md5Stream { state, blocks }
    }

    /// Marks this many blocks as hashed.
    pub(super) fn pass(&mut self, blocks: usize) {
        let bytes = blocks * size_of::<Block>();
        self.progress.bytes += bytes as u64;
        self.feed.pass(bytes);
    }
}

/// What is hashed next: a hole, a chunk, and the hole at the object's end.
#[derive(Default)]
pub(super) struct HashInput {
    hole_bytes: u64,
    chunk: Option<Frozen>,
    /// How much of the chunk has been hashed.
    at: usize,
    end_hole_bytes: u64,
}

impl HashInput {
    /// A chunk with a hole of this length before it, and one after it.
    pub(super) fn new(hole_bytes: u64, chunk: Frozen, end_hole_bytes: u64) -> Self {
        Self {
            hole_bytes,
            chunk: (chunk.bytes() > 0).then_some(chunk),
            at: 0,
            end_hole_bytes,
        }
    }

    /// Its next bytes that lie together; none at its end.
    fn next(&self) -> &[u8] {
        if self.hole_bytes > 0 {
            return zeros(self.hole_bytes);
        }
        let mut at = self.at;
        for run in self.chunk.iter().flat_map(Frozen::runs) {
            if at < run.len() {
                return &run[at..];
            }
            at -= run.len();
        }
        zeros(self.end_hole_bytes)
    }

    /// Marks bytes of [`HashInput::next`] as hashed. With its last byte a chunk's memory is freed.
    fn pass(&mut self, bytes: usize) {
        if self.hole_bytes > 0 {
            self.hole_bytes -= bytes as u64;
        } else if let Some(chunk) = &self.chunk {
            self.at += bytes;
            if self.at == chunk.bytes() {
                self.chunk = None;
            }
        } else {
            self.end_hole_bytes -= bytes as u64;
        }
    }
}

fn zeros(bytes: u64) -> &'static [u8] {
    &ZEROS[..bytes.min(ZEROS.len() as u64) as usize]
}
