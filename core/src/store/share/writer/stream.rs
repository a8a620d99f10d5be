//! Writes a file of unknown length, from standard input.
//!
//! The file grows by zeros before a block that does not fit is written, and gets its exact length at
//! the end. A file of one block is Create File and Put Range. A later run cannot resume it, because
//! it cannot read the same bytes again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use azring_transport::buffer::Frozen;
use tokio::sync::Mutex;

use super::{FileDraft, SingleChunkFile};
use crate::Result;
use crate::digest::follower::Md5;
use crate::plan::chunks::Chunk;
use crate::plan::replace::Replace;
use crate::plan::target_name::TargetName;
use crate::store::rest::conditions::etag;
use crate::store::rest::positioned_writer::put_data;
use crate::store::share::ShareTarget;
use crate::store::share::rules::FILE_BYTES_MAX;
use crate::store::{Committed, ObjectStream, Step, StreamTarget, Sums, Tools};

/// The first length of a file that is longer than one block, in bytes. The length doubles from there.
const FIRST_BYTES: u64 = 64 << 20;

impl StreamTarget for ShareTarget {
    fn begin<'a>(
        &'a self,
        _tools: &'a Tools,
        name: &'a TargetName,
        content_type: Option<String>,
        replace: Replace,
    ) -> Step<'a, Result<Arc<dyn ObjectStream>>> {
        Box::pin(async move {
            let stream = FileStream {
                draft: FileDraft {
                    replace,
                    ..self.draft(name, content_type)
                },
                length: Mutex::new(None),
                end: AtomicU64::new(0),
            };
            Ok(Arc::new(stream) as Arc<dyn ObjectStream>)
        })
    }
}

/// A file that grows while it is written.
struct FileStream {
    draft: FileDraft,
    /// The length of the file at the service; `None` before it is made. Whoever holds the lock
    /// changes the length, so that no change takes back another one.
    length: Mutex<Option<u64>>,
    /// Where the last byte that was written ends.
    end: AtomicU64,
}

impl FileStream {
    /// Makes the file at least this long.
    async fn reach(&self, tools: &Tools, end: u64) -> Result<()> {
        let mut length = self.length.lock().await;
        let bytes = match *length {
            Some(length) if length >= end => return Ok(()),
            Some(length) => length.saturating_mul(2),
            None => FIRST_BYTES,
        };
        let bytes = bytes.min(FILE_BYTES_MAX).max(end);
        let stored = self.draft.stored(None);
        if length.is_none() {
            self.draft.create(tools, bytes, stored).await?;
        } else {
            self.draft
                .set_properties(tools, Some(bytes), stored)
                .await?;
        }
        *length = Some(bytes);
        Ok(())
    }

    async fn put_block(
        &self,
        tools: &Tools,
        chunk: Chunk,
        data: &Frozen,
        crc64: Option<u64>,
    ) -> Result<()> {
        self.reach(tools, chunk.end()).await?;
        self.end.fetch_max(chunk.end(), Ordering::Relaxed);
        let check = self.draft.range_check(crc64, None);
        let put = async |range, payload, check| {
            self.draft.put_range(tools, range, payload, check).await?;
            Ok(())
        };
        put_data(chunk.offset, data, check, put).await
    }
}

impl ObjectStream for FileStream {
    fn write_whole<'a>(
        &'a self,
        tools: &'a Tools,
        data: &'a Frozen,
        sums: Sums,
    ) -> Step<'a, Result<Option<Committed>>> {
        Box::pin(async move {
            let file = SingleChunkFile::new(self.draft.clone(), data.bytes() as u64, None);
            file.put(tools, 0, data, sums).await?;
            file.finish(tools, sums.md5).await.map(Some)
        })
    }

    fn write<'a>(
        &'a self,
        tools: &'a Tools,
        chunk: Chunk,
        data: Frozen,
        crc64: Option<u64>,
    ) -> Step<'a, Result<()>> {
        Box::pin(async move { self.put_block(tools, chunk, &data, crc64).await })
    }

    fn commit<'a>(
        &'a self,
        tools: &'a Tools,
        _blocks: u32,
        md5: Option<Md5>,
    ) -> Step<'a, Result<Committed>> {
        Box::pin(async move {
            let end = self.end.load(Ordering::Relaxed);
            self.reach(tools, end).await?;
            let stored = self.draft.stored(md5);
            let reply = self.draft.set_properties(tools, Some(end), stored).await?;
            Ok(Committed::Done(etag(&reply)))
        })
    }
}
