//! Client assertions that an application signs with the key of its certificate, in the forms of Azure's
//! libraries for Python and for Go.

use azring_emulator_tests::emulator::identity::{
    CONFIDENTIAL_CLIENT, DEFAULT_TENANT, IdentitySettings,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::rsa::KeyPair;
use ring::signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding};
use ring::{digest, signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use serde_json::{Value, json};

use super::own_provider::{OwnProvider, SCOPE, assert_refused, text};
use crate::client::Reply;

/// A provider, and the certificate and key of its confidential application.
struct CertificateRig {
    provider: OwnProvider,
    certificate: Vec<u8>,
    key: signature::RsaKeyPair,
}

impl CertificateRig {
    fn start() -> Self {
        let provider = OwnProvider::start(IdentitySettings::default());
        let pem = provider.server.identity().certificate(CONFIDENTIAL_CLIENT);
        let pem = pem.unwrap();
        let key = PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes()).unwrap();
        Self {
            provider,
            certificate: CertificateDer::from_pem_slice(pem.as_bytes())
                .unwrap()
                .to_vec(),
            key: KeyPair::from_pkcs8(key.secret_pkcs8_der()).unwrap(),
        }
    }

    fn sign(&self, padding: &'static dyn RsaEncoding, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", part(header), part(claims));
        let mut signed = vec![0; self.key.public().modulus_len()];
        let random = SystemRandom::new();
        self.key
            .sign(padding, &random, text.as_bytes(), &mut signed)
            .unwrap();
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signed))
    }

    /// An assertion as Azure's library for Go signs it, with these claims.
    fn assertion(&self, claims: &Value) -> String {
        let thumbprint = digest::digest(&digest::SHA256, &self.certificate);
        let header = json!({
            "alg": "PS256",
            "typ": "JWT",
            "x5t#S256": STANDARD.encode(thumbprint.as_ref()),
        });
        self.sign(&RSA_PSS_SHA256, &header, claims)
    }

    fn claims(&self) -> Value {
        let url = self.provider.server.identity_url();
        let now = self.provider.server.identity().now().seconds();
        json!({
            "aud": format!("{url}/{DEFAULT_TENANT}/oauth2/v2.0/token"),
            "exp": now + 600,
            "iss": CONFIDENTIAL_CLIENT,
            "jti": "1",
            "nbf": now,
            "sub": CONFIDENTIAL_CLIENT,
        })
    }

    fn grant(&self, assertion: &str) -> Reply {
        let form = [
            ("client_id", CONFIDENTIAL_CLIENT),
            (
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            ),
            ("client_assertion", assertion),
            ("grant_type", "client_credentials"),
            ("scope", SCOPE),
        ];
        self.provider.post("token", &form)
    }
}

#[test]
fn assertions_of_both_dialects_get_tokens() {
    let rig = CertificateRig::start();
    let claims = rig.claims();
    let mut python = claims.clone();
    python["exp"] = json!(claims["exp"].as_f64().unwrap() + 0.5);
    python["iat"] = claims["nbf"].clone();
    python.as_object_mut().unwrap().remove("nbf");
    let thumbprint = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &rig.certificate);
    let header = json!({
        "alg": "RS256",
        "typ": "JWT",
        "x5t": URL_SAFE.encode(thumbprint.as_ref()),
    });
    let python = rig.sign(&RSA_PKCS1_SHA256, &header, &python);
    for assertion in [rig.assertion(&claims), python] {
        let reply = rig.grant(&assertion).expect(200);
        let token = text(&reply, "access_token");
        rig.provider.list_containers(&token).expect(200);
    }
}

#[test]
fn an_assertion_is_refused_for_each_thing_that_it_claims_wrongly() {
    let rig = CertificateRig::start();
    let now = rig.provider.server.identity().now().seconds();
    for (name, value, code) in [
        (
            "aud",
            json!("https://login.microsoftonline.com/t/oauth2/v2.0/token"),
            700_023,
        ),
        ("iss", json!("somebody else"), 700_021),
        ("sub", json!("somebody else"), 700_021),
        ("exp", json!(now - 600), 700_024),
        ("nbf", json!(now + 600), 700_024),
        ("exp", Value::Null, 700_024),
    ] {
        let mut claims = rig.claims();
        claims[name] = value;
        let reply = rig.grant(&rig.assertion(&claims));
        assert_refused(&reply, 401, "invalid_client", code);
    }
}

#[test]
fn an_assertion_needs_the_registered_key_and_its_own_algorithm() {
    let rig = CertificateRig::start();
    let claims = rig.claims();
    let thumbprint = digest::digest(&digest::SHA256, &rig.certificate);
    let thumbprint = URL_SAFE_NO_PAD.encode(thumbprint.as_ref());
    let header =
        |algorithm: &str, thumbprint: &str| json!({ "alg": algorithm, "x5t#S256": thumbprint });
    // Signed in one way and named as another.
    for algorithm in ["RS256", "none", "HS256"] {
        let mixed = rig.sign(&RSA_PSS_SHA256, &header(algorithm, &thumbprint), &claims);
        assert_refused(&rig.grant(&mixed), 401, "invalid_client", 700_027);
    }
    let unknown = rig.sign(&RSA_PSS_SHA256, &header("PS256", "AAAA"), &claims);
    assert_refused(&rig.grant(&unknown), 401, "invalid_client", 700_027);
    // Another key that claims to be this one.
    let other = CertificateRig::start();
    let foreign = other.sign(&RSA_PSS_SHA256, &header("PS256", &thumbprint), &claims);
    assert_refused(&rig.grant(&foreign), 401, "invalid_client", 700_027);
}
