//! Checksums: the MD5 of a whole object, and the CRC-64 of the bytes of one request.
//!
//! An object of many chunks has a [`Follower`], which keeps chunks until they are next and gives a
//! ticket to the [`Hashers`]. A thread of theirs hashes several objects side by side in its lanes.

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
