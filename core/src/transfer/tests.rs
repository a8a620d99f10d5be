//! How long a permit is held, checked with a writer that waits for a signal.

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

/// A writer that waits for a signal.
struct Waits {
    sends: bool,
    written: Semaphore,
}

impl Writer for Waits {
    fn sends(&self) -> bool {
        self.sends
    }

    fn write<'a>(
        &'a self,
        _tools: &'a Tools,
        _chunk: Chunk,
        _data: Frozen,
        _sums: Sums,
    ) -> Step<'a, Result<Receipt>> {
        Box::pin(async {
            let _never = self.written.acquire().await;
            Err(Error::Stopped)
        })
    }

    fn commit<'a>(&'a self, _tools: &'a Tools, _md5: Option<Md5>) -> Step<'a, Result<Committed>> {
        Box::pin(async { Err(Error::Stopped) })
    }
}

fn object(sends: bool) -> ObjectTransfer {
    let writer = Waits {
        sends,
        written: Semaphore::new(0),
    };
    let context = testing::context_with(Arc::new(writer));
    ObjectTransfer::new(task("a", 20, 10), &context)
}

/// Whether a second permit is free while the first chunk is written.
fn lets_next_while_it_writes(sends: bool) -> bool {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let tools = Tools {
            client: Client::new(Arc::new(Settings::default())).unwrap(),
            disk: Disk::threads(),
            pool: Pool::new(0, 2).unwrap(),
        };
        let (object, stop) = (object(sends), Stop::default());
        let permits = Gate::fixed(1, 1).worker(0);
        let mut permit = permits.permit().await;
        assert!(
            permits.permit().now_or_never().is_none(),
            "there is but one"
        );
        let carried = object.carry(&tools, 0, &stop, &mut permit);
        assert!(carried.now_or_never().is_none(), "the writing waits");
        let lets_next = permits.permit().now_or_never().is_some();
        assert!(
            permits.idle().now_or_never().is_none(),
            "it is still carried"
        );
        lets_next
    })
}

#[test]
fn a_disk_write_returns_its_permit_early_and_a_request_does_not() {
    assert!(lets_next_while_it_writes(false));
    assert!(!lets_next_while_it_writes(true));
}
