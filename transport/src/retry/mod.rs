//! Whether a failed attempt is repeated ([`mod@judge`]), and after how long ([`backoff`]).

mod judge;

mod backoff;

pub use backoff::{Backoff, NextAttempt, RetryPolicy};
pub use judge::{Patience, Verdict, judge};
