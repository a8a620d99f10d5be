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
        format!("`{address}` sent nothing for {seconds} s")
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
fn a_body_that_is_slow_is_followed_as_long_as_an_attempt_may_take() {
    run_without_waiting(async {
        let head = send("HTTP/1.1 200 OK\ncontent-length: 1000000\n\n");
        let drip = [
            Move::Wait(Duration::from_secs(20)),
            Move::Send(vec![b'.'; 512]),
        ];
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

/// The error of a request whose connection does this, and the seconds until it.
async fn ends_after(script: Vec<Move>, payload: Option<Vec<u8>>) -> (Error, u64, String) {
    let server = Server::start(vec![script]).await;
    let begun = Instant::now();
    let request = match payload {
        None => server.get("/"),
        Some(bytes) => Request {
            method: Method::PUT,
            ..server
                .get("/")
                .payload(Payload::from(bytes::Bytes::from(bytes)))
        },
    };
    let sent = impatient().client.send_with_cap(&request, 1 << 20).await;
    let seconds = begun.elapsed().as_secs();
    (sent.unwrap_err(), seconds, server.address.to_string())
}

fn is_slow(ended: &(Error, u64, String)) {
    let (error, seconds, address) = ended;
    assert_eq!(error.kind(), Kind::Timeout);
    let message = format!("`{address}` moved fewer than 1024 bytes in 60 s");
    assert_eq!(error.message(), message);
    assert!((60..=121).contains(seconds), "{seconds}");
}

/// A byte each second.
fn drip() -> Vec<Move> {
    let drip = [Move::Wait(Duration::from_secs(1)), Move::Send(vec![b'.'])];
    times(1000, &drip)
}

#[test]
fn a_body_that_drips_is_given_up_after_a_minute() {
    run_without_waiting(async {
        let head = send("HTTP/1.1 200 OK\ncontent-length: 1000000\n\n");
        is_slow(&ends_after([vec![Move::Read, head], drip()].concat(), None).await);
    });
}

#[test]
fn a_body_that_begins_well_and_then_drips_is_given_up_too() {
    run_without_waiting(async {
        let head = send("HTTP/1.1 200 OK\ncontent-length: 1000000\n\n");
        let begins = vec![Move::Read, head, Move::Send(vec![b'.'; 100_000])];
        is_slow(&ends_after([begins, drip()].concat(), None).await);
    });
}

#[test]
fn a_head_that_drips_is_given_up_after_a_minute() {
    run_without_waiting(async {
        let begins = vec![Move::Read, Move::Send(b"HTTP/1.1 200 OK\r\nx-a: ".to_vec())];
        is_slow(&ends_after([begins, drip()].concat(), None).await);
    });
}

#[test]
fn an_answer_that_begins_late_has_its_own_minute() {
    run_without_waiting(async {
        let late = vec![Move::Read, Move::Wait(Duration::from_secs(55))];
        let head = send("HTTP/1.1 200 OK\ncontent-length: 40\n\n");
        let script = [late, vec![head], drip()].concat();
        let server = Server::start(vec![script]).await;
        let sent = impatient().client.send(&server.get("/")).await;
        assert_eq!(sent.unwrap().body.len(), 40);
    });
}

#[test]
fn a_slow_but_steady_body_is_waited_for() {
    run_without_waiting(async {
        let head = send("HTTP/1.1 200 OK\ncontent-length: 10240\n\n");
        let drip = [
            Move::Wait(Duration::from_secs(29)),
            Move::Send(vec![b'.'; 1024]),
        ];
        let drip = times(10, &drip);
        let server = Server::start(vec![[vec![Move::Read, head], drip].concat()]).await;
        let reply = impatient().client.send(&server.get("/")).await.unwrap();
        assert_eq!(reply.body.len(), 10240);
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
