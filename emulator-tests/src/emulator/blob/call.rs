//! A call of the Blob service.

use std::sync::Arc;

use super::operations::BlobOperations;
use super::state::BlobContainer;
use crate::emulator::error::ServiceResult;
use crate::emulator::service::Call;

/// An authorized request of the Blob service.
pub type BlobCall<'a> = Call<'a, BlobOperations>;

impl BlobCall<'_> {
    /// The container addressed, or 404.
    pub fn container(&self) -> ServiceResult<Arc<BlobContainer>> {
        self.storage.container(self.target.container())
    }
}
