//! From a host name to a connected stream of bytes.
//!
//! [`proxy`] finds the proxy of an endpoint, [`resolve`] turns the name into addresses, and
//! [`mod@connect`] tries them. The result is a [`Stream`], plain or TLS. Only the tunnel through a
//! proxy knows HTTP here.

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
