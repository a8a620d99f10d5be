//! A call of the Blob service.

use std::sync::Arc;

use super::operations::BlobOperations;
use super::state::Retention;
use super::storage::BlobContainer;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::service::Call;

/// An authorized request of the Blob service.
pub type BlobCall<'a> = Call<'a, BlobOperations>;

impl BlobCall<'_> {
    /// The container addressed, or 404.
    pub fn container(&self) -> ServiceResult<Arc<BlobContainer>> {
        let container = self.storage.container(self.target.container())?;
        if self.address.secondary && self.is_ahead_of_secondary(container.lock().properties.created)
        {
            return Err(Refusal::container_not_found());
        }
        Ok(container)
    }

    /// What the account keeps of blobs that are overwritten or deleted.
    pub fn retention(&self) -> Retention {
        if self.account.is_hierarchical {
            // It has no versions, and its soft delete is another one, which is not modelled.
            return Retention::nothing(self.now);
        }
        Retention {
            versioning: self.behaviour.versioning,
            days: self.storage.service_properties().retention_days(),
            now: self.now,
        }
    }
}
