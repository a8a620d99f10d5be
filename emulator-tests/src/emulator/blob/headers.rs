//! Properties and metadata between headers and blobs.

use super::call::Call;
use super::state::{Blob, ContainerFacts, Content, Lease, Properties, Tier, TierState};
use super::tag_query;
use crate::emulator::clock::Moment;
use crate::emulator::error::{Answer, Refusal};
use crate::emulator::http::head::Head;
use crate::emulator::http::response::Response;

const METADATA_PREFIX: &str = "x-ms-meta-";
const METADATA_BYTES_MAX: usize = 8 * 1024;

/// What a blob has whose type nobody named.
pub const DEFAULT_CONTENT_TYPE: &str = "application/octet-stream";

/// The `x-ms-blob-*` properties of a request. The MD5 is whatever the client says: the service stores
/// `AQIDBA==` too.
pub fn blob_properties(head: &Head) -> Answer<Properties> {
    let text = |name| head.header_or_empty(name).to_owned();
    Ok(Properties {
        content_type: text("x-ms-blob-content-type"),
        content_encoding: text("x-ms-blob-content-encoding"),
        content_language: text("x-ms-blob-content-language"),
        content_md5: text("x-ms-blob-content-md5"),
        cache_control: text("x-ms-blob-cache-control"),
        content_disposition: text("x-ms-blob-content-disposition"),
    })
}

/// The same for Put Blob, where the plain headers stand in for absent `x-ms-blob-*` ones.
pub fn put_blob_properties(head: &Head) -> Answer<Properties> {
    let mut properties = blob_properties(head)?;
    if !properties.content_md5.is_empty() {
        check_md5(&properties.content_md5)?;
    }
    let fill = |property: &mut String, name| {
        if property.is_empty() {
            head.header_or_empty(name).clone_into(property);
        }
    };
    fill(&mut properties.content_type, "content-type");
    fill(&mut properties.content_encoding, "content-encoding");
    fill(&mut properties.content_language, "content-language");
    fill(&mut properties.cache_control, "cache-control");
    Ok(properties)
}

/// 16 bytes in base64, or 400.
pub fn check_md5(value: &str) -> Answer<()> {
    match crate::emulator::digest::from_base64(value) {
        Some(bytes) if bytes.len() == 16 => Ok(()),
        _ => Err(Refusal::new(
            400,
            "InvalidMd5",
            "The MD5 value specified in the request is invalid. MD5 value must be 128 bits and base64 encoded.",
        )),
    }
}

/// The `x-ms-meta-*` headers. Names must be C# identifiers; all together are at most 8 KiB.
pub fn metadata(head: &Head) -> Answer<Vec<(String, String)>> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    let mut bytes = 0;
    for (header, value) in head.headers() {
        if !header
            .get(..METADATA_PREFIX.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(METADATA_PREFIX))
        {
            continue;
        }
        let name = &header[METADATA_PREFIX.len()..];
        check_metadata_name(name)?;
        bytes += name.len() + value.len();
        match pairs
            .iter_mut()
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
        {
            Some((_, joined)) => {
                joined.push(',');
                joined.push_str(value);
            }
            None => pairs.push((name.to_owned(), value.to_owned())),
        }
    }
    if bytes > METADATA_BYTES_MAX {
        return Err(Refusal::new(
            400,
            "MetadataTooLarge",
            "The metadata specified exceeds the maximum permissible limit.",
        ));
    }
    Ok(pairs)
}

fn check_metadata_name(name: &str) -> Answer<()> {
    if name.is_empty() {
        return Err(Refusal::new(
            400,
            "EmptyMetadataKey",
            "The key for one of the metadata key-value pairs is empty.",
        ));
    }
    let starts = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    if !starts
        || !name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    {
        return Err(Refusal::new(
            400,
            "InvalidMetadata",
            "The metadata specified is invalid. It has characters that are not permitted.",
        ));
    }
    Ok(())
}

/// Sets the metadata headers of an answer.
pub fn set_metadata(response: &mut Response, metadata: &[(String, String)]) {
    for (name, value) in metadata {
        response.set(format!("{METADATA_PREFIX}{name}"), value.clone());
    }
}

/// `ETag` and `Last-Modified`.
pub fn set_version(response: &mut Response, blob: &Blob) {
    response.set("ETag", blob.etag.to_string());
    response.set("Last-Modified", blob.last_modified.rfc1123());
}

/// The same of a container.
pub fn container_version(response: Response, facts: &ContainerFacts) -> Response {
    response
        .header("ETag", facts.etag.to_string())
        .header("Last-Modified", facts.last_modified.rfc1123())
}

/// Everything that GET and HEAD tell about a blob or a snapshot, but for its length and MD5.
pub fn set_blob(response: &mut Response, call: &Call<'_>, blob: &Blob) {
    set_version(response, blob);
    let properties = &blob.properties;
    response.set("Accept-Ranges", "bytes");
    response.set("Content-Type", properties.content_type.clone());
    for (name, value) in [
        ("Content-Encoding", &properties.content_encoding),
        ("Content-Language", &properties.content_language),
        ("Cache-Control", &properties.cache_control),
        ("Content-Disposition", &properties.content_disposition),
    ] {
        if !value.is_empty() {
            response.set(name, value.clone());
        }
    }
    set_metadata(response, &blob.metadata);
    response.set("x-ms-blob-type", blob.content.type_name());
    response.set("x-ms-creation-time", blob.created.rfc1123());
    match call.query.filled("snapshot") {
        // A snapshot cannot be leased.
        Some(snapshot) => response.set("x-ms-snapshot", snapshot),
        None => set_lease(response, &blob.lease, call.now),
    }
    set_kind(response, blob);
    set_copy(response, blob);
    if !blob.tags.is_empty() {
        response.set("x-ms-tag-count", blob.tags.len().to_string());
    }
    response.set("x-ms-server-encrypted", "true");
}

/// The lease's state.
pub fn set_lease(response: &mut Response, lease: &Lease, now: Moment) {
    let state = lease.state(now);
    response.set("x-ms-lease-status", state.status());
    response.set("x-ms-lease-state", state.name());
    if let Some(duration) = lease.duration(now) {
        response.set("x-ms-lease-duration", duration);
    }
}

/// What only page blobs and append blobs have.
pub fn set_kind(response: &mut Response, blob: &Blob) {
    match &blob.content {
        Content::Block(_) => {}
        Content::Append(list) => {
            response.set(
                "x-ms-blob-committed-block-count",
                list.blocks().len().to_string(),
            );
            if blob.sealed {
                response.set("x-ms-blob-sealed", "true");
            }
        }
        Content::Page(pages) => {
            response.set("x-ms-blob-sequence-number", pages.sequence.to_string());
        }
    }
}

/// The tier, which HEAD tells and GET does not.
pub fn set_tier(response: &mut Response, blob: &Blob) {
    let Some(tier) = blob.tier.tier else { return };
    response.set("x-ms-access-tier", tier.name());
    if blob.tier.inferred {
        response.set("x-ms-access-tier-inferred", "true");
    }
    if let Some(changed) = blob.tier.changed {
        response.set("x-ms-access-tier-change-time", changed.rfc1123());
    }
    if let Some(status) = blob.tier.archive_status() {
        response.set("x-ms-archive-status", status);
    }
}

fn set_copy(response: &mut Response, blob: &Blob) {
    let Some(copy) = &blob.copy else { return };
    response.set("x-ms-copy-id", copy.id.clone());
    response.set("x-ms-copy-source", copy.source.clone());
    response.set("x-ms-copy-status", copy.status.name());
    response.set("x-ms-copy-progress", copy.progress());
    if let Some(completed) = copy.completed {
        response.set("x-ms-copy-completion-time", completed.rfc1123());
    }
    if let Some(description) = &copy.description {
        response.set("x-ms-copy-status-description", description.clone());
    }
}

/// Tags and tier that come with an upload.
pub fn apply_upload(head: &Head, blob: &mut Blob, now: Moment) -> Answer<()> {
    if let Some(tags) = head.header("x-ms-tags").filter(|tags| !tags.is_empty()) {
        blob.tags = tag_query::parse_header(tags)?;
    }
    if let Some(tier) = head
        .header("x-ms-access-tier")
        .filter(|tier| !tier.is_empty())
    {
        if blob.tier.tier.is_none() {
            return Err(Refusal::invalid_header("x-ms-access-tier", tier));
        }
        blob.tier = TierState::set(Tier::parse(tier)?, now);
    }
    Ok(())
}
