//! From standard input to a blob.

use std::pin::pin;
use std::sync::Arc;

use azring_transport as transport;
use azring_transport::buffer::Frozen;
use azring_transport::disk::Pipe;
use tokio::task::JoinSet;

use super::grow::Lengths;
use super::hashing::Hashing;
use super::{Ended, Line, Passed};
use crate::digest::crc64;
use crate::entry::EntryName;
use crate::location::{BlobLocation, Location};
use crate::options::{BlobType, Overwrite};
use crate::plan::chunks::Chunk;
use crate::plan::content_type::content_type;
use crate::plan::replace::Replace;
use crate::report::Totals;
use crate::store::blob::rules::APPENDS;
use crate::store::blob::{self, BlobStream, BlobTarget};
use crate::store::{Committed, Sums, Target as _, Tools};
use crate::{Error, Result, Side};

/// Copies everything that comes.
pub(super) async fn copy(line: &Line<'_>) -> Result<Ended> {
    let (above, last) = named(&line.options.target)?;
    let destination = BlobTarget::new(above, &line.options.shape, false);
    let name = EntryName::from(last.as_str());
    let target = destination.name(&name)?.name;
    let at_target = |error: Error| error.at(Side::Target);
    let preparing = destination.prepare(&line.tools);
    let prepared = line.stop.unless_stopped(preparing).await;
    prepared.map_err(at_target)?;
    let shown = destination.shown(&target);
    Totals::add(&line.totals.listed, 1);
    let replace = match line.options.conflict.overwrite {
        Overwrite::Always => Replace::Anything,
        Overwrite::Ask | Overwrite::Never => Replace::Nothing,
    };
    if replace == Replace::Nothing
        && line
            .stop
            .unless_stopped(destination.stat(&line.tools, &target))
            .await
            .map_err(at_target)?
            .is_some()
    {
        // What comes in cannot be asked for again, and it cannot hold an answer beside the data: to leave the blob as it
        // is would lose it, so that is no skipping.
        let error = Error::Name(format!(
            "`{shown}` exists already, and nobody can be asked while standard input is what is copied: give `/Y` \
             (`--quiet`) to overwrite it"
        ));
        return Ok((name, Err(error)));
    }
    let kind = content_type(&line.options.shape.content_type, &name);
    let input = Pipe::input()
        .map_err(|error| transport::Error::disk("cannot use standard input", &error))?;
    let stream = destination
        .stream(&line.tools, &target, kind.map(Into::into), replace)
        .await?;
    let stream = Arc::new(stream);
    let mut copy = Inward {
        line,
        lengths: lengths(line),
        hashing: Hashing::new(line.options.integrity.store_md5),
        under_way: JoinSet::new(),
        stream: Arc::clone(&stream),
        input,
        offset: 0,
    };
    let passed = line.stop.bound(copy.run()).await;
    if passed.is_err() {
        stream.give_up();
    }
    Ok((name, passed))
}

/// The place above the blob, and the blob's own name.
fn named(target: &Location) -> Result<(BlobLocation, String)> {
    let named = match target {
        Location::Blob(place) if !place.is_directory => blob::split_last(place),
        _ => None,
    };
    named.ok_or_else(|| {
        Error::Usage(format!(
            "`{target}` names no blob: what comes from standard input needs the URL of one, `https://ACCOUNT.blob.core.windows.net/CONTAINER/NAME`"
        ))
    })
}

fn lengths(line: &Line<'_>) -> Lengths {
    match line.options.shape.blob_type {
        Some(BlobType::Append) => Lengths::of_one(APPENDS.chunk_bytes_max),
        _ => Lengths::new(
            line.options.shape.block_bytes,
            line.tools.pool.block_bytes_max() as u64,
        ),
    }
}

/// A copy under way.
struct Inward<'a> {
    line: &'a Line<'a>,
    lengths: Lengths,
    hashing: Hashing,
    /// Blocks that are being sent. They go on while the next one is waited for; dropping this ends them.
    under_way: JoinSet<Result<u64>>,
    stream: Arc<BlobStream>,
    input: Pipe,
    /// How many bytes have come in.
    offset: u64,
}

impl Inward<'_> {
    async fn run(&mut self) -> Result<Passed> {
        let mut blocks = 0;
        loop {
            let bytes = self.lengths.next()?;
            let (block, is_last) = self.read(bytes as usize).await?;
            if is_last
                && blocks == 0
                && let Some(passed) = self.write_whole(&block).await?
            {
                return Ok(passed);
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

    /// The next block, and whether it is the last. A block that could not be sent ends the waiting.
    async fn read(&mut self, bytes: usize) -> Result<(Frozen, bool)> {
        let (pool, input, stop) = (&self.line.tools.pool, &self.input, self.line.stop);
        let reading = async {
            let lease = pool.lease(bytes).await?;
            let filled = input.fill(lease, bytes).await;
            let told = |error| transport::Error::disk("cannot read standard input", &error);
            filled.map_err(|error| Error::from(told(error)))
        };
        tokio::pin!(reading);
        let lease = loop {
            tokio::select! {
                lease = &mut reading => break lease?,
                Some(sent) = self.under_way.join_next() => moved(self.line, sent)?,
                () = stop.stopped() => return Err(Error::Stopped),
            }
        };
        let is_last = lease.filled() < bytes;
        self.offset += lease.filled() as u64;
        Totals::add(&self.line.totals.listed_bytes, lease.filled() as u64);
        Ok((lease.freeze(), is_last))
    }

    /// Sends a block beside the others; waits while there are too many.
    async fn send(&mut self, index: u32, block: Frozen) -> Result<()> {
        let line = self.line;
        let mut permit = pin!(line.permit());
        let permit = loop {
            tokio::select! {
                permit = &mut permit => break permit,
                Some(sent) = self.under_way.join_next() => moved(line, sent)?,
            }
        };
        let chunk = Chunk {
            index,
            offset: self.offset - block.bytes() as u64,
            bytes: block.bytes() as u64,
        };
        let crc64 = self.crc64(&block);
        let (stream, tools): (_, Tools) = (Arc::clone(&self.stream), self.line.tools.clone());
        self.under_way.spawn_local(async move {
            let _permit = permit;
            stream.write(&tools, chunk, block, crc64).await?;
            Ok(chunk.bytes)
        });
        Ok(())
    }

    fn crc64(&self, block: &Frozen) -> Option<u64> {
        let wanted = self.line.options.integrity.crc64;
        wanted.then(|| crc64::of(block.runs()))
    }

    /// Writes everything in one request, where that can be.
    async fn write_whole(&mut self, block: &Frozen) -> Result<Option<Passed>> {
        let md5 = if self.line.options.integrity.store_md5 {
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
        let tools = &self.line.tools;
        let Some(committed) = self.stream.write_whole(tools, block, sums).await? else {
            return Ok(None);
        };
        Totals::add(&self.line.totals.moved_bytes, self.offset);
        Ok(Some(self.passed(committed, md5)))
    }

    async fn finish(&mut self, blocks: u32) -> Result<Passed> {
        while let Some(sent) = self.under_way.join_next().await {
            moved(self.line, sent)?;
        }
        let md5 = std::mem::take(&mut self.hashing).finish().await;
        let committed = self.stream.commit(&self.line.tools, blocks, md5).await?;
        Ok(self.passed(committed, md5))
    }

    fn passed(&self, committed: Committed, md5: Option<[u8; 16]>) -> Passed {
        let etag = match committed {
            Committed::Done(etag) => etag,
            _ => None,
        };
        Passed {
            bytes: self.offset,
            md5,
            etag,
        }
    }
}

/// Counts a block that was sent.
fn moved(line: &Line<'_>, sent: Result<Result<u64>, tokio::task::JoinError>) -> Result<()> {
    let bytes = sent.unwrap_or_else(|broken| std::panic::resume_unwind(broken.into_panic()))?;
    Totals::add(&line.totals.moved_bytes, bytes);
    Ok(())
}
