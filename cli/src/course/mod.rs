//! The course of a run, gathered as it happens: whatever its length and however many its objects, in the same small memory.
//! Whoever tells of the run as a whole, `azring bench` and the report, reads it when the run is over.

mod path;

use azring_core::report::{Event, Measured};

pub(crate) use path::Path;

/// What is known of a run.
#[derive(Debug, Default)]
pub(crate) struct Course {
    /// What the controller did.
    pub(crate) path: Path,
    /// All requests, once all of them have ended.
    pub(crate) measured: Option<Measured>,
}

impl Course {
    /// Something happened.
    pub(crate) fn hear(&mut self, event: &Event<'_>) {
        match event {
            Event::Window(window) => self.path.add(window),
            Event::Measured(measured) => self.measured = Some((*measured).clone()),
            _ => {}
        }
    }
}
