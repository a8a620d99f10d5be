//! Bearer tokens: JSON web tokens of the emulator's identity provider (RS256), or of a local issuer
//! whose key is in the options (HS256).
//!
//! The holder of a token of the provider needs a role for each call. A token of the local issuer
//! allows everything except access policies of shares and tables. Those of containers accept tokens
//! since 2025:
//! <https://devblogs.microsoft.com/azure-sdk/azure-storage-apis-gain-entra-id-and-rbac-support>
//!
//! An emulator that accepts unsigned tokens checks audience and times only, as Azurite does with
//! `--oauth basic`.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::Value;

use super::grant::{TokenHolder, TokenRights};
use super::{AuthorizationInput, Grant};
use crate::emulator::digest;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::identity::access_token::{TokenRefusal, VerifiedToken};
use crate::emulator::identity::json_web_token::JsonWebToken;
use crate::emulator::version::ApiVersion;

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
    if !has_version_with_tokens(input) {
        return Err(version_without_tokens());
    }
    if token.split('.').count() != 3 {
        return Err(super::invalid_authorization());
    }
    if let Some(verified) = of_provider(input, token.trim()) {
        let verified = verified
            .map_err(|TokenRefusal(detail)| invalid().with("AuthenticationErrorDetail", detail))?;
        check_audience(input, &verified.audience)?;
        return Ok(Grant::Bearer(TokenHolder {
            object: verified.object_id,
            tenant: verified.tenant,
            rights: TokenRights::Roles(input.names.label, verified.roles),
        }));
    }
    let claims = verify(input, token.trim()).ok_or_else(invalid)?;
    let now = input.now.seconds();
    check_audience(input, claims.aud.as_str().unwrap_or_default())?;
    if now < claims.nbf || now >= claims.exp {
        return Err(invalid().with(
            "AuthenticationErrorDetail",
            "Lifetime validation failed. The token is expired.",
        ));
    }
    Ok(Grant::Bearer(TokenHolder {
        object: claims.oid,
        tenant: claims.tid,
        rights: TokenRights::All,
    }))
}

/// Checks a token of the identity provider; `None` if it has another algorithm, or nobody asks for
/// signatures.
fn of_provider(
    input: &AuthorizationInput<'_>,
    token: &str,
) -> Option<Result<VerifiedToken, TokenRefusal>> {
    let provider = input.identity.filter(|_| !input.unsigned_tokens)?;
    let token = JsonWebToken::parse(token)?;
    if token.header_text("alg") != "RS256" {
        return None;
    }
    Some(provider.verify(&token, &input.address.account, input.now))
}

fn check_audience(input: &AuthorizationInput<'_>, audience: &str) -> ServiceResult<()> {
    if is_audience(input, audience) {
        return Ok(());
    }
    Err(invalid().with(
        "AuthenticationErrorDetail",
        "Audience validation failed. Audience did not match.",
    ))
}

/// Requests for blobs and files name their version, except those in a batch.
fn has_version_with_tokens(input: &AuthorizationInput<'_>) -> bool {
    let since = input.names.tokens_since.data;
    let is_named = input.head.in_batch || input.head.header("x-ms-version").is_some();
    since == ApiVersion::OLDEST || is_named && input.version >= since
}

/// The refusal of a token in a version that has none for the call.
pub fn version_without_tokens() -> Refusal {
    Refusal::authentication_failed("Authentication scheme Bearer is not supported in this version.")
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
