//! A simulated disk. It keeps the bytes that were written apart from those that a power cut would leave,
//! and fails at a call that the test chooses.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::seed::Chance;
use crate::journal::{File, Folder};

/// The unit that a disk writes as a whole, in bytes.
const SECTOR: u64 = 512;

/// A simulated disk with one folder. Clones are the same disk.
#[derive(Debug, Clone)]
pub(super) struct Disk(Arc<Mutex<Inside>>);

#[derive(Debug)]
struct Inside {
    chance: Chance,
    /// Calls that change something until the cut; `None`: no cut.
    until_cut: Option<u64>,
    is_cut: bool,
    inodes: Vec<Inode>,
    names: BTreeMap<String, usize>,
    durable_names: BTreeMap<String, usize>,
    unsynced_names: Vec<NameChange>,
}

#[derive(Debug, Clone, Default)]
struct Inode {
    live: Vec<u8>,
    durable: Vec<u8>,
    unsynced: Vec<Change>,
}

#[derive(Debug, Clone)]
enum Change {
    Write(u64, Vec<u8>),
    Truncate(u64),
}

#[derive(Debug, Clone)]
enum NameChange {
    Made(String, usize),
    Moved(String, String),
    Removed(String),
}

/// How a crash ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Crash {
    /// Only the process ends; the disk keeps everything.
    Killed,
    /// Everything that was not synced is lost.
    AllLost,
    /// A prefix of what was not synced is left.
    Beginning,
    /// Any part of what was not synced is left: also sectors of later writes without those of earlier
    /// ones, and incomplete sectors.
    AnyPart,
}

impl Disk {
    pub(super) fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(Inside {
            chance: Chance::of(seed),
            until_cut: None,
            is_cut: false,
            inodes: Vec::new(),
            names: BTreeMap::new(),
            durable_names: BTreeMap::new(),
            unsynced_names: Vec::new(),
        })))
    }

    /// A disk with one file.
    pub(super) fn with(name: &str, bytes: &[u8]) -> Self {
        let disk = Self::new(0);
        let file = disk.create(name).unwrap();
        file.write_at(bytes, 0).unwrap();
        disk
    }

    /// Fails after this many calls that change something. The call that fails may have taken effect.
    pub(super) fn cut_after(&self, calls: u64) {
        self.inside().until_cut = Some(calls);
    }

    pub(super) fn is_cut(&self) -> bool {
        self.inside().is_cut
    }

    /// The bytes of a file as a program reads them.
    pub(super) fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        let inside = self.inside();
        let inode = *inside.names.get(name)?;
        Some(inside.inodes[inode].live.clone())
    }

    /// Crashes. The disk has what this crash leaves, and works again.
    pub(super) fn crash(&self, crash: Crash) {
        let mut inside = self.inside();
        let Inside {
            chance,
            inodes,
            names,
            durable_names,
            unsynced_names,
            ..
        } = &mut *inside;
        if crash != Crash::Killed {
            for inode in inodes.iter_mut() {
                inode.live = survivor(inode, crash, chance);
            }
            *names = surviving_names(durable_names, unsynced_names, crash, chance);
        }
        for inode in inodes.iter_mut() {
            if crash != Crash::Killed {
                inode.durable = inode.live.clone();
                inode.unsynced.clear();
            }
        }
        if crash != Crash::Killed {
            *durable_names = names.clone();
            unsynced_names.clear();
        }
        inside.is_cut = false;
        inside.until_cut = None;
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a change, unless the disk fails. The call that fails first makes it or not, by chance.
    fn change(&self, change: impl FnOnce(&mut Inside)) -> io::Result<()> {
        let mut inside = self.inside();
        if inside.is_cut {
            return Err(io::ErrorKind::Other.into());
        }
        match &mut inside.until_cut {
            Some(0) => {
                inside.is_cut = true;
                if inside.chance.once_in(2) {
                    change(&mut inside);
                }
                return Err(io::ErrorKind::Other.into());
            }
            Some(left) => *left -= 1,
            None => {}
        }
        change(&mut inside);
        Ok(())
    }
}

/// The part of a file that a power cut leaves.
fn survivor(inode: &Inode, crash: Crash, chance: &mut Chance) -> Vec<u8> {
    let mut bytes = inode.durable.clone();
    let count = inode.unsynced.len() as u64;
    let kept = match crash {
        Crash::AllLost => 0,
        Crash::Beginning => chance.below(count + 1),
        Crash::Killed | Crash::AnyPart => count,
    };
    for (index, change) in inode.unsynced.iter().enumerate() {
        let is_last = index as u64 + 1 == kept;
        match change {
            _ if index as u64 >= kept => {}
            Change::Truncate(length) if crash == Crash::Beginning || chance.once_in(2) => {
                bytes.resize(*length as usize, 0);
            }
            Change::Truncate(_) => {}
            Change::Write(offset, data) if crash == Crash::Beginning => {
                // The last one may be incomplete.
                let part = if is_last {
                    chance.below(data.len() as u64 + 1)
                } else {
                    data.len() as u64
                };
                put(&mut bytes, *offset, &data[..part as usize]);
            }
            Change::Write(offset, data) => any_part(&mut bytes, *offset, data, chance),
        }
    }
    bytes
}

/// Any sectors of a write. The file may be longer although no bytes of the write are there.
fn any_part(bytes: &mut Vec<u8>, offset: u64, data: &[u8], chance: &mut Chance) {
    let end = offset + data.len() as u64;
    let mut at = offset;
    while at < end {
        let next = (at / SECTOR + 1) * SECTOR;
        let piece = &data[(at - offset) as usize..(next.min(end) - offset) as usize];
        match chance.below(8) {
            0..4 => put(bytes, at, piece),
            4 => put(
                bytes,
                at,
                &piece[..chance.below(piece.len() as u64) as usize],
            ),
            5 => put(bytes, at, &vec![0; piece.len()]),
            _ => {}
        }
        at = next;
    }
}

fn put(bytes: &mut Vec<u8>, offset: u64, data: &[u8]) {
    let end = offset as usize + data.len();
    if bytes.len() < end {
        bytes.resize(end, 0);
    }
    bytes[offset as usize..end].copy_from_slice(data);
}

/// Changes of names survive in their order, as with the journal of a file system.
fn surviving_names(
    durable: &BTreeMap<String, usize>,
    unsynced: &[NameChange],
    crash: Crash,
    chance: &mut Chance,
) -> BTreeMap<String, usize> {
    let mut names = durable.clone();
    let kept = match crash {
        Crash::AllLost => 0,
        _ => chance.below(unsynced.len() as u64 + 1),
    };
    for change in &unsynced[..kept as usize] {
        rename(&mut names, change);
    }
    names
}

fn rename(names: &mut BTreeMap<String, usize>, change: &NameChange) {
    match change {
        NameChange::Made(name, inode) => {
            names.insert(name.clone(), *inode);
        }
        NameChange::Moved(from, to) => {
            if let Some(inode) = names.remove(from) {
                names.insert(to.clone(), inode);
            }
        }
        NameChange::Removed(name) => {
            names.remove(name);
        }
    }
}

impl Inside {
    fn rename(&mut self, change: NameChange) {
        rename(&mut self.names, &change);
        self.unsynced_names.push(change);
    }
}

impl Folder for Disk {
    fn shown(&self) -> String {
        "simulated".into()
    }

    fn open(&self, name: &str) -> io::Result<Option<Arc<dyn File>>> {
        let inode = self.inside().names.get(name).copied();
        Ok(inode.map(|inode| -> Arc<dyn File> {
            Arc::new(Open {
                disk: self.clone(),
                inode,
            })
        }))
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn File>> {
        let mut made = None;
        self.change(|inside| {
            if let Some(&inode) = inside.names.get(name) {
                inside.inodes[inode].change(Change::Truncate(0));
                made = Some(inode);
                return;
            }
            inside.inodes.push(Inode::default());
            let inode = inside.inodes.len() - 1;
            inside.rename(NameChange::Made(name.into(), inode));
            made = Some(inode);
        })?;
        let inode = made.ok_or(io::ErrorKind::Other)?;
        Ok(Arc::new(Open {
            disk: self.clone(),
            inode,
        }))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.change(|inside| inside.rename(NameChange::Moved(from.into(), to.into())))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        if !self.inside().names.contains_key(name) {
            return Ok(());
        }
        self.change(|inside| inside.rename(NameChange::Removed(name.into())))
    }

    fn sync(&self) -> io::Result<()> {
        self.change(|inside| {
            inside.durable_names = inside.names.clone();
            inside.unsynced_names.clear();
        })
    }
}

impl Inode {
    fn change(&mut self, change: Change) {
        match &change {
            Change::Write(offset, data) => put(&mut self.live, *offset, data),
            Change::Truncate(length) => self.live.resize(*length as usize, 0),
        }
        self.unsynced.push(change);
    }
}

/// A file of the simulated disk.
struct Open {
    disk: Disk,
    inode: usize,
}

impl File for Open {
    fn length(&self) -> io::Result<u64> {
        Ok(self.disk.inside().inodes[self.inode].live.len() as u64)
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let inside = self.disk.inside();
        let live = &inside.inodes[self.inode].live;
        let there = live.get(offset as usize..).unwrap_or_default();
        let count = there.len().min(buffer.len());
        buffer[..count].copy_from_slice(&there[..count]);
        Ok(count)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let write = Change::Write(offset, bytes.to_vec());
        self.disk
            .change(|inside| inside.inodes[self.inode].change(write))
    }

    fn truncate(&self, bytes: u64) -> io::Result<()> {
        let cut = Change::Truncate(bytes);
        self.disk
            .change(|inside| inside.inodes[self.inode].change(cut))
    }

    fn sync(&self) -> io::Result<()> {
        self.disk.change(|inside| {
            let inode = &mut inside.inodes[self.inode];
            inode.durable = inode.live.clone();
            inode.unsynced.clear();
        })
    }
}
