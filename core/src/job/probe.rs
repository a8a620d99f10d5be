//! A probe of a service: one request, to find out whether copies could reach it.

use azring_transport::http::Reply;

use super::single_thread;
use crate::Result;
use crate::location::Location;
use crate::options::Engine;
use crate::store;

/// Sends the smallest request that needs the credential, and returns the service's reply.
///
/// # Errors
///
/// [`Error::Usage`](crate::Error::Usage) for a location that is in no service. Fails as any request
/// fails: the host is unknown, the service refuses the credential.
pub fn probe(location: &Location, engine: &Engine) -> Result<Reply> {
    single_thread::run(engine, async |tools| store::probe(location, tools).await)
}
