//! The parts of a sparse file that hold data. All other parts read as zeros and take no space.

use std::io;
use std::os::fd::AsFd;

use rustix::fs::{self, SeekFrom};
use rustix::io::Errno;

/// The parts of a file of `bytes` bytes that hold data, as offset and length, in order and not
/// adjacent (`SEEK_DATA` and `SEEK_HOLE`, lseek(2)). A file system without holes has one part: the
/// whole file.
///
/// It moves the descriptor's position and may wait for the disk.
pub fn data_parts(file: impl AsFd, bytes: u64) -> io::Result<Vec<(u64, u64)>> {
    let mut parts = Vec::new();
    let mut at = 0;
    while at < bytes {
        let begin = match fs::seek(&file, SeekFrom::Data(at)) {
            Ok(begin) => begin,
            // There is only a hole from here to the end.
            Err(Errno::NXIO) => break,
            Err(Errno::INVAL | Errno::OPNOTSUPP) if at == 0 => return Ok(vec![(0, bytes)]),
            Err(errno) => return Err(errno.into()),
        };
        let end = fs::seek(&file, SeekFrom::Hole(begin))?.min(bytes);
        if begin < end {
            parts.push((begin, end - begin));
        }
        // Always goes forward, also in a file that shrinks meanwhile.
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
