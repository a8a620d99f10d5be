//! A certificate authority for tests, and a server certificate with all names of the test servers.
//!
//! Servers get the certificate and its key as files. Clients trust the authority's file
//! (`/CaFile:`, or the environment variable of their TLS library). Every process makes its own
//! authority.

use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType,
};
use tempfile::TempDir;

use crate::scratch;

/// The names in the server certificate, besides 127.0.0.1.
const NAMES: [&str; 5] = [
    "localhost",
    "*.blob.localhost",
    "*.blob.core.windows.net",
    "*.file.core.windows.net",
    "*.table.core.windows.net",
];

/// The authority's certificate, and a server's certificate with its key, as PEM files that live as
/// long as this value.
#[derive(Debug)]
pub struct Certificate {
    folder: TempDir,
}

impl Certificate {
    /// Makes an authority and a server certificate.
    ///
    /// # Panics
    /// When the folder for temporary files cannot be written to.
    pub fn make() -> Self {
        let folder = scratch::folder();
        let (authority, authority_pem) = authority();
        let (server_pem, server_key) = server(&authority);
        let made = Self { folder };
        for (path, text) in [
            (made.authority(), authority_pem),
            (made.server(), server_pem),
            (made.server_key(), server_key),
        ] {
            std::fs::write(path, text).expect("the folder was just made");
        }
        made
    }

    /// The authority's certificate, for clients.
    pub fn authority(&self) -> PathBuf {
        self.file("ca.pem")
    }

    /// The server's certificate.
    pub fn server(&self) -> PathBuf {
        self.file("server.pem")
    }

    /// The server's private key.
    pub fn server_key(&self) -> PathBuf {
        self.file("server.key")
    }

    /// The folder that holds the files; other users may read it.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

fn authority() -> (Issuer<'static, KeyPair>, String) {
    let mut parameters = CertificateParams::default();
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    parameters
        .distinguished_name
        .push(DnType::CommonName, "azring's tests");
    let key = KeyPair::generate().expect("the system gives random bytes");
    let certificate = parameters
        .self_signed(&key)
        .expect("the parameters are in order");
    let pem = certificate.pem();
    (Issuer::new(parameters, key), pem)
}

fn server(authority: &Issuer<'_, KeyPair>) -> (String, String) {
    let names: Vec<String> = NAMES.iter().map(|&name| name.to_owned()).collect();
    let mut parameters = CertificateParams::new(names).expect("the names are plain ASCII");
    parameters
        .subject_alt_names
        .push(SanType::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST)));
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    parameters
        .distinguished_name
        .push(DnType::CommonName, "azring's test server");
    let key = KeyPair::generate().expect("the system gives random bytes");
    let certificate = parameters
        .signed_by(&key, authority)
        .expect("the parameters are in order");
    (certificate.pem(), key.serialize_pem())
}
