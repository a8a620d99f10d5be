//! A container: its properties, and its blobs by name.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::super::super::auth::StoredPolicy;
use super::super::super::clock::Moment;
use super::super::super::error::{Answer, Refusal};
use super::blob::{Blob, Slot};
use super::etag::ETag;

/// What anonymous requests may do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum PublicAccess {
    /// Nothing.
    #[default]
    Private,
    /// Read blobs.
    Blob,
    /// Read blobs and list them.
    Container,
}

impl PublicAccess {
    /// Reads `x-ms-blob-public-access`.
    pub fn parse(text: &str) -> Answer<Self> {
        match text {
            "" => Ok(Self::Private),
            "blob" => Ok(Self::Blob),
            "container" | "true" => Ok(Self::Container),
            other => Err(Refusal::invalid_header("x-ms-blob-public-access", other)),
        }
    }

    /// The header's value; `None` for private containers.
    pub fn header(self) -> Option<&'static str> {
        match self {
            Self::Private => None,
            Self::Blob => Some("blob"),
            Self::Container => Some("container"),
        }
    }
}

/// A container behind its lock.
#[derive(Debug)]
pub struct Container {
    state: Mutex<ContainerState>,
}

/// Everything a container holds.
#[derive(Debug)]
pub struct ContainerState {
    /// Its version.
    pub etag: ETag,
    /// When its properties last changed.
    pub last_modified: Moment,
    /// Metadata in the order given.
    pub metadata: Vec<(String, String)>,
    /// Anonymous access.
    pub public_access: PublicAccess,
    /// Stored access policies.
    pub policies: Vec<StoredPolicy>,
    /// Blobs by name.
    pub blobs: BTreeMap<String, Slot>,
}

impl Container {
    /// An empty container.
    pub fn new(metadata: Vec<(String, String)>, public_access: PublicAccess, now: Moment) -> Self {
        Self {
            state: Mutex::new(ContainerState {
                etag: ETag::next(),
                last_modified: now.whole_second(),
                metadata,
                public_access,
                policies: Vec::new(),
                blobs: BTreeMap::new(),
            }),
        }
    }

    /// Its state, for as long as the guard lives. Never held while a body is on the wire.
    pub fn lock(&self) -> MutexGuard<'_, ContainerState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ContainerState {
    /// The base blob, or 404.
    pub fn blob(&self, name: &str) -> Answer<&Blob> {
        self.blobs
            .get(name)
            .and_then(|slot| slot.base.as_ref())
            .ok_or_else(Refusal::blob_not_found)
    }

    /// The base blob to change, or 404.
    pub fn blob_mut(&mut self, name: &str) -> Answer<&mut Blob> {
        self.blobs
            .get_mut(name)
            .and_then(|slot| slot.base.as_mut())
            .ok_or_else(Refusal::blob_not_found)
    }

    /// The place of a name, made when there is none.
    pub fn slot(&mut self, name: &str) -> &mut Slot {
        self.blobs.entry(name.to_owned()).or_default()
    }

    /// Forgets a name that holds nothing any more.
    pub fn tidy(&mut self, name: &str) {
        if self.blobs.get(name).is_some_and(Slot::is_empty) {
            self.blobs.remove(name);
        }
    }

    /// Marks the container as changed.
    pub fn touch(&mut self, now: Moment) {
        self.etag = ETag::next();
        self.last_modified = now.whole_second();
    }
}
