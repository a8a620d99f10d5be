//! Which journal a command has, and what happens to it before the copy begins.
//!
//! [`normal_form`] puts a command into the form that identifies its job. [`command_journal`] says
//! where the journal is. `open` reads it, asks questions at a terminal, and begins or resumes.
//! [`owner`] refuses a journal that another user may have written. `recall` makes a command from
//! a journal when only its folder is given. [`leftovers`] removes the partial files of an
//! operation that is abandoned, and [`folder`] lists journals.

mod folder;

mod leftovers;

mod normal_form;

mod open;

mod owner;

mod command_journal;

mod recall;

pub(crate) use command_journal::{CommandJournal, NAME, of_command};
pub(crate) use folder::{ENDING, journals_in};
pub(crate) use leftovers::remove as remove_leftovers;
pub(crate) use normal_form::{command as command_of, ends_of, of_journal};
pub(crate) use open::{Questions, Refusal, open};
pub(crate) use recall::{RecalledCommand, recall, recall_from};
