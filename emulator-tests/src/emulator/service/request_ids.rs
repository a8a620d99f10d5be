//! Unique ids in the form of GUIDs: of requests, leases and copies.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::emulator::clock::Moment;

/// Makes ids. They begin at the time of the start, so that a restart does not repeat them.
#[derive(Debug)]
pub struct RequestIds(AtomicU64);

impl Default for RequestIds {
    fn default() -> Self {
        Self(AtomicU64::new(Moment::now().ticks()))
    }
}

impl RequestIds {
    /// An id that was never given before.
    pub fn next(&self) -> String {
        let number = self.0.fetch_add(1, Ordering::Relaxed);
        let mixed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        format!(
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            mixed >> 32,
            mixed >> 16 & 0xffff,
            mixed & 0xffff,
            0x8000 | number >> 48,
            number & 0xffff_ffff_ffff
        )
    }
}
