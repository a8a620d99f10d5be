//! The commit of an object, once all its chunks have been transferred.
//!
//! A service may have lost chunks that it acknowledged. They are written again, a few times at
//! most.

use crate::digest::crc64;
use crate::digest::follower::Md5;
use crate::store::{Committed, Sums, Tools};
use crate::{Error, Result};

use super::object::{ObjectTransfer, TransferMode};

/// How often a commit may find that chunks are missing before the object fails.
const COMMITS_MAX: u32 = 4;

impl ObjectTransfer {
    pub(super) async fn commit(&self, tools: &Tools) -> Result<Committed> {
        if let Some(error) = self.failure() {
            return Err(error);
        }
        if let TransferMode::Stream(reader, writer) = self.mode(tools).await? {
            reader.finish(tools).await?;
            if writer.is_complete() {
                return Ok(Committed::Done(None));
            }
        }
        if !self.task.commits() {
            return self.keep_part(tools).await;
        }
        let md5 = match &self.follower {
            Some(follower) => follower.finish().await,
            None => None,
        };
        if let Some(md5) = md5 {
            let _only_once = self.md5.set(md5);
        }
        for _ in 1..COMMITS_MAX {
            match self.commit_once(tools, md5).await? {
                Committed::Missing(missing) => {
                    self.write_again(tools, &missing).await?;
                    if let TransferMode::Stream(reader, _) = self.mode(tools).await? {
                        reader.finish(tools).await?;
                    }
                }
                committed => return self.committed(tools, committed).await,
            }
        }
        match self.commit_once(tools, md5).await? {
            Committed::Missing(missing) => Err(Error::Integrity(format!(
                "the service has lost blocks of `{}`: {} blocks are missing although they were sent again",
                self.task.entry.name,
                missing.len()
            ))),
            committed => self.committed(tools, committed).await,
        }
    }

    /// Ends a part of an object whose other parts are written elsewhere.
    async fn keep_part(&self, tools: &Tools) -> Result<Committed> {
        if let TransferMode::Stream(_, writer) = self.mode(tools).await? {
            writer.keep_part(tools).await?;
        }
        self.check_copied_version(tools).await?;
        Ok(Committed::Done(None))
    }

    async fn commit_once(&self, tools: &Tools, md5: Option<Md5>) -> Result<Committed> {
        match self.mode(tools).await? {
            TransferMode::Stream(_, writer) => writer.commit(tools, md5).await,
            TransferMode::ServerCopy(copying) => copying.commit(tools).await,
        }
    }

    /// Writes chunks again that the service has lost. Their digest has been computed already.
    async fn write_again(&self, tools: &Tools, missing: &[u32]) -> Result<()> {
        let mode = self.mode(tools).await?;
        for chunk in missing
            .iter()
            .filter_map(|index| self.task.chunks.get(*index))
        {
            let (reader, writer) = match mode {
                TransferMode::Stream(reader, writer) => (reader, writer),
                TransferMode::ServerCopy(copying) => {
                    copying.fetch_again(tools, chunk).await?;
                    continue;
                }
            };
            let lease = tools.pool.lease(chunk.bytes as usize).await?;
            let frozen = reader.read(tools, chunk, lease).await?.freeze();
            let sums = Sums {
                crc64: self
                    .context
                    .integrity
                    .crc64
                    .then(|| crc64::of(frozen.runs())),
                md5: None,
            };
            writer.write(tools, chunk, frozen, sums).await?;
        }
        Ok(())
    }

    async fn committed(&self, tools: &Tools, committed: Committed) -> Result<Committed> {
        if let Committed::Done(etag) = &committed {
            // The future of the check is larger than the rest, and few objects need it.
            Box::pin(self.check_copied_version(tools)).await?;
            self.is_now(etag.clone());
        }
        Ok(committed)
    }

    /// Compares the source with the version that was listed, after a service has copied it without that
    /// condition.
    pub(super) async fn check_copied_version(&self, tools: &Tools) -> Result<()> {
        let TransferMode::ServerCopy(copying) = self.mode(tools).await? else {
            return Ok(());
        };
        if !copying.leaves_version_unchecked() {
            return Ok(());
        }
        let entry = &self.task.entry;
        let snapshot = entry.snapshot.as_ref().map(|snapshot| &*snapshot.id);
        let found = self
            .context
            .source
            .find(tools, &entry.name, snapshot)
            .await?;
        if found.is_some_and(|found| found.version == entry.version) {
            return Ok(());
        }
        Err(Error::Changed(format!(
            "`{}` was changed while the service copied it",
            entry.name
        )))
    }
}
