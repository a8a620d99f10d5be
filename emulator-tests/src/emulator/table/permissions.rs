//! What a SAS allows beyond its permissions: the keys of a table SAS, and both permissions of an
//! upsert.
//! <https://learn.microsoft.com/rest/api/storageservices/create-service-sas#specify-table-access-ranges>

use super::call::TableCall;
use super::operation::TableOperation;
use super::state::EntityKey;
use super::target::TableTarget;
use crate::emulator::auth::Grant;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::service::Operation as _;

/// The keys that a SAS allows, both ends included. An end without a row key includes its partition.
#[derive(Debug, Clone, Default)]
pub struct KeyRange {
    first: Option<EntityKey>,
    last: Option<EntityKey>,
    last_partition: Option<EntityKey>,
}

impl KeyRange {
    /// The range of a request's SAS; all keys for other credentials.
    pub fn of(call: &TableCall<'_>) -> Self {
        if !matches!(call.grant, Grant::ServiceSas { .. }) {
            return Self::default();
        }
        let query = call.query;
        let key = |partition: &str, row: Option<&str>| {
            let partition = query.filled(partition)?;
            Some(EntityKey::new(partition, row.unwrap_or_default()))
        };
        let end = key("epk", query.filled("erk"));
        let has_row = query.filled("erk").is_some();
        Self {
            first: key("spk", query.filled("srk")),
            last: end.clone().filter(|_| has_row),
            last_partition: end.filter(|_| !has_row),
        }
    }

    /// The first key that can be in the range.
    pub fn first(&self) -> Option<&EntityKey> {
        self.first.as_ref()
    }

    /// Whether a key and all after it are behind the range.
    pub fn is_before(&self, key: &EntityKey) -> bool {
        let last = self.last.as_ref();
        let partition = self.last_partition.as_ref();
        last.is_some_and(|last| last < key)
            || partition.is_some_and(|last| last.partition < key.partition)
    }

    /// Whether a key is in the range.
    pub fn contains(&self, key: &EntityKey) -> bool {
        self.first.as_ref().is_none_or(|first| first <= key) && !self.is_before(key)
    }
}

/// Refuses a call on one key that the SAS does not allow.
pub fn check(
    call: &TableCall<'_>,
    operation: TableOperation,
    target: &TableTarget,
    key: &EntityKey,
) -> ServiceResult<()> {
    call.grant.check(&operation.required())?;
    if operation.is_upsert() && !call.grant.has_any("a") {
        return Err(Refusal::authorization_failure());
    }
    if !matches!(call.grant, Grant::ServiceSas { .. }) {
        return Ok(());
    }
    // A batch is signed for a table that its address does not name.
    let is_own = call.target.sas_table.as_deref() == Some(target.table().as_str());
    if is_own && KeyRange::of(call).contains(key) {
        Ok(())
    } else {
        Err(Refusal::authorization_failure())
    }
}
