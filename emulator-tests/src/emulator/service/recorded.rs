//! The state of a container or a share: its lock, and the records of its changes.

use std::fmt::Debug;
use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use super::journal::ServiceJournal;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::store::RemovalHold;

/// A state that keeps a list of its changes until they are recorded.
pub trait RecordedState {
    /// The names in its records, such as those of the account and the container.
    type Names: Debug;
    /// A change in the journal.
    type Record: Serialize;

    /// Whether it was deleted while a request still uses it.
    fn is_deleted(&self) -> bool;

    /// The answer to a call after the deletion: 404.
    fn not_found() -> Refusal;

    /// The records of the changes since the last call.
    fn take_records(&mut self, names: &Self::Names) -> Vec<Self::Record>;

    /// Forgets the changes since the last call: nobody records them.
    fn forget_changes(&mut self);
}

/// A state with its lock and its part of the journal.
#[derive(Debug)]
pub struct Recorded<S: RecordedState> {
    state: Mutex<S>,
    journal: Option<(ServiceJournal, S::Names)>,
}

/// The locked state. Dropping it records the changes.
#[derive(Debug)]
pub struct Locked<'s, S: RecordedState> {
    state: MutexGuard<'s, S>,
    journal: Option<&'s (ServiceJournal, S::Names)>,
    /// Ends after the changes are recorded: until then the journal names the bodies that they
    /// replace.
    _hold: Option<RemovalHold>,
}

impl<S: RecordedState> Recorded<S> {
    /// Changes are recorded under these names if there is a journal.
    pub fn new(state: S, journal: Option<&ServiceJournal>, names: S::Names) -> Self {
        Self {
            state: Mutex::new(state),
            journal: journal.map(|journal| (journal.clone(), names)),
        }
    }

    /// The state, locked. The lock is never held while a body is received or sent.
    pub fn lock(&self) -> Locked<'_, S> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let journal = self.journal.as_ref();
        Locked {
            state,
            journal,
            _hold: journal.map(|(journal, _)| journal.hold_removals()),
        }
    }

    /// The same for a call: what was deleted meanwhile is 404.
    pub fn enter(&self) -> ServiceResult<Locked<'_, S>> {
        let state = self.lock();
        if state.is_deleted() {
            Err(S::not_found())
        } else {
            Ok(state)
        }
    }
}

impl<S: RecordedState> Deref for Locked<'_, S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.state
    }
}

impl<S: RecordedState> DerefMut for Locked<'_, S> {
    fn deref_mut(&mut self) -> &mut S {
        &mut self.state
    }
}

impl<S: RecordedState> Drop for Locked<'_, S> {
    fn drop(&mut self) {
        let Some((journal, names)) = self.journal.filter(|_| !self.state.is_deleted()) else {
            // The list keeps its memory for the next call.
            self.state.forget_changes();
            return;
        };
        for record in self.state.take_records(names) {
            journal.write(&record);
        }
    }
}
