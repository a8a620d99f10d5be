//! The signed proof of an application's identity: a JSON web token (RFC 7523, 2.2).
//! <https://learn.microsoft.com/entra/identity-platform/certificate-credentials>

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom as _, SystemRandom};
use serde_json::json;

use super::ClientCertificate;
use crate::auth::Secret;
use crate::{Error, Kind, Result};

/// How long a proof is valid. A new one is made for every request.
const LASTS: Duration = Duration::from_mins(10);

/// The proof of an application for the identity service at `audience` (the URL that it is sent to).
pub(super) fn client_assertion(
    certificate: &ClientCertificate,
    client_id: &str,
    audience: &str,
    now: SystemTime,
) -> Result<Secret<String>> {
    let thumbprint = certificate.thumbprint();
    let signed = signed_part(&thumbprint, client_id, audience, &random_id()?, now);
    let signature = certificate.sign(signed.as_bytes())?;
    let signature = URL_SAFE_NO_PAD.encode(signature);
    Ok(Secret::new(format!("{signed}.{signature}")))
}

/// Head and claims, encoded.
fn signed_part(
    thumbprint: &str,
    client_id: &str,
    audience: &str,
    id: &str,
    now: SystemTime,
) -> String {
    let seconds = |time: SystemTime| {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        since.as_secs()
    };
    let head = json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": thumbprint });
    let claims = json!({
        "aud": audience,
        "iss": client_id,
        "sub": client_id,
        "jti": id,
        "nbf": seconds(now),
        "iat": seconds(now),
        "exp": seconds(now + LASTS),
    });
    let encoded = |part: &serde_json::Value| URL_SAFE_NO_PAD.encode(part.to_string());
    format!("{}.{}", encoded(&head), encoded(&claims))
}

/// A random UUID (RFC 9562, 5.4), by which the service recognises a proof that it has seen.
fn random_id() -> Result<String> {
    let mut bytes = [0; 16];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| Error::new(Kind::Limit, "the kernel gives no random numbers"))?;
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let number = u128::from_be_bytes(bytes);
    let digits = format!("{number:032x}");
    Ok([
        &digits[..8],
        &digits[8..12],
        &digits[12..16],
        &digits[16..20],
        &digits[20..],
    ]
    .join("-"))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn head_and_claims_are_what_the_identity_service_documents() {
        let now = UNIX_EPOCH + Duration::from_secs(1_795_780_801);
        let signed = signed_part(
            "thumb",
            "app",
            "https://login/t/oauth2/v2.0/token",
            "id",
            now,
        );
        let parts: Vec<Value> = signed
            .split('.')
            .map(|part| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap())
            .collect();
        assert_eq!(
            parts[0],
            json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": "thumb" })
        );
        assert_eq!(
            parts[1],
            json!({
                "aud": "https://login/t/oauth2/v2.0/token",
                "iss": "app",
                "sub": "app",
                "jti": "id",
                "nbf": 1_795_780_801,
                "iat": 1_795_780_801,
                "exp": 1_795_781_401,
            })
        );
    }

    #[test]
    fn every_proof_has_another_id() {
        let id = random_id().unwrap();
        assert_eq!(id.len(), 36);
        assert_eq!(&id[14..15], "4");
        assert_ne!(id, random_id().unwrap());
    }
}
