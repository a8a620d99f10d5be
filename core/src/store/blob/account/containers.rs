//! The containers of an account that a copy writes to. Each is made before its first blob, if it is missing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use crate::Result;
use crate::location::BlobLocation;
use crate::store::Tools;
use crate::store::blob::container;

/// The containers that this run has made or found. Blobs of all workers ask for them.
#[derive(Debug, Default)]
pub(in crate::store::blob) struct TargetContainers {
    ready: Mutex<HashMap<Box<str>, Arc<OnceCell<()>>>>,
}

impl TargetContainers {
    /// Makes the container of the blob of this full name, if it is missing, where the place is an account. Waits
    /// for a name that is being deleted.
    pub(in crate::store::blob) async fn make(
        &self,
        tools: &Tools,
        place: &BlobLocation,
        name: &str,
    ) -> Result<()> {
        if !place.is_account() {
            return Ok(());
        }
        let (container, _) = place.place().split_root(name);
        let cell = {
            let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(ready.entry(container.into()).or_default())
        };
        let make = async || {
            let made = container::make(tools, &place.in_container(container)).await;
            made.map(drop)
        };
        cell.get_or_try_init(make).await.copied()
    }
}
