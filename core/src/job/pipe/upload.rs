//! Copies standard input to one object of a service.

use std::pin::pin;
use std::sync::Arc;

use azring_transport as transport;
use azring_transport::buffer::Frozen;
use azring_transport::disk::Pipe;
use tokio::task::JoinSet;

use super::block_lengths::BlockLengths;
use super::context::{PipeContext, PipeOutcome, PipedObject};
use super::hashing::Hashing;
use crate::digest::crc64;
use crate::entry::Layout;
use crate::options::Overwrite;
use crate::plan::chunks::Chunk;
use crate::plan::content_type::content_type;
use crate::plan::replace::Replace;
use crate::report::Totals;
use crate::store::{Committed, ObjectStream, Sums, Tools, named_target};
use crate::{Error, Result, Side};

/// Copies everything up to the end of standard input.
pub(super) async fn copy(context: &PipeContext<'_>) -> Result<PipeOutcome> {
    let (store, name) = named_target(context.options)?;
    let target = store.name(&name)?.name;
    let at_target = |error: Error| error.at(Side::Target);
    let preparing = store.prepare(&context.tools);
    let prepared = context.stop.unless_stopped(preparing).await;
    prepared.map_err(at_target)?;
    let shown = store.shown(&target);
    Totals::add(&context.totals.listed, 1);
    let replace = match context.options.conflict.overwrite {
        Overwrite::Always => Replace::Anything,
        Overwrite::Ask | Overwrite::Never => Replace::Nothing,
    };
    if replace == Replace::Nothing
        && context
            .stop
            .unless_stopped(store.stat(&context.tools, &target))
            .await
            .map_err(at_target)?
            .is_some()
    {
        // Standard input can be read only once, and holds the data, so it cannot hold an answer.
        // Leaving the target as it is would lose the data, so this is an error and not a skipped
        // object.
        let error = Error::Name(format!(
            "`{shown}` exists already, and nobody can be asked, since standard input is the data: give `/Y` \
             (`--quiet`) to overwrite it"
        ));
        return Ok((name, Err(error)));
    }
    let kind = content_type(&context.options.upload.content_type, &name);
    let input = Pipe::input()
        .map_err(|error| transport::Error::disk("cannot use standard input", &error))?;
    let stream = store
        .begin(&context.tools, &target, kind.map(Into::into), replace)
        .await?;
    let mut copy = PipeUpload {
        context,
        lengths: BlockLengths::new(
            &store.form(Layout::Plain).pieces,
            context.tools.pool.block_bytes_max() as u64,
        ),
        hashing: Hashing::new(context.options.integrity.store_md5),
        under_way: JoinSet::new(),
        stream: Arc::clone(&stream),
        input,
        offset: 0,
    };
    let copied = context.stop.bound(copy.run()).await;
    if copied.is_err() {
        stream.give_up();
    }
    Ok((name, copied))
}

/// An upload in flight.
struct PipeUpload<'a> {
    context: &'a PipeContext<'a>,
    lengths: BlockLengths,
    hashing: Hashing,
    /// Blocks that are being sent, while the next one is read. Dropping this ends them.
    under_way: JoinSet<Result<u64>>,
    stream: Arc<dyn ObjectStream>,
    input: Pipe,
    /// How many bytes were read.
    offset: u64,
}

impl PipeUpload<'_> {
    async fn run(&mut self) -> Result<PipedObject> {
        let mut blocks = 0;
        loop {
            let bytes = self.lengths.next()?;
            let (block, is_last) = self.read(bytes as usize).await?;
            if is_last
                && blocks == 0
                && let Some(copied) = self.write_whole(&block).await?
            {
                return Ok(copied);
            }
            if block.bytes() > 0 {
                self.hashing.take(&block).await;
                self.send(blocks, block).await?;
                blocks += 1;
            }
            if is_last {
                return self.finish(blocks).await;
            }
        }
    }

    /// Reads the next block; the flag says whether it is the last. A block that could not be sent
    /// ends the waiting.
    async fn read(&mut self, bytes: usize) -> Result<(Frozen, bool)> {
        let (pool, input, stop) = (&self.context.tools.pool, &self.input, self.context.stop);
        let reading = async {
            let lease = pool.lease(bytes).await?;
            let filled = input.fill(lease, bytes).await;
            let as_error = |error| transport::Error::disk("cannot read standard input", &error);
            filled.map_err(|error| Error::from(as_error(error)))
        };
        tokio::pin!(reading);
        let lease = loop {
            tokio::select! {
                lease = &mut reading => break lease?,
                Some(sent) = self.under_way.join_next() => count_sent(self.context, sent)?,
                () = stop.stopped() => return Err(Error::Stopped),
            }
        };
        let is_last = lease.filled() < bytes;
        self.offset += lease.filled() as u64;
        Totals::add(&self.context.totals.listed_bytes, lease.filled() as u64);
        Ok((lease.freeze(), is_last))
    }

    /// Sends a block beside the others; waits while there are too many.
    async fn send(&mut self, index: u32, block: Frozen) -> Result<()> {
        let context = self.context;
        let mut permit = pin!(context.permit());
        let permit = loop {
            tokio::select! {
                permit = &mut permit => break permit,
                Some(sent) = self.under_way.join_next() => count_sent(context, sent)?,
            }
        };
        let chunk = Chunk {
            index,
            offset: self.offset - block.bytes() as u64,
            bytes: block.bytes() as u64,
        };
        let crc64 = self.crc64(&block);
        let (stream, tools): (_, Tools) = (Arc::clone(&self.stream), self.context.tools.clone());
        self.under_way.spawn_local(async move {
            let _permit = permit;
            stream.write(&tools, chunk, block, crc64).await?;
            Ok(chunk.bytes)
        });
        Ok(())
    }

    fn crc64(&self, block: &Frozen) -> Option<u64> {
        let wanted = self.context.options.integrity.crc64;
        wanted.then(|| crc64::of(block.runs()))
    }

    /// Writes everything in one request, where that is possible.
    async fn write_whole(&mut self, block: &Frozen) -> Result<Option<PipedObject>> {
        let md5 = if self.context.options.integrity.store_md5 {
            let mut hashing = Hashing::new(true);
            hashing.take(block).await;
            hashing.finish().await
        } else {
            None
        };
        let sums = Sums {
            crc64: self.crc64(block),
            md5,
        };
        let tools = &self.context.tools;
        let Some(committed) = self.stream.write_whole(tools, block, sums).await? else {
            return Ok(None);
        };
        Totals::add(&self.context.totals.moved_bytes, self.offset);
        Ok(Some(self.copied(committed, md5)))
    }

    async fn finish(&mut self, blocks: u32) -> Result<PipedObject> {
        while let Some(sent) = self.under_way.join_next().await {
            count_sent(self.context, sent)?;
        }
        let md5 = std::mem::take(&mut self.hashing).finish().await;
        let committed = self.stream.commit(&self.context.tools, blocks, md5).await?;
        Ok(self.copied(committed, md5))
    }

    fn copied(&self, committed: Committed, md5: Option<[u8; 16]>) -> PipedObject {
        let etag = match committed {
            Committed::Done(etag) => etag,
            _ => None,
        };
        PipedObject {
            bytes: self.offset,
            md5,
            etag,
        }
    }
}

/// Counts a block that was sent.
fn count_sent(
    context: &PipeContext<'_>,
    sent: Result<Result<u64>, tokio::task::JoinError>,
) -> Result<()> {
    let bytes = sent.unwrap_or_else(|broken| std::panic::resume_unwind(broken.into_panic()))?;
    Totals::add(&context.totals.moved_bytes, bytes);
    Ok(())
}
