//! The trait of a service that answers requests.
//!
//! The connection calls it. Each service and the control endpoint implement it.

use super::body::Body;
use super::head::Head;
use super::peer::Peer;
use super::response::Response;
use crate::emulator::error::Refusal;

/// Answers requests.
pub trait Handler: Send + Sync {
    /// Serves one request. The body may be left unread.
    fn serve(&self, head: &Head, body: &mut Body<'_>, peer: &Peer) -> Response;

    /// Turns a refusal of the connection or the fault plan into an answer with the service's
    /// headers.
    fn refuse(&self, refusal: &Refusal) -> Response;
}
