//! The bytes and the type of a blob that was written while the recorder was off, from the answers
//! of later requests: reads of the blob itself, or of a blob that its bytes were copied to.

use crate::cassette::{Cassette, Interaction};

/// The length of a blob of which nothing is known: that of most sources in the recordings.
const UNKNOWN_BYTES: usize = 8 << 10;

/// A blob's type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlobKind {
    /// Block blob.
    Block,
    /// Append blob.
    Append,
    /// Page blob.
    Page,
}

/// A blob to make.
#[derive(Debug)]
pub struct UnrecordedBlob {
    /// Its type.
    pub kind: BlobKind,
    /// Its content type.
    pub content_type: String,
    /// Its MD5, where an answer has it.
    pub md5: Option<String>,
    /// Its bytes; zeros where no answer shows them.
    pub bytes: Vec<u8>,
}

/// The blob at `path` as the requests from `index` on show it.
pub fn find(cassette: &Cassette, index: usize, path: &str) -> UnrecordedBlob {
    let rest = &cassette.interactions[index..];
    let mut blob = UnrecordedBlob {
        kind: BlobKind::Block,
        content_type: "application/octet-stream".to_owned(),
        md5: None,
        bytes: Vec::new(),
    };
    let mut length = None;
    // The last answer is the first one of the blob as it was.
    for one in rest.iter().rev() {
        if one.request.path == path {
            observe(one, &mut blob, &mut length);
        } else if copies_from(one, path) {
            observe_copy(rest, one, &mut blob.bytes);
        }
    }
    let known = length.unwrap_or(blob.bytes.len());
    let known = if known == 0 { UNKNOWN_BYTES } else { known };
    blob.bytes.resize(known, 0);
    blob
}

/// A read of the blob, or a request that only one type allows.
fn observe(one: &Interaction, blob: &mut UnrecordedBlob, length: &mut Option<usize>) {
    let response = &one.response;
    let comp = one.request.parameter("comp").unwrap_or_default();
    match (comp.as_str(), response.headers.get("x-ms-blob-type")) {
        ("appendblock", _) | (_, Some("AppendBlob")) => blob.kind = BlobKind::Append,
        ("page" | "pagelist", _) | (_, Some("PageBlob")) => blob.kind = BlobKind::Page,
        _ => {}
    }
    if !(200..300).contains(&response.status) || !comp.is_empty() {
        return;
    }
    if let Some(kind) = response.headers.get("content-type") {
        kind.clone_into(&mut blob.content_type);
    }
    let number = |name| {
        response
            .headers
            .get(name)
            .and_then(|text: &str| text.parse().ok())
    };
    match one.request.method.as_str() {
        "HEAD" => *length = number("content-length"),
        "GET" => {
            let range = response
                .headers
                .get("content-range")
                .and_then(content_range);
            let (start, total) = range.unwrap_or((0, response.body.len()));
            *length = Some(total);
            let md5 = response.headers.get("x-ms-blob-content-md5");
            blob.md5 = md5.map(str::to_owned);
            place(&mut blob.bytes, start, &response.body);
        }
        _ => {}
    }
}

/// A copy of the blob's bytes, when a later read shows its target.
fn observe_copy(rest: &[Interaction], copy: &Interaction, bytes: &mut Vec<u8>) {
    let later = rest.iter().skip_while(|one| !std::ptr::eq(*one, copy));
    let read = later
        .skip(1)
        .find(|one| {
            let is_read = one.request.method == "GET" && one.request.parameter("comp").is_none();
            is_read && one.request.path == copy.request.path && one.response.status < 300
        })
        .map(|one| one.response.body.as_slice());
    let headers = &copy.request.headers;
    let source = headers.get("x-ms-source-range").and_then(byte_range);
    let (start, end) = source.unwrap_or((0, usize::MAX));
    let target = copy.response.headers.get("x-ms-blob-append-offset");
    let target = target.and_then(|offset| offset.parse().ok());
    let written = headers.get("x-ms-range").or(headers.get("range"));
    let target = target.or_else(|| Some(written.and_then(byte_range)?.0));
    let target: usize = target.unwrap_or_else(|| staged_before(rest, copy));
    if copy.response.status >= 300 {
        return;
    }
    if let Some(read) = read.filter(|read| read.len() > target) {
        let length = (end - start).saturating_add(1).min(read.len() - target);
        place(bytes, start, &read[target..target + length]);
    } else if end != usize::MAX && bytes.len() <= end {
        bytes.resize(end + 1, 0);
    }
}

/// The bytes of the blocks that were staged from a URL before this one.
fn staged_before(rest: &[Interaction], copy: &Interaction) -> usize {
    let before = rest.iter().take_while(|one| !std::ptr::eq(*one, copy));
    let same = before.filter(|one| {
        one.request.path == copy.request.path
            && one.request.parameter("comp").as_deref() == Some("block")
            && one.response.status < 300
    });
    let lengths = same.filter_map(|one| {
        let (start, end) = byte_range(one.request.headers.get("x-ms-source-range")?)?;
        Some(end - start + 1)
    });
    lengths.sum()
}

fn copies_from(one: &Interaction, path: &str) -> bool {
    let source = one.request.headers.get("x-ms-copy-source");
    let target =
        source.and_then(|source| source.split_once("://")?.1.find('/').map(|at| (source, at)));
    target.is_some_and(|(source, at)| {
        let (_, rest) = source.split_once("://").unwrap_or_default();
        rest[at..].split('?').next() == Some(path)
    })
}

fn place(bytes: &mut Vec<u8>, start: usize, part: &[u8]) {
    if bytes.len() < start + part.len() {
        bytes.resize(start + part.len(), 0);
    }
    bytes[start..start + part.len()].copy_from_slice(part);
}

/// `bytes 0-9/20` as start and total.
fn content_range(text: &str) -> Option<(usize, usize)> {
    let (range, total) = text.strip_prefix("bytes ")?.split_once('/')?;
    Some((range.split_once('-')?.0.parse().ok()?, total.parse().ok()?))
}

/// `bytes=0-9` as first and last byte.
fn byte_range(text: &str) -> Option<(usize, usize)> {
    let (start, end) = text.strip_prefix("bytes=")?.split_once('-')?;
    Some((start.parse().ok()?, end.parse().ok()?))
}
