//! The journal of a job, with which the same command goes on where it was interrupted.
//!
//! A journal is one file of [`Record`]s that only grows ([`Journal`]). Every prefix of it is a
//! state to go on from ([`replay`]). A run claims a journal ([`Claim`]), reads it, and begins or
//! resumes it; one run at a time (`owner`). A journal contains no secrets.
//! The files of a plan's shards are journals too, each written as a whole ([`PlannedJournal`]).
//!
//! Only the coordinator appends, in the order in which things happen. Nothing here waits for the
//! disk except [`Journal::flush`], [`Journal::close`] and [`Journal::complete`].
//!
#![doc = include_str!("FORMAT.md")]

mod wire;

mod chunk_runs;

mod command;

mod record;

mod object_encoding;

mod encoding;

mod frame;

mod storage;

mod scan;

mod objects;

mod state;

mod export_state;

mod replay;

mod done_objects;

mod owner;

mod claim;

mod compact;

mod append;

mod planned_journal;

mod error;

pub use append::Journal;
pub use claim::{Claim, Session, files, peek};
pub use command::{Command, Needs};
pub use done_objects::{DoneObjects, each_done_name, each_settled_name};
pub use error::{Error, Result};
pub use export_state::{ExportState, ExportToken, ExportedRange, ExportedVolume};
pub use owner::Holder;
pub use planned_journal::PlannedJournal;
pub use record::{Base, Planned, Record};
pub use replay::{PendingObject, Replayed, each_record, replay};
pub use state::{Counts, Place, Position, Started};
pub use storage::{File, Files, Folder};

/// A journal of records with these bodies, each with a sound checksum: for fuzzing.
#[cfg(fuzzing)]
pub fn sealed(bodies: &[&[u8]]) -> Vec<u8> {
    let command = Command {
        words: Vec::new(),
        shown: String::new(),
        program: String::new(),
        folder: Vec::new(),
        begun: 0,
        needs: Needs::default(),
    };
    let header = frame::Header {
        generation: 0,
        job: [7; 16],
        fingerprint: command.fingerprint(),
    };
    let mut bytes = header.bytes().to_vec();
    let offset = bytes.len() as u64;
    header
        .seal()
        .put(&mut bytes, offset, &Record::Command(command));
    for body in bodies.iter().filter(|body| !body.is_empty()) {
        header.seal().put_bytes(&mut bytes, body);
    }
    bytes
}

#[cfg(test)]
mod tests;
