//! The command `bench` around its transfer: what there is to download, and what has to be removed.
//!
//! The transfer itself is an ordinary copy, from a synthetic source or to a discarding target.

use super::single_thread;
use crate::entry::EntryName;
use crate::location::Location;
use crate::options::{Engine, Options, Selection};
use crate::store::{self, ListScope, RemovalOptions};
use crate::{Error, Result};

/// Whether the source of `options` has any object that the selection matches. A missing
/// container or share has none.
pub fn holds_any(options: &Options) -> Result<bool> {
    single_thread::run(&options.engine, async |tools| {
        let source = store::open_source(&options.source, &options.selection)?;
        let mut pages = source.list(tools, ListScope::default());
        while let Some(page) = pages.recv().await {
            match page {
                Ok(page) if page.entries.is_empty() => {}
                Ok(_) => return Ok(true),
                Err(error) if error.status() == Some(404) => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        Ok(false)
    })
}

/// Removes every object below `folder`; returns how many are gone, `None` without a container.
///
/// Gives each object that cannot be removed to `on_failure`, and continues with the next.
///
/// # Errors
///
/// [`Error::Usage`] for a whole container or share, which is never meant. Fails when the objects cannot be
/// listed.
pub fn remove_folder(
    folder: &Location,
    engine: &Engine,
    on_failure: &mut dyn FnMut(&EntryName, &Error),
) -> Result<Option<u64>> {
    if folder.is_whole_root() {
        return Err(Error::Usage(format!(
            "`{folder}` is a whole container or share and no directory in it: nothing is removed"
        )));
    }
    let everything = Selection {
        recursive: true,
        ..Selection::default()
    };
    let removed = single_thread::run(engine, async |tools| {
        let source = store::open_source(folder, &everything)?;
        let remover = store::open_remover(folder, RemovalOptions::default())?;
        store::remove_all(source, &*remover, tools, on_failure).await
    });
    match removed {
        Err(error) if error.status() == Some(404) => Ok(None),
        removed => removed.map(Some),
    }
}
