//! The source of a copy: a blob of this service, or whatever another server sends. Authorised as a GET by its own URL.

use std::sync::{Arc, Weak};

use bytes::Bytes;

use super::call::Call;
use super::conditions;
use super::operation::Operation;
use super::range;
use super::service::check_public;
use super::state::{Block, BlockList, Content, ETag, Properties};
use crate::emulator::auth::{Grant, Level, Need};
use crate::emulator::clock::Moment;
use crate::emulator::digest::{Digester, Digests, Wanted};
use crate::emulator::error::{Answer, Refusal};
use crate::emulator::http::fetch::{self, Fetched, Url};
use crate::emulator::http::head::{Cut, Head};
use crate::emulator::http::payload::Piece;
use crate::emulator::http::query::Query;
use crate::emulator::http::target::Target;

/// A source URL is at most so long.
const URL_BYTES_MAX: usize = 2048;

/// A source that may be read.
pub struct Source {
    /// Bytes.
    pub length: u64,
    /// Its properties.
    pub properties: Properties,
    /// Its metadata.
    pub metadata: Vec<(String, String)>,
    /// It is a blob in the archive.
    pub archived: bool,
    /// Its URL without a signature.
    pub shown_url: String,
    /// This version of it, where it is a blob of ours.
    pub life: Option<Weak<()>>,
    bytes: Held,
}

enum Held {
    Ours(Content),
    Theirs(Bytes),
}

/// Opens what `x-ms-copy-source` names.
pub fn open(call: &Call<'_>) -> Answer<Source> {
    let text = call.head.required("x-ms-copy-source")?;
    let refuse = || Refusal::invalid_header("x-ms-copy-source", text);
    if text.len() > URL_BYTES_MAX {
        return Err(refuse());
    }
    let url = Url::parse(text).ok_or_else(refuse)?;
    match own_target(call, &url)? {
        Some((head, target)) => open_own(call, &head, &target, &url),
        None => open_other(call, &url),
    }
}

/// `x-ms-source-range` of a source, or all of it.
pub fn range(call: &Call<'_>, source: &Source) -> Answer<(u64, u64)> {
    let Some(text) = call
        .head
        .header("x-ms-source-range")
        .filter(|text| !text.is_empty())
    else {
        return Ok((0, source.length));
    };
    range::parse(text)
        .ok_or_else(|| Refusal::invalid_header("x-ms-source-range", text))?
        .within(source.length)
}

/// A source whose bytes cannot be read any more.
#[expect(
    clippy::needless_pass_by_value,
    reason = "it is what map_err hands over"
)]
pub fn unreadable(error: std::io::Error) -> Refusal {
    Refusal::internal(format!("The source cannot be read: {error}."))
}

impl Source {
    /// The pieces of a range.
    pub fn read(&self, offset: u64, length: u64) -> Vec<Piece> {
        match &self.bytes {
            Held::Ours(content) => content.read(offset, length),
            Held::Theirs(bytes) => vec![Piece::Memory(
                bytes.slice(offset as usize..(offset + length) as usize),
            )],
        }
    }

    /// Content for a copy: our own blobs are shared, what others sent becomes a block blob.
    pub fn content(&self, call: &Call<'_>) -> Answer<Content> {
        match &self.bytes {
            Held::Ours(content) => Ok(content.clone()),
            Held::Theirs(_) => {
                let extent = call.service.store.put(&self.read(0, self.length))?;
                Ok(Content::Block(Arc::new(BlockList::new(vec![Block {
                    id: String::new(),
                    extent,
                }]))))
            }
        }
    }

    /// Checksums of the whole source.
    pub fn digests(&self, wanted: Wanted) -> Answer<Digests> {
        let mut digester = Digester::new(wanted);
        for piece in self.read(0, self.length) {
            piece
                .read(|bytes| digester.update(bytes))
                .map_err(unreadable)?;
        }
        Ok(digester.finish())
    }
}

/// Whether the request takes a range of the source: Put Block, Put Page or Append Block From URL.
fn takes_range(call: &Call<'_>) -> bool {
    call.query.filled("comp").is_some()
}

/// The request that the source would be read with, when the URL leads to this very service.
fn own_target(call: &Call<'_>, url: &Url) -> Answer<Option<(Head, Target)>> {
    let authorization = call.head.header("x-ms-copy-source-authorization");
    let line = authorization
        .map(|value| format!("Authorization: {value}\r\n"))
        .unwrap_or_default();
    let text = format!(
        "GET {} HTTP/1.1\r\nHost: {}\r\nx-ms-version: {}\r\n{line}\r\n",
        url.target, url.authority, call.version
    );
    let Ok(Cut::Whole(head, _)) = Head::cut(text.as_bytes()) else {
        return Err(Refusal::invalid_header("x-ms-copy-source", &url.target));
    };
    let Ok(target) = Target::of(&head, false) else {
        return Ok(None);
    };
    let port = |authority: &str| authority.rsplit_once(':').map(|(_, port)| port.to_owned());
    let same_port = port(&url.authority) == port(call.head.header_or_empty("host"));
    let ours = same_port
        && (!target.path_style || url.is_loopback())
        && call.service.account(&target.account).is_ok();
    Ok(ours.then_some((head, target)))
}

fn open_own(call: &Call<'_>, head: &Head, target: &Target, url: &Url) -> Answer<Source> {
    let query = Query::parse(head.raw_query());
    authorize(call, head, &query, target)?;
    let account = call.service.account(&target.account)?;
    let container = account
        .container(target.container())
        .map_err(cannot_verify)?;
    let mut state = container.enter()?;
    let slot = state
        .blobs
        .get_mut(target.blob())
        .ok_or_else(Refusal::blob_not_found)
        .map_err(cannot_verify)?;
    if let Some(base) = &mut slot.base {
        base.advance(call.now, false);
    }
    let found = match query.filled("snapshot") {
        Some(snapshot) => slot.snapshots.get(snapshot),
        None => slot.base.as_ref(),
    };
    let blob = found
        .ok_or_else(Refusal::blob_not_found)
        .map_err(cannot_verify)?;
    conditions::check_source(
        call.head,
        (blob.etag, blob.last_modified),
        takes_range(call),
    )?;
    Ok(Source {
        length: blob.content.length(),
        properties: blob.properties.clone(),
        metadata: blob.metadata.clone(),
        archived: blob.tier.is_archived(),
        shown_url: url.without_signature(),
        life: Some(blob.life.witness()),
        bytes: Held::Ours(blob.content.clone()),
    })
}

/// A key of the same account opens its own blobs; everything else must stand in the URL, or be public.
fn authorize(call: &Call<'_>, head: &Head, query: &Query, target: &Target) -> Answer<()> {
    let own_account = target.account == call.account.name
        && matches!(call.grant, Grant::Key(_) | Grant::Bearer(_));
    if own_account && query.get("sig").is_none() && head.header("authorization").is_none() {
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
    let grant = call
        .service
        .authorize(head, query, target, call.version, call.peer, call.now)
        .map_err(forbidden)?;
    grant
        .may(&Need {
            level: Level::Object,
            letters: "r",
            account_only: false,
        })
        .map_err(forbidden)?;
    if matches!(grant, Grant::Anonymous) {
        let container = call
            .service
            .account(&target.account)?
            .find(target.container());
        let access = container.map(|container| container.lock().facts.public_access);
        check_public(Operation::GetBlob, access).map_err(cannot_verify)?;
    }
    Ok(())
}

fn open_other(call: &Call<'_>, url: &Url) -> Answer<Source> {
    let mut headers = vec![("x-ms-version", call.version.to_string())];
    if let Some(value) = call.head.header("x-ms-copy-source-authorization") {
        headers.push(("Authorization", value.to_owned()));
    }
    let trust = call.service.trust.as_ref();
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
    conditions::check_source(call.head, (ETag::next(), modified), takes_range(call))?;
    Ok(Source {
        length: fetched.body.len() as u64,
        properties: properties_of(&fetched),
        metadata: metadata_of(&fetched),
        archived: false,
        shown_url: url.without_signature(),
        life: None,
        bytes: Held::Theirs(Bytes::from(fetched.body)),
    })
}

fn properties_of(fetched: &Fetched) -> Properties {
    let text = |name| fetched.header(name).unwrap_or_default().to_owned();
    let content_type = fetched
        .header("content-type")
        .unwrap_or("application/octet-stream")
        .to_owned();
    Properties {
        content_type,
        content_encoding: text("content-encoding"),
        content_language: text("content-language"),
        content_md5: text("content-md5"),
        cache_control: text("cache-control"),
        content_disposition: text("content-disposition"),
    }
}

fn metadata_of(fetched: &Fetched) -> Vec<(String, String)> {
    let pair = |(name, value): &(String, String)| {
        let name = name.to_ascii_lowercase();
        Some((name.strip_prefix("x-ms-meta-")?.to_owned(), value.clone()))
    };
    fetched.headers.iter().filter_map(pair).collect()
}

/// A source that is not there.
fn cannot_verify(refusal: Refusal) -> Refusal {
    Refusal::new(404, "CannotVerifyCopySource", refusal.message)
}
