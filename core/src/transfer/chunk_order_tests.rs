//! Chunks that are kept for the digest of their object leave memory for the chunk that comes next.

use std::pin::pin;
use std::sync::Arc;

use azring_transport::buffer::{Frozen, Pool};
use azring_transport::client::{Client, Settings};
use azring_transport::disk::Disk;
use futures_util::FutureExt;
use tokio::sync::Semaphore;

use super::{ObjectTransfer, testing};
use crate::digest::follower::Md5;
use crate::plan::chunks::Chunk;
use crate::plan::testing::task;
use crate::schedule::Gate;
use crate::stop::Stop;
use crate::store::{Committed, Receipt, Step, Sums, Tools, Writer};
use crate::{Error, Result};

/// A chunk needs a large slot.
const CHUNK_BYTES: u64 = 100_000;

/// A writer whose target has every chunk already, as after a run that was killed late.
struct HasAll;

impl Writer for HasAll {
    fn has(&self, _index: u32) -> bool {
        true
    }

    fn write<'a>(
        &'a self,
        _tools: &'a Tools,
        _chunk: Chunk,
        _data: Frozen,
        _sums: Sums,
    ) -> Step<'a, Result<Receipt>> {
        Box::pin(async { Err(Error::Stopped) })
    }

    fn commit<'a>(&'a self, _tools: &'a Tools, md5: Option<Md5>) -> Step<'a, Result<Committed>> {
        assert!(md5.is_some(), "every chunk was hashed");
        Box::pin(async { Ok(Committed::Done(None)) })
    }
}

/// The tools of a worker with memory for two chunks.
fn worker() -> Tools {
    Tools {
        client: Client::new(Arc::new(Settings::default())).unwrap(),
        disk: Disk::threads(),
        pool: Pool::new(0, 2).unwrap(),
    }
}

/// An object of four chunks. Its target can be made once `made` has a permit.
fn object(made: &Arc<Semaphore>) -> ObjectTransfer {
    let context = testing::hashing_context_with(Arc::new(HasAll), made);
    ObjectTransfer::new(task("a", 4 * CHUNK_BYTES, CHUNK_BYTES), &context)
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(future)
}

#[test]
fn a_chunk_that_waits_for_the_target_gets_memory_before_later_ones() {
    block_on(async {
        let (first, second, stop) = (worker(), worker(), Stop::default());
        let made = Arc::new(Semaphore::new(0));
        let object = object(&made);
        let gate = Gate::fixed(1, 4).worker(0);
        let [mut permit0, mut permit1, mut permit2, mut permit3] = [
            gate.permit().await,
            gate.permit().await,
            gate.permit().await,
            gate.permit().await,
        ];
        let mut chunk0 = pin!(object.carry(&first, 0, &stop, &mut permit0));
        assert!(
            chunk0.as_mut().now_or_never().is_none(),
            "the target is being made"
        );
        let mut chunk1 = pin!(object.carry(&second, 1, &stop, &mut permit1));
        assert!(
            chunk1.as_mut().now_or_never().is_none(),
            "it waits for the target"
        );
        made.add_permits(1);
        assert!(chunk0.await.is_none());
        // The second worker takes more chunks before it sees that chunk 1 can go on.
        assert!(
            object
                .carry(&second, 2, &stop, &mut permit2)
                .await
                .is_none()
        );
        let mut chunk3 = pin!(object.carry(&second, 3, &stop, &mut permit3));
        let last = chunk3.as_mut().now_or_never();
        assert!(
            chunk1.as_mut().now_or_never().is_some(),
            "chunk 1 has its memory"
        );
        let last = match last {
            Some(last) => last,
            None => chunk3.await,
        };
        assert!(matches!(last, Some(Ok(Committed::Done(None)))));
    });
}

#[test]
fn a_failed_object_frees_the_chunks_that_wait_for_its_digest() {
    block_on(async {
        let (tools, stop) = (worker(), Stop::default());
        let object = object(&Arc::new(Semaphore::new(1)));
        let permits = Gate::fixed(1, 1).worker(0);
        let mut permit = permits.permit().await;
        for index in 1..3 {
            assert!(
                object
                    .carry(&tools, index, &stop, &mut permit)
                    .await
                    .is_none()
            );
        }
        let mut last = pin!(object.carry(&tools, 3, &stop, &mut permit));
        assert!(
            last.as_mut().now_or_never().is_none(),
            "chunks 1 and 2 wait for chunk 0"
        );
        assert!(!object.forgo(Error::Stopped));
        let Some(last) = last.as_mut().now_or_never() else {
            panic!("the memory of chunks 1 and 2 is not free");
        };
        assert!(matches!(last, Some(Err(Error::Stopped))));
        assert!(tools.pool.is_whole());
    });
}
