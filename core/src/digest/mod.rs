//! What the bytes add up to: an MD5 of the whole object, a CRC-64 of what one request carries.
//!
//! An object of many chunks has a [`Follower`], which keeps chunks until their turn comes and hands the turn to the
//! [`Hashers`]; a thread of theirs hashes several objects side by side in its lanes.

pub mod crc64;

pub mod zero;

pub mod follower;

mod ticket;

mod progress;

pub mod hashers;

mod lanes;

pub mod compare;

pub use follower::Follower;
pub use hashers::Hashers;
