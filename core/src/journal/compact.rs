//! Makes a journal ready to be written on: cuts its torn end off, or writes a shorter one in its place.
//!
//! A shorter one begins with what follows from all that is settled and has a record for each object that is not. It takes
//! the journal's name when it is complete and durable, in one step: a crash leaves the old one or the new one.

use std::sync::Arc;

use super::claim::{JournalHome, Ready};
use super::done_objects::each_done;
use super::error::Result;
use super::frame::Header;
use super::record::{Base, Planned, Record};
use super::replay::{Pending, Replayed, replay};
use super::state::{Counts, Position};

/// A journal below this length is not worth shortening.
const WORTH_BYTES: u64 = 1 << 20;

/// It is worth it once not more than one of so many objects is still open.
const OBJECTS_PER_OPEN: u64 = 4;

/// Makes the journal ready in the cheaper way.
pub(super) fn ready(home: &JournalHome, replayed: &Replayed) -> Result<Ready> {
    let objects = replayed.counts().listed;
    // A listing that goes on needs the names that were open when it began.
    let is_worth_it = !replayed.is_new_listing()
        && replayed.end >= WORTH_BYTES
        && replayed.pending_count().saturating_mul(OBJECTS_PER_OPEN) <= objects;
    if is_worth_it {
        shorten(home, replayed)
    } else {
        cut(home, replayed)
    }
}

/// Cuts off what lies behind the last sound record, and makes the rest durable: a killed run may not have come to that,
/// and what this run builds on must not be lost after it.
pub(super) fn cut(home: &JournalHome, replayed: &Replayed) -> Result<Ready> {
    let file = Arc::clone(&replayed.file);
    let cut = || {
        if file.length()? > replayed.end {
            file.truncate(replayed.end)?;
        }
        // Before anything is written: else what was cut off could come back behind what follows, or the name be lost.
        file.sync()?;
        home.sync()
    };
    cut().map_err(|error| home.failed("write", &error))?;
    Ok(Ready {
        file,
        header: replayed.header,
        end: replayed.end,
        next_seq: replayed.state.next_seq,
    })
}

/// Writes a journal for a new listing, and reads it again: what is open is kept, what is done is remembered by digests, and
/// nothing of the listing before is.
pub(super) fn list_anew(home: &JournalHome, replayed: &Replayed) -> Result<(Ready, Replayed)> {
    cut(home, replayed)?;
    let header = Header {
        generation: replayed.header.generation.wrapping_add(1),
        ..replayed.header
    };
    let counts = replayed.counts();
    let settled = counts.done.saturating_add(counts.skipped);
    let settled_bytes = counts.done_bytes.saturating_add(counts.skipped_bytes);
    let mut draft = home.draft(&header)?;
    draft.push(&Record::Command(replayed.command().clone()))?;
    draft.push(&Record::Base(Base {
        next_seq: replayed.state.next_seq,
        counts: Counts {
            listed: counts.listed.saturating_sub(settled),
            listed_bytes: counts.listed_bytes.saturating_sub(settled_bytes),
            ..Counts::default()
        },
        marker: None,
        last: None,
        aside: None,
    }))?;
    for begun in replayed.runs().skip(1) {
        draft.push(&Record::Run { begun })?;
    }
    draft.push(&Record::NewListing)?;
    each_done(replayed, |record| draft.push(record))?;
    for pending in replayed.pending() {
        keep(&pending?, |record| draft.push(record))?;
    }
    let ready = draft.commit(replayed.state.next_seq)?;
    let anew = replay(Arc::clone(&ready.file), &home.shown())?;
    Ok((ready, anew))
}

/// Writes the shorter journal. Until that has the name for good a crash brings the long one back, which then must say as
/// much.
pub(super) fn shorten(home: &JournalHome, replayed: &Replayed) -> Result<Ready> {
    cut(home, replayed)?;
    let header = Header {
        generation: replayed.header.generation.wrapping_add(1),
        ..replayed.header
    };
    let Position {
        marker,
        last,
        aside,
    } = replayed.position();
    let mut draft = home.draft(&header)?;
    draft.push(&Record::Command(replayed.command().clone()))?;
    draft.push(&Record::Base(Base {
        next_seq: replayed.state.next_seq,
        counts: replayed.counts(),
        marker: marker.as_deref(),
        last: last.clone(),
        aside: aside.as_ref().map(|(what, last)| (&**what, last.clone())),
    }))?;
    for what in replayed.unlisted() {
        draft.push(&Record::Unlisted { what })?;
    }
    if replayed.answered_all() {
        draft.push(&Record::AnsweredAll)?;
    }
    if replayed.is_listed() {
        draft.push(&Record::Listed)?;
    }
    for begun in replayed.runs().skip(1) {
        draft.push(&Record::Run { begun })?;
    }
    if let Some(identity) = replayed.target() {
        draft.push(&Record::Target { identity })?;
    }
    each_done(replayed, |record| draft.push(record))?;
    for pending in replayed.pending() {
        keep(&pending?, |record| draft.push(record))?;
    }
    draft.commit(replayed.state.next_seq)
}

/// Says of an open object what is known of it.
fn keep(pending: &Pending, mut push: impl FnMut(&Record<'_>) -> Result<()>) -> Result<()> {
    let seq = pending.seq;
    push(&Record::Kept {
        seq,
        has_failed: pending.has_failed,
        planned: Planned {
            name: pending.name.as_bytes(),
            snapshot: pending.snapshot.as_deref(),
            bytes: pending.bytes,
            version: pending.version.clone(),
            replace: pending.replace.clone(),
            aside: pending.aside,
        },
    })?;
    if let Some(started) = &pending.started {
        push(&Record::Started {
            seq,
            chunk_bytes: started.chunk_bytes,
            identity: &started.identity,
        })?;
    }
    if !pending.durable.is_empty() {
        let runs = pending.durable.clone();
        push(&Record::Durable { seq, runs })?;
    }
    if let Some(copy_id) = &pending.copy_id {
        push(&Record::CopyStarted { seq, copy_id })?;
    }
    if pending.has_failed {
        push(&Record::Failed { seq, reason: "" })?;
    }
    Ok(())
}
