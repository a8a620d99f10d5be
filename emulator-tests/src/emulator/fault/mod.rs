#![doc = include_str!("FORMAT.md")]

pub mod pattern;
pub mod plan;

pub mod listing_fault;

pub mod matcher;

pub mod response_faults;

pub use matcher::Faults;
pub use plan::Plan;

/// The plan's format, for `--help faults`.
pub const FORMAT: &str = include_str!("FORMAT.md");
