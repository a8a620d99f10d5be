//! The Windows attributes of a file.
//!
//! Windows file systems, and Samba on Linux file systems, keep them in extended attributes, which are
//! read one after the other. A file without them has the attributes that follow from its mode and name:
//! read-only, hidden, or normal. The archive attribute is read and never cleared, as in AzCopy.

use std::ffi::{CStr, OsString};
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};

use azring_transport::disk::FileStat;
use rustix::fs;

use crate::select::{AttributeRule, Attributes};

/// The format of the bits in an extended attribute.
#[derive(Clone, Copy)]
enum Writing {
    /// Four bytes in the order of this machine.
    Native,
    /// Four bytes, the highest first.
    BigEndian,
    /// A record of Samba.
    Samba,
}

/// The extended attributes that may have them. The first two are those of a mounted share (the kernel's
/// `fs/smb/client/xattr.c`). Then come NTFS, by the kernel's `fs/ntfs3/xattr.c` and by NTFS-3G, and a Samba
/// or ksmbd server that shares this very folder.
const PLACES: [(&CStr, Writing); 5] = [
    (c"user.cifs.dosattrib", Writing::Native),
    (c"user.smb3.dosattrib", Writing::Native),
    (c"system.ntfs_attrib_be", Writing::BigEndian),
    (c"system.ntfs_attrib", Writing::Native),
    (c"user.DOSATTRIB", Writing::Samba),
];

/// Selects the files of a listing by their attributes.
pub(super) struct Judge {
    rule: AttributeRule,
    /// The notice about attributes that Linux does not have was given.
    told_unknown: bool,
}

impl Judge {
    /// Selects the files of one listing.
    pub(super) fn new(rule: AttributeRule) -> Self {
        Self {
            rule,
            told_unknown: false,
        }
    }

    /// Whether the file of this name in an open folder is selected. Adds one notice where Linux does not
    /// know the attribute.
    pub(super) fn admits(
        &mut self,
        folder: impl AsFd,
        name: &CStr,
        facts: &FileStat,
        notices: &mut Vec<String>,
    ) -> bool {
        if self.rule.is_void() {
            return true;
        }
        let known = of_file(folder, name, facts.is_read_only);
        let unknown = self.rule.asked().without(Attributes::OF_LINUX);
        if !known.is_whole && !unknown.is_empty() && !self.told_unknown {
            self.told_unknown = true;
            notices.push(format!(
                "some files have no stored Windows attributes: they never have `{unknown}`, and their `{}` follow from \
                 their mode and name",
                Attributes::OF_LINUX
            ));
        }
        self.rule.admits(known.attributes)
    }
}

/// The attributes of a file, as far as they are known.
struct Known {
    attributes: Attributes,
    /// They are real Windows attributes, and do not follow from the mode and the name.
    is_whole: bool,
}

/// The attributes of the file of this name in an open folder; a link is followed.
fn of_file(folder: impl AsFd, name: &CStr, is_read_only: bool) -> Known {
    match stored(folder, name) {
        Some(bits) => Known {
            attributes: Attributes::of_windows(bits),
            is_whole: true,
        },
        None => Known {
            attributes: Attributes::of_linux(is_read_only, name.to_bytes().starts_with(b".")),
            is_whole: false,
        },
    }
}

fn stored(folder: impl AsFd, name: &CStr) -> Option<u32> {
    stored_at(&path_in(folder, name))
}

/// A path of the file of this name in an open folder.
pub(super) fn path_in(folder: impl AsFd, name: &CStr) -> PathBuf {
    // There is no call that takes an open folder and a name before Linux 6.13 (`getxattrat(2)`), and opening every file
    // only to ask would need the permission to read it.
    let folder = folder.as_fd().as_raw_fd();
    let path = [
        format!("/proc/self/fd/{folder}/").as_bytes(),
        name.to_bytes(),
    ]
    .concat();
    PathBuf::from(OsString::from_vec(path))
}

/// The attributes that are stored with the file at this path, as the bits of Windows.
pub(super) fn stored_at(path: &Path) -> Option<u32> {
    PLACES.iter().find_map(|(place, writing)| {
        let mut value = [0; 256];
        let length = fs::getxattr(path, *place, &mut value).ok()?;
        read(&value[..length], *writing)
    })
}

fn read(value: &[u8], writing: Writing) -> Option<u32> {
    match writing {
        Writing::Native => value.try_into().ok().map(u32::from_ne_bytes),
        Writing::BigEndian => value.try_into().ok().map(u32::from_be_bytes),
        Writing::Samba => samba(value),
    }
}

/// A text that ends with NUL: the bits in hexadecimal (`0x20`), in records of versions up to 3. From version 4 on it is
/// empty, and behind it stand, little-endian, the version twice, which fields are valid, and the bits: Samba's
/// `librpc/idl/xattr.idl`, and `fs/smb/server/ndr.c` of the kernel, which writes the same.
fn samba(value: &[u8]) -> Option<u32> {
    /// The field with the bits is valid.
    const HAS_BITS: u32 = 1;
    let text = value.split(|byte| *byte == 0).next()?;
    if !text.is_empty() {
        let digits = std::str::from_utf8(text).ok()?.strip_prefix("0x")?;
        return u32::from_str_radix(digits, 16).ok();
    }
    let word = |at: usize| {
        let bytes = value.get(at..at + 4)?.try_into().ok()?;
        Some(u32::from_le_bytes(bytes))
    };
    let version = u16::from_le_bytes(value.get(2..4)?.try_into().ok()?);
    (version >= 3 && word(8)? & HAS_BITS != 0)
        .then(|| word(12))
        .flatten()
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use rustix::fs::XattrFlags;
    use rustix::io::Errno;

    use super::*;

    #[test]
    fn the_bits_are_read_in_every_writing() {
        assert_eq!(read(&0x21_u32.to_ne_bytes(), Writing::Native), Some(0x21));
        assert_eq!(read(&[0, 0, 0, 0x21], Writing::BigEndian), Some(0x21));
        assert_eq!(read(b"0x22\0", Writing::Samba), Some(0x22));
        assert_eq!(read(b"0x20", Writing::Samba), Some(0x20));
        let version_3 = [&b"0x2020\0\0"[..], &[3, 0, 3, 0, 0, 0]].concat();
        assert_eq!(read(&version_3, Writing::Samba), Some(0x2020));
        for version in [4, 5] {
            let record = [
                &[0, 0, version, 0, version, 0, 0, 0, 0x11, 0, 0, 0][..],
                &[0x20, 0x20, 0, 0],
                &[7; 16],
            ]
            .concat();
            assert_eq!(read(&record, Writing::Samba), Some(0x2020), "{version}");
        }
    }

    #[test]
    fn what_is_no_such_record_says_nothing() {
        for value in [
            &b""[..],
            b"\0",
            b"\0\0\x04\0\x04\0\0\0\x01\0\0\0",
            b"20\0",
            b"0xzz\0",
            b"\xff\0",
        ] {
            assert_eq!(read(value, Writing::Samba), None, "{value:?}");
        }
        // The field is not valid.
        let unset = [&[0, 0, 5, 0, 5, 0, 0, 0, 0x10, 0, 0, 0][..], &[0x20; 4]].concat();
        assert_eq!(read(&unset, Writing::Samba), None);
        assert_eq!(read(&[1, 2, 3], Writing::Native), None);
    }

    #[test]
    fn a_file_has_what_is_stored_with_it_and_else_what_linux_says() {
        let place = tempfile::tempdir().unwrap();
        for name in ["samba", "share", ".hidden", "plain"] {
            File::create(place.path().join(name)).unwrap();
        }
        let set = |name: &str, attribute: &str, value: &[u8]| {
            fs::setxattr(
                place.path().join(name),
                attribute,
                value,
                XattrFlags::empty(),
            )
        };
        // A file system without extended attributes keeps none to go by.
        match set("samba", "user.DOSATTRIB", b"0x22\0") {
            Err(Errno::OPNOTSUPP) => return,
            set => set.expect("an attribute is stored"),
        }
        set("share", "user.cifs.dosattrib", &0x21_u32.to_ne_bytes()).unwrap();
        let folder = File::open(place.path()).unwrap();
        let known = |name: &CStr, is_read_only| {
            let known = of_file(&folder, name, is_read_only);
            (known.attributes.to_string(), known.is_whole)
        };
        assert_eq!(known(c"samba", true), ("AH".into(), true));
        assert_eq!(known(c"share", false), ("RA".into(), true));
        assert_eq!(known(c".hidden", false), ("H".into(), false));
        assert_eq!(known(c".hidden", true), ("RH".into(), false));
        assert_eq!(known(c"plain", false), ("N".into(), false));
        assert_eq!(known(c"gone", false), ("N".into(), false));
    }
}
