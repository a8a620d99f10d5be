//! The bytes of an object in a record: its name, its version, what it may replace, and the part of it to copy.
//!
//! `encoding` writes and reads the records that contain one with it.

use super::record::Planned;
use super::wire::{RecordReader, flag, put_bytes, put_number};
use crate::entry::{ETag, Version};
use crate::plan::part::{ObjectPart, PartRole};
use crate::plan::replace::Replace;

/// Flags of a planned or passed object.
pub(super) const HAS_SNAPSHOT: u8 = 1;
const REPLACES: u8 = 2;
pub(super) const IS_ASIDE: u8 = 4;
pub(super) const IS_OF_SERVICE: u8 = 8;
/// The target existed, and only that version of it may be replaced.
const HAS_SEEN: u8 = 16;
const SEEN_OF_SERVICE: u8 = 32;
/// Only a part of the object is copied.
const HAS_PART: u8 = 64;

impl<'a> Planned<'a> {
    pub(super) fn put(&self, out: &mut Vec<u8>) {
        out.push(
            flag(self.snapshot.is_some(), HAS_SNAPSHOT)
                | self.replace_flags()
                | flag(self.aside, IS_ASIDE)
                | flag(self.part.is_some(), HAS_PART)
                | service_flag(&self.version),
        );
        put_name(out, self.name, self.snapshot);
        put_number(out, self.bytes);
        put_version(out, &self.version);
        if let Replace::Only(seen) = &self.replace {
            put_version(out, seen);
        }
        if let Some(part) = &self.part {
            part.put(out);
        }
    }

    pub(super) fn read(reader: &mut RecordReader<'a>) -> Option<Self> {
        let known = HAS_SNAPSHOT
            | REPLACES
            | IS_ASIDE
            | IS_OF_SERVICE
            | HAS_SEEN
            | SEEN_OF_SERVICE
            | HAS_PART;
        let flags = reader.flags(known)?;
        let (name, snapshot) = read_name(reader, flags)?;
        Some(Self {
            name,
            snapshot,
            bytes: reader.number()?,
            version: read_version(reader, flags)?,
            replace: read_replace(reader, flags)?,
            aside: flags & IS_ASIDE != 0,
            part: match flags & HAS_PART {
                0 => None,
                _ => Some(ObjectPart::read(reader)?),
            },
        })
    }

    fn replace_flags(&self) -> u8 {
        match &self.replace {
            Replace::Nothing => 0,
            Replace::Anything => REPLACES,
            Replace::Only(Version::Local { .. }) => HAS_SEEN,
            Replace::Only(Version::Service(_)) => HAS_SEEN | SEEN_OF_SERVICE,
        }
    }
}

impl ObjectPart {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.object.to_le_bytes());
        put_number(out, self.chunk_bytes);
        put_number(out, self.first.into());
        put_number(out, self.chunks.into());
        out.push(u8::from(self.is_commit()));
    }

    fn read(reader: &mut RecordReader<'_>) -> Option<Self> {
        let part = Self {
            object: u64::from_le_bytes(reader.array()?),
            chunk_bytes: reader.number()?,
            first: reader.number()?.try_into().ok()?,
            chunks: reader.number()?.try_into().ok()?,
            role: if reader.bool()? {
                PartRole::Commit
            } else {
                PartRole::Range
            },
        };
        let is_possible = part.chunk_bytes > 0
            && part.chunks > 0
            && part.first.checked_add(part.chunks).is_some();
        is_possible.then_some(part)
    }
}

pub(super) fn put_name(out: &mut Vec<u8>, name: &[u8], snapshot: Option<&str>) {
    put_bytes(out, name);
    if let Some(snapshot) = snapshot {
        put_bytes(out, snapshot.as_bytes());
    }
}

pub(super) fn read_name<'a>(
    reader: &mut RecordReader<'a>,
    flags: u8,
) -> Option<(&'a [u8], Option<&'a str>)> {
    let name = reader.bytes()?;
    let snapshot = match flags & HAS_SNAPSHOT {
        0 => None,
        _ => Some(reader.text()?),
    };
    Some((name, snapshot))
}

pub(super) fn service_flag(version: &Version) -> u8 {
    flag(matches!(version, Version::Service(_)), IS_OF_SERVICE)
}

pub(super) fn put_version(out: &mut Vec<u8>, version: &Version) {
    match version {
        Version::Local { modified_ns, inode } => {
            out.extend_from_slice(&modified_ns.to_le_bytes()[..MODIFIED_BYTES]);
            put_number(out, *inode);
        }
        Version::Service(ETag(text)) => put_bytes(out, text.as_bytes()),
    }
}

/// The twelve bytes of a time in nanoseconds since 1970, enough for every file system.
const MODIFIED_BYTES: usize = 12;

pub(super) fn read_version(reader: &mut RecordReader<'_>, flags: u8) -> Option<Version> {
    if flags & IS_OF_SERVICE != 0 {
        return Some(Version::Service(ETag(reader.text()?.into())));
    }
    let low = reader.array::<MODIFIED_BYTES>()?;
    let sign = if low[MODIFIED_BYTES - 1] & 0x80 == 0 {
        0
    } else {
        0xff
    };
    let mut all = [sign; size_of::<i128>()];
    all[..MODIFIED_BYTES].copy_from_slice(&low);
    Some(Version::Local {
        modified_ns: i128::from_le_bytes(all),
        inode: reader.number()?,
    })
}

fn read_replace(reader: &mut RecordReader<'_>, flags: u8) -> Option<Replace> {
    Some(match flags & (REPLACES | HAS_SEEN | SEEN_OF_SERVICE) {
        0 => Replace::Nothing,
        REPLACES => Replace::Anything,
        HAS_SEEN => Replace::Only(read_version(reader, 0)?),
        seen if seen == HAS_SEEN | SEEN_OF_SERVICE => {
            Replace::Only(read_version(reader, IS_OF_SERVICE)?)
        }
        _ => return None,
    })
}
