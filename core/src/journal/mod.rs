//! What a run leaves behind so that the same command goes on where it stopped, whatever stopped it.
//!
//! A journal is one file of [`Record`]s that only ever grows ([`Journal`]); every beginning of it is a state to go on
//! from ([`replay`]). A run claims a journal's place ([`Claim`]), looks what it says, and begins or resumes it; one run at a
//! time (`owner`). Nothing in a journal is a secret.
//!
//! The coordinator is the only one that appends, in the order in which things happen; nothing here waits for the disk
//! but [`Journal::flush`], [`Journal::close`] and [`Journal::complete`].
//!
#![doc = include_str!("FORMAT.md")]

mod wire;

mod runs;

mod command;

mod record;

mod frame;

mod storage;

mod scan;

mod objects;

mod state;

mod replay;

mod owner;

mod claim;

mod compact;

mod append;

mod error;

pub use append::Journal;
pub use claim::{Claim, Session, peek};
pub use command::{Command, Needs};
pub use error::{Error, Result};
pub use owner::Holder;
pub use record::{Base, Planned, Record};
pub use replay::{Pending, Replayed, each_record, replay};
pub use runs::Runs;
pub use state::{Counts, Place, Position, Started};
pub use storage::{File, Files, Folder};

#[cfg(test)]
mod tests;
