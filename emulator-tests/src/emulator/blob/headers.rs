//! Headers of the Blob service: properties from requests, and properties to answers.

use std::collections::BTreeMap;

use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::state::{Blob, ContainerProperties, Content};
use crate::emulator::blob::{encryption, hierarchy, tag_query, tier_rules};
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::head::Head;
use crate::emulator::http::response::Response;
use crate::emulator::service::{ContentProperties, metadata};
use crate::emulator::version::ApiVersion;

/// The content type of a blob without one.
pub const DEFAULT_CONTENT_TYPE: &str = "application/octet-stream";

/// The `x-ms-blob-*` properties of a request.
pub fn blob_properties(head: &Head) -> ContentProperties {
    ContentProperties::of(head, "x-ms-blob-")
}

/// The same for Put Blob, where plain headers replace absent `x-ms-blob-*` ones.
///
/// The MD5 of a blob with a body is compared when the body is received. Page and append blobs are
/// created without one, and store any MD5, as Set Blob Properties does.
pub fn put_blob_properties(head: &Head) -> ContentProperties {
    let mut properties = blob_properties(head);
    let fill = |property: &mut String, name| {
        if property.is_empty() {
            head.header_or_empty(name).clone_into(property);
        }
    };
    fill(&mut properties.content_type, "content-type");
    fill(&mut properties.content_encoding, "content-encoding");
    fill(&mut properties.content_language, "content-language");
    fill(&mut properties.cache_control, "cache-control");
    properties
}

/// `ETag` and `Last-Modified`.
pub fn set_version(response: &mut Response, blob: &Blob) {
    response.set("ETag", blob.etag.to_string());
    response.set("Last-Modified", blob.last_modified.rfc1123());
}

/// `x-ms-version-id` of a blob that is a version.
pub fn set_version_id(response: &mut Response, blob: &Blob) {
    if let Some(id) = blob.version_id {
        response.set("x-ms-version-id", id.iso8601());
    }
}

/// The same for a container.
pub fn container_version(response: Response, properties: &ContainerProperties) -> Response {
    response
        .header("ETag", properties.etag.to_string())
        .header("Last-Modified", properties.last_modified.rfc1123())
}

/// Adds what GET and HEAD return for a blob, a snapshot or a version, except length and MD5.
/// `is_current` tells a blob from its previous versions.
pub fn set_blob(response: &mut Response, call: &BlobCall<'_>, blob: &Blob, is_current: bool) {
    set_version(response, blob);
    response.set("Accept-Ranges", "bytes");
    blob.properties.write(response);
    metadata::write(response, &blob.metadata);
    response.set("x-ms-blob-type", blob.content.type_name());
    if let Some(resource_type) = hierarchy::resource_type(call, blob) {
        response.set("x-ms-resource-type", resource_type);
    }
    response.set("x-ms-creation-time", blob.created.rfc1123());
    set_version_id(response, blob);
    match call.query.filled("snapshot") {
        // Snapshots and previous versions cannot be leased.
        Some(snapshot) => response.set("x-ms-snapshot", snapshot),
        None if !is_current => {}
        None => {
            if blob.version_id.is_some() {
                response.set("x-ms-is-current-version", "true");
            }
            blob.lease.write(response, call.now);
        }
    }
    set_kind(response, blob);
    if let Some(copy) = &blob.copy {
        copy.write(response);
    }
    if !blob.tags.is_empty() {
        response.set("x-ms-tag-count", blob.tags.len().to_string());
    }
    response.set("x-ms-server-encrypted", "true");
    encryption::write(response, &blob.encryption);
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

/// Whether the version knows the tier of what the request addresses: snapshots have one since
/// 2019-12-12.
pub fn has_tier(version: ApiVersion, is_snapshot: bool) -> bool {
    if is_snapshot {
        version.since(2019, 12, 12)
    } else {
        version.since(2017, 4, 17)
    }
}

/// Adds the tier, which HEAD returns and GET does not.
pub fn set_tier(response: &mut Response, call: &BlobCall<'_>, blob: &Blob) {
    let Some(tier) = blob.tier.tier else { return };
    if !has_tier(call.version, call.query.filled("snapshot").is_some()) {
        return;
    }
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
    if let Some(priority) = blob.tier.rehydrate_priority()
        && call.version.since(2019, 12, 12)
    {
        response.set("x-ms-rehydrate-priority", priority);
    }
}

/// Gives the tags of a copy's source to the blob, if `x-ms-copy-source-tag-option` says so.
pub fn apply_source_tags(
    head: &Head,
    blob: &mut Blob,
    source: &BTreeMap<String, String>,
) -> ServiceResult<()> {
    const NAME: &str = "x-ms-copy-source-tag-option";
    match head.header(NAME) {
        None => Ok(()),
        Some(option) if option.eq_ignore_ascii_case("replace") => Ok(()),
        Some(option) if option.eq_ignore_ascii_case("copy") => {
            if head
                .header("x-ms-tags")
                .is_some_and(|tags| !tags.is_empty())
            {
                return Err(Refusal::new(
                    400,
                    // As Azurite names it; no other source is public.
                    "BothUserTagsAndSourceTagsCopyPresentException",
                    "x-ms-tags header must not be present with x-ms-copy-source-tag-option as COPY.",
                ));
            }
            blob.tags.clone_from(source);
            Ok(())
        }
        Some(other) => Err(Refusal::invalid_header(NAME, other)),
    }
}

/// Applies the tags and the tier of an upload.
pub fn apply_upload(call: &BlobCall<'_>, blob: &mut Blob) -> ServiceResult<()> {
    let tags = call.head.header("x-ms-tags");
    if let Some(tags) = tags.filter(|tags| !tags.is_empty()) {
        blob.tags = tag_query::parse_header(tags)?;
    }
    tier_rules::apply_to_new(call, blob)
}
