//! The first failed objects of a shard's run, for its file in the plan's folder.

use std::cell::RefCell;
use std::rc::Rc;

use azring_core::report::Event;

use crate::listener::{Listener, RunEnd};
use crate::mask::masked;

/// So many are kept.
const KEPT_MAX: usize = 20;

/// Keeps the names of the first failed objects, with the reasons, without secrets.
#[derive(Debug, Clone, Default)]
pub(super) struct ShardFailures(Rc<RefCell<Vec<String>>>);

impl ShardFailures {
    /// What was kept.
    pub(super) fn take(&self) -> Vec<String> {
        self.0.take()
    }
}

impl Listener for ShardFailures {
    fn on_event(&self, event: &Event<'_>) {
        let text = match event {
            Event::Failed { name, error, .. } => format!("{name}: {error}"),
            Event::DirectoryFailed { name, error } => format!("{name}/: {error}"),
            _ => return,
        };
        let mut kept = self.0.borrow_mut();
        if kept.len() < KEPT_MAX {
            kept.push(masked(&text));
        }
    }

    fn on_end(&self, _end: &RunEnd<'_>) {}
}
