//! Answers other than success: their errors, and what is not repeated.

use azring_transport::auth::{Credential, Secret};
use azring_transport::http::{Payload, Request};
use azring_transport::{Blame, Error, Kind};
use hyper::Method;

use crate::script::{Bench, Move, Server, answer, pattern, run, send, times};

/// The error that a GET for `/c/b` gets from this answer.
async fn refused(moves: Vec<Move>) -> Error {
    let server = Server::start(vec![moves]).await;
    let bench = Bench::new();
    let error = bench.client.send(&server.get("/c/b")).await.unwrap_err();
    assert!(bench.clock.naps().is_empty(), "tried again: {error}");
    error
}

#[test]
fn the_services_own_words_are_passed_on() {
    run(async {
        let body = "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<Error><Code>ContainerNotFound</Code>\
                    <Message>The specified container does not exist.\nRequestId:4f2\nTime:2026-11-22</Message></Error>";
        let bytes = body.len();
        let error = refused(answer(&format!(
            "HTTP/1.1 404 The specified container does not exist.\ncontent-length: {bytes}\n\
             x-ms-error-code: ContainerNotFound\nx-ms-request-id: 4f2\ndate: Sun, 22 Nov 2026 11:00:00 GMT\n\n{body}"
        )))
        .await;
        assert_eq!(
            error.message(),
            "the service answered 404 ContainerNotFound: The specified container does not exist"
        );
        assert_eq!(error.code(), Some("ContainerNotFound"));
        assert_eq!(error.request_id(), Some("4f2"));
        assert_eq!(error.date(), Some("Sun, 22 Nov 2026 11:00:00 GMT"));
        assert_eq!((error.status(), error.blame()), (Some(404), Blame::User));
    });
}

#[test]
fn a_missing_blob_is_recognised_by_the_head_alone() {
    run(async {
        let head = "HTTP/1.1 404 Not Found\ncontent-length: 215\nx-ms-error-code: BlobNotFound\n\n";
        let server = Server::start(vec![
            [
                answer(head),
                answer("HTTP/1.1 200 OK\ncontent-length: 9\n\n"),
            ]
            .concat(),
        ])
        .await;
        let ask = Request {
            method: Method::HEAD,
            ..server.get("/c/b")
        };
        let bench = Bench::new();
        let error = bench.client.send(&ask).await.unwrap_err();
        assert_eq!(error.message(), "the service answered 404 BlobNotFound");
        let reply = bench.client.send(&ask).await.unwrap();
        assert_eq!(reply.header("content-length"), Some("9"));
        assert!(reply.body.is_empty());
    });
}

#[test]
fn a_redirect_is_an_error_that_hides_the_query() {
    run(async {
        let error = refused(answer(
            "HTTP/1.1 302 Found\nlocation: https://evil.example/x?sig=canary\ncontent-length: 0\n\n",
        ))
        .await;
        assert_eq!(
            error.message(),
            "the service answered 302 and points to `https://evil.example/x`, which is not followed"
        );
        assert!(!format!("{error:?}").contains("canary"));
    });
}

#[test]
fn an_endless_refusal_is_read_only_so_far() {
    run(async {
        let head = send(
            "HTTP/1.1 403 Forbidden\nx-ms-error-code: AuthenticationFailed\n\n<Error><Message>no. ",
        );
        let error = refused(vec![Move::Read, head, Move::SendForEver("blah ")]).await;
        assert_eq!(error.status(), Some(403));
        assert!(
            error
                .message()
                .starts_with("the service answered 403 AuthenticationFailed: no. blah")
        );
        assert!(error.message().chars().count() < 400, "{error}");
    });
}

#[test]
fn a_refusal_whose_body_breaks_off_is_still_that_refusal() {
    run(async {
        let head = send("HTTP/1.1 403 Forbidden\ncontent-length: 500\n\n<Error><Code>Auth");
        let error = refused(vec![Move::Read, head, Move::Close]).await;
        assert_eq!(error.message(), "the service answered 403");
    });
}

#[test]
fn a_head_beyond_64_kib_is_refused() {
    run(async {
        let begin = Move::Send(b"HTTP/1.1 200 OK\r\n".to_vec());
        let endless = vec![
            Move::Read,
            begin,
            Move::SendForEver("x-filler: some more\r\n"),
        ];
        let server = Server::start(vec![endless; 4]).await;
        let bench = Bench::new();
        let error = bench.client.send(&server.get("/")).await.unwrap_err();
        let address = server.address;
        assert_eq!(
            error.message(),
            format!("the answer of `{address}` has a head of more than 64 KiB")
        );
        assert_eq!((error.kind(), error.attempts()), (Kind::Protocol, 4));
    });
}

#[test]
fn interim_answers_without_end_are_refused() {
    run(async {
        let endless = vec![
            Move::Read,
            Move::SendForEver("HTTP/1.1 102 Processing\r\n\r\n"),
        ];
        let server = Server::start(vec![endless; 4]).await;
        let error = Bench::new()
            .client
            .send(&server.get("/"))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), Kind::Protocol);
    });
}

#[test]
fn a_few_interim_answers_and_many_headers_are_fine() {
    run(async {
        let header = |index| format!("x-ms-meta-m{index}: v\r\n");
        let metadata = (0..500).map(header).collect::<Vec<_>>().concat();
        let text = format!(
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n\
             HTTP/1.1 200 OK\r\n{metadata}content-length: 0\r\n\r\n"
        );
        let once = vec![Move::Read, Move::Send(text.into_bytes())];
        // The first connection does not accept that many headers; later ones do.
        let server = Server::start(vec![once.clone(), times(2, &once)]).await;
        let bench = Bench::new();
        for _ in 0..2 {
            let reply = bench.client.send(&server.get("/")).await.unwrap();
            assert_eq!(reply.header("x-ms-meta-m499"), Some("v"));
        }
        let connections: Vec<usize> = server.seen().iter().map(|seen| seen.connection).collect();
        assert_eq!(connections, [0, 1, 1]);
        assert!(bench.clock.naps().is_empty(), "no time is lost");
    });
}

#[test]
fn an_answer_with_headers_without_measure_is_refused() {
    run(async {
        let headers = (0..1100).map(|index| format!("x-m{index}: v\r\n"));
        let headers = headers.collect::<Vec<_>>().concat();
        let text = format!("HTTP/1.1 200 OK\r\n{headers}content-length: 0\r\n\r\n");
        let once = vec![Move::Read, Move::Send(text.into_bytes())];
        let server = Server::start(vec![once; 5]).await;
        let error = Bench::new()
            .client
            .send(&server.get("/"))
            .await
            .unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (Kind::Protocol, 5));
    });
}

#[test]
fn an_answer_beyond_the_callers_cap_is_refused() {
    run(async {
        let long = answer("HTTP/1.1 200 OK\ncontent-length: 11\n\nhello world");
        let chunked =
            answer("HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\nb\r\nhello world\r\n0\r\n\r\n");
        let server = Server::start(vec![
            long.clone(),
            chunked.clone(),
            long.clone(),
            long,
            chunked,
        ])
        .await;
        let bench = Bench::new();
        let error = bench
            .client
            .send_with_cap(&server.get("/"), 10)
            .await
            .unwrap_err();
        assert_eq!(
            error.message(),
            "the service's answer is longer than 10 bytes"
        );
        assert_eq!((error.kind(), error.attempts()), (Kind::Protocol, 4));
        let reply = bench
            .client
            .send_with_cap(&server.get("/"), 11)
            .await
            .unwrap();
        assert_eq!(&reply.body[..], b"hello world");
    });
}

fn upload(server: &Server, bytes: usize) -> Request {
    Request {
        method: Method::PUT,
        ..server
            .get("/c/b")
            .payload(Payload::from(bytes::Bytes::from(pattern(bytes))))
    }
}

#[test]
fn an_upload_that_is_refused_before_it_is_read_reports_the_refusal() {
    for end in [Move::Close, Move::Reset] {
        run(async {
            let refusal = send(
                "HTTP/1.1 403 Forbidden\nx-ms-error-code: AuthorizationFailure\ncontent-length: 0\n\n",
            );
            let server = Server::start(vec![vec![Move::ReadHead, refusal, end]]).await;
            let bench = Bench::new();
            let error = bench
                .client
                .send(&upload(&server, 16 << 20))
                .await
                .unwrap_err();
            assert_eq!(
                error.message(),
                "the service answered 403 AuthorizationFailure"
            );
            assert_eq!(error.attempts(), 1);
        });
    }
}

#[test]
fn success_before_everything_was_sent_is_an_error() {
    run(async {
        let early = vec![
            Move::ReadHead,
            send("HTTP/1.1 201 Created\ncontent-length: 0\n\n"),
            Move::Hang,
        ];
        let server = Server::start(vec![early; 4]).await;
        let error = Bench::new()
            .client
            .send(&upload(&server, 64 << 20))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), Kind::Protocol);
        let address = server.address;
        assert_eq!(
            error.message(),
            format!("`{address}` reported success before it had received the whole request")
        );
    });
}

#[test]
fn what_http_cannot_carry_is_refused_before_anything_is_sent() {
    run(async {
        let server = Server::start(vec![]).await;
        let bench = Bench::new();
        for value in ["two\r\nlines", "nul\0", "naïve"] {
            let error = bench
                .client
                .send(&server.get("/").header("x-ms-meta-a", value))
                .await
                .unwrap_err();
            assert_eq!((error.kind(), error.blame()), (Kind::Invalid, Blame::User));
            assert_eq!(
                error.message(),
                "the value of the header `x-ms-meta-a` has characters that HTTP cannot carry"
            );
        }
        let error = bench
            .client
            .send(&server.get("/").header("x-ms-meta-a b", "v"))
            .await
            .unwrap_err();
        assert_eq!(error.message(), "`x-ms-meta-a b` cannot be a header's name");
        for path in ["/a b", "/a#b", "no/slash", "/a\nb"] {
            let sent = bench.client.send(&server.get(path)).await;
            let error = sent.expect_err(path);
            assert_eq!(error.kind(), Kind::Invalid, "{path}: {error}");
        }
        assert!(server.seen().is_empty());
    });
}

#[test]
fn a_token_goes_into_the_query_and_into_nothing_else() {
    run(async {
        let token = "sv=2021-12-02&sig=canary%2F%3D";
        let refusal = answer("HTTP/1.1 403 Forbidden\ncontent-length: 0\n\n");
        let server = Server::start(vec![refusal]).await;
        let account = server.account(Credential::Sas(Secret::new(token.into())));
        let request = Request::new(Method::GET, &account, "/c")
            .query("comp", "list")
            .header("x-ms-copy-source", "https://other.example/c/b?sig=canary");
        let error = Bench::new().client.send(&request).await.unwrap_err();
        let seen = &server.seen()[0];
        assert_eq!(seen.line(), format!("GET /c?comp=list&{token} HTTP/1.1"));
        assert_eq!(seen.header("authorization"), None);
        assert_eq!(seen.header("x-ms-version"), Some("2021-12-02"));
        let shown = format!("{error} {error:?} {request:?}");
        assert!(!shown.contains("canary"), "{shown}");

        let broken = Request::new(Method::GET, &account, "/c d");
        let error = Bench::new().client.send(&broken).await.unwrap_err();
        assert_eq!(error.message(), "`/c d` cannot be a request's path");
    });
}
