//! The attributes and times of Windows that are stored with a file of this machine.
//!
//! A mounted share and NTFS show them in extended attributes of their own. Samba keeps them in
//! `user.DOSATTRIB` on any file system with extended attributes; azring writes the same record, so that
//! a Samba server shows the file as it was.

use std::ffi::CStr;
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

use azring_transport::disk::{File, FileStat, Root};
use rustix::fs;

use super::attributes;
use crate::entry::{SmbAttributes, SmbProperties};

/// The extended attribute of Samba.
const SAMBA: &CStr = c"user.DOSATTRIB";

/// The extended attributes with the time of creation alone, in the order of this machine: those of a
/// mounted share (the kernel's `fs/smb/client/xattr.c`) and of NTFS-3G.
const CREATION_TIMES: [&CStr; 3] = [
    c"user.cifs.creationtime",
    c"user.smb3.creationtime",
    c"system.ntfs_crtime",
];

/// The version of a record that this program writes. Samba and ksmbd read it.
const VERSION: u16 = 4;

/// The bit of a directory.
const DIRECTORY: u32 = 0x10;

/// The fields of a record that are valid: the bits, and the time of creation.
const HAS_BITS: u32 = 0x01;
const HAS_CREATED: u32 = 0x10;

/// Seconds from 1601, where the times of Windows begin, to 1970.
const EPOCH_S: u64 = 11_644_473_600;

/// Windows counts steps of 100 nanoseconds.
const TICKS_PER_S: u64 = 10_000_000;

/// The attributes and times of the file at this path, as far as they are stored. A file without stored
/// attributes counts as changed since it was archived, as a new file in a share.
pub(super) fn of_file(path: &Path, facts: &FileStat) -> SmbProperties {
    SmbProperties {
        attributes: attributes::stored_at(path)
            .map_or(SmbAttributes::ARCHIVE, SmbAttributes::of_bits),
        created: created_at(path),
        last_write: facts.modified(),
    }
}

/// The same of a folder, which has no attribute where none are stored.
pub(super) fn of_folder(path: &Path, facts: &FileStat) -> SmbProperties {
    SmbProperties {
        attributes: attributes::stored_at(path)
            .map_or_else(SmbAttributes::default, SmbAttributes::of_bits),
        ..of_file(path, facts)
    }
}

/// Stores attributes and the time of creation with an open file.
pub(super) fn store(file: &File, smb: &SmbProperties) -> io::Result<()> {
    file.set_attribute(SAMBA, &record(smb, smb.attributes.bits()))
}

/// Stores them with an open folder, and sets its last-write time. Returns whether the file system has
/// extended attributes; without them only the time is set.
pub(super) fn store_with_folder(folder: &Root, smb: &SmbProperties) -> io::Result<bool> {
    let record = record(smb, smb.attributes.bits() | DIRECTORY);
    let has_attributes = match folder.set_attribute(SAMBA, &record) {
        Ok(()) => true,
        Err(error) if error.kind() == io::ErrorKind::Unsupported => false,
        Err(error) => return Err(error),
    };
    folder.set_modified(smb.last_write)?;
    Ok(has_attributes)
}

fn created_at(path: &Path) -> Option<SystemTime> {
    let mut value = [0; 256];
    let samba = fs::getxattr(path, SAMBA, &mut value).ok();
    if let Some(created) = samba.and_then(|length| created_of_record(&value[..length])) {
        return Some(created);
    }
    CREATION_TIMES.iter().find_map(|name| {
        let mut ticks = [0; 8];
        let length = fs::getxattr(path, *name, &mut ticks).ok()?;
        (length == ticks.len()).then(|| time_of(u64::from_ne_bytes(ticks)))?
    })
}

/// A record of Samba, little-endian: an empty text, the version, the version again as the kind of what
/// follows, the valid fields, the bits, an unused time, and the time of creation (`librpc/idl/xattr.idl`
/// of Samba, `fs/smb/server/ndr.c` of the kernel).
fn record(smb: &SmbProperties, bits: u32) -> Vec<u8> {
    let created = smb.created.and_then(ticks_of);
    let valid = HAS_BITS | created.map_or(0, |_| HAS_CREATED);
    [
        &[0, 0][..],
        &VERSION.to_le_bytes(),
        &VERSION.to_le_bytes(),
        &[0, 0],
        &valid.to_le_bytes(),
        &bits.to_le_bytes(),
        &0_u64.to_le_bytes(),
        &created.unwrap_or_default().to_le_bytes(),
    ]
    .concat()
}

/// The time of creation in a record; `None` where it has none, or is of a version that ends otherwise.
fn created_of_record(value: &[u8]) -> Option<SystemTime> {
    let word = |at: usize| {
        let bytes = value.get(at..at + 4)?.try_into().ok()?;
        Some(u32::from_le_bytes(bytes))
    };
    let version = u16::from_le_bytes(value.get(2..4)?.try_into().ok()?);
    let at = match version {
        3 | 5 => 16,
        4 => 24,
        _ => return None,
    };
    let is_text = *value.first()? != 0;
    if is_text || word(8)? & HAS_CREATED == 0 {
        return None;
    }
    time_of(u64::from_le_bytes(value.get(at..at + 8)?.try_into().ok()?))
}

/// A time of Windows; `None` for 0, which means that there is none.
fn time_of(ticks: u64) -> Option<SystemTime> {
    if ticks == 0 {
        return None;
    }
    let since_1601 = Duration::new(ticks / TICKS_PER_S, (ticks % TICKS_PER_S) as u32 * 100);
    let start = SystemTime::UNIX_EPOCH.checked_sub(Duration::from_secs(EPOCH_S))?;
    start.checked_add(since_1601)
}

/// The time in the form of Windows; `None` before 1601.
fn ticks_of(time: SystemTime) -> Option<u64> {
    let start = SystemTime::UNIX_EPOCH.checked_sub(Duration::from_secs(EPOCH_S))?;
    let since = time.duration_since(start).ok()?;
    u64::try_from(since.as_nanos() / 100).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(nanos: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_nanos(nanos)
    }

    fn smb(bits: u32, created: Option<SystemTime>) -> SmbProperties {
        SmbProperties {
            attributes: SmbAttributes::of_bits(bits),
            created,
            last_write: at(0),
        }
    }

    #[test]
    fn a_record_has_the_bytes_that_samba_reads() {
        let created = at(1_554_917_421_123_456_700);
        let record = record(&smb(0x23, Some(created)), 0x23);
        let expected = [
            0, 0, 4, 0, 4, 0, 0, 0, 0x11, 0, 0, 0, 0x23, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        ];
        assert_eq!(record[..24], expected);
        assert_eq!(record.len(), 32);
        assert_eq!(created_of_record(&record), Some(created));
    }

    #[test]
    fn records_of_other_versions_are_read_too() {
        let ticks = 131_192_496_000_000_000_u64.to_le_bytes();
        for version in [3_u8, 5] {
            let record = [
                &[0, 0, version, 0, version, 0, 0, 0, 0x11, 0, 0, 0][..],
                &[0x20, 0, 0, 0],
                &ticks,
            ]
            .concat();
            let created = created_of_record(&record).unwrap();
            assert_eq!(ticks_of(created).map(u64::to_le_bytes), Some(ticks));
        }
        for value in [
            &b""[..],
            b"\0",
            b"0x20\0",
            &[0, 0, 4, 0, 4, 0, 0, 0, 0x11, 0, 0, 0, 0, 0, 0, 0],
        ] {
            assert_eq!(created_of_record(value), None, "{value:?}");
        }
        assert_eq!(created_of_record(&record(&smb(0x20, None), 0x20)), None);
    }

    proptest! {
        #[test]
        fn a_time_survives_to_100_nanoseconds(ticks in 1_u64..2_650_467_743_990_000_000) {
            let time = time_of(ticks).unwrap();
            prop_assert_eq!(ticks_of(time), Some(ticks));
        }

        #[test]
        fn any_bytes_are_a_record_or_none(value in prop::collection::vec(any::<u8>(), 0..40)) {
            let _ = created_of_record(&value);
        }
    }
}
