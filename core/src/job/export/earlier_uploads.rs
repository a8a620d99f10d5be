//! What earlier runs of the job uploaded, and whether the rest of the export can go on from there.
//!
//! A data file is either at the target or in the spool. Where one is in neither, its entities cannot be
//! exported again under its name, because the table may have changed. Then the run ends before anything
//! is exported, and names the file.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::uploads::{Uploads, files};
use crate::dump::crc::DataCrc;
use crate::entry::EntryName;
use crate::journal::{ExportedVolume, Replayed, each_done_name};
use crate::{Error, Result, Side};

/// How much of a data file is read at once.
const READ_BYTES: usize = 1 << 20;

/// What to do when a file is gone.
const ADVICE: &str = "the export cannot be completed: remove its journal (`azring jobs clean`), remove what it left at \
                      the destination, and export the table anew";

/// The files that earlier runs began to upload.
#[derive(Debug, Default)]
pub(super) struct EarlierUploads {
    /// They are at the target.
    pub(super) done: HashSet<EntryName>,
    /// They were planned and are not at the target yet.
    pub(super) pending: HashSet<EntryName>,
}

impl EarlierUploads {
    pub(super) fn of(earlier: Option<&Replayed>) -> Result<Self> {
        let mut uploads = Self::default();
        let Some(earlier) = earlier else {
            return Ok(uploads);
        };
        each_done_name(earlier, |name| {
            uploads.done.insert(name);
        })?;
        for pending in earlier.pending() {
            uploads.pending.insert(pending?.name);
        }
        Ok(uploads)
    }

    /// Checks that every data file of earlier runs is at the target or in the spool, and removes from the
    /// spool what is at the target.
    ///
    /// # Errors
    ///
    /// [`Error::TargetChanged`] and [`Error::Integrity`] name a file that is in neither place.
    pub(super) async fn check(&self, uploads: &Uploads<'_>) -> Result<()> {
        let mut can_look = true;
        for (name, volume) in uploads.plan.closed_volumes() {
            for (index, file) in files(&name).into_iter().enumerate() {
                // Nothing is known of the bytes of a schema.
                let volume = (index == 0).then_some(volume);
                if !self.done.contains(&file) {
                    check_spooled(uploads.path(&file), volume).await?;
                    continue;
                }
                if can_look {
                    let bytes = volume.map(|volume| volume.bytes);
                    can_look = check_uploaded(uploads, &file, bytes).await?;
                }
                uploads.spooled.remove(&file);
            }
        }
        Ok(())
    }
}

/// Checks a file that an earlier run uploaded. Returns false where the credential does not permit the
/// question.
async fn check_uploaded(
    uploads: &Uploads<'_>,
    name: &EntryName,
    bytes: Option<u64>,
) -> Result<bool> {
    let Some(target) = uploads.planner.target_of(name, None) else {
        return Ok(true);
    };
    let store = &uploads.feed.ends.target;
    match store.stat(uploads.feed.tools, &target).await {
        Ok(Some(found)) if bytes.is_none_or(|bytes| found.bytes == bytes) => Ok(true),
        Ok(found) => {
            let what = if found.is_some() {
                "has another length now"
            } else {
                "is gone"
            };
            Err(Error::TargetChanged(format!(
                "`{}`, which an earlier run uploaded, {what}: {ADVICE}",
                store.shown(&target)
            )))
        }
        Err(error) if matches!(error.status(), Some(401 | 403)) => Ok(false),
        Err(error) => Err(error.at(Side::Target)),
    }
}

/// Checks a file that an earlier run left in the spool: of a data file the bytes, of its schema only that
/// it is there.
async fn check_spooled(path: PathBuf, volume: Option<ExportedVolume>) -> Result<()> {
    let shown = path.display().to_string();
    let reading = tokio::task::spawn_blocking(move || match volume {
        Some(volume) => is_whole(&path, volume),
        None => Ok(path.is_file()),
    });
    let (what, why) = match reading.await {
        Ok(Ok(true)) => return Ok(()),
        Ok(Ok(false)) => ("was changed or removed", String::new()),
        Ok(Err(error)) => ("cannot be read", format!(" ({error})")),
        Err(broken) => ("cannot be read", format!(" ({broken})")),
    };
    Err(Error::Integrity(format!(
        "`{shown}`, which an earlier run left to be uploaded, {what}{why}: {ADVICE}"
    )))
}

/// Whether the file has the length and the checksum of this volume.
fn is_whole(path: &Path, volume: ExportedVolume) -> io::Result<bool> {
    let mut file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        opened => opened?,
    };
    if file.metadata()?.len() != volume.bytes {
        return Ok(false);
    }
    let (mut crc, mut buffer) = (DataCrc::new(), vec![0; READ_BYTES]);
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(crc.value() == volume.crc),
            length => crc.update(&buffer[..length]),
        }
    }
}
