//! The way out through a proxy, where only a proxy leads out: which one is meant for whom.
//!
//! [`Proxies`] holds what the environment says, as curl and `AzCopy` read it; [`no_proxy`] says who is reached without
//! one, and [`tunnel`] asks a proxy to let an encrypted connection through. A plain request is not tunnelled, since most
//! proxies let tunnels go to few ports only: the proxy is sent the request itself, addressed in full (RFC 9112, 3.2.2).

mod no_proxy;

mod tunnel;

mod server;

mod environment;

pub use environment::Proxies;
pub use server::Proxy;
pub(crate) use tunnel::tunnel;
