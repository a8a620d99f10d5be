//! The bytes of one file, part after part. The next part is read while one is used.

use std::sync::Arc;

use azring_transport::buffer::Frozen;
use tokio::task::{JoinHandle, spawn_local};

use crate::Result;
use crate::entry::Entry;
use crate::plan::chunks::Chunk;
use crate::store::{Reader, Source, Tools};

/// The length of a part. Parts begin at multiples of it.
pub(super) const PART_BYTES: u64 = 4 << 20;

/// A file that is read from a multiple of [`PART_BYTES`] on.
pub(super) struct FileBytes {
    tools: Tools,
    reader: Arc<dyn Reader>,
    bytes: u64,
    next: u64,
    ahead: Option<JoinHandle<Result<Frozen>>>,
}

impl FileBytes {
    /// Opens a file, which must be the version that was listed. Reads from `from` on.
    pub(super) async fn open(
        tools: &Tools,
        source: &Arc<dyn Source>,
        entry: &Entry,
        from: u64,
    ) -> Result<Self> {
        let mut file = Self {
            tools: tools.clone(),
            reader: source.open(tools, entry).await?,
            bytes: entry.bytes,
            next: from / PART_BYTES * PART_BYTES,
            ahead: None,
        };
        file.read_ahead();
        Ok(file)
    }

    /// The next part; `None` after the last, when the file is still the version that was listed.
    ///
    /// When it is not awaited to its end, nothing of the file is lost.
    pub(super) async fn next(&mut self) -> Result<Option<Frozen>> {
        let Some(ahead) = &mut self.ahead else {
            self.reader.finish(&self.tools).await?;
            return Ok(None);
        };
        let read = ahead.await;
        self.ahead = None;
        let part = read.unwrap_or_else(|broken| std::panic::resume_unwind(broken.into_panic()))?;
        self.read_ahead();
        Ok(Some(part))
    }

    fn read_ahead(&mut self) {
        if self.next >= self.bytes {
            return;
        }
        let chunk = Chunk {
            index: (self.next / PART_BYTES) as u32,
            offset: self.next,
            bytes: PART_BYTES.min(self.bytes - self.next),
        };
        self.next += chunk.bytes;
        let (reader, tools) = (Arc::clone(&self.reader), self.tools.clone());
        self.ahead = Some(spawn_local(async move {
            let lease = tools.pool.lease(chunk.bytes as usize).await?;
            Ok(reader.read(&tools, chunk, lease).await?.freeze())
        }));
    }
}

impl Drop for FileBytes {
    fn drop(&mut self) {
        if let Some(ahead) = &self.ahead {
            ahead.abort();
        }
    }
}
