//! What all requests of a run move, and how fast they may begin.
//!
//! One [`Traffic`] is shared by the clients of all workers. Every attempt begins with it, which may mean waiting for its
//! turn, and tells it how it ended; the connections add what comes as it comes. Whoever steers the run looks at the
//! [`Tally`] now and then, and sets the pace. Counters only; nothing here decides, but for [`Availability`], which holds
//! requests back while their service cannot be reached.

mod attempt;

mod availability;

mod latency_classes;

mod latency;

mod pace;

mod hedge_budget;

mod tally;

mod counters;

mod meter;

mod socket;

pub(crate) use attempt::Attempt;
pub(crate) use availability::FailureScope;
pub use availability::{Availability, GiveUp, Outage};
pub use counters::Traffic;
pub use latency::Latencies;
pub(crate) use latency_classes::LatencyClass;
pub(crate) use meter::Meter;
pub use pace::Pace;
pub use tally::Tally;

#[cfg(test)]
mod tests;
