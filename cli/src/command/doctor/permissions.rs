//! Checks what a credential allows: at the source to list and to read, at the destination also to write and to
//! delete.
//!
//! At the destination it uploads one object of one byte into a directory of its own and removes it. At the
//! source it changes nothing.

use std::cell::RefCell;

use azring_core::entry::EntryName;
use azring_core::location::Location;
use azring_core::options::{Engine, Options};
use azring_core::report::{Event, Observer, OverwriteAnswer};
use azring_core::{Error, Result, Side, Stop, job};

use super::{Finding, State};
use crate::advice::Advice;

/// The directory of the object begins so.
pub(super) const FOLDER: &str = "azring-doctor-";

/// What is missing without each permission.
const TO_LIST: &str = "copies of a whole container, `/XO`, syncs and verifications need it";
const TO_READ: &str = "downloads, and copies that compare with the destination, need it";
const TO_WRITE: &str = "nothing can be copied to it without it";
const TO_DELETE: &str = "moves, and syncs that delete, need it";

/// Where to look, and with what.
pub(super) struct Permissions<'a> {
    pub(super) engine: &'a Engine,
    pub(super) advice: &'a Advice,
    pub(super) side: Side,
    pub(super) location: &'a Location,
}

impl Permissions<'_> {
    /// Tries to list and to read the source.
    pub(super) fn of_source(&self) -> Vec<Finding> {
        match job::first_object(self.location, self.engine) {
            Ok(Some(name)) => {
                let found = format!("allowed; the first object is `{name}`");
                vec![
                    Finding::good("list", found),
                    self.read(self.location, &name),
                ]
            }
            Ok(None) => vec![Finding::good(
                "list",
                "allowed; there are no objects below it",
            )],
            Err(error) => vec![self.refused(State::Bad, "list", &error, TO_LIST)],
        }
    }

    /// Tries to write the object of `trial`, and then to list, to read and to delete it.
    pub(super) fn of_target(&self, trial: &Options) -> Vec<Finding> {
        let folder = &trial.target;
        if let Err(error) = write(trial) {
            return vec![self.refused(State::Bad, "write", &error, TO_WRITE)];
        }
        let mut findings = vec![Finding::good(
            "write",
            "allowed; one object of one byte was written",
        )];
        match job::first_object(folder, self.engine) {
            Ok(Some(name)) => {
                findings.push(Finding::good("list", "allowed"));
                findings.push(self.read(folder, &name));
                findings.push(self.delete(folder));
            }
            Ok(None) => findings.push(Finding::not(
                State::Bad,
                "list",
                format!("`{folder}` does not show what was written to it"),
                "remove it by hand, and look at the service",
            )),
            Err(error) => {
                findings.push(self.refused(State::Poor, "list", &error, TO_LIST));
                findings.push(Finding::not(
                    State::Poor,
                    "delete",
                    format!(
                        "not tried: `{folder}` cannot be listed, and keeps one object of one byte"
                    ),
                    "remove it by hand",
                ));
            }
        }
        findings
    }

    fn read(&self, location: &Location, name: &EntryName) -> Finding {
        match job::examine(location, name, self.engine) {
            Ok(()) => Finding::good("read", "allowed"),
            Err(error) => {
                let state = match self.side {
                    Side::Source => State::Bad,
                    Side::Target => State::Poor,
                };
                self.refused(state, "read", &error, TO_READ)
            }
        }
    }

    fn delete(&self, folder: &Location) -> Finding {
        let mut failed = None;
        let removed = job::remove_folder(folder, self.engine, &mut |_, error| {
            failed = Some(error.clone());
        });
        match failed.map_or(removed.map(|_| ()), Err) {
            Ok(()) => Finding::good("delete", "allowed; the object was removed"),
            Err(error) => {
                let advice = format!("{TO_DELETE}; `{folder}` keeps one object of one byte");
                self.refused(State::Poor, "delete", &error, &advice)
            }
        }
    }

    fn refused(&self, state: State, what: &'static str, error: &Error, needed: &str) -> Finding {
        let advice = match self.advice.cause(error, self.side, self.location) {
            Some(cause) => format!("{needed}. {cause}"),
            None => needed.to_owned(),
        };
        Finding::not(state, what, error.to_string(), &advice)
    }
}

/// Uploads the object.
fn write(trial: &Options) -> Result<()> {
    let failures = Failures::default();
    job::run(trial, None, &failures, &Stop::default())?;
    failures.0.into_inner().map_or(Ok(()), Err)
}

/// Keeps the failure of an object.
#[derive(Default)]
struct Failures(RefCell<Option<Error>>);

impl Observer for Failures {
    fn event(&self, event: Event<'_>) {
        if let Event::Failed { error, .. } = event {
            self.0.replace(Some(error.clone()));
        }
    }

    fn ask_overwrite(&self, _source: &str, _target: &str) -> OverwriteAnswer {
        OverwriteAnswer::No
    }
}
