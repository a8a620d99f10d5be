//! The files of an export on their way from the spool to the target.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use super::super::feed::Feed;
use super::super::planner::Planner;
use super::super::run::Run;
use super::earlier_uploads::EarlierUploads;
use super::plan::ExportPlan;
use super::spool_observer::SpoolObserver;
use crate::dump::name::{DataFileName, PayloadFormat};
use crate::dump::spool::SpoolRoom;
use crate::entry::EntryName;
use crate::journal::Replayed;
use crate::report::Totals;
use crate::transfer::Queue;
use crate::{Error, Result};

/// Plans the uploads of an export.
pub(super) struct Uploads<'a> {
    /// The run of the uploads: its source is the spool.
    pub(super) run: &'a Run<'a>,
    pub(super) plan: &'a ExportPlan,
    pub(super) feed: &'a Feed<'a>,
    pub(super) planner: Planner<'a>,
    pub(super) spooled: &'a SpoolObserver<'a>,
    pub(super) room: &'a SpoolRoom,
}

impl Uploads<'_> {
    /// Queues the data files that earlier runs closed and did not upload.
    pub(super) async fn take_up(
        &self,
        earlier: &Replayed,
        uploads: &EarlierUploads,
        queue: &mut Queue,
    ) -> Result<()> {
        let closed = self
            .plan
            .closed_volumes()
            .flat_map(|(name, _)| files(&name));
        let open: Vec<EntryName> = closed.filter(|name| !uploads.done.contains(name)).collect();
        if open.is_empty() {
            return Ok(());
        }
        self.prepare().await?;
        for name in &open {
            let bytes = self.bytes(name);
            self.room.take(bytes);
            self.spooled.expect(name, bytes);
        }
        let is_open = |name: &EntryName| open.contains(name);
        self.feed
            .take_up_those(&self.planner, earlier, is_open, queue)
            .await?;
        for name in open.iter().filter(|name| !uploads.pending.contains(name)) {
            Totals::add(&self.run.totals.listed, 1);
            self.queue(name, queue).await?;
        }
        Ok(())
    }

    /// Queues the files of a volume that was just closed. Its data file is counted and takes its room
    /// already.
    pub(super) async fn volume(&self, name: &DataFileName, queue: &mut Queue) -> Result<()> {
        self.prepare().await?;
        let names = files(name);
        for (index, name) in names.iter().enumerate() {
            let bytes = self.bytes(name);
            self.spooled.expect(name, bytes);
            if index > 0 {
                self.room.take(bytes);
                Totals::add(&self.run.totals.listed, 1);
            }
        }
        for name in &names {
            self.queue(name, queue).await?;
        }
        Ok(())
    }

    /// Queues the manifest.
    pub(super) async fn manifest(
        &self,
        name: &EntryName,
        earlier: Option<&Replayed>,
        uploads: &EarlierUploads,
        queue: &mut Queue,
    ) -> Result<()> {
        self.prepare().await?;
        self.spooled.expect(name, self.bytes(name));
        if let Some(earlier) = earlier.filter(|_| uploads.pending.contains(name)) {
            let is_manifest = |pending: &EntryName| pending == name;
            return self
                .feed
                .take_up_those(&self.planner, earlier, is_manifest, queue)
                .await;
        }
        Totals::add(&self.run.totals.listed, 1);
        self.queue(name, queue).await
    }

    async fn queue(&self, name: &EntryName, queue: &mut Queue) -> Result<()> {
        self.feed.copy_named(&self.planner, name, queue).await
    }

    async fn prepare(&self) -> Result<()> {
        if self.feed.prepare().await? {
            Ok(())
        } else {
            Err(Error::Stopped)
        }
    }

    /// The length of a file in the spool; 0 if it is gone, which its upload reports.
    fn bytes(&self, name: &EntryName) -> u64 {
        fs::metadata(self.path(name)).map_or(0, |found| found.len())
    }

    /// The path of a file in the spool.
    pub(super) fn path(&self, name: &EntryName) -> PathBuf {
        let name = OsStr::from_bytes(name.as_bytes());
        self.plan.folder.path.join(name)
    }
}

/// The names of the files of a volume: its data file, and for CSV its schema.
pub(super) fn files(name: &DataFileName) -> Vec<EntryName> {
    let data = EntryName::from(name.to_string().as_str());
    match name.format {
        PayloadFormat::Json => vec![data],
        PayloadFormat::Csv => vec![data, EntryName::from(name.schema_name().as_str())],
    }
}
