//! The MD5 of an object that passes through a pipe: one block is hashed while the next one is read.

use azring_transport::buffer::Frozen;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::digest::follower::Md5;

/// A digest that grows block by block; none where none is wanted.
#[derive(Default)]
pub(super) struct Hashing(Option<JoinHandle<md5_simd::Md5>>);

impl Hashing {
    /// Begins a digest, if it is wanted.
    pub(super) fn new(wanted: bool) -> Self {
        Self(wanted.then(|| spawn_blocking(md5_simd::Md5::new)))
    }

    /// Takes the next block; waits for the one before.
    pub(super) async fn take(&mut self, block: &Frozen) {
        let Some(before) = self.0.take() else { return };
        let mut hash = ended(before).await;
        let block = block.clone();
        self.0 = Some(spawn_blocking(move || {
            for run in block.runs() {
                hash.update(run);
            }
            hash
        }));
    }

    /// The digest of everything.
    pub(super) async fn finish(self) -> Option<Md5> {
        Some(ended(self.0?).await.finalize())
    }
}

async fn ended(hashing: JoinHandle<md5_simd::Md5>) -> md5_simd::Md5 {
    match hashing.await {
        Ok(hash) => hash,
        Err(broken) => std::panic::resume_unwind(broken.into_panic()),
    }
}
