//! One request and its answer.
//!
//! A [`Request`] says what is asked. [`mod@compose`] makes the request that is sent, with the
//! account's [`authorize`]d credential; [`body`] gives hyper the pieces of the payload, and
//! [`mod@batch`] makes one body of several requests, and
//! [`mod@changeset`] reads the answer to an entity group transaction. A [`Connection`] makes one exchange after the
//! other and waits in [`idle_connections`] between two. [`metered_stream`] counts its bytes, and
//! [`progress_timer`] ends it when nothing moves. [`mod@failure`] reads refusals, and [`expected`]
//! compares a success with its request. [`mod@structured_body`] puts a checksum into a body, and
//! [`fallback`] leaves out what a service lacks.

mod payload;

mod structured_body;

mod fallback;

mod authorize;

mod request_secrets;

mod expected;

mod request;

mod common_headers;

mod batch;

mod changeset;

mod compose;

mod header_case;

mod body;

mod metered_stream;

mod progress_timer;

mod connection;

mod idle_connections;

mod failure;

pub(crate) use batch::{PartAnswer, read_batch};
pub(crate) use body::Body;
pub(crate) use changeset::check_changeset;
pub(crate) use common_headers::CommonHeaders;
pub(crate) use compose::compose;
pub(crate) use connection::{Connection, IncomingResponse, ManyHeaders};
pub use expected::{ContentRange, Expected, content_range};
pub(crate) use expected::{check_echo, check_request_id};
pub(crate) use failure::failure;
pub(crate) use fallback::{adapted, learn, version_refused};
pub(crate) use idle_connections::IdleConnections;
pub use payload::Payload;
pub use request::{Account, HedgePolicy, PushbackObserver, Reply, Request};

pub use crate::endpoint::{Endpoint, Scheme};
pub(crate) use request_secrets::RequestSecrets;
