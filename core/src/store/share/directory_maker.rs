//! Makes the directories of a target, each once in a run, parents first.
//!
//! A file can only be made in a directory that exists. Workers that need one directory at the same
//! time wait for the one that makes it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OnceCell;

use super::request::create_directory;
use crate::location::ShareLocation;
use crate::store::Tools;
use crate::{Error, Result};

/// The directories that a run has made or found.
pub(super) struct DirectoryMaker {
    place: Arc<ShareLocation>,
    known: Mutex<HashMap<Box<str>, Arc<Directory>>>,
}

/// A directory that exists, or the reason why there can be none.
type Directory = OnceCell<Result<(), String>>;

impl DirectoryMaker {
    pub(super) fn new(place: &Arc<ShareLocation>) -> Self {
        Self {
            place: Arc::clone(place),
            known: Mutex::default(),
        }
    }

    /// Makes the directory of this full name and those above it, if they are missing. An empty name
    /// is the share, which exists.
    ///
    /// Fails with [`Error::Name`] where a file has the name of one of them.
    pub(super) async fn make(&self, tools: &Tools, name: &str) -> Result<()> {
        if name.is_empty() || self.known(name).initialized() {
            return self.check(name);
        }
        let ends = name.match_indices('/').map(|(at, _)| at);
        for end in ends.chain([name.len()]) {
            let directory = &name[..end];
            self.known(directory)
                .get_or_try_init(|| self.create(tools, directory))
                .await?;
            self.check(directory)?;
        }
        Ok(())
    }

    /// Forgets the directory of this full name and those above it, because one of them is gone.
    pub(super) fn forget(&self, name: &str) {
        let mut known = self.lock();
        known.retain(|directory, _| {
            let below = name.strip_prefix(&**directory);
            !below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
    }

    fn check(&self, name: &str) -> Result<()> {
        if name.is_empty() {
            return Ok(());
        }
        match self.known(name).get() {
            Some(Err(why)) => Err(Error::Name(why.clone())),
            Some(Ok(())) | None => Ok(()),
        }
    }

    fn known(&self, name: &str) -> Arc<Directory> {
        let mut known = self.lock();
        if let Some(found) = known.get(name) {
            return Arc::clone(found);
        }
        let directory = Arc::new(Directory::new());
        known.insert(name.into(), Arc::clone(&directory));
        directory
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Box<str>, Arc<Directory>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks the service for one directory.
    async fn create(&self, tools: &Tools, name: &str) -> Result<Result<(), String>> {
        let request = create_directory::request(&self.place, name);
        let Err(error) = tools.client.send(&request).await else {
            return Ok(Ok(()));
        };
        match (error.code(), error.status()) {
            (Some("ResourceAlreadyExists"), _) => Ok(Ok(())),
            (Some("ResourceTypeMismatch"), _) => Ok(Err(format!(
                "`{}` is a file: there cannot be a directory of that name",
                self.place.file_url(name)
            ))),
            // The signature may permit writing to a directory that exists. The first file shows it.
            (_, Some(403)) if self.place.account().credential.is_sas() => Ok(Ok(())),
            _ => Err(error.into()),
        }
    }
}
