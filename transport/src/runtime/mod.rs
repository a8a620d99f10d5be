//! A worker thread: its ring, its arena and its tasks.

mod io_mode;

mod worker;

pub use io_mode::{IoChoice, IoMode};
pub use worker::{Engine, plain_runtime, run};
