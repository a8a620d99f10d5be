//! From a blob to standard output.

use std::collections::VecDeque;
use std::sync::Arc;

use azring_transport as transport;
use azring_transport::buffer::Frozen;
use azring_transport::disk::Pipe;
use tokio::task::{JoinHandle, spawn_local};

use super::hashing::Hashing;
use super::{Ended, Line, Passed};
use crate::digest::compare;
use crate::entry::{Entry, Version};
use crate::location::Location;
use crate::plan::chunks::{Chunk, Chunks};
use crate::report::Totals;
use crate::schedule::gate::Permit;
use crate::store::blob::{self, BlobSource, Reading};
use crate::store::{Reader, Source as _};
use crate::{Error, Result, Side};

/// The size of a range that is fetched at once: what a service gives a checksum for.
const RANGE_BYTES: u64 = 4 << 20;

/// Copies one blob.
pub(super) async fn copy(line: &Line<'_>) -> Result<Ended> {
    let source = &line.options.source;
    let found = match source {
        Location::Blob(place) if !place.is_directory => line
            .stop
            .unless_stopped(blob::look(&line.tools, place))
            .await
            .map_err(|error| error.at(Side::Source))?,
        _ => None,
    };
    let Some((above, entry)) = found else {
        return Err(Error::NotFound(format!(
            "there is no blob `{source}`: standard output takes the bytes of one blob, so the source is its URL"
        )));
    };
    Totals::add(&line.totals.listed, 1);
    Totals::add(&line.totals.listed_bytes, entry.bytes);
    Totals::add(&line.totals.listing_done, 1);
    let reading = Reading {
        crc64: line.options.integrity.crc64,
        ..Reading::default()
    };
    let blobs = BlobSource::blob(above, entry.clone(), reading);
    let reader = blobs.open(&line.tools, &entry).await?;
    let passed = line.stop.bound(pass(line, &entry, &reader)).await;
    Ok((entry.name.clone(), passed))
}

/// Fetches ranges side by side and writes them one after the other. Each is that of the version that was looked at, or
/// an error.
async fn pass(line: &Line<'_>, entry: &Entry, reader: &Arc<dyn Reader>) -> Result<Passed> {
    let output = Pipe::output()
        .map_err(|error| transport::Error::disk("cannot use standard output", &error))?;
    let check = line.options.integrity.check_md5;
    let mut hashing = Hashing::new(check);
    let chunks = Chunks::new(entry.bytes, RANGE_BYTES);
    let mut chunks = chunks.filter(|chunk| chunk.bytes > 0).peekable();
    let mut ahead = VecDeque::<Fetching>::new();
    loop {
        let (has_more, has_some) = (chunks.peek().is_some(), !ahead.is_empty());
        if !has_more && !has_some {
            break;
        }
        let block = tokio::select! {
            biased;
            () = line.stop.stopped() => return Err(Error::Stopped),
            permit = line.permit(), if has_more => {
                ahead.extend(chunks.next().map(|chunk| Fetching::begin(line, reader, chunk, permit)));
                continue;
            }
            block = next(&mut ahead), if has_some => block?,
        };
        // Its permit goes when it is written: what waits for its turn, or for the reader, counts as under way.
        let _written_with_its_permit = ahead.pop_front();
        hashing.take(&block).await;
        let bytes = block.bytes() as u64;
        tokio::select! {
            written = output.write(block) => written.map_err(|error| told(&error))?,
            () = line.stop.stopped() => return Err(Error::Stopped),
        }
        Totals::add(&line.totals.moved_bytes, bytes);
    }
    reader.finish(&line.tools).await?;
    let arrived = hashing.finish().await;
    if check {
        compare::md5(arrived, entry.md5, &line.options.source)?;
    }
    let etag = match &entry.version {
        Version::Service(etag) => Some(etag.clone()),
        Version::Local { .. } => None,
    };
    Ok(Passed {
        bytes: entry.bytes,
        md5: arrived.or(entry.md5),
        etag,
    })
}

/// A range under way, which ends when nobody waits for it any more.
struct Fetching {
    block: JoinHandle<Result<Frozen>>,
    _permit: Permit,
}

impl Fetching {
    fn begin(line: &Line<'_>, reader: &Arc<dyn Reader>, chunk: Chunk, permit: Permit) -> Self {
        let (reader, tools) = (Arc::clone(reader), line.tools.clone());
        Self {
            block: spawn_local(async move {
                // In the order in which they were begun, so that the range that is next always has its memory.
                let lease = tools.pool.lease(chunk.bytes as usize).await?;
                Ok(reader.read(&tools, chunk, lease).await?.freeze())
            }),
            _permit: permit,
        }
    }
}

impl Drop for Fetching {
    fn drop(&mut self) {
        self.block.abort();
    }
}

/// Waits for the range that is next.
async fn next(ahead: &mut VecDeque<Fetching>) -> Result<Frozen> {
    match ahead.front_mut() {
        Some(fetching) => {
            let block = (&mut fetching.block).await;
            block.unwrap_or_else(|broken| std::panic::resume_unwind(broken.into_panic()))
        }
        None => std::future::pending().await,
    }
}

fn told(error: &std::io::Error) -> Error {
    if error.kind() == std::io::ErrorKind::BrokenPipe {
        let gone = "whoever reads standard output has gone before everything was written";
        return transport::Error::new(
            transport::Kind::Disk(error.raw_os_error().unwrap_or(0)),
            gone,
        )
        .into();
    }
    transport::Error::disk("cannot write to standard output", error).into()
}
