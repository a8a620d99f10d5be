//! The bytes of the null store: byte `i` of every object is the same function of `i`, so downloads
//! of any size can be checked and cost no memory.
//!
//! The pattern repeats after 257 pages. That is no multiple of any chunk size, so [`byte_at`] shows
//! when a client puts a chunk in the wrong place.

use std::fs::File;
use std::io::{self, Write as _};
use std::sync::LazyLock;

/// The period of the pattern: page-aligned for `sendfile`, small enough for the second-level
/// caches.
pub const PERIOD_BYTES: u64 = 257 * 4096;

static BYTES: LazyLock<Vec<u8>> = LazyLock::new(|| {
    (0..PERIOD_BYTES / 8)
        .flat_map(|word| mix(word).to_le_bytes())
        .collect()
});
static FILE: LazyLock<io::Result<File>> = LazyLock::new(|| {
    let descriptor =
        rustix::fs::memfd_create("azring-emulator-pattern", rustix::fs::MemfdFlags::CLOEXEC)?;
    let mut file = File::from(descriptor);
    file.write_all(&BYTES)?;
    Ok(file)
});

/// The byte at this offset of every object of the null store.
pub fn byte_at(offset: u64) -> u8 {
    BYTES[(offset % PERIOD_BYTES) as usize]
}

/// Calls `take` with the bytes of a range, in slices.
pub fn each_slice(
    mut offset: u64,
    mut length: u64,
    mut take: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    while length > 0 {
        let start = offset % PERIOD_BYTES;
        let count = length.min(PERIOD_BYTES - start);
        take(&BYTES[start as usize..(start + count) as usize])?;
        offset += count;
        length -= count;
    }
    Ok(())
}

/// A file in memory with one period of the pattern, for `sendfile`, if the kernel has such files.
pub fn file() -> Option<&'static File> {
    FILE.as_ref().ok()
}

/// The finaliser of a splitting generator: neighbouring words look unrelated.
fn mix(word: u64) -> u64 {
    let mut mixed = word.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_agree_with_single_bytes_across_the_wrap() {
        let start = PERIOD_BYTES - 3;
        let mut seen = Vec::new();
        each_slice(start, 7, |slice| {
            seen.extend_from_slice(slice);
            Ok(())
        })
        .unwrap();
        assert_eq!(seen, (start..start + 7).map(byte_at).collect::<Vec<_>>());
    }
}
