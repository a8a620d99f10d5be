//! Requests that take much longer than similar ones: ended earlier, or sent a second time.

use std::sync::atomic::Ordering;

use azring_transport::buffer::Lease;
use azring_transport::http::{HedgePolicy, Payload, Reply, Request};
use azring_transport::{Kind, Result};
use bytes::Bytes;
use hyper::Method;
use tokio::time::Instant;

use crate::script::{
    Bench, Move, Server, answer, content, pattern, run_without_waiting, send, times,
};

/// This many requests are enough to know a class.
const KNOWN: usize = 64;

const ONE: &str = "HTTP/1.1 200 OK\ncontent-length: 3\n\none";
const TWO: &str = "HTTP/1.1 200 OK\ncontent-length: 3\n\ntwo";
const CREATED: &str = "HTTP/1.1 201 Created\ncontent-length: 0\n\n";

/// A connection that answers `count` requests, and its moves after that.
fn connection(count: usize, text: &str, then: Vec<Move>) -> Vec<Move> {
    [times(count, &answer(text)), then].concat()
}

fn hang() -> Vec<Move> {
    vec![Move::Read, Move::Hang]
}

fn range(server: &Server) -> Request {
    server.get("/blob").hedge_policy(HedgePolicy::Hedged)
}

fn block(server: &Server) -> Request {
    Request {
        method: Method::PUT,
        ..server
            .get("/blob")
            .payload(Payload::from(Bytes::from(pattern(100_000))))
            .hedge_policy(HedgePolicy::Hedged)
    }
}

async fn fetch(bench: &Bench, request: &Request) -> (Result<Reply>, Lease) {
    let mut lease = bench.lease(3).await;
    let fetched = bench.client.fetch(request, &mut lease).await;
    (fetched, lease)
}

/// A bench that has fetched this many ranges and has nothing left to begin.
async fn seasoned(server: &Server, count: usize) -> Bench {
    let bench = Bench::with(|settings| settings.retry.silent_retries_max = 0);
    for _ in 0..count {
        fetch(&bench, &range(server)).await.0.unwrap();
    }
    bench.settings.traffic.set_hedging(true);
    bench
}

#[test]
fn a_late_range_is_requested_twice_and_the_first_answer_counts() {
    run_without_waiting(async {
        let server = Server::start(vec![connection(8, ONE, hang()), answer(TWO)]).await;
        let bench = seasoned(&server, 8).await;
        let begun = Instant::now();
        let (fetched, lease) = fetch(&bench, &range(&server)).await;
        assert_eq!(fetched.unwrap().attempts, 1);
        assert_eq!(content(lease), b"two");
        assert_eq!(begun.elapsed().as_secs(), 1);
        assert_eq!(server.seen().len(), 10);
        let tally = bench.settings.traffic.take_tally();
        assert_eq!((tally.hedged, tally.timeouts, tally.under_way), (1, 0, 0));
        assert!(tally.failed_bytes > 0, "what lost was for nothing");
        assert_eq!(bench.settings.retries.load(Ordering::Relaxed), 0);
        assert!(bench.pool.is_whole());
    });
}

#[test]
fn a_block_that_is_late_is_sent_again_whole() {
    run_without_waiting(async {
        let server = Server::start(vec![connection(8, CREATED, hang()), answer(CREATED)]).await;
        let bench = Bench::new();
        for _ in 0..8 {
            bench.client.send(&block(&server)).await.unwrap();
        }
        bench.settings.traffic.set_hedging(true);
        let reply = bench.client.send(&block(&server)).await.unwrap();
        assert_eq!(reply.attempts, 1);
        let seen = server.seen();
        assert_eq!(seen.len(), 10);
        assert!(seen.iter().all(|seen| seen.body == pattern(100_000)));
    });
}

#[test]
fn the_first_counts_when_it_comes_first_after_all() {
    run_without_waiting(async {
        let slow = vec![
            Move::Read,
            Move::Wait(std::time::Duration::from_secs(3)),
            send(ONE),
        ];
        let server = Server::start(vec![connection(8, ONE, slow), hang()]).await;
        let bench = seasoned(&server, 8).await;
        let (fetched, lease) = fetch(&bench, &range(&server)).await;
        fetched.unwrap();
        assert_eq!(content(lease), b"one");
        assert_eq!(server.seen().len(), 10);
        assert_eq!(bench.settings.traffic.take_tally().hedged, 1);
        assert!(bench.pool.is_whole());
    });
}

#[test]
fn a_second_attempt_that_fails_leaves_the_first_alone() {
    run_without_waiting(async {
        let slow = vec![
            Move::Read,
            Move::Wait(std::time::Duration::from_secs(3)),
            send(ONE),
        ];
        let refused = answer("HTTP/1.1 503 Busy\ncontent-length: 0\n\n");
        let server = Server::start(vec![connection(8, ONE, slow), refused]).await;
        let bench = seasoned(&server, 8).await;
        let (fetched, lease) = fetch(&bench, &range(&server)).await;
        assert_eq!(fetched.unwrap().attempts, 1);
        assert_eq!(content(lease), b"one");
    });
}

#[test]
fn only_a_comparable_request_is_hedged_while_nothing_is_left_to_do() {
    let sent = |count, hedge_policy, spare| {
        run_without_waiting(async move {
            let server = Server::start(vec![connection(count, ONE, hang()), answer(TWO)]).await;
            let bench = seasoned(&server, count).await;
            bench.settings.traffic.set_hedging(spare);
            let (fetched, _) = fetch(&bench, &range(&server).hedge_policy(hedge_policy)).await;
            assert_eq!(fetched.unwrap_err().kind(), Kind::Timeout);
            server.seen().len() - count
        })
    };
    assert_eq!(sent(8, HedgePolicy::Never, true), 1);
    assert_eq!(sent(8, HedgePolicy::ShortTimeout, true), 1);
    assert_eq!(sent(8, HedgePolicy::Hedged, false), 1);
    assert_eq!(sent(3, HedgePolicy::Hedged, true), 1);
}

#[test]
fn few_are_sent_twice_where_little_was_moved() {
    run_without_waiting(async {
        let body = "b".repeat(1000);
        let large = format!("HTTP/1.1 200 OK\ncontent-length: 1000\n\n{body}");
        // An answer between two silences, which would be an outage otherwise.
        let again = [answer(ONE), hang()].concat();
        let raced = vec![vec![hang(), again.clone()]; 4].concat();
        let scripts = [vec![connection(8, &large, hang())], raced, vec![again; 2]];
        let server = Server::start(scripts.concat()).await;
        let bench = Bench::with(|settings| settings.retry.silent_retries_max = 0);
        bench.settings.traffic.set_hedging(true);
        let mut lease = bench.lease(1000).await;
        for number in 0..8 + 6 {
            let fetched = bench.client.fetch(&range(&server), &mut lease).await;
            assert_eq!(fetched.is_ok(), number < 8);
            if number >= 8 {
                bench.client.send(&server.get("/")).await.unwrap();
            }
        }
        assert_eq!(bench.settings.traffic.take_tally().hedged, 4);
        assert_eq!(server.seen().len(), 8 + 6 + 4 + 6);
    });
}

#[test]
fn a_silent_answer_is_given_up_sooner_where_others_came_quickly() {
    run_without_waiting(async {
        let server = Server::start(vec![
            connection(KNOWN, ONE, hang()),
            hang(),
            hang(),
            hang(),
            answer(TWO),
        ])
        .await;
        let bench = seasoned(&server, KNOWN).await;
        bench.settings.traffic.set_hedging(false);
        let begun = Instant::now();
        let error = fetch(&bench, &range(&server)).await.0.unwrap_err();
        assert_eq!(
            error.message(),
            format!("`{}` sent nothing for 10 s", server.address)
        );
        assert_eq!(begun.elapsed().as_secs(), 10);
        // A request without a hedge policy is waited for as usual.
        let begun = Instant::now();
        let error = fetch(&bench, &server.get("/")).await.0.unwrap_err();
        assert_eq!(
            error.message(),
            format!("`{}` sent nothing for 60 s", server.address)
        );
        assert_eq!(begun.elapsed().as_secs(), 60);
    });
}

#[test]
fn each_silence_doubles_the_patience() {
    run_without_waiting(async {
        let server = Server::start(vec![
            connection(2 * KNOWN, ONE, hang()),
            hang(),
            answer(TWO),
        ])
        .await;
        let bench = Bench::new();
        for _ in 0..2 * KNOWN {
            fetch(&bench, &range(&server)).await.0.unwrap();
        }
        let begun = Instant::now();
        let (fetched, lease) = fetch(&bench, &range(&server)).await;
        assert_eq!(fetched.unwrap().attempts, 3);
        assert_eq!(content(lease), b"two");
        // Another clock measures the waits between attempts.
        assert_eq!(begun.elapsed().as_secs(), 10 + 20);
    });
}
