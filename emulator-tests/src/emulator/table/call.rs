//! A call of the Table service.

use std::sync::Arc;

use super::json::MetadataLevel;
use super::operations::TableOperations;
use super::state::KeyText;
use super::storage::StoredTable;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::service::Call;

/// An authorized request of the Table service.
pub type TableCall<'a> = Call<'a, TableOperations>;

impl TableCall<'_> {
    /// The table addressed, or 404.
    pub fn table(&self) -> ServiceResult<Arc<StoredTable>> {
        self.storage.table(&self.target.table())
    }

    /// Takes so many entities of a partition from what the account may serve, or refuses with 503.
    pub fn admit(&self, table: &str, partition: &KeyText, entities: u64) -> ServiceResult<()> {
        let limits = &self.behaviour.table;
        let throttle = &self.storage.throttle;
        throttle.admit(limits, table, partition, entities)
    }

    /// The metadata that the answer has. Atom is refused, as it is since version 2015-12-11.
    pub fn metadata_level(&self) -> ServiceResult<MetadataLevel> {
        MetadataLevel::of(self.head, self.query).ok_or_else(Refusal::atom_not_supported)
    }
}
