//! Copies to files of a share that the service makes by itself, by one of two methods.
//!
//! - *Async*: Copy File. The service answers at once and copies in its own time, also after this
//!   program ends. Within an account the copy is mostly complete with the answer; from another account
//!   or service it uses bandwidth that nobody else wants.
//! - *Ranges*: Create File, and Put Range From URL, many at once. The service answers when the range is
//!   written.
//!
//! A blob that marks a directory becomes a directory.

use std::sync::{Arc, OnceLock};

use azring_transport::http::{Reply, Request};

use super::ShareTarget;
use super::name::share_path;
use super::properties::keep_last_write;
use super::request::{TRAILING_DOTS, copy_file, head_file, put_range_from_url};
use super::rules;
use super::writer::{FileDraft, PositionedFile, length};
use crate::entry::{ETag, Entry, Layout};
use crate::location::ShareLocation;
use crate::options::CopyWay;
use crate::plan::Task;
use crate::plan::chunks::Chunk;
use crate::plan::route::{Route, SourceNames};
use crate::store::rest::async_copy::{AsyncCopy, CopyAnswer, CopyRequests, whole};
use crate::store::rest::conditions::etag;
use crate::store::rest::copy_state::CopyStatus;
use crate::store::rest::positioned_writer::PositionedWriter;
use crate::store::rest::range::ByteRange;
use crate::store::rest::{not_ours, source_failure};
use crate::store::server_copy::{CopyProgress, Copying, ServerCopy};
use crate::store::{Committed, Origin, PartSupport, Step, TargetForm, Tools, Writer as _};
use crate::{Error, Result};

/// A share or a directory in it that the service copies to.
pub struct ShareServerCopy {
    target: ShareTarget,
    way: CopyWay,
    within_account: bool,
    from_share: bool,
}

/// The method by which one object is copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FileCopyMethod {
    Directory,
    Async,
    Ranges,
}

impl ShareServerCopy {
    /// Copies to `target`, by this way, on this route.
    pub fn new(target: ShareTarget, way: CopyWay, route: &Route) -> Self {
        Self {
            target,
            way,
            within_account: route.within_account,
            from_share: route.source_names == SourceNames::Shares,
        }
    }

    /// Copies within `place` with all that is stored beside the bytes.
    pub(super) fn within(place: ShareLocation) -> Self {
        Self {
            target: ShareTarget::within(place),
            way: CopyWay::Async,
            within_account: true,
            from_share: true,
        }
    }

    fn method(&self, entry: &Entry) -> FileCopyMethod {
        let version = self.target.place().account().capabilities.version();
        let is_async = match self.way {
            CopyWay::Async => true,
            CopyWay::Auto => self.within_account,
            CopyWay::Blocks => false,
        };
        match entry.kind {
            Layout::Folder => FileCopyMethod::Directory,
            _ if is_async || version < put_range_from_url::FIRST_VERSION => FileCopyMethod::Async,
            _ => FileCopyMethod::Ranges,
        }
    }

    fn draft(&self, task: &Task) -> FileDraft {
        FileDraft {
            md5: task.entry.md5,
            carried: task.entry.carried.clone(),
            smb: task.entry.smb.clone(),
            replace: task.replace.clone(),
            begun_bytes: task.history.earlier.as_ref().map(|_| task.entry.bytes),
            ..self.target.draft(&task.target, None)
        }
    }
}

impl ServerCopy for ShareServerCopy {
    fn form(&self, entry: &Entry) -> TargetForm {
        let method = self.method(entry);
        TargetForm {
            layout: None,
            makes_folders: method == FileCopyMethod::Directory,
            shortens_links: false,
            parts: PartSupport::None,
            pieces: match method {
                FileCopyMethod::Directory | FileCopyMethod::Async => {
                    whole("file in a share", rules::FILE_BYTES_MAX)
                }
                // These bytes do not pass through this machine, so a slow link is no reason for small
                // ranges.
                FileCopyMethod::Ranges => rules::pieces().of_one_size(),
            },
        }
    }

    fn stores_properties(&self, entry: &Entry) -> bool {
        // Content headers that are given replace all headers of the copy, so the others are needed too.
        let method = self.method(entry);
        let gives_headers = self.target.properties().headers.is_any();
        method == FileCopyMethod::Ranges || method == FileCopyMethod::Async && gives_headers
    }

    fn begin<'a>(
        &'a self,
        tools: &'a Tools,
        task: &'a Task,
        origin: Origin,
    ) -> Step<'a, Result<Arc<dyn Copying>>> {
        Box::pin(async move {
            let account = self.target.place().account();
            let version = account.capabilities.version();
            if self.from_share && version < TRAILING_DOTS {
                origin.check_dots(&format!("the File service of version {version}"))?;
            }
            let draft = self.draft(task);
            let bytes = task.entry.bytes;
            let method = self.method(&task.entry);
            let origin = match method {
                FileCopyMethod::Directory => origin,
                FileCopyMethod::Async => {
                    origin
                        .without_token(tools, account, self.within_account)
                        .await?
                }
                FileCopyMethod::Ranges => origin.with_token(tools, account).await?,
            };
            let copying: Arc<dyn Copying> = match method {
                FileCopyMethod::Directory => {
                    self.target
                        .make_directory(tools, share_path(&task.target))
                        .await?;
                    Arc::new(MadeDirectory)
                }
                FileCopyMethod::Async => {
                    let given = self.target.properties();
                    let file = WholeFile {
                        draft,
                        origin,
                        bytes,
                        gives_metadata: given.metadata.is_some(),
                        gives_headers: given.headers.is_any(),
                    };
                    Arc::new(AsyncCopy::begin(file, tools, task).await?)
                }
                FileCopyMethod::Ranges if task.chunks.total() == 1 => Arc::new(SingleRangeCopy {
                    draft,
                    origin,
                    bytes,
                    etag: OnceLock::new(),
                }),
                FileCopyMethod::Ranges => Arc::new(RangeCopy {
                    file: Box::pin(PositionedFile::create(draft, tools, task)).await?,
                    origin,
                }),
            };
            Ok(copying)
        })
    }
}

/// A directory, which was made when it began.
struct MadeDirectory;

impl Copying for MadeDirectory {
    fn carry<'a>(&'a self, _tools: &'a Tools, chunk: Chunk) -> Step<'a, Result<CopyProgress>> {
        Box::pin(async move { Ok(CopyProgress::Moved(chunk.bytes)) })
    }

    fn commit<'a>(&'a self, _tools: &'a Tools) -> Step<'a, Result<Committed>> {
        Box::pin(async { Ok(Committed::Done(None)) })
    }
}

/// A file that the service copies in one request.
struct WholeFile {
    draft: FileDraft,
    origin: Origin,
    bytes: u64,
    /// Metadata was given, which replaces that of the source.
    gives_metadata: bool,
    /// Content headers were given, which replace those of the source.
    gives_headers: bool,
}

impl WholeFile {
    /// The copy that made the file which is in the way of this one.
    ///
    /// A copy of the same source was started by an earlier run, or by a request of this run whose
    /// answer was lost. Fails with [`Error::TargetChanged`] where the file is somebody else's.
    fn copied_before(&self, found: &Reply) -> Result<CopyAnswer> {
        let is_whole = length(found) == Some(self.bytes);
        let copy = CopyAnswer::of(found).filter(|copy| copy.state.is_from(self.source()));
        match copy {
            Some(copy) if is_whole || matches!(copy.state.status, CopyStatus::Pending(_)) => {
                Ok(copy)
            }
            _ => Err(not_ours(&self.shown(), &self.draft.replace)),
        }
    }
}

impl CopyRequests for WholeFile {
    fn shown(&self) -> String {
        self.draft.shown()
    }

    fn source(&self) -> &str {
        &self.origin.url
    }

    fn bytes(&self) -> u64 {
        self.bytes
    }

    fn head(&self) -> Request {
        head_file::request(&self.draft.place, &self.draft.name)
    }

    /// The service documents no condition on the source of Copy File, so a blob's may not be compared
    /// either.
    /// <https://learn.microsoft.com/rest/api/storageservices/copy-file#request-headers>
    fn names_version(&self) -> bool {
        false
    }

    async fn finish(&self, tools: &Tools, last: Option<ETag>) -> Result<Option<ETag>> {
        if !self.gives_headers {
            return Ok(last);
        }
        let stored = self.draft.stored(None);
        let reply = self.draft.set_properties(tools, None, stored).await?;
        Ok(etag(&reply))
    }

    async fn start(&self, tools: &Tools) -> Result<Option<CopyAnswer>> {
        if let Some(found) = self.draft.in_the_way(tools).await? {
            return self.copied_before(&found).map(Some);
        }
        let FileDraft {
            place, name, smb, ..
        } = &self.draft;
        let request = copy_file::request(place, name, &self.origin, smb.is_some());
        let request = match &self.draft.carried {
            Some(carried) if self.gives_metadata => carried.metadata_on(request),
            _ => request,
        };
        match self.draft.send_creating(tools, &request).await? {
            Ok(reply) => Ok(CopyAnswer::of(&reply)),
            Err(error) => Err(failure(&self.draft, &self.origin, error)),
        }
    }
}

/// A file of one range, which the service fetches.
struct SingleRangeCopy {
    draft: FileDraft,
    origin: Origin,
    bytes: u64,
    /// The entity tag after the last request.
    etag: OnceLock<ETag>,
}

impl Copying for SingleRangeCopy {
    fn carry<'a>(&'a self, tools: &'a Tools, chunk: Chunk) -> Step<'a, Result<CopyProgress>> {
        Box::pin(async move {
            let stored = self.draft.stored(None);
            let made = self.draft.create(tools, self.bytes, stored).await?;
            let written = match ByteRange::new(chunk.offset, chunk.bytes) {
                Some(range) => fetch(&self.draft, &self.origin, tools, range).await?,
                None => None,
            };
            if let Some(etag) = written.or_else(|| etag(&made)) {
                let _only_once = self.etag.set(etag);
            }
            Ok(CopyProgress::Moved(chunk.bytes))
        })
    }

    fn leaves_version_unchecked(&self) -> bool {
        true
    }

    fn commit<'a>(&'a self, tools: &'a Tools) -> Step<'a, Result<Committed>> {
        Box::pin(async move {
            let stored = self.draft.stored(None);
            if !stored.is_stored_late() {
                return Ok(Committed::Done(self.etag.get().cloned()));
            }
            let reply = self.draft.set_properties(tools, None, stored).await?;
            Ok(Committed::Done(etag(&reply)))
        })
    }
}

/// A file that the service fetches range by range.
struct RangeCopy {
    file: PositionedWriter<PositionedFile>,
    origin: Origin,
}

impl RangeCopy {
    async fn fetch(&self, tools: &Tools, chunk: Chunk) -> Result<()> {
        let Some(range) = ByteRange::new(chunk.offset, chunk.bytes) else {
            return Ok(());
        };
        let put = async |file: &PositionedFile| {
            fetch(file.draft(), &self.origin, tools, range).await?;
            Ok(())
        };
        self.file.put_by_service(chunk, put).await
    }
}

impl Copying for RangeCopy {
    fn carry<'a>(&'a self, tools: &'a Tools, chunk: Chunk) -> Step<'a, Result<CopyProgress>> {
        Box::pin(async move {
            if self.file.has(chunk.index) {
                return Ok(CopyProgress::Kept(chunk.bytes));
            }
            self.fetch(tools, chunk).await?;
            Ok(CopyProgress::Moved(chunk.bytes))
        })
    }

    fn leaves_version_unchecked(&self) -> bool {
        true
    }

    fn commit<'a>(&'a self, tools: &'a Tools) -> Step<'a, Result<Committed>> {
        self.file.commit(tools, None)
    }
}

/// Makes the service fetch a range of the origin; returns the file's entity tag.
async fn fetch(
    draft: &FileDraft,
    origin: &Origin,
    tools: &Tools,
    range: ByteRange,
) -> Result<Option<ETag>> {
    let request = put_range_from_url::request(&draft.place, &draft.name, origin, range);
    let request = match &draft.smb {
        Some(_) => keep_last_write(request),
        None => request,
    };
    match tools.client.send(&request).await {
        Ok(reply) => Ok(etag(&reply)),
        Err(error) => Err(failure(draft, origin, error)),
    }
}

/// The failure of a service to fetch the origin, or to write the file.
fn failure(draft: &FileDraft, origin: &Origin, error: azring_transport::Error) -> Error {
    source_failure::of(&draft.name, origin, error).unwrap_or_else(|error| draft.failure(error))
}
