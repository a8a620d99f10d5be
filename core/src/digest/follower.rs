//! The MD5 of an object whose chunks arrive in any order.
//!
//! Many workers read and send chunks at once, but MD5 needs them one after the other. A follower
//! keeps the chunks that came too early and hashes the next one, in one thread at a time. Nothing
//! waits for it but the commit. The kept chunks use memory of the pool. That cannot stop the run:
//! the next chunk in order was queued before all chunks that wait for it, and each worker's chunks ask
//! for memory in the order of the queue. So the next chunk has its memory already or is the first to
//! get some. Where it fails, the object has failed, and the chunks that wait for it are given up.

use std::collections::BTreeMap;
use std::fmt;
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use azring_transport::buffer::Frozen;
use tokio::sync::oneshot;

use super::Hashers;
use super::progress::DigestProgress;
use super::ticket::{HashInput, Ticket};
use crate::plan::chunks::Chunks;

pub use super::progress::Md5;

/// A single chunk up to this size is hashed by its worker: another thread would cost more.
const INLINE_BYTES_MAX: usize = 256 * 1024;

/// The MD5 of these bytes.
pub fn md5_of(frozen: &Frozen) -> Md5 {
    let mut hash = md5_simd::Md5::new();
    for run in frozen.runs() {
        hash.update(run);
    }
    hash.finalize()
}

/// Hashes the chunks of one object in order. Clones follow the same object.
#[derive(Clone)]
pub struct Follower(Arc<FollowerState>);

pub(super) struct FollowerState {
    hashers: Hashers,
    chunks: Chunks,
    state: Mutex<FollowerQueue>,
}

struct FollowerQueue {
    progress: DigestProgress,
    next: u32,
    early: BTreeMap<u32, Frozen>,
    is_busy: bool,
    /// The object has failed: there will be no digest.
    is_given_up: bool,
    finished: Option<Md5>,
    waiting: Option<oneshot::Sender<Md5>>,
}

impl Follower {
    /// A follower of these chunks. Whatever lies between them counts as zeros.
    pub fn new(hashers: &Hashers, chunks: Chunks) -> Self {
        let state = FollowerQueue {
            progress: DigestProgress::default(),
            next: 0,
            early: BTreeMap::new(),
            is_busy: false,
            is_given_up: false,
            finished: None,
            waiting: None,
        };
        Self(Arc::new(FollowerState {
            hashers: hashers.clone(),
            chunks,
            state: Mutex::new(state),
        }))
    }

    /// Takes the chunk with this index. Each chunk is given once.
    pub fn follow(&self, index: u32, frozen: &Frozen) {
        let is_whole = frozen.bytes() as u64 == self.0.chunks.object_bytes();
        if is_whole && frozen.bytes() <= INLINE_BYTES_MAX {
            let mut state = self.0.lock();
            state.finish(md5_of(frozen));
            return;
        }
        let mut state = self.0.lock();
        if state.is_given_up {
            return;
        }
        state.early.insert(index, frozen.clone());
        if !state.is_busy && state.early.contains_key(&state.next) {
            state.is_busy = true;
            let progress = mem::take(&mut state.progress);
            drop(state);
            let turn = Ticket::new(Arc::clone(&self.0), progress);
            self.0.hashers.hand(turn);
        }
    }

    /// Frees the chunks that wait, since one that comes before them has failed.
    pub fn give_up(&self) {
        let given_up = {
            let mut state = self.0.lock();
            state.is_given_up = true;
            state.waiting = None;
            mem::take(&mut state.early)
        };
        drop(given_up);
    }

    /// Waits for the digest of the whole object; `None` when a chunk will never come.
    ///
    /// All chunks must have been given, or be in transfer.
    pub async fn finish(&self) -> Option<Md5> {
        let waiting = {
            let mut state = self.0.lock();
            if state.finished.is_some() || state.is_given_up {
                return state.finished;
            }
            let (sender, receiver) = oneshot::channel();
            state.waiting = Some(sender);
            receiver
        };
        waiting.await.ok()
    }
}

impl fmt::Debug for Follower {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.0.lock();
        f.debug_struct("Follower")
            .field("next", &state.next)
            .field("chunks", &self.0.chunks.total())
            .finish_non_exhaustive()
    }
}

impl FollowerState {
    fn lock(&self) -> std::sync::MutexGuard<'_, FollowerQueue> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is hashed next. `None` ends the ticket: the next chunk has not come yet, or there is
    /// none.
    pub(super) fn next_chunk(&self, progress: &mut DigestProgress) -> Option<HashInput> {
        let mut state = self.lock();
        let next = state.next;
        if let Some(chunk) = self.chunks.get(next)
            && let Some(frozen) = state.early.remove(&next)
        {
            state.next += 1;
            // The last chunk may be followed by a hole.
            let end_hole_bytes = if state.next == self.chunks.total() {
                self.chunks.object_bytes() - chunk.end()
            } else {
                0
            };
            let hole_bytes = chunk.offset - progress.bytes;
            return Some(HashInput::new(hole_bytes, frozen, end_hole_bytes));
        }
        state.is_busy = false;
        let progress = mem::take(progress);
        if next == self.chunks.total() {
            state.finish(progress.finalize());
        } else {
            state.progress = progress;
        }
        None
    }
}

impl FollowerQueue {
    fn finish(&mut self, digest: Md5) {
        self.finished = Some(digest);
        if let Some(waiting) = self.waiting.take() {
            // Without a receiver the object has failed.
            let _unreceived = waiting.send(digest);
        }
    }
}

#[cfg(test)]
mod tests {
    use azring_transport::buffer::Pool;
    use md5::Digest as _;
    use proptest::prelude::*;

    use super::*;
    use crate::plan::chunks::Chunk;
    use crate::plan::extents::Extents;

    fn frozen(pool: &Pool, data: &[u8]) -> Frozen {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let mut lease = runtime.block_on(pool.lease(data.len())).unwrap();
        lease.append(data);
        lease.freeze()
    }

    fn finish(follower: &Follower) -> Option<Md5> {
        tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap()
            .block_on(follower.finish())
    }

    #[test]
    fn holes_are_hashed_as_the_zeros_that_they_are() {
        let (hashers, _threads) = Hashers::start(1);
        for parts in [
            vec![(100_000, 5000), (900_000, 5000)],
            vec![(0, 5000)],
            vec![(995_000, 5000)],
            vec![],
        ] {
            let mut data = vec![0; 1_000_000];
            for &(offset, bytes) in &parts {
                data[offset as usize..(offset + bytes) as usize].fill(7);
            }
            let extents = Extents::new(1_000_000, parts);
            let chunks = Chunks::of_data(1_000_000, 4096, &extents);
            let follower = Follower::new(&hashers, chunks.clone());
            let pool = Pool::new(0, 8).unwrap();
            for chunk in chunks {
                let bytes = &data[chunk.offset as usize..chunk.end() as usize];
                follower.follow(chunk.index, &frozen(&pool, bytes));
            }
            let expected: Md5 = md5::Md5::digest(&data).into();
            assert_eq!(finish(&follower), Some(expected));
        }
    }

    proptest! {
        #[test]
        fn chunks_in_any_order_give_the_digest_of_the_whole(
            data in proptest::collection::vec(any::<u8>(), 0..5000),
            // At most 50 chunks: fewer than a pool has small slots, since any of them may come last
            // here.
            chunk_bytes in 100_usize..700,
            order in any::<u64>(),
        ) {
            let pool = Pool::new(0, 8).unwrap();
            let (hashers, _threads) = Hashers::start(2);
            let mut chunks: Vec<(usize, &[u8])> = data.chunks(chunk_bytes).enumerate().collect();
            if chunks.is_empty() {
                chunks.push((0, &[]));
            }
            let follower = Follower::new(&hashers, Chunks::new(data.len() as u64, chunk_bytes as u64));
            chunks.sort_by_key(|(index, _)| (*index as u64 + 1).wrapping_mul(order | 1) % 1009);
            for (index, chunk) in chunks {
                follower.follow(index as u32, &frozen(&pool, chunk));
            }
            let expected: Md5 = md5::Md5::digest(&data).into();
            prop_assert_eq!(finish(&follower), Some(expected));
            prop_assert!(pool.is_whole());
        }

        #[test]
        fn objects_side_by_side_in_any_order_give_each_its_own_digest(
            // Chunks of a small slot each, and fewer than a pool has, since any of them may come
            // last.
            sizes in proptest::collection::vec((0_usize..60_000, 1_usize..4), 1..20),
            threads in 1_usize..4,
            order in any::<u64>(),
        ) {
            let pool = Pool::new(0, 8).unwrap();
            let (hashers, _threads) = Hashers::start(threads);
            let byte = |object: usize, at: usize| (at * 31 + object * 7 + (at >> 8)) as u8;
            let objects: Vec<Vec<u8>> = sizes
                .iter()
                .enumerate()
                .map(|(object, (bytes, _))| (0..*bytes).map(|at| byte(object, at)).collect())
                .collect();
            let followers: Vec<Follower> = sizes
                .iter()
                .map(|&(bytes, count)| Follower::new(&hashers, Chunks::new(bytes as u64, bytes.div_ceil(count).max(1) as u64)))
                .collect();
            let mut chunks: Vec<(usize, Chunk)> = followers
                .iter()
                .enumerate()
                .flat_map(|(object, follower)| follower.0.chunks.clone().map(move |chunk| (object, chunk)))
                .collect();
            chunks.sort_by_key(|(object, chunk)| (*object as u64 * 64 + u64::from(chunk.index) + 1).wrapping_mul(order | 1) % 100_003);
            for (object, chunk) in chunks {
                let bytes = &objects[object][chunk.offset as usize..chunk.end() as usize];
                followers[object].follow(chunk.index, &frozen(&pool, bytes));
            }
            for (data, follower) in objects.iter().zip(&followers) {
                let expected: Md5 = md5::Md5::digest(data).into();
                prop_assert_eq!(finish(follower), Some(expected));
            }
            prop_assert!(pool.is_whole());
        }
    }
}
