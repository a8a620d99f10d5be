//! A table for the commands that take any location.
//!
//! An export or an import opens its table by itself (`job`): a table has no objects that could be listed,
//! read or removed.

use std::sync::Arc;

use azring_transport::http::Reply;

use super::PartitionRange;
use super::request::{create_table, query_entities};
use super::writer::CODES;
use crate::entry::Entry;
use crate::location::TableLocation;
use crate::options::Selection;
use crate::store::opener::Opener;
use crate::store::rest::make_if_missing;
use crate::store::{Made, Source, Step, Tools};
use crate::{Error, Result};

/// A table, to be opened.
pub(crate) struct TableOpener<'l>(pub(crate) &'l TableLocation);

impl TableOpener<'_> {
    fn no_objects(&self) -> Error {
        Error::Usage(format!(
            "`{}` is a table: it holds entities and no objects, and is exported to be read",
            self.0
        ))
    }
}

impl Opener for TableOpener<'_> {
    fn folder_source(&self, _selection: &Selection) -> Result<Arc<dyn Source>> {
        Err(self.no_objects())
    }

    fn find_object<'a>(&'a self, _tools: &'a Tools) -> Step<'a, Result<Entry>> {
        Box::pin(async { Err(self.no_objects()) })
    }

    fn make<'a>(&'a self, _quota_gib: Option<u32>, tools: &'a Tools) -> Step<'a, Result<Made>> {
        Box::pin(async move {
            let request = create_table::request(self.0);
            make_if_missing::make(tools, &request, CODES, self.0).await
        })
    }

    /// One entity, because a signature for a table cannot ask for the table itself.
    fn probe<'a>(&'a self, tools: &'a Tools) -> Step<'a, Result<Reply>> {
        Box::pin(async move {
            let request =
                query_entities::request(self.0, &PartitionRange::default(), None, Some(1));
            Ok(tools
                .client
                .send_with_cap(&request, PROBE_BYTES_MAX)
                .await?)
        })
    }
}

/// The longest entity in JSON, in bytes: 1 MiB, and up to six bytes for a character.
const PROBE_BYTES_MAX: usize = 16 << 20;
