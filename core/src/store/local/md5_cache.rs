//! The MD5 of a file's content, remembered in an extended attribute of the file.
//!
//! A sync that compares contents reads every local file that both sides have. What it has read once
//! is in `user.azring.md5`, together with the length, the modification time and the moment of writing. The
//! attribute counts only while the file has this length and this time to the nanosecond, and while nothing
//! was changed since that moment: every change of content or attributes, also one that sets the old
//! modification time again, sets the time of the last status change (`st_ctime`, inode(7)), which no
//! program can choose. Writing the attribute sets it too, so it is that moment. A file system without such
//! attributes, and a file that may not be written to, have no cache.

use std::fmt::Write as _;
use std::os::fd::{AsFd, OwnedFd};
use std::time::{SystemTime, UNIX_EPOCH};

use rustix::fs::{self, XattrFlags};

/// The name of the attribute.
const NAME: &str = "user.azring.md5";

/// The first word of its text.
const FORMAT: &str = "1";

/// The kernel takes the time of a status change from a clock with coarse steps, which may be so far behind.
const BEHIND_NS: i128 = 20_000_000;

/// Between the moment that is remembered and that of the change lies one system call.
const AHEAD_NS: i128 = 20_000_000;

const SECOND_NS: i128 = 1_000_000_000;

/// Room for the text.
const TEXT_BYTES_MAX: usize = 256;

/// What is remembered of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct RememberedDigest {
    bytes: i128,
    modified_ns: i128,
    written_ns: i128,
    md5: [u8; 16],
}

/// The facts of a file that decide whether a remembered digest is that of its content.
#[derive(Debug, Clone, Copy)]
struct FileState {
    bytes: i128,
    modified_ns: i128,
    changed_ns: i128,
}

/// The remembered MD5 of the open file, if it is that of its content.
pub(super) fn get(file: &OwnedFd) -> Option<[u8; 16]> {
    let mut text = [0; TEXT_BYTES_MAX];
    let length = fs::fgetxattr(file, NAME, &mut text[..]).ok()?;
    let remembered = RememberedDigest::parse(text.get(..length)?)?;
    let is_valid = remembered.is_of(state_of(file)?);
    is_valid.then_some(remembered.md5)
}

/// Remembers the MD5 of the open file, which has just been read, where that is possible.
pub(super) fn put(file: impl AsFd, md5: [u8; 16]) {
    let Some(state) = state_of(&file) else { return };
    let remembered = RememberedDigest {
        bytes: state.bytes,
        modified_ns: state.modified_ns,
        written_ns: now_ns(),
        md5,
    };
    // Whatever the reason, the file is read again next time.
    let _is_kept = fs::fsetxattr(
        file,
        NAME,
        remembered.text().as_bytes(),
        XattrFlags::empty(),
    );
}

impl RememberedDigest {
    fn text(&self) -> String {
        let Self {
            bytes,
            modified_ns,
            written_ns,
            md5,
        } = self;
        let mut text = format!("{FORMAT} {bytes} {modified_ns} {written_ns} ");
        for byte in md5 {
            let _always = write!(text, "{byte:02x}");
        }
        text
    }

    fn parse(text: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(text).ok()?;
        let words: Vec<&str> = text.split(' ').collect();
        let &[FORMAT, bytes, modified, written, digits] = &*words else {
            return None;
        };
        if digits.len() != 32 || !digits.is_ascii() {
            return None;
        }
        let mut md5 = [0; 16];
        for (at, byte) in md5.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).ok()?;
        }
        Some(Self {
            bytes: bytes.parse().ok()?,
            modified_ns: modified.parse().ok()?,
            written_ns: written.parse().ok()?,
            md5,
        })
    }

    /// Whether the file is as it was when this was written.
    fn is_of(&self, state: FileState) -> bool {
        let last_change = self.written_ns - BEHIND_NS..=self.written_ns + AHEAD_NS;
        self.bytes == state.bytes
            && self.modified_ns == state.modified_ns
            && last_change.contains(&state.changed_ns)
    }
}

fn state_of(file: impl AsFd) -> Option<FileState> {
    let stat = fs::fstat(file).ok()?;
    Some(FileState {
        bytes: stat.st_size.into(),
        modified_ns: i128::from(stat.st_mtime) * SECOND_NS + i128::from(stat.st_mtime_nsec),
        changed_ns: i128::from(stat.st_ctime) * SECOND_NS + i128::from(stat.st_ctime_nsec),
    })
}

fn now_ns() -> i128 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_nanos() as i128)
}

#[cfg(test)]
mod tests {
    use std::fs::{File, FileTimes};

    use super::*;

    const MD5: [u8; 16] = *b"0123456789abcdef";

    fn file(folder: &tempfile::TempDir) -> OwnedFd {
        let path = folder.path().join("file");
        std::fs::write(&path, "content").unwrap();
        File::open(path).unwrap().into()
    }

    /// Whether the file system has such attributes.
    fn has_attributes(file: &OwnedFd) -> bool {
        fs::fsetxattr(file, "user.azring.test", b"x", XattrFlags::empty()).is_ok()
    }

    #[test]
    fn what_was_put_is_there_until_the_file_is_changed() {
        let folder = tempfile::tempdir().unwrap();
        let file = file(&folder);
        assert_eq!(get(&file), None);
        put(&file, MD5);
        if !has_attributes(&file) {
            // Without attributes nothing is remembered, and nothing fails.
            assert_eq!(get(&file), None);
            return;
        }
        put(&file, MD5);
        assert_eq!(get(&file), Some(MD5));
        // Longer than the steps of the kernel's clock, without a wait of a fixed time.
        let changed_after = now_ns() + BEHIND_NS + AHEAD_NS;
        while now_ns() < changed_after {}
        let path = folder.path().join("file");
        let times = std::fs::metadata(&path).unwrap().modified().unwrap();
        std::fs::write(&path, "CONTENT").unwrap();
        let written = File::options().write(true).open(&path).unwrap();
        written
            .set_times(FileTimes::new().set_modified(times))
            .unwrap();
        assert_eq!(get(&file), None, "same length and time, other content");
    }

    #[test]
    fn only_the_file_as_it_was_has_the_digest() {
        let remembered = RememberedDigest {
            bytes: 5,
            modified_ns: 1_000,
            written_ns: 10_000_000_000,
            md5: MD5,
        };
        let state = FileState {
            bytes: 5,
            modified_ns: 1_000,
            changed_ns: 10_000_000_000,
        };
        assert!(remembered.is_of(state));
        for other in [
            FileState { bytes: 6, ..state },
            FileState {
                modified_ns: 1_001,
                ..state
            },
            FileState {
                changed_ns: 10_100_000_000,
                ..state
            },
            FileState {
                changed_ns: 9_900_000_000,
                ..state
            },
        ] {
            assert!(!remembered.is_of(other), "{other:?}");
        }
    }

    #[test]
    fn the_text_is_read_as_it_was_written_and_no_other_text_is() {
        let remembered = RememberedDigest {
            bytes: 5,
            modified_ns: -1,
            written_ns: 1_554_917_421_123_456_789,
            md5: MD5,
        };
        let text = remembered.text();
        assert_eq!(
            text,
            "1 5 -1 1554917421123456789 30313233343536373839616263646566"
        );
        assert_eq!(RememberedDigest::parse(text.as_bytes()), Some(remembered));
        for other in [
            "",
            "2 5 -1 1 30313233343536373839616263646566",
            "1 5 -1 1 30",
            "1 5 -1 1 éé313233343536373839616263646566",
        ] {
            assert_eq!(RememberedDigest::parse(other.as_bytes()), None, "{other}");
        }
    }
}
