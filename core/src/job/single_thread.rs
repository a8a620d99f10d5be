//! Runs the commands that transfer no data: on the calling thread, with connections of their own.

use azring_transport::buffer::Pool;
use azring_transport::client::{Client, Settings};
use azring_transport::descriptor::{DescriptorBudget, raise_descriptor_limit};
use azring_transport::disk::Disk;
use azring_transport::runtime::plain_runtime;
use tokio::task::LocalSet;

use super::resources::client_settings;
use crate::Result;
use crate::options::Engine;
use crate::store::Tools;

/// Runs `work` to its end on this thread, inside a `LocalSet`. Its tools have no memory for data.
pub(super) fn run<T>(engine: &Engine, work: impl AsyncFnOnce(&Tools) -> Result<T>) -> Result<T> {
    run_with(client_settings(engine)?, work)
}

/// The same with these settings of the client.
pub(super) fn run_with<T>(
    settings: Settings,
    work: impl AsyncFnOnce(&Tools) -> Result<T>,
) -> Result<T> {
    let runtime = plain_runtime()?;
    LocalSet::new().block_on(&runtime, async {
        let descriptors = DescriptorBudget::divide(raise_descriptor_limit(), 1)?;
        let connections = descriptors.worker_connections as usize;
        let tools = Tools {
            client: Client::with_connections(settings.into(), connections)?,
            disk: Disk::threads(),
            pool: Pool::new(0, 1)?,
        };
        work(&tools).await
    })
}
