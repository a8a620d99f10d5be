//! A share or a directory in it as a target.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::directory_maker::DirectoryMaker;
use super::name::{ShareNaming, TrailingDots, share_path};
use super::properties::FileProperties;
use super::reader::FileRanges;
use super::request::{TRAILING_DOTS, head_file, set_directory_properties};
use super::writer::{FileDraft, PositionedFile, SingleChunkFile};
use super::{root, rules};
use crate::Result;
use crate::entry::{Entry, EntryName, Layout, ObjectProperties, Version};
use crate::location::ShareLocation;
use crate::options::PropertyOptions;
use crate::plan::Task;
use crate::plan::replace::Replace;
use crate::plan::route::{Route, SourceNames};
use crate::plan::stored_properties::{StoredForm, stored};
use crate::plan::target_name::{MappedName, TargetName};
use crate::store::nothing_to_write::NothingToWrite;
use crate::store::rest::missing::send_or_missing;
use crate::store::rest::ranged_reader::RangedReader;
use crate::store::rest::root::RootIdentity;
use crate::store::{PartSupport, Stat, Step, Target, TargetForm, Tools, Writer, WrittenObject};

/// A share or a directory in it to copy to.
pub struct ShareTarget {
    place: Arc<ShareLocation>,
    naming: ShareNaming,
    directories: Arc<DirectoryMaker>,
    /// Whether the properties of the source are stored.
    keeps: bool,
    /// What is given beside the bytes.
    properties: Arc<PropertyOptions>,
    /// The share's identity.
    identity: RootIdentity,
}

impl ShareTarget {
    /// The share or directory at `place`, for objects of this route.
    pub fn new(place: ShareLocation, route: &Route) -> Self {
        Self::with(place, route.source_names, route.keeps_properties)
    }

    /// The same for files of the place itself.
    pub(super) fn within(place: ShareLocation) -> Self {
        Self::with(place, SourceNames::Shares, true)
    }

    /// The same for standard input.
    pub fn of_pipe(place: ShareLocation) -> Self {
        Self::with(place, SourceNames::Files, false)
    }

    fn with(place: ShareLocation, names: SourceNames, keeps: bool) -> Self {
        let naming = ShareNaming::new(&place.directory, names);
        let place = Arc::new(place);
        Self {
            naming,
            directories: Arc::new(DirectoryMaker::new(&place)),
            keeps,
            properties: Arc::default(),
            place,
            identity: RootIdentity::default(),
        }
    }

    /// The same where these properties are stored with files.
    #[must_use]
    pub(super) fn giving(self, properties: &Arc<PropertyOptions>) -> Self {
        Self {
            properties: Arc::clone(properties),
            ..self
        }
    }

    /// What is given beside the bytes of files.
    pub(super) fn properties(&self) -> &PropertyOptions {
        &self.properties
    }

    /// A file of this name with nothing of a source beside its bytes.
    pub(super) fn draft(&self, name: &TargetName, content_type: Option<String>) -> FileDraft {
        FileDraft {
            place: Arc::clone(&self.place),
            directories: Arc::clone(&self.directories),
            name: share_path(name).to_owned(),
            content_type,
            md5: None,
            carried: stored(&self.properties, None, StoredForm::of(None, false, false)),
            smb: None,
            replace: Replace::Anything,
            begun_bytes: None,
        }
    }

    /// The share or directory.
    pub(super) fn place(&self) -> &ShareLocation {
        &self.place
    }

    /// Makes the directory of this full name and those above it, if they are missing.
    pub(super) async fn make_directory(&self, tools: &Tools, name: &str) -> Result<()> {
        self.directories.make(tools, name).await
    }

    fn trailing_dots(&self) -> TrailingDots {
        if self.place.account().capabilities.version() >= TRAILING_DOTS {
            TrailingDots::Kept
        } else {
            TrailingDots::Removed
        }
    }
}

impl Target for ShareTarget {
    fn name(&self, entry: &EntryName) -> Result<MappedName> {
        self.naming.name(entry, self.trailing_dots())
    }

    fn exact_name(&self, name: &EntryName) -> Result<MappedName> {
        self.naming.exact_name(name, self.trailing_dots())
    }

    fn folded(&self, name: &TargetName) -> Option<TargetName> {
        self.naming.folded(name)
    }

    fn form(&self, source: Layout) -> TargetForm {
        TargetForm {
            layout: None,
            makes_folders: source == Layout::Folder,
            shortens_links: false,
            parts: PartSupport::None,
            pieces: rules::pieces(),
        }
    }

    fn prepare<'a>(&'a self, tools: &'a Tools) -> Step<'a, Result<()>> {
        Box::pin(async move {
            let made = root::make(tools, &self.place).await?;
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
            let request = head_file::request(&self.place, share_path(name));
            let Some(reply) = send_or_missing(tools, &request).await? else {
                return Ok(None);
            };
            let properties = FileProperties::of_head(&reply)?;
            Ok(Some(Stat {
                bytes: properties.bytes,
                modified: properties.modified,
                version: Version::Service(properties.etag),
                kind: None,
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
            let found = self.stat(tools, name).await?;
            Ok(found.and_then(|found| {
                let ranges = FileRanges {
                    place: Arc::clone(&self.place),
                    name: share_path(name).to_owned(),
                    etag: found.version.etag()?.clone(),
                    bytes: found.bytes,
                };
                Some(WrittenObject {
                    bytes: found.bytes,
                    reader: RangedReader::open(ranges, &Arc::new(AtomicBool::new(true))),
                })
            }))
        })
    }

    fn identity<'a>(&'a self, tools: &'a Tools) -> Step<'a, Result<Option<Box<str>>>> {
        let asked = root::identity(tools, &self.place);
        Box::pin(self.identity.or_ask(asked))
    }

    fn shown(&self, name: &TargetName) -> String {
        self.place.file_url(share_path(name))
    }

    fn keep_directory<'a>(
        &'a self,
        tools: &'a Tools,
        name: &'a TargetName,
        directory: &'a Entry,
    ) -> Step<'a, Result<()>> {
        Box::pin(async move {
            let Some(smb) = &directory.smb else {
                return Ok(());
            };
            let request = set_directory_properties::request(&self.place, share_path(name), smb);
            match tools.client.send(&request).await {
                // There is no such directory, or nothing was copied and the share is missing too.
                Err(error) if error.status() == Some(404) => Ok(()),
                Err(error) => Err(error.into()),
                Ok(_) => Ok(()),
            }
        })
    }

    fn create<'a>(&'a self, tools: &'a Tools, task: &'a Task) -> Step<'a, Result<Arc<dyn Writer>>> {
        Box::pin(async move {
            let entry = &task.entry;
            let draft = FileDraft {
                md5: entry.md5.filter(|_| self.keeps),
                carried: entry.carried.clone(),
                smb: entry.smb.clone(),
                replace: task.replace.clone(),
                begun_bytes: task.history.earlier.as_ref().map(|_| entry.bytes),
                ..self.draft(&task.target, task.content_type.clone())
            };
            let writer: Arc<dyn Writer> = if entry.kind == Layout::Folder {
                self.make_directory(tools, &draft.name).await?;
                Arc::new(NothingToWrite { is_complete: false })
            } else if task.chunks.total() == 1 {
                Arc::new(SingleChunkFile::new(
                    draft,
                    entry.bytes,
                    task.history.notes.clone(),
                ))
            } else {
                Arc::new(Box::pin(PositionedFile::create(draft, tools, task)).await?)
            };
            Ok(writer)
        })
    }
}
