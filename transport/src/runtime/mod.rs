//! A thread with its ring, its arena and its tasks.

mod probe;

mod worker;

pub use probe::{IoChoice, IoMode};
pub use worker::{Engine, plain_runtime, run};
