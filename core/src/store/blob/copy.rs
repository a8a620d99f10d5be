//! Blobs that the service copies by itself, in one of three ways.
//!
//! - *Early*: Copy Blob, which answers at once and goes on in the service's own time. Within an account nothing is moved
//!   and it is mostly over with the answer; from another account it takes what bandwidth nobody else wants, and it goes
//!   on when this program ends. For blobs of every type.
//! - *Done*: Copy Blob From URL, which answers when all is there. For small block blobs.
//! - *Blocks*: Put Block From URL, many at a time, and a block list. For large block blobs.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use azring_transport as transport;

use super::copy_state::{CopyState, Ending, Status};
use super::properties::{BlobType, Properties, kind};
use super::request::{copy_blob, head_blob};
use super::rules;
use super::write::{BlockWriter, Draft, blob_type_of, etag};
use crate::entry::{ETag, Entry, Layout};
use crate::location::BlobLocation;
use crate::options::CopyWay;
use crate::plan::Task;
use crate::plan::chunks::Chunk;
use crate::plan::history::{Note, Notes};
use crate::store::rest::conditions::Condition;
use crate::store::server_copy::{CopyId, CopyProgress, Copying, Pending, Progress, ServerCopy};
use crate::store::{Committed, Origin, Step, TargetForm, Tools, Writer as _};
use crate::{Error, Result};

/// The largest blob that is copied in one request which answers when it is done, in bytes. The service would take four
/// times as much, and be silent for long.
const DONE_BYTES_MAX: u64 = 64 << 20;

/// A block that the service fetches is at least so long, in bytes: it needs no memory here, only a request.
const BLOCK_BYTES_MIN: u64 = 16 << 20;

/// A container or virtual directory whose service copies to it.
pub struct BlobServerCopy {
    place: Arc<BlobLocation>,
    way: CopyWay,
    within_account: bool,
    block_bytes: u64,
    knows_done: Arc<AtomicBool>,
}

/// How one blob is copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Method {
    Early,
    Done,
    Blocks,
}

impl BlobServerCopy {
    /// Copies to `place`. Is its account the source's too? Then the service has little to move.
    pub fn new(place: BlobLocation, way: CopyWay, within_account: bool, block_bytes: u64) -> Self {
        Self {
            place: Arc::new(place),
            way,
            within_account,
            block_bytes: block_bytes.max(BLOCK_BYTES_MIN),
            knows_done: Arc::new(AtomicBool::new(true)),
        }
    }

    fn method(&self, entry: &Entry) -> Method {
        let is_block_blob = matches!(entry.kind, Layout::Plain | Layout::Folder);
        let early = match self.way {
            CopyWay::Async => true,
            CopyWay::Auto => self.within_account,
            CopyWay::Blocks => false,
        };
        match entry.bytes {
            _ if early || !is_block_blob => Method::Early,
            ..=DONE_BYTES_MAX => Method::Done,
            _ => Method::Blocks,
        }
    }
}

impl ServerCopy for BlobServerCopy {
    fn form(&self, entry: &Entry) -> TargetForm {
        let pieces = match self.method(entry) {
            Method::Early | Method::Done => rules::whole(),
            // These bytes do not come by here.
            Method::Blocks => rules::pieces(BlobType::Block, self.block_bytes).of_one_size(),
        };
        TargetForm {
            layout: Some(kind(Some(blob_type_of(entry.kind)), false)),
            makes_folders: false,
            pieces,
        }
    }

    fn begin<'a>(
        &'a self,
        tools: &'a Tools,
        task: &'a Task,
        origin: Origin,
    ) -> Step<'a, Result<Arc<dyn Copying>>> {
        Box::pin(async move {
            let method = self.method(&task.entry);
            let url = origin.url.clone();
            let draft = Draft::of_copy(Arc::clone(&self.place), task, origin);
            if method == Method::Blocks {
                let writer = BlockWriter::create(draft, tools, task).await?;
                return Ok(Arc::new(Blocks(writer)) as Arc<dyn Copying>);
            }
            let whole = Whole {
                draft,
                url,
                bytes: task.entry.bytes,
                method,
                knows_done: Arc::clone(&self.knows_done),
                notes: task.history.notes.clone(),
                begun: OnceLock::new(),
            };
            if let Some(begun) = &task.history.earlier
                && let Some(copy_id) = &begun.copy_id
            {
                whole.go_on_with(tools, copy_id).await?;
            }
            Ok(Arc::new(whole) as Arc<dyn Copying>)
        })
    }
}

/// What the service says about the copy to a blob; `None` when there is no such blob or it was not copied.
async fn state_at(
    tools: &Tools,
    place: &BlobLocation,
    name: &str,
) -> Result<Option<(CopyState, Option<ETag>)>> {
    match tools.client.send(&head_blob::request(place, name)).await {
        Ok(reply) => Ok(CopyState::of(&reply).map(|state| (state, etag(&reply)))),
        Err(error) if error.status() == Some(404) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// A blob that is asked for in one request.
struct Whole {
    draft: Draft,
    /// Where its bytes are, without a credential.
    url: String,
    bytes: u64,
    method: Method,
    knows_done: Arc<AtomicBool>,
    notes: Option<Notes>,
    /// Set once the service copies.
    begun: OnceLock<Begun>,
}

/// What came of asking for a copy.
#[derive(Debug, Clone)]
enum Begun {
    /// All of it is there.
    Done(Option<ETag>),
    /// The service makes it in its own time.
    Pending(CopyId),
}

impl Whole {
    /// Takes up a copy that an earlier run began. If the service does not know it any more, or it failed, it is begun anew.
    async fn go_on_with(&self, tools: &Tools, known: &str) -> Result<()> {
        let there = state_at(tools, &self.draft.place, &self.draft.name).await?;
        if let Some((state, etag)) = there.filter(|(state, _)| state.id.as_str() == known) {
            let begun = match state.status {
                Status::Success => Begun::Done(etag),
                Status::Pending(_) => Begun::Pending(state.id),
                Status::Over(_) => return Ok(()),
            };
            // Nobody has it yet who could have set it.
            let _only_once = self.begun.set(begun);
        }
        Ok(())
    }

    async fn begin(&self, tools: &Tools, origin: &Origin) -> Result<Begun> {
        let wants_done = self.method == Method::Done && self.knows_done.load(Ordering::Relaxed);
        let answers = if wants_done {
            copy_blob::Answers::Done
        } else {
            copy_blob::Answers::Early
        };
        let Draft { place, name, .. } = &self.draft;
        let replace = self.draft.expected.replace();
        let request = copy_blob::request(place, name, origin, answers, Condition::of(&replace));
        let (state, etag) = match tools.client.send(&request).await {
            Ok(reply) => (CopyState::of(&reply), etag(&reply)),
            Err(error) if self.draft.is_refused(&error) => {
                let found = self.copied_before(tools, error).await?;
                (Some(found.0), found.1)
            }
            Err(error) if error.code() == Some("PendingCopyOperation") => {
                (Some(self.adopt(tools, error).await?), None)
            }
            Err(error) if wants_done && is_unheard_of(&error) => {
                self.knows_done.store(false, Ordering::Relaxed);
                return Box::pin(self.begin(tools, origin)).await;
            }
            Err(error) => return Err(self.draft.told(error)),
        };
        match state.ok_or_else(|| no_state(&self.draft.shown()))? {
            CopyState {
                status: Status::Success,
                ..
            } => Ok(Begun::Done(etag)),
            CopyState {
                status: Status::Pending(_),
                id,
                ..
            } => {
                if let Some(notes) = &self.notes {
                    notes.note(Note::CopyStarted(id.as_str().into()));
                }
                Ok(Begun::Pending(id))
            }
            CopyState {
                status: Status::Over(ending),
                ..
            } => Err(over(&self.url, &self.draft.shown(), &ending)),
        }
    }

    /// The copy that made the blob which is in the way of this one, if it is the same: its own answer was lost, or an
    /// earlier run asked for it. A failure of its own where it is another.
    async fn copied_before(
        &self,
        tools: &Tools,
        error: transport::Error,
    ) -> Result<(CopyState, Option<ETag>)> {
        let reply = self.draft.in_the_way(tools, error).await?;
        let found = Properties::of_head(&reply)?;
        let md5 = self.draft.stored(None).md5;
        let is_whole = found.bytes == self.bytes && (md5.is_none() || found.md5 == md5);
        match CopyState::of(&reply).filter(|state| state.is_from(&self.url)) {
            Some(state) if is_whole || matches!(state.status, Status::Pending(_)) => {
                Ok((state, Some(found.etag)))
            }
            _ => Err(self.draft.not_ours()),
        }
    }

    /// The service is copying to this name already. If it is what we want it to copy (an earlier run began it, or the
    /// answer to our own request was lost), it is ours; else it is somebody else's.
    async fn adopt(&self, tools: &Tools, error: transport::Error) -> Result<CopyState> {
        match state_at(tools, &self.draft.place, &self.draft.name).await? {
            Some((state, _)) if state.is_from(&self.url) => Ok(state),
            _ => Err(error.into()),
        }
    }
}

impl Copying for Whole {
    fn carry<'a>(&'a self, tools: &'a Tools, _chunk: Chunk) -> Step<'a, Result<CopyProgress>> {
        Box::pin(async move {
            let was_begun = self.begun.get().cloned();
            let begun = match (&was_begun, &self.draft.origin) {
                (Some(begun), _) => begun.clone(),
                (None, Some(origin)) => self.begin(tools, origin).await?,
                (None, None) => return Err(no_state(&self.draft.shown())),
            };
            let carried = match (&begun, was_begun) {
                (Begun::Pending(_), _) => CopyProgress::Moved(0),
                (Begun::Done(_), None) => CopyProgress::Moved(self.bytes),
                (Begun::Done(_), Some(_)) => CopyProgress::Kept(self.bytes),
            };
            // There is one chunk: nobody else sets it meanwhile.
            let _already = self.begun.set(begun);
            Ok(carried)
        })
    }

    fn commit<'a>(&'a self, _tools: &'a Tools) -> Step<'a, Result<Committed>> {
        Box::pin(async move {
            match self.begun.get() {
                Some(Begun::Done(etag)) => Ok(Committed::Done(etag.clone())),
                Some(Begun::Pending(id)) => Ok(Committed::Pending(Box::new(PendingBlob {
                    place: Arc::clone(&self.draft.place),
                    name: self.draft.name.clone(),
                    source: self.url.clone(),
                    id: id.clone(),
                }))),
                None => Err(no_state(&self.draft.shown())),
            }
        })
    }
}

/// A blob that the service is copying.
struct PendingBlob {
    place: Arc<BlobLocation>,
    name: String,
    source: String,
    id: CopyId,
}

impl Pending for PendingBlob {
    fn id(&self) -> &CopyId {
        &self.id
    }

    fn look<'a>(&'a self, tools: &'a Tools) -> Step<'a, Result<Progress>> {
        Box::pin(async move {
            let shown = || self.place.blob_url(&self.name);
            let (state, etag) = state_at(tools, &self.place, &self.name)
                .await?
                .ok_or_else(|| no_state(&shown()))?;
            if state.id != self.id {
                return Err(Error::Copy(format!(
                    "the local copy id is different from the one returned from the server: `{}` is being copied to by somebody else",
                    shown()
                )));
            }
            match state.status {
                Status::Pending(there) => Ok(Progress::Pending(there)),
                Status::Success => Ok(Progress::Done(etag)),
                Status::Over(ending) => Err(over(&self.source, &shown(), &ending)),
            }
        })
    }
}

/// A block blob that the service fetches block by block.
struct Blocks(BlockWriter);

impl Copying for Blocks {
    fn carry<'a>(&'a self, tools: &'a Tools, chunk: Chunk) -> Step<'a, Result<CopyProgress>> {
        Box::pin(async move {
            if self.0.is_complete() || self.0.has(chunk.index) {
                return Ok(CopyProgress::Kept(chunk.bytes));
            }
            self.0.fetch(tools, chunk).await?;
            Ok(CopyProgress::Moved(chunk.bytes))
        })
    }

    fn fetch_again<'a>(&'a self, tools: &'a Tools, chunk: Chunk) -> Step<'a, Result<()>> {
        Box::pin(self.0.fetch(tools, chunk))
    }

    fn commit<'a>(&'a self, tools: &'a Tools) -> Step<'a, Result<Committed>> {
        Box::pin(async move {
            if self.0.is_complete() {
                return Ok(Committed::Done(None));
            }
            self.0.commit(tools, None).await
        })
    }
}

/// The service does not know this way of copying.
fn is_unheard_of(error: &transport::Error) -> bool {
    matches!(error.status(), Some(501))
        || matches!(
            error.code(),
            Some("FeatureNotSupported" | "UnsupportedHeader" | "APINotImplemented")
        )
}

fn no_state(target: &str) -> Error {
    Error::Copy(format!(
        "failed to retrieve copy state for object `{target}`"
    ))
}

/// AzCopy's words for a copy that ended badly.
fn over(source: &str, target: &str, ending: &Ending) -> Error {
    let Ending {
        status,
        description,
    } = ending;
    let description = if description.is_empty() {
        "none"
    } else {
        description
    };
    Error::Copy(format!(
        "failed to copy from `{source}` to `{target}`: copy status: {status}; description: {description}"
    ))
}
