//! The change of one entity: an insertion, an update, a merge or a deletion.

use crate::emulator::clock::Moment;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::head::Head;
use crate::emulator::table::call::TableCall;
use crate::emulator::table::json::{EntityDocument, Property};
use crate::emulator::table::operation::TableOperation;
use crate::emulator::table::state::{EntityKey, StoredEntity};
use crate::emulator::table::storage::TableState;
use crate::emulator::table::target::TableTarget;
use crate::emulator::table::{limits, names, permissions};

/// The longest body of a request, in bytes.
pub const BODY_BYTES_MAX: u64 = 4 << 20;

/// A checked request to change an entity.
#[derive(Debug)]
pub struct EntityChangeRequest {
    /// The call.
    pub operation: TableOperation,
    /// The entity.
    pub key: EntityKey,
    /// The properties of the request.
    properties: Vec<Property>,
    /// `If-Match`.
    condition: Option<String>,
}

impl EntityChangeRequest {
    /// Reads the request with this head and body, and checks what does not depend on the table.
    pub fn read(
        call: &TableCall<'_>,
        operation: TableOperation,
        target: &TableTarget,
        head: &Head,
        body: &[u8],
    ) -> ServiceResult<Self> {
        let kind = head.header_or_empty("content-type");
        if kind.starts_with("application/atom") {
            return Err(Refusal::atom_not_supported());
        }
        let condition = head.header("if-match").map(str::to_owned);
        let document = if operation == TableOperation::DeleteEntity {
            EntityDocument::default()
        } else {
            EntityDocument::read(body)?
        };
        let key = if operation == TableOperation::InsertEntity {
            let keys = document.partition.zip(document.row);
            let (partition, row) = keys.ok_or_else(Refusal::properties_need_value)?;
            EntityKey::new(partition, row)
        } else {
            let key = target.key();
            let differs = |given: Option<&String>, own: &str| given.is_some_and(|key| key != own);
            if differs(document.partition.as_ref(), key.partition.as_str())
                || differs(document.row.as_ref(), key.row.as_str())
            {
                return Err(Refusal::invalid_request_input());
            }
            key
        };
        names::check_key("PartitionKey", key.partition.as_str())?;
        names::check_key("RowKey", key.row.as_str())?;
        check_condition(operation, condition.as_deref())?;
        permissions::check(call, operation, target, &key)?;
        Ok(Self {
            operation,
            key,
            properties: document.properties,
            condition: condition.filter(|_| !head.faults.ignore_conditions),
        })
    }

    /// The entity as it will be, or `None` for a deletion. Nothing is changed yet.
    pub fn plan(&self, state: &mut TableState, now: Moment) -> ServiceResult<Option<StoredEntity>> {
        state.check_writable()?;
        let present = state.entity(&self.key);
        if self.operation == TableOperation::InsertEntity && present.is_some() {
            return Err(Refusal::entity_already_exists());
        }
        let must_exist = matches!(
            self.operation,
            TableOperation::UpdateEntity
                | TableOperation::MergeEntity
                | TableOperation::DeleteEntity
        );
        if must_exist {
            let present = present.as_ref().ok_or_else(Refusal::resource_not_found)?;
            let condition = self.condition.as_deref().unwrap_or("*");
            if condition != "*" && condition.replace(':', "%3A") != present.etag() {
                return Err(Refusal::update_condition_not_satisfied());
            }
        }
        if self.operation == TableOperation::DeleteEntity {
            return Ok(None);
        }
        let mut properties = self.properties.clone();
        if let Some(present) = present.filter(|_| self.operation.is_merge()) {
            let is_given = |old: &Property| {
                let mut given = self.properties.iter();
                given.any(|property| property.name == old.name)
            };
            let kept = present.properties().into_iter();
            properties.extend(kept.filter(|old| !is_given(old)));
        }
        if self.operation != TableOperation::InsertEntity {
            // The service keeps the order of an insertion only.
            properties.sort_by(|left, right| left.name.compare(&right.name));
        }
        limits::check(&self.key, &properties)?;
        Ok(Some(StoredEntity::new(state.write_time(now), &properties)))
    }

    /// Changes the table as planned.
    pub fn apply(&self, state: &mut TableState, planned: Option<StoredEntity>) {
        match planned {
            Some(entity) => state.put(self.key.clone(), entity),
            None => state.remove(&self.key),
        }
    }
}

/// Refuses a deletion without a condition, and a condition that is no entity tag.
fn check_condition(operation: TableOperation, condition: Option<&str>) -> ServiceResult<()> {
    match condition {
        None if operation == TableOperation::DeleteEntity => {
            Err(Refusal::missing_header("If-Match"))
        }
        None | Some("*") => Ok(()),
        Some(etag) if is_weak_tag(etag) => Ok(()),
        Some(etag) => Err(Refusal::invalid_input(format!(
            "The etag value '{etag}' specified in one of the request headers is not valid. Please make sure only one etag value is specified and is valid."
        ))),
    }
}

/// Whether a text has the form of a weak entity tag, whatever is in its quotes.
fn is_weak_tag(text: &str) -> bool {
    let quoted = text.strip_prefix("W/").or_else(|| text.strip_prefix("w/"));
    let inner = quoted.and_then(|quoted| quoted.strip_prefix('"')?.strip_suffix('"'));
    inner.is_some_and(|inner| !inner.contains('"'))
}
