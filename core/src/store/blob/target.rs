//! A container or virtual directory as a target.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::account::TargetContainers;
use super::container;
use super::folder_names::FolderNames;
use super::name::{BlobNaming, blob_name};
use super::properties::{BlobType, Properties, check_version, kind};
use super::reader::BlobRanges;
use super::request::{head_blob, set_blob_metadata};
use super::rules;
use super::single::find;
use super::writer::{AppendWriter, BlockWriter, Draft, Expected, PageBlob};
use crate::entry::{Entry, EntryName, Layout, ObjectProperties, PosixProperties, Version};
use crate::location::BlobLocation;
use crate::options::{PropertyOptions, UploadOptions};
use crate::plan::Task;
use crate::plan::target_name::{MappedName, TargetName};
use crate::store::rest::conditions::Condition;
use crate::store::rest::is_leased;
use crate::store::rest::missing::send_or_missing;
use crate::store::rest::ranged_reader::RangedReader;
use crate::store::rest::root::RootIdentity;
use crate::store::{PartSupport, Stat, Step, Target, TargetForm, Tools, Writer, WrittenObject};
use crate::{Error, Result};

/// A container or virtual directory to copy to.
pub struct BlobTarget {
    pub(super) place: Arc<BlobLocation>,
    pub(super) naming: BlobNaming,
    pub(super) blob_type: BlobType,
    pub(super) block_bytes: u64,
    pub(super) keeps_block_bytes: bool,
    pub(super) keeps: bool,
    /// What is given beside the bytes, for objects without a plan.
    pub(super) properties: Arc<PropertyOptions>,
    /// Objects get `blob_type`, whatever they are at the source.
    pub(super) chooses_type: bool,
    /// The container's identity.
    pub(super) identity: RootIdentity,
    /// The containers, where there are several.
    pub(super) containers: TargetContainers,
    /// Names that the account would change.
    pub(super) folder_names: FolderNames,
}

impl BlobTarget {
    /// The container or virtual directory at `place`, for blobs of this shape. With `keeps` the source has blobs too:
    /// their names and types, and what is stored beside them, stay as they are.
    pub fn new(place: BlobLocation, shape: &UploadOptions, keeps: bool) -> Self {
        Self {
            keeps,
            // Files that become page blobs by their names have that type already.
            chooses_type: !keeps && (shape.blob_type.is_some() || !shape.disks_as_pages),
            naming: BlobNaming::new(&place.directory, keeps).of_account(place.is_account()),
            properties: Arc::default(),
            place: Arc::new(place),
            blob_type: shape.blob_type.unwrap_or(BlobType::Block),
            block_bytes: shape.block_bytes,
            keeps_block_bytes: shape.keeps_block_bytes,
            identity: RootIdentity::default(),
            containers: TargetContainers::default(),
            folder_names: FolderNames::default(),
        }
    }

    /// The same where these properties are stored with objects.
    #[must_use]
    pub(super) fn giving(self, properties: &Arc<PropertyOptions>) -> Self {
        Self {
            properties: Arc::clone(properties),
            ..self
        }
    }

    /// The same for files of a share, which have no type: they become blobs of the chosen type.
    #[must_use]
    pub(super) fn choosing_type(self) -> Self {
        Self {
            chooses_type: true,
            ..self
        }
    }
}

impl BlobTarget {
    /// What an object of this kind becomes.
    pub(super) fn blob_type(&self, source: Layout) -> BlobType {
        if self.chooses_type && source != Layout::Link {
            self.blob_type
        } else {
            blob_type_of(source)
        }
    }
}

/// The type of blob that an object of this kind is.
pub(super) fn blob_type_of(kind: Layout) -> BlobType {
    match kind {
        Layout::Pages => BlobType::Page,
        Layout::Appended => BlobType::Append,
        Layout::Plain | Layout::Folder | Layout::Link => BlobType::Block,
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
            shortens_links: false,
            parts: match blob_type {
                BlobType::Block => PartSupport::Hidden,
                BlobType::Page => PartSupport::Visible,
                BlobType::Append => PartSupport::None,
            },
            pieces: if self.keeps_block_bytes {
                pieces.of_one_size()
            } else {
                pieces
            },
        }
    }

    fn prepare<'a>(&'a self, tools: &'a Tools) -> Step<'a, Result<()>> {
        Box::pin(async move {
            if self.place.is_account() {
                // Each container is made before its first blob.
                return Ok(());
            }
            let made = container::make(tools, &self.place).await?;
            self.identity.keep(made);
            Ok(())
        })
    }

    fn stat<'a>(
        &'a self,
        tools: &'a Tools,
        name: &'a TargetName,
    ) -> Step<'a, Result<Option<Stat>>> {
        Box::pin(async move {
            let request = head_blob::request(&self.place, blob_name(name));
            let Some(reply) = send_or_missing(tools, &request).await? else {
                return Ok(None);
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

    fn read_back<'a>(
        &'a self,
        tools: &'a Tools,
        name: &'a TargetName,
    ) -> Step<'a, Result<Option<WrittenObject>>> {
        Box::pin(async move {
            let name = blob_name(name);
            let found = find(tools, &self.place, name).await?;
            Ok(found.map(|(properties, _)| {
                let ranges = BlobRanges {
                    place: Arc::clone(&self.place),
                    name: name.to_owned(),
                    etag: properties.etag,
                    bytes: properties.bytes,
                    snapshot: None,
                };
                WrittenObject {
                    bytes: properties.bytes,
                    reader: RangedReader::open(ranges, &Arc::new(AtomicBool::new(true))),
                }
            }))
        })
    }

    fn identity<'a>(&'a self, tools: &'a Tools) -> Step<'a, Result<Option<Box<str>>>> {
        if self.place.is_account() {
            return Box::pin(async { Ok(None) });
        }
        let asked = container::identity(tools, &self.place);
        Box::pin(self.identity.or_ask(asked))
    }

    fn shown(&self, name: &TargetName) -> String {
        self.place.blob_url(blob_name(name))
    }

    fn can_set_time(&self) -> bool {
        true
    }

    fn set_time<'a>(
        &'a self,
        tools: &'a Tools,
        name: &'a TargetName,
        entry: &'a Entry,
    ) -> Step<'a, Result<bool>> {
        Box::pin(async move {
            let (Some(carried), Some(etag)) = (&entry.carried, entry.version.etag()) else {
                return Ok(false);
            };
            let unchanged = Condition::Unchanged(etag);
            let request =
                set_blob_metadata::request(&self.place, blob_name(name), carried, unchanged);
            match tools.client.send(&request).await {
                Ok(_) => Ok(true),
                Err(error) if error.status() == Some(412) && !is_leased(error.code()) => {
                    Err(Error::TargetChanged(format!(
                        "`{}` was overwritten since it was listed, and keeps its time",
                        self.shown(name)
                    )))
                }
                Err(error) => Err(error.into()),
            }
        })
    }

    fn lacks_properties(&self, _name: &TargetName, source: &Entry, found: &Entry) -> Result<bool> {
        let read = |entry: &Entry| entry.carried.as_deref().map(PosixProperties::of);
        let wanted = read(source).unwrap_or_default();
        Ok(!wanted.is_like(&read(found).unwrap_or_default()))
    }

    fn create<'a>(&'a self, tools: &'a Tools, task: &'a Task) -> Step<'a, Result<Arc<dyn Writer>>> {
        Box::pin(async move {
            check_version(&self.properties, &self.place)?;
            let name = blob_name(&task.target);
            self.folder_names.check(tools, &self.place, task).await?;
            self.containers.make(tools, &self.place, name).await?;
            let entry = &task.entry;
            let draft = Draft {
                expected: Expected::new(task.replace.clone()),
                place: Arc::clone(&self.place),
                name: name.into(),
                is_copy: self.keeps,
                content_type: task.content_type.clone(),
                md5: entry.md5.filter(|_| self.keeps),
                carried: entry.carried.clone(),
                origin: None,
                given: Arc::clone(&self.properties),
            };
            let writer: Arc<dyn Writer> = match self.blob_type(entry.kind) {
                BlobType::Block => Arc::new(BlockWriter::create(draft, tools, task).await?),
                // These ask the service before they begin, in futures that are much larger than the block's.
                BlobType::Append => {
                    Arc::new(Box::pin(AppendWriter::create(draft, tools, task)).await?)
                }
                BlobType::Page => Arc::new(Box::pin(PageBlob::create(draft, tools, task)).await?),
            };
            Ok(writer)
        })
    }
}
