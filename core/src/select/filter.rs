//! Which objects a command is about: names, sizes and times.
//!
//! An object is selected if no rule includes or one of them matches, and if no rule excludes it, and if
//! its length and its time are within their limits. Ordered rules, a list of names and a shard of all names
//! are further conditions. The rules have no order among themselves. Names decide first: a lister asks which folders
//! can have a selected object, and where the names begin.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::SystemTime;

use sha2::{Digest as _, Sha256};

use super::explanation::{Explanation, FilterReason};
use super::name_list::{ListForm, NameList, NewNames};
use super::name_reading::{NameReading, Subject};
use super::name_rules::NameRules;
use super::name_shard::NameShard;
use super::ordered_rules::OrderedRules;
use super::version_list::VersionList;
use crate::entry::{Entry, EntryName, LabelPlace, Layout, TrueTime};
use crate::{Error, Result};

/// The most prefixes that a listing is divided into. More are listed under what they begin with together.
const PREFIXES_MAX: usize = 64;

/// The objects that a command is about; by default all.
#[derive(Debug, Clone)]
pub struct Filter {
    reading: NameReading,
    include: NameRules,
    exclude: NameRules,
    ordered: OrderedRules,
    listed: Option<Arc<NameList>>,
    new_names: Option<Arc<NewNames>>,
    shard: Option<NameShard>,
    versions: Option<Arc<VersionList>>,
    bytes: RangeInclusive<u64>,
    newer_than: Option<SystemTime>,
    older_than: Option<SystemTime>,
    /// A digest of every file that rules were read from.
    files: Option<Sha256>,
}

impl Default for Filter {
    fn default() -> Self {
        Self::new(NameReading::default())
    }
}

/// Making a filter.
impl Filter {
    /// A filter that selects everything, and reads rules in this way.
    pub fn new(reading: NameReading) -> Self {
        Self {
            reading,
            include: NameRules::default(),
            exclude: NameRules::default(),
            ordered: OrderedRules::default(),
            listed: None,
            new_names: None,
            shard: None,
            versions: None,
            bytes: 0..=u64::MAX,
            newer_than: None,
            older_than: None,
            files: None,
        }
    }

    /// A name needs a match of each kind of rule that includes. Otherwise one match is enough.
    pub fn needs_each_kind(&mut self) {
        self.include.needs_each_kind = true;
    }

    /// Names that match this wildcard pattern are included.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] for a pattern that cannot be read, here and in the next methods.
    pub fn include_pattern(&mut self, text: &[u8]) -> Result<()> {
        let added = self.include.add_pattern(text, self.reading);
        added.map_err(|why| bad("pattern", text, &why))
    }

    /// Names that match this wildcard pattern are excluded.
    pub fn exclude_pattern(&mut self, text: &[u8]) -> Result<()> {
        let added = self.exclude.add_pattern(text, self.reading);
        added.map_err(|why| bad("pattern", text, &why))
    }

    /// The object of this path, and everything below it, is included.
    pub fn include_path(&mut self, text: &[u8]) -> Result<()> {
        let added = self.include.add_path(text, self.reading);
        added.map_err(|why| bad("path", text, &why))
    }

    /// The object of this path, and everything below it, is excluded.
    pub fn exclude_path(&mut self, text: &[u8]) -> Result<()> {
        let added = self.exclude.add_path(text, self.reading);
        added.map_err(|why| bad("path", text, &why))
    }

    /// Names that this regular expression matches somewhere are included.
    pub fn include_regex(&mut self, text: &str) -> Result<()> {
        let added = self.include.add_regex(text, self.reading);
        added.map_err(|why| bad("regular expression", text.as_bytes(), &why))
    }

    /// Names that this regular expression matches somewhere are excluded.
    pub fn exclude_regex(&mut self, text: &str) -> Result<()> {
        let added = self.exclude.add_regex(text, self.reading);
        added.map_err(|why| bad("regular expression", text.as_bytes(), &why))
    }

    /// The ordered rules of a file of rclone decide too, after those of earlier files.
    pub fn ordered_rules(&mut self, text: &[u8]) -> Result<()> {
        self.note_file(b'o', text);
        let added = self.ordered.add(text, self.reading);
        added.map_err(|(line, why)| Error::Usage(format!("line {line}: {why}")))
    }

    /// Only the names of this list are selected.
    pub fn list(&mut self, text: &[u8], form: ListForm) -> Result<()> {
        self.note_file(b'l', text);
        let list = NameList::read(text, form)
            .map_err(|(line, why)| Error::Usage(format!("name {line}: {why}")))?;
        self.listed = Some(Arc::new(list));
        Ok(())
    }

    /// Only these versions of the one blob are selected, and not the blob itself.
    pub fn list_versions(&mut self, text: &[u8], label: LabelPlace) -> Result<()> {
        self.note_file(b'v', text);
        let list = VersionList::read(text, label)
            .map_err(|(line, why)| Error::Usage(format!("line {line}: {why}")))?;
        self.versions = Some(Arc::new(list));
        Ok(())
    }

    /// A name of the list may be a folder, and stands for everything below it then.
    pub fn list_may_have_folders(&mut self) {
        if let Some(list) = self.listed.take() {
            let list = Arc::unwrap_or_clone(list).with_folders();
            self.listed = Some(Arc::new(list));
        }
    }

    /// Only the names in the first column of this list are selected, and they get those of the second.
    pub fn list_with_new_names(&mut self, text: &[u8], form: ListForm) -> Result<()> {
        self.note_file(b'n', text);
        let (list, new_names) = NewNames::read(text, form)
            .map_err(|(line, why)| Error::Usage(format!("line {line}: {why}")))?;
        self.listed = Some(Arc::new(list));
        self.new_names = Some(Arc::new(new_names));
        Ok(())
    }

    /// Only names of this shard are selected. An object that gets another name at the target belongs to the
    /// shard of that name.
    pub fn only_shard(&mut self, shard: NameShard) {
        self.shard = Some(shard);
    }

    /// Only objects of at least so many bytes are selected.
    pub fn at_least(&mut self, bytes: u64) {
        self.bytes = bytes..=*self.bytes.end();
    }

    /// Only objects of at most so many bytes are selected.
    pub fn at_most(&mut self, bytes: u64) {
        self.bytes = *self.bytes.start()..=bytes;
    }

    /// Only objects that were modified then or later are selected.
    pub fn newer_than(&mut self, time: SystemTime) {
        self.newer_than = Some(time);
    }

    /// Only objects that were modified then or earlier are selected.
    pub fn older_than(&mut self, time: SystemTime) {
        self.older_than = Some(time);
    }

    fn note_file(&mut self, kind: u8, text: &[u8]) {
        let sha = self.files.get_or_insert_default();
        sha.update([kind]);
        sha.update((text.len() as u64).to_le_bytes());
        sha.update(text);
    }
}

/// Questions about names.
impl Filter {
    /// Whether everything is selected.
    pub fn selects_all(&self) -> bool {
        self.selects_all_names() && !self.judges_size() && !self.judges_time()
    }

    /// Whether every name is selected.
    pub fn selects_all_names(&self) -> bool {
        self.include.is_empty()
            && self.exclude.is_empty()
            && self.ordered.is_empty()
            && self.listed.is_none()
            && self.shard.is_none()
    }

    /// Whether objects of some lengths are not selected.
    pub fn judges_size(&self) -> bool {
        self.bytes != (0..=u64::MAX)
    }

    /// Whether objects of some times are not selected.
    pub fn judges_time(&self) -> bool {
        self.newer_than.is_some() || self.older_than.is_some()
    }

    /// The list of the only names that are selected, if there is one.
    pub fn listed(&self) -> Option<&Arc<NameList>> {
        self.listed.as_ref()
    }

    /// The versions of the one blob that are selected, if they are listed.
    pub fn versions(&self) -> Option<&Arc<VersionList>> {
        self.versions.as_ref()
    }

    /// The names at the target, if some objects get others.
    pub fn new_names(&self) -> Option<&NewNames> {
        self.new_names.as_deref()
    }

    /// The shard of the only names that are selected, if there is one.
    pub fn shard(&self) -> Option<NameShard> {
        self.shard
    }

    /// The same filter for the names of all shards.
    #[must_use]
    pub fn of_all_shards(&self) -> Self {
        Self {
            shard: None,
            ..self.clone()
        }
    }

    /// A filter that selects all names of this filter's shard.
    #[must_use]
    pub fn of_shard_alone(&self) -> Self {
        Self {
            shard: self.shard,
            ..Self::new(self.reading)
        }
    }

    /// A SHA-256 over every file that rules were read from; `None` without such a file.
    pub fn digest_of_files(&self) -> Option<[u8; 32]> {
        let sha = self.files.clone()?;
        Some(sha.finalize().into())
    }

    /// The same filter without its limits of lengths and times.
    #[must_use]
    pub fn of_names(&self) -> Self {
        Self {
            bytes: 0..=u64::MAX,
            newer_than: None,
            older_than: None,
            ..self.clone()
        }
    }

    /// Whether the name is selected.
    pub fn selects_name(&self, name: &[u8]) -> bool {
        self.selects_all_names() || self.explain(name).is_selected
    }

    /// What decides about the name.
    pub fn explain(&self, name: &[u8]) -> Explanation<'_> {
        let is_listed = self.listed.as_ref().is_none_or(|list| list.has(name));
        let subject = Subject::new(name, self.reading);
        let (is_selected, reason) = if !is_listed {
            (false, FilterReason::NotListed)
        } else if let Some(other) = self.other_shard(name) {
            (false, FilterReason::OtherShard(other))
        } else if let Some((kind, text)) = self.exclude.find(&subject) {
            (false, FilterReason::Excluded(kind, text))
        } else {
            self.explain_without_exclusions(&subject)
        };
        Explanation {
            is_selected,
            reason,
        }
    }

    /// The shard that the name belongs to, if another one is selected.
    fn other_shard(&self, name: &[u8]) -> Option<NameShard> {
        let shard = self.shard?;
        let new = self
            .new_names()
            .and_then(|names| names.of(&EntryName::new(name)));
        let of_name = shard.of(new.map_or(name, EntryName::as_bytes));
        (of_name != shard).then_some(of_name)
    }

    fn explain_without_exclusions(&self, subject: &Subject<'_>) -> (bool, FilterReason<'_>) {
        let included = self.include.find(subject);
        if included.is_none() && !self.include.is_empty() {
            return (false, FilterReason::NotIncluded);
        }
        match (self.ordered.find(subject), included) {
            (Some(rule), included) if !rule.is_included || included.is_none() => {
                let reason = FilterReason::Ordered {
                    line: &rule.line,
                    is_included: rule.is_included,
                };
                (rule.is_included, reason)
            }
            (_, Some((kind, text))) => (true, FilterReason::Included(kind, text)),
            (_, None) => (true, FilterReason::Nothing),
        }
    }

    /// Whether something below this folder can be selected. The folder's name has no slash at its end; it is
    /// empty for the root.
    pub fn may_select_below(&self, folder: &[u8]) -> bool {
        if folder.is_empty() || self.selects_all_names() {
            return true;
        }
        let folder = [folder, b"/"].concat();
        if self
            .listed
            .as_ref()
            .is_some_and(|list| !list.has_below(&folder))
        {
            return false;
        }
        let folder = Subject::new(&folder, self.reading);
        (self.include.is_empty() || self.include.may_match_below(&folder))
            && !self.exclude.match_all_below(&folder)
            && self.ordered.may_select_below(&folder)
    }

    /// The beginnings of the selected names that also begin with `prefix`, in the order of bytes. None is the
    /// beginning of another one. It is `prefix` alone where more is not known.
    pub fn prefixes(&self, prefix: &str) -> Vec<String> {
        let whole = || vec![prefix.to_owned()];
        let Some(heads) = self.include.heads(self.reading) else {
            return whole();
        };
        let mut prefixes: Vec<String> = heads
            .iter()
            .filter_map(|head| longer(&valid_part(head), prefix))
            .collect();
        prefixes.sort_unstable();
        prefixes.dedup_by(|next, before| next.starts_with(before.as_str()));
        match &*prefixes {
            [] => whole(),
            [first, .., last] if prefixes.len() > PREFIXES_MAX => {
                let same = first.bytes().zip(last.bytes());
                let count = same.take_while(|(one, other)| one == other).count();
                vec![first[..first.floor_char_boundary(count)].to_owned()]
            }
            _ => prefixes,
        }
    }
}

/// Questions about objects.
impl Filter {
    /// Whether the object is selected.
    pub fn selects(&self, entry: &Entry) -> bool {
        self.selects_name_of(entry) && self.admits(entry)
    }

    /// Whether the name of the object is selected. A mark of a folder is left out with its folder.
    fn selects_name_of(&self, entry: &Entry) -> bool {
        let name = entry.name.as_bytes();
        if entry.kind != Layout::Folder || self.selects_all_names() {
            return self.selects_name(name);
        }
        let name = name.strip_suffix(b"/").unwrap_or(name);
        let explained = self.explain(name);
        let inside = [name, b"/"].concat();
        let inside = Subject::new(&inside, self.reading);
        match explained.reason {
            FilterReason::NotIncluded => {
                let is_included = self.include.find(&inside).is_some();
                is_included && self.exclude.find(&inside).is_none()
            }
            _ => explained.is_selected && self.exclude.find(&inside).is_none(),
        }
    }

    /// Whether the length and the time of the object are within the limits. An object that could not be examined
    /// is within them.
    pub fn admits(&self, entry: &Entry) -> bool {
        if entry.version.is_unknown() || !(self.judges_size() || self.judges_time()) {
            return true;
        }
        let modified = modified(entry);
        self.bytes.contains(&entry.bytes)
            && self.newer_than.is_none_or(|limit| modified >= limit)
            && self.older_than.is_none_or(|limit| modified <= limit)
    }
}

/// When the content of the object was modified: the time in its metadata, where there is one.
fn modified(entry: &Entry) -> SystemTime {
    let kept = entry.carried.as_deref().and_then(TrueTime::of);
    kept.map_or(entry.modified, |kept| kept.time)
}

/// The longer of two beginnings, if the other one is its beginning.
fn longer(one: &str, other: &str) -> Option<String> {
    if one.starts_with(other) {
        Some(one.to_owned())
    } else {
        other.starts_with(one).then(|| other.to_owned())
    }
}

/// The bytes up to the first that is not part of a character.
fn valid_part(bytes: &[u8]) -> String {
    let first = bytes.utf8_chunks().next();
    first.map_or_else(String::new, |chunk| chunk.valid().to_owned())
}

fn bad(what: &str, text: &[u8], why: &str) -> Error {
    Error::Usage(format!(
        "the {what} `{}` cannot be read: {why}",
        EntryName::new(text)
    ))
}

#[cfg(test)]
mod tests;
