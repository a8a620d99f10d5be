//! Tries single permissions at a location: to list it, and to read an object.

use super::single_thread;
use crate::entry::EntryName;
use crate::location::Location;
use crate::options::{Engine, Selection};
use crate::store::{self, ListScope};
use crate::{Error, Result};

/// The first object below a location; `None` if it holds none. It needs the permission to list.
///
/// # Errors
///
/// Fails as a listing fails: the location does not exist, the service refuses the credential.
pub fn first_object(location: &Location, engine: &Engine) -> Result<Option<EntryName>> {
    single_thread::run(engine, async |tools| {
        let source = store::open_source(location, &everything())?;
        let mut pages = source.list(tools, ListScope::default());
        while let Some(page) = pages.recv().await {
            let page = page?;
            if let Some((_, error)) = page.unlisted.into_iter().next() {
                return Err(error);
            }
            if let Some(entry) = page.entries.into_iter().next() {
                return Ok(Some(entry.name));
            }
        }
        Ok(None)
    })
}

/// Asks for the properties of an object below a location. It needs the permission to read.
///
/// # Errors
///
/// Fails if the service refuses it, or if the object is gone.
pub fn examine(location: &Location, name: &EntryName, engine: &Engine) -> Result<()> {
    single_thread::run(engine, async |tools| {
        let source = store::open_source(location, &everything())?;
        match source.find(tools, name, None).await? {
            Some(_) => Ok(()),
            None => Err(Error::NotFound(format!("`{name}` is gone"))),
        }
    })
}

fn everything() -> Selection {
    Selection {
        recursive: true,
        ..Selection::default()
    }
}
