//! The traits that a service implements: its names, its addresses, its REST calls and its state.

use std::io;
use std::sync::MutexGuard;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::accounts::Accounts;
use super::call::Call;
use super::journal::ServiceJournal;
use super::recovery::Recovery;
use super::service_properties::ServiceProperties;
use crate::emulator::auth::{RequiredPermission, SignedTarget, StoredPolicy};
use crate::emulator::clock::Moment;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::address::Address;
use crate::emulator::http::body::Body;
use crate::emulator::http::head::Head;
use crate::emulator::http::query::Query;
use crate::emulator::http::response::Response;
use crate::emulator::options::Options;
use crate::emulator::service_names::ServiceNames;
use crate::emulator::start_error::StartError;
use crate::emulator::store::Store;

/// A REST call of a service.
pub trait Operation: Copy {
    /// The name in the request log and the counters, such as `PutBlock`.
    fn name(self) -> &'static str;

    /// The permission that a SAS must have.
    fn required(self) -> RequiredPermission;

    /// Whether the call changes anything.
    fn writes(self) -> bool;
}

/// One service: its state and what is particular about its requests.
pub trait Operations: Sized + Send + Sync + 'static {
    /// Its names.
    const NAMES: ServiceNames;
    /// The call that reads the source of a copy; its public access decides about anonymous sources.
    const SOURCE_OPERATION: Self::Operation;

    /// Its REST calls.
    type Operation: Operation;
    /// What a request addresses below the account, such as a container and a blob.
    type Target: SignedTarget;
    /// What it stores for one account.
    type Storage: Send + Sync;
    /// A change of its state in the journal.
    type Record: Serialize + DeserializeOwned;

    /// An empty service for these accounts. Its changes are written to the journal when there is
    /// one.
    fn new(options: &Options, accounts: &Accounts, journal: Option<&ServiceJournal>) -> Self;

    /// Applies the records of an earlier run, and returns the records that a new journal begins
    /// with.
    ///
    /// Records of accounts that are not served are among those returned, so that they are not lost.
    fn restore(
        &self,
        records: Vec<Self::Record>,
        recovery: &mut Recovery,
    ) -> io::Result<Vec<Self::Record>>;

    /// Adds the objects that exist from the start. Objects that exist already stay as they are.
    fn add_initial(&self, store: &dyn Store) -> Result<(), StartError>;

    /// Removes everything from all accounts.
    fn clear(&self, now: Moment);

    /// What it stores for an account; `None` for an account that it does not serve.
    fn storage(&self, account: &str) -> Option<&Self::Storage>;

    /// The service's properties for an account, locked; `None` for a service without any.
    fn service_properties(_storage: &Self::Storage) -> Option<MutexGuard<'_, ServiceProperties>> {
        None
    }

    /// Whether an account may have CORS rules, so that answers can depend on the origin.
    fn has_cors_rules(&self) -> bool {
        false
    }

    /// What a request addresses.
    fn target(address: &Address, query: &Query) -> ServiceResult<Self::Target>;

    /// Which call a request is.
    fn operation(
        head: &Head,
        query: &Query,
        target: &Self::Target,
    ) -> ServiceResult<Self::Operation>;

    /// The stored access policy of this id, if the target has one.
    fn stored_policy(
        storage: &Self::Storage,
        target: &Self::Target,
        id: &str,
    ) -> Option<StoredPolicy>;

    /// Refuses an anonymous request unless public access allows it.
    fn check_anonymous(
        storage: &Self::Storage,
        target: &Self::Target,
        operation: Self::Operation,
    ) -> ServiceResult<()>;

    /// Serves a call.
    fn run(
        operation: Self::Operation,
        call: &Call<'_, Self>,
        body: &mut Body<'_>,
    ) -> ServiceResult<Response>;

    /// The answer to a refused request, without the common headers. XML unless the service says
    /// otherwise. The head is absent if the connection or the fault plan refuses.
    fn refused(refusal: &Refusal, _head: Option<&Head>, request_id: &str, time: &str) -> Response {
        Response::refused(refusal, request_id, time)
    }
}
