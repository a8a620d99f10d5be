//! The source of a copy: an object of this service, or whatever another server sends for a GET.

use bytes::Bytes;

use super::call::Call;
use super::conditions;
use super::content_properties::ContentProperties;
use super::etag::ETag;
use super::handler::ParsedRequest;
use super::metadata::Metadata;
use super::operations::{Operation, Operations};
use super::range;
use crate::emulator::auth::Grant;
use crate::emulator::clock::Moment;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::address::Address;
use crate::emulator::http::fetch::{self, Fetched, Url};
use crate::emulator::http::head::{Head, ParsedHead};
use crate::emulator::http::query::Query;

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

/// What another server sent.
pub struct ForeignSource {
    /// Its content headers.
    pub properties: ContentProperties,
    /// Its metadata.
    pub metadata: Metadata,
    /// All of its bytes.
    pub bytes: Bytes,
}

/// The URL of `x-ms-copy-source`.
pub fn url<S: Operations>(call: &Call<'_, S>) -> ServiceResult<Url> {
    let text = call.head.required("x-ms-copy-source")?;
    let url = Url::parse(text).filter(|_| text.len() <= URL_BYTES_MAX);
    url.ok_or_else(|| Refusal::invalid_header("x-ms-copy-source", text))
}

/// `x-ms-source-range` of a source of this length, or all of it: offset and length.
pub fn range<S: Operations>(call: &Call<'_, S>, length: u64) -> ServiceResult<(u64, u64)> {
    let Some(text) = call
        .head
        .header("x-ms-source-range")
        .filter(|text| !text.is_empty())
    else {
        return Ok((0, length));
    };
    range::parse(text)
        .ok_or_else(|| Refusal::invalid_header("x-ms-source-range", text))?
        .within(length)
}

/// A source whose bytes cannot be read any more.
#[expect(clippy::needless_pass_by_value, reason = "map_err passes the value")]
pub fn unreadable(error: std::io::Error) -> Refusal {
    Refusal::internal(format!("The source cannot be read: {error}."))
}

/// A source that does not exist.
pub fn cannot_verify(refusal: Refusal) -> Refusal {
    Refusal::new(404, "CannotVerifyCopySource", refusal.message)
}

/// Checks the `x-ms-source-if-*` conditions for a source of this version.
pub fn check_conditions<S: Operations>(
    call: &Call<'_, S>,
    etag: ETag,
    last_modified: Moment,
) -> ServiceResult<()> {
    // Requests with `comp` copy a range: Put Block From URL, Put Page From URL, Append Block From
    // URL.
    let is_range = call.query.filled("comp").is_some();
    conditions::check_source(call.head, (etag, last_modified), is_range)
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

    /// The snapshot that the URL names.
    pub fn snapshot(&self) -> Option<&str> {
        self.query.filled("snapshot")
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
        let forbidden = |refusal: Refusal| {
            let detail = refusal
                .details
                .into_iter()
                .find(|(name, _)| *name == "AuthenticationErrorDetail");
            let mut shown = Refusal::new(403, "CannotVerifyCopySource", refusal.message);
            shown.details.extend(detail);
            shown
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
                .map_err(cannot_verify)?;
        }
        Ok(())
    }
}

impl ForeignSource {
    /// Fetches the source from its server.
    pub fn fetch<S: Operations>(call: &Call<'_, S>, url: &Url) -> ServiceResult<Self> {
        let mut headers = vec![("x-ms-version", call.version.to_string())];
        if let Some(value) = call.head.header("x-ms-copy-source-authorization") {
            headers.push(("Authorization", value.to_owned()));
        }
        let trust = call.resources.trust.as_ref();
        let fetched = fetch::get(url, &headers, trust).map_err(|error| {
            Refusal::new(
                404,
                "CannotVerifyCopySource",
                format!("The source cannot be reached: {error}."),
            )
        })?;
        if fetched.status != 200 {
            let status = if (400..500).contains(&fetched.status) {
                fetched.status
            } else {
                404
            };
            return Err(Refusal::new(
                status,
                "CannotVerifyCopySource",
                format!("The source answered with status {}.", fetched.status),
            ));
        }
        let modified = fetched
            .header("last-modified")
            .and_then(Moment::parse_rfc1123)
            .unwrap_or(call.now);
        check_conditions(call, ETag::next(), modified)?;
        Ok(Self {
            properties: properties_of(&fetched),
            metadata: metadata_of(&fetched),
            bytes: Bytes::from(fetched.body),
        })
    }
}

fn properties_of(fetched: &Fetched) -> ContentProperties {
    let text = |name| fetched.header(name).unwrap_or_default().to_owned();
    let content_type = fetched
        .header("content-type")
        .unwrap_or("application/octet-stream")
        .to_owned();
    ContentProperties {
        content_type,
        content_encoding: text("content-encoding"),
        content_language: text("content-language"),
        content_md5: text("content-md5"),
        cache_control: text("cache-control"),
        content_disposition: text("content-disposition"),
    }
}

fn metadata_of(fetched: &Fetched) -> Metadata {
    let pair = |(name, value): &(String, String)| {
        let name = name.to_ascii_lowercase();
        Some((name.strip_prefix("x-ms-meta-")?.to_owned(), value.clone()))
    };
    fetched.headers.iter().filter_map(pair).collect()
}
