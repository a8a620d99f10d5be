//! The state of an account before a cassette, as far as its answers show it: service properties,
//! and containers of other tests.

use std::collections::BTreeSet;

use crate::cassette::{Cassette, Interaction, RecordedRequest};
use crate::service::RecordedService;
use crate::xml_leaves::{self, XmlLeaf};

/// The rule of an account whose answers have `Vary: Origin`, where nothing more is known.
const ANY_RULE: &str = "<Cors><CorsRule><AllowedMethods>GET</AllowedMethods>\
    <AllowedOrigins>www.xyz.com</AllowedOrigins><AllowedHeaders /><ExposedHeaders />\
    <MaxAgeInSeconds>0</MaxAgeInSeconds></CorsRule></Cors>";

/// A container that a listing has, and no request made.
pub struct OtherContainer {
    /// Its name.
    pub name: String,
    /// `x-ms-blob-public-access`.
    pub public_access: Option<String>,
}

/// The service properties that an account had before the cassette, as a document.
pub fn service_properties(
    service: &RecordedService,
    cassette: &Cassette,
    account: &str,
) -> Option<String> {
    let own = |one: &&Interaction| service.owns(&one.request) && one.request.account() == account;
    let mut set = BTreeSet::new();
    let mut sections = String::new();
    let answer = cassette.interactions.iter().filter(own).find(|one| {
        let is_properties = is_service_properties(&one.request);
        if is_properties && one.request.method == "PUT" && one.response.status == 202 {
            set.extend(section_names(&one.request.body));
        }
        is_properties && one.request.method == "GET" && one.response.status == 200
    });
    if let Some(answer) = answer {
        let text = String::from_utf8_lossy(&answer.response.body).into_owned();
        for name in section_names(&answer.response.body) {
            if !set.contains(&name) {
                sections += section(&text, &name).unwrap_or_default();
            }
        }
    }
    let mut all = cassette.interactions.iter().filter(own);
    let varies = all.any(|one| one.response.headers.get("vary") == Some("Origin"));
    if varies && !sections.contains("<CorsRule>") && !set.contains("Cors") {
        sections += ANY_RULE;
    }
    let version = cassette.interactions.iter().filter(own).find_map(|one| {
        let is_default = one.request.headers.get("x-ms-version").is_none();
        one.response
            .headers
            .get("x-ms-version")
            .filter(|_| is_default)
    });
    if let Some(version) = version
        && !sections.contains("<DefaultServiceVersion>")
    {
        let section = [
            "<DefaultServiceVersion>",
            version,
            "</DefaultServiceVersion>",
        ];
        sections.extend(section);
    }
    let document = format!("<StorageServiceProperties>{sections}</StorageServiceProperties>");
    (!sections.is_empty()).then_some(document)
}

/// The containers of a listing.
pub fn listed_containers(one: &Interaction) -> Vec<OtherContainer> {
    let is_listing = one.request.path == "/"
        && one.request.parameter("comp").as_deref() == Some("list")
        && one.response.status == 200;
    let leaves = xml_leaves::read(&one.response.body).filter(|_| is_listing);
    let mut found: Vec<OtherContainer> = Vec::new();
    for leaf in leaves.unwrap_or_default() {
        match leaf
            .path
            .strip_prefix("/EnumerationResults/Containers/Container/")
        {
            Some("Name") => found.push(OtherContainer {
                name: leaf.text,
                public_access: None,
            }),
            Some("Properties/PublicAccess") => {
                if let Some(last) = found.last_mut() {
                    last.public_access = Some(leaf.text);
                }
            }
            _ => {}
        }
    }
    found
}

fn is_service_properties(request: &RecordedRequest) -> bool {
    request.parameter("restype").as_deref() == Some("service")
        && request.parameter("comp").as_deref() == Some("properties")
}

/// The elements below the root of a document.
fn section_names(document: &[u8]) -> Vec<String> {
    let leaves = xml_leaves::read(document).unwrap_or_default();
    let name = |leaf: &XmlLeaf| {
        let name = leaf.path.strip_prefix("/StorageServiceProperties/")?;
        (!name.contains('/')).then(|| name.to_owned())
    };
    leaves.iter().filter_map(name).collect()
}

/// The text of one element, with its tags.
fn section<'a>(document: &'a str, name: &str) -> Option<&'a str> {
    let end = format!("</{name}>");
    let start = document.find(&format!("<{name}>"))?;
    let length = document[start..].find(&end)? + end.len();
    Some(&document[start..start + length])
}
