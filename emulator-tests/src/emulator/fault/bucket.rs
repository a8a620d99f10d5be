//! Token buckets: so much per second, with one second's worth of credit.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A bucket that fills with time.
#[derive(Debug)]
pub struct Bucket {
    per_second: f64,
    level: Mutex<(f64, Instant)>,
}

impl Bucket {
    /// A full bucket.
    pub fn new(per_second: u64) -> Self {
        let per_second = per_second.max(1) as f64;
        Self {
            per_second,
            level: Mutex::new((per_second, Instant::now())),
        }
    }

    /// Takes `amount` if it is there.
    pub fn take(&self, amount: u64) -> bool {
        let mut level = self.level.lock().unwrap_or_else(PoisonError::into_inner);
        self.refill(&mut level);
        let enough = level.0 >= (amount as f64).min(self.per_second);
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
        level.0 = (level.0 + now.duration_since(level.1).as_secs_f64() * self.per_second)
            .min(self.per_second);
        level.1 = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_bucket_refuses_and_a_debt_takes_time() {
        let bucket = Bucket::new(2);
        assert!(bucket.take(1) && bucket.take(1));
        let slow = Bucket::new(1);
        assert!(slow.take(1) && !slow.take(1));
        assert!(slow.owe(10) > Duration::from_secs(5));
    }
}
