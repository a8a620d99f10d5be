//! Where objects come from.

use std::sync::Arc;

use azring_transport::buffer::Lease;
use azring_transport::disk::FileSlices;
use tokio::sync::mpsc;

use super::{ListScope, Origin, Step, Tools};
use crate::entry::{Entry, EntryName};
use crate::options::Selection;
use crate::plan::chunks::Chunk;
use crate::plan::disk_image::Edges;
use crate::plan::extents::Extents;
use crate::report::NothingSelected;
use crate::{Error, Result};

/// Some entries of a listing, in order, and what could not be listed between them.
#[derive(Debug, Default)]
pub struct Page {
    /// What was found and selected.
    pub entries: Vec<Entry>,
    /// Folders that could not be read, with the reason; the listing goes on behind them.
    pub unlisted: Vec<(EntryName, Error)>,
    /// Things left out that the user should know of, each told once.
    pub notices: Vec<String>,
    /// What this page can be listed by again, where a service gave it a name.
    pub marker: Option<Box<str>>,
}

/// Pages as they come; the listing goes on in the background, a page or two ahead. An error ends it.
pub type Pages = mpsc::Receiver<Result<Page>>;

/// How many pages a listing runs ahead.
pub(crate) const PAGES_AHEAD: usize = 2;

/// A store to copy from.
pub trait Source: Send + Sync {
    /// Lists what was selected when the store was opened, in the order of full names. Called on the
    /// coordinator's thread, inside a `LocalSet`.
    ///
    /// A listing that goes on after an object gives exactly what the whole listing gives after it.
    fn list(self: Arc<Self>, tools: &Tools, scope: ListScope) -> Pages;

    /// Whether a listing can go on there: not if an earlier version of this program wrote the scope
    /// down and listed in another order, so that names would be left out.
    fn can_resume(&self, _scope: &ListScope) -> bool {
        true
    }

    /// The object of this name, or this snapshot of it, as it is now; `None` when it is gone. It was selected before.
    fn find<'a>(
        &'a self,
        tools: &'a Tools,
        name: &'a EntryName,
        snapshot: Option<&'a str>,
    ) -> Step<'a, Result<Option<Entry>>>;

    /// Whether there is an object of this name, selected or not.
    fn has<'a>(&'a self, tools: &'a Tools, name: &'a EntryName) -> Step<'a, Result<bool>>;

    /// Where the object has data, if it may have holes; `None`: everywhere. It must still be the version that was
    /// listed.
    fn extents<'a>(
        &'a self,
        _tools: &'a Tools,
        _entry: &'a Entry,
    ) -> Step<'a, Result<Option<Extents>>> {
        Box::pin(async { Ok(None) })
    }

    /// The first and the last 512 bytes of the object, where they can be had at next to no cost; `None` elsewhere. It must
    /// still be the version that was listed.
    fn edges<'a>(
        &'a self,
        _tools: &'a Tools,
        _entry: &'a Entry,
    ) -> Step<'a, Result<Option<Edges>>> {
        Box::pin(async { Ok(None) })
    }

    /// Where a service could read the object by itself; `None` where none could.
    fn origin(&self, _tools: &Tools, _entry: &Entry) -> Result<Option<Origin>> {
        Ok(None)
    }

    /// How many descriptors an open object takes on this machine.
    fn descriptors(&self) -> u32 {
        0
    }

    /// Why a listing that came to its end selected nothing of what is meant by `selection`; `None` where that cannot be
    /// told.
    fn why_nothing<'a>(
        &'a self,
        _tools: &'a Tools,
        _selection: &'a Selection,
    ) -> Step<'a, Result<Option<NothingSelected>>> {
        Box::pin(async { Ok(None) })
    }

    /// Opens an object; it must still be the version that was listed.
    fn open<'a>(&'a self, tools: &'a Tools, entry: &'a Entry) -> Step<'a, Result<Arc<dyn Reader>>>;
}

/// One open object. Chunks are read in any order, by several threads at once.
pub trait Reader: Send + Sync {
    /// Fills the lease with exactly the chunk. Fails with [`Error::Changed`] when the object is not what was listed.
    fn read<'a>(&'a self, tools: &'a Tools, chunk: Chunk, into: Lease) -> Step<'a, Result<Lease>>;

    /// The chunk as it is read while it is sent, for a destination that takes it so; `None` where it has to be in memory.
    fn slices(&self, _tools: &Tools, _chunk: Chunk) -> Option<FileSlices> {
        None
    }

    /// After the last chunk: is it still the version that was listed?
    fn finish<'a>(&'a self, tools: &'a Tools) -> Step<'a, Result<()>>;
}
