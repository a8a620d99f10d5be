//! The run of an import, from its manifest to its last file.

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use futures_util::StreamExt as _;
use futures_util::stream;

use super::export_files::{DataFile, ExportFiles};
use super::file_check::{self, ChecksumFinding};
use super::file_import::{self, ImportContext, ImportProgress};
use super::resume_position::ResumePosition;
use crate::job::recorder::JournalRecorder;
use crate::job::run::Run;
use crate::journal::{DoneObjects, PendingObject, Record, Replayed};
use crate::location::{Location, TableLocation};
use crate::plan::history::Notes;
use crate::plan::replace::Replace;
use crate::report::{Details, Event, Observer, Totals};
use crate::schedule::gate::WorkerPermits;
use crate::store::Tools;
use crate::store::table::{RefusedEntity, TableWriter};
use crate::{Error, Result, Side};

/// Refused entities of a file that are named. All are counted.
const NAMED_MAX: u32 = 20;

/// A data file that is to be imported.
struct Wanted {
    file: DataFile,
    seq: Option<u64>,
    from: Option<ResumePosition>,
    /// No earlier run knew it.
    is_new: bool,
}

impl Run<'_> {
    /// Imports; no part of the source can be unlisted.
    pub(in crate::job) async fn import(&self, earlier: Option<Replayed>) -> Result<u64> {
        let (tools, permits, mut controller) = self.resources.alone()?;
        let imported = tokio::select! {
            imported = Box::pin(self.import_files(&tools, &permits, earlier)) => imported,
            never = self.steer(&mut controller) => match never {},
            never = tools.client.count_arrivals() => match never {},
            never = self.end_waits_on_stop() => match never {},
        };
        self.finish(controller);
        imported.map(|()| 0)
    }

    async fn import_files(
        &self,
        tools: &Tools,
        permits: &WorkerPermits,
        earlier: Option<Replayed>,
    ) -> Result<()> {
        let (place, manifest) = self.import_ends()?;
        self.notice("Validating the integrity of data file list...");
        let finding = ExportFiles::find(tools, &self.options.source, manifest);
        let found = self.stop.unless_stopped(finding).await;
        let export = found.map_err(|error| error.at(Side::Source))?;
        self.notice("Validation of data file list passed.");
        let mut wanted = self.wanted_files(&export, earlier.as_ref())?;
        let earlier_done = earlier.as_ref().filter(|earlier| earlier.is_new_listing());
        let earlier_done = earlier_done
            .map(|earlier| DoneObjects::of(earlier, false))
            .transpose()?;
        let is_done = |wanted: &Wanted| {
            let done = earlier_done.as_ref();
            wanted.is_new && done.is_some_and(|done| done.has(&wanted.file.entry))
        };
        let in_place: Vec<Wanted> = wanted.extract_if(.., |wanted| is_done(wanted)).collect();
        let entities = self.check_files(tools, &export, &wanted).await?;
        for wanted in &in_place {
            self.skip_file(&wanted.file);
        }
        self.record_files(&export, earlier.as_ref(), &mut wanted);
        if self.options.preview {
            for Wanted { file, .. } in &wanted {
                let (name, bytes) = (&file.entry.name, file.entry.bytes);
                self.settlement().done(name, bytes, &Details::default());
            }
            self.notice(&format!(
                "{entities} entities of {} data file(s) would be imported into `{place}`",
                wanted.len()
            ));
            return Ok(());
        }
        let writer = TableWriter::new(place, self.options.table.entity_operation);
        let preparing = writer.prepare(tools);
        let prepared = self.stop.unless_stopped(preparing).await;
        prepared.map_err(|error| error.at(Side::Target))?;
        let context = ImportContext {
            tools,
            source: &export.source,
            writer: &writer,
            permits,
            totals: self.totals,
            stop: self.stop,
        };
        tools.pool.provide_for(2 * self.files_max());
        let importing = stream::iter(wanted)
            .map(|wanted| self.import_file(context, wanted))
            .buffer_unordered(self.files_max());
        importing.collect::<()>().await;
        self.tell_entities();
        Ok(())
    }

    /// The table, and the name of the manifest.
    fn import_ends(&self) -> Result<(Arc<TableLocation>, &str)> {
        let Location::Table(place) = &self.options.target else {
            return Err(Error::Usage("an import needs a table".into()));
        };
        let manifest = self.options.table.manifest.as_deref();
        let manifest = manifest
            .ok_or_else(|| Error::Usage("an import needs the name of a manifest".into()))?;
        Ok((Arc::new(place.clone()), manifest))
    }

    /// Files that are imported at the same time: as many as there are cores, unless the user says how
    /// many requests.
    fn files_max(&self) -> usize {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let asked = self.options.engine.concurrency;
        asked.map_or(cores, |asked| asked as usize).max(1)
    }

    /// The files, without those that an earlier run has imported.
    ///
    /// Fails with [`Error::Changed`] where the earlier run imported another export.
    fn wanted_files(
        &self,
        export: &ExportFiles,
        earlier: Option<&Replayed>,
    ) -> Result<Vec<Wanted>> {
        if let Some(begun) = earlier.and_then(Replayed::target)
            && *begun != *export.identity().as_bytes()
        {
            return Err(Error::Changed(format!(
                "the manifest is that of another export than the one whose import was interrupted, `{}`: give \
                 another folder for the journal, or remove the old journal",
                String::from_utf8_lossy(begun).escape_debug()
            )));
        }
        let mut pending = HashMap::new();
        for object in earlier.into_iter().flat_map(Replayed::pending) {
            let object = object?;
            pending.insert(object.name.clone(), object);
        }
        let planned_before = earlier.map_or(0, |earlier| {
            let last = earlier.position().last.as_ref();
            let at = last.and_then(|last| {
                let mut files = export.files.iter();
                files.position(|file| file.entry.name == last.name)
            });
            match at {
                _ if earlier.is_listed() => export.files.len(),
                Some(at) => at + 1,
                None => 0,
            }
        });
        let mut wanted = Vec::new();
        for (at, file) in export.files.iter().enumerate() {
            match pending.remove(&file.entry.name) {
                Some(object) => wanted.push(self.again(file, &object)),
                None if at < planned_before => {}
                None => wanted.push(Wanted {
                    file: file.clone(),
                    seq: None,
                    from: None,
                    is_new: true,
                }),
            }
        }
        Ok(wanted)
    }

    /// Records the export and its files, when all of them are known to be sound.
    fn record_files(
        &self,
        export: &ExportFiles,
        earlier: Option<&Replayed>,
        wanted: &mut [Wanted],
    ) {
        if earlier.and_then(Replayed::target).is_none() {
            let identity = export.identity();
            self.recorder.append(&Record::Target {
                identity: identity.as_bytes(),
            });
        }
        for Wanted { file, seq, .. } in wanted.iter_mut().filter(|wanted| wanted.is_new) {
            Totals::add(&self.totals.listed, 1);
            Totals::add(&self.totals.listed_bytes, file.entry.bytes);
            let notes = self
                .recorder
                .planned(&file.entry, &Replace::Anything, false);
            *seq = notes.as_ref().map(Notes::seq);
        }
        Totals::add(&self.totals.listing_done, 1);
        self.recorder.append(&Record::Listed);
    }

    /// A file that an earlier run has not imported to its end.
    fn again(&self, file: &DataFile, object: &PendingObject) -> Wanted {
        let entry = &file.entry;
        let is_same = object.version == entry.version && object.bytes == entry.bytes;
        if !is_same {
            self.recorder.append(&Record::Changed {
                seq: object.seq,
                was_bytes: object.bytes,
                bytes: entry.bytes,
                version: entry.version.clone(),
            });
        }
        let started = object.started.as_ref().filter(|_| is_same);
        let from = started.and_then(|started| ResumePosition::of_text(&started.identity));
        Wanted {
            file: file.clone(),
            seq: Some(object.seq),
            // Refused entities are tried again, so their file is.
            from: from.filter(|from| from.refused == 0),
            is_new: false,
        }
    }

    /// Skips a file that a run before the last one imported.
    fn skip_file(&self, file: &DataFile) {
        let DataFile { entry, .. } = file;
        Totals::add(&self.totals.listed, 1);
        Totals::add(&self.totals.listed_bytes, entry.bytes);
        self.recorder.in_place(entry, false);
        let reason = "an earlier run has imported this file";
        self.settlement().skip(&entry.name, entry.bytes, reason);
    }

    /// Reads all files before anything is written, except those that an earlier run has begun; returns how
    /// many entities they have.
    async fn check_files(
        &self,
        tools: &Tools,
        export: &ExportFiles,
        wanted: &[Wanted],
    ) -> Result<u64> {
        let mut entities = 0;
        let mut findings: Vec<(String, ChecksumFinding)> = Vec::new();
        for Wanted { file, from, .. } in wanted {
            if from.is_some() {
                continue;
            }
            let name = file.entry.name.to_string();
            self.notice(&format!(
                "Validating the integrity of data file \"{name}\"..."
            ));
            let checking = file_check::check(tools, &export.source, file);
            let checked = self.stop.unless_stopped(checking).await;
            let checked = checked.map_err(|error| match error {
                Error::Integrity(why) => {
                    Error::Integrity(format!("Validation of data file \"{name}\" failed: {why}"))
                }
                error => error.at(Side::Source),
            })?;
            if let ChecksumFinding::Own | ChecksumFinding::Found(_) = checked.checksum {
                self.notice(&format!("Validation of data file \"{name}\" passed."));
            }
            entities += checked.entities;
            findings.push((name, checked.checksum));
        }
        let is_strict = self.options.integrity.check_md5;
        if let Some(warning) = file_check::judge(&findings, is_strict)? {
            self.observer.event(Event::Warning(&warning));
        }
        Ok(entities)
    }

    async fn import_file(&self, context: ImportContext<'_>, wanted: Wanted) {
        let Wanted {
            file, seq, from, ..
        } = wanted;
        let (name, bytes) = (&file.entry.name, file.entry.bytes);
        if self.stop.is_on() {
            return;
        }
        let begun = Instant::now();
        self.observer.event(Event::Begun { name });
        let progress = FileProgress {
            recorder: self.recorder,
            observer: self.observer,
            seq,
            named: Cell::new(0),
        };
        let repeated = Arc::<AtomicU32>::default();
        let tools = context.tools.counting(&repeated);
        let context = ImportContext {
            tools: &tools,
            ..context
        };
        let imported = file_import::import(context, &file, from, &progress).await;
        let details = Details {
            attempts: 1 + repeated.load(Ordering::Relaxed),
            elapsed: begun.elapsed(),
            ..Details::default()
        };
        match imported {
            Ok(()) => {
                if let Some(seq) = seq {
                    self.recorder.append(&Record::Done { seq, bytes });
                }
                self.settlement().done(name, bytes, &details);
            }
            Err(error) => {
                let error = self.stop.or_end_run(error);
                if let Some(seq) = seq {
                    self.recorder.failed(seq, &error);
                }
                self.settlement().fail(name, bytes, &error, &details);
            }
        }
    }

    fn tell_entities(&self) {
        let Totals {
            entities,
            entities_skipped,
            entities_refused,
            ..
        } = &**self.totals;
        let [written, skipped, refused] =
            [entities, entities_skipped, entities_refused].map(Totals::get);
        self.notice(&format!(
            "entities: {written} written, {skipped} skipped because they exist, {refused} refused"
        ));
    }

    fn notice(&self, text: &str) {
        self.observer.event(Event::Notice(text));
    }
}

/// Records and reports the progress of one file.
struct FileProgress<'a> {
    recorder: &'a JournalRecorder,
    observer: &'a dyn Observer,
    seq: Option<u64>,
    named: Cell<u32>,
}

impl ImportProgress for FileProgress<'_> {
    fn written_before(&self, position: ResumePosition) {
        if let Some(seq) = self.seq {
            let text = position.to_text();
            self.recorder.append(&Record::Started {
                seq,
                chunk_bytes: 1,
                identity: text.as_bytes(),
            });
        }
    }

    fn refused(&self, entity: &RefusedEntity) {
        let RefusedEntity { shown, error } = entity;
        if self.named.get() < NAMED_MAX {
            self.named.set(self.named.get() + 1);
            let text = format!("an entity was not imported, {shown}: {error}");
            self.observer.event(Event::Warning(&text));
        }
    }
}
