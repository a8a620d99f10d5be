//! The objects that a job has copied, which a new listing need not copy again.
//!
//! A digest stands for an object: SHA-256 over its name, its snapshot, its length and its version,
//! cut to sixteen bytes. A journal that begins a new listing has only digests of what was done
//! before, so ten million objects take 160 MB, on the disk and in memory. The inode of a local file
//! is left out: a file that was moved or restored is the same if its time and its length are.
//!
//! A second digest of eight bytes stands for the name alone. An object that changed at the source
//! is copied again, and keeps its name at a target that ignores case.

use std::collections::{HashMap, HashSet};

use sha2::{Digest as _, Sha256};

use super::error::{Error, Result};
use super::record::{Planned, Record};
use super::replay::Replayed;
use super::scan::Frames;
use crate::entry::{ETag, Entry, EntryName, Version};
use crate::plan::replace::Replace;

/// The length of a digest in bytes.
pub(super) const DIGEST_BYTES: usize = 16;

/// The length of the digest of a name in bytes. Among ten million names one that is not there seems
/// to be with a probability of one in a million million.
pub(super) const NAME_DIGEST_BYTES: usize = 8;

/// The digests in one record.
const DIGESTS_PER_RECORD: usize = 4096;

/// Stands for a name, or for one version of an object.
pub(super) type Digest = [u8; DIGEST_BYTES];

/// Stands for a name alone.
type NameDigest = [u8; NAME_DIGEST_BYTES];

/// The objects of an earlier listing that a new listing need not plan.
#[derive(Debug, Default)]
pub struct DoneObjects {
    /// Versions that were at the target, sorted.
    versions: Vec<Digest>,
    /// Names of objects that were open when the new listing began. They are taken up separately.
    names: HashSet<Digest>,
    /// Names of which the journal has digests only, sorted; empty unless they were asked for.
    settled: Vec<NameDigest>,
}

impl DoneObjects {
    /// Reads the journal's digests, those of names only with `with_names`: they take half as much
    /// memory again.
    pub fn of(replayed: &Replayed, with_names: bool) -> Result<Self> {
        let mut done = Self::default();
        each(replayed, |record| match record {
            Record::DoneDigests { digests } => {
                let digests = digests.as_chunks::<DIGEST_BYTES>().0;
                done.versions.extend_from_slice(digests);
            }
            Record::SettledNames { digests } if with_names => {
                let digests = digests.as_chunks::<NAME_DIGEST_BYTES>().0;
                done.settled.extend_from_slice(digests);
            }
            Record::Kept { planned, .. } => {
                let name = name_digest(planned.name, planned.snapshot);
                done.names.insert(name);
            }
            _ => {}
        })?;
        done.versions.sort_unstable();
        done.settled.sort_unstable();
        Ok(done)
    }

    /// Whether the journal has digests at all.
    pub fn is_empty(&self) -> bool {
        self.versions.is_empty() && self.settled.is_empty()
    }

    /// Whether an earlier run copied or skipped an object of this name, in whichever version. Only
    /// objects of which the journal has digests count. A journal of an earlier azring has no digests of
    /// names, so that only the version that was copied counts.
    pub fn has_name(&self, entry: &Entry) -> bool {
        let planned = Planned::of(entry, &Replace::Nothing);
        let digest = settled_digest(planned.name, planned.snapshot);
        self.settled.binary_search(&digest).is_ok() || self.has(entry)
    }

    /// Whether this version of the object was copied to the target.
    pub fn has(&self, entry: &Entry) -> bool {
        let digest = version_digest(&Planned::of(entry, &Replace::Nothing));
        self.versions.binary_search(&digest).is_ok()
    }

    /// Whether the object was open when the new listing began, and so is not planned a second time.
    pub fn is_taken_up(&self, entry: &Entry) -> bool {
        let planned = Planned::of(entry, &Replace::Nothing);
        let name = name_digest(planned.name, planned.snapshot);
        self.names.contains(&name)
    }
}

/// Passes the digests of all done objects to `push`, and those of the names of all settled ones, in
/// records of a few thousand.
pub(super) fn each_done(
    replayed: &Replayed,
    mut push: impl FnMut(&Record<'_>) -> Result<()>,
) -> Result<()> {
    let (mut versions, mut names): (Vec<u8>, Vec<u8>) = Default::default();
    let mut result = Ok(());
    let mut flush = |versions: &mut Vec<u8>, names: &mut Vec<u8>, least: usize| {
        if versions.len() > least * DIGEST_BYTES && result.is_ok() {
            result = push(&Record::DoneDigests { digests: versions });
            versions.clear();
        }
        if names.len() > least * NAME_DIGEST_BYTES && result.is_ok() {
            result = push(&Record::SettledNames { digests: names });
            names.clear();
        }
    };
    each_done_object(replayed, |done| {
        match done {
            Done::Digests(digests) => versions.extend_from_slice(digests),
            Done::NameDigests(digests) => names.extend_from_slice(digests),
            Done::Object(planned) => {
                versions.extend_from_slice(&version_digest(&planned));
                names.extend_from_slice(&settled_digest(planned.name, planned.snapshot));
            }
            Done::Passed { name, snapshot } => {
                names.extend_from_slice(&settled_digest(name, snapshot));
            }
        }
        flush(&mut versions, &mut names, DIGESTS_PER_RECORD);
    })?;
    flush(&mut versions, &mut names, 0);
    result
}

/// Names and lengths of some of the done objects, taken evenly from all of them: at most `most`,
/// and no snapshots.
pub(super) fn sample(replayed: &Replayed, most: usize) -> Result<Vec<(Box<[u8]>, u64)>> {
    let (mut taken, mut seen, mut every) = (Vec::new(), 0_u64, 1_u64);
    each_done_object(replayed, |done| {
        let Done::Object(planned) = done else { return };
        if planned.snapshot.is_some() {
            return;
        }
        if seen.is_multiple_of(every) {
            taken.push((planned.name.into(), planned.bytes));
        }
        seen += 1;
        if taken.len() > most {
            let mut index = 0;
            taken.retain(|_| {
                index += 1;
                index % 2 == 1
            });
            every *= 2;
        }
    })?;
    Ok(taken)
}

/// Passes the name of every object that is done, or was skipped when it was planned, that has no
/// snapshot and whose name the journal has.
pub fn each_settled_name(replayed: &Replayed, mut pass: impl FnMut(&EntryName)) -> Result<()> {
    each_done_object(replayed, |done| {
        let (name, snapshot) = match done {
            Done::Object(planned) => (planned.name, planned.snapshot),
            Done::Passed { name, snapshot } => (name, snapshot),
            Done::Digests(_) | Done::NameDigests(_) => return,
        };
        if snapshot.is_none() {
            pass(&EntryName::new(name));
        }
    })
}

/// Passes the name of every object that was copied, that has no snapshot and whose name the journal has.
pub fn each_done_name(replayed: &Replayed, mut pass: impl FnMut(EntryName)) -> Result<()> {
    each_done_object(replayed, |done| {
        if let Done::Object(planned) = done
            && planned.snapshot.is_none()
        {
            pass(EntryName::new(planned.name));
        }
    })
}

/// What a journal knows of a done object.
enum Done<'a> {
    /// Only digests.
    Digests(&'a [u8]),
    /// Only digests of names.
    NameDigests(&'a [u8]),
    /// The name of an object that was skipped when it was planned.
    Passed {
        name: &'a [u8],
        snapshot: Option<&'a str>,
    },
    /// The object, in the version that was copied.
    Object(Planned<'a>),
}

/// Passes every done object to `hand`, and every one that was skipped when it was planned. The journal is
/// read twice: whether an object is done is recorded after its plan.
fn each_done_object(replayed: &Replayed, mut hand: impl FnMut(Done<'_>)) -> Result<()> {
    let mut done = Bits::default();
    let mut changed: HashMap<u64, (u64, Version)> = HashMap::new();
    each(replayed, |record| match record {
        Record::Done { seq, .. } => done.set(seq),
        Record::Changed {
            seq,
            bytes,
            version,
            ..
        } => {
            changed.insert(seq, (bytes, version));
        }
        _ => {}
    })?;
    let mut next_seq = 0;
    each(replayed, |record| {
        let (seq, planned) = match record {
            Record::DoneDigests { digests } => return hand(Done::Digests(digests)),
            Record::SettledNames { digests } => return hand(Done::NameDigests(digests)),
            Record::Passed { name, snapshot, .. } => {
                return hand(Done::Passed { name, snapshot });
            }
            Record::Base(base) => {
                next_seq = base.next_seq;
                return;
            }
            Record::Kept { seq, planned, .. } => (seq, planned),
            Record::Planned(planned) => {
                next_seq += 1;
                (next_seq - 1, planned)
            }
            _ => return,
        };
        if done.is_set(seq) {
            let (bytes, version) = match changed.get(&seq) {
                Some(changed) => changed.clone(),
                None => (planned.bytes, planned.version.clone()),
            };
            hand(Done::Object(Planned {
                bytes,
                version,
                ..planned
            }));
        }
    })
}

/// Every record of the journal, read again.
fn each(replayed: &Replayed, mut hand: impl FnMut(Record<'_>)) -> Result<()> {
    let failed = |error| Error::disk("read", &replayed.place, &error);
    let mut frames = Frames::new(&*replayed.file, replayed.header.seal()).map_err(failed)?;
    while frames.offset() < replayed.end
        && let Some((_, bytes)) = frames.next().map_err(failed)?
    {
        if let Some(record) = Record::read(bytes) {
            hand(record);
        }
    }
    Ok(())
}

/// One bit for each object of a job, in words by their place: a journal may begin at a high number.
#[derive(Default)]
struct Bits(HashMap<u64, u64>);

impl Bits {
    fn set(&mut self, seq: u64) {
        *self.0.entry(seq / 64).or_default() |= 1 << (seq % 64);
    }

    fn is_set(&self, seq: u64) -> bool {
        let word = self.0.get(&(seq / 64));
        word.is_some_and(|word| word & (1 << (seq % 64)) != 0)
    }
}

/// The name and the snapshot, each after its length.
fn hash_name(name: &[u8], snapshot: Option<&str>) -> Sha256 {
    let mut sha = Sha256::new();
    for part in [name, snapshot.unwrap_or_default().as_bytes()] {
        sha.update((part.len() as u64).to_le_bytes());
        sha.update(part);
    }
    sha
}

fn name_digest(name: &[u8], snapshot: Option<&str>) -> Digest {
    cut(hash_name(name, snapshot))
}

fn settled_digest(name: &[u8], snapshot: Option<&str>) -> NameDigest {
    let digest = name_digest(name, snapshot);
    std::array::from_fn(|index| digest[index])
}

fn version_digest(planned: &Planned<'_>) -> Digest {
    let mut sha = hash_name(planned.name, planned.snapshot);
    sha.update(planned.bytes.to_le_bytes());
    match &planned.version {
        Version::Local { modified_ns, .. } => {
            sha.update([0]);
            sha.update(modified_ns.to_le_bytes());
        }
        Version::Service(ETag(tag)) => {
            sha.update([1]);
            sha.update(tag.as_bytes());
        }
    }
    cut(sha)
}

fn cut(sha: Sha256) -> Digest {
    let whole: [u8; 32] = sha.finalize().into();
    std::array::from_fn(|index| whole[index])
}
