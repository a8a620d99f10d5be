//! Removes the files of the spool once they are uploaded.

use std::cell::Cell;
use std::fs;
use std::path::Path;

use tokio::sync::Notify;

use super::super::recorder::JournalRecorder;
use crate::dump::spool::SpoolRoom;
use crate::entry::EntryName;
use crate::report::{Event, Observer, OverwriteAnswer};

/// The observer of the uploads: passes everything on.
pub(super) struct SpoolObserver<'a> {
    pub(super) inner: &'a dyn Observer,
    pub(super) recorder: &'a JournalRecorder,
    pub(super) folder: &'a Path,
    pub(super) room: &'a SpoolRoom,
    ended: Cell<u64>,
    lost: Cell<u64>,
    turned: Notify,
}

impl<'a> SpoolObserver<'a> {
    pub(super) fn new(
        inner: &'a dyn Observer,
        recorder: &'a JournalRecorder,
        folder: &'a Path,
        room: &'a SpoolRoom,
    ) -> Self {
        Self {
            inner,
            recorder,
            folder,
            room,
            ended: Cell::default(),
            lost: Cell::default(),
            turned: Notify::new(),
        }
    }

    /// Waits until so many uploads have ended; returns how many of them are not at the target.
    pub(super) async fn all_ended(&self, begun: u64) -> u64 {
        while self.ended.get() < begun {
            self.turned.notified().await;
        }
        self.lost.get()
    }

    fn end(&self, bytes: u64, is_lost: bool) {
        self.ended.set(self.ended.get() + 1);
        self.lost.set(self.lost.get() + u64::from(is_lost));
        self.room.release(bytes);
        self.turned.notify_one();
    }

    fn remove(&self, name: &EntryName) {
        // The journal says first that the file is not needed any more.
        self.recorder.flush();
        if let Some(name) = name.as_str() {
            // A file that stays takes space and nothing else.
            let _stays = fs::remove_file(self.folder.join(name));
        }
    }
}

impl Observer for SpoolObserver<'_> {
    fn event(&self, event: Event<'_>) {
        let ended = match &event {
            Event::Done { name, bytes, .. } => Some((*name, *bytes, true)),
            Event::Skipped { bytes, name, .. }
            | Event::Failed { bytes, name, .. }
            | Event::Interrupted { bytes, name, .. } => Some((*name, *bytes, false)),
            _ => None,
        };
        if let Some((name, bytes, is_done)) = ended {
            if is_done {
                self.remove(name);
            }
            self.end(bytes, !is_done);
        }
        self.inner.event(event);
    }

    fn ask_overwrite(&self, source: &str, target: &str) -> OverwriteAnswer {
        self.inner.ask_overwrite(source, target)
    }
}
