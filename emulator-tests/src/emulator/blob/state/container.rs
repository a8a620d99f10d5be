//! A container: its properties, and its blobs by name.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::super::super::auth::StoredPolicy;
use super::super::super::clock::Moment;
use super::super::super::error::{Answer, Refusal};
use super::blob::Slot;
use super::etag::ETag;
use super::lease::Lease;

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

/// What is known of a container but for its blobs.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct ContainerFacts {
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
    /// Its lease.
    pub lease: Lease,
}

/// Everything a container holds.
#[derive(Debug)]
pub struct ContainerState {
    /// The container's own properties.
    pub facts: ContainerFacts,
    /// Blobs by name.
    pub blobs: BTreeMap<String, Slot>,
    /// It was deleted while somebody still had hold of it.
    pub deleted: bool,
}

impl Container {
    /// An empty container.
    pub fn new(metadata: Vec<(String, String)>, public_access: PublicAccess, now: Moment) -> Self {
        Self::restore(ContainerFacts {
            etag: ETag::next(),
            last_modified: now.whole_second(),
            metadata,
            public_access,
            policies: Vec::new(),
            lease: Lease::default(),
        })
    }

    /// A container that was written down, without its blobs.
    pub fn restore(facts: ContainerFacts) -> Self {
        Self {
            state: Mutex::new(ContainerState {
                facts,
                blobs: BTreeMap::new(),
                deleted: false,
            }),
        }
    }

    /// Its state, for as long as the guard lives. Never held while a body is on the wire.
    pub fn lock(&self) -> MutexGuard<'_, ContainerState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The same for an operation: a container that was deleted meanwhile is 404.
    pub fn enter(&self) -> Answer<MutexGuard<'_, ContainerState>> {
        let state = self.lock();
        if state.deleted {
            Err(Refusal::container_not_found())
        } else {
            Ok(state)
        }
    }
}

impl ContainerState {
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
}

impl ContainerFacts {
    /// Marks the container as changed.
    pub fn touch(&mut self, now: Moment) {
        self.etag = ETag::next();
        self.last_modified = now.whole_second();
    }
}
