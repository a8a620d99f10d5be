//! How the commands beside copying reach a service: one thread, its own connections.

use std::sync::Arc;

use azring_core::Result;
use azring_core::options::Engine;
use azring_transport::client::{Client, Settings};
use azring_transport::descriptor::{DescriptorBudget, raise_descriptor_limit};
use azring_transport::runtime::plain_runtime;
use azring_transport::tls::Trust;
use tokio::task::LocalSet;

/// A client for this engine's certificates and addresses.
pub(super) fn client(engine: &Engine) -> Result<Client> {
    let trust = match &engine.ca_file {
        Some(path) => Trust::with_file(path)?,
        None => Trust::platform(),
    };
    let settings = Settings {
        trust,
        give_up: engine.give_up,
        resolve: Arc::clone(&engine.resolve),
        proxies: Arc::clone(&engine.proxies),
        ..Settings::default()
    };
    let descriptors = DescriptorBudget::divide(raise_descriptor_limit(), 1)?;
    let connections = descriptors.worker_connections as usize;
    Ok(Client::with_connections(Arc::new(settings), connections)?)
}

/// Runs `work` to its end on this thread; what it starts beside itself runs there too.
pub(super) fn run<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = plain_runtime()?;
    LocalSet::new().block_on(&runtime, work)
}
