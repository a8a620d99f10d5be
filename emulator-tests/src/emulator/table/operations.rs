//! The Table service as an implementation of [`Operations`].

use std::collections::HashMap;
use std::io;
use std::sync::MutexGuard;

use super::call::TableCall;
use super::dispatch;
use super::error;
use super::journal::TableRecord;
use super::operation::TableOperation;
use super::storage::{AccountTables, TableState, restore};
use super::target::TableTarget;
use crate::emulator::auth::StoredPolicy;
use crate::emulator::clock::Moment;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::address::Address;
use crate::emulator::http::body::Body;
use crate::emulator::http::head::Head;
use crate::emulator::http::query::Query;
use crate::emulator::http::response::Response;
use crate::emulator::options::Options;
use crate::emulator::pattern_table::PatternTable;
use crate::emulator::service::Operations;
use crate::emulator::service::accounts::Accounts;
use crate::emulator::service::journal::ServiceJournal;
use crate::emulator::service::recovery::Recovery;
use crate::emulator::service::service_properties::ServiceProperties;
use crate::emulator::service_names::{KeySignature, ServiceNames, TokensSince};
use crate::emulator::start_error::StartError;
use crate::emulator::store::Store;
use crate::emulator::version::ApiVersion;

/// The state of the Table service.
pub struct TableOperations {
    accounts: HashMap<String, AccountTables>,
    /// The account of the tables that exist from the start, and these tables.
    initial: (String, Vec<PatternTable>),
}

impl Operations for TableOperations {
    const NAMES: ServiceNames = ServiceNames {
        label: "table",
        sas_letter: 't',
        server: "Windows-Azure-Table/1.0 azring-emulator",
        key_signature: KeySignature::WithoutHeaders,
        tokens_since: TokensSince::version(ApiVersion::OLDEST),
    };
    const SOURCE_OPERATION: TableOperation = TableOperation::GetEntity;

    type Operation = TableOperation;
    type Target = TableTarget;
    type Storage = AccountTables;
    type Record = TableRecord;

    fn new(options: &Options, accounts: &Accounts, journal: Option<&ServiceJournal>) -> Self {
        let accounts = accounts.names().map(|name| {
            let tables = AccountTables::new(name.to_owned(), journal.cloned());
            (name.to_owned(), tables)
        });
        Self {
            accounts: accounts.collect(),
            initial: (
                options.accounts().swap_remove(0).name,
                options.pattern_tables.clone(),
            ),
        }
    }

    fn restore(
        &self,
        records: Vec<TableRecord>,
        _recovery: &mut Recovery,
    ) -> io::Result<Vec<TableRecord>> {
        let restored = restore(records);
        let mut kept = Vec::new();
        for (account, document) in restored.service_properties {
            if let Some(owner) = self.accounts.get(&account) {
                owner.service_properties().restore(&document)?;
            }
            kept.push(TableRecord::ServiceProperties(account, document));
        }
        for (path, state) in restored.tables {
            kept.extend(state.records(&path));
            if let Some(owner) = self.accounts.get(&path.account) {
                owner.restore(&path.table, state);
            }
        }
        Ok(kept)
    }

    /// Computed tables are never recorded.
    fn add_initial(&self, _store: &dyn Store) -> Result<(), StartError> {
        let (account, tables) = &self.initial;
        let account = self.accounts.get(account);
        for table in tables {
            let Some(account) = account else { break };
            let name = table.name.to_ascii_lowercase();
            if account.find(&name).is_none() {
                account.restore(&name, TableState::of_pattern(table, Moment::now()));
            }
        }
        Ok(())
    }

    fn clear(&self, now: Moment) {
        for account in self.accounts.values() {
            account.clear(now);
        }
    }

    fn storage(&self, account: &str) -> Option<&AccountTables> {
        self.accounts.get(account)
    }

    fn service_properties(storage: &AccountTables) -> Option<MutexGuard<'_, ServiceProperties>> {
        Some(storage.service_properties().lock())
    }

    fn has_cors_rules(&self) -> bool {
        let mut accounts = self.accounts.values();
        accounts.any(|account| account.service_properties().has_cors_rules())
    }

    fn target(address: &Address, query: &Query) -> ServiceResult<TableTarget> {
        TableTarget::of(&address.path, query)
    }

    fn operation(
        head: &Head,
        query: &Query,
        target: &TableTarget,
    ) -> ServiceResult<TableOperation> {
        TableOperation::of(head, query, target)
    }

    fn stored_policy(
        storage: &AccountTables,
        target: &TableTarget,
        id: &str,
    ) -> Option<StoredPolicy> {
        let table = storage.find(target.sas_table.as_deref()?)?;
        let state = table.lock();
        let mut policies = state.properties().policies.iter();
        policies.find(|policy| policy.id == id).cloned()
    }

    /// The Table service has no public access.
    fn check_anonymous(
        _storage: &AccountTables,
        _target: &TableTarget,
        _operation: TableOperation,
    ) -> ServiceResult<()> {
        Err(Refusal::no_authentication_information())
    }

    fn run(
        operation: TableOperation,
        call: &TableCall<'_>,
        body: &mut Body<'_>,
    ) -> ServiceResult<Response> {
        dispatch::run(operation, call, body)
    }

    fn refused(refusal: &Refusal, head: Option<&Head>, request_id: &str, time: &str) -> Response {
        error::response(refusal, head, request_id, time)
    }
}
