//! Prepares a journal for writing: cuts off its torn end, or writes a shorter journal in its place.
//!
//! A shorter journal begins with the totals of all settled objects and has a record for each open
//! one. It gets the journal's name when it is complete and durable, in one step: a crash leaves the
//! old journal or the new one.

use std::sync::Arc;

use super::claim::{JournalHome, Ready};
use super::done_objects::each_done;
use super::error::Result;
use super::frame::Header;
use super::record::{Base, Record};
use super::replay::{PendingObject, Replayed, replay};
use super::state::{Counts, Position};

/// A shorter journal is not worth shortening.
const WORTH_BYTES: u64 = 1 << 20;

/// Shortening is worth it when at most one of this many objects is open.
const OBJECTS_PER_OPEN: u64 = 4;

/// Prepares the journal in the cheaper way.
pub(super) fn ready(home: &JournalHome, replayed: &Replayed) -> Result<Ready> {
    let objects = replayed.counts().listed;
    // A listing that was begun anew needs the names that were open then, and an export its records.
    let is_worth_it = !replayed.is_new_listing()
        && replayed.export().is_none()
        && replayed.end >= WORTH_BYTES
        && replayed.pending_count().saturating_mul(OBJECTS_PER_OPEN) <= objects;
    if is_worth_it {
        shorten(home, replayed)
    } else {
        cut(home, replayed)
    }
}

/// Cuts off what follows the last sound record, and makes the rest durable.
///
/// A killed run may not have made it durable, and this run must not lose what it builds on.
pub(super) fn cut(home: &JournalHome, replayed: &Replayed) -> Result<Ready> {
    let file = Arc::clone(&replayed.file);
    let cut = || {
        if file.length()? > replayed.end {
            file.truncate(replayed.end)?;
        }
        // This happens before anything is written. Otherwise what was cut off could reappear after
        // new records, or the name be lost.
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

/// Writes a journal for a new listing, and reads it again.
///
/// It keeps open objects, remembers done ones by digests, and drops the listing before.
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

/// Writes the shorter journal. Until its name is durable a crash brings the long one back, which
/// has the same meaning.
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

/// Writes the records of an open object.
fn keep(pending: &PendingObject, mut push: impl FnMut(&Record<'_>) -> Result<()>) -> Result<()> {
    let seq = pending.seq;
    push(&Record::Kept {
        seq,
        has_failed: pending.has_failed,
        planned: pending.planned(),
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
