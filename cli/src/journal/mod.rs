//! Which journal a command has, and what is done with it before the copy begins.
//!
//! [`normal`] puts a command into the form by which it is known again, [`place`] says where its journal lies, [`open`] looks
//! what is there, asks where somebody can answer, and begins or resumes; [`owner`] refuses a journal that somebody else may
//! have written; [`recall`] makes a command out of a journal, for those who give nothing but its folder. [`leftovers`] removes
//! what an operation that is given up left at its destination.

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
pub(crate) use open::{Questions, Refusal, open};
pub(crate) use recall::recall;
