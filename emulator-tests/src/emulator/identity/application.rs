//! Applications that are registered with the provider: their secrets, certificates and federated
//! credentials.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde::{Deserialize, Serialize};

use super::random;

/// A registered application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Application {
    /// Its client id.
    pub client_id: String,
    /// The object id of its service principal.
    #[serde(default = "random::guid")]
    pub object_id: String,
    /// Whether it is a public client, which has no credential: users sign in to it by device code.
    #[serde(default)]
    pub is_public: bool,
    /// Its secrets, any of which is good.
    #[serde(default)]
    pub secrets: Vec<ClientSecret>,
    /// Its certificates, each in PEM.
    #[serde(default)]
    pub certificates: Vec<String>,
    /// The tokens of other issuers that it may present instead of a credential.
    #[serde(default)]
    pub federated_credentials: Vec<FederatedCredential>,
}

/// A secret of an application.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientSecret {
    /// The secret itself.
    pub value: String,
    /// Whether it has expired.
    #[serde(default)]
    pub is_expired: bool,
}

/// Whose tokens stand for an application's credential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FederatedCredential {
    /// `iss` of the token.
    pub issuer: String,
    /// `sub` of the token.
    pub subject: String,
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "ClientSecret {{ **** }}")
    }
}

impl Application {
    /// The certificate with this SHA-1 or SHA-256 thumbprint, in DER. The thumbprint is in base64url or
    /// in base64, with or without padding.
    pub fn certificate(&self, thumbprint: &str) -> Option<CertificateDer<'static>> {
        let wanted = thumbprint
            .trim_end_matches('=')
            .replace('+', "-")
            .replace('/', "_");
        let certificates = self.certificates.iter();
        let mut known =
            certificates.filter_map(|pem| CertificateDer::from_pem_slice(pem.as_bytes()).ok());
        known.find(|certificate| {
            let of = |algorithm| {
                URL_SAFE_NO_PAD.encode(digest::digest(algorithm, certificate.as_ref()).as_ref())
            };
            of(&digest::SHA256) == wanted || of(&digest::SHA1_FOR_LEGACY_USE_ONLY) == wanted
        })
    }
}
