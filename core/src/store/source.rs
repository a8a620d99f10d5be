//! Where objects come from.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use azring_transport as transport;
use azring_transport::buffer::Lease;
use azring_transport::disk::FileSlices;
use futures_util::FutureExt as _;
use tokio::sync::mpsc::{self, Sender};
use tokio::task::spawn_local;

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
    /// The selected entries.
    pub entries: Vec<Entry>,
    /// The names and lengths of objects of which a sync needs nothing more: they are equal at the target.
    pub equal: Vec<(EntryName, u64)>,
    /// Folders that could not be read, with the reason; the listing continues after them.
    pub unlisted: Vec<(EntryName, Error)>,
    /// Names that were asked for one by one and have no object that can be examined, with the reason, in the
    /// order of the entries.
    pub unfound: Vec<(EntryName, Error)>,
    /// What the user should know about objects that were left out, each thing once.
    pub notices: Vec<String>,
    /// The marker by which this page can be listed again, where the source has one.
    pub marker: Option<Box<str>>,
}

impl Page {
    /// Whether the page names nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
            && self.equal.is_empty()
            && self.unlisted.is_empty()
            && self.unfound.is_empty()
    }
}

/// The pages of a listing, which runs in the background a page or two ahead. An error ends it.
pub type Pages = mpsc::Receiver<Result<Page>>;

/// How many pages a listing runs ahead.
pub(crate) const PAGES_AHEAD: usize = 2;

/// Starts a listing, which sends its pages, on this thread. Inside a `LocalSet`.
///
/// A listing that panics ends with an error. Otherwise its consumer would only see that the channel is
/// closed, as at the end of a complete listing.
pub(crate) fn start_listing<L>(listing: impl FnOnce(Sender<Result<Page>>) -> L) -> Pages
where
    L: Future<Output = ()> + 'static,
{
    let (pages, listed) = mpsc::channel(PAGES_AHEAD);
    let listing = AssertUnwindSafe(listing(pages.clone()));
    spawn_local(async move {
        if listing.catch_unwind().await.is_err() {
            // The consumer has gone when the run was stopped.
            let _is_received = pages.send(Err(panicked())).await;
        }
    });
    listed
}

/// The error of a listing that panicked.
pub(crate) fn panicked() -> Error {
    let message = "the listing panicked; it is not complete";
    transport::Error::new(transport::Kind::Limit, message).into()
}

/// A store to copy from.
pub trait Source: Send + Sync {
    /// Lists what was selected when the store was opened, in the order of full names. Called on the
    /// coordinator's thread, inside a `LocalSet`.
    ///
    /// A listing that resumes after an object gives exactly what the whole listing gives after it.
    fn list(self: Arc<Self>, tools: &Tools, scope: ListScope) -> Pages;

    /// Lists the same in the order of the bytes of full names, for a comparison with another listing. Where the
    /// service has an order that cannot be turned into that one, the listing has the service's order. Called
    /// like `list`.
    fn list_by_bytes(self: Arc<Self>, tools: &Tools) -> Pages {
        self.list(tools, ListScope::default())
    }

    /// Lists the directories below what [`list`](Self::list) lists, in any order: entries of
    /// [`Layout::Folder`](crate::entry::Layout::Folder) with the attributes and times that are kept of
    /// them. `None` where none are kept. Called like `list`.
    fn list_directories(self: Arc<Self>, _tools: &Tools) -> Option<Pages> {
        None
    }

    /// Whether a listing can resume at this scope. It cannot where an earlier version of this program,
    /// which listed in another order, recorded the scope: names would be left out.
    fn can_resume(&self, _scope: &ListScope) -> bool {
        true
    }

    /// Whether a listing can begin at any name ([`ListScope::from`]). Then the listings of adjacent ranges of names
    /// together are the listing.
    fn can_begin_at_names(&self) -> bool {
        false
    }

    /// The object of this name, or this snapshot of it, as it is now; `None` when it is gone. It was
    /// selected before.
    fn find<'a>(
        &'a self,
        tools: &'a Tools,
        name: &'a EntryName,
        snapshot: Option<&'a str>,
    ) -> Step<'a, Result<Option<Entry>>>;

    /// Whether there is an object of this name, selected or not.
    fn has<'a>(&'a self, tools: &'a Tools, name: &'a EntryName) -> Step<'a, Result<bool>>;

    /// Whether the selection concerns an object of this name, as far as names decide.
    fn selects(&self, _name: &EntryName) -> bool {
        true
    }

    /// The MD5 of the object's content: the stored one, or that of a file of this machine, which is read.
    /// `None` where none is stored. The object must still be the version that was listed.
    fn digest<'a>(
        &'a self,
        _tools: &'a Tools,
        entry: &'a Entry,
    ) -> Step<'a, Result<Option<[u8; 16]>>> {
        Box::pin(async { Ok(entry.md5) })
    }

    /// Whether the listing leaves out something that a copy of the object needs, which
    /// [`complete`](Self::complete) asks for.
    fn is_incomplete(&self, _entry: &Entry) -> bool {
        false
    }

    /// The entry with what its listing left out: stored properties, MD5. Fails with [`Error::Changed`]
    /// when the object is not the version that was listed.
    fn complete<'a>(&'a self, _tools: &'a Tools, entry: Entry) -> Step<'a, Result<Entry>> {
        Box::pin(async { Ok(entry) })
    }

    /// The ranges of the object that have data; `None` where all of it has. The object must still be the
    /// version that was listed.
    fn extents<'a>(
        &'a self,
        _tools: &'a Tools,
        _entry: &'a Entry,
    ) -> Step<'a, Result<Option<Extents>>> {
        Box::pin(async { Ok(None) })
    }

    /// The first and the last 512 bytes of the object, where reading them costs next to nothing; `None`
    /// elsewhere. The object must still be the version that was listed.
    fn edges<'a>(
        &'a self,
        _tools: &'a Tools,
        _entry: &'a Entry,
    ) -> Step<'a, Result<Option<Edges>>> {
        Box::pin(async { Ok(None) })
    }

    /// The address at which a service can read the object by itself; `None` where it has none.
    fn origin(&self, _tools: &Tools, _entry: &Entry) -> Result<Option<Origin>> {
        Ok(None)
    }

    /// The number of descriptors that an open object takes on this machine.
    fn descriptors(&self) -> u32 {
        0
    }

    /// Why a complete listing of `selection` has no entries; `None` where the cause is not known.
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

/// Why a complete listing of `selection` has no entries; `None` where the cause is not known.
pub(crate) async fn why_nothing(
    source: &dyn Source,
    tools: &Tools,
    selection: &Selection,
) -> Result<Option<NothingSelected>> {
    if selection.filter.selects_all() {
        source.why_nothing(tools, selection).await
    } else {
        Ok(Some(NothingSelected::Filtered))
    }
}

/// One open object. Chunks are read in any order, by several threads at once.
pub trait Reader: Send + Sync {
    /// Fills the lease with exactly the chunk. Fails with [`Error::Changed`] when the object is not the
    /// version that was listed.
    fn read<'a>(&'a self, tools: &'a Tools, chunk: Chunk, into: Lease) -> Step<'a, Result<Lease>>;

    /// The chunk as slices that are read while it is sent; `None` where it must be in memory first.
    fn slices(&self, _tools: &Tools, _chunk: Chunk) -> Option<FileSlices> {
        None
    }

    /// Checks after the last chunk that the object is still the version that was listed.
    fn finish<'a>(&'a self, tools: &'a Tools) -> Step<'a, Result<()>>;
}

#[cfg(test)]
mod tests {
    use tokio::task::LocalSet;

    use super::*;

    #[tokio::test]
    async fn a_listing_that_panics_is_no_listing_that_is_complete() {
        let all = async {
            let mut listed = start_listing(async |pages| {
                pages.send(Ok(Page::default())).await.unwrap();
                panic!("a flaw of the listing");
            });
            assert!(matches!(listed.recv().await, Some(Ok(_))));
            assert!(matches!(listed.recv().await, Some(Err(_))));
            assert!(listed.recv().await.is_none());
        };
        LocalSet::new().run_until(all).await;
    }
}
