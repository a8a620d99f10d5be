//! The certificate and the key with which an application proves its identity.

use std::fmt;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{KeyPair as _, RSA_PSS_SHA256, RsaKeyPair};
use rustls::pki_types::pem::{self, PemObject, SectionKind};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::{Error, Kind, Result};

/// The largest file of a certificate and its key, in bytes.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// A certificate with its key. Its `Debug` shows neither.
pub struct ClientCertificate {
    certificate: Vec<u8>,
    key: RsaKeyPair,
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCertificate").finish_non_exhaustive()
    }
}

impl ClientCertificate {
    /// Reads a PEM file with a certificate and its RSA key (PKCS#8 or PKCS#1, not encrypted), in any
    /// order. Certificates of the chain may follow.
    ///
    /// Fails with [`Kind::Invalid`], and says how another form is converted.
    pub fn read(path: &Path) -> Result<Self> {
        let cannot = |error: &std::io::Error| {
            let doing = format!("cannot read the certificate `{}`", path.display());
            Error::disk(doing, error)
        };
        let file = std::fs::File::open(path).map_err(|error| cannot(&error))?;
        let mut bytes = Zeroizing::new(Vec::new());
        std::io::Read::read_to_end(&mut std::io::Read::take(file, FILE_BYTES_MAX), &mut bytes)
            .map_err(|error| cannot(&error))?;
        Self::of_pem(&bytes).map_err(|reason| {
            let message = format!("the certificate file `{}` {reason}", path.display());
            Error::new(Kind::Invalid, message)
        })
    }

    fn of_pem(bytes: &[u8]) -> std::result::Result<Self, String> {
        // A PKCS#12 file is a DER sequence.
        if bytes.first() == Some(&0x30) {
            return Err(
                "is no PEM file: convert it by `openssl pkcs12 -in FILE -out FILE.pem -nodes`"
                    .into(),
            );
        }
        if contains(bytes, b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
            || contains(bytes, b"Proc-Type: 4,ENCRYPTED")
        {
            return Err("has an encrypted key: decrypt it by `openssl pkey -in FILE -out FILE.key`, and put certificate and key into one file".into());
        }
        let mut certificates = Vec::new();
        let mut key = None;
        for section in <(SectionKind, Vec<u8>) as PemObject>::pem_slice_iter(bytes) {
            let (kind, content) =
                section.map_err(|_: pem::Error| "is not a well-formed PEM file")?;
            let content = Zeroizing::new(content);
            match kind {
                SectionKind::Certificate => certificates.push(content.to_vec()),
                SectionKind::PrivateKey => key = Some(RsaKeyPair::from_pkcs8(&content)),
                SectionKind::RsaPrivateKey => key = Some(RsaKeyPair::from_der(&content)),
                SectionKind::EcPrivateKey => {
                    return Err(
                        "has a key that is not RSA: the identity service takes RSA keys".into(),
                    );
                }
                _ => {}
            }
        }
        let key = key
            .ok_or("holds no private key in PEM form")?
            .map_err(|_| "has a private key that is not an RSA key of 2048 to 4096 bits")?;
        // The key's public half stands as it is in its certificate.
        let own = certificates
            .into_iter()
            .find(|certificate| contains(certificate, key.public_key().as_ref()));
        Ok(Self {
            certificate: own.ok_or("holds no certificate of its private key")?,
            key,
        })
    }

    /// A certificate that no application has, with its key.
    #[cfg(test)]
    pub(super) fn of_test() -> std::sync::Arc<Self> {
        let own = Self::of_pem(include_bytes!("../../tests/it/login_certificate.pem"));
        std::sync::Arc::new(own.expect("a certificate with its key"))
    }

    /// The SHA-256 of the certificate in base64url: the value of `x5t#S256` (RFC 7515, 4.1.8).
    pub(super) fn thumbprint(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(&self.certificate))
    }

    /// The signature PS256 (RFC 7518, 3.5).
    pub(super) fn sign(&self, signed: &[u8]) -> Result<Vec<u8>> {
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key
            .sign(
                &RSA_PSS_SHA256,
                &SystemRandom::new(),
                signed,
                &mut signature,
            )
            .map_err(|_| Error::new(Kind::Limit, "the proof of identity cannot be signed"))?;
        Ok(signature)
    }
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(text, part).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_forms_are_refused_with_what_to_do() {
        for (bytes, reason) in [
            (&b"\x30\x82\x01\x02"[..], "openssl pkcs12"),
            (b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n", "openssl pkey"),
            (b"-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n", "not RSA"),
            (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "not an RSA key"),
            (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "no private key"),
            (b"hello", "no private key"),
            (b"-----BEGIN CERTIFICATE-----\nA", "well-formed"),
        ] {
            let refused = ClientCertificate::of_pem(bytes).unwrap_err();
            assert!(refused.contains(reason), "{refused}");
        }
    }
}
