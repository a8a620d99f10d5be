//! Connections through a proxy: tunnels, plain requests, passwords, and the errors of a proxy.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;

use azring_transport::auth::Credential;
use azring_transport::http::{Request, Scheme};
use azring_transport::net::Proxies;
use azring_transport::{Blame, Kind};
use hyper::Method;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

use crate::script::{Bench, Move, Server, answer, run, shared_key};
use crate::trust::Authority;

const OK: &str = "HTTP/1.1 200 OK\ncontent-length: 2\nx-ms-request-id: 1\n\nhi";
const HOST: &str = "acct.blob.core.example";

/// A proxy that finds every host on this machine, under the requested port.
struct Middle {
    address: SocketAddr,
    /// The head of the first request on each connection.
    heads: Rc<RefCell<Vec<String>>>,
}

impl Middle {
    /// A proxy that forwards everything or, with an answer, nothing.
    async fn start(refusal: Option<&'static str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let heads = Rc::new(RefCell::new(Vec::new()));
        let notes = Rc::clone(&heads);
        tokio::task::spawn_local(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                tokio::task::spawn_local(serve(client, Rc::clone(&notes), refusal));
            }
        });
        Self { address, heads }
    }

    /// The environment of a program that uses the proxy.
    fn bench(
        &self,
        user: &str,
        except: &str,
        change: impl FnOnce(&mut azring_transport::Settings),
    ) -> Bench {
        let url = format!("http://{user}{}", self.address);
        let proxies = Proxies::from_environment(|name| match name {
            "ALL_PROXY" => Some(url.clone()),
            "NO_PROXY" => Some(except.to_owned()),
            _ => None,
        });
        Bench::with(|settings| {
            settings.proxies = Arc::new(proxies);
            change(settings);
        })
    }

    fn heads(&self) -> Vec<String> {
        self.heads.borrow().clone()
    }
}

async fn serve(
    mut client: TcpStream,
    notes: Rc<RefCell<Vec<String>>>,
    refusal: Option<&'static str>,
) -> Option<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await.ok()?);
    }
    let text = String::from_utf8(head.clone()).unwrap();
    notes.borrow_mut().push(text.clone());
    if let Some(refusal) = refusal {
        client.write_all(refusal.as_bytes()).await.ok()?;
        return None;
    }
    let target = text.split(' ').nth(1)?.trim_start_matches("http://");
    let port = target.split('/').next()?.rsplit_once(':')?.1.parse().ok()?;
    let mut server = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
    if text.starts_with("CONNECT ") {
        let yes = b"HTTP/1.1 200 Connection established\r\nProxy-Agent: test\r\n\r\n";
        client.write_all(yes).await.ok()?;
    } else {
        server.write_all(&head).await.ok()?;
    }
    copy_bidirectional(&mut client, &mut server).await.ok()?;
    None
}

/// A service gives each answer an id of its own.
fn two_answers() -> Vec<Move> {
    let second = OK.replace("request-id: 1", "request-id: 2");
    [answer(OK), answer(&second)].concat()
}

fn get(server: &Server, scheme: Scheme, credential: Credential) -> Request {
    let account = server.account_at(scheme, HOST, credential);
    Request::new(Method::GET, &account, "/c/b")
}

#[test]
fn an_encrypted_connection_goes_through_a_tunnel_and_is_kept() {
    run(async {
        let authority = Authority::signing_for(HOST);
        let server = authority.serve(vec![two_answers()]).await;
        let middle = Middle::start(None).await;
        let bench = middle.bench("me:pass%20word@", "", |settings| {
            settings.trust = authority.trusted();
        });
        for _ in 0..2 {
            let request = get(&server, Scheme::Https, shared_key());
            assert_eq!(&bench.client.send(&request).await.unwrap().body[..], b"hi");
        }
        let port = server.address.port();
        // base64 of `me:pass word`. The service gets neither proxy nor password, the proxy gets no
        // signature.
        assert_eq!(
            middle.heads(),
            [format!(
                "CONNECT {HOST}:{port} HTTP/1.1\r\nHost: {HOST}:{port}\r\nProxy-Authorization: Basic bWU6cGFzcyB3b3Jk\r\n\r\n"
            )]
        );
        let seen = server.seen();
        assert_eq!(
            (seen[1].connection, seen[1].line()),
            (0, "GET /c/b HTTP/1.1")
        );
        assert_eq!(seen[0].header("proxy-authorization"), None);
    });
}

#[test]
fn a_plain_request_is_sent_to_the_proxy_itself() {
    run(async {
        let server = Server::start(vec![two_answers()]).await;
        let middle = Middle::start(None).await;
        let bench = middle.bench("me:@", "", |_| {});
        for _ in 0..2 {
            let request = get(&server, Scheme::Http, shared_key());
            assert_eq!(&bench.client.send(&request).await.unwrap().body[..], b"hi");
        }
        let seen = server.seen();
        let port = server.address.port();
        assert_eq!(
            seen[0].line(),
            format!("GET http://{HOST}:{port}/c/b HTTP/1.1")
        );
        assert_eq!(seen[0].header("host"), Some(&*format!("{HOST}:{port}")));
        assert_eq!(seen[0].header("proxy-authorization"), Some("Basic bWU6"));
        assert_eq!(middle.heads().len(), 1);
    });
}

#[test]
fn a_host_in_no_proxy_is_reached_directly() {
    run(async {
        let server = Server::start(vec![answer(OK)]).await;
        let middle = Middle::start(None).await;
        let found = (HOST.to_owned(), server.address.port(), server.address.ip());
        let bench = middle.bench("", ".example", |settings| {
            settings.resolve = Arc::new([found]);
        });
        let request = get(&server, Scheme::Http, Credential::Anonymous);
        bench.client.send(&request).await.unwrap();
        assert_eq!(server.seen()[0].line(), "GET /c/b HTTP/1.1");
        assert!(middle.heads().is_empty());
    });
}

#[test]
fn an_answer_of_a_proxy_names_it_and_is_none_of_the_service() {
    run(async {
        let server = Server::start(Vec::new()).await;
        let refused = |status| (Kind::Proxy(status), Blame::Network, 1..2);
        // Each try connects to the proxy, which does not end the outage.
        let given_up = (Kind::Unreachable, Blame::Network, 4..40);
        for (status, (kind, blame, tries), message) in [
            (
                407,
                (Kind::Proxy(407), Blame::User, 1..2),
                "it asks for a user and a password",
            ),
            (403, refused(403), "it does not allow this destination"),
            // A missing blob can be written: a proxy without an answer of the service must not look
            // like one.
            (404, refused(404), "answered 404"),
            (502, given_up.clone(), "answered 502"),
            (503, given_up.clone(), "answered 503"),
            (504, given_up.clone(), "answered 504"),
        ] {
            let refusal = format!("HTTP/1.1 {status} No\r\ncontent-length: 2\r\n\r\nno").leak();
            for scheme in [Scheme::Http, Scheme::Https] {
                let middle = Middle::start(Some(refusal)).await;
                let bench = middle.bench("", "", |_| {});
                let request = get(&server, scheme, shared_key());
                let error = bench.client.send(&request).await.unwrap_err();
                assert_eq!((error.kind(), error.blame()), (kind, blame), "{status}");
                let name = format!("the proxy `http://{}` answered {status}", middle.address);
                assert!(
                    error.message().contains(&name) && error.message().contains(message),
                    "{error}"
                );
                assert_eq!(error.status(), None);
                let seen = middle.heads().len();
                assert!(tries.contains(&seen), "{scheme:?} {status}: {seen}");
            }
        }
    });
}

#[test]
fn an_error_names_a_proxy_that_is_malformed_closed_or_missing() {
    run(async {
        let server = Server::start(Vec::new()).await;
        let request = get(&server, Scheme::Https, Credential::Anonymous);
        for (said, message) in [
            (
                "SSH-2.0-x\r\n\r\n",
                "it sent an invalid answer to CONNECT: the answer is not HTTP",
            ),
            (
                "HTTP/1.1 200 OK\r\n\r\nmore",
                "it sent an invalid answer to CONNECT: data follows the answer",
            ),
            ("", "it closed the connection"),
        ] {
            let middle = Middle::start(Some(said)).await;
            let bench = middle.bench("me:canary@", "", |_| {});
            let error = bench.client.send(&request).await.unwrap_err();
            let name = format!(
                "through the proxy `http://{}` (`ALL_PROXY`): {message}",
                middle.address
            );
            assert!(error.message().starts_with(&name), "{error}");
            assert!(!format!("{error:?}").contains("canary"));
        }
        // Bound but not listening: nobody answers there, and nobody else can get the port
        // meanwhile.
        let taken = tokio::net::TcpSocket::new_v4().unwrap();
        taken.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let middle = Middle {
            address: taken.local_addr().unwrap(),
            heads: Rc::default(),
        };
        let error = middle
            .bench("", "", |_| {})
            .client
            .send(&request)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), Kind::Unreachable);
        let name = format!(
            "through the proxy `http://{0}` (`ALL_PROXY`): cannot connect to `{0}`",
            middle.address
        );
        assert!(error.message().starts_with(&name), "{error}");
    });
}
