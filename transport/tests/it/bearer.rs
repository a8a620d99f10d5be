//! Bearer tokens: sent with every request, renewed once for all refused requests, never sent in
//! plain text.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use azring_transport::Kind;
use azring_transport::auth::{
    AccessToken, Credential, Need, Secret, TokenCache, TokenFuture, TokenIssuer, TokenSource,
};
use azring_transport::http::{Account, Endpoint, Request, Scheme};
use azring_transport::service::Service;
use hyper::Method;

use crate::script::{Bench, Server, answer, run, shared_key, times};

const OK: &str = "HTTP/1.1 200 OK\ncontent-length: 2\n\nhi";
const REFUSED: &str =
    "HTTP/1.1 401 Unauthorized\nx-ms-error-code: InvalidAuthenticationInfo\ncontent-length: 0\n\n";
const SOURCE_REFUSED: &str =
    "HTTP/1.1 401 Unauthorized\nx-ms-error-code: CannotVerifyCopySource\ncontent-length: 0\n\n";

/// The time at which the tests' clock begins: Sunday 2026-11-22 12:00:00 UTC.
const NOON: Duration = Duration::from_hours(498_708);

/// A login that issues `canary-1`, `canary-2` and so on.
#[derive(Debug, Default)]
struct Login {
    issued: Arc<AtomicU32>,
    lasts: Duration,
}

impl TokenIssuer for Login {
    fn issue(&self, _need: Need) -> TokenFuture<'_> {
        Box::pin(async {
            let number = self.issued.fetch_add(1, Ordering::Relaxed) + 1;
            // The other requests ask for a token before this one is there.
            tokio::task::yield_now().await;
            let text = Secret::new(format!("canary-{number}"));
            AccessToken::new(text, SystemTime::UNIX_EPOCH + NOON + self.lasts)
        })
    }
}

/// A source of tokens, and how many were issued.
fn login() -> (Arc<dyn TokenSource>, Arc<AtomicU32>) {
    let issued = Arc::new(AtomicU32::new(0));
    let login = Login {
        issued: Arc::clone(&issued),
        lasts: Duration::from_hours(1),
    };
    (Arc::new(TokenCache::new(login)), issued)
}

fn get(server: &Server, source: &Arc<dyn TokenSource>) -> Request {
    let account = server.account(Credential::Bearer(Arc::clone(source)));
    Request::new(Method::GET, &account, "/c/b")
}

#[test]
fn every_request_carries_the_token_and_a_date_and_shows_neither() {
    run(async {
        let server = Server::start(vec![times(2, &answer(OK))]).await;
        let (source, issued) = login();
        let request = get(&server, &source);
        let bench = Bench::new();
        for _ in 0..2 {
            bench.client.send(&request).await.unwrap();
        }
        for seen in server.seen() {
            assert_eq!(seen.header("authorization"), Some("Bearer canary-1"));
            let date = seen.header("x-ms-date");
            assert_eq!(date, Some("Sun, 22 Nov 2026 12:00:00 GMT"));
        }
        assert_eq!(issued.load(Ordering::Relaxed), 1);
        let shown = format!("{request:?} {:?}", request.account);
        assert!(!shown.contains("canary"), "{shown}");
    });
}

#[test]
fn requests_that_are_refused_together_renew_the_token_once() {
    run(async {
        // Each connection refuses its first request and serves the second one.
        let script = vec![[answer(REFUSED), answer(OK)].concat(); 8];
        let server = Server::start(script).await;
        let (source, issued) = login();
        let bench = Bench::new();
        let sent: Vec<_> = (0..8)
            .map(|_| {
                let (client, request) = (bench.client.clone(), get(&server, &source));
                tokio::task::spawn_local(async move { client.send(&request).await })
            })
            .collect();
        for sent in sent {
            assert_eq!(sent.await.unwrap().unwrap().attempts, 2);
        }
        let seen = server.seen();
        let with = |token: &str| {
            let carries = |seen: &&crate::script::Seen| seen.header("authorization") == Some(token);
            seen.iter().filter(carries).count()
        };
        assert_eq!((with("Bearer canary-1"), with("Bearer canary-2")), (8, 8));
        assert_eq!(issued.load(Ordering::Relaxed), 2);
        assert!(bench.clock.naps().is_empty(), "nobody waited");
    });
}

#[test]
fn a_token_that_is_refused_twice_is_a_refusal_and_stays_hidden() {
    run(async {
        let echo = "HTTP/1.1 401 Unauthorized\ncontent-length: 55\n\n\
                    <Error><Message>canary-2 is not good</Message></Error> ";
        let server = Server::start(vec![[answer(REFUSED), answer(echo)].concat()]).await;
        let (source, issued) = login();
        let error = Bench::new().client.send(&get(&server, &source)).await;
        let error = error.unwrap_err();
        assert_eq!((error.status(), error.attempts()), (Some(401), 2));
        assert_eq!(issued.load(Ordering::Relaxed), 2);
        assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
    });
}

#[test]
fn a_refusal_of_another_credential_is_not_repeated() {
    run(async {
        let server = Server::start(vec![answer(REFUSED)]).await;
        let account = server.account(shared_key());
        let request = Request::new(Method::GET, &account, "/c/b");
        let error = Bench::new().client.send(&request).await.unwrap_err();
        assert_eq!((error.status(), error.attempts()), (Some(401), 1));
    });
}

#[test]
fn a_token_does_not_leave_this_machine_in_plain_text() {
    run(async {
        let (source, issued) = login();
        let bench = Bench::new();
        let request = |host: &str| {
            let endpoint = Endpoint {
                scheme: Scheme::Http,
                host: host.into(),
                port: 9,
            };
            let credential = Credential::Bearer(Arc::clone(&source));
            let account = Account::new(Service::Blob, endpoint, credential);
            Request::new(Method::GET, &Arc::new(account), "/c/b")
        };
        for host in ["acct.blob.core.example", "10.0.0.1", "localhost.example"] {
            let error = bench.client.send(&request(host)).await.unwrap_err();
            assert_eq!(error.kind(), Kind::Invalid, "{host}");
            assert_eq!(
                error.message(),
                format!(
                    "a bearer token is not sent to `{host}:9` in plain text: begin the URL with `https://`"
                )
            );
        }
        assert_eq!(issued.load(Ordering::Relaxed), 0);
    });
}

#[test]
fn the_token_of_a_copys_source_has_its_own_header_and_renewal() {
    run(async {
        let script = [answer(SOURCE_REFUSED), answer(OK)].concat();
        let server = Server::start(vec![script]).await;
        let (source, _) = login();
        let account = server.account(shared_key());
        let request = Request::new(Method::PUT, &account, "/c/b")
            .header("x-ms-copy-source", "https://other.example/c/b")
            .copy_source_token(Some(source));
        let reply = Bench::new().client.send(&request).await.unwrap();
        assert_eq!(reply.attempts, 2);
        let header = "x-ms-copy-source-authorization";
        let tokens: Vec<_> = server
            .seen()
            .iter()
            .map(|seen| seen.header(header).map(str::to_owned))
            .collect();
        let bearer = |number| Some(format!("Bearer canary-{number}"));
        assert_eq!(tokens, [bearer(1), bearer(2)]);
        let signed = server.seen()[0].header("authorization").map(str::to_owned);
        assert!(signed.unwrap().starts_with("SharedKey "));
    });
}
