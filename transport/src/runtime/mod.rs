//! A thread with its ring, its arena and its tasks.

mod probe;

mod worker;

pub use probe::{IoChoice, IoMode, raise_descriptor_limit};
pub use worker::{Engine, plain_runtime, run};
