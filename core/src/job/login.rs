//! What a login shares with a run: its connections, and a thread to wait on.

use azring_transport::Settings;

use super::resources::client_settings;
use super::single_thread;
use crate::Result;
use crate::options::Engine;

/// The certificates, addresses and proxies of a run, for the requests to an identity service.
pub fn connection_settings(engine: &Engine) -> Result<Settings> {
    client_settings(engine)
}

/// Runs the requests of a login to their end on this thread.
pub fn log_in<T>(
    engine: &Engine,
    work: impl AsyncFnOnce(&Settings) -> azring_transport::Result<T>,
) -> Result<T> {
    let settings = client_settings(engine)?;
    single_thread::run(engine, async |_| Ok(work(&settings).await?))
}
