//! Headers of the Blob service: properties from requests, and properties to answers.

use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::state::{Blob, ContainerProperties, Content, Tier, TierState};
use crate::emulator::blob::tag_query;
use crate::emulator::clock::Moment;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::head::Head;
use crate::emulator::http::response::Response;
use crate::emulator::service::content_properties::check_md5;
use crate::emulator::service::{ContentProperties, metadata};

/// The content type of a blob without one.
pub const DEFAULT_CONTENT_TYPE: &str = "application/octet-stream";

/// The `x-ms-blob-*` properties of a request.
pub fn blob_properties(head: &Head) -> ContentProperties {
    ContentProperties::of(head, "x-ms-blob-")
}

/// The same for Put Blob, where plain headers replace absent `x-ms-blob-*` ones.
pub fn put_blob_properties(head: &Head) -> ServiceResult<ContentProperties> {
    let mut properties = blob_properties(head);
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

/// `ETag` and `Last-Modified`.
pub fn set_version(response: &mut Response, blob: &Blob) {
    response.set("ETag", blob.etag.to_string());
    response.set("Last-Modified", blob.last_modified.rfc1123());
}

/// The same for a container.
pub fn container_version(response: Response, properties: &ContainerProperties) -> Response {
    response
        .header("ETag", properties.etag.to_string())
        .header("Last-Modified", properties.last_modified.rfc1123())
}

/// Adds what GET and HEAD return for a blob or a snapshot, except length and MD5.
pub fn set_blob(response: &mut Response, call: &BlobCall<'_>, blob: &Blob) {
    set_version(response, blob);
    response.set("Accept-Ranges", "bytes");
    blob.properties.write(response);
    metadata::write(response, &blob.metadata);
    response.set("x-ms-blob-type", blob.content.type_name());
    response.set("x-ms-creation-time", blob.created.rfc1123());
    match call.query.filled("snapshot") {
        // A snapshot cannot be leased.
        Some(snapshot) => response.set("x-ms-snapshot", snapshot),
        None => blob.lease.write(response, call.now),
    }
    set_kind(response, blob);
    if let Some(copy) = &blob.copy {
        copy.write(response);
    }
    if !blob.tags.is_empty() {
        response.set("x-ms-tag-count", blob.tags.len().to_string());
    }
    response.set("x-ms-server-encrypted", "true");
}

/// Adds what only page blobs and append blobs have.
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

/// Adds the tier, which HEAD returns and GET does not.
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

/// Applies the tags and the tier of an upload.
pub fn apply_upload(head: &Head, blob: &mut Blob, now: Moment) -> ServiceResult<()> {
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
