//! The request log, the counters, and the current fault plan. Connections write here; tests and the
//! control endpoint read here.

pub mod server_watch;

pub mod counters;
pub mod log;
pub mod record;

pub use counters::{Counters, Counts};
pub use log::Log;
pub use record::{ExchangeOutcome, RequestRecord};
pub use server_watch::ServerWatch;
