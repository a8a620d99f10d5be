//! The command `move`: a copy whose objects are deleted at the source.
//!
//! A worker that has committed an object says what it committed. The object then waits in the `move_queue`, is
//! compared with its copy (`proof`), and is deleted as the version that was read (`deletion`). Objects of
//! which no copy was committed are never in the queue: skipped ones, failed ones, and marks of folders.
//!
//! The journal says that an object is at the target before it is deleted. A run that goes on from an earlier
//! one lists the source from its beginning: what was deleted is not listed any more, and an object that the
//! earlier run copied and did not delete is compared byte by byte with its copy, and then deleted.

mod proof;

mod deletion;

use std::pin::pin;

use azring_transport::buffer::Pool;
use futures_util::future::{Either, select};

use super::move_queue::MoveQueue;
use super::run::Run;
use crate::compare::overlap;
use crate::options::MoveOptions;
use crate::plan::route::Way;
use crate::store::{self, Ends, RemovalOptions, Tools};
use crate::{Error, Result};

use deletion::SourceDeletion;

/// The memory with which objects are compared with their copies, in bytes.
const COMPARE_BYTES: u64 = 8 << 20;

/// Chunks that are compared at once.
const COMPARED_AT_ONCE: usize = 2;

impl Run<'_> {
    /// Refuses a move from or to something that has no objects of its own.
    pub(super) fn check_moved_kind(&self) -> Result<()> {
        let (source, target) = (&self.options.source, &self.options.target);
        match self.route.way {
            Way::Stream | Way::ServerCopy => Ok(()),
            Way::Pipe | Way::Export | Way::Import => Err(Error::Usage(format!(
                "a move is between folders, containers and file shares: `{source}` or `{target}` is none"
            ))),
        }
    }

    /// Refuses a move that would delete what it has written.
    pub(super) fn check_moved_places(&self, ends: &Ends) -> Result<()> {
        let (source, target) = (&self.options.source, &self.options.target);
        if ends.single.is_none() && overlap(source, target) {
            return Err(Error::Usage(format!(
                "`{source}` and `{target}` overlap: a move would delete what it has written"
            )));
        }
        Ok(())
    }

    /// Awaits the copying, and meanwhile deletes what was copied; then deletes the rest.
    pub(super) async fn while_deleting<T>(
        &self,
        (moves, options): (&MoveQueue, MoveOptions),
        tools: &Tools,
        ends: &Ends,
        copying: impl Future<Output = T>,
    ) -> Result<T> {
        let removal = RemovalOptions {
            snapshots: options.deletes_snapshots,
            empty_folders: false,
        };
        let deletion = SourceDeletion {
            moves,
            remover: store::open_remover(&ends.source_folder, removal)?,
            tools: Tools {
                pool: Pool::new(COMPARE_BYTES, COMPARED_AT_ONCE)?,
                ..tools.clone()
            },
            source: &*ends.source,
            target: &*ends.target,
            stop: self.stop,
            observer: self.observer,
            recorder: self.recorder,
            settlement: self.settlement(),
        };
        let deleting = pin!(deletion.run());
        match select(pin!(copying), deleting).await {
            Either::Left((copied, deleting)) => {
                moves.close();
                self.with_service_reports(deleting).await;
                Ok(copied)
            }
            // It ends with the queue, which is open until here.
            Either::Right(((), copying)) => Ok(copying.await),
        }
    }
}
