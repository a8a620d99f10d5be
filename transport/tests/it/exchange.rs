//! One request and one answer: what is sent and what is received.

use azring_transport::http::{Payload, Request};
use hyper::Method;

use crate::script::{
    Bench, Move, Seen, Server, answer, content, pattern, run, send, shared_key, times,
};

const OK: &str = "HTTP/1.1 200 OK\ncontent-length: 2\n\nhi";

#[test]
fn a_signed_request_arrives_as_it_was_meant() {
    run(async {
        let server =
            Server::start(vec![answer("HTTP/1.1 201 Created\ncontent-length: 0\n\n")]).await;
        let account = server.account(shared_key());
        let request = Request::new(Method::PUT, &account, "/devstoreaccount1/c/a%20b")
            .query("comp", "block")
            .query("blockid", "QQ==")
            .header("x-ms-meta-name", " v ")
            .payload("hello".to_owned());
        let reply = Bench::new().client.send(&request).await.unwrap();
        assert_eq!((reply.status.as_u16(), reply.attempts), (201, 1));

        let seen = &server.seen()[0];
        assert_eq!(
            seen.line(),
            "PUT /devstoreaccount1/c/a%20b?comp=block&blockid=QQ%3D%3D HTTP/1.1"
        );
        assert_eq!(seen.body, b"hello");
        assert_eq!(seen.header("content-length"), Some("5"));
        assert_eq!(seen.header("x-ms-version"), Some("2021-12-02"));
        assert_eq!(
            seen.header("x-ms-date"),
            Some("Sun, 22 Nov 2026 12:00:00 GMT")
        );
        assert_eq!(seen.header("x-ms-meta-name"), Some("v"));
        assert_eq!(
            seen.header("host"),
            Some(server.address.to_string().as_str())
        );
        assert_eq!(seen.header("transfer-encoding"), None);
        assert_eq!(seen.header("accept-encoding"), None);
        let id = seen.header("x-ms-client-request-id").unwrap();
        assert_eq!((id.len(), &id[14..15]), (36, "4"), "{id}");
        let signed = seen.header("authorization").unwrap();
        assert!(
            signed.starts_with("SharedKey devstoreaccount1:"),
            "{signed}"
        );
    });
}

#[test]
fn one_connection_serves_one_request_after_the_other() {
    run(async {
        let twice = [answer(OK), answer(OK)].concat();
        let server = Server::start(vec![twice]).await;
        let bench = Bench::new();
        for _ in 0..2 {
            let reply = bench.client.send(&server.get("/x")).await.unwrap();
            assert_eq!(&reply.body[..], b"hi");
        }
        let connections: Vec<usize> = server.seen().iter().map(|seen| seen.connection).collect();
        assert_eq!(connections, [0, 0]);
    });
}

#[test]
fn an_answer_that_nobody_asked_for_is_not_taken_for_the_next_one() {
    run(async {
        let unasked = "HTTP/1.1 200 OK\ncontent-length: 3\n\nbad";
        let together = vec![
            Move::Read,
            send(
                "HTTP/1.1 200 OK\ncontent-length: 2\n\nhiHTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nbad",
            ),
        ];
        let later = [answer(OK), vec![send(unasked)]].concat();
        for first in [together, later] {
            let server = Server::start(vec![first, answer(OK)]).await;
            let bench = Bench::new();
            for connection in [0, 1] {
                let reply = bench.client.send(&server.get("/")).await.unwrap();
                assert_eq!(&reply.body[..], b"hi");
                assert_eq!(server.seen()[connection].connection, connection);
            }
        }
    });
}

#[test]
fn requests_at_once_have_a_connection_each() {
    run(async {
        let server = Server::start(vec![answer(OK), answer(OK)]).await;
        let bench = Bench::new();
        let (first, second) = (server.get("/1"), server.get("/2"));
        let (first, second) = tokio::join!(bench.client.send(&first), bench.client.send(&second));
        assert_eq!(&first.unwrap().body[..], b"hi");
        assert_eq!(&second.unwrap().body[..], b"hi");
    });
}

#[test]
fn a_download_fills_the_lease() {
    run(async {
        let data = pattern(300_000);
        let head = send("HTTP/1.1 206 Partial Content\ncontent-length: 300000\n\n");
        let server = Server::start(vec![vec![Move::Read, head, Move::Send(data.clone())]]).await;
        let bench = Bench::new();
        let mut lease = bench.lease(data.len()).await;
        let fetched = bench.client.fetch(&server.get("/x"), &mut lease).await;
        let reply = fetched.unwrap();
        assert!(reply.body.is_empty());
        assert_eq!(content(lease), data);
    });
}

#[test]
fn an_upload_from_several_slots_arrives_byte_for_byte() {
    run(async {
        let data = pattern(6 * 1024 * 1024 + 77);
        let server =
            Server::start(vec![answer("HTTP/1.1 201 Created\ncontent-length: 0\n\n")]).await;
        let bench = Bench::new();
        let mut lease = bench.lease(data.len()).await;
        lease.append(&data);
        let frozen = lease.freeze();
        let request = server.get("/x").payload(Payload::from(&frozen));
        assert!(request.payload.pieces().len() > 1);
        let request = Request {
            method: Method::PUT,
            ..request
        };
        bench.client.send(&request).await.unwrap();
        assert!(server.seen()[0].body == data);
        drop((request, frozen));
        assert!(bench.pool.is_whole(), "nothing keeps the memory afterwards");
    });
}

#[test]
fn an_odd_path_is_sent_as_it_is() {
    run(async {
        let server = Server::start(vec![times(4, &answer(OK))]).await;
        let bench = Bench::new();
        let paths = ["//", "/c//b/", "/c/..%2F%C3%A9/.", "/c/()!*',;:@$+=&\"{}"];
        for path in paths {
            bench.client.send(&server.get(path)).await.unwrap();
        }
        let seen = server.seen();
        let lines: Vec<&str> = seen.iter().map(Seen::line).collect();
        assert_eq!(lines, paths.map(|path| format!("GET {path} HTTP/1.1")));
    });
}

#[test]
fn an_answer_of_unknown_length_is_read_at_the_rate_of_the_cap() {
    run(async {
        let body = "x".repeat(300_000);
        let chunked =
            format!("HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\n493e0\r\n{body}\r\n0\r\n\r\n");
        let server = Server::start(vec![answer(&chunked)]).await;
        let bench = Bench::new();
        // A byte a second: what the test itself takes does not count.
        bench.settings.traffic.set_cap(1.0);
        let request = server.get("/page");
        let reply = bench.client.send_with_cap(&request, 1 << 20).await.unwrap();
        assert_eq!(reply.body.len(), 300_000);
        let longest = bench.clock.naps().into_iter().max().unwrap_or_default();
        assert!(longest.as_secs() > 290_000, "{longest:?}");
        assert!(longest.as_secs() < 300_100, "{longest:?}");
        assert_eq!(bench.settings.traffic.tally().held_back, 0);
    });
}
