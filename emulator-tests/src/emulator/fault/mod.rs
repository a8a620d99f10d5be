#![doc = include_str!("FORMAT.md")]

pub mod pattern;
pub mod plan;

pub mod listing;

pub mod bucket;
pub mod picker;

pub mod trouble;
pub mod twist;

pub use picker::Faults;
pub use plan::Plan;

/// The plan's format, for people.
pub const FORMAT: &str = include_str!("FORMAT.md");
