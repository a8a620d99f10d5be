//! Bearer tokens of a local issuer: JSON web tokens signed with HS256 by a key in the options.
//!
//! The real service trusts Microsoft Entra ID; a test makes its own tokens and gives the emulator
//! the key. Roles are not checked: a valid token allows everything except access policies of
//! shares. Those of containers accept tokens since 2025:
//! <https://devblogs.microsoft.com/azure-sdk/azure-storage-apis-gain-entra-id-and-rbac-support>
//!
//! An emulator that accepts unsigned tokens checks audience and times only, as Azurite does with
//! `--oauth basic`.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::Value;

use super::grant::TokenHolder;
use super::{AuthorizationInput, Grant};
use crate::emulator::digest;
use crate::emulator::error::{Refusal, ServiceResult};

const AUDIENCES: [&str; 3] = [
    "https://storage.azure.com",
    "https://storage.azure.com/",
    "e406a681-f3d4-42a8-90b6-c2b029497af1",
];

/// The ends of host names in Azure's clouds.
const CLOUDS: [&str; 4] = [
    "core.windows.net",
    "core.chinacloudapi.cn",
    "core.usgovcloudapi.net",
    "core.cloudapi.de",
];

#[derive(Deserialize)]
struct TokenHeader {
    alg: String,
}

#[derive(Deserialize)]
struct TokenClaims {
    aud: Value,
    exp: u64,
    #[serde(default)]
    nbf: u64,
    #[serde(default)]
    oid: String,
    #[serde(default)]
    tid: String,
}

/// Checks a token. Tokens are secrets: over plain HTTP they are refused.
pub(super) fn check(input: &AuthorizationInput<'_>, token: &str) -> ServiceResult<Grant> {
    if !input.peer.secure {
        return Err(Refusal::authentication_failed(
            "Authentication scheme Bearer is not supported in this protocol.",
        ));
    }
    if token.split('.').count() != 3 {
        return Err(super::invalid_authorization());
    }
    let claims = verify(input, token.trim()).ok_or_else(invalid)?;
    let now = input.now.seconds();
    if !is_audience(input, claims.aud.as_str().unwrap_or_default()) {
        return Err(Refusal {
            status: 401,
            code: "InvalidAuthenticationInfo".into(),
            ..invalid()
        }
        .with(
            "AuthenticationErrorDetail",
            "Audience validation failed. Audience did not match.",
        ));
    }
    if now < claims.nbf || now >= claims.exp {
        return Err(invalid().with(
            "AuthenticationErrorDetail",
            "Lifetime validation failed. The token is expired.",
        ));
    }
    Ok(Grant::Bearer(TokenHolder {
        object: claims.oid,
        tenant: claims.tid,
    }))
}

/// Whether a token is for Azure Storage, or for this account in one of Azure's clouds.
fn is_audience(input: &AuthorizationInput<'_>, audience: &str) -> bool {
    let own = format!("https://{}.{}.", input.address.account, input.names.label);
    let cloud = audience.trim_end_matches('/').strip_prefix(&own);
    AUDIENCES.contains(&audience) || cloud.is_some_and(|cloud| CLOUDS.contains(&cloud))
}

fn verify(input: &AuthorizationInput<'_>, token: &str) -> Option<TokenClaims> {
    let (signed, signature) = token.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    let claims = URL_SAFE_NO_PAD.decode(claims).ok()?;
    if input.unsigned_tokens {
        return serde_json::from_slice(&claims).ok();
    }
    let key = input.issuer_key?;
    let header: TokenHeader = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
    let expected = URL_SAFE_NO_PAD.encode(digest::hmac_sha256_bytes(key, signed.as_bytes()));
    if header.alg != "HS256" || !digest::same(&expected, signature) {
        return None;
    }
    serde_json::from_slice(&claims).ok()
}

fn invalid() -> Refusal {
    Refusal::new(
        401,
        "InvalidAuthenticationInfo",
        "Server failed to authenticate the request. Please refer to the information in the www-authenticate header.",
    )
}
