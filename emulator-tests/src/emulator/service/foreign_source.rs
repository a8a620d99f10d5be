//! The source of a copy on another server: whatever that server sends for a GET.
//!
//! A copy of a range asks for the range and reads no other byte, unless the server ignores `Range`
//! and sends everything. The conditions are sent along, and compared again with the answer, since
//! not every server knows them.

use bytes::Bytes;

use super::call::Call;
use super::content_properties::ContentProperties;
use super::copy_source::{cannot_verify, check_conditions, copies_range, source_error};
use super::etag::ForeignTag;
use super::metadata::Metadata;
use super::operations::Operations;
use super::range::RequestedRange;
use crate::emulator::clock::Moment;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::fetch::{self, SourceAnswer, Url};

/// The conditions of a copy's source, and the names under which the source gets them.
const CONDITIONS: [(&str, &str); 4] = [
    ("x-ms-source-if-match", "If-Match"),
    ("x-ms-source-if-none-match", "If-None-Match"),
    ("x-ms-source-if-modified-since", "If-Modified-Since"),
    ("x-ms-source-if-unmodified-since", "If-Unmodified-Since"),
];

/// What a token for files is used for.
const FILE_INTENT: &str = "x-ms-file-request-intent";

/// What another server sent.
pub struct ForeignSource {
    /// Its content headers.
    pub properties: ContentProperties,
    /// Its metadata.
    pub metadata: Metadata,
    /// The bytes that were asked for.
    pub bytes: Bytes,
}

impl ForeignSource {
    /// Reads a range of the source, or all of it, from its server: at most `bytes_max`.
    pub fn read<S: Operations>(
        call: &Call<'_, S>,
        url: &Url,
        range: Option<RequestedRange>,
        bytes_max: u64,
    ) -> ServiceResult<Self> {
        let answer = ask(call, url, range)?;
        if !matches!(answer.status, 200 | 206) {
            return Err(refused(call, &answer));
        }
        let modified = answer
            .header("last-modified")
            .and_then(Moment::parse_rfc1123)
            .unwrap_or(call.now);
        let etag = ForeignTag(answer.header("etag").unwrap_or_default());
        check_conditions(call, etag, modified)?;
        let length = answer.length().map_err(|error| unreachable(&error))?;
        let (skipped, length) = match (answer.status, range) {
            // The server ignores ranges.
            (200, Some(range)) => range
                .within(length)
                .map_err(|refusal| cannot_verify(call, refusal))?,
            (206, Some(range)) if holds(&answer, range, length) => (0, length),
            (200, None) => (0, length),
            _ => return Err(other_length()),
        };
        if length > bytes_max {
            return Err(Refusal::body_too_large(bytes_max));
        }
        let (properties, metadata) = (properties_of(&answer), metadata_of(&answer));
        let bytes = answer
            .read(skipped, length)
            .map_err(|error| unreachable(&error))?;
        Ok(Self {
            properties,
            metadata,
            bytes: Bytes::from(bytes),
        })
    }
}

fn ask<S: Operations>(
    call: &Call<'_, S>,
    url: &Url,
    range: Option<RequestedRange>,
) -> ServiceResult<SourceAnswer> {
    let mut headers = vec![("x-ms-version", call.version.to_string())];
    if let Some(value) = call.head.header("x-ms-copy-source-authorization") {
        headers.push(("Authorization", value.to_owned()));
    }
    // A file of a share is read with a token for backup only. The Blob service passes that on since
    // 2025-07-05.
    let passes_intent = S::NAMES.label != "blob" || call.version.since(2025, 7, 5);
    if let Some(value) = call.head.header(FILE_INTENT).filter(|_| passes_intent) {
        headers.push((FILE_INTENT, value.to_owned()));
    }
    if let Some(range) = range {
        headers.push(("Range", range.to_string()));
    }
    for (own, name) in CONDITIONS {
        if let Some(value) = call.head.header(own).filter(|value| !value.is_empty()) {
            headers.push((name, value.to_owned()));
        }
    }
    let trust = call.resources.trust.as_ref();
    fetch::get(url, &headers, trust).map_err(|error| unreachable(&error))
}

/// Whether `Content-Range` names the range that was asked for, or its part within the source.
fn holds(answer: &SourceAnswer, range: RequestedRange, length: u64) -> bool {
    answer.content_range().is_some_and(|(first, last, total)| {
        range.within(total).ok() == Some((first, length)) && last == first + length - 1
    })
}

/// The refusal of a copy whose source answered with an error.
fn refused<S: Operations>(call: &Call<'_, S>, answer: &SourceAnswer) -> Refusal {
    match answer.status {
        304 | 412 if !copies_range(call) => Refusal::source_condition_not_met(),
        status => {
            // No redirect is followed, and an answer that is none is a source that is not there.
            let shown = if status == 304 || (400..600).contains(&status) {
                status
            } else {
                404
            };
            let code = answer.header("x-ms-error-code").unwrap_or_default();
            source_error(call.version, shown, (status, code), &answer.reason)
        }
    }
}

fn unreachable(error: &std::io::Error) -> Refusal {
    Refusal::new(
        404,
        "CannotVerifyCopySource",
        format!("The source cannot be reached: {error}."),
    )
}

/// The source sent another range than it was asked for.
pub fn other_length() -> Refusal {
    Refusal::new(
        409,
        "CannotVerifyCopySource",
        "The source request body for copy source does not match requested length to write on target.",
    )
}

fn properties_of(answer: &SourceAnswer) -> ContentProperties {
    let text = |name| answer.header(name).unwrap_or_default().to_owned();
    let content_type = answer
        .header("content-type")
        .unwrap_or("application/octet-stream")
        .to_owned();
    ContentProperties {
        content_type,
        content_encoding: text("content-encoding"),
        content_language: text("content-language"),
        content_md5: text("content-md5"),
        cache_control: text("cache-control"),
        content_disposition: text("content-disposition"),
    }
}

fn metadata_of(answer: &SourceAnswer) -> Metadata {
    let pair = |(name, value): &(String, String)| {
        let name = name.to_ascii_lowercase();
        Some((name.strip_prefix("x-ms-meta-")?.to_owned(), value.clone()))
    };
    answer.headers.iter().filter_map(pair).collect()
}
