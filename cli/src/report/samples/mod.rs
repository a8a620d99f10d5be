//! The course of a run, gathered as it happens: whatever its length and however many its objects, in the same small memory.
//! Whoever tells of the run as a whole, `azring bench` and the report, reads it when the run is over.

mod controller;

mod window_spans;

mod size_distribution;

mod slowest_objects;

mod failed_objects;

use azring_core::report::{Event, Measured};

pub(crate) use controller::{ControllerHistory, what};
pub(crate) use failed_objects::FailedObjects;
pub(crate) use size_distribution::SizeDistribution;
pub(crate) use slowest_objects::SlowestObjects;
pub(crate) use window_spans::{WindowSpan, WindowSpans};

/// What is known of a run.
#[derive(Debug, Default)]
pub(crate) struct RunHistory {
    /// What the controller did.
    pub(crate) controller: ControllerHistory,
    /// What moved when.
    pub(crate) windows: WindowSpans,
    /// How large the objects were that are done.
    pub(crate) sizes: SizeDistribution,
    /// Those of all objects that took the longest.
    pub(crate) slowest: SlowestObjects,
    /// What failed.
    pub(crate) failures: FailedObjects,
    /// Objects that are done, left alone, failed.
    pub(crate) done: u64,
    pub(crate) skipped: u64,
    pub(crate) failed: u64,
    /// Objects that were left unfinished when the run was called off.
    pub(crate) interrupted: u64,
    /// How files were read and written.
    pub(crate) io_mode: Option<String>,
    /// All requests, once all of them have ended.
    pub(crate) measured: Option<Measured>,
}

impl RunHistory {
    /// Something happened.
    pub(crate) fn add(&mut self, event: &Event<'_>) {
        match event {
            Event::Window(window) => {
                self.controller.add(window);
                self.windows.add(window);
            }
            Event::Measured(measured) => self.measured = Some((*measured).clone()),
            Event::IoMode(mode) => self.io_mode = Some((*mode).to_owned()),
            Event::Done {
                name,
                bytes,
                details,
            } => {
                self.done += 1;
                self.sizes.add(*bytes);
                self.slowest.add(name, *bytes, details);
            }
            Event::Skipped { .. } => self.skipped += 1,
            Event::Interrupted { .. } => self.interrupted += 1,
            Event::Failed {
                name,
                bytes,
                error,
                details,
            } => {
                self.failed += 1;
                self.failures.add(name, &error.to_string());
                self.slowest.add(name, *bytes, details);
            }
            Event::Unlisted { what, error } => {
                self.failures.add(what, &error.to_string());
            }
            _ => {}
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    pub(crate) use super::controller::tests::window;
}
