//! One request and its answer.

mod payload;
mod request;

pub use payload::Payload;
pub use request::{Account, Endpoint, Reply, Request, Scheme};
