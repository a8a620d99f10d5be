//! What distinguishes one service from another below the operations: the headers that every request and answer of it has,
//! how a key signs, and the form of a refusal.
//!
//! A [`Service`] is a name on an [`Account`](crate::http::Account); its [`Dialect`] is a value, one file for each service.
//! `http/compose.rs` and `http/failure.rs` read the values and know no service. A service of another kind is one file here
//! and one line in [`Service`]. [`Capabilities`] holds what one installation of a service was seen to lack.

mod version;

mod error_format;

mod dialect;

mod blob;

mod share;

mod table;

mod capabilities;

pub use capabilities::Capabilities;
pub use dialect::{Dialect, Service, Signing};
pub use error_format::ErrorFormat;
pub(crate) use error_format::ServiceError;
pub use version::ApiVersion;
