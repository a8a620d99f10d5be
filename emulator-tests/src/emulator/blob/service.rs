//! The service's front: finds the account, has the request authorised, has it served, and adds what every answer carries.

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rustls::ClientConfig;

use super::call::Call;
use super::first_blobs::FirstBlobs;
use super::journal::Journal;
use super::journal::replay::replay;
use super::operation::{Operation, Public};
use super::state::{Account, Book, Container, PublicAccess};
use crate::emulator::auth::{self, Evidence, Grant, StoredPolicy};
use crate::emulator::behaviour::{Behaviour, SharedBehaviour};
use crate::emulator::clock::Moment;
use crate::emulator::digest;
use crate::emulator::error::{Answer, Refusal};
use crate::emulator::http::body::Body;
use crate::emulator::http::connection::{Handler, Peer};
use crate::emulator::http::head::Head;
use crate::emulator::http::query::Query;
use crate::emulator::http::response::{Labels, Response};
use crate::emulator::http::target::Target;
use crate::emulator::options::{Options, StoreChoice};
use crate::emulator::server::StartError;
use crate::emulator::store::{DirStore, FolderLock, MemoryStore, NullStore, Store};
use crate::emulator::tls;
use crate::emulator::version::ApiVersion;

/// Where clients are sent for a token.
const CHALLENGE: &str = "Bearer authorization_uri=https://login.microsoftonline.com/00000000-0000-0000-0000-000000000000/oauth2/authorize resource_id=https://storage.azure.com";

/// The Blob service of all accounts.
pub struct BlobService {
    /// Where bodies go.
    pub store: Box<dyn Store>,
    /// Check the checksums of uploads.
    pub verify: bool,
    /// Whom copy sources under HTTPS must be certified by.
    pub trust: Option<Arc<ClientConfig>>,
    /// The service's habits, exchangeable at any time.
    pub behaviour: SharedBehaviour,
    accounts: HashMap<String, Account>,
    journal: Option<Arc<Journal>>,
    /// Held until the service is closed.
    folder_lock: Mutex<Option<FolderLock>>,
    issuer_key: Option<Vec<u8>>,
    unsigned_tokens: bool,
    /// What is there from the start.
    first_blobs: FirstBlobs,
    requests: AtomicU64,
    listings: AtomicU64,
}

/// A request as it came, with its version found.
struct Incoming<'a> {
    head: &'a Head,
    query: &'a Query,
    version: ApiVersion,
    peer: &'a Peer,
}

impl BlobService {
    /// A service with the accounts and store of the options.
    pub fn new(options: &Options, behaviour: SharedBehaviour) -> Result<Self, StartError> {
        let accounts = options.accounts().into_iter().map(|option| {
            let keys = [Some(&option.key), option.second_key.as_ref()];
            let keys = keys.into_iter().flatten().map(|key| {
                digest::from_base64(key).ok_or_else(|| {
                    StartError::Options(format!("a key of account `{}` is not base64", option.name))
                })
            });
            let keys = keys.collect::<Result<_, _>>()?;
            Ok((option.name.clone(), Account::new(option.name, keys)))
        });
        let mut accounts: HashMap<String, Account> = accounts.collect::<Result<_, StartError>>()?;
        let mut folder_lock = None;
        let (store, journal): (Box<dyn Store>, _) = match &options.store {
            StoreChoice::Memory => (Box::new(MemoryStore::new(options.memory_bytes_max)), None),
            StoreChoice::Null => (Box::new(NullStore), None),
            StoreChoice::Folder(folder) => {
                let refused = |error: io::Error| {
                    StartError::Options(format!(
                        "cannot use the folder `{}`: {error}",
                        folder.display()
                    ))
                };
                folder_lock = Some(FolderLock::take(folder).map_err(refused)?);
                let (store, journal) = open_folder(folder, &mut accounts).map_err(refused)?;
                (Box::new(store), Some(journal))
            }
        };
        let service = Self {
            store,
            journal,
            folder_lock: Mutex::new(folder_lock),
            verify: options.verify,
            trust: tls::trust(options.trust.as_deref())?,
            behaviour,
            accounts,
            issuer_key: options.issuer_key.clone(),
            unsigned_tokens: options.unsigned_tokens,
            first_blobs: FirstBlobs::of(options),
            requests: AtomicU64::new(Moment::now().ticks()),
            listings: AtomicU64::new(0),
        };
        service.add_first_blobs()?;
        Ok(service)
    }

    /// Empties all accounts and adds again what is there from the start.
    pub fn reset(&self) -> Result<(), StartError> {
        let now = Moment::now();
        for account in self.accounts.values() {
            account.clear(now);
        }
        self.add_first_blobs()
    }

    /// Leaves what outlives the service as it is, and gives the folder to whoever comes next. What a
    /// connection's thread that is still at work writes from now on is answered with an error.
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

    fn add_first_blobs(&self) -> Result<(), StartError> {
        let first = self.accounts.get(&self.first_blobs.account);
        first.map_or(Ok(()), |account| {
            self.first_blobs.add(account, &*self.store)
        })
    }

    /// The account of this name.
    pub fn account(&self, name: &str) -> Answer<&Account> {
        self.accounts.get(name).ok_or_else(|| {
            Refusal::new(
                404,
                "ResourceNotFound",
                format!("The emulator has no account `{name}`."),
            )
        })
    }

    /// Finds out who sent a request, or would send it.
    pub fn authorize(
        &self,
        head: &Head,
        query: &Query,
        target: &Target,
        version: ApiVersion,
        peer: &Peer,
        now: Moment,
    ) -> Answer<Grant> {
        let account = self.account(&target.account)?;
        let policy = |id: &str| -> Option<StoredPolicy> {
            let container = account.find(target.container.as_deref()?)?;
            let state = container.lock();
            state
                .facts
                .policies
                .iter()
                .find(|policy| policy.id == id)
                .cloned()
        };
        let issuer_key = self.issuer_key.as_deref();
        auth::authorize(&Evidence {
            head,
            query,
            target,
            version,
            keys: &account.keys,
            issuer_key,
            unsigned_tokens: self.unsigned_tokens,
            peer,
            now,
            policy: &policy,
        })
    }

    fn answer(
        &self,
        head: &Head,
        body: &mut Body<'_>,
        peer: &Peer,
        times: (Arc<Behaviour>, Moment),
        labels: &mut Labels,
    ) -> Answer<Response> {
        let query = Query::parse(head.raw_query());
        let version = version_of(head, &query)?;
        knows(&times.0, head, version)?;
        let incoming = Incoming {
            head,
            query: &query,
            version,
            peer,
        };
        self.admit(&incoming, times, labels, |operation, call| {
            operation.run(call, body)
        })
    }

    /// The answer to one request of a batch: `serve` says how the operation is served.
    pub fn answer_in_batch(
        &self,
        batch: &Call<'_>,
        head: &Head,
        serve: impl FnOnce(Operation, &Call<'_>) -> Answer<Response>,
    ) -> Response {
        let query = Query::parse(head.raw_query());
        let incoming = Incoming {
            head,
            query: &query,
            version: batch.version,
            peer: batch.peer,
        };
        let times = (Arc::clone(&batch.behaviour), batch.now);
        let request_id = self.new_guid();
        let mut response = self
            .admit(&incoming, times, &mut Labels::default(), serve)
            .unwrap_or_else(|refusal| {
                Response::refused(&refusal, &request_id, &batch.now.iso8601())
            });
        response.set("x-ms-request-id", request_id);
        response.set("x-ms-version", batch.version.to_string());
        response.set("Server", "Windows-Azure-Blob/1.0 azring-emulator");
        response
    }

    /// Finds out what a request is for and whether it is allowed, and has it served.
    fn admit(
        &self,
        incoming: &Incoming<'_>,
        times: (Arc<Behaviour>, Moment),
        labels: &mut Labels,
        serve: impl FnOnce(Operation, &Call<'_>) -> Answer<Response>,
    ) -> Answer<Response> {
        let Incoming {
            head,
            query,
            version,
            peer,
        } = *incoming;
        let (behaviour, now) = times;
        let container_wanted = query
            .get("restype")
            .is_some_and(|restype| restype.eq_ignore_ascii_case("container"));
        let target = Target::of(head, container_wanted)?;
        let account = self.account(&target.account)?;
        if behaviour.https_only && !peer.secure {
            return Err(Refusal::new(
                400,
                "AccountRequiresHttps",
                "The account being accessed does not support http.",
            ));
        }
        let operation = Operation::of(head, query, &target)?;
        labels.operation = operation.name();
        let grant = self.authorize(head, query, &target, version, peer, now)?;
        labels.auth = grant.name();
        grant.may(&operation.need())?;
        if matches!(grant, Grant::Anonymous) {
            let container = target
                .container
                .as_deref()
                .and_then(|name| account.find(name));
            check_public(
                operation,
                container.map(|container| container.lock().facts.public_access),
            )?;
        }
        if target.secondary && operation.writes() {
            return Err(Refusal::new(
                403,
                "WriteOperationNotSupportedOnSecondary",
                "Write operations are not supported on the secondary location.",
            ));
        }
        let call = Call {
            service: self,
            account,
            head,
            query,
            target: &target,
            version,
            grant: &grant,
            peer,
            behaviour,
            now,
        };
        let answer = serve(operation, &call);
        match self.journal.as_ref().and_then(|journal| journal.broken()) {
            Some(path) if operation.writes() => Err(Refusal::internal(format!(
                "The emulator's journal `{}` cannot be written.",
                path.display()
            ))),
            _ => answer,
        }
    }

    /// The number of this listing since the start, from 1.
    pub fn next_listing(&self) -> u64 {
        self.listings.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// An id that nothing else has: of a request, a lease, a copy.
    pub fn new_guid(&self) -> String {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        let mixed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        format!(
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            mixed >> 32,
            mixed >> 16 & 0xffff,
            mixed & 0xffff,
            0x8000 | number >> 48,
            number & 0xffff_ffff_ffff
        )
    }
}

impl Drop for BlobService {
    fn drop(&mut self) {
        self.close();
    }
}

/// Opens a folder store: what it remembers goes back into the accounts.
fn open_folder(
    folder: &Path,
    accounts: &mut HashMap<String, Account>,
) -> io::Result<(DirStore, Arc<Journal>)> {
    let store = DirStore::open(&folder.join("bodies"))?;
    let path = folder.join("journal.jsonl");
    let remembered = replay(&path, &store)?;
    let mut containers = Vec::new();
    let mut records = Vec::new();
    for one in remembered {
        let container = Container::restore(one.facts, one.blobs);
        records.extend(container.lock().records(&one.account, &one.name));
        containers.push((one.account, one.name, container));
    }
    let journal = Arc::new(Journal::begin(&path, &records)?);
    for account in accounts.values_mut() {
        account.journal = Some(Arc::clone(&journal));
    }
    for (account, name, mut container) in containers {
        // Containers of accounts that are not served this time stay in the journal.
        let Some(owner) = accounts.get(&account) else {
            continue;
        };
        container.keep_book(Book {
            journal: Arc::clone(&journal),
            account,
            container: name.clone(),
        });
        owner.restore(&name, container);
    }
    Ok((store, journal))
}

impl Handler for BlobService {
    fn serve(&self, head: &Head, body: &mut Body<'_>, peer: &Peer) -> Response {
        let behaviour = Arc::clone(
            &self
                .behaviour
                .read()
                .unwrap_or_else(PoisonError::into_inner),
        );
        let now = Moment::now().plus_ms(behaviour.clock_ahead_ms);
        let request_id = self.new_guid();
        let mut labels = Labels::default();
        let mut response = match self.answer(head, body, peer, (behaviour, now), &mut labels) {
            Ok(response) => response,
            Err(refusal) => {
                let refused = Response::refused(&refusal, &request_id, &now.iso8601());
                if head.method() == "HEAD" {
                    refused.without_document()
                } else {
                    refused
                }
            }
        };
        response.labels = Labels {
            code: response.labels.code.take(),
            ..labels
        };
        if response.status == 401 {
            response.set("WWW-Authenticate", CHALLENGE);
        }
        response.set("Server", "Windows-Azure-Blob/1.0 azring-emulator");
        response.set("x-ms-request-id", request_id);
        if let Some(id) = head.header("x-ms-client-request-id") {
            response.set("x-ms-client-request-id", id);
        }
        if let Some(version) = head.header("x-ms-version") {
            response.set(
                "x-ms-version",
                ApiVersion::parse(version)
                    .unwrap_or(ApiVersion::NEWEST)
                    .to_string(),
            );
        }
        response.set("Date", now.rfc1123());
        response
    }

    fn refuse(&self, refusal: &Refusal) -> Response {
        let now = Moment::now();
        let request_id = self.new_guid();
        Response::refused(refusal, &request_id, &now.iso8601())
            .header("x-ms-request-id", request_id)
            .header("Date", now.rfc1123())
    }
}

/// A service that knows less refuses what it does not know: newer versions, and headers that a version does not have.
fn knows(behaviour: &Behaviour, head: &Head, version: ApiVersion) -> Answer<()> {
    if let Some(newest) = ApiVersion::parse(&behaviour.newest_version)
        && version > newest
    {
        let mut refusal = Refusal::invalid_header("x-ms-version", &version.to_string());
        if behaviour.names_version {
            refusal.message = format!("The versions up to {newest} are supported.").into();
        }
        return Err(refusal);
    }
    let since_2019 = ["x-ms-content-crc64", "x-ms-range-get-content-crc64"];
    let mut headers = since_2019.into_iter();
    let Some(name) = headers.find(|name| head.header(name).is_some()) else {
        return Ok(());
    };
    if behaviour.no_crc64 {
        return Err(Refusal::new(
            500,
            "FeatureNotSupported",
            format!("{name} header or parameter is not supported."),
        ));
    }
    if !version.since(2019, 2, 2) {
        return Err(Refusal::new(
            400,
            "UnsupportedHeader",
            "One of the HTTP headers specified in the request is not supported.",
        )
        .with("HeaderName", name));
    }
    Ok(())
}

/// The header's version, else that of the SAS, else the oldest.
fn version_of(head: &Head, query: &Query) -> Answer<ApiVersion> {
    if let Some(text) = head.header("x-ms-version") {
        return ApiVersion::parse(text)
            .ok_or_else(|| Refusal::invalid_header("x-ms-version", text));
    }
    let from_sas = query.get("api-version").or_else(|| query.get("sv"));
    Ok(from_sas
        .and_then(ApiVersion::parse)
        .unwrap_or(ApiVersion::OLDEST))
}

/// The service hides private containers from anonymous callers behind a 404.
pub fn check_public(operation: Operation, access: Option<PublicAccess>) -> Answer<()> {
    let open = matches!(
        (operation.public(), access),
        (
            Public::Blob,
            Some(PublicAccess::Blob | PublicAccess::Container)
        ) | (Public::Container, Some(PublicAccess::Container))
    );
    if open {
        return Ok(());
    }
    if operation.public() == Public::Never {
        return Err(Refusal::new(
            401,
            "NoAuthenticationInformation",
            "Server failed to authenticate the request. Please refer to the information in the www-authenticate header.",
        ));
    }
    Err(Refusal::new(
        404,
        "ResourceNotFound",
        "The specified resource does not exist.",
    ))
}
