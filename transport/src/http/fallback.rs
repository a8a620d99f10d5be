//! Requests to a service that lacks features of Azure. They leave out what it lacks; a refusal
//! shows what that is.

use std::borrow::Cow;

use ::md5::{Digest as _, Md5};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::HeaderMap;

use super::structured_body::{self, STRUCTURED_BODY, STRUCTURED_LENGTH};
use super::{Account, Payload, Request};
use crate::Error;
use crate::service::ApiVersion;

const CRC64: &str = "x-ms-content-crc64";
const RANGE_CRC64: &str = "x-ms-range-get-content-crc64";
const MD5: &str = "content-md5";

/// The headers of CRC-64s.
const LEFT_OUT: [&str; 4] = [CRC64, RANGE_CRC64, STRUCTURED_BODY, STRUCTURED_LENGTH];

/// The request without what its service lacks. The body's MD5 replaces a CRC-64, also one that is
/// inside of the body.
pub(crate) fn adapted(request: &Request) -> Cow<'_, Request> {
    if !request.account.capabilities.lacks_crc64() {
        return Cow::Borrowed(request);
    }
    let is_left_out = |name: &str| LEFT_OUT.contains(&name);
    if !request.headers.iter().any(|(name, _)| is_left_out(name)) {
        return Cow::Borrowed(request);
    }
    let mut adapted = request.clone();
    let carried_crc64 = adapted.header_value(CRC64).is_some();
    let is_structured = adapted.header_value(STRUCTURED_BODY).is_some();
    if is_structured {
        adapted.payload = structured_body::data(&adapted.payload);
    }
    adapted.headers.retain(|(name, _)| !is_left_out(name));
    if carried_crc64 || is_structured {
        let md5 = md5_of(&adapted.payload);
        adapted = adapted.header(MD5, md5);
        adapted.expected.checksum = Some(MD5);
    }
    Cow::Owned(adapted)
}

/// The MD5 of a body, as a header's value.
fn md5_of(payload: &Payload) -> String {
    let mut md5 = Md5::new();
    for piece in payload.pieces() {
        md5.update(piece);
    }
    STANDARD.encode(md5.finalize())
}

/// Learns from the refusal of a request that named the version `sent`. Returns whether the same
/// request may succeed now, without what the service lacks.
pub(crate) fn learn(request: &Request, sent: ApiVersion, error: &Error) -> bool {
    let capabilities = &request.account.capabilities;
    if capabilities.version() < sent {
        return true;
    }
    let mut headers = [CRC64, STRUCTURED_BODY].into_iter();
    let refused =
        headers.find(|header| request.header_value(header).is_some() && is_about(error, header));
    if let Some(header) = refused {
        capabilities.set_lacks_crc64(header, &request.account.endpoint);
    }
    refused.is_some()
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
    let (capabilities, endpoint) = (&account.capabilities, &account.endpoint);
    let is_lowered = known.is_some_and(|known| capabilities.lower_version(known, endpoint))
        || capabilities.fall_back(endpoint);
    if is_lowered {
        error
    } else {
        error.about_header(Some(header.as_str().to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bytes::Bytes;
    use hyper::Method;

    use super::*;
    use crate::auth::Credential;
    use crate::http::{Endpoint, Scheme};
    use crate::service::Service;

    #[test]
    fn a_structured_body_becomes_its_data_with_an_md5() {
        let endpoint = Endpoint {
            scheme: Scheme::Http,
            host: "h".into(),
            port: 80,
        };
        let account = Account::new(Service::Share, endpoint, Credential::Anonymous);
        let account = Arc::new(account);
        let request = Request::new(Method::PUT, &account, "/s/f")
            .payload(Bytes::from_static(b"123456789"))
            .structured_body(0xAE8B_1486_0A79_9888);
        assert_eq!(adapted(&request).payload.bytes(), 48);
        account
            .capabilities
            .set_lacks_crc64(STRUCTURED_BODY, "h:80");
        let adapted = adapted(&request);
        assert_eq!(adapted.payload.pieces().concat(), b"123456789");
        let headers: Vec<(&str, &str)> = adapted
            .headers
            .iter()
            .map(|(name, value)| (&**name, value.as_str()))
            .collect();
        assert_eq!(headers, [(MD5, "JfnnlDI7RTiF9RgfG2JNCw==")]);
        assert_eq!(adapted.expected.checksum, Some(MD5));
    }
}
