//! Token buckets: a limit per second. A budget has a credit of one second, as services give it. A
//! line has hardly any: capacity that was not used in time is lost.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The credit of a line, in seconds of its rate.
const LINE_CREDIT_S: f64 = 0.02;

/// A bucket that fills with time.
#[derive(Debug)]
pub struct Bucket {
    credit_s: f64,
    level: Mutex<FillLevel>,
    /// The rates that follow: after how many bytes, and how many per second. In order.
    steps: Vec<(u64, f64)>,
}

#[derive(Debug)]
struct FillLevel {
    amount: f64,
    looked: Instant,
    per_second: f64,
    /// The sum of what was taken on credit.
    owed: u64,
}

impl Bucket {
    /// A budget: a full bucket of one second's worth.
    pub fn budget(per_second: u64) -> Self {
        Self::new(per_second, 1.0)
    }

    /// A line.
    pub fn line(per_second: u64) -> Self {
        Self::new(per_second, LINE_CREDIT_S)
    }

    /// A line whose rate changes after numbers of bytes. The steps are in order.
    pub fn line_with_steps(per_second: u64, steps: impl IntoIterator<Item = (u64, u64)>) -> Self {
        let rate = |(after, per_second): (u64, u64)| (after, per_second.max(1) as f64);
        Self {
            steps: steps.into_iter().map(rate).collect(),
            ..Self::line(per_second)
        }
    }

    fn new(per_second: u64, credit_s: f64) -> Self {
        let per_second = per_second.max(1) as f64;
        Self {
            credit_s,
            level: Mutex::new(FillLevel {
                amount: per_second * credit_s,
                looked: Instant::now(),
                per_second,
                owed: 0,
            }),
            steps: Vec::new(),
        }
    }

    /// Takes `amount` if the bucket has it.
    pub fn take(&self, amount: u64) -> bool {
        let mut level = self.level.lock().unwrap_or_else(PoisonError::into_inner);
        let most = self.refill(&mut level);
        let enough = level.amount >= (amount as f64).min(most);
        if enough {
            level.amount -= amount as f64;
        }
        enough
    }

    /// Takes `amount` on credit, and returns how long to wait until it is paid.
    pub fn owe(&self, amount: u64) -> Duration {
        let mut level = self.level.lock().unwrap_or_else(PoisonError::into_inner);
        self.refill(&mut level);
        level.amount -= amount as f64;
        level.owed += amount;
        let reached = self.steps.iter().rfind(|(after, _)| *after <= level.owed);
        if let Some((_, per_second)) = reached {
            level.per_second = *per_second;
        }
        if level.amount >= 0.0 {
            Duration::ZERO
        } else {
            Duration::from_secs_f64(-level.amount / level.per_second)
        }
    }

    /// Adds what came since the last refill; returns the most that the bucket holds.
    fn refill(&self, level: &mut FillLevel) -> f64 {
        let now = Instant::now();
        let most = level.per_second * self.credit_s;
        let come = now.duration_since(level.looked).as_secs_f64() * level.per_second;
        level.amount = (level.amount + come).min(most);
        level.looked = now;
        most
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_bucket_refuses_and_a_debt_takes_time() {
        let bucket = Bucket::budget(2);
        assert!(bucket.take(1) && bucket.take(1));
        let slow = Bucket::budget(1);
        assert!(slow.take(1) && !slow.take(1));
        assert!(slow.owe(10) > Duration::from_secs(5));
    }

    #[test]
    fn a_line_lets_nothing_through_beforehand() {
        let line = Bucket::line(1000);
        assert!(line.owe(1000) > Duration::from_millis(900));
    }

    #[test]
    fn a_line_changes_its_rate_after_a_number_of_bytes() {
        let line = Bucket::line_with_steps(1_000_000_000, [(1000, 10), (5000, 1_000_000_000)]);
        assert_eq!(line.owe(999), Duration::ZERO);
        assert!(line.owe(40_000_000).as_millis() < 100, "it is fast again");
        let line = Bucket::line_with_steps(1_000_000_000, [(1000, 10)]);
        assert!(line.owe(50_000_000) > Duration::from_secs(1_000_000));
    }
}
