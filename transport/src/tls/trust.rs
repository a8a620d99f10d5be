//! The trusted certificates, and the handshake that checks them.
//!
//! The provider is `ring`: on processors with VAES but without AVX-512 it seals AES-256-GCM at
//! 6.2-6.6 GB/s, where aws-lc-rs reaches 2.7-3.6 (measured 2026-11-22; on AVX-512 neither was
//! measured).

use std::fmt;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::BufferedStream;
use crate::endpoint::Endpoint;
use crate::{Error, Kind, Result};

/// The machine's roots (`SSL_CERT_FILE` and `SSL_CERT_DIR` are obeyed) and, where given, a file of
/// certificates.
///
/// Clones share everything. The machine's roots are read for the first encrypted connection,
/// because a run over plain HTTP needs none.
#[derive(Clone, Default)]
pub struct Trust(Arc<TrustShared>);

#[derive(Default)]
struct TrustShared {
    extra: Vec<CertificateDer<'static>>,
    connector: OnceLock<Result<TlsConnector>>,
}

impl Trust {
    /// The machine's roots alone.
    pub fn platform() -> Self {
        Self::default()
    }

    /// The machine's roots and the certificates in a PEM file. Fails when the file cannot be read
    /// or holds none.
    pub fn with_file(path: &Path) -> Result<Self> {
        let text = std::fs::read(path).map_err(|error| {
            Error::disk(
                format_args!("cannot read the certificates in `{}`", path.display()),
                &error,
            )
        })?;
        let extra = certificates(&text).map_err(|reason| {
            let message = format!("the file `{}` {reason}", path.display());
            Error::new(Kind::Invalid, message)
        })?;
        Ok(Self(Arc::new(TrustShared {
            extra,
            connector: OnceLock::new(),
        })))
    }

    /// Encrypts a connection to an endpoint. The certificate must name its host.
    pub(crate) async fn secure(
        &self,
        tcp: TcpStream,
        endpoint: &Endpoint,
    ) -> Result<TlsStream<BufferedStream>> {
        let connector = self.connector()?;
        let name = ServerName::try_from(endpoint.host_without_brackets().to_owned());
        let name = name.map_err(|_| {
            let message = format!(
                "`{}` is not a name that a certificate can have",
                endpoint.host
            );
            Error::new(Kind::Invalid, message)
        })?;
        let connected = connector.connect(name, BufferedStream::new(tcp)).await;
        connected.map_err(|error| handshake_failed(endpoint, &error))
    }

    fn connector(&self) -> Result<&TlsConnector> {
        let made = self.0.connector.get_or_init(|| connector(&self.0.extra));
        made.as_ref().map_err(Clone::clone)
    }
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trust")
            .field("extra", &self.0.extra.len())
            .finish_non_exhaustive()
    }
}

/// The certificates of a PEM text, at least one.
fn certificates(text: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let found: Result<Vec<_>, pem::Error> = CertificateDer::pem_slice_iter(text).collect();
    match found {
        Ok(found) if found.is_empty() => Err("holds no certificate in PEM form".into()),
        Ok(found) => Ok(found),
        Err(_) => Err("is not a well-formed PEM file".into()),
    }
}

/// Made once: it owns the roots and the sessions to resume.
fn connector(extra: &[CertificateDer<'static>]) -> Result<TlsConnector> {
    let mut roots = RootCertStore::empty();
    // An unreadable certificate among the machine's is skipped.
    let native = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(native.certs);
    for certificate in extra {
        roots.add(certificate.clone()).map_err(|error| {
            let message =
                format!("the certificate of `/CaFile` (`--ca-file`) is not usable: {error}");
            Error::new(Kind::Invalid, message)
        })?;
    }
    if roots.is_empty() {
        let message = "this machine has no certificates to trust: install `ca-certificates`, or give a file of certificates with `/CaFile` (`--ca-file`)";
        return Err(Error::new(Kind::Tls, message));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::new(Kind::Tls, error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}

/// A refusal by either side's TLS is final. A connection that broke meanwhile is like any other
/// broken connection.
fn handshake_failed(endpoint: &Endpoint, error: &std::io::Error) -> Error {
    let inner = error.get_ref();
    let refusal = inner.and_then(|inner| inner.downcast_ref::<rustls::Error>());
    let kind = match refusal {
        Some(_) => Kind::Tls,
        None => Kind::Connect,
    };
    let reason = refusal.map_or_else(|| crate::error::plain_reason(error), advice);
    let message = format!("no secure connection to `{endpoint}`: {reason}");
    Error::new(kind, message)
}

/// The common refusals, with advice.
fn advice(refusal: &rustls::Error) -> String {
    use rustls::CertificateError as Certificate;
    let flaw = match refusal {
        rustls::Error::InvalidCertificate(flaw) => flaw,
        rustls::Error::InvalidMessage(_) => return "the server there does not use TLS".into(),
        _ => return refusal.to_string(),
    };
    match flaw {
        Certificate::UnknownIssuer => {
            "no authority that this machine trusts has signed its certificate: if the authority is your own, give its certificate with `/CaFile` (`--ca-file`)"
                .into()
        }
        Certificate::NotValidForName | Certificate::NotValidForNameContext { .. } => {
            "its certificate is for another name".into()
        }
        Certificate::Expired | Certificate::ExpiredContext { .. } => {
            "its certificate has expired, or this machine's clock is wrong".into()
        }
        _ => refusal.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_or_empty_certificate_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        let missing = Trust::with_file(&path).unwrap_err();
        let name = path.display();
        assert_eq!(
            missing.message(),
            format!("cannot read the certificates in `{name}`: no such file or directory")
        );

        std::fs::write(&path, "not a certificate").unwrap();
        let empty = Trust::with_file(&path).unwrap_err();
        assert_eq!(
            empty.message(),
            format!("the file `{name}` holds no certificate in PEM form")
        );
        assert_eq!(empty.kind(), Kind::Invalid);
    }
}
