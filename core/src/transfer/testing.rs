//! A context for tests, between the synthetic source and the discarding target.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::TransferContext;
use crate::digest::Hashers;
use crate::entry::{EntryName, Layout};
use crate::location::{Discard, Synthetic};
use crate::options::Integrity;
use crate::plan::Task;
use crate::plan::target_name::{MappedName, TargetName};
use crate::report::Totals;
use crate::store::synthetic::{DiscardTarget, SyntheticSource};
use crate::store::{Stat, Step, Target, TargetForm, Tools, Writer};
use crate::{Error, Result};

/// A context whose target discards what it receives.
pub(crate) fn context(integrity: Integrity, hashers: &Hashers) -> Arc<TransferContext> {
    context_to(Arc::new(discard()), integrity, false, hashers)
}

/// A context in which every object has this writer.
pub(super) fn context_with(writer: Arc<dyn Writer>) -> Arc<TransferContext> {
    let made = Arc::new(Semaphore::new(1));
    let target = Arc::new(WriterTarget { writer, made });
    context_to(target, Integrity::default(), false, &Hashers::start(1).0)
}

/// The same with an MD5 of every object. `made` has a permit for each object that can be made.
pub(super) fn hashing_context_with(
    writer: Arc<dyn Writer>,
    made: &Arc<Semaphore>,
) -> Arc<TransferContext> {
    let made = Arc::clone(made);
    let target = Arc::new(WriterTarget { writer, made });
    context_to(target, Integrity::default(), true, &Hashers::start(1).0)
}

fn context_to(
    target: Arc<dyn Target>,
    integrity: Integrity,
    wants_md5: bool,
    hashers: &Hashers,
) -> Arc<TransferContext> {
    let synthetic = Synthetic {
        seed: 1,
        objects: Some(0),
        object_bytes: 0,
    };
    Arc::new(TransferContext {
        source: Arc::new(SyntheticSource::new(synthetic)),
        target,
        server_copy: None,
        integrity,
        wants_md5,
        hashers: hashers.clone(),
        is_move: false,
        totals: Arc::new(Totals::default()),
    })
}

fn discard() -> DiscardTarget {
    DiscardTarget::new(Discard { compares: false }, false)
}

/// The discarding target with another writer.
struct WriterTarget {
    writer: Arc<dyn Writer>,
    /// Making an object takes a permit.
    made: Arc<Semaphore>,
}

impl Target for WriterTarget {
    fn name(&self, entry: &EntryName) -> Result<MappedName> {
        discard().name(entry)
    }

    fn exact_name(&self, name: &EntryName) -> Result<MappedName> {
        discard().exact_name(name)
    }

    fn form(&self, kind: Layout) -> TargetForm {
        discard().form(kind)
    }

    fn prepare<'a>(&'a self, _tools: &'a Tools) -> Step<'a, Result<()>> {
        Box::pin(async { Err(Error::Stopped) })
    }

    fn stat<'a>(
        &'a self,
        _tools: &'a Tools,
        _name: &'a TargetName,
    ) -> Step<'a, Result<Option<Stat>>> {
        Box::pin(async { Ok(None) })
    }

    fn shown(&self, name: &TargetName) -> String {
        discard().shown(name)
    }

    fn create<'a>(
        &'a self,
        _tools: &'a Tools,
        _task: &'a Task,
    ) -> Step<'a, Result<Arc<dyn Writer>>> {
        Box::pin(async {
            if let Ok(permit) = self.made.acquire().await {
                permit.forget();
            }
            Ok(Arc::clone(&self.writer))
        })
    }
}
