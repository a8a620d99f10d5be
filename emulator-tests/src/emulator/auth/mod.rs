//! Authorization: who sent a request, and what the sender may do. Services call [`authorize`]
//! first.
//!
//! ```text
//! Authorization header -> shared_key, lite, bearer \
//! sig= in the query    -> sas, delegation          -> Grant -> check(required)
//! neither              -> anonymous                /
//! ```
//! A wrong or expired credential is refused here. A valid one that does not allow the call is
//! refused by [`Grant::check`].

pub mod grant;

pub mod bearer;
pub mod delegation;
pub mod lite;
pub mod sas;
pub mod shared_key;

pub use delegation::DelegationKey;
pub use grant::{Grant, Overrides, RequiredPermission, ResourceLevel, TokenHolder};
pub use sas::{SignedTarget, StoredPolicy};

use crate::emulator::clock::Moment;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::address::Address;
use crate::emulator::http::connection::Peer;
use crate::emulator::http::head::Head;
use crate::emulator::http::query::Query;
use crate::emulator::service_names::ServiceNames;
use crate::emulator::version::ApiVersion;

/// Requests signed longer ago or further ahead than this are refused (15 minutes).
const SKEW_SECONDS: u64 = 15 * 60;

/// Everything that authorization depends on.
pub struct AuthorizationInput<'a> {
    /// Method, path and headers.
    pub head: &'a Head,
    /// The decoded query.
    pub query: &'a Query,
    /// Account and path.
    pub address: &'a Address,
    /// What the path names.
    pub target: &'a dyn SignedTarget,
    /// The service's names in signatures and tokens.
    pub names: &'a ServiceNames,
    /// The request's version.
    pub version: ApiVersion,
    /// The account's keys, decoded: one or two, each as good as the other.
    pub keys: &'a [Vec<u8>],
    /// The key of the issuer whose bearer tokens are accepted.
    pub issuer_key: Option<&'a [u8]>,
    /// Whether bearer tokens are accepted whoever signed them.
    pub unsigned_tokens: bool,
    /// The client's address and whether it came by HTTPS.
    pub peer: &'a Peer,
    /// The clock.
    pub now: Moment,
    /// The target's stored policy of this id.
    pub policy: &'a dyn Fn(&str) -> Option<StoredPolicy>,
}

/// Checks a request's credential. Anonymous requests get a grant too: public access decides about
/// them.
pub fn authorize(input: &AuthorizationInput<'_>) -> ServiceResult<Grant> {
    let authorization = input.head.header("authorization");
    match authorization.and_then(|value| value.split_once(' ')) {
        Some(("SharedKey", rest)) => {
            require_version(input)?;
            shared_key::check(input, rest)
        }
        Some(("SharedKeyLite", rest)) => {
            require_version(input)?;
            lite::check(input, rest)
        }
        Some(("Bearer", rest)) => {
            require_version(input)?;
            bearer::check(input, rest)
        }
        Some(_) => Err(invalid_authorization()),
        None if authorization.is_some() => Err(invalid_authorization()),
        None if input.query.get("sig").is_some() => sas::check(input),
        None => Ok(Grant::Anonymous),
    }
}

/// Only anonymous and SAS requests may omit the version, and those in a batch must.
fn require_version(input: &AuthorizationInput<'_>) -> ServiceResult<()> {
    if input.head.in_batch {
        return Ok(());
    }
    input.head.required("x-ms-version").map(|_| ())
}

fn invalid_authorization() -> Refusal {
    Refusal::new(
        400,
        "InvalidAuthenticationInfo",
        "Authentication information is not given in the correct format. Check the value of Authorization header.",
    )
}
