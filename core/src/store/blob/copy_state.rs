//! What a service says about the copy that a blob is made by.
//! <https://learn.microsoft.com/rest/api/storageservices/get-blob-properties#response-headers>

use azring_transport::auth::masked;
use azring_transport::http::Reply;

use crate::location::decode_name;
use crate::store::server_copy::CopyId;

/// A copy, as its target tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CopyState {
    pub(super) id: CopyId,
    pub(super) status: Status,
    /// Where the bytes come from, without a credential; only a HEAD tells.
    pub(super) source: Option<String>,
}

/// How it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Status {
    /// Under way; so many bytes are there.
    Pending(u64),
    /// All of it is there.
    Success,
    /// It is over, and not all is there.
    Over(Ending),
}

/// How a copy ended that did not succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ending {
    /// `failed` or `aborted`.
    pub(super) status: String,
    /// The service's words for why; may be empty.
    pub(super) description: String,
}

impl CopyState {
    /// From the answer to a request that began a copy, or to a HEAD of its target. `None` where nothing was copied.
    pub(super) fn of(reply: &Reply) -> Option<Self> {
        let id = CopyId::new(reply.header("x-ms-copy-id")?);
        let status = match reply.header("x-ms-copy-status")? {
            "success" => Status::Success,
            "pending" => Status::Pending(bytes_there(reply).unwrap_or_default()),
            other => Status::Over(Ending {
                status: other.to_owned(),
                description: masked(
                    reply
                        .header("x-ms-copy-status-description")
                        .unwrap_or_default(),
                ),
            }),
        };
        Some(Self {
            id,
            status,
            source: reply.header("x-ms-copy-source").map(str::to_owned),
        })
    }

    /// Its bytes come from this address.
    pub(super) fn is_from(&self, url: &str) -> bool {
        self.source
            .as_deref()
            .is_some_and(|source| resource(source) == resource(url))
    }
}

/// `x-ms-copy-progress`: bytes there, a slash, bytes in all.
fn bytes_there(reply: &Reply) -> Option<u64> {
    let (there, _) = reply.header("x-ms-copy-progress")?.split_once('/')?;
    there.parse().ok()
}

/// What an address means, however it is written: host in lower case, path decoded, and of the query the snapshot only.
fn resource(url: &str) -> (String, String, Option<String>) {
    let (address, query) = url.split_once('?').unwrap_or((url, ""));
    let (scheme, rest) = address.split_once("://").unwrap_or(("", address));
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let decoded = |text: &str| decode_name(text).unwrap_or_else(|_| text.to_owned());
    let snapshot = query
        .split('&')
        .find_map(|field| field.strip_prefix("snapshot="));
    (
        format!("{scheme}://{authority}").to_ascii_lowercase(),
        decoded(path),
        snapshot.map(decoded),
    )
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

    use super::*;

    fn state(headers: &[(&'static str, &'static str)]) -> Option<CopyState> {
        let headers = headers
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect::<HeaderMap>();
        CopyState::of(&Reply {
            status: StatusCode::OK,
            headers,
            body: Bytes::new(),
            attempts: 1,
        })
    }

    const ID: (&str, &str) = ("x-ms-copy-id", "1-2");

    #[test]
    fn a_target_tells_how_far_its_copy_is_and_how_it_ended() {
        let status = |headers: &[_]| state(&[&[ID], headers].concat()).unwrap().status;
        let pending = ("x-ms-copy-status", "pending");
        assert_eq!(
            status(&[pending, ("x-ms-copy-progress", "7/10")]),
            Status::Pending(7)
        );
        assert_eq!(status(&[pending]), Status::Pending(0));
        assert_eq!(status(&[("x-ms-copy-status", "success")]), Status::Success);
        let why = ("x-ms-copy-status-description", "500 InternalServerError");
        assert_eq!(
            status(&[("x-ms-copy-status", "failed"), why]),
            Status::Over(Ending {
                status: "failed".into(),
                description: "500 InternalServerError".into()
            })
        );
        assert_eq!(state(&[("x-ms-copy-status", "success")]), None);
        assert_eq!(state(&[ID]), None);
    }

    #[test]
    fn a_copy_comes_from_an_address_however_that_is_written() {
        let copy = state(&[
            ID,
            ("x-ms-copy-status", "pending"),
            (
                "x-ms-copy-source",
                "https://A.blob.core.windows.net/c/v%2fa+b?snapshot=2011-03-09T01:42:34.9360000Z&sv=1",
            ),
        ]);
        let copy = copy.unwrap();
        let snapshot = "?snapshot=2011-03-09T01%3A42%3A34.9360000Z";
        let url = |path: &str, query: &str| format!("https://a.blob.core.windows.net{path}{query}");
        assert!(copy.is_from(&url("/c/v/a%2Bb", snapshot)));
        assert!(!copy.is_from(&url("/c/v/a%2Bb", "")));
        assert!(!copy.is_from(&url("/c/v/a%20b", snapshot)));
        assert!(!copy.is_from("https://b.blob.core.windows.net/c/v/a%2Bb"));
    }
}
