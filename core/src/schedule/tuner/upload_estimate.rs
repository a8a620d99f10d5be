//! Estimates how much uploads have moved, from those that were answered.
//!
//! It is used where nothing else shows it, and for the size of blocks. An upload is answered only
//! at its end, and uploads that begin together end together: the answers of one window are now too
//! much and now too little. The speed of the answered uploads, and the number in flight, say more.
//! But fast uploads end first, while the others of a crowded line crawl. So the estimate keeps what
//! it has claimed in advance, and never claims more than what is in flight.

use super::sample::{ANSWERS_WINDOW_MAX, AnswerRate};

/// The uploads of one window.
#[derive(Debug, Clone, Copy, Default)]
pub struct UploadWindow {
    /// How long the window was, in seconds.
    pub window_s: f64,
    /// Requests that were answered.
    pub requests: f64,
    /// Their bytes.
    pub bytes: f64,
    /// The durations of these requests, summed up, in seconds.
    pub took_s: f64,
    /// Requests in flight, on average.
    pub under_way: f64,
    /// Requests in flight at its end.
    pub left: f64,
}

/// What uploads are estimated to have moved, compared with what was answered.
#[derive(Debug, Clone, Copy, Default)]
pub struct UploadEstimate {
    /// Bytes that were claimed and are not answered yet.
    ahead: f64,
    /// The windows since the last rate.
    since: UploadWindow,
}

impl UploadEstimate {
    /// Adds a window; returns what answers say about the rate.
    pub fn answers(&mut self, window: &UploadWindow) -> AnswerRate {
        let since = &mut self.since;
        let seconds = since.window_s + window.window_s;
        let under_way = since.under_way * since.window_s + window.under_way * window.window_s;
        *since = UploadWindow {
            window_s: seconds,
            requests: since.requests + window.requests,
            bytes: since.bytes + window.bytes,
            took_s: since.took_s + window.took_s,
            under_way: under_way / seconds.max(1e-3),
            left: window.left,
        };
        let is_long = seconds >= ANSWERS_WINDOW_MAX.as_secs_f64();
        if since.requests <= 0.0 || (since.requests < since.left && !is_long) {
            return AnswerRate::TooFew;
        }
        let answered = std::mem::take(since);
        let moved = self.moved(&answered).unwrap_or(answered.bytes);
        AnswerRate::Rate(moved / seconds.max(1e-3))
    }

    /// The bytes that moved in this window; `None` when its requests are so short that they count
    /// as they end.
    pub fn moved(&mut self, answered: &UploadWindow) -> Option<f64> {
        let UploadWindow {
            window_s,
            requests,
            bytes,
            took_s,
            under_way,
            left,
        } = *answered;
        if requests <= 0.0 || took_s / requests <= window_s / 2.0 {
            self.ahead = 0.0;
            return None;
        }
        let claimed = bytes / took_s * under_way * window_s;
        let most = left * bytes / requests;
        let ahead = (self.ahead + claimed - bytes).clamp(0.0, most);
        let moved = (bytes + ahead - self.ahead).max(0.0);
        self.ahead += moved - bytes;
        Some(moved)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Eight blocks of 4 MB, two seconds each: 16 MB/s.
    fn eight(window_s: f64) -> UploadWindow {
        UploadWindow {
            window_s,
            requests: 8.0,
            bytes: 32e6,
            took_s: 16.0,
            under_way: 8.0,
            left: 8.0,
        }
    }

    #[test]
    fn what_ends_together_counts_as_it_moves() {
        assert_eq!(UploadEstimate::default().moved(&eight(2.5)), Some(40e6));
        // Short uploads count when they end.
        assert_eq!(UploadEstimate::default().moved(&eight(5.0)), None);
        assert_eq!(
            UploadEstimate::default().moved(&UploadWindow::default()),
            None
        );
    }

    #[test]
    fn a_rate_needs_as_many_answers_as_are_in_flight_or_four_seconds() {
        let some = |requests: f64| UploadWindow {
            window_s: 0.5,
            requests,
            bytes: requests * 4e6,
            took_s: requests * 2.0,
            under_way: 8.0,
            left: 8.0,
        };
        let mut uploads = UploadEstimate::default();
        for _ in 0..3 {
            assert_eq!(uploads.answers(&some(2.0)), AnswerRate::TooFew);
        }
        assert_eq!(uploads.answers(&some(2.0)), AnswerRate::Rate(16e6));
        // One of eight in four seconds, and none in the five before.
        for _ in 0..10 {
            assert_eq!(uploads.answers(&some(0.0)), AnswerRate::TooFew);
        }
        assert!(matches!(uploads.answers(&some(1.0)), AnswerRate::Rate(_)));
    }

    #[test]
    fn the_fast_ones_of_a_crowd_cannot_claim_more_than_is_under_way() {
        // 64 of 1 MB share a line of 25 MB/s; each second the 25 fastest end, in 0.6 s.
        let crowd = UploadWindow {
            window_s: 1.0,
            requests: 25.0,
            bytes: 25e6,
            took_s: 15.0,
            under_way: 64.0,
            left: 64.0,
        };
        let mut uploads = UploadEstimate::default();
        assert_eq!(uploads.moved(&crowd), Some(89e6));
        assert_eq!(uploads.moved(&crowd), Some(25e6));
        assert_eq!(uploads.moved(&crowd), Some(25e6));
    }

    proptest! {
        #[test]
        fn the_estimate_exceeds_the_answers_by_what_is_in_flight_at_most(
            windows in proptest::collection::vec((1.0..9.0, 0.1..9.0, 0.0..64.0), 1..50),
        ) {
            let mut uploads = UploadEstimate::default();
            let (mut claimed, mut answered, mut most) = (0.0, 0.0, 0.0_f64);
            for (requests, each_s, left) in windows {
                let window = UploadWindow {
                    window_s: 0.1,
                    requests,
                    bytes: requests * 1e6,
                    took_s: requests * each_s,
                    under_way: left,
                    left,
                };
                claimed += uploads.moved(&window).expect("they take longer than the window");
                answered += window.bytes;
                most = most.max(left * 1e6);
                prop_assert!(claimed >= answered - 1.0, "{} {}", claimed, answered);
                prop_assert!(claimed <= answered + most + 1.0, "{} {}", claimed, answered);
            }
        }
    }
}
