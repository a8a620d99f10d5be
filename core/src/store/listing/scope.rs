//! Which part of a source is listed: where the listing begins and where it ends.

use crate::entry::EntryName;

/// The part of a source that is listed; by default all of it.
///
/// A listing gives full names in the order of the source: a folder of this machine in the byte order
/// of the names, a service in its own order, which differs from that only in where `/` and characters
/// outside of the first Unicode plane stand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListScope {
    /// Only this folder and what is below it, which could not be listed before; `None`: everything.
    pub folder: Option<EntryName>,
    /// The listing begins after this object, and this snapshot of it; `None`: at the beginning.
    /// The object need not exist any more.
    pub after: Option<(EntryName, Option<Box<str>>)>,
    /// The listing begins with this name, where `after` does not say more; `None`: at the beginning. No object need
    /// have it. Only for a source that [can begin at names](super::super::Source::can_begin_at_names).
    pub from: Option<EntryName>,
    /// The listing ends before this name; `None`: at the end. No object need have it.
    pub until: Option<EntryName>,
    /// The page that `after` was on, as [`Page::marker`](super::super::Page::marker) named it.
    pub marker: Option<Box<str>>,
}

impl ListScope {
    /// The ranges between these names, which are in the order of a source, and those before and after them.
    #[cfg(test)]
    pub(crate) fn ranges(cuts: &[String]) -> impl Iterator<Item = Self> {
        let names = || cuts.iter().map(|cut| Some(EntryName::from(&**cut)));
        let begins = std::iter::once(None).chain(names());
        let ends = names().chain([None]);
        begins.zip(ends).map(|(from, until)| Self {
            from,
            until,
            ..Self::default()
        })
    }

    /// Whether the listing ends before this name, in a source that lists in the order of bytes.
    pub(crate) fn ends_before(&self, name: &EntryName) -> bool {
        let until = self.until.as_ref();
        until.is_some_and(|until| until.as_bytes() <= name.as_bytes())
    }

    /// Whether a source that has only the object of this name lists it. Nothing comes after the only one.
    pub(crate) fn has_single(&self, name: &EntryName) -> bool {
        let is_within = self
            .from
            .as_ref()
            .is_none_or(|from| from.as_bytes() <= name.as_bytes());
        self.after.is_none() && is_within && !self.ends_before(name)
    }
}
