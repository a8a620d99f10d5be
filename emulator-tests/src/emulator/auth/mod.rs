//! Who asks, and what they may do. The service calls [`authorize`] before it looks at anything else of a request.
//!
//! ```text
//! Authorization header -> shared_key, lite, bearer \
//! sig= in the query    -> sas, delegation          -> Grant -> may(need)?
//! neither              -> anonymous                /
//! ```
//! A wrong or expired credential is refused here; a right one that does not reach far enough is refused by [`Grant::may`].

pub mod grant;

pub mod bearer;
pub mod delegation;
pub mod lite;
pub mod sas;
pub mod shared_key;

pub use delegation::DelegationKey;
pub use grant::{Grant, Holder, Level, Need, Overrides};
pub use sas::StoredPolicy;

use super::clock::Moment;
use super::error::{Answer, Refusal};
use super::http::connection::Peer;
use super::http::head::Head;
use super::http::query::Query;
use super::http::target::Target;
use super::version::ApiVersion;

/// Requests signed longer ago or further ahead than this are refused (15 minutes).
const SKEW_SECONDS: u64 = 15 * 60;

/// What a request is judged by.
pub struct Evidence<'a> {
    /// Method, path and headers.
    pub head: &'a Head,
    /// The decoded query.
    pub query: &'a Query,
    /// Account, container, blob.
    pub target: &'a Target,
    /// The request's version.
    pub version: ApiVersion,
    /// The account's keys, decoded: one or two, each as good as the other.
    pub keys: &'a [Vec<u8>],
    /// The key of the issuer whose bearer tokens are accepted.
    pub issuer_key: Option<&'a [u8]>,
    /// Are bearer tokens accepted whoever signed them?
    pub unsigned_tokens: bool,
    /// The client's address and whether it came by HTTPS.
    pub peer: &'a Peer,
    /// The clock.
    pub now: Moment,
    /// The container's stored policy of this name.
    pub policy: &'a dyn Fn(&str) -> Option<StoredPolicy>,
}

/// Finds out who asks. Anonymous requests get a grant as well: what is public decides [`Grant::may`].
pub fn authorize(evidence: &Evidence<'_>) -> Answer<Grant> {
    let authorization = evidence.head.header("authorization");
    match authorization.and_then(|value| value.split_once(' ')) {
        Some(("SharedKey", rest)) => {
            require_version(evidence)?;
            shared_key::check(evidence, rest)
        }
        Some(("SharedKeyLite", rest)) => {
            require_version(evidence)?;
            lite::check(evidence, rest)
        }
        Some(("Bearer", rest)) => {
            require_version(evidence)?;
            bearer::check(evidence, rest)
        }
        Some(_) => Err(invalid_authorization()),
        None if authorization.is_some() => Err(invalid_authorization()),
        None if evidence.query.get("sig").is_some() => sas::check(evidence),
        None => Ok(Grant::Anonymous),
    }
}

/// Only anonymous and SAS requests may leave the version out, and those in a batch must.
fn require_version(evidence: &Evidence<'_>) -> Answer<()> {
    if evidence.head.in_batch {
        return Ok(());
    }
    evidence.head.required("x-ms-version").map(|_| ())
}

fn invalid_authorization() -> Refusal {
    Refusal::new(
        400,
        "InvalidAuthenticationInfo",
        "Authentication information is not given in the correct format. Check the value of Authorization header.",
    )
}
