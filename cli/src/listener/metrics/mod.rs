//! The metrics file: the state of the process, for Prometheus.
//!
//! `run_metrics` is the listener and its thread. It reads the counters into a `snapshot`, which
//! `exposition` writes as text, and replaces the file with it.
#![doc = include_str!("METRICS.md")]

mod exposition;

mod snapshot;

mod run_metrics;

pub(crate) use run_metrics::RunMetrics;

#[cfg(test)]
mod tests;
