//! The folder of a plan on this machine, or on a file system that machines share.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use super::error::{Error, Result};
use super::folder::PlanFolder;

/// A folder by its path. Only the owner can read a new one.
#[derive(Debug, Clone)]
pub struct LocalFolder(PathBuf);

impl LocalFolder {
    /// The folder at `path`, whether it exists or not.
    pub fn at(path: &Path) -> Self {
        Self(path.into())
    }

    /// The folder at `path`, which is made if it is missing.
    pub fn open_or_make(path: &Path) -> Result<Self> {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
        made.map_err(|error| Error::disk("make the folder", &path.display().to_string(), &error))?;
        Ok(Self(path.into()))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// A complete and durable file under a name of its own.
    fn draft(
        &self,
        name: &str,
        write: impl FnOnce(&mut fs::File) -> io::Result<()>,
    ) -> io::Result<PathBuf> {
        let mut tag = [0; 8];
        rustix::rand::getrandom(&mut tag, rustix::rand::GetRandomFlags::empty())?;
        let path = self.path(&format!(".{name}.{:016x}", u64::from_le_bytes(tag)));
        let made = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .and_then(|mut file| {
                write(&mut file)?;
                file.sync_all()
            });
        match made {
            Ok(()) => Ok(path),
            Err(error) => {
                // The first error counts.
                let _ = fs::remove_file(&path);
                Err(error)
            }
        }
    }

    fn sync(&self) -> io::Result<()> {
        fs::File::open(&self.0)?.sync_all()
    }

    fn failed(&self, doing: &'static str, name: &str, error: &io::Error) -> Error {
        Error::disk(doing, &self.path(name).display().to_string(), error)
    }
}

impl PlanFolder for LocalFolder {
    fn shown(&self) -> String {
        self.0.display().to_string()
    }

    fn read(&self, name: &str) -> Result<Option<Vec<u8>>> {
        match fs::read(self.path(name)) {
            Ok(content) => Ok(Some(content)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.failed("read", name, &error)),
        }
    }

    fn fetch(&self, name: &str, to: &Path) -> Result<bool> {
        let mut from = match fs::File::open(self.path(name)) {
            Ok(from) => from,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(self.failed("read", name, &error)),
        };
        let mut copy = || {
            let mut options = OpenOptions::new();
            options.write(true).create(true).truncate(true).mode(0o600);
            let mut file = options.open(to)?;
            io::copy(&mut from, &mut file)?;
            file.sync_all()
        };
        copy().map_err(|error| Error::disk("write", &to.display().to_string(), &error))?;
        Ok(true)
    }

    fn create(&self, name: &str, content: &[u8]) -> Result<bool> {
        let create = || {
            let draft = self.draft(name, |file| file.write_all(content))?;
            // A link is made whole and never replaces a file, on a shared file system too.
            let made = fs::hard_link(&draft, self.path(name));
            fs::remove_file(&draft)?;
            match made {
                Ok(()) => self.sync().map(|()| true),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
                Err(error) => Err(error),
            }
        };
        create().map_err(|error| self.failed("write", name, &error))
    }

    fn replace(&self, name: &str, content: &[u8]) -> Result<()> {
        let replace = || {
            let draft = self.draft(name, |file| file.write_all(content))?;
            fs::rename(draft, self.path(name))?;
            self.sync()
        };
        replace().map_err(|error| self.failed("write", name, &error))
    }

    fn store(&self, name: &str, from: &Path) -> Result<()> {
        let path = self.path(name);
        if from == path {
            return Ok(());
        }
        let store = || {
            let mut source = fs::File::open(from)?;
            let draft = self.draft(name, |file| io::copy(&mut source, file).map(drop))?;
            fs::rename(draft, path)?;
            self.sync()
        };
        store().map_err(|error| self.failed("write", name, &error))
    }

    fn remove(&self, name: &str) -> Result<()> {
        match fs::remove_file(self.path(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(self.failed("remove", name, &error))
            }
            _ => Ok(()),
        }
    }

    fn is_at(&self, path: &Path) -> bool {
        self.0 == path
    }

    fn names(&self) -> Result<Vec<String>> {
        let failed = |error: io::Error| self.failed("list", "", &error);
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.0).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            names.extend(entry.file_name().into_string());
        }
        Ok(names)
    }
}
