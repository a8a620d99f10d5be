//! Requests to a service that lacks features of Azure. They leave out what it lacks; a refusal
//! shows what that is.

use std::borrow::Cow;

use ::md5::{Digest as _, Md5};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::HeaderMap;

use super::{Account, Request};
use crate::Error;
use crate::service::ApiVersion;

const CRC64: &str = "x-ms-content-crc64";
const RANGE_CRC64: &str = "x-ms-range-get-content-crc64";
const MD5: &str = "content-md5";

/// The request without what its service lacks. The body's MD5 replaces a CRC-64.
pub(crate) fn adapted(request: &Request) -> Cow<'_, Request> {
    if !request.account.capabilities.lacks_crc64() {
        return Cow::Borrowed(request);
    }
    let is_left_out = |name: &str| name == CRC64 || name == RANGE_CRC64;
    if !request.headers.iter().any(|(name, _)| is_left_out(name)) {
        return Cow::Borrowed(request);
    }
    let mut adapted = request.clone();
    let carried_crc64 = adapted.headers.iter().any(|(name, _)| *name == CRC64);
    adapted.headers.retain(|(name, _)| !is_left_out(name));
    if carried_crc64 {
        let mut md5 = Md5::new();
        for piece in adapted.payload.pieces() {
            md5.update(piece);
        }
        adapted = adapted.header(MD5, STANDARD.encode(md5.finalize()));
        adapted.expected.checksum = adapted.expected.checksum.map(|_| MD5);
    }
    Cow::Owned(adapted)
}

/// Learns from the refusal of a request that named the version `sent`. Returns whether the same
/// request may succeed now, without what the service lacks.
pub(crate) fn learn(request: &Request, sent: ApiVersion, error: &Error) -> bool {
    let capabilities = &request.account.capabilities;
    if capabilities.version() < sent {
        return true;
    }
    let carries_crc64 = request.headers.iter().any(|(name, _)| *name == CRC64);
    if carries_crc64 && is_about(error, CRC64) {
        capabilities.set_lacks_crc64(&request.account.endpoint);
        return true;
    }
    false
}

/// Whether the error says that the service lacks the feature of this header.
fn is_about(error: &Error, header: &str) -> bool {
    let is_named = error
        .header()
        .is_none_or(|named| named.eq_ignore_ascii_case(header));
    let is_lack = matches!(
        error.code(),
        Some("FeatureNotSupported" | "UnsupportedHeader" | "APINotImplemented")
    );
    let is_refused = error.code() == Some("InvalidHeaderValue") && error.header().is_some();
    is_named && (is_lack || is_refused || error.status() == Some(501))
}

/// The refusal of a header's value. Where the header is the version, the account learns an older
/// version that the service says it knows: in the version of its answer, or in its message. An
/// answer to HEAD has no message.
pub(crate) fn version_refused(
    error: Error,
    account: &Account,
    headers: &HeaderMap,
    body: &[u8],
) -> Error {
    let header = &account.service.dialect().version_header;
    let text = String::from_utf8_lossy(body);
    let is_version = match error.header() {
        Some(name) => name.eq_ignore_ascii_case(header.as_str()),
        None => body.is_empty() || text.contains("API version") || text.contains(header.as_str()),
    };
    if !is_version {
        return error;
    }
    let sent = account.capabilities.version();
    let answered = headers.get(header);
    let answered = answered.and_then(|value| value.to_str().ok()?.parse().ok());
    let known = ApiVersion::newest_named(&text, sent).or(answered.filter(|known| *known < sent));
    match known {
        Some(known) if account.capabilities.lower_version(known, &account.endpoint) => error,
        _ => error.about_header(Some(header.as_str().to_owned())),
    }
}
