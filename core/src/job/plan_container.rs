//! The folder of a plan in a container. Each call has a thread with connections of its own, because a plan
//! is written while the coordinator's thread lists.

use std::fs::File;
use std::io;
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::Path;

use super::single_thread;
use crate::location::BlobLocation;
use crate::options::Engine;
use crate::shard::{Error, PlanFolder, Result};
use crate::store::Tools;
use crate::store::blob::WholeBlobs;

/// A virtual directory of a container, or a whole container.
pub struct ContainerFolder {
    place: BlobLocation,
    engine: Engine,
}

impl ContainerFolder {
    /// The folder at this place, whose container need not exist. `engine` says how the service is reached.
    pub fn new(place: BlobLocation, engine: Engine) -> Self {
        Self { place, engine }
    }

    /// Whether it is in this place, or is this place.
    pub fn is_in(&self, end: &BlobLocation) -> bool {
        let (own, other) = (&self.place.account_place, &end.account_place);
        let is_container = if end.is_account() {
            let begins = end.container.split('*').next().unwrap_or_default();
            self.place.container.starts_with(begins)
        } else {
            self.place.container == end.container && self.place.prefix().starts_with(&end.prefix())
        };
        own.account.endpoint == other.account.endpoint
            && own.base_path == other.base_path
            && is_container
    }

    /// Makes the container, if it is missing.
    pub fn make_container(&self) -> Result<()> {
        self.ask(async |blobs, tools| blobs.make_container(tools).await)
    }

    fn ask<T: Send>(
        &self,
        question: impl AsyncFnOnce(WholeBlobs, &Tools) -> crate::Result<T> + Send,
    ) -> Result<T> {
        let blobs = WholeBlobs::below(self.place.clone());
        let work = || single_thread::run(&self.engine, async |tools| question(blobs, tools).await);
        let answer = std::thread::scope(|scope| scope.spawn(work).join());
        match answer {
            Ok(answer) => Ok(answer?),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}

impl PlanFolder for ContainerFolder {
    fn shown(&self) -> String {
        self.place.to_string()
    }

    fn read(&self, name: &str) -> Result<Option<Vec<u8>>> {
        self.ask(async |blobs, tools| {
            let mut content = Vec::new();
            let keep = |bytes: &[u8], offset| {
                content.truncate(offset as usize);
                content.extend_from_slice(bytes);
                Ok(())
            };
            let is_there = blobs.read(tools, name, keep).await?;
            Ok(is_there.then_some(content))
        })
    }

    fn fetch(&self, name: &str, to: &Path) -> Result<bool> {
        let place = to.display().to_string();
        let failed = |error: &io::Error| Error::disk("write", &place, error);
        let mut options = File::options();
        options.write(true).create(true).truncate(true).mode(0o600);
        let file = options.open(to).map_err(|error| failed(&error))?;
        let mut trouble = None;
        let is_there = self.ask(async |blobs, tools| {
            let write = |bytes: &[u8], offset| {
                let written = match offset {
                    0 => file.set_len(0),
                    _ => Ok(()),
                };
                if let Err(error) = written.and_then(|()| file.write_all_at(bytes, offset)) {
                    trouble.get_or_insert(error);
                }
                Ok(())
            };
            blobs.read(tools, name, write).await
        })?;
        match trouble.or_else(|| file.sync_all().err()) {
            Some(error) => Err(failed(&error)),
            None => Ok(is_there),
        }
    }

    fn create(&self, name: &str, content: &[u8]) -> Result<bool> {
        let content = content.to_vec().into();
        self.ask(async |blobs, tools| blobs.write(tools, name, content, true).await)
    }

    fn replace(&self, name: &str, content: &[u8]) -> Result<()> {
        let content = content.to_vec().into();
        self.ask(async |blobs, tools| blobs.write(tools, name, content, false).await)?;
        Ok(())
    }

    fn store(&self, name: &str, from: &Path) -> Result<()> {
        let failed = |error: io::Error| Error::disk("read", &from.display().to_string(), &error);
        let file = File::open(from).map_err(failed)?;
        let length = file.metadata().map_err(failed)?.len();
        self.ask(async |blobs, tools| blobs.write_file(tools, name, &file, length).await)
    }

    fn remove(&self, name: &str) -> Result<()> {
        self.ask(async |blobs, tools| blobs.delete(tools, name).await)
    }

    fn is_at(&self, _path: &Path) -> bool {
        false
    }

    fn names(&self) -> Result<Vec<String>> {
        let names = self.ask(async |blobs, tools| blobs.names(tools).await)?;
        Ok(names
            .iter()
            .filter_map(|name| name.as_str().map(str::to_owned))
            .collect())
    }
}
