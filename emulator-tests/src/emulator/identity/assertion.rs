//! Client assertions: tokens that an application presents instead of a secret. One signs them itself
//! with the key of its certificate, another gets them from an issuer that it trusts.
//! <https://learn.microsoft.com/entra/identity-platform/certificate-credentials>

use rustls::pki_types::SignatureVerificationAlgorithm;
use webpki::EndEntityCert;
use webpki::ring::{RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256_LEGACY_KEY};

use super::application::{Application, FederatedCredential};
use super::error::{IdentityError, IdentityResult};
use super::json_web_token::JsonWebToken;
use super::signing_keys::SigningKeys;
use crate::emulator::clock::Moment;

/// The type of an assertion in a request.
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// `aud` of a federated token.
pub const FEDERATED_AUDIENCE: &str = "api://AzureADTokenExchange";
/// How far the client's clock may be off.
const SKEW_SECONDS: u64 = 300;

/// What an assertion is checked against.
pub struct AssertionInput<'a> {
    /// The application that presents it.
    pub application: &'a Application,
    /// The keys of the provider, which also sign the federated tokens of a test.
    pub keys: &'a SigningKeys,
    /// The addresses that the assertion may be meant for.
    pub audiences: &'a [String],
    /// The clock.
    pub now: Moment,
}

/// Checks an assertion.
pub fn check(input: &AssertionInput<'_>, assertion: &str) -> IdentityResult<()> {
    let token = JsonWebToken::parse(assertion.trim()).ok_or_else(|| {
        IdentityError::invalid_client(50_027, "JWT token is invalid or malformed.")
    })?;
    let thumbprint = ["x5t#S256", "x5t"].map(|name| token.header_text(name));
    match thumbprint.iter().find(|text| !text.is_empty()) {
        Some(thumbprint) => check_certificate(input, &token, thumbprint),
        None => check_federated(input, &token),
    }
}

fn check_certificate(
    input: &AssertionInput<'_>,
    token: &JsonWebToken<'_>,
    thumbprint: &str,
) -> IdentityResult<()> {
    let certificate = input.application.certificate(thumbprint).ok_or_else(|| {
        IdentityError::invalid_client(
            700_027,
            format!(
                "The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found., Thumbprint of key used by client: '{thumbprint}']"
            ),
        )
    })?;
    if !is_signed_by(token, certificate.as_ref()) {
        return Err(IdentityError::invalid_client(
            700_027,
            "Client assertion failed signature validation. [Reason - The key was found, but use of the key to verify the signature failed.]",
        ));
    }
    let own = &input.application.client_id;
    if ![token.text("iss"), token.text("sub")]
        .iter()
        .all(|id| id.eq_ignore_ascii_case(own))
    {
        return Err(IdentityError::invalid_client(
            700_021,
            "Client assertion application identifier doesn't match 'client_id' parameter.",
        ));
    }
    if !input.audiences.iter().any(|one| token.is_for(one)) {
        return Err(IdentityError::invalid_client(
            700_023,
            "Client assertion audience claim does not match Realm issuer.",
        ));
    }
    check_times(input, token)
}

/// Whether a certificate's key signed a token. The algorithm is the token's own.
fn is_signed_by(token: &JsonWebToken<'_>, certificate: &[u8]) -> bool {
    let algorithm: &dyn SignatureVerificationAlgorithm = match token.header_text("alg") {
        "RS256" => RSA_PKCS1_2048_8192_SHA256,
        "PS256" => RSA_PSS_2048_8192_SHA256_LEGACY_KEY,
        _ => return false,
    };
    let certificate = certificate.into();
    let Ok(certificate) = EndEntityCert::try_from(&certificate) else {
        return false;
    };
    let verified =
        certificate.verify_signature(algorithm, token.signed.as_bytes(), &token.signature);
    verified.is_ok()
}

fn check_federated(input: &AssertionInput<'_>, token: &JsonWebToken<'_>) -> IdentityResult<()> {
    let refused = |code, what: &str, value: &str| {
        Err(IdentityError::invalid_client(
            code,
            format!(
                "No matching federated identity record found for presented assertion {what} '{value}'."
            ),
        ))
    };
    let credentials = &input.application.federated_credentials;
    let issuer = token.text("iss");
    let of_issuer: Vec<&FederatedCredential> = credentials
        .iter()
        .filter(|one| one.issuer == issuer)
        .collect();
    if of_issuer.is_empty() {
        return refused(700_211, "issuer", issuer);
    }
    let subject = token.text("sub");
    if !of_issuer.iter().any(|one| one.subject == subject) {
        return refused(700_213, "subject", subject);
    }
    if !token.is_for(FEDERATED_AUDIENCE) {
        return refused(700_212, "audience", token.text("aud"));
    }
    let key = input.keys.find(token.header_text("kid"));
    if !key.is_some_and(|key| key.has_signed(token)) {
        return Err(IdentityError::invalid_client(
            700_027,
            "Client assertion failed signature validation.",
        ));
    }
    check_times(input, token)
}

/// An assertion ends, and may not begin later than now.
fn check_times(input: &AssertionInput<'_>, token: &JsonWebToken<'_>) -> IdentityResult<()> {
    let now = input.now.seconds();
    let has_begun = token
        .seconds("nbf")
        .is_none_or(|first| first <= now + SKEW_SECONDS);
    let has_not_ended = token
        .seconds("exp")
        .is_some_and(|end| now < end + SKEW_SECONDS);
    if has_begun && has_not_ended {
        return Ok(());
    }
    let time = |name| {
        let seconds = token.seconds(name).map(Moment::from_seconds);
        seconds.map_or_else(|| "none".to_owned(), Moment::iso8601_seconds)
    };
    Err(IdentityError::invalid_client(
        700_024,
        format!(
            "Client assertion is not within its valid time range. Current time: {}, assertion valid from {}, expiry time of assertion {}.",
            input.now.iso8601_seconds(),
            time("nbf"),
            time("exp"),
        ),
    ))
}
