//! Whether a failed attempt is worth another one ([`judge`]), and after how long ([`backoff`]).

mod judge;

mod backoff;

pub use backoff::{Backoff, Next, RetryPolicy};
pub use judge::{Patience, Verdict, judge};
