//! The source of a copy that is an object of this service. `foreign_source.rs` has the sources on
//! other servers.

use super::call::Call;
use super::conditions;
use super::etag::EntityTag;
use super::handler::ParsedRequest;
use super::operations::{Operation, Operations};
use super::range::{self, RequestedRange};
use crate::emulator::auth::Grant;
use crate::emulator::clock::Moment;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::address::Address;
use crate::emulator::http::fetch::Url;
use crate::emulator::http::head::{Head, ParsedHead};
use crate::emulator::http::query::Query;
use crate::emulator::version::ApiVersion;

/// A source URL is at most so long.
const URL_BYTES_MAX: usize = 2048;

/// The request that would read a source of this very service.
pub struct OwnSource<S: Operations> {
    head: Head,
    query: Query,
    address: Address,
    /// The object that the URL names.
    pub target: S::Target,
}

/// The URL of `x-ms-copy-source`.
pub fn url<S: Operations>(call: &Call<'_, S>) -> ServiceResult<Url> {
    let text = call.head.required("x-ms-copy-source")?;
    let url = Url::parse(text).filter(|_| text.len() <= URL_BYTES_MAX);
    url.ok_or_else(|| Refusal::invalid_header("x-ms-copy-source", text))
}

/// `x-ms-source-range`; `None` for all of the source.
pub fn range<S: Operations>(call: &Call<'_, S>) -> ServiceResult<Option<RequestedRange>> {
    let name = "x-ms-source-range";
    let text = call.head.header(name).filter(|text| !text.is_empty());
    text.map(|text| range::parse(text).ok_or_else(|| Refusal::invalid_header(name, text)))
        .transpose()
}

/// A source whose bytes cannot be read any more.
#[expect(clippy::needless_pass_by_value, reason = "map_err passes the value")]
pub fn unreadable(error: std::io::Error) -> Refusal {
    Refusal::internal(format!("The source cannot be read: {error}."))
}

/// The refusal of a copy whose source was refused like this. The status is the source's.
pub fn cannot_verify<S: Operations>(call: &Call<'_, S>, refusal: Refusal) -> Refusal {
    let detail = refusal
        .details
        .into_iter()
        .find(|(name, _)| *name == "AuthenticationErrorDetail");
    let mut shown = source_error(
        call.version,
        refusal.status,
        (refusal.status, &refusal.code),
        &refusal.message,
    );
    shown.details.extend(detail);
    shown
}

/// `CannotVerifyCopySource` with this status, and status, code and message of the source's answer.
/// Since 2024-08-04 the answer repeats them in elements and headers of its own.
pub fn source_error(
    version: ApiVersion,
    status: u16,
    (source_status, source_code): (u16, &str),
    message: &str,
) -> Refusal {
    let mut refusal = Refusal::new(status, "CannotVerifyCopySource", message.to_owned());
    if !version.since(2024, 8, 4) {
        return refusal;
    }
    refusal = refusal
        .with("CopySourceStatusCode", source_status.to_string())
        .with_header("x-ms-copy-source-status-code", source_status.to_string());
    if !source_code.is_empty() {
        refusal = refusal
            .with("CopySourceErrorCode", source_code)
            .with_header("x-ms-copy-source-error-code", source_code);
    }
    refusal.with("CopySourceErrorMessage", message)
}

/// Checks the `x-ms-source-if-*` conditions for a source of this version.
pub fn check_conditions<S: Operations>(
    call: &Call<'_, S>,
    etag: impl EntityTag,
    last_modified: Moment,
) -> ServiceResult<()> {
    let is_range = copies_range(call);
    conditions::check_source(call.head, (etag, last_modified), is_range).map_err(|refusal| {
        if is_range {
            cannot_verify(call, refusal)
        } else {
            refusal
        }
    })
}

/// Whether the request copies a range: Put Block From URL, Put Page From URL and Append Block From
/// URL have `comp`.
pub fn copies_range<S: Operations>(call: &Call<'_, S>) -> bool {
    call.query.filled("comp").is_some()
}

impl<S: Operations> OwnSource<S> {
    /// The source, when the URL names an object of this service; `None` when another server has it.
    pub fn of(call: &Call<'_, S>, url: &Url) -> ServiceResult<Option<Self>> {
        let authorization = call.head.header("x-ms-copy-source-authorization");
        let line = authorization
            .map(|value| format!("Authorization: {value}\r\n"))
            .unwrap_or_default();
        let text = format!(
            "GET {} HTTP/1.1\r\nHost: {}\r\nx-ms-version: {}\r\n{line}\r\n",
            url.target, url.authority, call.version
        );
        let Ok(ParsedHead::Whole(head, _)) = Head::parse(text.as_bytes()) else {
            return Err(Refusal::invalid_header("x-ms-copy-source", &url.target));
        };
        let query = Query::parse(head.raw_query());
        let Ok(address) = Address::of(&head, S::NAMES.label) else {
            return Ok(None);
        };
        let Ok(target) = S::target(&address, &query) else {
            return Ok(None);
        };
        let port = |authority: &str| authority.rsplit_once(':').map(|(_, port)| port.to_owned());
        let same_port = port(&url.authority) == port(call.head.header_or_empty("host"));
        let is_own = same_port
            && (!address.path_style || url.is_loopback())
            && call.resources.accounts.find(&address.account).is_ok();
        Ok(is_own.then_some(Self {
            head,
            query,
            address,
            target,
        }))
    }

    /// What the service stores for the source's account.
    pub fn storage<'s>(&self, call: &Call<'s, S>) -> ServiceResult<&'s S::Storage> {
        let storage = call.service.operations.storage(&self.address.account);
        storage.ok_or_else(|| Refusal::internal("The service has no storage for the account."))
    }

    /// The account that the URL names.
    pub fn account(&self) -> &str {
        &self.address.account
    }

    /// A parameter of the URL, if it is not empty.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query.filled(name)
    }

    /// The snapshot that the URL names.
    pub fn snapshot(&self) -> Option<&str> {
        self.query.filled("snapshot")
    }

    /// The version that the URL names.
    pub fn version_id(&self) -> Option<&str> {
        self.query.filled("versionid")
    }

    /// Authorizes the copy. The account's key or a token opens the account's own objects; other
    /// sources need a SAS or a token of their own, or public access.
    pub fn authorize(&self, call: &Call<'_, S>) -> ServiceResult<()> {
        let own_account = self.address.account == call.account.name
            && matches!(call.grant, Grant::Key(_) | Grant::Bearer(_));
        let has_credential =
            self.query.get("sig").is_some() || self.head.header("authorization").is_some();
        if own_account && !has_credential {
            return Ok(());
        }
        // A wrong signature and a missing permission are 403, whatever the source would answer.
        let forbidden = |refusal: Refusal| {
            cannot_verify(
                call,
                Refusal {
                    status: 403,
                    ..refusal
                },
            )
        };
        let request = ParsedRequest {
            head: &self.head,
            query: &self.query,
            version: call.version,
            peer: call.peer,
            now: call.now,
        };
        let grant = call
            .service
            .authorize(&request, &self.address, &self.target)
            .map_err(forbidden)?;
        let operation = S::SOURCE_OPERATION;
        grant.check(&operation.required()).map_err(forbidden)?;
        if matches!(grant, Grant::Anonymous) {
            S::check_anonymous(self.storage(call)?, &self.target, operation)
                .map_err(|refusal| cannot_verify(call, refusal))?;
        }
        Ok(())
    }
}
