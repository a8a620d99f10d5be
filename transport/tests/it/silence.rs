//! Peers that stop: every wait ends.

use std::time::Duration;

use azring_transport::http::{Payload, Request};
use azring_transport::{Error, Kind};
use hyper::Method;
use tokio::time::Instant;

use crate::script::{Bench, Move, Server, pattern, run_without_waiting, send, times};

/// A bench that tries once, with 60 s for the first byte, 30 s without progress and 900 s in all.
fn impatient() -> Bench {
    Bench::with(|settings| settings.retry.silent_retries_max = 0)
}

fn silent_for(error: &Error, server: &Server, seconds: u64) {
    let address = server.address;
    assert_eq!(error.kind(), Kind::Timeout);
    assert_eq!(
        error.message(),
        format!("`{address}` was silent for {seconds} s")
    );
}

#[test]
fn a_service_that_never_answers_is_given_up_after_a_minute() {
    run_without_waiting(async {
        let server = Server::start(vec![vec![Move::Read, Move::Hang]]).await;
        let begun = Instant::now();
        let error = impatient().client.send(&server.get("/")).await.unwrap_err();
        silent_for(&error, &server, 60);
        assert_eq!(begun.elapsed().as_secs(), 60);
    });
}

#[test]
fn a_body_that_stops_is_given_up_after_half_a_minute() {
    run_without_waiting(async {
        let head = send("HTTP/1.1 200 OK\ncontent-length: 100\n\nhalf");
        let server = Server::start(vec![vec![Move::Read, head, Move::Hang]]).await;
        let bench = impatient();
        let mut lease = bench.lease(100).await;
        let begun = Instant::now();
        let error = bench
            .client
            .fetch(&server.get("/"), &mut lease)
            .await
            .unwrap_err();
        silent_for(&error, &server, 30);
        assert_eq!(begun.elapsed().as_secs(), 30);
    });
}

#[test]
fn an_upload_that_nobody_reads_is_given_up() {
    run_without_waiting(async {
        let server = Server::start(vec![vec![Move::ReadHead, Move::Hang]]).await;
        let upload = Request {
            method: Method::PUT,
            ..server
                .get("/")
                .payload(Payload::from(bytes::Bytes::from(pattern(64 << 20))))
        };
        let error = impatient().client.send(&upload).await.unwrap_err();
        silent_for(&error, &server, 60);
    });
}

#[test]
fn a_body_that_drips_is_followed_as_long_as_an_attempt_may_take() {
    run_without_waiting(async {
        let head = send("HTTP/1.1 200 OK\ncontent-length: 1000000\n\n");
        let drip = [Move::Wait(Duration::from_secs(20)), Move::Send(vec![b'.'])];
        let drip = times(100, &drip);
        let server = Server::start(vec![[vec![Move::Read, head], drip].concat()]).await;
        let bench = impatient();
        let begun = Instant::now();
        let sent = bench.client.send_with_cap(&server.get("/"), 1 << 20).await;
        let error = sent.unwrap_err();
        assert_eq!(error.kind(), Kind::Timeout);
        let address = server.address;
        assert_eq!(
            error.message(),
            format!("`{address}` did not finish its answer in 900 s")
        );
        assert_eq!(begun.elapsed().as_secs(), 900);
    });
}

#[test]
fn a_slow_but_steady_body_is_waited_for() {
    run_without_waiting(async {
        let head = send("HTTP/1.1 200 OK\ncontent-length: 10\n\n");
        let drip = [Move::Wait(Duration::from_secs(29)), Move::Send(vec![b'.'])];
        let drip = times(10, &drip);
        let server = Server::start(vec![[vec![Move::Read, head], drip].concat()]).await;
        let reply = impatient().client.send(&server.get("/")).await.unwrap();
        assert_eq!(&reply.body[..], b"..........");
    });
}

#[test]
fn a_connection_is_not_kept_for_more_than_a_minute() {
    run_without_waiting(async {
        let ok = crate::script::answer("HTTP/1.1 200 OK\ncontent-length: 0\n\n");
        let server = Server::start(vec![times(2, &ok), ok]).await;
        let bench = impatient();
        for wait in [0, 59, 61] {
            tokio::time::sleep(Duration::from_secs(wait)).await;
            let reply = bench.client.send(&server.get("/")).await.unwrap();
            assert_eq!(reply.attempts, 1);
        }
        let connections: Vec<usize> = server.seen().iter().map(|seen| seen.connection).collect();
        assert_eq!(connections, [0, 0, 1]);
    });
}
