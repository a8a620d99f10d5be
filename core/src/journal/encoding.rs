//! The bytes of records: the type, then the payload, as `FORMAT.md` specifies.
//!
//! `append` writes records with it, `scan` and `replay` read them. Malformed bytes are `None`;
//! `frame` and `scan` decide whether that is damage.

use super::chunk_runs;
use super::command::Command;
use super::done_objects::{DIGEST_BYTES, NAME_DIGEST_BYTES};
use super::export_state::ExportedVolume;
use super::object_encoding::{
    HAS_SNAPSHOT, IS_ASIDE, IS_OF_SERVICE, put_name, put_version, read_name, read_version,
    service_flag,
};
use super::record::{Base, Planned, Record};
use super::state::{Counts, Place};
use super::wire::{RecordReader, flag, put_bytes, put_number, put_optional_text};

const COMMAND: u8 = 1;
const PAGE: u8 = 2;
const PLANNED: u8 = 3;
const PASSED: u8 = 4;
const STARTED: u8 = 5;
const DURABLE: u8 = 6;
const COPY_STARTED: u8 = 7;
const ANSWERED_ALL: u8 = 8;
const DONE: u8 = 9;
const SKIPPED: u8 = 10;
const FAILED: u8 = 11;
const CHANGED: u8 = 12;
const UNLISTED: u8 = 13;
const ASIDE: u8 = 14;
const RELISTED: u8 = 15;
const LISTED: u8 = 16;
pub(super) const BARRIER: u8 = 17;
const BASE: u8 = 18;
const KEPT: u8 = 19;
const RUN: u8 = 20;
const TARGET: u8 = 21;
const ENDED: u8 = 22;
const NEW_LISTING: u8 = 23;
const DONE_DIGESTS: u8 = 24;
const EXPORT_BEGUN: u8 = 25;
const EXPORT_RANGE: u8 = 26;
const VOLUME_AT: u8 = 27;
const VOLUME_CLOSED: u8 = 28;
const RANGE_EMPTY: u8 = 29;
const SETTLED_NAMES: u8 = 30;
const RANGE_SPLIT: u8 = 31;

/// The end of every barrier, by which a barrier is found in unknown bytes. Drawn once at random.
pub(super) const BARRIER_MARK: [u8; 16] = [
    0xa7, 0x3e, 0x90, 0x5c, 0xd1, 0x48, 0x6f, 0xb2, 0x1d, 0xf6, 0x83, 0x2a, 0xe9, 0x54, 0xc7, 0x0b,
];

/// The kept beginning of a reason.
const REASON_BYTES: usize = 400;

impl<'a> Record<'a> {
    /// Appends the type and the payload.
    pub(super) fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Command(command) => {
                out.push(COMMAND);
                command.put(out);
            }
            Self::Page { marker } => put_text(out, PAGE, marker),
            Self::Planned(planned) => {
                out.push(PLANNED);
                planned.put(out);
            }
            Self::Passed {
                name,
                snapshot,
                bytes,
                aside,
            } => {
                out.push(PASSED);
                out.push(flag(snapshot.is_some(), HAS_SNAPSHOT) | flag(*aside, IS_ASIDE));
                put_name(out, name, *snapshot);
                put_number(out, *bytes);
            }
            Self::Started {
                seq,
                chunk_bytes,
                identity,
            } => {
                put_seq(out, STARTED, *seq);
                put_number(out, *chunk_bytes);
                put_bytes(out, identity);
            }
            Self::Durable { seq, runs } => {
                put_seq(out, DURABLE, *seq);
                chunk_runs::put(runs, out);
            }
            Self::CopyStarted { seq, copy_id } => {
                put_seq(out, COPY_STARTED, *seq);
                put_bytes(out, copy_id.as_bytes());
            }
            Self::AnsweredAll => out.push(ANSWERED_ALL),
            Self::Done { seq, bytes } => {
                put_seq(out, DONE, *seq);
                put_number(out, *bytes);
            }
            Self::Skipped { seq, bytes } => {
                put_seq(out, SKIPPED, *seq);
                put_number(out, *bytes);
            }
            Self::Failed { seq, reason } => {
                put_seq(out, FAILED, *seq);
                put_bytes(out, beginning(reason, REASON_BYTES).as_bytes());
            }
            Self::Changed {
                seq,
                was_bytes,
                bytes,
                version,
            } => {
                put_seq(out, CHANGED, *seq);
                put_number(out, *was_bytes);
                put_number(out, *bytes);
                out.push(service_flag(version));
                put_version(out, version);
            }
            Self::Unlisted { what } => put_what(out, UNLISTED, what),
            Self::Aside { what } => put_what(out, ASIDE, what),
            Self::Relisted { what } => put_what(out, RELISTED, what),
            Self::Listed => out.push(LISTED),
            Self::Barrier { synced } => {
                out.push(BARRIER);
                out.extend_from_slice(&synced.to_le_bytes());
                out.extend_from_slice(&BARRIER_MARK);
            }
            Self::Base(base) => {
                out.push(BASE);
                base.put(out);
            }
            Self::Kept {
                seq,
                has_failed,
                planned,
            } => {
                put_seq(out, KEPT, *seq);
                out.push(u8::from(*has_failed));
                planned.put(out);
            }
            Self::Run { begun } => put_seq(out, RUN, *begun),
            Self::Target { identity } => put_what(out, TARGET, identity),
            Self::Ended => out.push(ENDED),
            Self::NewListing => out.push(NEW_LISTING),
            Self::DoneDigests { digests } => put_what(out, DONE_DIGESTS, digests),
            Self::SettledNames { digests } => put_what(out, SETTLED_NAMES, digests),
            Self::ExportBegun { .. }
            | Self::ExportRange { .. }
            | Self::VolumeAt { .. }
            | Self::VolumeClosed { .. }
            | Self::RangeEmpty { .. }
            | Self::RangeSplit { .. } => self.put_export(out),
        }
    }

    /// Reads type and payload; `None` if they are no record of this version.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut reader = RecordReader(bytes);
        let record = Self::read_from(&mut reader)?;
        reader.is_at_end().then_some(record)
    }

    fn read_from(reader: &mut RecordReader<'a>) -> Option<Self> {
        Some(match reader.byte()? {
            COMMAND => Self::Command(Command::read(reader)?),
            PAGE => Self::Page {
                marker: reader.text()?,
            },
            PLANNED => Self::Planned(Planned::read(reader)?),
            PASSED => {
                let flags = reader.flags(HAS_SNAPSHOT | IS_ASIDE)?;
                let (name, snapshot) = read_name(reader, flags)?;
                Self::Passed {
                    name,
                    snapshot,
                    bytes: reader.number()?,
                    aside: flags & IS_ASIDE != 0,
                }
            }
            STARTED => Self::Started {
                seq: reader.number()?,
                chunk_bytes: reader.number()?,
                identity: reader.bytes()?,
            },
            DURABLE => Self::Durable {
                seq: reader.number()?,
                runs: chunk_runs::read(reader)?,
            },
            COPY_STARTED => Self::CopyStarted {
                seq: reader.number()?,
                copy_id: reader.text()?,
            },
            ANSWERED_ALL => Self::AnsweredAll,
            DONE => Self::Done {
                seq: reader.number()?,
                bytes: reader.number()?,
            },
            SKIPPED => Self::Skipped {
                seq: reader.number()?,
                bytes: reader.number()?,
            },
            FAILED => Self::Failed {
                seq: reader.number()?,
                reason: reader.text()?,
            },
            CHANGED => Self::Changed {
                seq: reader.number()?,
                was_bytes: reader.number()?,
                bytes: reader.number()?,
                version: {
                    let flags = reader.flags(IS_OF_SERVICE)?;
                    read_version(reader, flags)?
                },
            },
            UNLISTED => Self::Unlisted {
                what: reader.bytes()?,
            },
            ASIDE => Self::Aside {
                what: reader.bytes()?,
            },
            RELISTED => Self::Relisted {
                what: reader.bytes()?,
            },
            LISTED => Self::Listed,
            BARRIER => {
                let synced = u64::from_le_bytes(reader.array()?);
                (reader.array()? == BARRIER_MARK).then_some(Self::Barrier { synced })?
            }
            BASE => Self::Base(Base::read(reader)?),
            KEPT => Self::Kept {
                seq: reader.number()?,
                has_failed: reader.bool()?,
                planned: Planned::read(reader)?,
            },
            RUN => Self::Run {
                begun: reader.number()?,
            },
            TARGET => Self::Target {
                identity: reader.bytes()?,
            },
            ENDED => Self::Ended,
            NEW_LISTING => Self::NewListing,
            DONE_DIGESTS => Self::DoneDigests {
                digests: reader
                    .bytes()
                    .filter(|digests| digests.len().is_multiple_of(DIGEST_BYTES))?,
            },
            SETTLED_NAMES => Self::SettledNames {
                digests: reader
                    .bytes()
                    .filter(|digests| digests.len().is_multiple_of(NAME_DIGEST_BYTES))?,
            },
            kind => Self::read_export(kind, reader)?,
        })
    }

    /// Appends a record of an export.
    fn put_export(&self, out: &mut Vec<u8>) {
        match self {
            Self::ExportBegun { time } => put_text(out, EXPORT_BEGUN, time),
            Self::ExportRange { from, until } => {
                out.push(EXPORT_RANGE);
                put_optional_text(out, *from);
                put_optional_text(out, *until);
            }
            Self::VolumeAt {
                range,
                volume,
                partition,
                row,
            } => {
                put_seq(out, VOLUME_AT, *range);
                volume.put(out);
                put_bytes(out, partition.as_bytes());
                put_optional_text(out, *row);
            }
            Self::VolumeClosed {
                range,
                volume,
                is_last,
            } => {
                put_seq(out, VOLUME_CLOSED, *range);
                volume.put(out);
                out.push(u8::from(*is_last));
            }
            Self::RangeEmpty { range } => put_seq(out, RANGE_EMPTY, *range),
            Self::RangeSplit { range, at } => {
                put_seq(out, RANGE_SPLIT, *range);
                put_bytes(out, at.as_bytes());
            }
            _ => {}
        }
    }

    /// Reads a record of an export after its type.
    fn read_export(kind: u8, reader: &mut RecordReader<'a>) -> Option<Self> {
        Some(match kind {
            EXPORT_BEGUN => Self::ExportBegun {
                time: reader.text()?,
            },
            EXPORT_RANGE => Self::ExportRange {
                from: reader.optional_text()?,
                until: reader.optional_text()?,
            },
            VOLUME_AT => Self::VolumeAt {
                range: reader.number()?,
                volume: ExportedVolume::read(reader)?,
                partition: reader.text()?,
                row: reader.optional_text()?,
            },
            VOLUME_CLOSED => Self::VolumeClosed {
                range: reader.number()?,
                volume: ExportedVolume::read(reader)?,
                is_last: reader.bool()?,
            },
            RANGE_EMPTY => Self::RangeEmpty {
                range: reader.number()?,
            },
            RANGE_SPLIT => Self::RangeSplit {
                range: reader.number()?,
                at: reader.text()?,
            },
            _ => return None,
        })
    }
}

impl ExportedVolume {
    fn put(&self, out: &mut Vec<u8>) {
        put_number(out, self.bytes);
        out.extend_from_slice(&self.crc.to_le_bytes());
        put_number(out, self.entities);
    }

    fn read(reader: &mut RecordReader<'_>) -> Option<Self> {
        Some(Self {
            bytes: reader.number()?,
            crc: u64::from_le_bytes(reader.array()?),
            entities: reader.number()?,
        })
    }
}

impl<'a> Base<'a> {
    fn put(&self, out: &mut Vec<u8>) {
        put_number(out, self.next_seq);
        for number in self.counts.numbers() {
            put_number(out, number);
        }
        put_optional_text(out, self.marker);
        Place::put(self.last.as_ref(), out);
        out.push(u8::from(self.aside.is_some()));
        if let Some((what, last)) = &self.aside {
            put_bytes(out, what);
            Place::put(last.as_ref(), out);
        }
    }

    fn read(reader: &mut RecordReader<'a>) -> Option<Self> {
        let next_seq = reader.number()?;
        let mut numbers = [0; Counts::NUMBERS];
        for number in &mut numbers {
            *number = reader.number()?;
        }
        Some(Self {
            next_seq,
            counts: Counts::of(numbers),
            marker: reader.optional_text()?,
            last: Place::read(reader)?,
            aside: if reader.bool()? {
                Some((reader.bytes()?, Place::read(reader)?))
            } else {
                None
            },
        })
    }
}

impl Place {
    fn put(place: Option<&Self>, out: &mut Vec<u8>) {
        out.push(u8::from(place.is_some()));
        if let Some(place) = place {
            put_bytes(out, place.name.as_bytes());
            put_optional_text(out, place.snapshot.as_deref());
        }
    }

    #[expect(
        clippy::option_option,
        reason = "the outer one says whether it could be read, as everywhere here"
    )]
    fn read(reader: &mut RecordReader<'_>) -> Option<Option<Self>> {
        if !reader.bool()? {
            return Some(None);
        }
        Some(Some(Self::of(reader.bytes()?, reader.optional_text()?)))
    }
}

fn put_seq(out: &mut Vec<u8>, kind: u8, seq: u64) {
    out.push(kind);
    put_number(out, seq);
}

fn put_what(out: &mut Vec<u8>, kind: u8, what: &[u8]) {
    out.push(kind);
    put_bytes(out, what);
}

fn put_text(out: &mut Vec<u8>, kind: u8, text: &str) {
    put_what(out, kind, text.as_bytes());
}

/// The longest beginning of a text that fits `bytes_max`, cut between two characters.
fn beginning(text: &str, bytes_max: usize) -> &str {
    let end = (0..=bytes_max.min(text.len()))
        .rev()
        .find(|&end| text.is_char_boundary(end))
        .unwrap_or(0);
    &text[..end]
}
