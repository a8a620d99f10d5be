//! Get and Set Container ACL: public access and stored access policies.
//! <https://learn.microsoft.com/rest/api/storageservices/set-container-acl>

use std::collections::BTreeSet;

use crate::emulator::auth::StoredPolicy;
use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::error::{CONTAINER_LEASE, WRITE};
use crate::emulator::blob::public_access::PublicAccess;
use crate::emulator::blob::{headers, preconditions};
use crate::emulator::clock::Moment;
use crate::emulator::error::{Answer, Refusal};
use crate::emulator::http::body::Body;
use crate::emulator::http::response::Response;
use crate::emulator::service::conditions;
use crate::emulator::xml;
use crate::emulator::xml::Writer;

const DOCUMENT_BYTES_MAX: u64 = 256 << 10;
const POLICIES_MAX: usize = 5;
const ID_CHARACTERS_MAX: usize = 64;

/// Tells both.
pub fn get(call: &BlobCall<'_>) -> Answer<Response> {
    let container = call.container()?;
    let state = container.enter()?;
    state
        .properties
        .lease
        .check_given(call.lease_id(), CONTAINER_LEASE, call.now)?;
    let mut xml = Writer::new();
    xml.open("SignedIdentifiers", &[]);
    for policy in &state.properties.policies {
        xml.open("SignedIdentifier", &[])
            .leaf("Id", &policy.id)
            .open("AccessPolicy", &[]);
        for (name, text) in [
            ("Start", &policy.start),
            ("Expiry", &policy.expiry),
            ("Permission", &policy.permissions),
        ] {
            if !text.is_empty() {
                xml.leaf(name, text);
            }
        }
        xml.close("AccessPolicy").close("SignedIdentifier");
    }
    xml.close("SignedIdentifiers");
    let response = headers::container_version(Response::xml(xml), &state.properties);
    Ok(response.header_some(
        "x-ms-blob-public-access",
        state.properties.public_access.header(),
    ))
}

/// Replaces both.
pub fn set(call: &BlobCall<'_>, body: &mut Body<'_>) -> Answer<Response> {
    let document = body.read_document(DOCUMENT_BYTES_MAX)?;
    let policies = if document.is_empty() {
        Vec::new()
    } else {
        parse(&document)?
    };
    let access = PublicAccess::parse(call.head.header_or_empty("x-ms-blob-public-access"))?;
    let container = call.container()?;
    let mut state = container.enter()?;
    let properties = state.properties_mut();
    conditions::check(call.head, preconditions::version_of(properties), WRITE)?;
    properties
        .lease
        .check_given(call.lease_id(), CONTAINER_LEASE, call.now)?;
    properties.policies = policies;
    properties.public_access = access;
    properties.touch(call.now);
    Ok(headers::container_version(Response::new(200), properties))
}

fn parse(document: &[u8]) -> Answer<Vec<StoredPolicy>> {
    let leaves = xml::read_leaves(document)?;
    let mut policies: Vec<StoredPolicy> = Vec::new();
    let mut ids = BTreeSet::new();
    for leaf in leaves {
        let name = leaf
            .path
            .strip_prefix("SignedIdentifiers/SignedIdentifier/");
        if name == Some("Id") {
            if !ids.insert(leaf.text.clone()) {
                return Err(Refusal::invalid_xml());
            }
            policies.push(StoredPolicy {
                id: leaf.text,
                ..StoredPolicy::default()
            });
            continue;
        }
        let Some(policy) = policies.last_mut() else {
            continue;
        };
        match name {
            Some("AccessPolicy/Start") => policy.start = time(leaf.text)?,
            Some("AccessPolicy/Expiry") => policy.expiry = time(leaf.text)?,
            Some("AccessPolicy/Permission") => policy.permissions = leaf.text,
            Some("AccessPolicy") => {}
            _ => return Err(Refusal::invalid_xml()),
        }
    }
    let long = policies
        .iter()
        .any(|policy| policy.id.is_empty() || policy.id.chars().count() > ID_CHARACTERS_MAX);
    if policies.len() > POLICIES_MAX || long {
        return Err(Refusal::invalid_xml());
    }
    Ok(policies)
}

fn time(text: String) -> Answer<String> {
    if text.is_empty() || Moment::parse_iso8601(&text).is_some() {
        Ok(text)
    } else {
        Err(Refusal::invalid_xml())
    }
}
