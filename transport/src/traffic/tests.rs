use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::clock::SystemClock;
use crate::{Error, Kind};

fn refused(message: &str) -> Error {
    Error::new(Kind::Status(503), message)
}

#[tokio::test(start_paused = true)]
async fn attempts_are_counted_from_their_turn_to_their_end() {
    let traffic = Arc::new(Traffic::default());
    let first = traffic.begin(10, &SystemClock).await;
    let second = traffic.begin(10, &SystemClock).await;
    assert_eq!(traffic.take_tally().under_way, 2);
    first.end(None);
    second.end(Some(&refused("").after(Some(7000))));
    drop(traffic.begin(10, &SystemClock).await);
    let tally = traffic.take_tally();
    assert_eq!((tally.under_way, tally.succeeded, tally.refused), (0, 1, 1));
    assert_eq!(tally.retry_after, Some(Duration::from_secs(7)));
    assert_eq!(traffic.take_tally().retry_after, None);
}

#[tokio::test(start_paused = true)]
async fn the_beginning_and_the_end_of_an_answer_are_measured_apart() {
    let traffic = Arc::new(Traffic::default());
    let attempt = traffic.begin(0, &SystemClock).await;
    tokio::time::advance(Duration::from_millis(10)).await;
    attempt.answered();
    tokio::time::advance(Duration::from_millis(990)).await;
    attempt.end(None);
    let about = |latencies: Latencies, ms: u64| {
        let found = latencies.percentile(0.5).unwrap().as_millis() as u64;
        (ms..=ms + ms / 8).contains(&found)
    };
    assert!(about(traffic.first_bytes(), 10));
    assert!(about(traffic.latencies(), 1000));
}

#[tokio::test(start_paused = true)]
async fn what_the_service_says_of_its_limit_is_understood() {
    let traffic = Arc::new(Traffic::default());
    for message in [
        "the service answered 503 ServerBusy: Ingress is over the account limit.",
        "the service answered 503 ServerBusy: Egress is over the account limit.",
        "the service answered 503 ServerBusy: Operations per second is over the account limit.",
        "the service answered 503 ServerBusy: The server is busy.",
    ] {
        traffic
            .begin(0, &SystemClock)
            .await
            .end(Some(&refused(message)));
    }
    let silent = Error::new(Kind::Timeout, "");
    traffic.begin(0, &SystemClock).await.end(Some(&silent));
    let tally = traffic.take_tally();
    assert_eq!(
        (
            tally.refused,
            tally.refused_for_bytes,
            tally.refused_for_requests,
            tally.timeouts
        ),
        (4, 2, 1, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn a_pace_spaces_what_begins() {
    let traffic = Arc::new(Traffic::default());
    let begun = tokio::time::Instant::now();
    traffic.set_pace(Some(Pace::Requests(100.0)));
    for _ in 0..51 {
        traffic.begin(1 << 20, &SystemClock).await.end(None);
    }
    let took = begun.elapsed().as_millis();
    assert!(
        (480..=520).contains(&took),
        "{took} ms for 50 gaps of 10 ms"
    );
    traffic.set_pace(Some(Pace::Bytes(10.0 * 1_048_576.0)));
    let begun = tokio::time::Instant::now();
    for _ in 0..11 {
        traffic.begin(1 << 20, &SystemClock).await.end(None);
    }
    let took = begun.elapsed().as_millis();
    assert!(
        (980..=1120).contains(&took),
        "{took} ms for 10 gaps of 100 ms"
    );
    traffic.set_pace(None);
    traffic.hold(Duration::from_secs(2));
    let begun = tokio::time::Instant::now();
    traffic.begin(1, &SystemClock).await.end(None);
    assert_eq!(begun.elapsed().as_secs(), 2);
    let begun = tokio::time::Instant::now();
    traffic.begin(1, &SystemClock).await.end(None);
    assert_eq!(begun.elapsed().as_millis(), 0);
}
