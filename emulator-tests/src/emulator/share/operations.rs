//! The File service as an implementation of [`Operations`].

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::sync::MutexGuard;

use super::call::ShareCall;
use super::dispatch;
use super::initial_files::InitialFiles;
use super::journal::ShareRecord;
use super::operation::ShareOperation;
use super::storage::{AccountShares, restore};
use super::target::ShareTarget;
use crate::emulator::auth::StoredPolicy;
use crate::emulator::clock::Moment;
use crate::emulator::error::{Refusal, ServiceResult};
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

/// The state of the File service.
pub struct ShareOperations {
    accounts: HashMap<String, AccountShares>,
    initial_files: InitialFiles,
}

impl Operations for ShareOperations {
    const NAMES: ServiceNames = ServiceNames {
        label: "file",
        sas_letter: 'f',
        server: "Windows-Azure-File/1.0 azring-emulator",
        key_signature: KeySignature::WithHeaders,
        tokens_since: TokensSince {
            data: ApiVersion::new(2022, 11, 2),
            account: ApiVersion::new(2024, 11, 4),
        },
    };
    const SOURCE_OPERATION: ShareOperation = ShareOperation::GetFile;

    type Operation = ShareOperation;
    type Target = ShareTarget;
    type Storage = AccountShares;
    type Record = ShareRecord;

    fn new(options: &Options, accounts: &Accounts, journal: Option<&ServiceJournal>) -> Self {
        let accounts = accounts.names().map(|name| {
            let shares = AccountShares::new(name.to_owned(), journal.cloned());
            (name.to_owned(), shares)
        });
        Self {
            accounts: accounts.collect(),
            initial_files: InitialFiles::of(options),
        }
    }

    fn restore(
        &self,
        records: Vec<ShareRecord>,
        recovery: &mut Recovery,
    ) -> io::Result<Vec<ShareRecord>> {
        let mut kept = Vec::new();
        let mut documents = BTreeMap::new();
        for record in &records {
            if let ShareRecord::ServiceProperties(account, document) = record {
                documents.insert(account.clone(), document.clone());
            }
        }
        for (account, document) in documents {
            if document.is_empty() {
                continue;
            }
            if let Some(owner) = self.accounts.get(&account) {
                owner.service_properties().restore(&document)?;
            }
            kept.push(ShareRecord::ServiceProperties(account, document));
        }
        for restored in restore(records, recovery)? {
            kept.extend(restored.state.records(&restored.path));
            if let Some(owner) = self.accounts.get(&restored.path.account) {
                owner.restore(&restored.path.share, restored.state);
            }
        }
        Ok(kept)
    }

    fn add_initial(&self, store: &dyn Store) -> Result<(), StartError> {
        let first = self.accounts.get(&self.initial_files.account);
        first.map_or(Ok(()), |account| self.initial_files.add(account, store))
    }

    fn clear(&self, now: Moment) {
        for account in self.accounts.values() {
            account.clear(now);
        }
    }

    fn storage(&self, account: &str) -> Option<&AccountShares> {
        self.accounts.get(account)
    }

    fn service_properties(storage: &AccountShares) -> Option<MutexGuard<'_, ServiceProperties>> {
        Some(storage.service_properties().lock())
    }

    fn has_cors_rules(&self) -> bool {
        self.accounts
            .values()
            .any(|account| account.service_properties().has_cors_rules())
    }

    fn target(address: &Address, _query: &Query) -> ServiceResult<ShareTarget> {
        Ok(ShareTarget::of(address))
    }

    fn operation(
        head: &Head,
        query: &Query,
        target: &ShareTarget,
    ) -> ServiceResult<ShareOperation> {
        ShareOperation::of(head, query, target)
    }

    fn stored_policy(
        storage: &AccountShares,
        target: &ShareTarget,
        id: &str,
    ) -> Option<StoredPolicy> {
        let share = storage.find(target.share.as_deref()?)?;
        let state = share.lock();
        let mut policies = state.properties().policies.iter();
        policies.find(|policy| policy.id == id).cloned()
    }

    /// The File service has no public access.
    fn check_anonymous(
        _storage: &AccountShares,
        _target: &ShareTarget,
        _operation: ShareOperation,
    ) -> ServiceResult<()> {
        Err(Refusal::no_authentication_information())
    }

    fn run(
        operation: ShareOperation,
        call: &ShareCall<'_>,
        body: &mut Body<'_>,
    ) -> ServiceResult<Response> {
        dispatch::run(operation, call, body)
    }
}
