//! Copies one object of a service to standard output.

use std::collections::VecDeque;
use std::sync::Arc;

use azring_transport as transport;
use azring_transport::buffer::Frozen;
use azring_transport::disk::Pipe;
use tokio::task::{JoinHandle, spawn_local};

use super::context::{PipeContext, PipeOutcome, PipedObject};
use super::hashing::Hashing;
use crate::digest::compare;
use crate::entry::{Entry, Version};
use crate::plan::chunks::{Chunk, Chunks};
use crate::report::Totals;
use crate::schedule::gate::Permit;
use crate::store::{Reader, named_source};
use crate::{Error, Result, Side};

/// The size of a range that is fetched at once: the largest that a service sends a checksum for.
const RANGE_BYTES: u64 = 4 << 20;

/// Copies the object.
pub(super) async fn copy(context: &PipeContext<'_>) -> Result<PipeOutcome> {
    let finding = named_source(context.options, &context.tools);
    let (source, entry) =
        context
            .stop
            .unless_stopped(finding)
            .await
            .map_err(|error| match error {
                Error::NotFound(_) => error,
                error => error.at(Side::Source),
            })?;
    Totals::add(&context.totals.listed, 1);
    Totals::add(&context.totals.listed_bytes, entry.bytes);
    Totals::add(&context.totals.listing_done, 1);
    if let Some(state) = entry.archive {
        return Err(Error::archived(&entry.name, state).at(Side::Source));
    }
    let reader = source.open(&context.tools, &entry).await?;
    let copied = context
        .stop
        .bound(copy_ranges(context, &entry, &reader))
        .await;
    Ok((entry.name.clone(), copied))
}

/// Fetches ranges side by side and writes them one after the other.
///
/// All ranges are of the version that was inspected, or the copy fails.
async fn copy_ranges(
    context: &PipeContext<'_>,
    entry: &Entry,
    reader: &Arc<dyn Reader>,
) -> Result<PipedObject> {
    let output = Pipe::output()
        .map_err(|error| transport::Error::disk("cannot use standard output", &error))?;
    let check = context.options.integrity.check_md5;
    let mut hashing = Hashing::new(check);
    let chunks = Chunks::new(entry.bytes, RANGE_BYTES);
    let mut chunks = chunks.filter(|chunk| chunk.bytes > 0).peekable();
    let mut ahead = VecDeque::<RangeFetch>::new();
    loop {
        let (has_more, has_some) = (chunks.peek().is_some(), !ahead.is_empty());
        if !has_more && !has_some {
            break;
        }
        let block = tokio::select! {
            biased;
            () = context.stop.stopped() => return Err(Error::Stopped),
            permit = context.permit(), if has_more => {
                ahead.extend(chunks.next().map(|chunk| RangeFetch::begin(context, reader, chunk, permit)));
                continue;
            }
            block = next(&mut ahead), if has_some => block?,
        };
        // The permit is returned when the range is written: a range that waits for its turn, or for
        // the reader of the pipe, counts as in flight.
        let _written_with_its_permit = ahead.pop_front();
        hashing.take(&block).await;
        let bytes = block.bytes() as u64;
        tokio::select! {
            written = output.write(block) => written.map_err(|error| output_error(&error))?,
            () = context.stop.stopped() => return Err(Error::Stopped),
        }
        Totals::add(&context.totals.moved_bytes, bytes);
    }
    reader.finish(&context.tools).await?;
    let arrived = hashing.finish().await;
    let download = &context.options.download;
    if check && (entry.md5.is_some() || !download.allows_missing_md5) {
        compare::md5(arrived, entry.md5, &context.options.source)?;
    }
    let etag = match &entry.version {
        Version::Service(etag) => Some(etag.clone()),
        Version::Local { .. } => None,
    };
    Ok(PipedObject {
        bytes: entry.bytes,
        md5: arrived.or(entry.md5),
        etag,
    })
}

/// A range in flight; dropping it ends the request.
struct RangeFetch {
    block: JoinHandle<Result<Frozen>>,
    _permit: Permit,
}

impl RangeFetch {
    fn begin(
        context: &PipeContext<'_>,
        reader: &Arc<dyn Reader>,
        chunk: Chunk,
        permit: Permit,
    ) -> Self {
        let (reader, tools) = (Arc::clone(reader), context.tools.clone());
        Self {
            block: spawn_local(async move {
                // Leases are asked for in the order of the ranges, so that the next range always
                // has its memory.
                let lease = tools.pool.lease(chunk.bytes as usize).await?;
                Ok(reader.read(&tools, chunk, lease).await?.freeze())
            }),
            _permit: permit,
        }
    }
}

impl Drop for RangeFetch {
    fn drop(&mut self) {
        self.block.abort();
    }
}

/// Waits for the next range.
async fn next(ahead: &mut VecDeque<RangeFetch>) -> Result<Frozen> {
    match ahead.front_mut() {
        Some(fetching) => {
            let block = (&mut fetching.block).await;
            block.unwrap_or_else(|broken| std::panic::resume_unwind(broken.into_panic()))
        }
        None => std::future::pending().await,
    }
}

fn output_error(error: &std::io::Error) -> Error {
    if error.kind() == std::io::ErrorKind::BrokenPipe {
        let closed = "the reader of standard output closed it before everything was written";
        return transport::Error::new(
            transport::Kind::Disk(error.raw_os_error().unwrap_or(0)),
            closed,
        )
        .into();
    }
    transport::Error::disk("cannot write to standard output", error).into()
}
