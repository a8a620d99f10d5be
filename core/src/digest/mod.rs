//! What the bytes add up to: an MD5 of the whole object, a CRC-64 of what one request carries.

pub mod crc64;

pub mod zero;

pub mod follower;

pub mod hashers;

pub mod compare;

pub use follower::Follower;
pub use hashers::Hashers;
