//! The command `list` of a table: the keys of its entities.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::single_thread;
use crate::Result;
use crate::dump::json::page;
use crate::location::TableLocation;
use crate::options::Engine;
use crate::store::rest::malformed;
use crate::store::table::{EntityPages, KeyToken, PartitionRange, RawPage, TokenHistory};

/// What names an entity in its table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityKeys {
    /// Its partition key.
    pub partition: String,
    /// Its row key.
    pub row: String,
}

/// Lists the entities of a table in the service's order, and gives the keys of each page to `on_page`. The
/// listing ends early on `Break`.
///
/// # Errors
///
/// [`Error::NotFound`](crate::Error::NotFound) for a table that does not exist; the error of a request.
pub fn list_entities(
    table: &TableLocation,
    engine: &Engine,
    on_page: &mut dyn FnMut(&[EntityKeys]) -> ControlFlow<()>,
) -> Result<()> {
    single_thread::run(engine, async |tools| {
        let pages = EntityPages::new(Arc::new(table.clone()), PartitionRange::default());
        let mut history = TokenHistory::default();
        let mut after: Option<KeyToken> = None;
        loop {
            let read = async |raw: RawPage| Ok((keys(&raw.body)?, raw.next));
            let (keys, next) = pages.page(tools, after.as_ref(), read).await?;
            history.take(next.as_ref())?;
            if on_page(&keys).is_break() || next.is_none() {
                return Ok(());
            }
            after = next;
        }
    })
}

/// The keys of the entities of a page. A page that cannot be read is requested again.
fn keys(body: &[u8]) -> Result<Vec<EntityKeys>> {
    let places = page::entities(body).map_err(malformed)?;
    let read = places.into_iter().map(|place| {
        let (partition, row) = page::keys(&body[place]).map_err(malformed)?;
        Ok(EntityKeys {
            partition: partition.to_text().into_owned(),
            row: row.to_text().into_owned(),
        })
    });
    read.collect()
}
