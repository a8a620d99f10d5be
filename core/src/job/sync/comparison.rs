//! What is known of both sides of a sync, and what becomes of each object.
//!
//! The listing notes what it finds, and the planner asks about one object after the other.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use super::action::{ComparedObject, SyncAction};
use super::service_clock::ClockDifference;
use super::superfluous::{SuperfluousObject, SuperfluousObjects};
use crate::compare::{
    ComparisonResult, Difference, Evidence, Joined, ObjectFacts, decide, decide_about_mark,
    is_protected, is_within, settle_by_content,
};
use crate::entry::{
    Entry, EntryName, Layout, SmbAttributes, SmbProperties, TrueTime, with_true_time,
};
use crate::location::Location;
use crate::options::{Compare, DeletionMode, SyncOptions};
use crate::plan::target_name::{MappedName, TargetName};
use crate::select::Filter;
use crate::store::{Source, Stat, Target, Tools};
use crate::{Error, Result, Side};

/// How a side keeps the modification time of a content that is copied to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TimeKeeping {
    /// As the file's own time.
    File,
    /// In metadata.
    Metadata,
    /// As the last-write time of a file in a share.
    LastWrite,
}

impl TimeKeeping {
    pub(super) fn of(location: &Location) -> Self {
        match location {
            Location::Local(_) => Self::File,
            Location::Share(_) => Self::LastWrite,
            Location::Blob(_)
            | Location::Table(_)
            | Location::Pipe
            | Location::Synthetic(_)
            | Location::Discard(_) => Self::Metadata,
        }
    }

    /// Whether every object has the time of its content.
    fn is_always_true(self) -> bool {
        match self {
            Self::File | Self::LastWrite => true,
            Self::Metadata => false,
        }
    }
}

/// The two sides that are compared.
pub(super) struct ComparedSides {
    pub(super) source: Arc<dyn Source>,
    /// The source as it is listed, which may have more.
    pub(super) listed: Arc<dyn Source>,
    pub(super) source_times: TimeKeeping,
    /// The target as it is listed; `None` where it does not exist yet.
    pub(super) target: Option<Arc<dyn Source>>,
    pub(super) target_times: TimeKeeping,
    /// The target as it is written. The listing, which ends after the run, must not keep it open.
    pub(super) writer: Weak<dyn Target>,
    /// The folder of the target, where that is on this machine.
    pub(super) root: Option<PathBuf>,
    /// How the clock of the target differs from that of the source.
    pub(super) clocks: ClockDifference,
}

/// The comparison of one run.
pub(in crate::job) struct Comparison {
    options: SyncOptions,
    preview: bool,
    /// What is neither copied nor deleted, whatever side has it.
    filter: Arc<Filter>,
    pub(super) sides: ComparedSides,
    findings: Mutex<Findings>,
}

/// What becomes of the objects of a name.
pub(super) enum NotedObject {
    /// Nothing: only the target has it, or a filter leaves it out.
    Nothing,
    /// The object of the source, with its length, is equal at the target.
    Equal(EntryName, u64),
    /// The planner inspects the object of the source.
    Entry(Box<Entry>),
}

/// What the listings have shown so far.
#[derive(Default)]
struct Findings {
    /// What the target has of the objects that the planner has not asked about yet.
    found: HashMap<EntryName, Option<Entry>>,
    evidence: Evidence,
    superfluous: SuperfluousObjects,
    /// In a preview, what the target has of objects of the source that the filter leaves out.
    excluded: SuperfluousObjects,
    /// Objects of the target that a copy replaces under another spelling, or that a filter leaves out, in the form that it compares.
    respelled: HashSet<TargetName>,
    times_set: u64,
    /// Objects of the source that have names in the trash of the target.
    in_trash: u64,
}

impl Comparison {
    pub(super) fn new(
        options: SyncOptions,
        preview: bool,
        filter: Arc<Filter>,
        sides: ComparedSides,
    ) -> Self {
        Self {
            options,
            preview,
            filter,
            sides,
            findings: Mutex::default(),
        }
    }

    fn findings(&self) -> MutexGuard<'_, Findings> {
        self.findings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The target as it is written, until the run ends.
    fn writer(&self) -> Result<Arc<dyn Target>> {
        self.sides.writer.upgrade().ok_or(Error::Stopped)
    }

    /// Notes what the listings show of a name.
    ///
    /// Marks of folders are left out, unless the source makes them of its folders.
    pub(super) fn note(&self, joined: Joined) -> NotedObject {
        let name = match &joined {
            Joined::SourceOnly(entry) | Joined::TargetOnly(entry) => &entry.name,
            Joined::Both(pair) => &pair.0.name,
        };
        if self.is_in_trash(name) {
            let is_of_source = !matches!(joined, Joined::TargetOnly(_));
            self.findings().in_trash += u64::from(is_of_source);
            return NotedObject::Nothing;
        }
        let (entry, found) = match joined {
            Joined::Both(pair) if !self.filter.selects(&pair.0) => {
                let (entry, found) = *pair;
                self.note_excluded(&entry);
                if self.preview {
                    self.findings().excluded.add(&found);
                }
                return NotedObject::Nothing;
            }
            Joined::SourceOnly(entry) if !self.filter.selects(&entry) => {
                self.note_excluded(&entry);
                return NotedObject::Nothing;
            }
            Joined::SourceOnly(entry) => (entry, None),
            Joined::TargetOnly(found) => {
                self.note_target(&found);
                return NotedObject::Nothing;
            }
            Joined::Both(pair) => {
                let (entry, found) = *pair;
                // A directory is nothing that could be deleted.
                let is_object = found.kind != Layout::Folder;
                self.findings().evidence.target_objects += u64::from(is_object);
                (entry, Some(found))
            }
        };
        if entry.kind == Layout::Folder && !self.options.folder_marks {
            return NotedObject::Nothing;
        }
        if found
            .as_ref()
            .is_some_and(|found| self.are_equal(&entry, found))
        {
            self.findings().evidence.source_objects += 1;
            return NotedObject::Equal(entry.name, entry.bytes);
        }
        let mut findings = self.findings();
        // A file system that is not mounted may have empty folders.
        findings.evidence.source_objects += u64::from(entry.kind != Layout::Folder);
        findings.found.insert(entry.name.clone(), found);
        drop(findings);
        NotedObject::Entry(Box::new(self.with_time(entry)))
    }

    /// Whether the listings alone show that two objects of one name are equal. The planner inspects the others: an
    /// object that gets another name at the target, or whose name the target compares in another form, or whose
    /// listing leaves something out; marks of folders; and all where POSIX properties are compared.
    fn are_equal(&self, entry: &Entry, found: &Entry) -> bool {
        let is_listed_whole =
            !entry.version.is_unknown() && !self.sides.source.is_incomplete(entry);
        let is_plain_object = entry.kind != Layout::Folder && !self.options.compares_posix;
        is_listed_whole
            && is_plain_object
            && entry.snapshot.is_none()
            && self.filter.new_names().is_none()
            && self.by_listing(entry, found) == ComparisonResult::Same
            && self.keeps_name(entry)
    }

    /// Whether the object has its own name at the target, and the target compares names as they are.
    fn keeps_name(&self, entry: &Entry) -> bool {
        let Ok(writer) = self.writer() else {
            return false;
        };
        let Ok(target) = writer.name(&entry.name) else {
            return false;
        };
        writer.folded(&target.name).is_none() && check_name(entry, &target).is_ok()
    }

    /// Whether an object of this name is in the trash of the target, which no sync compares.
    fn is_in_trash(&self, name: &EntryName) -> bool {
        let ignores_case = self.sides.target_times == TimeKeeping::LastWrite;
        let trash = self.options.trash.as_ref();
        trash.is_some_and(|trash| trash.has(name.as_bytes(), ignores_case))
    }

    /// How many objects of the source have names in the trash of the target, and are not copied.
    pub(super) fn in_trash(&self) -> u64 {
        self.findings().in_trash
    }

    /// Notes an object of the source that the filter leaves out: what has its name at the target stays, in
    /// any spelling.
    fn note_excluded(&self, entry: &Entry) {
        let Ok(writer) = self.writer() else { return };
        let name = writer.name(&entry.name);
        if let Some(folded) = name.ok().and_then(|name| writer.folded(&name.name)) {
            self.findings().respelled.insert(folded);
        }
    }

    /// Notes an object that only the target has.
    fn note_target(&self, found: &Entry) {
        if !self.may_delete(found) {
            if self.preview && !self.filter.selects(found) {
                self.findings().excluded.add(found);
            }
            return;
        }
        let mut findings = self.findings();
        findings.evidence.target_objects += 1;
        findings.evidence.superfluous += 1;
        if self.options.deletion != DeletionMode::Off {
            findings.superfluous.add(found);
        }
    }

    /// Whether an object of the target may be deleted when the source does not have it: the selection
    /// concerns it, and it is an ordinary object.
    fn may_delete(&self, found: &Entry) -> bool {
        let is_ours = self
            .sides
            .root
            .as_ref()
            .is_some_and(|root| is_within(root, found, &self.options.protected));
        self.sides.source.selects(&found.name)
            && !self.is_in_trash(&found.name)
            && self.filter.selects(found)
            && !is_protected(found)
            && !is_ours
    }

    /// Whether the filter leaves out this object of the target, or what the source has of it.
    pub(super) fn is_excluded(&self, found: &Entry) -> bool {
        if self.is_in_trash(&found.name) {
            return false;
        }
        !self.filter.selects_name(found.name.as_bytes()) || self.findings().excluded.has(found)
    }

    /// Notes that parts of a side could not be listed.
    pub(super) fn note_unlisted(&self, side: Side, count: usize) {
        let mut findings = self.findings();
        let evidence = &mut findings.evidence;
        let counter = match side {
            Side::Source => &mut evidence.source_unlisted,
            Side::Target => &mut evidence.target_unlisted,
        };
        *counter += count as u64;
    }

    /// Notes that both listings came to their ends.
    pub(super) fn note_end(&self) {
        self.findings().evidence.is_whole = true;
    }

    /// What the listings have shown.
    pub(super) fn evidence(&self) -> Evidence {
        self.findings().evidence
    }

    /// How many objects got only the time of the source.
    pub(super) fn times_set(&self) -> u64 {
        self.findings().times_set
    }

    /// What has become of an object of the target that the source does not have; `None`: it is none of these.
    pub(super) fn find_superfluous(&self, found: &Entry) -> Option<SuperfluousObject> {
        let findings = self.findings();
        let known = findings.superfluous.find(found)?;
        let writer = self.writer().ok()?;
        let name = writer.name(&found.name).ok();
        let folded = name.and_then(|name| writer.folded(&name.name));
        if folded.is_some_and(|folded| findings.respelled.contains(&folded)) {
            return Some(SuperfluousObject::Respelled);
        }
        match known {
            SuperfluousObject::AsCompared if !self.may_delete(found) => None,
            known => Some(known),
        }
    }

    /// The entry with the time of its content, in the form in which the target keeps it.
    pub(super) fn with_time(&self, mut entry: Entry) -> Entry {
        let kept = entry.carried.as_deref().and_then(TrueTime::of);
        let is_true = self.sides.source_times.is_always_true() || kept.is_some();
        if let Some(kept) = kept {
            entry.modified = kept.time;
        }
        match self.sides.target_times {
            TimeKeeping::File => {}
            TimeKeeping::Metadata => {
                // What a service stores with an object is known only once it was asked for.
                let is_known =
                    entry.carried.is_some() || self.sides.source_times == TimeKeeping::File;
                if is_true && is_known && !entry.version.is_unknown() {
                    let carried = entry.carried.take().map(|carried| *carried);
                    let carried = with_true_time(carried.unwrap_or_default(), entry.modified);
                    entry.carried = Some(Box::new(carried));
                }
            }
            TimeKeeping::LastWrite => {
                entry.smb.get_or_insert_with(|| {
                    Box::new(SmbProperties {
                        attributes: SmbAttributes::ARCHIVE,
                        created: None,
                        last_write: entry.modified,
                    })
                });
            }
        }
        entry
    }

    /// Decides about an object of the source. May read files to compare their content, and may set the time
    /// of an object at the target.
    pub(in crate::job) async fn judge(
        &self,
        tools: &Tools,
        entry: &Entry,
        target: &MappedName,
    ) -> Result<ComparedObject> {
        check_name(entry, target)?;
        if let Some(twin) = &target.twin
            && self.sides.source.has(tools, twin).await?
        {
            return Err(Error::Name(format!(
                "`{}` is a link that would become `{twin}` at the destination, which is also the name of another object",
                entry.name
            )));
        }
        let Some(found) = self.found(tools, entry, target).await? else {
            return Ok(ComparedObject {
                action: SyncAction::Copy(Difference::New),
                found: None,
            });
        };
        let action = self.action(tools, entry, &found, target).await?;
        let found = Some(stat_of(found, &*self.writer()?));
        Ok(ComparedObject { action, found })
    }

    /// What the target has under the name of this object.
    async fn found(
        &self,
        tools: &Tools,
        entry: &Entry,
        target: &MappedName,
    ) -> Result<Option<Entry>> {
        let listed = self.findings().found.remove(&entry.name);
        let writer = self.writer()?;
        let folded = writer.folded(&target.name);
        match listed {
            Some(Some(found)) => return Ok(Some(found)),
            Some(None) if folded.is_none() => return Ok(None),
            // The target may have it in another spelling, or an earlier run planned it.
            Some(None) | None => {}
        }
        let stat = writer.stat(tools, &target.name).await?;
        if let (Some(_), Some(folded)) = (&stat, folded) {
            self.findings().respelled.insert(folded);
        }
        Ok(stat.map(|stat| Entry {
            name: entry.name.clone(),
            bytes: stat.bytes,
            modified: stat.modified,
            version: stat.version,
            md5: None,
            kind: stat.kind.unwrap_or_default(),
            carried: stat.carried,
            snapshot: None,
            smb: None,
            archive: None,
        }))
    }

    async fn action(
        &self,
        tools: &Tools,
        entry: &Entry,
        found: &Entry,
        target: &MappedName,
    ) -> Result<SyncAction> {
        // An object that cannot be examined fails when it is read.
        if entry.version.is_unknown() {
            return Ok(SyncAction::Copy(Difference::Time));
        }
        let mut decision = self.by_listing(entry, found);
        if decision == ComparisonResult::Content {
            decision = self.by_content(tools, entry, found).await?;
        }
        if decision == ComparisonResult::SetTime
            && !self.set_time(tools, entry, found, target).await?
        {
            decision = ComparisonResult::Copy(Difference::Time);
        }
        match decision {
            ComparisonResult::Same => {
                let lacks = self.options.compares_posix
                    && self
                        .writer()?
                        .lacks_properties(&target.name, entry, found)?;
                if lacks && self.set_time(tools, entry, found, target).await? {
                    return Ok(SyncAction::SetProperties);
                }
                Ok(SyncAction::Nothing)
            }
            ComparisonResult::SetTime => Ok(SyncAction::SetTime),
            ComparisonResult::Copy(difference) => Ok(SyncAction::Copy(difference)),
            ComparisonResult::Content | ComparisonResult::NoDigest => {
                Err(Error::Integrity(format!(
                    "`{}` has no stored MD5 at the source, so that its content cannot be compared",
                    entry.name
                )))
            }
        }
    }

    /// Decides by what the listings say.
    fn by_listing(&self, entry: &Entry, found: &Entry) -> ComparisonResult {
        let source_facts = ObjectFacts::of(entry, self.sides.source_times.is_always_true());
        let mut target_facts = ObjectFacts::of(found, self.sides.target_times.is_always_true());
        if !target_facts.has_true_time {
            target_facts.time = self.sides.clocks.to_local(target_facts.time);
        }
        let compare = self.options.compare;
        if entry.kind == Layout::Folder {
            decide_about_mark(compare, &source_facts, &target_facts)
        } else if found.kind == Layout::Folder {
            // A folder has no content that a file could be equal to.
            ComparisonResult::Copy(Difference::Content)
        } else {
            decide(compare, &source_facts, &target_facts)
        }
    }

    /// Compares the contents. Reads a file of this machine only where the other side knows its MD5, or where
    /// every content is to be compared.
    async fn by_content(
        &self,
        tools: &Tools,
        entry: &Entry,
        found: &Entry,
    ) -> Result<ComparisonResult> {
        let compare = self.options.compare;
        if compare != Compare::Hash && entry.md5.is_none() && found.md5.is_none() {
            return Ok(settle_by_content(compare, None, None));
        }
        let source = self.sides.source.digest(tools, entry).await?;
        let target = match &self.sides.target {
            Some(target) if source.is_some() => target.digest(tools, found).await?,
            _ => None,
        };
        Ok(settle_by_content(compare, source, target))
    }

    /// Gives the object at the target the time of the source. Returns whether the target can do that.
    async fn set_time(
        &self,
        tools: &Tools,
        entry: &Entry,
        found: &Entry,
        target: &MappedName,
    ) -> Result<bool> {
        let writer = self.writer()?;
        if !writer.can_set_time() {
            return Ok(false);
        }
        if !self.preview {
            let mut timed = found.clone();
            timed.modified = entry.modified;
            if self.sides.target_times == TimeKeeping::File {
                timed.carried.clone_from(&entry.carried);
            }
            if self.sides.target_times == TimeKeeping::Metadata {
                let mut carried = found.carried.as_deref().cloned().unwrap_or_default();
                if self.sides.source_times == TimeKeeping::File {
                    // What was read from a file beside its time is new too.
                    let of_file = entry.carried.iter().flat_map(|carried| &carried.metadata);
                    for (name, value) in of_file {
                        carried
                            .metadata
                            .retain(|(known, _)| !known.eq_ignore_ascii_case(name));
                        carried.metadata.push((name.clone(), value.clone()));
                    }
                }
                timed.carried = Some(Box::new(with_true_time(carried, entry.modified)));
            }
            if !writer.set_time(tools, &target.name, &timed).await? {
                return Ok(false);
            }
        }
        self.findings().times_set += 1;
        Ok(true)
    }
}

/// An object of the target as the planner knows one.
fn stat_of(found: Entry, writer: &dyn Target) -> Stat {
    let has_layouts = writer.form(found.kind).layout.is_some();
    Stat {
        bytes: found.bytes,
        modified: found.modified,
        version: found.version,
        kind: has_layouts.then_some(match found.kind {
            // These are marks of an ordinary blob.
            Layout::Folder | Layout::Link => Layout::Plain,
            layout @ (Layout::Plain | Layout::Pages | Layout::Appended) => layout,
        }),
        carried: None,
    }
}

/// Refuses an object that would get another name at the target: the listings cannot be compared by it.
fn check_name(entry: &Entry, target: &MappedName) -> Result<()> {
    let is_kept = |name: &EntryName| target.name.as_bytes().ends_with(name.as_bytes());
    // A mark of a folder may have a slash that the folder does not have, and so may a link an end.
    let shorter = match entry.kind {
        Layout::Folder => entry.name.of_folder(),
        Layout::Link => entry.name.of_link(),
        Layout::Plain | Layout::Pages | Layout::Appended => None,
    };
    let is_own = match (&target.twin, &shorter) {
        (None, None) => is_kept(&entry.name),
        (None, Some(shorter)) => is_kept(&entry.name) || is_kept(shorter),
        (Some(twin), shorter) => shorter.as_ref() == Some(twin) && is_kept(twin),
    };
    if is_own {
        return Ok(());
    }
    Err(Error::Name(format!(
        "`{}` would become `{}` at the destination, and a sync compares objects of equal names only",
        entry.name, target.name
    )))
}
