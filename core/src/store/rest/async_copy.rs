//! Copies that a service makes by itself and in its own time: start, adopt, poll, resume.
//!
//! The service answers the start at once and may continue after this program ends. It gives the copy
//! an id and describes the copy in the properties of the target. A later run that finds the recorded
//! id there continues to wait for that copy. A store gives the requests of its service
//! ([`CopyRequests`]).

use std::sync::{Arc, OnceLock};

use azring_transport as transport;
use azring_transport::http::{Reply, Request};

use super::conditions::etag;
use super::copy_state::{CopyFailure, CopyState, CopyStatus};
use crate::entry::ETag;
use crate::plan::Task;
use crate::plan::chunks::{Chunk, ChunkRule};
use crate::plan::history::{Note, Notes};
use crate::store::server_copy::{CopyId, CopyProgress, Copying, Pending, Progress};
use crate::store::{ChunkPlan, Committed, Step, Tools};
use crate::{Error, Result};

/// The chunks of an object of any length that the service copies in one request: one. `what` names the
/// kind of object in messages.
pub(crate) fn whole(what: &'static str, bytes_max: u64) -> ChunkPlan {
    ChunkPlan {
        rule: ChunkRule {
            what,
            chunk_bytes_max: bytes_max,
            chunks_max: 1,
            step_bytes: 1,
            object_step_bytes: 1,
        },
        chunk_bytes: u64::MAX,
        chunk_bytes_min: u64::MAX,
        with_holes: false,
    }
}

/// One object that a service is asked to copy.
pub(crate) trait CopyRequests: Send + Sync {
    /// The target's address, for messages.
    fn shown(&self) -> String;

    /// The source's address, without a credential.
    fn source(&self) -> &str;

    /// The source's length in bytes.
    fn bytes(&self) -> u64;

    /// Whether the service compares the version of the source with the listed one.
    fn names_version(&self) -> bool;

    /// The request for the target's properties.
    fn head(&self) -> Request;

    /// Starts the copy; `None` where the answer does not describe it.
    ///
    /// The error with the code `PendingCopyOperation` is returned as it came.
    async fn start(&self, tools: &Tools) -> Result<Option<CopyAnswer>>;

    /// Stores what the copy itself could not store, once it is complete. Returns the entity tag that the
    /// target has then, where `etag` was it before. It may be called more than once.
    async fn finish(&self, tools: &Tools, etag: Option<ETag>) -> Result<Option<ETag>>;
}

/// A copy, as an answer about its target describes it.
#[derive(Debug)]
pub(crate) struct CopyAnswer {
    pub(crate) state: CopyState,
    /// The target's entity tag.
    pub(crate) etag: Option<ETag>,
}

impl CopyAnswer {
    /// Reads an answer; `None` where it describes no copy.
    pub(crate) fn of(reply: &Reply) -> Option<Self> {
        Some(Self {
            state: CopyState::of(reply)?,
            etag: etag(reply),
        })
    }

    /// The copy that made the target; `None` where there is no target, or where no copy made it.
    async fn at_target(tools: &Tools, object: &impl CopyRequests) -> Result<Option<Self>> {
        match tools.client.send(&object.head()).await {
            Ok(reply) => Ok(Self::of(&reply)),
            Err(error) if error.status() == Some(404) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// One object that the service copies in one request.
pub(crate) struct AsyncCopy<O> {
    object: Arc<O>,
    notes: Option<Notes>,
    /// Set once the service has the copy.
    begun: OnceLock<BegunCopy>,
}

/// A copy that the service has.
#[derive(Debug, Clone)]
enum BegunCopy {
    /// It is complete.
    Done(Option<ETag>),
    /// The service continues with it.
    Pending(CopyId),
}

impl<O: CopyRequests> AsyncCopy<O> {
    /// Begins the object of this task, or resumes the copy that an earlier run started.
    ///
    /// A copy that the service does not know any more, or that failed, is started anew.
    pub(crate) async fn begin(object: O, tools: &Tools, task: &Task) -> Result<Self> {
        let copy = Self {
            object: Arc::new(object),
            notes: task.history.notes.clone(),
            begun: OnceLock::new(),
        };
        let earlier = task.history.earlier.as_ref();
        if let Some(id) = earlier.and_then(|earlier| earlier.copy_id.as_deref()) {
            copy.resume(tools, id).await?;
        }
        Ok(copy)
    }

    async fn resume(&self, tools: &Tools, id: &str) -> Result<()> {
        let found = CopyAnswer::at_target(tools, &*self.object).await?;
        let Some(CopyAnswer { state, etag }) = found.filter(|found| found.state.id.as_str() == id)
        else {
            return Ok(());
        };
        let begun = match state.status {
            CopyStatus::Success => BegunCopy::Done(etag),
            CopyStatus::Pending(_) => BegunCopy::Pending(state.id),
            CopyStatus::Ended(_) => return Ok(()),
        };
        // No other thread knows this object yet.
        let _is_first = self.begun.set(begun);
        Ok(())
    }

    async fn start(&self, tools: &Tools) -> Result<BegunCopy> {
        let answer = match self.object.start(tools).await {
            Err(Error::Transport(error)) if error.code() == Some("PendingCopyOperation") => {
                let state = self.adopt(tools, error).await?;
                Some(CopyAnswer { state, etag: None })
            }
            answer => answer?,
        };
        let CopyAnswer { state, etag } = answer.ok_or_else(|| no_state(&self.object.shown()))?;
        match state.status {
            CopyStatus::Success => Ok(BegunCopy::Done(etag)),
            CopyStatus::Pending(_) => {
                if let Some(notes) = &self.notes {
                    notes.note(Note::CopyStarted(state.id.as_str().into()));
                }
                Ok(BegunCopy::Pending(state.id))
            }
            CopyStatus::Ended(failure) => {
                Err(failed(self.object.source(), &self.object.shown(), &failure))
            }
        }
    }

    /// The copy that the service already makes to this target.
    ///
    /// A copy of the same source was started by an earlier run, or by a request of this run whose
    /// answer was lost. Any other copy is somebody else's, and `error` is the failure.
    async fn adopt(&self, tools: &Tools, error: transport::Error) -> Result<CopyState> {
        match CopyAnswer::at_target(tools, &*self.object).await? {
            Some(found) if found.state.is_from(self.object.source()) => Ok(found.state),
            _ => Err(error.into()),
        }
    }
}

impl<O: CopyRequests + 'static> Copying for AsyncCopy<O> {
    fn carry<'a>(&'a self, tools: &'a Tools, _chunk: Chunk) -> Step<'a, Result<CopyProgress>> {
        Box::pin(async move {
            let bytes = self.object.bytes();
            if let Some(begun) = self.begun.get() {
                return Ok(match begun {
                    BegunCopy::Pending(_) => CopyProgress::Moved(0),
                    BegunCopy::Done(_) => CopyProgress::Kept(bytes),
                });
            }
            let begun = self.start(tools).await?;
            let progress = match &begun {
                BegunCopy::Pending(_) => CopyProgress::Moved(0),
                BegunCopy::Done(_) => CopyProgress::Moved(bytes),
            };
            // The object has one chunk, so no other call sets it.
            let _is_first = self.begun.set(begun);
            Ok(progress)
        })
    }

    fn leaves_version_unchecked(&self) -> bool {
        !self.object.names_version()
    }

    fn commit<'a>(&'a self, tools: &'a Tools) -> Step<'a, Result<Committed>> {
        Box::pin(async move {
            match self.begun.get() {
                Some(BegunCopy::Done(etag)) => {
                    let etag = self.object.finish(tools, etag.clone()).await?;
                    Ok(Committed::Done(etag))
                }
                Some(BegunCopy::Pending(id)) => Ok(Committed::Pending(Box::new(PendingCopy {
                    object: Arc::clone(&self.object),
                    id: id.clone(),
                }))),
                None => Err(no_state(&self.object.shown())),
            }
        })
    }
}

/// A copy that the service has not completed.
struct PendingCopy<O> {
    object: Arc<O>,
    id: CopyId,
}

impl<O: CopyRequests> Pending for PendingCopy<O> {
    fn id(&self) -> &CopyId {
        &self.id
    }

    fn look<'a>(&'a self, tools: &'a Tools) -> Step<'a, Result<Progress>> {
        Box::pin(async move {
            let found = CopyAnswer::at_target(tools, &*self.object).await?;
            let CopyAnswer { state, etag } = found.ok_or_else(|| no_state(&self.object.shown()))?;
            if state.id != self.id {
                return Err(Error::Copy(format!(
                    "the local copy id is different from the one returned from the server: another program copies to `{}`",
                    self.object.shown()
                )));
            }
            match state.status {
                CopyStatus::Pending(bytes) => Ok(Progress::Pending(bytes)),
                CopyStatus::Success => {
                    let etag = self.object.finish(tools, etag).await?;
                    Ok(Progress::Done(etag))
                }
                CopyStatus::Ended(failure) => {
                    Err(failed(self.object.source(), &self.object.shown(), &failure))
                }
            }
        })
    }
}

fn no_state(target: &str) -> Error {
    Error::Copy(format!(
        "failed to retrieve copy state for object `{target}`"
    ))
}

/// AzCopy's words for a copy that failed or was aborted.
fn failed(source: &str, target: &str, failure: &CopyFailure) -> Error {
    let CopyFailure {
        status,
        description,
    } = failure;
    let description = if description.is_empty() {
        "none"
    } else {
        description
    };
    Error::Copy(format!(
        "failed to copy from `{source}` to `{target}`: copy status: {status}; description: {description}"
    ))
}
