//! The command `list`: lists what a folder, a container or a virtual directory holds.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::single_thread;
use crate::location::Location;
use crate::options::{Engine, Selection};
use crate::report::NothingSelected;
use crate::store::{self, ListScope, Page};
use crate::{Error, Result};

/// Lists the objects of `location` that `selection` matches, and gives each page to `on_page`.
///
/// A location without such objects may be the URL of a single object, which then is the only one.
/// Returns the likely cause when no page had anything. The listing ends early on `Break`.
///
/// # Errors
///
/// [`Error::Usage`](crate::Error::Usage) for a location that holds no objects,
/// [`Error::NotFound`](crate::Error::NotFound) when it names nothing. A folder that could not be
/// read is part of its page and ends nothing.
pub fn list(
    location: &Location,
    selection: &Selection,
    engine: &Engine,
    on_page: &mut dyn FnMut(&Page) -> ControlFlow<()>,
) -> Result<Option<NothingSelected>> {
    single_thread::run(engine, async |tools| {
        let source = store::open_source(location, selection)?;
        let mut pages = Arc::clone(&source).list(tools, ListScope::default());
        let mut is_empty = true;
        while let Some(page) = pages.recv().await {
            let page = match page {
                // The URL may name a file of a share, which cannot be listed.
                Err(error) if is_empty && is_no_directory(&error) && location.may_be_object() => {
                    break;
                }
                page => page?,
            };
            is_empty &= page.is_empty();
            if on_page(&page).is_break() {
                return Ok(None);
            }
        }
        if !is_empty {
            return Ok(None);
        }
        let names_folder = selection.pattern.is_some() || selection.filter.listed().is_some();
        let why = || async {
            // A cause that cannot be found is no failure of the listing.
            let why = store::why_nothing(&*source, tools, selection).await;
            why.ok().flatten()
        };
        if !location.may_be_object() || names_folder {
            return Ok(why().await);
        }
        let found = store::find_object(location, tools).await;
        let entry = match found {
            Err(Error::NotFound(_)) if !selection.filter.selects_all() => return Ok(why().await),
            found => found?,
        };
        if !selection.filter.selects(&entry) {
            return Ok(why().await);
        }
        let page = Page {
            entries: vec![entry],
            ..Page::default()
        };
        // It was the last page.
        let _end = on_page(&page);
        Ok(None)
    })
}

/// Whether a file share has no directory of the name: nothing, or a file.
pub(super) fn is_no_directory(error: &Error) -> bool {
    let Error::Transport(error) = error.bare() else {
        return false;
    };
    matches!(
        error.code(),
        Some("ResourceNotFound" | "ParentNotFound" | "ResourceTypeMismatch")
    )
}
