//! Writes batches of entities to a table.
//!
//! A batch is written as a whole or not at all. Where the service refuses one entity of it, that entity is
//! taken out and named, and the others are written. Where an entity exists and is to be left as it is, all
//! of the batch that exist are asked for at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use azring_transport as transport;

use super::batch::EntityBatch;
use super::entity::TableEntity;
use super::key_order::compare_keys;
use super::request::{create_table, entity_group, query_row_keys, write_entity};
use super::table_pace::SharedPace;
use crate::location::TableLocation;
use crate::options::EntityOperation;
use crate::store::Tools;
use crate::store::rest::make_if_missing::{RefusalCodes, make_if_missing};
use crate::{Error, Result};

/// The longest answer to a batch, in bytes: each operation repeats its URL twice, and a key of 1,024
/// characters may have nine bytes for each there.
const ANSWER_BYTES_MAX: usize = 8 << 20;

/// The longest page of row keys, in bytes.
const KEYS_BYTES_MAX: usize = 16 << 20;

/// The codes for a table.
/// <https://learn.microsoft.com/rest/api/storageservices/table-service-error-codes>
pub(super) const CODES: RefusalCodes = RefusalCodes {
    exists: "TableAlreadyExists",
    being_deleted: "TableBeingDeleted",
};

/// Writes to one table.
#[derive(Debug)]
pub struct TableWriter {
    place: Arc<TableLocation>,
    operation: EntityOperation,
    /// The service takes no batches with this credential, or at this address.
    lacks_batches: AtomicBool,
    pace: SharedPace,
}

/// How a batch ended.
#[derive(Debug, Default)]
pub struct BatchOutcome {
    /// Entities that were written.
    pub written: u64,
    /// Entities that exist and were left as they are.
    pub skipped: u64,
    /// Entities that the service refused.
    pub refused: Vec<RefusedEntity>,
}

/// An entity that the service refused.
#[derive(Debug)]
pub struct RefusedEntity {
    /// Its keys, for messages.
    pub shown: String,
    /// Why.
    pub error: transport::Error,
}

/// Lets a request to a table begin.
pub trait BatchAdmission {
    /// Held while a request is under way.
    type Permit;

    /// Waits for the pace of the table, then for a permit; gives what the pace gave, and the permit, which is held
    /// until the request has ended. Fails when nothing more is to be sent.
    #[expect(
        async_fn_in_trait,
        reason = "it is awaited on the thread that called it"
    )]
    async fn admit<T>(&self, paced: impl Future<Output = T>) -> Result<(T, Self::Permit)>;
}

/// What a refusal of a batch means.
enum RefusalMeaning {
    /// This entity exists, and is to be left as it is.
    Exists(usize),
    /// This entity cannot be written.
    Entity(usize),
    /// Something in it: the halves will show what.
    Unknown,
    /// Nothing can be written.
    Table,
}

impl TableWriter {
    /// Writes entities in this way. Sends nothing.
    pub fn new(place: Arc<TableLocation>, operation: EntityOperation) -> Self {
        Self {
            place,
            operation,
            lacks_batches: AtomicBool::new(false),
            pace: SharedPace::default(),
        }
    }

    /// Makes the table, if it is missing, and waits for one that is being deleted. A signature that does
    /// not permit it is no error: the first entity shows whether the table is there.
    pub async fn prepare(&self, tools: &Tools) -> Result<()> {
        let request = create_table::request(&self.place);
        make_if_missing(tools, &request, CODES).await.map(|_| ())
    }

    /// Writes a batch. Each request waits for the pace of the table, and for its admission.
    ///
    /// Fails where nothing can be written: it is not admitted, the table is missing, the credential is refused, the service
    /// cannot be reached. Some of the batch may have been written then.
    pub async fn write(
        &self,
        tools: &Tools,
        batch: EntityBatch,
        admission: &impl BatchAdmission,
    ) -> Result<BatchOutcome> {
        let mut outcome = BatchOutcome::default();
        let mut parts = vec![batch.into_parts().0];
        while let Some(mut part) = parts.pop() {
            if self.lacks_batches.load(Ordering::Relaxed) {
                for entity in part {
                    let _permit = admission.admit(async {}).await?;
                    self.write_alone(tools, &entity, &mut outcome).await?;
                }
                continue;
            }
            if part.is_empty() {
                continue;
            }
            let Err(error) = self.send(tools, &part, admission).await? else {
                outcome.written += part.len() as u64;
                continue;
            };
            match self.meaning(&error, part.len()) {
                RefusalMeaning::Exists(index) => {
                    let before = part.len();
                    let _permit = admission.admit(async {}).await?;
                    self.take_existing(tools, &mut part, index).await;
                    let taken = (before - part.len()) as u64;
                    // All of it exists and an answer was lost: that attempt has written it.
                    if part.is_empty() && error.attempts() > 1 {
                        outcome.written += taken;
                    } else {
                        outcome.skipped += taken;
                    }
                    parts.push(part);
                }
                RefusalMeaning::Entity(index) => {
                    outcome.refused.push(RefusedEntity {
                        shown: part.remove(index).shown(),
                        error,
                    });
                    parts.push(part);
                }
                RefusalMeaning::Unknown if part.len() > 1 => {
                    let second = part.split_off(part.len() / 2);
                    parts.extend([second, part]);
                }
                RefusalMeaning::Unknown => {
                    let refused = outcome.refused.len();
                    let _permit = admission.admit(async {}).await?;
                    self.write_alone(tools, &part[0], &mut outcome).await?;
                    if outcome.refused.len() == refused {
                        self.lacks_batches.store(true, Ordering::Relaxed);
                    }
                }
                RefusalMeaning::Table => return Err(self.named(error)),
            }
        }
        Ok(outcome)
    }

    async fn send(
        &self,
        tools: &Tools,
        part: &[TableEntity],
        admission: &impl BatchAdmission,
    ) -> Result<transport::Result<()>> {
        let mut request = entity_group::request(&self.place, self.operation, part);
        let (partition, clock) = (&*part[0].partition, tools.client.clock());
        let paced = self.pace.begin(Some(partition), part.len(), clock);
        let (paced, _permit) = admission.admit(paced).await?;
        request.pushback_observer = Some(paced.observer());
        let answer = tools.client.send_with_cap(&request, ANSWER_BYTES_MAX).await;
        let refusals = answer.as_ref().map_or(0, |reply| reply.refusals);
        paced.answered(partition, part.len(), refusals);
        Ok(answer.map(|_| ()))
    }

    /// What the refusal of a batch with this many entities means.
    fn meaning(&self, error: &transport::Error, entities: usize) -> RefusalMeaning {
        let index = error.operation().filter(|index| *index < entities);
        let (Some(status), code) = (error.status(), error.code().unwrap_or_default()) else {
            return RefusalMeaning::Table;
        };
        if code == "EntityAlreadyExists" && self.operation == EntityOperation::InsertOrSkip {
            // A batch of one may be refused without an index.
            return match index.or((entities == 1).then_some(0)) {
                Some(index) => RefusalMeaning::Exists(index),
                None => RefusalMeaning::Unknown,
            };
        }
        match (status, code, index) {
            (_, "TableNotFound" | "TableBeingDeleted" | "AuthenticationFailed", _) => {
                RefusalMeaning::Table
            }
            (400 | 403 | 404 | 409 | 412 | 413, _, Some(index)) => RefusalMeaning::Entity(index),
            (400 | 403 | 404 | 405 | 409 | 413 | 415 | 501, _, None) => RefusalMeaning::Unknown,
            _ => RefusalMeaning::Table,
        }
    }

    /// Writes one entity without a batch. Fails where nothing can be written.
    async fn write_alone(
        &self,
        tools: &Tools,
        entity: &TableEntity,
        outcome: &mut BatchOutcome,
    ) -> Result<()> {
        let request = write_entity::request(&self.place, self.operation, entity);
        let Err(error) = tools.client.send(&request).await else {
            outcome.written += 1;
            return Ok(());
        };
        let is_insert = self.operation == EntityOperation::InsertOrSkip;
        match (error.status(), error.code().unwrap_or_default()) {
            (Some(_), "EntityAlreadyExists") if is_insert && error.attempts() > 1 => {
                outcome.written += 1;
            }
            (Some(_), "EntityAlreadyExists") if is_insert => outcome.skipped += 1,
            (_, "TableNotFound" | "TableBeingDeleted" | "AuthenticationFailed") => {
                return Err(self.named(error));
            }
            // A signature may be for a range of keys only.
            (Some(403), "AuthorizationFailure") | (Some(400 | 409 | 412 | 413), _) => {
                outcome.refused.push(RefusedEntity {
                    shown: entity.shown(),
                    error,
                });
            }
            _ => return Err(self.named(error)),
        }
        Ok(())
    }

    /// Takes out all entities that exist, at least the one of this index. A credential that cannot read
    /// takes out that one only.
    async fn take_existing(&self, tools: &Tools, part: &mut Vec<TableEntity>, index: usize) {
        let mut existing = std::collections::HashSet::from([part[index].row.clone()]);
        let rows = || part.iter().map(|entity| &*entity.row);
        let first = rows().min_by(|one, other| compare_keys(one, other));
        let last = rows().max_by(|one, other| compare_keys(one, other));
        if let (Some(first), Some(last)) = (first, last)
            && part.len() > 1
        {
            let request = query_row_keys::request(&self.place, &part[0].partition, first, last);
            if let Ok(reply) = tools.client.send_with_cap(&request, KEYS_BYTES_MAX).await
                && let Ok(found) = query_row_keys::parse(&reply.body)
            {
                existing.extend(found);
            }
        }
        part.retain(|entity| !existing.contains(&entity.row));
    }

    fn named(&self, error: transport::Error) -> Error {
        if error.code() == Some("TableNotFound") {
            return Error::NotFound(format!("there is no table `{}`", self.place));
        }
        error.into()
    }
}
