//! Writes blobs: a writer for each type, one per file, and what they have in common.

mod block;

mod committed_blocks;

mod expected;

mod read_back;

mod resume_visible;

mod page;

mod append;

mod stream;

use std::sync::{Arc, OnceLock};

use azring_transport as transport;
use azring_transport::http::{Reply, Request};

use super::container::{self, Identity};
use super::name::{BlobNaming, blob_name};
use super::properties::{BlobType, Properties, Stored, kind};
use super::request::{head_blob, set_blob_properties};
use super::rules;
use crate::digest::follower::Md5;
use crate::entry::{ETag, EntryName, Layout, ObjectProperties, Version};
use crate::location::BlobLocation;
use crate::options::UploadOptions;
use crate::plan::Task;
use crate::plan::target_name::{MappedName, TargetName};
use crate::store::rest::conditions::Condition;
use crate::store::{Committed, Origin, Stat, Step, Target, TargetForm, Tools, Writer};
use crate::{Error, Result};

use append::AppendWriter;
pub(super) use block::BlockWriter;
use expected::{Expected, is_condition};
use page::PageWriter;

/// A container or virtual directory to copy to.
pub struct BlobTarget {
    place: Arc<BlobLocation>,
    naming: BlobNaming,
    blob_type: BlobType,
    block_bytes: u64,
    keeps_block_bytes: bool,
    keeps: bool,
    /// The container's identity, where it is known without asking.
    identity: OnceLock<Option<Box<str>>>,
}

impl BlobTarget {
    /// The container or virtual directory at `place`, for blobs of this shape. With `keeps` the source has blobs too:
    /// their names and types, and what is stored beside them, stay as they are.
    pub fn new(place: BlobLocation, shape: &UploadOptions, keeps: bool) -> Self {
        Self {
            keeps,
            naming: BlobNaming::new(&place.directory, keeps),
            place: Arc::new(place),
            blob_type: shape.blob_type.unwrap_or(BlobType::Block),
            block_bytes: shape.block_bytes,
            keeps_block_bytes: shape.keeps_block_bytes,
            identity: OnceLock::new(),
        }
    }
}

impl BlobTarget {
    /// What an object of this kind becomes.
    fn blob_type(&self, source: Layout) -> BlobType {
        if self.keeps {
            blob_type_of(source)
        } else {
            self.blob_type
        }
    }
}

/// The type of blob that an object of this kind is.
pub(super) fn blob_type_of(kind: Layout) -> BlobType {
    match kind {
        Layout::Pages => BlobType::Page,
        Layout::Appended => BlobType::Append,
        Layout::Plain | Layout::Folder => BlobType::Block,
    }
}

impl Target for BlobTarget {
    fn name(&self, entry: &EntryName) -> Result<MappedName> {
        self.naming.name(entry)
    }

    fn exact_name(&self, name: &EntryName) -> Result<MappedName> {
        self.naming.exact_name(name)
    }

    fn form(&self, source: Layout) -> TargetForm {
        let blob_type = self.blob_type(source);
        let pieces = rules::pieces(blob_type, self.block_bytes);
        TargetForm {
            layout: Some(kind(Some(blob_type), false)),
            makes_folders: false,
            pieces: if self.keeps_block_bytes {
                pieces.of_one_size()
            } else {
                pieces
            },
        }
    }

    fn prepare<'a>(&'a self, tools: &'a Tools) -> Step<'a, Result<()>> {
        Box::pin(async move {
            match container::make(tools, &self.place).await? {
                Identity::Known(identity) => {
                    self.identity.get_or_init(|| identity);
                }
                Identity::ToBeAsked => {}
            }
            Ok(())
        })
    }

    fn stat<'a>(
        &'a self,
        tools: &'a Tools,
        name: &'a TargetName,
    ) -> Step<'a, Result<Option<Stat>>> {
        Box::pin(async move {
            let reply = match tools
                .client
                .send(&head_blob::request(&self.place, blob_name(name)))
                .await
            {
                Ok(reply) => reply,
                Err(error) if error.status() == Some(404) => return Ok(None),
                Err(error) => return Err(error.into()),
            };
            let properties = Properties::of_head(&reply)?;
            Ok(Some(Stat {
                bytes: properties.bytes,
                modified: properties.modified,
                version: Version::Service(properties.etag),
                kind: properties.blob_type.map(|found| kind(Some(found), false)),
                carried: Some(Box::new(ObjectProperties::of_head(&reply))),
            }))
        })
    }

    fn identity<'a>(&'a self, tools: &'a Tools) -> Step<'a, Result<Option<Box<str>>>> {
        Box::pin(async move {
            match self.identity.get() {
                Some(known) => Ok(known.clone()),
                None => container::identity(tools, &self.place).await,
            }
        })
    }

    fn shown(&self, name: &TargetName) -> String {
        self.place.blob_url(blob_name(name))
    }

    fn create<'a>(&'a self, tools: &'a Tools, task: &'a Task) -> Step<'a, Result<Arc<dyn Writer>>> {
        Box::pin(async move {
            let entry = &task.entry;
            let draft = Draft {
                expected: Expected::new(task.replace.clone()),
                place: Arc::clone(&self.place),
                name: blob_name(&task.target).into(),
                is_copy: self.keeps,
                content_type: task.content_type.clone(),
                md5: entry.md5.filter(|_| self.keeps),
                carried: entry.carried.clone(),
                origin: None,
            };
            let writer: Arc<dyn Writer> = match self.blob_type(entry.kind) {
                BlobType::Block => Arc::new(BlockWriter::create(draft, tools, task).await?),
                // These ask the service before they begin, in futures that are much larger than the block's.
                BlobType::Append => {
                    Arc::new(Box::pin(AppendWriter::create(draft, tools, task)).await?)
                }
                BlobType::Page => Arc::new(Box::pin(PageWriter::create(draft, tools, task)).await?),
            };
            Ok(writer)
        })
    }
}

/// The entity tag that an answer tells.
pub(super) fn etag(reply: &Reply) -> Option<ETag> {
    reply.header("etag").map(|text| ETag(text.to_owned()))
}

/// A blob being written: where it will be, and what is stored beside its bytes.
#[derive(Clone)]
pub(super) struct Draft {
    pub(super) place: Arc<BlobLocation>,
    pub(super) name: String,
    /// What the commit may replace.
    pub(super) expected: Expected,
    /// The source has a blob of which this is a copy.
    is_copy: bool,
    content_type: Option<String>,
    /// That of the source, for a copy.
    md5: Option<Md5>,
    /// What the source stores, for a copy; what the replaced blob had, where that stays.
    carried: Option<Box<ObjectProperties>>,
    /// Where the service fetches its bytes, if it does.
    pub(super) origin: Option<Origin>,
}

impl Draft {
    /// What the service copies from the origin; it keeps everything that the source has.
    pub(super) fn of_copy(place: Arc<BlobLocation>, task: &Task, origin: Origin) -> Self {
        Self {
            place,
            expected: Expected::new(task.replace.clone()),
            name: blob_name(&task.target).into(),
            is_copy: true,
            content_type: None,
            md5: task.entry.md5,
            carried: task.entry.carried.clone(),
            origin: Some(origin),
        }
    }

    /// Its address, as the user would write it.
    pub(super) fn shown(&self) -> String {
        self.place.blob_url(&self.name)
    }

    /// What is stored with the blob when it is made; an MD5 that was computed on the way comes before the source's.
    pub(super) fn stored(&self, md5: Option<Md5>) -> Stored<'_> {
        Stored {
            content_type: self.content_type.as_deref(),
            md5: md5.or(self.md5),
            carried: self.carried.as_deref(),
        }
    }

    /// Sends a request that writes. A blob of another type under this name is told in AzCopy's words.
    pub(super) async fn send(&self, tools: &Tools, request: &Request) -> Result<Reply> {
        let sent = tools.client.send(request).await;
        sent.map_err(|error| self.told(error))
    }

    pub(super) fn told(&self, error: transport::Error) -> Error {
        let name = &self.name;
        match (error.code(), &self.origin) {
            (Some("InvalidBlobType"), None) => Error::other_type(name),
            (_, None) => error.into(),
            (_, Some(origin)) => fetching(name, origin, error),
        }
    }

    /// The blob has its bytes; what could not be stored with it before is stored now: an MD5 that was known too late. A copy of
    /// a blob without a content type has none either, but what makes a blob gives it one, so it is cleared.
    ///
    /// `last` is the blob's entity tag before that; where several requests wrote it, nobody knows which came last.
    async fn finish(
        &self,
        tools: &Tools,
        late_md5: Option<Md5>,
        last: Option<ETag>,
    ) -> Result<Committed> {
        let lacks_type = self.is_copy
            && self
                .carried
                .as_deref()
                .is_some_and(|carried| carried.content_type.is_none());
        if late_md5.is_none() && !lacks_type {
            return Ok(Committed::Done(last));
        }
        // What is left out would be cleared. The metadata stays without being named.
        let carried = ObjectProperties {
            metadata: Vec::new(),
            ..self.carried.as_deref().cloned().unwrap_or_default()
        };
        let kept = carried.content_type.as_deref();
        let content_type = self.content_type.as_deref().or(kept);
        let stored = Stored {
            content_type: (!lacks_type).then(|| content_type.unwrap_or("application/octet-stream")),
            md5: late_md5.or(self.md5),
            carried: Some(&carried),
        };
        let condition = last
            .as_ref()
            .map_or(Condition::Always, Condition::Unchanged);
        let request = set_blob_properties::request(&self.place, &self.name, stored, condition);
        match Box::pin(tools.client.send(&request)).await {
            Ok(reply) => Ok(Committed::Done(etag(&reply))),
            Err(error) if last.is_some() && error.status() == Some(412) => {
                let is_version = is_condition(error.code());
                let found = is_version.then_some(head_blob::request(&self.place, &self.name));
                let Some(found) = found else {
                    return Err(self.told(error));
                };
                let reply = Box::pin(self.send(tools, &found)).await?;
                // The answer to the same request was lost, or somebody else has written.
                let found = Properties::of_head(&reply)?;
                let is_stored = match stored.md5 {
                    Some(md5) => found.md5 == Some(md5),
                    None => found.content_type.is_none(),
                };
                if is_stored {
                    Ok(Committed::Done(Some(found.etag)))
                } else {
                    Err(self.not_ours())
                }
            }
            Err(error) => Err(self.told(error)),
        }
    }
}

/// What it means that the service did not fetch a blob.
fn fetching(name: &str, origin: &Origin, error: transport::Error) -> Error {
    let is_leased = error.code().is_some_and(|code| code.starts_with("Lease"));
    match (error.status(), error.code()) {
        (_, Some("InvalidBlobType")) => Error::Usage(format!(
            "`{name}`: blob type of source and destination must be the same"
        )),
        // Azurite answers 304 where Azure answers 412.
        (Some(412 | 304), _) if !is_leased => Error::Changed(format!(
            "the source of `{name}` was overwritten since it was listed"
        )),
        (Some(400), _) if origin.signed_url().len() > rules::ORIGIN_BYTES_MAX => {
            Error::Name(format!(
                "the source of `{name}` has an address of more than {} characters, from which the service does not copy: \
                 copy it through this machine (`/SyncCopy`)",
                rules::ORIGIN_BYTES_MAX
            ))
        }
        _ => error.into(),
    }
}
