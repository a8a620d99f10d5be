//! How long to wait before the next attempt, and when to stop trying.
//!
//! The wait doubles from a second to a minute. Each wait is drawn from its upper half, so that a
//! thousand connections that failed together do not come back together. The counts follow `AzCopy`
//! 8: ten retries when the service answered, fewer when it did not. There is no clock here: a
//! number between 0 and 1 comes in, a duration goes out.

use std::time::Duration;

use super::judge::{Patience, Verdict, judge};
use crate::Error;

/// How often a request may be refused while the service admits others.
const ADMITTED_RETRIES_MAX: u32 = 40;

/// How often the wait of such a request doubles.
const ADMITTED_DOUBLINGS_MAX: u32 = 1;

/// How often and how slowly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// The longest first wait.
    pub wait_first: Duration,
    /// The longest wait of our own.
    pub wait_max: Duration,
    /// The longest wait that `Retry-After` can ask for.
    pub retry_after_max: Duration,
    /// Retries while the service answers.
    pub answered_retries_max: u32,
    /// Retries while connections break or stay silent.
    pub silent_retries_max: u32,
    /// Retries while no server is found or answers are malformed.
    pub doubtful_retries_max: u32,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            wait_first: Duration::from_secs(1),
            wait_max: Duration::from_mins(1),
            retry_after_max: Duration::from_mins(5),
            answered_retries_max: 10,
            silent_retries_max: 5,
            doubtful_retries_max: 3,
        }
    }
}

impl RetryPolicy {
    fn retries_max(&self, patience: Patience) -> u32 {
        match patience {
            Patience::Answered => self.answered_retries_max,
            Patience::Silent => self.silent_retries_max,
            Patience::Doubtful => self.doubtful_retries_max,
        }
    }

    /// The wait before retry number `retry`, counted from zero; `draw` is between 0 and 1.
    fn wait(&self, retry: u32, draw: f64) -> Duration {
        let factor = 1_u32.checked_shl(retry).unwrap_or(u32::MAX);
        let longest = self.wait_first.saturating_mul(factor).min(self.wait_max);
        longest.mul_f64(0.5 + draw.clamp(0.0, 1.0) / 2.0)
    }
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextAttempt {
    /// Give up: the error stands.
    GiveUp,
    /// Again now, on a new connection.
    AtOnce,
    /// Again after this long.
    Wait(Duration),
}

/// The retries of one request.
#[derive(Debug)]
pub struct Backoff<'a> {
    policy: &'a RetryPolicy,
    retries: u32,
    /// Refusals while the service admitted other requests.
    admitted_retries: u32,
}

impl<'a> Backoff<'a> {
    /// No attempt has failed yet.
    pub fn new(policy: &'a RetryPolicy) -> Self {
        Self {
            policy,
            retries: 0,
            admitted_retries: 0,
        }
    }

    /// What to do after this error while the service admits other requests. Another attempt has the
    /// same chance as they have, so it uses up no retry for a while. The wait doubles only once:
    /// the service may have a limit, and requests that come back at once would meet it again.
    pub fn next_among_admitted(&mut self, error: &Error, draw: f64) -> NextAttempt {
        let is_answered = matches!(
            judge(error),
            Verdict::After {
                at_least: None,
                patience: Patience::Answered,
            }
        );
        if !is_answered || self.admitted_retries >= ADMITTED_RETRIES_MAX {
            return self.next(error, draw);
        }
        let wait = self
            .policy
            .wait(self.admitted_retries.min(ADMITTED_DOUBLINGS_MAX), draw);
        self.admitted_retries += 1;
        NextAttempt::Wait(wait)
    }

    /// What to do after this error; `draw` is a random number between 0 and 1.
    pub fn next(&mut self, error: &Error, draw: f64) -> NextAttempt {
        match judge(error) {
            Verdict::Never => NextAttempt::GiveUp,
            Verdict::AtOnce => NextAttempt::AtOnce,
            Verdict::Elsewhere if self.retries == 0 => {
                self.retries = 1;
                NextAttempt::AtOnce
            }
            Verdict::Elsewhere => self.after(Duration::ZERO, Patience::Doubtful, draw),
            Verdict::After { at_least, patience } => {
                self.after(at_least.unwrap_or_default(), patience, draw)
            }
        }
    }

    fn after(&mut self, retry_after: Duration, patience: Patience, draw: f64) -> NextAttempt {
        if self.retries >= self.policy.retries_max(patience) {
            return NextAttempt::GiveUp;
        }
        let own = self.policy.wait(self.retries, draw);
        self.retries += 1;
        NextAttempt::Wait(own.max(retry_after.min(self.policy.retry_after_max)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Kind;

    fn waits(error: &Error, draw: f64) -> Vec<u64> {
        let policy = RetryPolicy::default();
        let mut backoff = Backoff::new(&policy);
        std::iter::from_fn(|| match backoff.next(error, draw) {
            NextAttempt::Wait(wait) => Some(wait.as_millis() as u64),
            NextAttempt::GiveUp | NextAttempt::AtOnce => None,
        })
        .collect()
    }

    #[test]
    fn waits_double_to_a_minute_and_end_after_ten() {
        let busy = Error::new(Kind::Status(503), "");
        let longest = [1, 2, 4, 8, 16, 32, 60, 60, 60, 60].map(|seconds| seconds * 1000);
        assert_eq!(waits(&busy, 1.0), longest);
        assert_eq!(waits(&busy, 0.0), longest.map(|wait| wait / 2));
    }

    #[test]
    fn who_is_refused_while_others_are_admitted_comes_again_often() {
        let policy = RetryPolicy::default();
        let mut backoff = Backoff::new(&policy);
        let busy = Error::new(Kind::Status(503), "");
        let waits_ms = [1000].into_iter().chain(std::iter::repeat(2000));
        for wait_ms in waits_ms.take(ADMITTED_RETRIES_MAX as usize) {
            let next = backoff.next_among_admitted(&busy, 1.0);
            assert_eq!(next, NextAttempt::Wait(Duration::from_millis(wait_ms)));
        }
        let mut waits = 0;
        while backoff.next_among_admitted(&busy, 1.0) != NextAttempt::GiveUp {
            waits += 1;
        }
        assert_eq!(waits, 10);
        let asks = Error::new(Kind::Status(503), "").after(Some(7_000));
        let mut backoff = Backoff::new(&policy);
        let next = backoff.next_among_admitted(&asks, 1.0);
        assert_eq!(next, NextAttempt::Wait(Duration::from_secs(7)));
    }

    #[test]
    fn silence_is_tried_five_times_and_nonsense_three() {
        assert_eq!(waits(&Error::new(Kind::Timeout, ""), 0.5).len(), 5);
        assert_eq!(waits(&Error::new(Kind::Protocol, ""), 0.5).len(), 3);
        assert_eq!(waits(&Error::new(Kind::Status(404), ""), 0.5).len(), 0);
    }

    #[test]
    fn an_answer_that_was_not_ours_is_asked_for_at_once_and_then_twice_more() {
        let policy = RetryPolicy::default();
        let mut backoff = Backoff::new(&policy);
        let error = Error::new(Kind::Mismatch, "");
        let next: Vec<NextAttempt> = (0..4).map(|_| backoff.next(&error, 1.0)).collect();
        let wait = |seconds| NextAttempt::Wait(Duration::from_secs(seconds));
        assert_eq!(
            next,
            [NextAttempt::AtOnce, wait(2), wait(4), NextAttempt::GiveUp]
        );
    }

    #[test]
    fn a_retry_after_is_obeyed_up_to_five_minutes_and_never_shortens_a_wait() {
        let asking = |ms| waits(&Error::new(Kind::Status(503), "").after(Some(ms)), 1.0);
        assert_eq!(asking(7_000)[..4], [7_000, 7_000, 7_000, 8_000]);
        assert_eq!(asking(0)[0], 1_000);
        assert_eq!(asking(3_600_000)[0], 300_000);
    }

    proptest! {
        #[test]
        fn no_wait_is_longer_than_the_policy_says(retry in 0_u32..100, draw in 0.0..=1.0_f64) {
            let policy = RetryPolicy::default();
            let wait = policy.wait(retry, draw);
            prop_assert!(wait <= policy.wait_max);
            prop_assert!(wait >= policy.wait_first / 2);
        }
    }
}
