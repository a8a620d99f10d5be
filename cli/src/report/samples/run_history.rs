//! The history of a run: counts, sizes, slowest objects, controller.

use azring_core::report::{Event, Measured};

use super::{ControllerHistory, FailedObjects, SizeDistribution, SlowestObjects, WindowSpans};

/// The history of a run.
#[derive(Debug, Default)]
pub(crate) struct RunHistory {
    /// The history of the controller.
    pub(crate) controller: ControllerHistory,
    /// The values of the windows over time.
    pub(crate) windows: WindowSpans,
    /// The sizes of the objects that are done.
    pub(crate) sizes: SizeDistribution,
    /// The objects that took the longest.
    pub(crate) slowest: SlowestObjects,
    /// The failures by cause.
    pub(crate) failures: FailedObjects,
    /// Objects done, skipped, failed.
    pub(crate) done: u64,
    pub(crate) skipped: u64,
    pub(crate) failed: u64,
    /// Objects that were unfinished when the run was stopped.
    pub(crate) interrupted: u64,
    /// The mode of file IO.
    pub(crate) io_mode: Option<String>,
    /// The figures of all requests, once all have ended.
    pub(crate) measured: Option<Measured>,
}

impl RunHistory {
    /// Adds an event.
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
                self.failures.add(name, error);
                self.slowest.add(name, *bytes, details);
            }
            Event::Differs {
                name, difference, ..
            } => {
                self.failed += 1;
                self.failures.add_difference(name, &difference.to_string());
            }
            Event::Unlisted { what, error } => {
                self.failures.add(what, error);
            }
            Event::DirectoryFailed { name, error } | Event::DeletionFailed { name, error, .. } => {
                self.failures.add(name, error);
            }
            _ => {}
        }
    }
}
