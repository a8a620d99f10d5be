//! The certificate of an application, signed by itself.

use rcgen::{CertificateParams, DnType, KeyPair, PKCS_RSA_SHA256};
use rustls::pki_types::PrivatePkcs8KeyDer;

use super::rsa_key::RsaKey;

/// A certificate with this common name and its private key, both in PEM.
pub fn generate(name: &str) -> (String, String) {
    let der = PrivatePkcs8KeyDer::from(RsaKey::generate().to_pkcs8());
    let key = KeyPair::from_pkcs8_der_and_sign_algo(&der, &PKCS_RSA_SHA256)
        .expect("an RSA key of this program");
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name.push(DnType::CommonName, name);
    let certificate = parameters
        .self_signed(&key)
        .expect("a certificate without names");
    (certificate.pem(), key.serialize_pem())
}
