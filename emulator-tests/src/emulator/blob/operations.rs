//! The Blob service as an implementation of [`Operations`].

use std::collections::HashMap;
use std::io;
use std::sync::MutexGuard;

use super::call::BlobCall;
use super::dispatch;
use super::initial_blobs::InitialBlobs;
use super::journal::{BlobPath, BlobRecord};
use super::operation::BlobOperation;
use super::public_access;
use super::storage::{AccountContainers, RestoredState, restore};
use super::target::BlobTarget;
use crate::emulator::auth::StoredPolicy;
use crate::emulator::clock::Moment;
use crate::emulator::error::ServiceResult;
use crate::emulator::http::address::Address;
use crate::emulator::http::body::Body;
use crate::emulator::http::head::Head;
use crate::emulator::http::query::Query;
use crate::emulator::http::response::Response;
use crate::emulator::options::Options;
use crate::emulator::service::Operations;
use crate::emulator::service::accounts::Accounts;
use crate::emulator::service::journal::ServiceJournal;
use crate::emulator::service::recovery::Recovery;
use crate::emulator::service::service_properties::ServiceProperties;
use crate::emulator::service_names::{KeySignature, ServiceNames, TokensSince};
use crate::emulator::start_error::StartError;
use crate::emulator::store::Store;
use crate::emulator::version::ApiVersion;

/// The state of the Blob service.
pub struct BlobOperations {
    accounts: HashMap<String, AccountContainers>,
    initial_blobs: InitialBlobs,
}

impl Operations for BlobOperations {
    const NAMES: ServiceNames = ServiceNames {
        label: "blob",
        sas_letter: 'b',
        server: "Windows-Azure-Blob/1.0 azring-emulator",
        key_signature: KeySignature::WithHeaders,
        tokens_since: TokensSince::version(ApiVersion::new(2017, 11, 9)),
    };
    const SOURCE_OPERATION: BlobOperation = BlobOperation::GetBlob;

    type Operation = BlobOperation;
    type Target = BlobTarget;
    type Storage = AccountContainers;
    type Record = BlobRecord;

    fn new(options: &Options, accounts: &Accounts, journal: Option<&ServiceJournal>) -> Self {
        let accounts = accounts.names().map(|name| {
            let containers = AccountContainers::new(name.to_owned(), journal.cloned());
            (name.to_owned(), containers)
        });
        Self {
            accounts: accounts.collect(),
            initial_blobs: InitialBlobs::of(options),
        }
    }

    fn restore(
        &self,
        records: Vec<BlobRecord>,
        recovery: &mut Recovery,
    ) -> io::Result<Vec<BlobRecord>> {
        let mut kept = Vec::new();
        let RestoredState {
            containers,
            service_properties,
        } = restore(records, recovery)?;
        for restored in containers {
            let (account, name) = (restored.account, restored.name);
            let container = restored.container;
            kept.extend(container.records(&account, &name));
            if let Some((version, deletion)) = &restored.deleted {
                let path = BlobPath {
                    account: account.clone(),
                    container: name.clone(),
                    blob: String::new(),
                };
                kept.push(BlobRecord::DeletedContainer(
                    path,
                    version.clone(),
                    *deletion,
                ));
            }
            if let Some(owner) = self.accounts.get(&account) {
                owner.restore(&name, container, restored.deleted);
            }
        }
        for (account, document) in service_properties {
            if document.is_empty() {
                continue;
            }
            if let Some(owner) = self.accounts.get(&account) {
                owner.service_properties().restore(&document)?;
            }
            kept.push(BlobRecord::ServiceProperties(account, document));
        }
        Ok(kept)
    }

    fn add_initial(&self, store: &dyn Store) -> Result<(), StartError> {
        let first = self.accounts.get(&self.initial_blobs.account);
        first.map_or(Ok(()), |account| self.initial_blobs.add(account, store))
    }

    fn clear(&self, now: Moment) {
        for account in self.accounts.values() {
            account.clear(now);
        }
    }

    fn storage(&self, account: &str) -> Option<&AccountContainers> {
        self.accounts.get(account)
    }

    fn service_properties(
        storage: &AccountContainers,
    ) -> Option<MutexGuard<'_, ServiceProperties>> {
        Some(storage.service_properties().lock())
    }

    fn has_cors_rules(&self) -> bool {
        self.accounts
            .values()
            .any(|account| account.service_properties().has_cors_rules())
    }

    fn target(address: &Address, query: &Query) -> ServiceResult<BlobTarget> {
        Ok(BlobTarget::of(address, query))
    }

    fn operation(head: &Head, query: &Query, target: &BlobTarget) -> ServiceResult<BlobOperation> {
        BlobOperation::of(head, query, target)
    }

    fn stored_policy(
        storage: &AccountContainers,
        target: &BlobTarget,
        id: &str,
    ) -> Option<StoredPolicy> {
        let container = storage.find(target.container.as_deref()?)?;
        let state = container.lock();
        let mut policies = state.properties.policies.iter();
        policies.find(|policy| policy.id == id).cloned()
    }

    fn check_anonymous(
        storage: &AccountContainers,
        target: &BlobTarget,
        operation: BlobOperation,
    ) -> ServiceResult<()> {
        let name = target.container.as_deref();
        let container = name.and_then(|name| storage.find(name));
        let access = container.map(|container| container.lock().properties.public_access);
        public_access::check(operation.public(), access)
    }

    fn run(
        operation: BlobOperation,
        call: &BlobCall<'_>,
        body: &mut Body<'_>,
    ) -> ServiceResult<Response> {
        dispatch::run(operation, call, body)
    }
}
