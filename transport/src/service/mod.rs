//! What distinguishes one service from another below its operations: headers, signing, and the form
//! of a refusal.
//!
//! A [`Service`] is a name on an [`Account`](crate::http::Account); its [`Dialect`] is a value, in
//! one file for each service. `http/compose.rs` and `http/failure.rs` read the values and do not
//! match on the service. A service of another kind is one file here and one line in [`Service`].
//! [`Capabilities`] holds what one installation of a service lacks.

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
