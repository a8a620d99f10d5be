//! The two sides of a verification, and the objects of one name on both.

use std::sync::Arc;

use crate::compare::{Joined, ListingJoin};
use crate::entry::{Entry, EntryName, Layout};
use crate::options::{Options, Selection};
use crate::select::Filter;
use crate::store::{self, Source, Tools};
use crate::{Error, Result, Side};

/// Both sides.
pub(super) struct Sides {
    pub(super) source: Arc<dyn Source>,
    pub(super) target: Arc<dyn Source>,
    /// What concerns the objects of both sides.
    filter: Arc<Filter>,
    /// The source is a single object: this one, and what the target has for it.
    pub(super) single: Option<(Entry, Option<Entry>)>,
}

/// The objects of one name.
pub(super) enum Pair {
    SourceOnly(Entry),
    TargetOnly(Entry),
    Both(Entry, Entry),
}

impl Pair {
    /// The object of the source, and the target's if there is one.
    pub(super) fn of(source: Entry, target: Option<Entry>) -> Self {
        match target {
            Some(target) => Self::Both(source, target),
            None => Self::SourceOnly(source),
        }
    }
}

impl Sides {
    /// Opens both. A source that names a single object is compared with the object that the target names, or
    /// with the one of its name in the target. Asks the services.
    pub(super) async fn open(options: &Options, tools: &Tools) -> Result<Self> {
        let at_source = |error: Error| error.at(Side::Source);
        let at_target = |error: Error| error.at(Side::Target);
        let (chosen, all) = (
            selection(&options.selection),
            unselected(&options.selection),
        );
        let filter = Arc::clone(&options.selection.filter);
        let named = match &options.selection.pattern {
            None if filter.selects_all() => store::named_object(&options.source, tools).await,
            None | Some(_) => Ok(None),
        };
        let Some((folder, entry)) = named.map_err(at_source)? else {
            return Ok(Self {
                source: store::open_source(&options.source, &chosen).map_err(at_source)?,
                target: store::open_source(&options.target, &all).map_err(at_target)?,
                filter,
                single: None,
            });
        };
        let source = store::open_source(&folder, &all).map_err(at_source)?;
        let named = store::named_object(&options.target, tools).await;
        let named = named.map_err(at_target)?;
        let folder = named.as_ref().map_or(&options.target, |(folder, _)| folder);
        let target = store::open_source(folder, &all).map_err(at_target)?;
        let found = match named {
            Some((_, found)) => Some(found),
            None => find_in(&*target, tools, &entry.name).await?,
        };
        Ok(Self {
            source,
            target,
            filter,
            single: Some((entry, found)),
        })
    }

    /// Lists both.
    pub(super) fn join(&self, tools: &Tools) -> ListingJoin {
        let list = |side: &Arc<dyn Source>| Arc::clone(side).list_by_bytes(tools);
        ListingJoin::new(list(&self.source), list(&self.target))
    }

    /// The pair of these objects. `None` for marks of folders, which have no content, and for what the
    /// selection does not concern.
    pub(super) fn pair(&self, joined: Joined) -> Option<Pair> {
        let has_content = |entry: &Entry| entry.kind != Layout::Folder;
        let is_excluded = match &joined {
            Joined::SourceOnly(entry) | Joined::TargetOnly(entry) => !self.filter.selects(entry),
            Joined::Both(pair) => !self.filter.selects(&pair.0),
        };
        if is_excluded {
            return None;
        }
        match joined {
            Joined::SourceOnly(entry) => has_content(&entry).then_some(Pair::SourceOnly(entry)),
            Joined::TargetOnly(entry) => {
                let is_meant = has_content(&entry) && self.source.selects(&entry.name);
                is_meant.then_some(Pair::TargetOnly(entry))
            }
            Joined::Both(pair) => {
                let (source, target) = *pair;
                match (has_content(&source), has_content(&target)) {
                    (true, true) => Some(Pair::Both(source, target)),
                    (true, false) => Some(Pair::SourceOnly(source)),
                    (false, true) => Some(Pair::TargetOnly(target)),
                    (false, false) => None,
                }
            }
        }
    }
}

/// The selection of the source: everything below that the pattern selects. What sizes and times exclude is listed
/// too: the target may have an object of that name.
fn selection(selection: &Selection) -> Selection {
    Selection {
        recursive: true,
        lists_all_sizes_and_times: true,
        ..selection.clone()
    }
}

/// The same for the target, whose names are compared with the pattern of the source.
fn unselected(selection: &Selection) -> Selection {
    Selection {
        recursive: true,
        own_files: selection.own_files.clone(),
        ..Selection::default()
    }
}

/// Whether the target has an object of this name, for a single object that is compared with a folder.
async fn find_in(folder: &dyn Source, tools: &Tools, name: &EntryName) -> Result<Option<Entry>> {
    let found = folder.find(tools, name, None).await;
    found.map_err(|error| error.at(Side::Target))
}
