//! The certificate of HTTPS: from files, or created at the start.

use std::path::Path;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose,
};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ClientConfig, RootCertStore, ServerConfig};

use super::StartError;
use super::options::TlsChoice;

/// The names in the emulator's own certificate. A wildcard covers one label only.
const OWN_NAMES: [&str; 14] = [
    "localhost",
    "127.0.0.1",
    "*.blob.localhost",
    "*.blob.core.windows.net",
    "*.blob.emulator.test",
    "*.file.localhost",
    "*.file.core.windows.net",
    "*.file.emulator.test",
    "*.table.localhost",
    "*.table.core.windows.net",
    "*.table.emulator.test",
    "login.microsoftonline.com",
    "login.microsoftonline.us",
    "login.chinacloudapi.cn",
];

/// TLS for the listener.
pub struct Tls {
    /// The configuration of rustls.
    pub config: Arc<ServerConfig>,
    /// The authority to trust, PEM; only for a certificate of the emulator's own.
    pub authority_pem: Option<String>,
}

impl Tls {
    /// Prepares TLS; `None` for plain HTTP.
    pub fn prepare(choice: &TlsChoice) -> Result<Option<Self>, StartError> {
        match choice {
            TlsChoice::Off => Ok(None),
            TlsChoice::Own => own().map(Some),
            TlsChoice::Files { cert, key } => from_files(cert, key).map(Some),
        }
    }
}

fn from_files(cert: &Path, key: &Path) -> Result<Tls, StartError> {
    let broken =
        |path: &Path| StartError::Certificate(format!("cannot read `{}` as PEM", path.display()));
    let chain: Vec<_> = CertificateDer::pem_file_iter(cert)
        .map_err(|_| broken(cert))?
        .collect::<Result<_, _>>()
        .map_err(|_| broken(cert))?;
    let key_der = PrivateKeyDer::from_pem_file(key).map_err(|_| broken(key))?;
    Ok(Tls {
        config: config(chain, key_der)?,
        authority_pem: None,
    })
}

fn own() -> Result<Tls, StartError> {
    let refused = |error: rcgen::Error| {
        StartError::Certificate(format!("cannot make a certificate: {error}"))
    };
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.key_usages = vec![
        KeyUsagePurpose::KeyCertSign,
        KeyUsagePurpose::DigitalSignature,
    ];
    authority
        .distinguished_name
        .push(DnType::CommonName, "azring-emulator authority");
    let issuer = CertifiedIssuer::self_signed(authority, KeyPair::generate().map_err(refused)?)
        .map_err(refused)?;
    let names: Vec<String> = OWN_NAMES.iter().map(|name| (*name).to_owned()).collect();
    let mut leaf = CertificateParams::new(names).map_err(refused)?;
    leaf.distinguished_name
        .push(DnType::CommonName, "azring-emulator");
    leaf.use_authority_key_identifier_extension = true;
    let leaf_key = KeyPair::generate().map_err(refused)?;
    let cert = leaf.signed_by(&leaf_key, &issuer).map_err(refused)?;
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(leaf_key.serialize_der()));
    Ok(Tls {
        config: config(vec![cert.der().clone()], key)?,
        authority_pem: Some(issuer.pem()),
    })
}

/// The authorities that a client trusts; `None` for none.
pub fn trust(path: Option<&Path>) -> Result<Option<Arc<ClientConfig>>, StartError> {
    let Some(path) = path else { return Ok(None) };
    let broken = || StartError::Certificate(format!("cannot read `{}` as PEM", path.display()));
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(path).map_err(|_| broken())? {
        roots
            .add(certificate.map_err(|_| broken())?)
            .map_err(|_| broken())?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| StartError::Certificate(format!("cannot use TLS: {error}")))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Some(Arc::new(config)))
}

fn config(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<Arc<ServerConfig>, StartError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|error| StartError::Certificate(format!("cannot use the certificate: {error}")))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
