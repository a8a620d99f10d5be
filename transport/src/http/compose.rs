//! From a request value to the request that hyper sends: target encoded, headers complete,
//! authorized.
//!
//! Each attempt composes the request anew, because a signature is valid for fifteen minutes and a
//! retry may come later. Everything is encoded once, here, and signed as it was encoded.

use std::time::SystemTime;

use hyper::Uri;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::Request;
use super::batch::compose_batch;
use super::body::Body;
use super::common_headers::{CommonHeaders, header_value};
use super::header_case::CasedNames;
use crate::auth::{Authorization, SignedParts};
use crate::{Error, Kind, Result};

/// All characters except those that RFC 3986 (2.3) never needs encoded.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Composes a request as it is sent at `now`. Fails only when it holds what HTTP cannot carry.
pub(crate) fn compose(
    request: &Request,
    authorization: &Authorization<'_>,
    common_headers: &CommonHeaders,
    request_id: &HeaderValue,
    now: SystemTime,
) -> Result<hyper::Request<Body>> {
    let dialect = request.account.service.dialect();
    let version = request.account.capabilities.version();
    let mut headers = HeaderMap::with_capacity(request.headers.len() + 8);
    headers.insert(header::HOST, common_headers.host(&request.account)?);
    headers.insert(header::USER_AGENT, common_headers.user_agent.clone());
    headers.insert(&dialect.version_header, dialect.version_value(version));
    headers.insert(&dialect.client_request_id_header, request_id.clone());
    let payload = if request.parts.is_empty() {
        request.payload.clone()
    } else {
        let parts = &request.parts;
        let batch = compose_batch(parts, authorization, common_headers, request_id, now)?;
        headers.insert(header::CONTENT_TYPE, batch.content_type);
        batch.bytes.into()
    };
    let has_length = payload.bytes() > 0 || has_length(&request.method);
    let length = has_length.then_some(payload.bytes());
    let (target, cased_names) = sign_head(
        request,
        length,
        authorization,
        common_headers,
        now,
        &mut headers,
    )?;
    let mut composed = hyper::Request::new(Body::from(payload));
    *composed.method_mut() = request.method.clone();
    *composed.uri_mut() = uri(target, &request.path)?;
    *composed.headers_mut() = headers;
    if !cased_names.is_empty() {
        composed.extensions_mut().insert(CasedNames(cased_names));
    }
    Ok(composed)
}

/// Completes the head of a request, or of a part of a batch. Adds its own headers, the length of its
/// body, its date and its authorization to `headers`, which has everything else.
///
/// Returns the target as it is sent, and the names of headers whose case matters.
pub(super) fn sign_head(
    request: &Request,
    length: Option<u64>,
    authorization: &Authorization<'_>,
    common_headers: &CommonHeaders,
    now: SystemTime,
    headers: &mut HeaderMap,
) -> Result<(String, Vec<String>)> {
    let dialect = request.account.service.dialect();
    let mut cased_names = Vec::new();
    for (name, value) in &request.headers {
        let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| {
            let message = format!("`{}` cannot be a header's name", name.escape_debug());
            Error::new(Kind::Invalid, message)
        })?;
        headers.insert(key, header_value(name, value)?);
        if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            cased_names.push(name.to_string());
        }
    }
    if let Some(length) = length {
        headers.insert(header::CONTENT_LENGTH, length.into());
    }
    let mut target = target(&request.path, &request.query);
    if authorization.own.needs_date() {
        headers.insert(&dialect.date_header, common_headers.date(now)?);
    }
    let parts = SignedParts {
        method: &request.method,
        path: &request.path,
        query: &request.query,
    };
    authorization.add_to(dialect, parts, headers, &mut target);
    Ok((target, cased_names))
}

/// Whether requests of this method name the length of their body even when it is empty
/// (RFC 9110, 8.6).
fn has_length(method: &hyper::Method) -> bool {
    !matches!(
        *method,
        hyper::Method::GET | hyper::Method::HEAD | hyper::Method::DELETE
    )
}

/// Path and query. The values of the query are encoded, so that neither a second `=` nor a bare
/// name can occur.
fn target(path: &str, query: &[(&'static str, String)]) -> String {
    let mut target = String::with_capacity(path.len() + 64);
    target.push_str(path);
    let mut mark = '?';
    for (name, value) in query {
        target.push(mark);
        target.push_str(name);
        target.push('=');
        target.extend(utf8_percent_encode(value, QUERY));
        mark = '&';
    }
    target
}

/// The target as hyper's type. hyper must write exactly what was signed, which is checked. Errors
/// show only the path, because the query may hold a signature.
fn uri(target: String, path: &str) -> Result<Uri> {
    let bytes = target.len();
    Uri::from_maybe_shared(bytes::Bytes::from(target))
        .ok()
        .filter(|uri| uri.authority().is_none())
        .filter(|uri| uri.path_and_query().map_or(0, |all| all.as_str().len()) == bytes)
        .ok_or_else(|| {
            let message = format!("`{}` cannot be a request's path", path.escape_debug());
            Error::new(Kind::Invalid, message)
        })
}

#[cfg(test)]
mod tests {
    use percent_encoding::percent_decode_str;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_query_is_read_back_as_it_was_meant(values in proptest::collection::vec("\\PC{0,20}", 0..5)) {
            let names = ["comp", "prefix", "marker", "include", "delimiter"];
            let query: Vec<(&'static str, String)> = names.into_iter().zip(values).collect();
            let target = target("/c", &query);
            prop_assert!(target.bytes().all(|byte| byte.is_ascii_graphic()));
            let pairs = target.split_once('?').map_or("", |(_, pairs)| pairs);
            let read: Vec<(&str, String)> = pairs
                .split('&')
                .filter_map(|pair| pair.split_once('='))
                .map(|(name, value)| (name, percent_decode_str(value).decode_utf8().unwrap().into_owned()))
                .collect();
            prop_assert_eq!(read, query);
        }

        #[test]
        fn a_target_is_sent_as_it_was_signed_or_not_at_all(path in "/[ -~é]{0,30}") {
            if let Ok(uri) = uri(path.clone(), &path) {
                prop_assert_eq!(uri.to_string(), path);
            }
        }
    }
}
