//! What all services of one emulator share: accounts, body store, journal, behaviour and ids.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use rustls::ClientConfig;

use super::accounts::Accounts;
use super::journal::Journal;
use super::recovery::{self, Recovery};
use super::request_ids::RequestIds;
use crate::emulator::behaviour::SharedBehaviour;
use crate::emulator::identity::IdentityProvider;
use crate::emulator::options::{Options, StoreChoice};
use crate::emulator::start_error::StartError;
use crate::emulator::store::{FolderLock, MemoryStore, NullStore, Store};
use crate::emulator::tls;

/// The shared parts of an emulator.
pub struct Resources {
    /// The accounts with their keys.
    pub accounts: Accounts,
    /// Where bodies are kept.
    pub store: Arc<dyn Store>,
    /// Whether the checksums of uploads are checked.
    pub verify: bool,
    /// The authorities that certify copy sources under HTTPS.
    pub trust: Option<Arc<ClientConfig>>,
    /// How the services behave. It can be replaced at any time.
    pub behaviour: SharedBehaviour,
    /// The key of the issuer whose bearer tokens are accepted.
    pub issuer_key: Option<Vec<u8>>,
    /// Whether bearer tokens are accepted whoever signed them.
    pub unsigned_tokens: bool,
    /// The identity provider whose bearer tokens are accepted.
    pub identity: Option<Arc<IdentityProvider>>,
    /// Ids of requests, leases and copies.
    pub ids: RequestIds,
    /// Where changes are recorded; only a folder store has one.
    pub journal: Option<Arc<Journal>>,
    /// Held until the emulator is closed.
    folder_lock: Mutex<Option<FolderLock>>,
}

impl Resources {
    /// Opens the store and the accounts of the options. A folder store also returns its
    /// [`Recovery`], which the services read and the caller finishes.
    pub fn open(
        options: &Options,
        behaviour: SharedBehaviour,
    ) -> Result<(Self, Option<Recovery>), StartError> {
        let mut folder_lock = None;
        let mut opened = None;
        let store: Arc<dyn Store> = match &options.store {
            StoreChoice::Memory => Arc::new(MemoryStore::new(options.memory_bytes_max)),
            StoreChoice::Null => Arc::new(NullStore),
            StoreChoice::Folder(folder) => {
                let refused = |error: io::Error| recovery::refused(folder, &error);
                folder_lock = Some(FolderLock::take(folder).map_err(refused)?);
                let recovery = Recovery::open(folder).map_err(refused)?;
                let store = recovery.store();
                opened = Some(recovery);
                store
            }
        };
        let identity = options.identity.as_ref().map(|identity| {
            let settings = identity.settings.clone();
            Arc::new(IdentityProvider::new(settings, Arc::clone(&behaviour)))
        });
        let resources = Self {
            accounts: Accounts::of(options)?,
            store,
            verify: options.verify,
            trust: tls::trust(options.trust.as_deref())?,
            behaviour,
            issuer_key: options.issuer_key.clone(),
            unsigned_tokens: options.unsigned_tokens,
            identity,
            ids: RequestIds::default(),
            journal: opened.as_ref().map(Recovery::journal),
            folder_lock: Mutex::new(folder_lock),
        };
        Ok((resources, opened))
    }

    /// Leaves what outlives the emulator as it is, and unlocks the folder. What a connection's
    /// thread writes after this is answered with an error.
    pub fn close(&self) {
        if let Some(journal) = &self.journal {
            journal.close();
        }
        self.store.close();
        self.folder_lock
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
    }
}

impl Drop for Resources {
    fn drop(&mut self) {
        self.close();
    }
}
