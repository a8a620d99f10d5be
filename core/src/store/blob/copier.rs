//! Copies to blobs that the service makes by itself, by one of three methods.
//!
//! - *Async*: Copy Blob. The service answers at once and copies in its own time, also after this
//!   program ends. Within an account it moves no bytes, and mostly the copy is complete with the
//!   answer; from another account it uses bandwidth that nobody else wants. For blobs of every type.
//! - *Sync*: Copy Blob From URL. The service answers when the copy is complete. For small block blobs.
//! - *Blocks*: Put Block From URL, many at once, and a block list. For large block blobs, and for all
//!   files of a share, which the other operation does not promise to read.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use azring_transport as transport;
use azring_transport::http::Request;

use super::account::TargetContainers;
use super::folder_names::FolderNames;
use super::name::blob_name;
use super::properties::{BlobType, Properties, blob_properties_on, check_version, kind};
use super::request::copy_blob::{self, CopyMode};
use super::request::head_blob;
use super::rules;
use super::target::blob_type_of;
use super::writer::{BlockWriter, Draft};
use crate::Result;
use crate::entry::{ETag, Entry, Layout};
use crate::location::BlobLocation;
use crate::options::{CopyWay, Options, PropertyOptions};
use crate::plan::Task;
use crate::plan::chunks::Chunk;
use crate::plan::route::{Route, SourceNames};
use crate::store::rest::async_copy::{AsyncCopy, CopyAnswer, CopyRequests, whole};
use crate::store::rest::conditions::Condition;
use crate::store::rest::copy_state::CopyStatus;
use crate::store::rest::lacks_feature;
use crate::store::server_copy::{CopyProgress, Copying, ServerCopy};
use crate::store::{Committed, Origin, PartSupport, Step, TargetForm, Tools, Writer as _};

/// The largest blob that is copied by Copy Blob From URL, in bytes. The service accepts four times as
/// much, and would then be silent for long.
const SYNC_BYTES_MAX: u64 = 64 << 20;

/// The smallest block that the service fetches, in bytes. Blocks take no memory here, and larger ones
/// take fewer requests.
const BLOCK_BYTES_MIN: u64 = 16 << 20;

/// A container or virtual directory that the service copies to.
pub struct BlobServerCopy {
    place: Arc<BlobLocation>,
    way: CopyWay,
    within_account: bool,
    from_share: bool,
    block_bytes: u64,
    /// What is given beside the bytes, which replaces that of the source.
    given: Arc<PropertyOptions>,
    /// Whether the service knows Copy Blob From URL, as far as this run has seen.
    knows_sync: Arc<AtomicBool>,
    /// The containers, where there are several.
    containers: TargetContainers,
    /// Names that the account would change.
    folder_names: FolderNames,
}

/// The method by which one blob is copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CopyMethod {
    Async,
    Sync,
    Blocks,
}

impl BlobServerCopy {
    /// Copies to `place`, by this way, on this route, as these options say.
    pub fn new(place: BlobLocation, way: CopyWay, route: &Route, options: &Options) -> Self {
        Self {
            place: Arc::new(place),
            way,
            within_account: route.within_account,
            from_share: route.source_names == SourceNames::Shares,
            block_bytes: options.upload.block_bytes.max(BLOCK_BYTES_MIN),
            given: Arc::clone(&options.properties),
            knows_sync: Arc::new(AtomicBool::new(true)),
            containers: TargetContainers::default(),
            folder_names: FolderNames::default(),
        }
    }

    /// Copies within `place` with all that is stored beside the bytes.
    pub(super) fn within(place: BlobLocation) -> Self {
        Self {
            place: Arc::new(place),
            way: CopyWay::Async,
            within_account: true,
            from_share: false,
            block_bytes: BLOCK_BYTES_MIN,
            given: Arc::default(),
            knows_sync: Arc::new(AtomicBool::new(true)),
            containers: TargetContainers::default(),
            folder_names: FolderNames::default(),
        }
    }

    fn method(&self, entry: &Entry) -> CopyMethod {
        if entry.kind == Layout::Folder {
            // It has no bytes, and an account with a hierarchical namespace may not copy a directory.
            return CopyMethod::Blocks;
        }
        let is_block_blob = matches!(entry.kind, Layout::Plain | Layout::Link);
        let is_async = match self.way {
            CopyWay::Async => true,
            CopyWay::Auto => self.within_account,
            CopyWay::Blocks => false,
        };
        match entry.bytes {
            _ if is_async || !is_block_blob => CopyMethod::Async,
            ..=SYNC_BYTES_MAX if !self.from_share => CopyMethod::Sync,
            _ => CopyMethod::Blocks,
        }
    }
}

impl ServerCopy for BlobServerCopy {
    fn stores_properties(&self, entry: &Entry) -> bool {
        // Content headers that are given replace all headers of the copy, so the others are needed too.
        self.method(entry) == CopyMethod::Blocks || self.given.headers.is_any()
    }

    fn form(&self, entry: &Entry) -> TargetForm {
        let pieces = match self.method(entry) {
            CopyMethod::Async | CopyMethod::Sync => whole("blob", u64::MAX),
            // These bytes do not pass through this machine, so a slow link is no reason for small blocks.
            CopyMethod::Blocks => rules::pieces(BlobType::Block, self.block_bytes).of_one_size(),
        };
        TargetForm {
            layout: Some(kind(Some(blob_type_of(entry.kind)), false)),
            makes_folders: false,
            shortens_links: false,
            parts: match self.method(entry) {
                CopyMethod::Blocks => PartSupport::Hidden,
                CopyMethod::Async | CopyMethod::Sync => PartSupport::None,
            },
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
            check_version(&self.given, &self.place)?;
            if self.from_share {
                // The request has no header by which the File service would keep the dot.
                origin.check_dots("the Blob service")?;
            }
            let name = blob_name(&task.target);
            self.folder_names.check(tools, &self.place, task).await?;
            self.containers.make(tools, &self.place, name).await?;
            let method = self.method(&task.entry);
            let account = self.place.account();
            let origin = match method {
                CopyMethod::Async => {
                    origin
                        .without_token(tools, account, self.within_account)
                        .await?
                }
                CopyMethod::Sync | CopyMethod::Blocks => origin.with_token(tools, account).await?,
            };
            let draft = Draft::of_copy(Arc::clone(&self.place), task, origin.clone(), &self.given);
            if method == CopyMethod::Blocks {
                let writer = BlockWriter::create(draft, tools, task).await?;
                return Ok(Arc::new(BlockCopy(writer)) as Arc<dyn Copying>);
            }
            let blob = WholeBlob {
                draft,
                origin,
                bytes: task.entry.bytes,
                wants_sync: method == CopyMethod::Sync,
                knows_sync: Arc::clone(&self.knows_sync),
            };
            let copy = AsyncCopy::begin(blob, tools, task).await?;
            Ok(Arc::new(copy) as Arc<dyn Copying>)
        })
    }
}

/// A blob that the service copies in one request.
struct WholeBlob {
    draft: Draft,
    origin: Origin,
    bytes: u64,
    /// Copy Blob From URL is requested where the service knows it.
    wants_sync: bool,
    knows_sync: Arc<AtomicBool>,
}

impl WholeBlob {
    /// Adds what the service does not take over from the source, or what replaces it. Content headers are no part
    /// of a copy, and follow in a request of their own.
    fn with_properties(&self, request: Request) -> Request {
        let Some(carried) = &self.draft.carried else {
            return request;
        };
        let request = blob_properties_on(carried, request);
        if self.draft.given.metadata.is_some() {
            carried.metadata_on(request)
        } else {
            request
        }
    }

    /// The copy that made the blob which is in the way of this one.
    ///
    /// A copy of the same source was started by an earlier run, or by a request of this run whose
    /// answer was lost. Fails with `Error::TargetChanged` where the blob is somebody else's.
    async fn copied_before(&self, tools: &Tools, error: transport::Error) -> Result<CopyAnswer> {
        let reply = self.draft.in_the_way(tools, error).await?;
        let found = Properties::of_head(&reply)?;
        let md5 = self.draft.stored(None).md5;
        let is_whole = found.bytes == self.bytes && (md5.is_none() || found.md5 == md5);
        let copy = CopyAnswer::of(&reply).filter(|copy| copy.state.is_from(self.source()));
        match copy {
            Some(copy) if is_whole || matches!(copy.state.status, CopyStatus::Pending(_)) => {
                Ok(copy)
            }
            _ => Err(self.draft.not_ours()),
        }
    }
}

impl CopyRequests for WholeBlob {
    fn shown(&self) -> String {
        self.draft.shown()
    }

    fn source(&self) -> &str {
        &self.origin.url
    }

    fn bytes(&self) -> u64 {
        self.bytes
    }

    fn names_version(&self) -> bool {
        self.origin.etag.is_some()
    }

    fn head(&self) -> Request {
        head_blob::request(&self.draft.place, &self.draft.name)
    }

    async fn finish(&self, tools: &Tools, etag: Option<ETag>) -> Result<Option<ETag>> {
        self.draft.finish_copy(tools, etag).await
    }

    async fn start(&self, tools: &Tools) -> Result<Option<CopyAnswer>> {
        let Draft { place, name, .. } = &self.draft;
        loop {
            let is_sync = self.wants_sync && self.knows_sync.load(Ordering::Relaxed);
            let mode = if is_sync {
                CopyMode::Sync
            } else {
                CopyMode::Async
            };
            let replace = self.draft.expected.replace();
            let condition = Condition::of(&replace);
            let request = copy_blob::request(place, name, &self.origin, mode, condition);
            let request = self.with_properties(request);
            match tools.client.send(&request).await {
                Ok(reply) => return Ok(CopyAnswer::of(&reply)),
                Err(error) if self.draft.is_refused(&error) => {
                    return self.copied_before(tools, error).await.map(Some);
                }
                Err(error) if is_sync && lacks_feature(&error) => {
                    self.knows_sync.store(false, Ordering::Relaxed);
                }
                Err(error) => return Err(self.draft.failure(error)),
            }
        }
    }
}

/// A block blob that the service fetches block by block.
struct BlockCopy(BlockWriter);

impl Copying for BlockCopy {
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

    fn leaves_version_unchecked(&self) -> bool {
        !self.0.names_version()
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
