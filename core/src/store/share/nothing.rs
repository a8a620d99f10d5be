//! Finds why nothing in a share or directory was selected, after a complete listing without entries.

use azring_transport::http::Reply;

use super::request::list_directory;
use super::single;
use crate::location::ShareLocation;
use crate::options::Selection;
use crate::report::NothingSelected;
use crate::store::Tools;
use crate::store::rest::document::request_document;
use crate::{Error, Result};

/// The likely cause.
pub(super) async fn cause(
    tools: &Tools,
    place: &ShareLocation,
    selection: &Selection,
) -> Result<NothingSelected> {
    if single::look(tools, place).await?.is_some() {
        return Ok(NothingSelected::SingleObject);
    }
    let Some(is_filled) = holds_any(tools, place).await? else {
        return Err(single::not_found(place));
    };
    let pattern = selection.pattern.as_deref().filter(|text| !text.is_empty());
    Ok(match pattern {
        _ if !is_filled => NothingSelected::Empty,
        None if selection.recursive => NothingSelected::Empty,
        None => NothingSelected::NotRecursive,
        Some(pattern) if pattern.contains(['*', '?']) => NothingSelected::Wildcard,
        Some(_) => NothingSelected::NoMatch,
    })
}

/// Whether the directory has a file or a directory on its first page; `None` where there is no such
/// directory.
async fn holds_any(tools: &Tools, place: &ShareLocation) -> Result<Option<bool>> {
    let request = list_directory::request(place, &place.directory, None);
    let shown = || format!("the listing of `{place}`");
    let read = |reply: &Reply| list_directory::parse(&reply.body);
    match request_document(tools, &request, shown, read).await {
        Ok(page) => Ok(Some(!page.children.is_empty())),
        Err(Error::Transport(error)) if single::is_missing(&error) => Ok(None),
        Err(error) => Err(error),
    }
}
