//! From a host name to a connected stream of bytes.
//!
//! [`proxy`] says whether somebody stands in between, [`resolve`] turns the name into addresses, [`connect`] tries them, and
//! what comes out is a [`Stream`], plain or TLS, that `http` speaks over. Nothing here knows HTTP but the tunnel through a
//! proxy.

mod proxy;

mod resolve;

mod connect;

mod stream;

mod timeouts;

pub(crate) use connect::connect;
pub use proxy::{Proxies, Proxy};
pub use resolve::Override;
pub(crate) use resolve::Resolver;
pub(crate) use stream::Stream;
pub use timeouts::Timeouts;
