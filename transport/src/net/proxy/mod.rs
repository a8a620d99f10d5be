//! Connections through a proxy.
//!
//! [`Proxies`] holds what the environment says, as curl and `AzCopy` read it. [`no_proxy`] lists
//! who is reached without a proxy, and [`mod@tunnel`] asks a proxy for an encrypted connection. A plain
//! request is not tunnelled, because most proxies allow tunnels to few ports only. The proxy gets
//! the request itself with its full address (RFC 9112, 3.2.2).

mod no_proxy;

mod tunnel;

mod server;

mod environment;

pub use environment::Proxies;
pub use server::Proxy;
pub(crate) use tunnel::tunnel;
