//! The names of objects at the target: what each entry is called there, and who has which name.

use std::sync::Arc;

use super::Planner;
use crate::entry::{Entry, EntryName, Layout};
use crate::job::collision::NameTaken;
use crate::journal::DoneObjects;
use crate::plan::target_name::{MappedName, TargetName};
use crate::store::SingleName;
use crate::{Error, Result};

/// Folders of the source that could not be listed before anything was planned.
#[derive(Debug)]
pub(super) struct UnreservedFolders {
    /// The folded beginning of all names at the target below each folder, and the folder.
    folders: Vec<(Box<[u8]>, EntryName)>,
    /// What earlier runs copied.
    done: Arc<DoneObjects>,
}

impl Planner<'_> {
    /// The name of an entry at the target.
    pub(super) fn target(&self, entry: &Entry) -> Result<MappedName> {
        let shorter = self.folder_name(entry).or_else(|| self.link_name(entry));
        let own_name = shorter.as_ref().unwrap_or(&entry.name);
        let mut target = self.named(own_name)?;
        let name = self.given_name(own_name).unwrap_or(own_name);
        if entry.kind == Layout::Link {
            // Another object may have the shorter name.
            target.twin = target.twin.or_else(|| shorter.clone());
        }
        Ok(match &entry.snapshot {
            Some(snapshot) => target.labelled(name, snapshot),
            None => target,
        })
    }

    /// The name of the folder that the target makes of a mark, where the mark has another one.
    fn folder_name(&self, entry: &Entry) -> Option<EntryName> {
        let becomes_folder = entry.kind == Layout::Folder && self.form(entry).makes_folders;
        entry.name.of_folder().filter(|_| becomes_folder)
    }

    /// The name of the link that the target makes, where the entry has another one.
    fn link_name(&self, entry: &Entry) -> Option<EntryName> {
        let is_shortened = entry.kind == Layout::Link && self.form(entry).shortens_links;
        entry.name.of_link().filter(|_| is_shortened)
    }

    /// The same for the entry's name without its snapshot.
    fn named(&self, name: &EntryName) -> Result<MappedName> {
        match self.given_name(name) {
            Some(given) => self.ends.target.exact_name(given),
            None => self.ends.target.name(name),
        }
    }

    /// The name at the target that the user gave this object, if it is not its own.
    fn given_name<'n>(&'n self, name: &EntryName) -> Option<&'n EntryName> {
        match &self.ends.single {
            Some(SingleName::Given(given)) => Some(given),
            Some(SingleName::Own) | None => {
                let filter = &self.options.selection.filter;
                filter.new_names().and_then(|new| new.of(name))
            }
        }
    }

    /// The target's name of an object that is gone.
    pub(in crate::job) fn target_of(
        &self,
        name: &EntryName,
        snapshot: Option<&str>,
    ) -> Option<TargetName> {
        // The label of a snapshot is not known any more.
        let target = self.named(name).ok().filter(|_| snapshot.is_none())?;
        Some(target.name)
    }

    /// Gives the object its name at the target; fails when another object has that name.
    pub(super) fn admit(&self, entry: &Entry, target: &MappedName) -> Result<()> {
        let snapshot = entry.snapshot.as_ref().map(|snapshot| &*snapshot.id);
        // Two marks of a folder are about the same folder.
        let folder = self.folder_name(entry);
        self.admit_name(folder.as_ref().unwrap_or(&entry.name), snapshot, target)
    }

    fn admit_name(
        &self,
        name: &EntryName,
        snapshot: Option<&str>,
        target: &MappedName,
    ) -> Result<()> {
        let folded = self.ends.target.folded(&target.name);
        let compared = match &folded {
            None if target.twin.is_none() => return Ok(()),
            None => &target.name,
            Some(folded) => folded,
        };
        let mut collisions = self.collisions.borrow_mut();
        if let Some(folder) = self.unreserved_folder(compared)
            && collisions.is_free(compared)
        {
            return Err(may_collide(name, target, &folder));
        }
        let admitted = collisions.admit(compared, name, snapshot);
        admitted.map_err(|NameTaken(other)| match folded {
            None => collides(name, target),
            Some(_) => collides_folded(name, target, other),
        })
    }

    /// Reserves the name at the target of an object that an earlier run copied, or that fails before
    /// its plan. No other object replaces it then.
    pub(in crate::job) fn reserve(&self, entry: &Entry) {
        if let Ok(target) = self.target(entry) {
            // Where another object has the name already, that object keeps it.
            let _is_admitted = self.admit(entry, &target);
        }
    }

    /// The same for an object without a snapshot, of which only the name is known.
    pub(in crate::job) fn reserve_name(&self, name: &EntryName) {
        if let Ok(target) = self.named(name) {
            let _is_admitted = self.admit_name(name, None, &target);
        }
    }

    /// Takes note that the objects of these folders of the source could not be listed, so that their names
    /// are not reserved. Of `done` the journal has digests only.
    pub(in crate::job) fn leave_unreserved(&self, folders: &[EntryName], done: Arc<DoneObjects>) {
        let folded = folders.iter().filter_map(|folder| {
            // A folder has no name of its own at the target, and a file in it has.
            let folder_name = folder.as_bytes();
            let folder_name = folder_name.strip_suffix(b"/").unwrap_or(folder_name);
            let file = [folder_name, b"/x"].concat();
            let file = self.ends.target.name(&EntryName::new(file)).ok()?.name;
            let folded = self.ends.target.folded(&file)?;
            let end = folded.as_bytes().iter().rposition(|&byte| byte == b'/')?;
            Some((folded.as_bytes()[..=end].into(), folder.clone()))
        });
        let folders = folded.collect();
        *self.unreserved.borrow_mut() = Some(UnreservedFolders { folders, done });
    }

    /// The unlisted folder that may have the object of this folded name.
    fn unreserved_folder(&self, folded: &TargetName) -> Option<EntryName> {
        let unreserved = self.unreserved.borrow();
        let mut folders = unreserved.as_ref()?.folders.iter();
        let found = folders.find(|(prefix, _)| folded.as_bytes().starts_with(prefix));
        found.map(|(_, folder)| folder.clone())
    }

    /// Reserves the name of an entry of an unlisted folder that an earlier run copied.
    pub(in crate::job) fn reserve_if_done(&self, entry: &Entry) {
        let unreserved = self.unreserved.borrow();
        let is_done = unreserved
            .as_ref()
            .is_some_and(|unreserved| unreserved.done.has_name(entry));
        drop(unreserved);
        if is_done {
            self.reserve(entry);
        }
    }
}

pub(super) fn collides(name: &EntryName, target: &MappedName) -> Error {
    Error::Name(format!(
        "`{name}` would become `{}` at the destination, which is also the name of another selected object",
        target.name
    ))
}

fn collides_folded(name: &EntryName, target: &MappedName, other: Option<&EntryName>) -> Error {
    let other = match other {
        Some(other) => format!("`{other}`, another selected object"),
        None => "another selected object".to_owned(),
    };
    Error::Name(format!(
        "`{name}` would become `{}` at the destination, which ignores case, and so replace {other}",
        target.name
    ))
}

fn may_collide(name: &EntryName, target: &MappedName, folder: &EntryName) -> Error {
    Error::Name(format!(
        "`{name}` would become `{}` at the destination, which ignores case, and may replace an object that an \
         earlier run copied from `{folder}`, which could not be listed",
        target.name
    ))
}
