//! A worker's copy of a shard, in a folder of its own: the journal that it resumes.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::error::{Error, Result};
use super::folder::PlanFolder;
use super::hex::hex;
use super::local_folder::LocalFolder;
use super::plan::Plan;
use super::split_object::SplitObject;
use crate::journal::{Claim, Command, PlannedJournal, Record, Replayed, Session, files, peek};
use crate::plan::chunk_runs::ChunkRuns;

/// The folder below a worker's state folder is named after so many bytes of the plan's id.
const FOLDER_BYTES: usize = 8;

/// The memory for the journal of a commit, which has one object.
const BUFFER_BYTES: usize = 4 << 10;

/// A worker's copy of a shard, or of the commit of an object that is copied in parts.
#[derive(Debug, Clone)]
pub struct ShardState {
    folder: PathBuf,
    name: String,
    /// The file in the plan's folder, what it is called in messages, its SHA-256 and the id of its job.
    file: String,
    shown: String,
    sha256: [u8; 32],
    job: [u8; 16],
    /// For a commit: what all parts were written to, in the target's own text.
    identity: Option<String>,
}

impl ShardState {
    /// The copy of the shard `index` in the state folder `state`, whether it exists or not. Fails when the plan
    /// has no such shard.
    pub fn of(plan: &Plan, index: u32, state: &Path) -> Result<Self> {
        let file = Plan::shard_name(index);
        Ok(Self {
            folder: state.join(hex(&plan.id[..FOLDER_BYTES])),
            name: format!("{file}.jnl"),
            file,
            shown: format!("the shard {index}"),
            sha256: plan.shard(index)?.sha256,
            job: plan.job(index),
            identity: None,
        })
    }

    /// The same for the commit of an object whose parts were written to what the target describes by `identity`.
    pub fn of_object(plan: &Plan, object: &SplitObject, identity: &str, state: &Path) -> Self {
        let file = object.file_name();
        Self {
            folder: state.join(hex(&plan.id[..FOLDER_BYTES])),
            name: format!("{file}.jnl"),
            file,
            shown: format!("the commit of `{}`", object.name),
            sha256: object.sha256,
            job: object.job(plan),
            identity: Some(identity.to_owned()),
        }
    }

    /// The path of the journal.
    pub fn path(&self) -> PathBuf {
        self.folder.join(&self.name)
    }

    /// The files that are written while the shard runs.
    pub fn files(&self) -> impl Iterator<Item = PathBuf> {
        files(&self.folder, &self.name)
    }

    /// Claims the copy, which is made from the plan's folder if it is missing, and reads it.
    ///
    /// Nothing is written outside of the state folder. Fails when another process of this machine has the
    /// copy, when the shard's file is not the one that was planned, or when the copy is of another shard.
    pub fn claim(&self, folder: &dyn PlanFolder, plan: &Plan) -> Result<ClaimedShard> {
        let claim = Claim::at(&self.folder, &self.name)?;
        let mut found = claim.look()?;
        if found.is_none() {
            self.adopt(folder)?;
            found = claim.look()?;
        }
        let replayed = found.ok_or_else(|| self.unreadable("is missing"))?;
        if replayed.job() != self.job {
            return Err(self.unreadable("belongs to another plan or another shard"));
        }
        if replayed.command().fingerprint() != plan.fingerprint {
            return Err(self.unreadable("belongs to another copy than its plan"));
        }
        Ok(ClaimedShard {
            worker: self.worker()?,
            claim,
            replayed,
        })
    }

    /// Removes the copy. The parts of files at the target stay.
    pub fn remove(&self) -> Result<()> {
        for path in self.files().chain([self.worker_path()]) {
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(Error::disk("remove", &path.display().to_string(), &error));
                }
                _ => {}
            }
        }
        // Another shard's copy may be in it.
        let _stays_if_not_empty = fs::remove_dir(&self.folder);
        Ok(())
    }

    /// The number of this copy, which is drawn by its first run.
    fn worker(&self) -> Result<u64> {
        let path = self.worker_path();
        let failed = |error: io::Error| Error::disk("write", &path.display().to_string(), &error);
        match fs::read(&path) {
            Ok(bytes) => {
                if let Ok(bytes) = bytes.try_into() {
                    return Ok(u64::from_le_bytes(bytes) | 1);
                }
            }
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
            Err(_) => {}
        }
        let mut bytes = [0; 8];
        let drawn = rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty());
        drawn.map_err(|error| failed(error.into()))?;
        fs::write(&path, bytes).map_err(failed)?;
        Ok(u64::from_le_bytes(bytes) | 1)
    }

    fn worker_path(&self) -> PathBuf {
        self.folder.join(format!("{}.worker", self.name))
    }

    /// Copies the shard's file, which must be the one that was planned.
    fn adopt(&self, folder: &dyn PlanFolder) -> Result<()> {
        let place = folder.shown_file(&self.file);
        let draft_name = match self.identity {
            None => format!("{}.new", self.name),
            // A journal that is made of it is written as `.new`.
            Some(_) => format!("{}.planned", self.name),
        };
        let draft = self.folder.join(&draft_name);
        if !folder.fetch(&self.file, &draft)? {
            return Err(Error::Unreadable(format!("the shard `{place}` is missing")));
        }
        let failed = |error: io::Error| Error::disk("read", &draft.display().to_string(), &error);
        if sha256_of(&draft).map_err(failed)? != self.sha256 {
            // It is removed by the next claim, too.
            let _ = fs::remove_file(&draft);
            return Err(Error::Unreadable(format!(
                "`{place}` is not {} that was planned: its SHA-256 is not the one in `{}`",
                self.shown,
                folder.shown_file(Plan::NAME)
            )));
        }
        if let Some(identity) = &self.identity {
            return self.adopt_commit(&draft_name, identity);
        }
        let adopt = || {
            fs::rename(&draft, self.path())?;
            fs::File::open(&self.folder)?.sync_all()
        };
        adopt().map_err(|error| Error::disk("write", &self.path().display().to_string(), &error))
    }

    /// Makes the journal of a commit, of which only the plan was known, as if this worker had written all parts.
    fn adopt_commit(&self, planned: &str, identity: &str) -> Result<()> {
        let found = peek(&self.folder, planned).0?;
        let found = found.ok_or_else(|| self.unreadable("is missing"))?;
        let pending = found.pending().next().transpose()?;
        let Some((object, part)) =
            pending.and_then(|object| object.part.map(|part| (object, part)))
        else {
            return Err(self.unreadable("has no object"));
        };
        let command = found.command();
        let mut journal =
            PlannedJournal::begin(&self.folder, &self.name, found.job(), command, BUFFER_BYTES)?;
        let mut runs = ChunkRuns::default();
        runs.add(part.first, part.chunks);
        for record in [
            Record::Planned(object.planned()),
            Record::Started {
                seq: 0,
                chunk_bytes: part.chunk_bytes,
                identity: identity.as_bytes(),
            },
            Record::Durable { seq: 0, runs },
            Record::Listed,
        ] {
            journal.push(&record)?;
        }
        journal.finish()?;
        LocalFolder::at(&self.folder).remove(planned)
    }

    fn unreadable(&self, what: &str) -> Error {
        Error::Unreadable(format!(
            "the copy `{}` of the shard {what}",
            self.path().display()
        ))
    }
}

/// A worker's copy of a shard that this process owns.
pub struct ClaimedShard {
    worker: u64,
    claim: Claim,
    replayed: Replayed,
}

impl ClaimedShard {
    /// A number that tells this copy of the shard from those of other workers, in each run of it. Never 0.
    pub fn worker(&self) -> u64 {
        self.worker
    }

    /// The copy command that the shard belongs to.
    pub fn command(&self) -> &Command {
        self.replayed.command()
    }

    /// Begins to write. The journal stays when everything is done.
    pub fn resume(self) -> Result<Session> {
        Ok(self.claim.resume_shard(self.replayed)?)
    }
}

/// The SHA-256 of a file.
fn sha256_of(path: &Path) -> io::Result<[u8; 32]> {
    let (mut file, mut digest) = (fs::File::open(path)?, Sha256::new());
    let mut buffer = vec![0; 256 << 10];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(digest.finalize().into()),
            count => digest.update(&buffer[..count]),
        }
    }
}
