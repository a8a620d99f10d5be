//! Finds the ranges of a file that have data, part by part.

use azring_transport::http::Reply;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::request::list_ranges;
use super::rules::RANGES_SPAN_BYTES;
use crate::entry::{ETag, Entry};
use crate::location::ShareLocation;
use crate::plan::chunks::Chunks;
use crate::plan::extents::Extents;
use crate::store::Tools;
use crate::store::rest::document::request_document;
use crate::store::rest::range::ByteRange;
use crate::{Error, Result};

/// Parts of a file that are asked for at once. A file of 4 TiB has 28,000 parts.
const PARTS_IN_FLIGHT_MAX: usize = 16;

/// The ranges with data of this version of a file.
pub(super) async fn extents(
    tools: &Tools,
    place: &ShareLocation,
    name: &str,
    entry: &Entry,
    etag: &ETag,
) -> Result<Extents> {
    let spans = Chunks::new(entry.bytes, RANGES_SPAN_BYTES);
    let spans = spans.filter_map(|span| ByteRange::new(span.offset, span.bytes));
    let ranges = stream::iter(spans)
        .map(async |span| {
            let request = list_ranges::request(place, name, span, etag);
            let shown = || format!("the list of ranges of `{}`", place.file_url(name));
            let read = |reply: &Reply| {
                check_length(reply, name, entry.bytes)?;
                list_ranges::parse(&reply.body)
            };
            request_document(tools, &request, shown, read).await
        })
        .buffered(PARTS_IN_FLIGHT_MAX)
        .try_concat();
    Ok(Extents::new(entry.bytes, ranges.await?))
}

/// Fails with [`Error::Changed`] where the file has another length than the one that was listed.
fn check_length(reply: &Reply, name: &str, listed_bytes: u64) -> Result<()> {
    let bytes = reply.header("x-ms-content-length");
    let bytes = bytes.and_then(|text| text.parse::<u64>().ok());
    if bytes.is_some_and(|bytes| bytes != listed_bytes) {
        return Err(Error::Changed(format!(
            "`{name}` does not have the {listed_bytes} bytes any more that were listed"
        )));
    }
    Ok(())
}
