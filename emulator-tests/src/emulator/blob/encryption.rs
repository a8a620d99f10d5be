//! Keys that clients provide, and encryption scopes: what a request asks for, and whether it fits
//! the blob.
//!
//! The emulator encrypts nothing. It keeps the SHA-256 of a client's key with the blob, and refuses
//! requests without that key, as the service does.
//! <https://learn.microsoft.com/azure/storage/blobs/encryption-customer-provided-keys>,
//! <https://learn.microsoft.com/azure/storage/blobs/encryption-scope-overview>

use super::call::BlobCall;
use super::state::{Blob, ContainerProperties, Encryption};
use crate::emulator::digest;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::response::Response;

/// The scope of a container that names none.
pub const ACCOUNT_SCOPE: &str = "$account-encryption-key";

const PREFIX: &str = "x-ms-encryption-";
const KEY: &str = "x-ms-encryption-key";
const HASH: &str = "x-ms-encryption-key-sha256";
const ALGORITHM: &str = "x-ms-encryption-algorithm";
const SCOPE: &str = "x-ms-encryption-scope";
const KEY_BYTES: usize = 32;

/// The key or the scope that a request names.
pub fn of(call: &BlobCall<'_>) -> ServiceResult<Encryption> {
    let head = call.head;
    let is_asked = |(name, _): (&str, &str)| {
        let start = name.get(..PREFIX.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(PREFIX))
    };
    // Most requests have none of the headers, which one look at each name shows.
    if !head.headers().any(is_asked) {
        return Ok(Encryption::Account);
    }
    let given = |name| head.header(name).is_some();
    match head.header(SCOPE) {
        Some(scope) if given(KEY) => Err(Refusal::invalid_header(SCOPE, scope)),
        Some(scope) => {
            check_scope(call, scope)?;
            Ok(Encryption::Scope(scope.to_owned()))
        }
        None if given(KEY) || given(HASH) || given(ALGORITHM) => {
            Ok(Encryption::CustomerKey(customer_key(call)?))
        }
        None => Ok(Encryption::Account),
    }
}

/// The same for a new blob: without either, the container's scope decides.
pub fn of_new(call: &BlobCall<'_>, container: &ContainerProperties) -> ServiceResult<Encryption> {
    let asked = of(call)?;
    let Some(default) = &container.default_scope else {
        return Ok(asked);
    };
    let own = Encryption::Scope(default.clone());
    if !asked.is_account() && asked != own && container.denies_other_scopes {
        return Err(Refusal::new(
            403,
            "RequestForbiddenByContainerEncryptionPolicy",
            "The request is not allowed by the container's encryption policy.",
        ));
    }
    Ok(if asked.is_account() { own } else { asked })
}

/// Refuses a request whose key or scope is not the blob's. A scope needs not be named again.
pub fn check(call: &BlobCall<'_>, blob: &Blob) -> ServiceResult<()> {
    check_same(&of(call)?, &blob.encryption)
}

/// The same for two keys.
pub fn check_same(asked: &Encryption, own: &Encryption) -> ServiceResult<()> {
    let refused = |code: &'static str, message: &'static str| Refusal::new(409, code, message);
    match (asked, own) {
        _ if asked == own => Ok(()),
        (Encryption::Account, Encryption::Scope(_)) => Ok(()),
        (Encryption::Account, Encryption::CustomerKey(_)) => Err(refused(
            "BlobUsesCustomerSpecifiedEncryption",
            "The blob is encrypted with customer specified encryption, but it was not provided in the request.",
        )),
        (Encryption::CustomerKey(_), Encryption::Account | Encryption::Scope(_))
        | (Encryption::Scope(_), Encryption::Account) => Err(refused(
            "BlobDoesNotUseCustomerSpecifiedEncryption",
            "The blob is not encrypted with customer specified encryption, but one was provided in the request.",
        )),
        _ => Err(refused(
            "BlobCustomerSpecifiedEncryptionMismatch",
            "The given customer specified encryption does not match the encryption used to encrypt the blob.",
        )),
    }
}

/// Names the key or scope in an answer.
pub fn write(response: &mut Response, encryption: &Encryption) {
    match encryption {
        Encryption::Account => {}
        Encryption::CustomerKey(hash) => response.set(HASH, digest::to_base64(hash)),
        Encryption::Scope(scope) => response.set(SCOPE, scope.as_str()),
    }
}

/// Refuses a scope that the account does not have. The documentation names no error code, and no
/// public source has one: this code is the emulator's own.
pub fn check_scope(call: &BlobCall<'_>, scope: &str) -> ServiceResult<()> {
    let mut known = call.behaviour.encryption_scopes.iter();
    if known.any(|known| known == scope) {
        return Ok(());
    }
    Err(Refusal::new(
        404,
        "EncryptionScopeNotFound",
        "The specified encryption scope does not exist.",
    ))
}

/// The SHA-256 of the client's key: 32 bytes, sent with their hash. The documentation requires HTTPS,
/// and names no error code for HTTP.
fn customer_key(call: &BlobCall<'_>) -> ServiceResult<[u8; 32]> {
    let key = call.head.required(KEY)?;
    let hash = call.head.required(HASH)?;
    let algorithm = call.head.required(ALGORITHM)?;
    if algorithm != "AES256" {
        return Err(Refusal::invalid_header(ALGORITHM, algorithm));
    }
    if !call.peer.secure && !call.behaviour.customer_keys_over_http {
        return Err(Refusal::new(
            400,
            "InvalidHeaderValue",
            "A customer-provided key cannot be sent without HTTPS.",
        )
        .with("HeaderName", KEY));
    }
    let bytes = digest::from_base64(key).filter(|bytes| bytes.len() == KEY_BYTES);
    // The answer does not repeat the key.
    let bytes = bytes.ok_or_else(|| Refusal::invalid_header(KEY, "****"))?;
    let computed = digest::sha256(&bytes);
    if digest::from_base64(hash).as_deref() != Some(computed.as_slice()) {
        return Err(Refusal::invalid_header(HASH, hash));
    }
    Ok(computed)
}
