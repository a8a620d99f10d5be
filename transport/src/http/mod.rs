//! One request and its answer.
//!
//! A [`Request`] says what is asked. [`compose`] makes of it what goes over the wire, signed; [`body`] feeds hyper the
//! payload's pieces. A [`Connection`] carries one exchange after the other and lies in [`idle`] between two; [`wire`]
//! counts its bytes, so that [`watch`] notices when nothing moves, and [`socket`] tells which have not arrived. [`failure`]
//! reads what a service says when it refuses, and [`expected`] compares a success with what was asked.

mod payload;

mod fallback;

mod authorize;

mod request_secrets;

mod expected;

mod request;

mod common_headers;

mod compose;

mod header_case;

mod body;

mod metered_stream;

mod progress_timer;

mod connection;

mod idle_connections;

mod failure;

pub(crate) use common_headers::CommonHeaders;
pub(crate) use compose::compose;
pub(crate) use connection::{Connection, IncomingResponse, ManyHeaders};
pub(crate) use expected::check_echo;
pub use expected::{ContentRange, Expected, content_range};
pub(crate) use failure::failure;
pub(crate) use fallback::{adapted, learn, version_refused};
pub(crate) use idle_connections::IdleConnections;
pub use payload::Payload;
pub use request::{Account, HedgePolicy, Reply, Request};

pub use crate::endpoint::{Endpoint, Scheme};
pub(crate) use request_secrets::RequestSecrets;
