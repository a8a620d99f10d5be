//! Removes the files of the spool once they are uploaded, and knows which of them are not.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fs;
use std::path::Path;

use super::super::recorder::JournalRecorder;
use crate::dump::spool::SpoolRoom;
use crate::entry::EntryName;
use crate::report::{Event, Observer, OverwriteAnswer};

/// The observer of the uploads: passes everything on.
pub(super) struct SpoolObserver<'a> {
    inner: &'a dyn Observer,
    recorder: &'a JournalRecorder,
    folder: &'a Path,
    room: &'a SpoolRoom,
    /// The files that are not at the target, and their lengths.
    open: RefCell<HashMap<EntryName, u64>>,
    /// The target of the manifest, where the user has permitted to replace it.
    replaceable: RefCell<Option<String>>,
    /// The measurements of the workers were reported.
    is_measured: Cell<bool>,
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
            open: RefCell::default(),
            replaceable: RefCell::default(),
            is_measured: Cell::default(),
        }
    }

    /// A file of this length is to be uploaded.
    pub(super) fn expect(&self, name: &EntryName, bytes: u64) {
        self.open.borrow_mut().insert(name.clone(), bytes);
    }

    /// How many of the expected files are not at the target.
    pub(super) fn open_count(&self) -> usize {
        self.open.borrow().len()
    }

    /// Answers the question about this target with yes.
    pub(super) fn permit(&self, target: String) {
        *self.replaceable.borrow_mut() = Some(target);
    }

    /// Takes the file out of the spool: it is at the target.
    pub(super) fn remove(&self, name: &EntryName) {
        // The journal says first that the file is not needed any more. If it cannot, the file stays.
        if self.recorder.flush()
            && let Some(name) = name.as_str()
        {
            // A file that stays takes space and nothing else. It goes with the folder at the end.
            let _stays = fs::remove_file(self.folder.join(name));
        }
    }

    fn uploaded(&self, name: &EntryName) {
        let expected = self.open.borrow_mut().remove(name);
        if let Some(bytes) = expected {
            self.remove(name);
            self.room.release(bytes);
        }
    }

    fn not_uploaded(&self, name: &EntryName) {
        if let Some(bytes) = self.open.borrow().get(name) {
            self.room.keep(*bytes);
        }
    }
}

impl Observer for SpoolObserver<'_> {
    fn event(&self, event: Event<'_>) {
        match &event {
            Event::Done { name, .. } => self.uploaded(name),
            Event::Skipped { name, .. } | Event::Failed { name, .. } => self.not_uploaded(name),
            // The workers are started once for the data files and once for the manifest.
            Event::Measured(_) if self.is_measured.replace(true) => return,
            Event::IoMode(_) | Event::Window(_) if self.is_measured.get() => return,
            _ => {}
        }
        self.inner.event(event);
    }

    fn ask_overwrite(&self, source: &str, target: &str) -> OverwriteAnswer {
        if self.replaceable.borrow().as_deref() == Some(target) {
            return OverwriteAnswer::Yes;
        }
        self.inner.ask_overwrite(source, target)
    }
}
