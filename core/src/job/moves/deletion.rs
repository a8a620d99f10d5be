//! Deletes objects at the source of a move, each after its copy was proved.

use std::sync::Arc;

use futures_util::{StreamExt as _, stream};

use super::proof::ProofEnds;
use crate::entry::Entry;
use crate::job::move_queue::{CopiedObject, MoveQueue};
use crate::job::outcome::Settlement;
use crate::job::recorder::JournalRecorder;
use crate::report::{Event, Observer};
use crate::stop::Stop;
use crate::store::{Removal, Remover, Source, Target, Tools};
use crate::transfer::CommittedObject;
use crate::{Error, Result, Side};

/// Objects that are proved and deleted together.
const AT_ONCE: usize = 4 * 256;

/// Copies that are looked at, at once.
const PROOFS_MAX: usize = 64;

/// The deletion at the source of one run.
pub(super) struct SourceDeletion<'a> {
    pub(super) moves: &'a MoveQueue,
    pub(super) remover: Arc<dyn Remover>,
    pub(super) tools: Tools,
    pub(super) source: &'a dyn Source,
    pub(super) target: &'a dyn Target,
    pub(super) stop: &'a Stop,
    pub(super) observer: &'a dyn Observer,
    pub(super) recorder: &'a JournalRecorder,
    pub(super) settlement: Settlement<'a>,
}

impl SourceDeletion<'_> {
    /// Deletes what comes through the queue, until it is closed and empty. Once the run is stopped nothing
    /// more is deleted.
    pub(super) async fn run(&self) {
        let Some(mut queue) = self.moves.take_receiver() else {
            return;
        };
        let (mut copied, mut kept) = (Vec::new(), 0_u64);
        while queue.recv_many(&mut copied, AT_ONCE).await > 0 {
            // What a later run does not know to be at the target, it would look for at the source.
            self.recorder.flush();
            let (proved, mut unproved) = self.prove(std::mem::take(&mut copied)).await;
            let stays = self.delete(proved).await;
            unproved.extend(stays);
            for (object, error) in unproved {
                kept += u64::from(!matches!(error, Error::Stopped));
                self.stays(&object, error);
            }
        }
        if kept > 0 {
            self.observer.event(Event::Warning(&format!(
                "{kept} object(s) were copied and stay at the source"
            )));
        }
    }

    /// Looks at the copies; returns the objects with a sound one, and the others, each with the reason.
    async fn prove(
        &self,
        copied: Vec<CopiedObject>,
    ) -> (Vec<CopiedObject>, Vec<(CopiedObject, Error)>) {
        let ends = ProofEnds {
            tools: &self.tools,
            source: self.source,
            target: self.target,
        };
        let proofs = stream::iter(copied).map(async |object| {
            if self.stop.is_on() {
                return (object, Err(Error::Stopped));
            }
            let proof = self.stop.unless_stopped(ends.prove(&object.committed));
            let proof = proof.await;
            (object, proof)
        });
        let (mut proved, mut unproved) = (Vec::new(), Vec::new());
        let mut proofs = std::pin::pin!(proofs.buffered(PROOFS_MAX));
        while let Some((object, proof)) = proofs.next().await {
            match proof {
                Ok(()) => proved.push(object),
                Err(error) => unproved.push((object, error)),
            }
        }
        (proved, unproved)
    }

    /// Deletes these objects; returns those that stay, each with the reason.
    async fn delete(&self, proved: Vec<CopiedObject>) -> Vec<(CopiedObject, Error)> {
        if self.stop.is_on() {
            let stopped = proved.into_iter();
            return stopped.map(|object| (object, Error::Stopped)).collect();
        }
        let (entries, objects): (Vec<Entry>, Vec<_>) = proved
            .into_iter()
            .map(|object| (object.committed.entry.clone(), object))
            .unzip();
        let results = self.remover.remove(&self.tools, &entries).await;
        let mut stays = Vec::new();
        for (object, result) in objects.into_iter().zip(results) {
            match outcome(&object.committed, result) {
                Ok(()) => self.gone(object),
                Err(error) => stays.push((object, error)),
            }
        }
        stays
    }

    fn gone(&self, object: CopiedObject) {
        let CommittedObject { entry, .. } = &object.committed;
        self.moves.note_deleted();
        self.moves.leave();
        self.settlement
            .moved(&entry.name, entry.bytes, object.details);
    }

    fn stays(&self, object: &CopiedObject, error: Error) {
        let CommittedObject { entry, .. } = &object.committed;
        self.moves.leave();
        let error = self.stop.or_end_run(error);
        self.settlement
            .fail(&entry.name, entry.bytes, &error, &object.details);
    }
}

/// What the result of the removal means for the move.
fn outcome(committed: &CommittedObject, result: Result<Removal>) -> Result<()> {
    match result {
        // A directory is no object that is moved.
        Ok(Removal::Removed | Removal::Missing | Removal::NotEmpty) => Ok(()),
        Ok(Removal::Kept) => Err(Error::Usage(format!(
            "`{}` is a symbolic link: the file that it leads to was copied, and the link stays",
            committed.entry.name
        ))),
        // It is the source that has changed.
        Err(Error::TargetChanged(text)) => Err(Error::Changed(text)),
        Err(error) => Err(error.at(Side::Source)),
    }
}
