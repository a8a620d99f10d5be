//! The cap on the rate, with drawn requests and a clock that jumps.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::{LocalSet, spawn_local};
use tokio::time::{Instant, sleep, timeout};

use super::*;
use crate::clock::SystemClock;

/// Bytes per second.
const RATE: f64 = 12_500_000.0;

/// Numbers drawn from a seed.
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }
}

/// A run with a cap.
struct CappedRun {
    traffic: Arc<Traffic>,
    begun: Instant,
    moved: Cell<u64>,
}

impl CappedRun {
    fn new() -> Self {
        let traffic = Arc::new(Traffic::default());
        traffic.set_cap(RATE);
        Self {
            traffic,
            begun: Instant::now(),
            moved: Cell::new(0),
        }
    }

    /// One request that is expected to move so many bytes and moves others, in this time.
    async fn request(&self, expected: u64, moves: u64, takes: Duration) {
        let mut attempt = self.traffic.begin(expected, &SystemClock).await;
        let meter = Rc::new(Meter::new(Arc::clone(&self.traffic)));
        attempt.uses(Rc::clone(&meter));
        sleep(takes).await;
        meter.wrote(moves as usize);
        self.moved.set(self.moved.get() + moves);
        attempt.end(None);
    }

    /// One request whose answer comes in parts and has a length that nobody expected.
    async fn listing(&self, parts: u64, part_bytes: u64) {
        let mut attempt = self.traffic.begin(0, &SystemClock).await;
        let meter = Rc::new(Meter::new(Arc::clone(&self.traffic)));
        attempt.uses(Rc::clone(&meter));
        for _ in 0..parts {
            meter.read(part_bytes as usize);
            attempt.admit(part_bytes, &SystemClock).await;
            self.moved.set(self.moved.get() + part_bytes);
            assert!(self.share() <= 1.001, "{}", self.share());
        }
        attempt.end(None);
    }

    fn seconds(&self) -> f64 {
        self.begun.elapsed().as_secs_f64()
    }

    /// The bytes in relation to those of the cap.
    fn share(&self) -> f64 {
        self.moved.get() as f64 / (RATE * self.seconds())
    }
}

#[tokio::test(start_paused = true)]
async fn requests_side_by_side_use_the_cap_and_exceed_it_at_no_moment() {
    for seed in 0..20 {
        let mut draw = Draw(seed);
        let (run, at_once) = (Rc::new(CappedRun::new()), 1 + draw.below(32));
        let all = async {
            let start = |number| {
                let (run, mut draw) = (Rc::clone(&run), Draw(seed * 100 + number));
                spawn_local(async move {
                    for _ in 0..30 {
                        let bytes = draw.below(4 << 20);
                        let takes = Duration::from_millis(draw.below(80));
                        run.request(bytes, bytes, takes).await;
                        assert!(run.share() <= 1.001, "seed {seed}: {}", run.share());
                    }
                })
            };
            let all: Vec<_> = (0..at_once).map(start).collect();
            for one in all {
                one.await.unwrap();
            }
        };
        LocalSet::new().run_until(all).await;
        let share = run.share();
        assert!(share > 0.95, "seed {seed}, {at_once} at once: {share}");
    }
}

#[tokio::test(start_paused = true)]
async fn requests_one_after_the_other_lose_no_time_to_the_cap() {
    let run = CappedRun::new();
    for _ in 0..200 {
        // Each takes half as long as the cap allows for its bytes.
        let takes = Duration::from_secs_f64(0.5 * f64::from(1 << 20) / RATE);
        run.request(1 << 20, 1 << 20, takes).await;
    }
    assert!((0.95..=1.001).contains(&run.share()), "{}", run.share());
}

#[tokio::test(start_paused = true)]
async fn answers_of_unknown_length_are_paid_for_by_the_next_requests() {
    let run = CappedRun::new();
    for _ in 0..300 {
        run.request(0, 700_000, Duration::from_millis(1)).await;
    }
    assert!((0.95..=1.05).contains(&run.share()), "{}", run.share());
}

#[tokio::test(start_paused = true)]
async fn an_answer_of_unknown_length_ends_when_all_its_bytes_are_due() {
    for (answers, parts) in [(1, 40), (8, 40), (300, 1)] {
        let run = CappedRun::new();
        for _ in 0..answers {
            run.listing(parts, 100_000).await;
        }
        let share = run.share();
        assert!((0.95..=1.001).contains(&share), "{answers}: {share}");
    }
}

#[tokio::test(start_paused = true)]
async fn answers_of_unknown_length_side_by_side_share_the_cap() {
    let run = Rc::new(CappedRun::new());
    let all = async {
        let start = |_| {
            let run = Rc::clone(&run);
            spawn_local(async move { run.listing(40, 100_000).await })
        };
        for one in (0..6).map(start).collect::<Vec<_>>() {
            one.await.unwrap();
        }
    };
    LocalSet::new().run_until(all).await;
    assert!((0.95..=1.001).contains(&run.share()), "{}", run.share());
}

#[tokio::test(start_paused = true)]
async fn requests_that_wait_already_make_room_for_an_answer_of_unknown_length() {
    let run = Rc::new(CappedRun::new());
    let all = async {
        let request = |_| {
            let run = Rc::clone(&run);
            spawn_local(async move {
                for _ in 0..4 {
                    run.request(1 << 20, 1 << 20, Duration::from_millis(1))
                        .await;
                    assert!(run.share() <= 1.001, "{}", run.share());
                }
            })
        };
        let requests: Vec<_> = (0..16).map(request).collect();
        run.listing(60, 100_000).await;
        assert!(run.seconds() < 1.0, "it does not wait for them");
        for one in requests {
            one.await.unwrap();
        }
    };
    LocalSet::new().run_until(all).await;
    assert!((0.95..=1.001).contains(&run.share()), "{}", run.share());
}

#[tokio::test(start_paused = true)]
async fn bytes_that_were_never_sent_are_given_back() {
    let run = CappedRun::new();
    for number in 0..400 {
        let bytes = 1 << 20;
        let moves = if number % 2 == 0 { bytes } else { 200 };
        run.request(bytes, moves, Duration::from_millis(1)).await;
    }
    assert!((0.95..=1.001).contains(&run.share()), "{}", run.share());
}

#[tokio::test(start_paused = true)]
async fn a_request_that_waits_for_the_cap_says_so_until_it_is_dropped() {
    let run = CappedRun::new();
    let held_back = || run.traffic.tally().held_back;
    let waiting = run.request(12_500_000, 0, Duration::ZERO);
    assert!(
        tokio::time::timeout(Duration::from_millis(10), waiting)
            .await
            .is_err()
    );
    assert_eq!((held_back(), run.traffic.tally().delayed), (0, 1));
    let mut waiting = Box::pin(run.request(1, 0, Duration::ZERO));
    let soon = Duration::from_millis(10);
    assert!(timeout(soon, waiting.as_mut()).await.is_err());
    assert_eq!(held_back(), 1);
    drop(waiting);
    assert_eq!(held_back(), 0);
}

#[test]
fn no_request_is_sent_a_second_time_under_a_cap() {
    let traffic = Traffic::default();
    traffic.set_hedging(true);
    traffic.succeeded(1 << 30, Duration::from_secs(1));
    assert!(traffic.take_hedge(1));
    traffic.set_cap(RATE);
    assert!(!traffic.allows_hedging() && !traffic.take_hedge(1));
}
