//! Encrypted connections: which certificates are trusted.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use azring_transport::auth::Credential;
use azring_transport::http::{Request, Scheme};
use azring_transport::tls::Trust;
use azring_transport::{Client, Error, Kind};
use hyper::Method;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{HandshakeKind, ServerConfig};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::script::{
    Bench, Move, Server, answer, content, pattern, run, run_without_waiting, send, times,
};

const OK: &str = "HTTP/1.1 200 OK\ncontent-length: 2\n\nhi";
const HOST: &str = "acct.blob.core.example";

/// A certificate authority of the test, its certificate in a file, and a server certificate that it
/// signed.
pub(crate) struct Authority {
    folder: tempfile::TempDir,
    acceptor: TlsAcceptor,
    handshakes: Rc<RefCell<Vec<Option<HandshakeKind>>>>,
}

impl Authority {
    pub(crate) fn signing_for(host: &str) -> Self {
        Self::named("an authority", host)
    }

    fn named(name: &str, host: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &issuer).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), issuer.pem()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![CertificateDer::from(certificate)],
                PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
            )
            .unwrap();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Self {
            folder,
            acceptor: TlsAcceptor::from(Arc::new(config)),
            handshakes: Rc::default(),
        }
    }

    pub(crate) async fn serve(&self, script: Vec<Vec<Move>>) -> Server {
        let acceptor = self.acceptor.clone();
        let handshakes = Rc::clone(&self.handshakes);
        let wrap = async move |stream| -> Option<TlsStream<TcpStream>> {
            let stream = acceptor.accept(stream).await.ok()?;
            let session = stream.get_ref().1;
            assert_eq!(session.alpn_protocol(), Some(&b"http/1.1"[..]));
            handshakes.borrow_mut().push(session.handshake_kind());
            Some(stream)
        };
        Server::start_with(script, wrap).await
    }

    pub(crate) fn trusted(&self) -> Trust {
        Trust::with_file(&self.folder.path().join("ca.pem")).unwrap()
    }
}

/// A bench that finds `host` at the server's address.
fn bench(server: &Server, host: &str, trust: Trust) -> Bench {
    let found = (host.to_owned(), server.address.port(), server.address.ip());
    Bench::with(|settings| {
        settings.resolve = Arc::new([found]);
        settings.trust = trust;
    })
}

fn get(server: &Server, host: &str) -> Request {
    let account = server.account_at(Scheme::Https, host, Credential::Anonymous);
    Request::new(Method::GET, &account, "/c/b")
}

#[test]
fn a_certificate_of_a_given_authority_is_trusted_on_a_kept_connection() {
    run(async {
        let authority = Authority::signing_for(HOST);
        let server = authority.serve(vec![times(2, &answer(OK))]).await;
        let bench = bench(&server, HOST, authority.trusted());
        for _ in 0..2 {
            let reply = bench.client.send(&get(&server, HOST)).await.unwrap();
            assert_eq!(&reply.body[..], b"hi");
        }
        let seen = server.seen();
        let port = server.address.port();
        assert_eq!(seen[1].connection, 0);
        assert_eq!(
            seen[0].header("host"),
            Some(format!("{HOST}:{port}").as_str())
        );
    });
}

#[test]
fn another_client_of_the_run_resumes_the_session() {
    run(async {
        let authority = Authority::signing_for(HOST);
        let server = authority.serve(vec![answer(OK), answer(OK)]).await;
        let bench = bench(&server, HOST, authority.trusted());
        let another = Client::new(Arc::clone(&bench.settings)).unwrap();
        for client in [&bench.client, &another] {
            client.send(&get(&server, HOST)).await.unwrap();
        }
        assert_eq!(
            *authority.handshakes.borrow(),
            [Some(HandshakeKind::Full), Some(HandshakeKind::Resumed)]
        );
    });
}

async fn refused(authority: &Authority, host: &str, trust: Trust) -> Error {
    let server = authority.serve(vec![]).await;
    let bench = bench(&server, host, trust);
    let error = bench.client.send(&get(&server, host)).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (Kind::Tls, 1), "{error}");
    assert!(server.seen().is_empty());
    error
}

#[test]
fn an_unknown_authority_is_refused_at_once_and_nothing_is_sent() {
    run(async {
        let authority = Authority::signing_for(HOST);
        let stranger = Authority::named("a stranger", HOST).trusted();
        for trust in [stranger, Trust::platform()] {
            let error = refused(&authority, HOST, trust).await;
            assert!(
                error
                    .message()
                    .contains("no authority that this machine trusts has signed")
                    || error.message().contains("no certificates to trust"),
                "{error}"
            );
        }
    });
}

#[test]
fn a_certificate_for_another_name_is_refused() {
    run(async {
        let authority = Authority::signing_for("other.blob.core.example");
        let error = refused(&authority, HOST, authority.trusted()).await;
        assert!(
            error
                .message()
                .ends_with("its certificate is for another name"),
            "{error}"
        );
        assert!(
            error
                .message()
                .starts_with(&format!("no secure connection to `{HOST}:"))
        );
    });
}

/// The error from a plain-text server that does this.
async fn refused_by_plain(moves: Vec<Move>) -> (Server, Error) {
    let server = Server::start(vec![moves]).await;
    let mut bench = bench(&server, HOST, Authority::signing_for(HOST).trusted());
    let mut settings = (*bench.settings).clone();
    settings.retry.doubtful_retries_max = 0;
    bench.client = Client::new(settings.into()).unwrap();
    let error = bench.client.send(&get(&server, HOST)).await.unwrap_err();
    (server, error)
}

#[test]
fn a_server_that_does_not_speak_tls_is_called_that() {
    run(async {
        let refusal = send("HTTP/1.1 400 Bad Request\ncontent-length: 0\n\n");
        let (server, error) = refused_by_plain(vec![refusal, Move::Hang]).await;
        let port = server.address.port();
        assert_eq!(error.kind(), Kind::Tls);
        assert_eq!(
            error.message(),
            format!("no secure connection to `{HOST}:{port}`: the server there does not use TLS")
        );
    });
}

#[test]
fn a_handshake_that_nobody_answers_ends_with_the_time_for_connecting() {
    run_without_waiting(async {
        let (server, error) = refused_by_plain(vec![Move::Hang]).await;
        let port = server.address.port();
        assert_eq!(error.kind(), Kind::Unreachable);
        assert_eq!(
            error.message(),
            format!("cannot connect to `{HOST}:{port}`: no answer in 10 s (tried for 10 s)")
        );
    });
}

#[test]
fn a_body_that_tls_did_not_end_is_fetched_again() {
    run(async {
        let head = send("HTTP/1.1 200 OK\nconnection: close\n\n");
        let well = [head.clone(), Move::Send(pattern(50_000))];
        // Dropping the stream closes TCP without TLS's close_notify: the peer did not say that this
        // was the end.
        let ill = vec![Move::Read, head, Move::Send(pattern(50_000)), Move::Close];
        let counted = send("HTTP/1.1 200 OK\ncontent-length: 50000\n\n");
        let well = vec![Move::Read, counted, well[1].clone()];
        let authority = Authority::signing_for(HOST);
        let server = authority.serve(vec![ill, well]).await;
        let bench = bench(&server, HOST, authority.trusted());
        let mut lease = bench.lease(50_000).await;
        let reply = bench
            .client
            .fetch(&get(&server, HOST), &mut lease)
            .await
            .unwrap();
        assert_eq!(reply.attempts, 2);
        assert!(content(lease) == pattern(50_000));
    });
}

#[test]
fn a_large_upload_arrives_through_tls_byte_for_byte() {
    run(async {
        let authority = Authority::signing_for(HOST);
        let script = answer("HTTP/1.1 201 Created\ncontent-length: 0\n\n");
        let server = authority.serve(vec![script]).await;
        let bench = bench(&server, HOST, authority.trusted());
        let data = pattern(5 << 20);
        let request = Request {
            method: Method::PUT,
            ..get(&server, HOST).payload(bytes::Bytes::from(data.clone()))
        };
        bench.client.send(&request).await.unwrap();
        assert!(server.seen()[0].body == data);
    });
}
