//! Bytes that a fuzzer makes up, read as a journal: as they are, and as the bodies of records with sound checksums, which no
//! fuzzer would guess. Whatever is read, nothing panics, and what is pending can be named.
#![no_main]

use std::io;
use std::sync::Arc;

use azring_core::journal::{File, replay, sealed};
use libfuzzer_sys::fuzz_target;

/// A file of these bytes.
struct Bytes(Vec<u8>);

impl File for Bytes {
    fn length(&self) -> io::Result<u64> {
        Ok(self.0.len() as u64)
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let there = usize::try_from(offset)
            .ok()
            .and_then(|offset| self.0.get(offset..))
            .unwrap_or_default();
        let count = there.len().min(buffer.len());
        buffer[..count].copy_from_slice(&there[..count]);
        Ok(count)
    }

    fn write_at(&self, _: &[u8], _: u64) -> io::Result<()> {
        unreachable!("reading writes nothing")
    }

    fn truncate(&self, _: u64) -> io::Result<()> {
        unreachable!("reading cuts nothing")
    }

    fn sync(&self) -> io::Result<()> {
        unreachable!("reading needs no sync")
    }
}

fn read(bytes: Vec<u8>) {
    if let Ok(replayed) = replay(Arc::new(Bytes(bytes)), "fuzz") {
        let named = replayed.pending().flatten().count() as u64;
        assert_eq!(named, replayed.pending_count());
    }
}

fuzz_target!(|data: &[u8]| {
    read(data.to_vec());
    // Each body stands behind its length, in one byte.
    let mut bodies = Vec::new();
    let mut rest = data;
    while let Some((&length, behind)) = rest.split_first() {
        let (body, behind) = behind.split_at(behind.len().min(length.into()));
        bodies.push(body);
        rest = behind;
    }
    read(sealed(&bodies));
});
