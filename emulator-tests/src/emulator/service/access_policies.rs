//! Stored access policies as an XML document: what Get and Set ACL of containers, shares and tables
//! carry.
//! <https://learn.microsoft.com/rest/api/storageservices/define-stored-access-policy>

use std::collections::BTreeSet;

use crate::emulator::auth::StoredPolicy;
use crate::emulator::clock::Moment;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::body::Body;
use crate::emulator::xml::{self, Writer};

const DOCUMENT_BYTES_MAX: u64 = 256 << 10;
const POLICIES_MAX: usize = 5;
const ID_CHARACTERS_MAX: usize = 64;

/// The document of these policies.
pub fn document(policies: &[StoredPolicy]) -> Writer {
    let mut xml = Writer::new();
    xml.open("SignedIdentifiers", &[]);
    for policy in policies {
        xml.open("SignedIdentifier", &[]).leaf("Id", &policy.id);
        let elements = [
            ("Start", &policy.start),
            ("Expiry", &policy.expiry),
            ("Permission", &policy.permissions),
        ];
        let mut given = elements
            .iter()
            .filter(|(_, text)| !text.is_empty())
            .peekable();
        if given.peek().is_some() {
            xml.open("AccessPolicy", &[]);
            for (name, text) in given {
                xml.leaf(name, text);
            }
            xml.close("AccessPolicy");
        }
        xml.close("SignedIdentifier");
    }
    xml.close("SignedIdentifiers");
    xml
}

/// The policies of a request's body; none for an empty body.
pub fn receive(body: &mut Body<'_>) -> ServiceResult<Vec<StoredPolicy>> {
    let document = body.read_document(DOCUMENT_BYTES_MAX)?;
    if document.is_empty() {
        Ok(Vec::new())
    } else {
        parse(&document)
    }
}

fn parse(document: &[u8]) -> ServiceResult<Vec<StoredPolicy>> {
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
            Some("AccessPolicy/Start") => policy.start = time(&leaf.text)?,
            Some("AccessPolicy/Expiry") => policy.expiry = time(&leaf.text)?,
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

/// A time as the service returns it: with seven digits of a second, however the client wrote it.
fn time(text: &str) -> ServiceResult<String> {
    if text.is_empty() {
        return Ok(String::new());
    }
    let time = Moment::parse_iso8601(text).ok_or_else(Refusal::invalid_xml)?;
    Ok(time.iso8601())
}
