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
pub mod input;

pub mod bearer;
pub mod delegation;
pub mod lite;
pub mod sas;
pub mod shared_key;
pub mod table_key;

pub use delegation::DelegationKey;
pub use grant::{Grant, Overrides, RequiredPermission, ResourceLevel, TokenHolder, TokenRights};
pub use input::AuthorizationInput;
pub use sas::{SignedTarget, StoredPolicy};

use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::service_names::KeySignature;

/// Requests signed longer ago or further ahead than this are refused (15 minutes).
const SKEW_SECONDS: u64 = 15 * 60;

/// Checks a request's credential. Anonymous requests get a grant too: public access decides about
/// them.
pub fn authorize(input: &AuthorizationInput<'_>) -> ServiceResult<Grant> {
    let authorization = input.head.header("authorization");
    match authorization.and_then(|value| value.split_once(' ')) {
        Some(("SharedKey", rest)) => {
            require_version(input)?;
            match input.names.key_signature {
                KeySignature::WithHeaders => shared_key::check(input, rest),
                KeySignature::WithoutHeaders => table_key::check(input, rest),
            }
        }
        Some(("SharedKeyLite", rest)) => {
            require_version(input)?;
            match input.names.key_signature {
                KeySignature::WithHeaders => lite::check(input, rest),
                KeySignature::WithoutHeaders => table_key::check_lite(input, rest),
            }
        }
        Some(("Bearer", rest)) => bearer::check(input, rest),
        Some(_) => Err(invalid_authorization()),
        None if authorization.is_some() => Err(invalid_authorization()),
        None if input.query.get("sig").is_some() => sas::check(input),
        None => Ok(Grant::Anonymous),
    }
}

/// Only anonymous and SAS requests may omit the version, and those in a batch must. Requests for
/// tables may.
fn require_version(input: &AuthorizationInput<'_>) -> ServiceResult<()> {
    let is_optional = input.names.key_signature == KeySignature::WithoutHeaders;
    if input.head.in_batch || is_optional {
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
    .without(&["x-ms-version"])
}
