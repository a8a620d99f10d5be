//! What all requests of a run move, and how fast they may begin.
//!
//! The clients of all workers share one [`Traffic`]. Every attempt begins with it, which may wait
//! for the pace, and reports its end to it. Connections count their bytes with a [`Meter`]. The
//! controller of the run reads the [`Tally`] now and then and sets the pace; the user may set a cap.
//! These are counters only. [`Availability`] alone decides something: it holds requests back while their service
//! cannot be reached.

mod attempt;

mod availability;

mod latency_classes;

mod latency;

mod pace;

mod rate_cap;

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

#[cfg(test)]
mod rate_cap_tests;
