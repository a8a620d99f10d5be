//! Attempts after the first: when, after which wait, and with what.

use std::sync::atomic::Ordering;
use std::time::Duration;

use azring_transport::http::{Account, Payload, Request};
use azring_transport::service::Service;
use azring_transport::{Client, Error, Kind, Settings};
use hyper::Method;

use crate::script::{Bench, Move, Server, answer, content, pattern, run, send, shared_key, times};

const OK: &str = "HTTP/1.1 200 OK\ncontent-length: 2\n\nhi";
const BUSY: &str = "HTTP/1.1 503 Server Busy\nretry-after: 7\ncontent-length: 0\n\n";

#[test]
fn a_kept_alive_connection_that_dies_unanswered_is_replaced_at_once() {
    run(async {
        let dies = [answer(OK), vec![Move::Read, Move::Close]].concat();
        let server = Server::start(vec![dies, answer(OK)]).await;
        let bench = Bench::new();
        bench.client.send(&server.get("/1")).await.unwrap();
        let reply = bench.client.send(&server.get("/2")).await.unwrap();
        assert_eq!((&reply.body[..], reply.attempts), (&b"hi"[..], 2));
        assert!(bench.clock.naps().is_empty(), "nobody waited");
        assert_eq!(bench.settings.retries.load(Ordering::Relaxed), 0);
        let connections: Vec<usize> = server.seen().iter().map(|seen| seen.connection).collect();
        assert_eq!(connections, [0, 0, 1]);
    });
}

#[test]
fn a_connection_that_was_closed_while_idle_is_not_used_again() {
    run(async {
        let closes = [answer(OK), vec![Move::Close]].concat();
        let server = Server::start(vec![closes, answer(OK)]).await;
        let bench = Bench::new();
        bench.client.send(&server.get("/1")).await.unwrap();
        server.closed(0).await;
        let reply = bench.client.send(&server.get("/2")).await.unwrap();
        assert_eq!(reply.attempts, 1);
        assert_eq!(server.seen()[1].connection, 1);
    });
}

#[test]
fn a_new_connection_that_dies_unanswered_counts_as_a_failure() {
    run(async {
        let server = Server::start(vec![vec![Move::Read, Move::Close], answer(OK)]).await;
        let bench = Bench::new();
        let reply = bench.client.send(&server.get("/")).await.unwrap();
        assert_eq!(reply.attempts, 2);
        assert_eq!(bench.clock.naps().len(), 1);
    });
}

#[test]
fn a_busy_service_gets_a_freshly_signed_retry_after_the_time_it_names() {
    run(async {
        let script = [
            answer(BUSY),
            answer("HTTP/1.1 201 Created\ncontent-length: 0\n\n"),
        ]
        .concat();
        let server = Server::start(vec![script]).await;
        let bench = Bench::new();
        let request = Request::new(Method::PUT, &server.account(shared_key()), "/a/c/b")
            .payload("block".to_owned());
        let reply = bench.client.send(&request).await.unwrap();
        assert_eq!(reply.attempts, 2);
        assert_eq!(bench.clock.naps(), [Duration::from_secs(7)]);
        assert_eq!(bench.settings.retries.load(Ordering::Relaxed), 1);

        let seen = server.seen();
        let both = |name| (seen[0].header(name), seen[1].header(name));
        let dates = (
            "Sun, 22 Nov 2026 12:00:00 GMT",
            "Sun, 22 Nov 2026 12:00:07 GMT",
        );
        assert_eq!(both("x-ms-date"), (Some(dates.0), Some(dates.1)));
        let (first, second) = both("authorization");
        assert_ne!(first, second);
        let (first, second) = both("x-ms-client-request-id");
        assert_eq!(first, second, "it is the same request");
        assert_eq!(
            (&seen[0].body, &seen[1].body),
            (&b"block".to_vec(), &b"block".to_vec())
        );
        assert_eq!(
            seen[1].connection, 0,
            "a refusal that was read to its end costs no connection"
        );
    });
}

#[test]
fn a_retry_after_given_as_a_date_is_understood() {
    run(async {
        let busy =
            "HTTP/1.1 503 Busy\nretry-after: Sun, 22 Nov 2026 12:01:30 GMT\ncontent-length: 0\n\n";
        let server = Server::start(vec![[answer(busy), answer(OK)].concat()]).await;
        let bench = Bench::new();
        bench.client.send(&server.get("/")).await.unwrap();
        assert_eq!(bench.clock.naps(), [Duration::from_secs(90)]);
    });
}

#[test]
fn a_service_that_stays_busy_is_given_up_after_ten_retries() {
    run(async {
        let busy = "HTTP/1.1 503 Busy\nx-ms-error-code: ServerBusy\ncontent-length: 0\n\n";
        let server = Server::start(vec![times(11, &answer(busy))]).await;
        let bench = Bench::new();
        let error = bench.client.send(&server.get("/")).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (Kind::Status(503), 11));
        assert_eq!(error.message(), "the service answered 503 ServerBusy");
        let waited: Duration = bench.clock.naps().iter().sum();
        assert!((151..=303).contains(&waited.as_secs()), "{waited:?}");
    });
}

/// The result of a download of 100,000 bytes when the first connection does this and the second is
/// well.
async fn download_after(ill: Vec<Move>) -> (Bench, Result<Vec<u8>, Error>) {
    let data = pattern(100_000);
    let well = vec![
        Move::Read,
        send("HTTP/1.1 206 Partial Content\ncontent-length: 100000\n\n"),
        Move::Send(data),
    ];
    let server = Server::start(vec![ill, well]).await;
    let bench = Bench::new();
    let mut lease = bench.lease(100_000).await;
    let fetched = bench.client.fetch(&server.get("/"), &mut lease).await;
    let fetched = fetched.map(|reply| {
        assert_eq!(reply.attempts, 2);
        content(lease)
    });
    (bench, fetched)
}

#[test]
fn a_body_cut_short_is_fetched_anew_into_the_same_lease() {
    for end in [Move::Close, Move::Reset] {
        run(async {
            let ill = vec![
                Move::Read,
                send("HTTP/1.1 206 Partial Content\ncontent-length: 100000\n\n"),
                Move::Send(vec![0xEE; 60_000]),
                end,
            ];
            let (bench, fetched) = download_after(ill).await;
            assert!(fetched.unwrap() == pattern(100_000));
            assert_eq!(bench.clock.naps().len(), 1);
            assert!(bench.pool.is_whole());
        });
    }
}

#[test]
fn a_body_of_another_length_is_fetched_anew() {
    let chunked = "HTTP/1.1 206 Partial Content\ntransfer-encoding: chunked\n\n";
    let as_chunks = |bytes| {
        [
            format!("{bytes:x}\r\n").into_bytes(),
            vec![0xEE; bytes],
            b"\r\n0\r\n\r\n".to_vec(),
        ]
        .concat()
    };
    let to_the_end = "HTTP/1.1 200 OK\nconnection: close\n\n";
    for ill in [
        vec![
            send("HTTP/1.1 200 OK\ncontent-length: 100001\n\n"),
            Move::Send(vec![0xEE; 100_001]),
        ],
        vec![
            send("HTTP/1.1 206 Partial Content\ncontent-length: 99999\n\n"),
            Move::Send(vec![0xEE; 99_999]),
        ],
        vec![send("HTTP/1.1 206 Partial Content\ncontent-length: 0\n\n")],
        vec![send(chunked), Move::Send(as_chunks(100_001))],
        vec![send(chunked), Move::Send(as_chunks(99_999))],
        vec![
            send(to_the_end),
            Move::Send(vec![0xEE; 99_999]),
            Move::Close,
        ],
    ] {
        run(async {
            let message = format!("{:.60}", format!("{ill:?}"));
            let (_, fetched) = download_after([vec![Move::Read], ill].concat()).await;
            assert!(fetched.unwrap() == pattern(100_000), "{message}");
        });
    }
}

#[test]
fn a_body_that_ends_with_the_connection_is_taken_when_its_length_is_right() {
    run(async {
        let head = send("HTTP/1.1 200 OK\nconnection: close\n\n");
        let script = vec![Move::Read, head, Move::Send(pattern(5000)), Move::Close];
        let server = Server::start(vec![script]).await;
        let bench = Bench::new();
        let mut lease = bench.lease(5000).await;
        let fetched = bench.client.fetch(&server.get("/"), &mut lease).await;
        fetched.unwrap();
        assert!(content(lease) == pattern(5000));
    });
}

#[test]
fn a_malformed_answer_is_an_error_after_three_retries() {
    run(async {
        let nonsense = vec![
            Move::Read,
            Move::Send(b"220 smtp.example ESMTP\r\n".to_vec()),
        ];
        let server = Server::start(vec![nonsense; 4]).await;
        let bench = Bench::new();
        let error = bench.client.send(&server.get("/")).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (Kind::Protocol, 4));
        let address = server.address;
        assert!(
            error
                .message()
                .starts_with(&format!("the answer of `{address}` is not HTTP: ")),
            "{error}"
        );
    });
}

#[test]
fn an_answer_to_another_request_ends_its_connection_and_is_retried() {
    run(async {
        let other = "HTTP/1.1 200 OK\nx-ms-client-request-id: other\ncontent-length: 2\n\nno";
        let twice = times(2, &answer(other));
        let server = Server::start(vec![twice.clone(), twice, answer(OK)]).await;
        let bench = Bench::new();
        let reply = bench.client.send(&server.get("/")).await.unwrap();
        assert_eq!((&reply.body[..], reply.attempts), (&b"hi"[..], 3));
        let connections: Vec<usize> = server.seen().iter().map(|seen| seen.connection).collect();
        assert_eq!(connections, [0, 1, 2]);
        assert_eq!(bench.clock.naps().len(), 1, "the first time nobody waits");
    });
}

#[test]
fn repeated_answers_to_another_request_are_a_mismatch() {
    run(async {
        let refusal =
            "HTTP/1.1 404 Not Found\nx-ms-client-request-id: other\ncontent-length: 0\n\n";
        let server = Server::start(vec![answer(refusal); 4]).await;
        let bench = Bench::new();
        let error = bench.client.send(&server.get("/")).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (Kind::Mismatch, 4));
    });
}

#[test]
fn an_address_without_a_server_is_an_error_with_host_and_port() {
    run(async {
        // Bound but not listening: nobody answers there, and nobody else can get the port
        // meanwhile.
        let taken = tokio::net::TcpSocket::new_v4().unwrap();
        taken.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let port = taken.local_addr().unwrap().port();
        let server = Server::start(vec![]).await;
        let mut account = server.get("/").account.endpoint.clone();
        account.port = port;
        let account = Account::new(Service::Blob, account, shared_key());
        let request = Request::new(Method::GET, &std::sync::Arc::new(account), "/");
        let bench = Bench::new();
        let error = bench.client.send(&request).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Unreachable);
        let message = "connection refused (tried for 10 s)";
        assert_eq!(
            error.message(),
            format!("cannot connect to `127.0.0.1:{port}`: {message}")
        );
    });
}

#[test]
fn a_dropped_request_gives_its_memory_back_at_once() {
    run(async {
        let head = send("HTTP/1.1 200 OK\ncontent-length: 100\n\n");
        let server = Server::start(vec![
            vec![Move::Read, head, Move::Send(vec![1; 50]), Move::Hang],
            vec![Move::ReadHead, Move::Hang],
        ])
        .await;
        let bench = Bench::new();
        let mut lease = bench.lease(100).await;
        let request = server.get("/");
        let download = bench.client.fetch(&request, &mut lease);
        drop_when(download, || !server.seen().is_empty()).await;
        drop(lease);
        assert!(bench.pool.is_whole());

        let mut lease = bench.lease(8 << 20).await;
        lease.append(&pattern(8 << 20));
        let upload = Request {
            method: Method::PUT,
            ..server.get("/").payload(Payload::from(&lease.freeze()))
        };
        let client: Client = bench.client.clone();
        let sending = async move { client.send(&upload).await };
        drop_when(sending, || server.seen().len() == 2).await;
        assert!(bench.pool.is_whole());
    });
}

/// Polls the work until `is_so`, and drops it.
async fn drop_when<T>(work: impl Future<Output = T>, is_so: impl Fn() -> bool) {
    tokio::select! {
        _ = work => panic!("it should not have come to an end"),
        () = async { while !is_so() { tokio::task::yield_now().await } } => {}
    }
}

#[test]
fn a_user_agent_that_cannot_be_a_header_is_refused() {
    let settings = Settings {
        user_agent: "two\nlines".into(),
        ..Settings::default()
    };
    let error = Client::new(settings.into()).unwrap_err();
    assert_eq!(error.kind(), Kind::Invalid);
}
