//! Inspects an entry at the source and at the target: what the decision about it depends on.

use super::Planner;
use super::target_names::collides;
use crate::Result;
use crate::entry::{Entry, Layout};
use crate::job::sync::SyncAction;
use crate::job::vhd_hint;
use crate::plan::Task;
use crate::plan::content_signature::content_type_of;
use crate::plan::content_type::needs_content;
use crate::plan::disk_image::DiskFlaw;
use crate::plan::extents::{Extents, SPARSE_BYTES_MIN};
use crate::plan::overwrite::{OverwriteDecision, decide};
use crate::plan::part::ObjectPart;
use crate::plan::replace::Replace;
use crate::plan::target_name::MappedName;
use crate::store::{PartSupport, Stat, Tools};
use crate::transfer::{CommitReceipt, CommittedObject};

/// The ends of the copy at which an entry is inspected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::job) enum InspectionScope {
    /// The source and the target.
    Both,
    /// The source alone. An earlier run decided to copy the entry, so the state of the target does
    /// not matter any more.
    Source,
}

/// An entry whose target has been inspected.
#[derive(Debug)]
pub(in crate::job) struct InspectedEntry {
    pub(super) entry: Entry,
    pub(super) found: Result<Inspection>,
    pub(super) basis: ChunkSizeBasis,
}

/// What decides the size of an object's chunks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ChunkSizeBasis {
    /// The size that the controller wants now.
    Now,
    /// The size that an earlier run recorded; without a record, the size that a run without a
    /// controller would take.
    EarlierRun(Option<u64>),
    /// The size in the plan of an object that several machines copy, of which this part is copied.
    OfPart(ObjectPart),
}

impl ChunkSizeBasis {
    /// Whether the object is committed whose parts other machines wrote.
    pub(super) fn is_commit(self) -> bool {
        match self {
            Self::OfPart(part) => part.is_commit(),
            Self::Now | Self::EarlierRun(_) => false,
        }
    }
}

impl InspectedEntry {
    /// The entry.
    pub(in crate::job) fn entry(&self) -> &Entry {
        &self.entry
    }

    /// Whether an earlier run copied this version of the object, and it is still at the target.
    pub(in crate::job) fn is_in_place(&self) -> bool {
        matches!(&self.found, Ok(found) if found.is_in_place)
    }

    /// The object as one that an earlier run has committed: of its copy only the place is known. `None` for a
    /// mark of a folder, which stays where it is.
    pub(in crate::job) fn committed(&self) -> Option<CommittedObject> {
        let found = self.found.as_ref().ok()?;
        (self.entry.kind != Layout::Folder).then(|| CommittedObject {
            entry: Entry {
                carried: None,
                smb: None,
                ..self.entry.clone()
            },
            target: found.target.name.clone(),
            receipt: CommitReceipt::Unknown,
        })
    }

    /// Takes the chunks of this part, where only a part of the object is copied.
    #[must_use]
    pub(in crate::job) fn of_part(self, part: Option<ObjectPart>) -> Self {
        Self {
            basis: part.map_or(self.basis, ChunkSizeBasis::OfPart),
            ..self
        }
    }

    /// Takes the chunk size of an earlier run, if that recorded one.
    ///
    /// The part of the object that the earlier run left is only usable with the same chunks.
    #[must_use]
    pub(in crate::job) fn begun(self, chunk_bytes: Option<u64>) -> Self {
        Self {
            basis: ChunkSizeBasis::EarlierRun(chunk_bytes),
            ..self
        }
    }
}

/// What was found at the target and at the source.
#[derive(Debug)]
pub(super) struct Inspection {
    pub(super) target: MappedName,
    pub(super) stat: Option<Stat>,
    /// Where the object has data, if not everywhere.
    pub(super) extents: Option<Extents>,
    /// Why Azure would refuse the object as a disk.
    pub(super) flaw: Option<DiskFlaw>,
    /// The content type that its first bytes show, where its name shows none.
    pub(super) shown_type: Option<&'static str>,
    /// An earlier run copied this version of the object, and it is still there.
    pub(super) is_in_place: bool,
    /// What a sync does with it.
    pub(super) action: Option<SyncAction>,
}

impl Planner<'_> {
    /// The content type that the first bytes of a file show, where its name shows none.
    async fn shown_type(&self, tools: &Tools, entry: &Entry) -> Result<Option<&'static str>> {
        let is_asked = !self.options.preview
            && !matches!(entry.kind, Layout::Folder | Layout::Link)
            && needs_content(&self.options.upload.content_type, &entry.name);
        if !is_asked {
            return Ok(None);
        }
        let edges = self.ends.source.edges(tools, entry).await?;
        Ok(edges.map(|edges| content_type_of(&edges.first)))
    }

    /// Why Azure would refuse the page blob of this entry as a disk.
    async fn flaw(&self, tools: &Tools, entry: &Entry) -> Result<Option<DiskFlaw>> {
        let is_image =
            self.hint.inspects_images() && self.form(entry).layout == Some(Layout::Pages);
        if !is_image {
            return Ok(None);
        }
        let edges = self.ends.source.edges(tools, entry).await?;
        let is_named_vhd = vhd_hint::is_named_vhd(&entry.name);
        Ok(edges.and_then(|edges| DiskFlaw::of(&edges, entry.bytes, is_named_vhd)))
    }

    /// Inspects an entry that an earlier run has copied. Whether it is still at the target is
    /// always checked.
    pub(in crate::job) async fn inspect_done(&self, tools: &Tools, entry: Entry) -> InspectedEntry {
        let inspected = self.inspect(tools, entry, InspectionScope::Both).await;
        let InspectedEntry {
            entry,
            found: Ok(mut found),
            basis,
        } = inspected
        else {
            return inspected;
        };
        let is_seen = if found.stat.is_some() {
            Ok(found.stat.clone())
        } else {
            self.ends.target.stat(tools, &found.target.name).await
        };
        let form = self.form(&entry);
        // An object that cannot be inspected may be missing, so it is copied again.
        found.is_in_place = is_seen.ok().flatten().is_some_and(|stat| {
            let is_like_it = stat.bytes == entry.bytes || entry.kind == Layout::Folder;
            is_like_it && form.can_replace(&stat)
        });
        InspectedEntry {
            entry,
            found: Ok(found),
            basis,
        }
    }

    /// An entry of which only the name at the target is decided: for a plan whose objects other machines copy.
    pub(in crate::job) async fn name_only(&self, tools: &Tools, entry: Entry) -> InspectedEntry {
        let entry = self.hint.with_layout(entry);
        let found = match self.target(&entry) {
            Ok(target) => self.alone(tools, &entry, target).await,
            Err(error) => Err(error),
        };
        InspectedEntry {
            entry,
            found,
            // The chunks of a plan do not depend on the link of the machine that plans.
            basis: ChunkSizeBasis::EarlierRun(None),
        }
    }

    /// Whether several machines may copy parts of the object of this task.
    pub(in crate::job) fn is_divisible(&self, task: &Task) -> bool {
        let is_permitted = match self.form(&task.entry).parts {
            PartSupport::None => false,
            PartSupport::Hidden => true,
            PartSupport::Visible => task.replace == Replace::Anything,
        };
        is_permitted && task.chunks.total() > 1
    }

    /// Nothing but the name. Fails when another entry has it.
    async fn alone(&self, tools: &Tools, entry: &Entry, target: MappedName) -> Result<Inspection> {
        if let Some(twin) = &target.twin
            && self.ends.source.has(tools, twin).await?
        {
            return Err(collides(&entry.name, &target));
        }
        Ok(Inspection {
            target,
            stat: None,
            extents: None,
            flaw: None,
            is_in_place: false,
            action: None,
            shown_type: None,
        })
    }

    /// Inspects an entry at the source and, in [`InspectionScope::Both`], at the target.
    pub(in crate::job) async fn inspect(
        &self,
        tools: &Tools,
        entry: Entry,
        scope: InspectionScope,
    ) -> InspectedEntry {
        let entry = self.hint.with_layout(entry);
        let (entry, found) = if self.is_incomplete(&entry) {
            match self.ends.source.complete(tools, entry.clone()).await {
                Ok(entry) => {
                    let found = self.inspection(tools, &entry, scope).await;
                    (entry, found)
                }
                Err(error) => (entry, Err(error)),
            }
        } else {
            let found = self.inspection(tools, &entry, scope).await;
            (entry, found)
        };
        InspectedEntry {
            entry,
            found,
            basis: ChunkSizeBasis::Now,
        }
    }

    /// Whether the copy needs something of the entry that the listing leaves out.
    fn is_incomplete(&self, entry: &Entry) -> bool {
        let stores_properties = self
            .ends
            .server_copy
            .as_ref()
            .is_none_or(|server_copy| server_copy.stores_properties(entry));
        stores_properties && !self.options.preview && self.ends.source.is_incomplete(entry)
    }

    async fn inspection(
        &self,
        tools: &Tools,
        entry: &Entry,
        scope: InspectionScope,
    ) -> Result<Inspection> {
        let target = self.target(entry)?;
        let (stat, action) = match (scope, self.comparison) {
            (InspectionScope::Source, _) => (None, None),
            (InspectionScope::Both, None) => (self.stat(tools, entry, &target).await?, None),
            (InspectionScope::Both, Some(comparison)) => {
                let verdict = comparison.judge(tools, entry, &target).await?;
                (verdict.found, Some(verdict.action))
            }
        };
        let is_equal = matches!(
            action,
            Some(SyncAction::SetTime | SyncAction::SetProperties | SyncAction::Nothing)
        );
        let extents = if !is_equal && self.wants_extents(entry, stat.as_ref()) {
            self.ends.source.extents(tools, entry).await?
        } else {
            None
        };
        let flaw = match scope {
            InspectionScope::Source => None,
            InspectionScope::Both => self.flaw(tools, entry).await?,
        };
        let shown_type = if is_equal {
            None
        } else {
            self.shown_type(tools, entry).await?
        };
        Ok(Inspection {
            target,
            stat,
            extents,
            flaw,
            shown_type,
            is_in_place: false,
            action,
        })
    }

    /// What is at the target, where a decision depends on it.
    ///
    /// Fails when another entry has the name that this entry gets at the target.
    async fn stat(
        &self,
        tools: &Tools,
        entry: &Entry,
        target: &MappedName,
    ) -> Result<Option<Stat>> {
        if let Some(twin) = &target.twin
            && self.ends.source.has(tools, twin).await?
        {
            return Err(collides(&entry.name, target));
        }
        let becomes_folder = entry.kind == Layout::Folder && self.form(entry).makes_folders;
        if becomes_folder || self.options.conflict.is_blind() {
            return Ok(None);
        }
        self.ends.target.stat(tools, &target.name).await
    }

    /// Extents are only asked for when the object will be transferred and its holes need not be.
    fn wants_extents(&self, entry: &Entry, stat: Option<&Stat>) -> bool {
        let modified = stat.map(|stat| stat.modified);
        self.may_have_holes(entry)
            && !self.options.preview
            && !matches!(
                decide(self.conflict.get(), entry.modified, modified),
                OverwriteDecision::Skip(_)
            )
    }

    fn may_have_holes(&self, entry: &Entry) -> bool {
        self.form(entry).pieces.with_holes && entry.bytes >= SPARSE_BYTES_MIN
    }
}
