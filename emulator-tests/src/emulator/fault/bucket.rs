//! Token buckets: so much per second. A budget has one second's worth of credit, as services give it; a line has hardly
//! any: what was not sent through it in time cannot be sent later.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What a line lets through at once, in seconds of its rate.
const LINE_CREDIT_S: f64 = 0.02;

/// A bucket that fills with time.
#[derive(Debug)]
pub struct Bucket {
    per_second: f64,
    most: f64,
    level: Mutex<(f64, Instant)>,
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

    fn new(per_second: u64, credit_s: f64) -> Self {
        let per_second = per_second.max(1) as f64;
        let most = per_second * credit_s;
        Self {
            per_second,
            most,
            level: Mutex::new((most, Instant::now())),
        }
    }

    /// Takes `amount` if it is there.
    pub fn take(&self, amount: u64) -> bool {
        let mut level = self.level.lock().unwrap_or_else(PoisonError::into_inner);
        self.refill(&mut level);
        let enough = level.0 >= (amount as f64).min(self.most);
        if enough {
            level.0 -= amount as f64;
        }
        enough
    }

    /// Takes `amount` on credit and says how long to wait until it is paid.
    pub fn owe(&self, amount: u64) -> Duration {
        let mut level = self.level.lock().unwrap_or_else(PoisonError::into_inner);
        self.refill(&mut level);
        level.0 -= amount as f64;
        if level.0 >= 0.0 {
            Duration::ZERO
        } else {
            Duration::from_secs_f64(-level.0 / self.per_second)
        }
    }

    fn refill(&self, level: &mut (f64, Instant)) {
        let now = Instant::now();
        level.0 =
            (level.0 + now.duration_since(level.1).as_secs_f64() * self.per_second).min(self.most);
        level.1 = now;
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
}
