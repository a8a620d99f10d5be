//! One run at a time: the owner of a journal holds a lock beside it, and a text there says who it
//! is.
//!
//! The lock is `flock(2)`: the kernel releases it however its holder ends. The text in the file is
//! for people.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rustix::fs::{FlockOperation, OFlags, flock};
use rustix::io::Errno;

/// The owner of a journal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holder {
    /// Its process id.
    pub pid: u32,
    /// The machine it runs on.
    pub host: String,
    /// Which boot of that machine.
    pub boot: String,
    /// The time of its claim, in seconds since 1970.
    pub since: u64,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.pid == 0 {
            return f.write_str("another run");
        }
        write!(f, "process {}", self.pid)?;
        if !self.host.is_empty() {
            write!(f, " on {}", self.host)?;
        }
        match i64::try_from(self.since).map(jiff::Timestamp::from_second) {
            Ok(Ok(since)) if self.since > 0 => write!(f, ", since {since}"),
            _ => Ok(()),
        }
    }
}

impl Holder {
    /// This process, now.
    fn this() -> Self {
        let since = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .map_or(0, |since| since.as_secs());
        let uname = rustix::system::uname();
        let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        Self {
            pid: std::process::id(),
            host: uname.nodename().to_string_lossy().into_owned(),
            boot: boot.trim().to_owned(),
            since,
        }
    }

    /// The text of the file, in four lines.
    fn text(&self) -> String {
        format!(
            "{}\n{}\n{}\n{}\n",
            self.pid, self.host, self.boot, self.since
        )
    }

    /// Reads what is complete of it: the owner may be writing it right now.
    fn read(text: &str) -> Self {
        let mut lines = text.lines();
        let mut line = || lines.next().unwrap_or_default();
        Self {
            pid: line().parse().unwrap_or_default(),
            host: line()
                .chars()
                .filter(|letter| !letter.is_control())
                .collect(),
            boot: line()
                .chars()
                .filter(|letter| !letter.is_control())
                .collect(),
            since: line().parse().unwrap_or_default(),
        }
    }
}

/// A held lock. Dropping it releases the journal and removes the file.
#[derive(Debug)]
pub(super) struct OwnerLock {
    path: PathBuf,
    _file: File,
}

/// The result of a claim.
#[derive(Debug)]
pub(super) enum Claimed {
    /// This process owns the journal.
    Ours(OwnerLock),
    /// Another process owns it.
    Held(Holder),
}

impl OwnerLock {
    /// Takes the lock at `path`, if it is free.
    pub(super) fn claim(path: &Path) -> io::Result<Claimed> {
        loop {
            let mut file = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .mode(0o600)
                .custom_flags((OFlags::NOFOLLOW | OFlags::CLOEXEC).bits() as i32)
                .open(path)?;
            match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => {}
                Err(Errno::WOULDBLOCK) => return Ok(Claimed::Held(read(&mut file))),
                Err(error) => return Err(error.into()),
            }
            // Between opening and locking, the last holder may have removed the file. Then this
            // lock protects nothing, and the next process would create a new file and own the
            // journal too.
            if !is_at(&file, path)? {
                continue;
            }
            file.set_len(0)?;
            file.write_all(Holder::this().text().as_bytes())?;
            return Ok(Claimed::Ours(Self {
                path: path.into(),
                _file: file,
            }));
        }
    }

    /// The holder of the lock at `path`, if there is one. It only asks the kernel and locks
    /// nothing, so a process that begins right now is not disturbed.
    pub(super) fn look(path: &Path) -> Option<Holder> {
        let mut file = File::open(path).ok()?;
        let inode = file.metadata().ok()?.ino();
        let holder = read(&mut file);
        let locks = fs::read_to_string("/proc/locks").ok()?;
        locks
            .lines()
            .any(|line| is_lock_of(line, holder.pid, inode))
            .then_some(holder)
    }
}

/// Whether a line of `/proc/locks` (`proc_locks(5)`) is a whole-file lock of this process on this
/// inode. The device is not compared: btrfs reports two numbers for one.
fn is_lock_of(line: &str, pid: u32, inode: u64) -> bool {
    let mut words = line.split_whitespace().skip(1);
    let is_flock = words.next() == Some("FLOCK");
    let is_pid = words.nth(2).and_then(|word| word.parse().ok()) == Some(pid);
    let place = words.next().and_then(|word| word.rsplit(':').next());
    is_flock && is_pid && place.and_then(|word| word.parse().ok()) == Some(inode)
}

impl Drop for OwnerLock {
    fn drop(&mut self) {
        // The lock is still held, so no other process can lose its file.
        let _ = fs::remove_file(&self.path);
    }
}

fn read(file: &mut File) -> Holder {
    let mut text = String::new();
    // The text of an owner is short.
    let _ = file.take(4096).read_to_string(&mut text);
    Holder::read(&text)
}

fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    let ours = file.metadata()?;
    match fs::symlink_metadata(path) {
        Ok(there) => Ok((there.dev(), there.ino()) == (ours.dev(), ours.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_owner_learns_of_the_first_and_a_third_takes_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.owner");
        let Claimed::Ours(first) = OwnerLock::claim(&path).unwrap() else {
            panic!("nobody holds it");
        };
        let Claimed::Held(holder) = OwnerLock::claim(&path).unwrap() else {
            panic!("two own it");
        };
        assert_eq!(holder.pid, std::process::id());
        assert!(
            holder
                .to_string()
                .starts_with(&format!("process {}", holder.pid))
        );
        assert_eq!(OwnerLock::look(&path), Some(holder));
        drop(first);
        assert!(!path.exists());
        assert_eq!(OwnerLock::look(&path), None);
        assert!(matches!(OwnerLock::claim(&path).unwrap(), Claimed::Ours(_)));
    }

    #[test]
    fn a_record_that_is_none_names_nobody() {
        for text in ["", "x\n", "\u{1b}[2J\n\u{1b}", "99999999999999999999"] {
            assert_eq!(Holder::read(text).to_string(), "another run", "{text:?}");
        }
    }
}
