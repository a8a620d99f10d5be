//! Removes blobs and snapshots of blobs, many in one request where the service has batches (`batches`).

use azring_transport as transport;
use azring_transport::http::Request;

use super::batches::Batches;
use super::emptied_folders::EmptiedFolders;
use super::request::delete_blob;
use crate::entry::{Entry, Layout, Version};
use crate::location::BlobLocation;
use crate::store::rest::conditions::Condition;
use crate::store::rest::is_leased;
use crate::store::{Removal, RemovalOptions, Remover, Step, Tools};
use crate::{Error, Result};

/// Removes blobs of a container or virtual directory.
pub struct BlobRemover {
    place: BlobLocation,
    batches: Batches,
    options: RemovalOptions,
    emptied: EmptiedFolders,
}

impl BlobRemover {
    /// Removes what a [`BlobSource`](super::BlobSource) of this place listed.
    pub fn new(place: BlobLocation) -> Self {
        let options = RemovalOptions::default();
        Self {
            batches: Batches::new(&place),
            place,
            options,
            emptied: EmptiedFolders::default(),
        }
    }

    /// The same with these options.
    #[must_use]
    pub fn with(self, options: RemovalOptions) -> Self {
        Self { options, ..self }
    }

    async fn remove_many(&self, tools: &Tools, entries: &[Entry]) -> Vec<Result<Removal>> {
        let requests: Vec<Result<Request>> =
            entries.iter().map(|entry| self.request(entry)).collect();
        let sent: Vec<Request> = requests.iter().flatten().cloned().collect();
        let answers = self.batches.send(tools, &self.place, &sent).await;
        let mut answers = answers.into_iter();
        let outcome = |(entry, request): (&Entry, Result<Request>)| {
            let answer = request.map(|_| answers.next())?;
            // Every request has an answer.
            answer.map_or(Err(Error::Stopped), |answer| {
                self.outcome(entry, answer.map(drop))
            })
        };
        let results: Vec<_> = entries.iter().zip(requests).map(outcome).collect();
        if self.options.empty_folders {
            self.note_folders(tools, entries, &results).await;
        }
        results
    }

    /// Notes the directories of what was removed.
    async fn note_folders(&self, tools: &Tools, entries: &[Entry], results: &[Result<Removal>]) {
        let removed = entries.iter().zip(results);
        let removed = removed.filter(|(_, result)| matches!(result, Ok(Removal::Removed)));
        let removed: Vec<String> = removed.map(|(entry, _)| self.full_name(entry)).collect();
        self.emptied.note(tools, &self.place, &removed).await;
        for name in &removed {
            self.emptied.forget(name);
        }
    }

    /// The request that removes the version of an object that was listed.
    fn request(&self, entry: &Entry) -> Result<Request> {
        let Version::Service(etag) = &entry.version else {
            // A blob never has the version of a file.
            return Err(self.changed(entry));
        };
        let snapshot = entry.snapshot.as_ref().map(|snapshot| &*snapshot.id);
        let condition = Condition::Unchanged(etag);
        let name = self.full_name(entry);
        let deleted = match snapshot {
            Some(snapshot) => delete_blob::Deleted::Snapshot(snapshot),
            None if self.options.snapshots => delete_blob::Deleted::BlobWithSnapshots,
            None => delete_blob::Deleted::Blob,
        };
        Ok(delete_blob::request(&self.place, &name, deleted, condition))
    }

    /// What the answer to that request means.
    fn outcome(&self, entry: &Entry, answer: Result<(), transport::Error>) -> Result<Removal> {
        match answer {
            Ok(()) => Ok(Removal::Removed),
            Err(error) if error.status() == Some(404) => Ok(Removal::Missing),
            Err(error)
                if entry.kind == Layout::Folder && error.code() == Some("DirectoryIsNotEmpty") =>
            {
                Ok(Removal::NotEmpty)
            }
            Err(error) if error.status() == Some(412) && !is_leased(error.code()) => {
                Err(self.changed(entry))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn changed(&self, entry: &Entry) -> Error {
        let shown = self.place.blob_url(&self.full_name(entry));
        Error::TargetChanged(format!(
            "`{shown}` was overwritten since it was listed, and is not removed"
        ))
    }

    fn full_name(&self, entry: &Entry) -> String {
        self.place
            .full_name(entry.name.as_str().unwrap_or_default())
    }
}

impl Remover for BlobRemover {
    fn remove<'a>(
        &'a self,
        tools: &'a Tools,
        entries: &'a [Entry],
    ) -> Step<'a, Vec<Result<Removal>>> {
        Box::pin(self.remove_many(tools, entries))
    }

    fn remove_empty_folders<'a>(&'a self, tools: &'a Tools) -> Step<'a, ()> {
        Box::pin(self.emptied.remove(tools, &self.place))
    }
}
