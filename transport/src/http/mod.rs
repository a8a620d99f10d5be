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

mod compose;

mod spelling;

mod body;

mod socket;

mod wire;

mod watch;

mod connection;

mod idle;

mod failure;

pub(crate) use compose::{Letterhead, compose};
pub(crate) use connection::{Answer, Connection, ManyHeaders};
pub(crate) use expected::check_echo;
pub use expected::{Content, Expected, content_range};
pub(crate) use failure::failure;
pub(crate) use fallback::{adapted, learn, version_refused};
pub(crate) use idle::Idle;
pub use payload::Payload;
pub use request::{Account, Endpoint, Haste, Reply, Request, Scheme};
pub(crate) use request_secrets::RequestSecrets;
pub(crate) use wire::Meter;
