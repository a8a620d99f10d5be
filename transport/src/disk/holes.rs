//! Where a sparse file has data: everything else of it reads as zeros and takes no room.

use std::io;
use std::os::fd::AsFd;

use rustix::fs::{self, SeekFrom};
use rustix::io::Errno;

/// The parts of a file of `bytes` bytes that hold data, as offset and length, in order and apart from each other
/// (`SEEK_DATA` and `SEEK_HOLE`, lseek(2)). A file system that knows no holes has one part: all of it.
///
/// It moves the descriptor's position and may wait for the disk.
pub fn data_parts(file: impl AsFd, bytes: u64) -> io::Result<Vec<(u64, u64)>> {
    let mut parts = Vec::new();
    let mut at = 0;
    while at < bytes {
        let begin = match fs::seek(&file, SeekFrom::Data(at)) {
            Ok(begin) => begin,
            // Nothing but a hole from here to the end.
            Err(Errno::NXIO) => break,
            Err(Errno::INVAL | Errno::OPNOTSUPP) if at == 0 => return Ok(vec![(0, bytes)]),
            Err(errno) => return Err(errno.into()),
        };
        let end = fs::seek(&file, SeekFrom::Hole(begin))?.min(bytes);
        if begin < end {
            parts.push((begin, end - begin));
        }
        // A file that shrinks meanwhile must not keep us here.
        at = end.max(at + 1);
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::FileExt;

    use super::*;

    #[test]
    fn a_sparse_file_has_its_islands_and_nothing_else() {
        let file = tempfile::tempfile().unwrap();
        let bytes = 1 << 40;
        file.set_len(bytes).unwrap();
        assert_eq!(data_parts(&file, bytes).unwrap(), []);
        for at in [0, 1 << 30, bytes - 4096] {
            file.write_all_at(&[7; 4096], at).unwrap();
        }
        let parts = data_parts(&file, bytes).unwrap();
        let covers = |at: u64| {
            parts
                .iter()
                .any(|(offset, length)| (*offset..offset + length).contains(&at))
        };
        assert!(covers(0) && covers((1 << 30) + 4095) && covers(bytes - 1));
        let total: u64 = parts.iter().map(|(_, length)| length).sum();
        assert!(total <= 3 << 20, "{parts:?}");
    }

    #[test]
    fn a_file_without_holes_is_one_part() {
        let file = tempfile::tempfile().unwrap();
        file.write_all_at(&[7; 10_000], 0).unwrap();
        assert_eq!(data_parts(&file, 10_000).unwrap(), [(0, 10_000)]);
        assert_eq!(data_parts(&file, 0).unwrap(), []);
    }
}
