//! The string that an account's key signs for the table service. It is shorter than that of the
//! other services:
//! <https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key#table-service-shared-key-authorization>.

use hyper::Method;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderName};

const CONTENT_MD5: HeaderName = HeaderName::from_static("content-md5");
const X_MS_DATE: HeaderName = HeaderName::from_static("x-ms-date");

/// The string to sign: verb, `Content-MD5`, `Content-Type`, date and resource, a line each. `path`
/// as it is sent; `query` with values not encoded.
///
/// The line of the date holds `x-ms-date`, which is sent instead of `Date`.
pub(crate) fn string_to_sign(
    method: &Method,
    headers: &HeaderMap,
    account: &str,
    path: &str,
    query: &[(&'static str, String)],
) -> String {
    let mut text = String::with_capacity(256);
    text.push_str(method.as_str());
    text.push('\n');
    for name in [CONTENT_MD5, CONTENT_TYPE, X_MS_DATE] {
        let value = headers.get(&name).and_then(|value| value.to_str().ok());
        text.push_str(value.unwrap_or_default());
        text.push('\n');
    }
    text.push('/');
    text.push_str(account);
    text.push_str(path);
    // This is the only signed query parameter.
    if let Some((_, value)) = query.iter().find(|(name, _)| *name == "comp") {
        text.push_str("?comp=");
        text.push_str(value);
    }
    text
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use hyper::header::HeaderValue;

    use super::*;
    use crate::auth::{Secret, shared_key};

    /// The emulators' published account key.
    const KEY: &str =
        "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    fn text(
        method: &Method,
        headers: &[(&'static str, &'static str)],
        path: &str,
        query: &[(&'static str, &str)],
    ) -> String {
        let headers = headers.iter().map(|(name, value)| {
            let name = HeaderName::from_static(name);
            (name, HeaderValue::from_static(value))
        });
        let query: Vec<_> = query
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect();
        string_to_sign(method, &headers.collect(), "testaccount1", path, &query)
    }

    /// The layout of Microsoft's page. The page has no key, so Python made the signature:
    /// `base64.b64encode(hmac.new(base64.b64decode(KEY), text.encode(), "sha256").digest())`.
    #[test]
    fn five_lines_are_signed_and_the_date_is_the_one_that_is_sent() {
        let text = text(
            &Method::PUT,
            &[
                ("content-type", "application/json"),
                ("content-md5", "q2hnZw=="),
                ("content-length", "17"),
                ("x-ms-date", "Sun, 11 Oct 2009 19:52:39 GMT"),
                ("x-ms-version", "2020-12-06"),
                ("if-match", "*"),
            ],
            "/mytable(PartitionKey='Sales',RowKey='a%20b')",
            &[],
        );
        assert_eq!(
            text,
            "PUT\nq2hnZw==\napplication/json\nSun, 11 Oct 2009 19:52:39 GMT\n\
             /testaccount1/mytable(PartitionKey='Sales',RowKey='a%20b')"
        );
        let key = Secret::new(STANDARD.decode(KEY).unwrap());
        assert_eq!(
            shared_key::authorization_header("testaccount1", &key, &text),
            "SharedKey testaccount1:I6HQJ4bSkWn8hipEYYdHL43ff6fUi55+BwwqtTjmJfU="
        );
    }

    #[test]
    fn of_the_query_only_comp_is_signed() {
        let dated = [("x-ms-date", "Sun, 11 Oct 2009 19:52:39 GMT")];
        assert_eq!(
            text(
                &Method::GET,
                &dated,
                "/Tables",
                &[("$top", "5"), ("$filter", "a")]
            ),
            "GET\n\n\nSun, 11 Oct 2009 19:52:39 GMT\n/testaccount1/Tables"
        );
        assert_eq!(
            text(
                &Method::GET,
                &dated,
                "/mytable",
                &[("timeout", "20"), ("comp", "acl")]
            ),
            "GET\n\n\nSun, 11 Oct 2009 19:52:39 GMT\n/testaccount1/mytable?comp=acl"
        );
    }
}
