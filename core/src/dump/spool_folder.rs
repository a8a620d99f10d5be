//! The folder of the files of an export until they are uploaded.
//!
//! It is in the folder of the journal and has the job in its name, so that a later run of the job finds it.
//! Without a journal no later run goes on with it: it has the process in its name, and is locked while the
//! process runs. A process that was killed could not remove its folder; the next export without a journal does.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use azring_transport as transport;
use rustix::fs::{FlockOperation, flock};

use crate::Result;

/// The end of the name of a spool folder.
const ENDING: &str = ".spool";

/// The beginning of the name of a spool folder without a journal.
const OF_PROCESS: &str = "process-";

/// The spool of a job, in the folder of its journal. `job`: sixteen hexadecimal digits, as in the names
/// of part files.
pub fn spool_folder(folder: &Path, job: &str) -> PathBuf {
    folder.join(format!("{job}{ENDING}"))
}

/// The folder of one run.
#[derive(Debug)]
pub struct SpoolFolder {
    path: PathBuf,
    /// The locked folder, where no journal protects it.
    _lock: Option<File>,
}

impl SpoolFolder {
    /// Makes the spool of this job in this folder, if it is missing; without a job, that of this process.
    ///
    /// # Errors
    ///
    /// The error of the disk.
    pub fn open(folder: &Path, job: Option<&str>) -> Result<Self> {
        let Some(job) = job else {
            remove_abandoned(folder);
            let process = format!("{OF_PROCESS}{}", std::process::id());
            let path = spool_folder(folder, &process);
            make(&path)?;
            let lock = File::open(&path).ok();
            let lock = lock.filter(|lock| flock(lock, FlockOperation::LockExclusive).is_ok());
            return Ok(Self { path, _lock: lock });
        };
        let path = spool_folder(folder, job);
        make(&path)?;
        Ok(Self { path, _lock: None })
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it has files.
    pub fn has_files(&self) -> bool {
        fs::read_dir(&self.path).is_ok_and(|mut files| files.next().is_some())
    }

    /// Removes it with all its files.
    ///
    /// # Errors
    ///
    /// The error of the disk.
    pub fn remove(self) -> Result<()> {
        match fs::remove_dir_all(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                let doing = format_args!("cannot remove the folder `{}`", self.path.display());
                Err(transport::Error::disk(doing, &error).into())
            }
            _ => Ok(()),
        }
    }
}

fn make(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(|error| {
        let doing = format_args!("cannot create the folder `{}`", path.display());
        transport::Error::disk(doing, &error).into()
    })
}

/// Removes the spools that killed processes without a journal left in this folder. What cannot be
/// removed stays.
fn remove_abandoned(folder: &Path) {
    for found in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = found.file_name();
        let is_spool = name
            .to_str()
            .is_some_and(|name| name.starts_with(OF_PROCESS) && name.ends_with(ENDING));
        if !is_spool || !found.file_type().is_ok_and(|kind| kind.is_dir()) {
            continue;
        }
        let is_free = |locked: &File| flock(locked, FlockOperation::NonBlockingLockExclusive);
        if File::open(found.path()).is_ok_and(|locked| is_free(&locked).is_ok()) {
            let _stays = fs::remove_dir_all(found.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spool_of_a_killed_process_goes_and_that_of_a_running_one_stays() {
        let folder = tempfile::tempdir().expect("a folder for temporary files");
        let abandoned = folder.path().join("process-1.spool");
        let of_job = folder.path().join("0123456789abcdef.spool");
        for left in [&abandoned, &of_job] {
            fs::create_dir(left).expect("the folder is ours");
            fs::write(left.join("a"), "x").expect("the folder is ours");
        }
        let running = SpoolFolder::open(folder.path(), None).expect("it can be made");
        assert!(!abandoned.exists());
        assert!(of_job.exists(), "a later run of the job goes on with it");
        remove_abandoned(folder.path());
        assert!(running.path().exists());
        running.remove().expect("it can be removed");
    }

    #[test]
    fn a_spool_is_removed_with_its_files() {
        let folder = tempfile::tempdir().expect("a folder for temporary files");
        let spool = SpoolFolder::open(&folder.path().join("new"), Some("0123456789abcdef"));
        let spool = spool.expect("it can be made");
        assert!(!spool.has_files());
        fs::write(spool.path().join("a"), "x").expect("the folder is ours");
        assert!(spool.has_files());
        let path = spool.path().to_owned();
        spool.remove().expect("it can be removed");
        assert!(!path.exists());
    }
}
