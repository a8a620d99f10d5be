//! The history of a run, gathered while it runs, in memory of a fixed size.
//!
//! `azring bench` and the report read it at the end of the run.

mod controller;

mod window_spans;

mod size_distribution;

mod slowest_objects;

mod failed_objects;

mod run_history;

pub(crate) use controller::{ControllerHistory, what};
pub(crate) use failed_objects::FailedObjects;
pub(crate) use run_history::RunHistory;
pub(crate) use size_distribution::SizeDistribution;
pub(crate) use slowest_objects::SlowestObjects;
pub(crate) use window_spans::{WindowSpan, WindowSpans};

#[cfg(test)]
pub(crate) mod tests {
    pub(crate) use super::controller::tests::window;
}
