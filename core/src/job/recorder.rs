//! Writes the journal of a run, in the terms of the job. A run without a journal writes nothing.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::sync::Arc;

use azring_transport::auth::{has_signature, masked};

use crate::entry::Entry;
use crate::journal::{Journal, Planned, Record, Replayed};
use crate::plan::history::{Note, NoteSink, Notes};
use crate::plan::replace::Replace;
use crate::report::{Event, Observer};
use crate::transfer::{Outcome, Verdict};
use crate::{Error, Result};

/// The journal of a run, if it has one. Only the coordinator holds it.
pub(super) struct JournalRecorder(Option<JournalWriter>);

struct JournalWriter {
    journal: RefCell<Journal>,
    job: Arc<str>,
    note_sink: NoteSink,
}

impl JournalRecorder {
    /// Writes into this journal. Notes of workers go to `note_sink` and come back by
    /// [`JournalRecorder::note`].
    pub(super) fn new(journal: Option<Journal>, note_sink: NoteSink) -> Self {
        Self(journal.map(|journal| JournalWriter {
            // Half of the id is unique enough, and keeps the names of files short.
            job: hexadecimal(&journal.job()[..8]).into(),
            journal: RefCell::new(journal),
            note_sink,
        }))
    }

    /// Whether the run has a journal.
    pub(super) fn is_kept(&self) -> bool {
        self.0.is_some()
    }

    /// The job's id in sixteen hexadecimal digits, if the run has a journal.
    pub(super) fn job(&self) -> Option<&str> {
        self.0.as_ref().map(|writer| &*writer.job)
    }

    /// Waits until everything that was recorded is durable, and returns whether it is. A run without a
    /// journal has recorded nothing. A journal that cannot be written is reported elsewhere.
    pub(super) fn flush(&self) -> bool {
        let writer = self.0.as_ref();
        writer.is_none_or(|writer| writer.journal.borrow().flush().is_ok())
    }

    /// Records the page that is planned next.
    pub(super) fn page(&self, marker: Option<&str>) {
        // A marker must be sent exactly as it was received. A marker with a signature is not kept,
        // so a resumed run lists that page again.
        if let Some(marker) = marker.filter(|marker| !has_signature(marker)) {
            self.append(&Record::Page { marker });
        }
    }

    /// Records that an object is to be copied; returns where notes on it go.
    pub(super) fn planned(&self, entry: &Entry, replace: &Replace, aside: bool) -> Option<Notes> {
        let Some(JournalWriter {
            journal,
            job,
            note_sink,
        }) = &self.0
        else {
            return None;
        };
        let seq = journal.borrow().plan(Planned {
            aside,
            ..Planned::of(entry, replace)
        });
        Some(Notes::new(seq, job, note_sink))
    }

    /// Where notes go on an object that an earlier run planned.
    pub(super) fn notes(&self, seq: u64) -> Option<Notes> {
        let JournalWriter { job, note_sink, .. } = self.0.as_ref()?;
        Some(Notes::new(seq, job, note_sink))
    }

    /// Records that an object was skipped when it was planned.
    pub(super) fn passed(&self, entry: &Entry, aside: bool) {
        self.append(&Record::Passed {
            name: entry.name.as_bytes(),
            snapshot: entry.snapshot.as_ref().map(|snapshot| &*snapshot.id),
            bytes: entry.bytes,
            aside,
        });
    }

    /// Records a worker's note.
    pub(super) fn note(&self, seq: u64, note: Note) {
        match note {
            Note::Started(start) => self.append(&Record::Started {
                seq,
                chunk_bytes: start.chunk_bytes,
                identity: start.to_text().as_bytes(),
            }),
            Note::Durable(runs) => self.append(&Record::Durable { seq, runs }),
            Note::CopyStarted(copy_id) => self.append(&Record::CopyStarted {
                seq,
                copy_id: &copy_id,
            }),
        }
    }

    /// Records the end of an object. A stopped object has none.
    pub(super) fn ended(&self, outcome: &Outcome) {
        let Some(seq) = outcome.seq else { return };
        match &outcome.verdict {
            Verdict::Done => self.append(&Record::Done {
                seq,
                bytes: outcome.bytes,
            }),
            Verdict::Failed(error) => self.failed(seq, error),
        }
    }

    /// Records a failure.
    pub(super) fn failed(&self, seq: u64, error: &Error) {
        if !matches!(error, Error::Stopped) {
            // A journal is kept after the run, so text of a service is masked before it goes in.
            let reason = &masked(&error.to_string());
            self.append(&Record::Failed { seq, reason });
        }
    }

    /// Appends a record.
    pub(super) fn append(&self, record: &Record<'_>) {
        if let Some(writer) = &self.0 {
            writer.journal.borrow().append(record);
        }
    }

    /// Begins a new listing of the source; returns what is known of the objects then.
    pub(super) fn list_anew(&self, earlier: &Replayed) -> Result<Option<Replayed>> {
        match &self.0 {
            Some(writer) => Ok(Some(writer.journal.borrow_mut().list_anew(earlier)?)),
            None => Ok(None),
        }
    }

    /// Records an object that an earlier run copied and that was found at the target.
    pub(super) fn in_place(&self, entry: &Entry, aside: bool) {
        if let Some(notes) = self.planned(entry, &Replace::Nothing, aside) {
            self.append(&Record::Done {
                seq: notes.seq(),
                bytes: entry.bytes,
            });
        }
    }

    /// Reports, once, that the journal cannot be written any more. The run goes on without it.
    pub(super) fn report_trouble(&self, observer: &dyn Observer) {
        let trouble = self
            .0
            .as_ref()
            .and_then(|writer| writer.journal.borrow().trouble());
        if let Some(error) = trouble {
            observer.event(Event::Warning(&format!(
                "{error}: the journal is not complete any more, so after an interruption the rest is copied again"
            )));
        }
    }

    /// Ends the journal.
    ///
    /// It is removed when nothing is left to do, or nothing was begun; otherwise it stays for the
    /// next run.
    pub(super) fn end(self, is_needless: bool, observer: &dyn Observer) {
        self.report_trouble(observer);
        let Some(JournalWriter { journal, .. }) = self.0 else {
            return;
        };
        let journal = journal.into_inner();
        let ended = if is_needless {
            journal.complete()
        } else {
            journal.close()
        };
        if let Err(error) = ended {
            observer.event(Event::Warning(&error.to_string()));
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}
