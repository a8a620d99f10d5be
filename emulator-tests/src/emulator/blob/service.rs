//! The service's front: finds the account, has the request authorised, has it served, and adds what every answer carries.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::super::auth::{Evidence, Grant, StoredPolicy, authorize};
use super::super::clock::Moment;
use super::super::digest;
use super::super::error::{Answer, Refusal};
use super::super::http::body::Body;
use super::super::http::connection::{Handler, Peer};
use super::super::http::head::Head;
use super::super::http::query::Query;
use super::super::http::response::{Labels, Response};
use super::super::http::target::Target;
use super::super::options::{Options, StoreChoice};
use super::super::server::StartError;
use super::super::store::{Extent, MemoryStore, NullStore, Store};
use super::super::version::ApiVersion;
use super::call::Call;
use super::operation::{Operation, Public};
use super::state::{Account, Blob, Block, BlockList, Container, Content, Properties, PublicAccess};

/// The Blob service of all accounts.
pub struct BlobService {
    /// Where bodies go.
    pub store: Box<dyn Store>,
    /// Check the checksums of uploads.
    pub verify: bool,
    accounts: HashMap<String, Account>,
    requests: AtomicU64,
}

impl BlobService {
    /// A service with the accounts and store of the options.
    pub fn new(options: &Options) -> Result<Self, StartError> {
        let store: Box<dyn Store> = match options.store {
            StoreChoice::Memory => Box::new(MemoryStore::new(options.memory_bytes_max)),
            StoreChoice::Null => Box::new(NullStore),
        };
        let accounts = options.accounts().into_iter().map(|option| {
            let key = digest::from_base64(&option.key).ok_or_else(|| {
                StartError::Options(format!(
                    "the key of account `{}` is not base64",
                    option.name
                ))
            })?;
            Ok((option.name.clone(), Account::new(option.name, key)))
        });
        let service = Self {
            store,
            verify: options.verify,
            accounts: accounts.collect::<Result<_, StartError>>()?,
            requests: AtomicU64::new(Moment::now().ticks()),
        };
        service.add_pattern_blobs(options)?;
        Ok(service)
    }

    fn add_pattern_blobs(&self, options: &Options) -> Result<(), StartError> {
        let Some(account) = options
            .accounts()
            .first()
            .and_then(|first| self.accounts.get(&first.name))
        else {
            return Ok(());
        };
        if self.store.keeps_bytes() && !options.pattern_blobs.is_empty() {
            return Err(StartError::Options(
                "pattern blobs need the store `null`".to_owned(),
            ));
        }
        let now = Moment::now();
        for pattern in &options.pattern_blobs {
            let container = match account.find(&pattern.container) {
                Some(container) => container,
                None => account
                    .create(
                        &pattern.container,
                        Container::new(Vec::new(), PublicAccess::Private, now),
                    )
                    .map_err(|refusal| StartError::Options(refusal.message.into_owned()))?,
            };
            let block = Block {
                id: String::new(),
                extent: Extent::Pattern(pattern.length),
            };
            let content = Content::Block(Arc::new(BlockList::new(vec![block])));
            let properties = Properties {
                content_type: "application/octet-stream".to_owned(),
                ..Properties::default()
            };
            container.lock().slot(&pattern.blob).base =
                Some(Blob::new(content, properties, Vec::new(), now));
        }
        Ok(())
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

    fn answer(
        &self,
        head: &Head,
        body: &mut Body<'_>,
        peer: &Peer,
        now: Moment,
        labels: &mut Labels,
    ) -> Answer<Response> {
        let query = Query::parse(head.raw_query());
        let container_wanted = query
            .get("restype")
            .is_some_and(|restype| restype.eq_ignore_ascii_case("container"));
        let target = Target::of(head, container_wanted)?;
        let version = version_of(head, &query)?;
        let account = self.account(&target.account)?;
        let operation = Operation::of(head, &query, &target)?;
        labels.operation = operation.name();
        let container = target
            .container
            .as_deref()
            .and_then(|name| account.find(name));
        let policy = |id: &str| -> Option<StoredPolicy> {
            container
                .as_ref()?
                .lock()
                .policies
                .iter()
                .find(|policy| policy.id == id)
                .cloned()
        };
        let evidence = Evidence {
            head,
            query: &query,
            target: &target,
            version,
            key: &account.key,
            peer,
            now,
            policy: &policy,
        };
        let grant = authorize(&evidence)?;
        labels.auth = grant.name();
        grant.may(&operation.need())?;
        if matches!(grant, Grant::Anonymous) {
            let access = container
                .as_ref()
                .map(|container| container.lock().public_access);
            check_public(operation, access)?;
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
            query: &query,
            target: &target,
            version,
            grant: &grant,
            secure: peer.secure,
            now,
        };
        operation.run(&call, body)
    }

    fn request_id(&self) -> String {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        format!(
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            number >> 32,
            number >> 16 & 0xffff,
            number & 0xffff,
            0,
            number & 0xffff_ffff_ffff
        )
    }
}

impl Handler for BlobService {
    fn serve(&self, head: &Head, body: &mut Body<'_>, peer: &Peer) -> Response {
        let now = Moment::now();
        let request_id = self.request_id();
        let mut labels = Labels::default();
        let mut response = match self.answer(head, body, peer, now, &mut labels) {
            Ok(response) => response,
            Err(refusal) => Response::refused(&refusal, &request_id, &now.iso8601()),
        };
        response.labels = Labels {
            code: response.labels.code.take(),
            ..labels
        };
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
        let request_id = self.request_id();
        Response::refused(refusal, &request_id, &now.iso8601())
            .header("x-ms-request-id", request_id)
            .header("Date", now.rfc1123())
    }
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
fn check_public(operation: Operation, access: Option<PublicAccess>) -> Answer<()> {
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
    if operation.writes() || operation.public() == Public::Never {
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
