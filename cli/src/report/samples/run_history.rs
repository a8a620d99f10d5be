//! What is known of a run: counts, sizes, the slowest objects, the controller's steps.

use azring_core::report::{Event, Measured};

use super::{ControllerHistory, FailedObjects, SizeDistribution, SlowestObjects, WindowSpans};

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
