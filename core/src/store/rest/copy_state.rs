//! The state of a copy, as the service describes it in the properties of the target.
//! <https://learn.microsoft.com/rest/api/storageservices/get-blob-properties#response-headers>

use azring_transport::auth::masked;
use azring_transport::http::Reply;

use crate::location::decode_name;
use crate::store::server_copy::CopyId;

/// The state of one copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CopyState {
    pub(crate) id: CopyId,
    pub(crate) status: CopyStatus,
    /// The source's address; only the answer to a HEAD has it.
    pub(crate) source: Option<String>,
}

/// The status of a copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CopyStatus {
    /// The service continues; so many bytes are copied.
    Pending(u64),
    /// All bytes are copied.
    Success,
    /// The copy failed or was aborted.
    Ended(CopyFailure),
}

/// The end of a copy that did not succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CopyFailure {
    /// `failed` or `aborted`.
    pub(crate) status: String,
    /// The service's reason; may be empty.
    pub(crate) description: String,
}

impl CopyState {
    /// Reads the answer to a request that started a copy, or to a HEAD of the target; `None` where
    /// it describes no copy.
    pub(crate) fn of(reply: &Reply) -> Option<Self> {
        let id = CopyId::new(reply.header("x-ms-copy-id")?);
        let status = match reply.header("x-ms-copy-status")? {
            "success" => CopyStatus::Success,
            "pending" => CopyStatus::Pending(copied_bytes(reply).unwrap_or_default()),
            other => CopyStatus::Ended(CopyFailure {
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

    /// Whether the source has this address.
    pub(crate) fn is_from(&self, url: &str) -> bool {
        self.source
            .as_deref()
            .is_some_and(|source| resource(source) == resource(url))
    }
}

/// Reads `x-ms-copy-progress`: the bytes that are copied, a slash, all bytes.
fn copied_bytes(reply: &Reply) -> Option<u64> {
    let (copied, _) = reply.header("x-ms-copy-progress")?.split_once('/')?;
    copied.parse().ok()
}

/// The resource that an address names, in one spelling: host in lower case, path decoded, and of the
/// query the snapshot of a blob or of a share only.
fn resource(url: &str) -> (String, String, Option<String>) {
    let (address, query) = url.split_once('?').unwrap_or((url, ""));
    let (scheme, rest) = address.split_once("://").unwrap_or(("", address));
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let decoded = |text: &str| decode_name(text).unwrap_or_else(|_| text.to_owned());
    let snapshot = query.split('&').find_map(|field| {
        let field = field.strip_prefix("share").unwrap_or(field);
        field.strip_prefix("snapshot=")
    });
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
            refusals: 0,
        })
    }

    const ID: (&str, &str) = ("x-ms-copy-id", "1-2");

    #[test]
    fn a_target_shows_how_far_its_copy_is_and_how_it_ended() {
        let status = |headers: &[_]| state(&[&[ID], headers].concat()).unwrap().status;
        let pending = ("x-ms-copy-status", "pending");
        assert_eq!(
            status(&[pending, ("x-ms-copy-progress", "7/10")]),
            CopyStatus::Pending(7)
        );
        assert_eq!(status(&[pending]), CopyStatus::Pending(0));
        assert_eq!(
            status(&[("x-ms-copy-status", "success")]),
            CopyStatus::Success
        );
        let why = ("x-ms-copy-status-description", "500 InternalServerError");
        assert_eq!(
            status(&[("x-ms-copy-status", "failed"), why]),
            CopyStatus::Ended(CopyFailure {
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
