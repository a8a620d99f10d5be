//! Shared access signatures: account SAS and service SAS, with stored policies.
//! <https://learn.microsoft.com/rest/api/storageservices/create-service-sas>,
//! <https://learn.microsoft.com/rest/api/storageservices/create-account-sas>

use std::net::IpAddr;

use super::grant::{Grant, Overrides};
use super::{Evidence, delegation};
use crate::emulator::clock::Moment;
use crate::emulator::digest;
use crate::emulator::error::{Answer, Refusal};
use crate::emulator::version::ApiVersion;

/// A container's stored access policy: what it leaves out, the SAS must say.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct StoredPolicy {
    /// The name that a SAS gives in `si`.
    pub id: String,
    /// Start of validity as written.
    pub start: String,
    /// End of validity as written.
    pub expiry: String,
    /// Permissions.
    pub permissions: String,
}

/// The response headers that a service SAS may set, by their query parameters in signing order.
pub(super) const OVERRIDES: [(&str, &str); 5] = [
    ("rscc", "Cache-Control"),
    ("rscd", "Content-Disposition"),
    ("rsce", "Content-Encoding"),
    ("rscl", "Content-Language"),
    ("rsct", "Content-Type"),
];

/// Checks the SAS of a request's query.
pub(super) fn check(evidence: &Evidence<'_>) -> Answer<Grant> {
    let query = evidence.query;
    let version_text = query.or_empty("sv");
    let version = ApiVersion::parse(version_text).ok_or_else(|| {
        Refusal::authentication_failed("sv is mandatory. It cannot be empty or malformed")
    })?;
    if let Some(name) = ["sig", "se", "st", "sp", "sv", "sr", "si"]
        .iter()
        .find(|name| query.repeated(name))
    {
        return Err(Refusal::authentication_failed(format!(
            "Duplicate parameter {name} in the SAS"
        )));
    }
    if query.get("srt").is_some() || query.get("ss").is_some() {
        check_account(evidence, version)
    } else if query.get("skoid").is_some() {
        delegation::check(evidence, version)
    } else {
        check_service(evidence, version)
    }
}

fn check_account(evidence: &Evidence<'_>, version: ApiVersion) -> Answer<Grant> {
    let query = evidence.query;
    let mut fields = vec![evidence.target.account.as_str()];
    fields.extend(
        ["sp", "ss", "srt", "st", "se", "sip", "spr", "sv"].map(|name| query.or_empty(name)),
    );
    if version.since(2020, 12, 6) {
        fields.push(query.or_empty("ses"));
    }
    let text = fields.join("\n") + "\n";
    check_signature(evidence, evidence.keys, &text)?;
    check_times(evidence, query.or_empty("st"), query.or_empty("se"))?;
    check_source(evidence)?;
    if !query.or_empty("ss").contains('b') {
        return Err(Refusal::new(
            403,
            "AuthorizationServiceMismatch",
            "This request is not authorized to perform this operation using this service.",
        ));
    }
    Ok(Grant::AccountSas {
        permissions: query.or_empty("sp").to_owned(),
        types: query.or_empty("srt").to_owned(),
    })
}

fn check_service(evidence: &Evidence<'_>, version: ApiVersion) -> Answer<Grant> {
    let query = evidence.query;
    let resource = canonical_resource(evidence, version)?;
    let mut fields = vec![
        query.or_empty("sp"),
        query.or_empty("st"),
        query.or_empty("se"),
        &resource,
    ];
    fields.push(query.or_empty("si"));
    if version.since(2015, 4, 5) {
        fields.extend([query.or_empty("sip"), query.or_empty("spr")]);
    }
    fields.push(query.or_empty("sv"));
    if version.since(2018, 11, 9) {
        fields.extend([query.or_empty("sr"), signed_snapshot(evidence)]);
    }
    if version.since(2020, 12, 6) {
        fields.push(query.or_empty("ses"));
    }
    if version.since(2013, 8, 15) {
        fields.extend(OVERRIDES.map(|(name, _)| query.or_empty(name)));
    }
    check_signature(evidence, evidence.keys, &fields.join("\n"))?;
    let policy = merged_policy(evidence)?;
    check_times(evidence, &policy.start, &policy.expiry)?;
    check_source(evidence)?;
    Ok(Grant::ServiceSas {
        permissions: policy.permissions,
        overrides: overrides(evidence),
    })
}

/// The container or blob that the SAS must have been made for. A SAS of a snapshot is good for that snapshot only.
pub(super) fn canonical_resource(evidence: &Evidence<'_>, version: ApiVersion) -> Answer<String> {
    let target = evidence.target;
    let container = target
        .container
        .as_deref()
        .ok_or_else(|| scope_refusal("the account"))?;
    let service = if version.since(2015, 2, 21) {
        "/blob"
    } else {
        ""
    };
    let path = format!("{service}/{}/{container}", target.account);
    match (evidence.query.or_empty("sr"), target.blob.as_deref()) {
        ("c", _) => Ok(path),
        ("b", Some(blob)) => Ok(format!("{path}/{blob}")),
        ("bs", Some(blob)) if evidence.query.filled("snapshot").is_some() => {
            Ok(format!("{path}/{blob}"))
        }
        ("b" | "bs", _) => Err(scope_refusal("this resource")),
        _ => Err(Refusal::authentication_failed(
            "sr is mandatory. It has to be one of c, b, bs",
        )),
    }
}

/// The snapshot stands in the string-to-sign of a snapshot's SAS only.
pub(super) fn signed_snapshot<'a>(evidence: &Evidence<'a>) -> &'a str {
    if evidence.query.get("sr") == Some("bs") {
        evidence.query.or_empty("snapshot")
    } else {
        ""
    }
}

fn scope_refusal(of: &str) -> Refusal {
    Refusal::authentication_failed(format!("The SAS was not made for {of}"))
}

/// Start, expiry and permissions from the token or from its policy; saying one of them twice is an error.
fn merged_policy(evidence: &Evidence<'_>) -> Answer<StoredPolicy> {
    let query = evidence.query;
    let Some(id) = query.filled("si") else {
        return Ok(StoredPolicy {
            id: String::new(),
            start: query.or_empty("st").to_owned(),
            expiry: query.filled("se").ok_or_else(|| missing("se"))?.to_owned(),
            permissions: query.filled("sp").ok_or_else(|| missing("sp"))?.to_owned(),
        });
    };
    let policy = (evidence.policy)(id).ok_or_else(|| {
        Refusal::authentication_failed("Signed identifier of the SAS was not found")
    })?;
    let merge = |name: &'static str, stored: &str| match (query.filled(name), stored) {
        (Some(_), stored) if !stored.is_empty() => Err(Refusal::authentication_failed(format!(
            "{name} is given in the SAS and in its stored policy"
        ))),
        (Some(given), _) => Ok(given.to_owned()),
        (None, stored) => Ok(stored.to_owned()),
    };
    let merged = StoredPolicy {
        start: merge("st", &policy.start)?,
        expiry: merge("se", &policy.expiry)?,
        permissions: merge("sp", &policy.permissions)?,
        id: policy.id.clone(),
    };
    if merged.expiry.is_empty() {
        return Err(missing("se"));
    }
    Ok(merged)
}

fn missing(name: &str) -> Refusal {
    Refusal::authentication_failed(format!("{name} is mandatory. It cannot be empty"))
}

pub(super) fn overrides(evidence: &Evidence<'_>) -> Overrides {
    let given = OVERRIDES
        .iter()
        .filter_map(|(name, header)| Some((*header, evidence.query.filled(name)?.to_owned())));
    Overrides {
        headers: given.collect(),
    }
}

/// Compares `sig` with the text's signature by each of the keys.
pub(super) fn check_signature(evidence: &Evidence<'_>, keys: &[Vec<u8>], text: &str) -> Answer<()> {
    let signature = evidence.query.or_empty("sig");
    let is_signed =
        |key: &Vec<u8>| digest::same(&digest::hmac_sha256(key, text.as_bytes()), signature);
    if keys.iter().any(is_signed) {
        return Ok(());
    }
    let shown = text.replace('\n', "\\n");
    Err(Refusal::authentication_failed(format!(
        "Signature did not match. String to sign used was '{shown}'"
    )))
}

pub(super) fn check_times(evidence: &Evidence<'_>, start: &str, expiry: &str) -> Answer<()> {
    let read = |name: &str, text: &str| {
        Moment::parse_iso8601(text).ok_or_else(|| {
            Refusal::authentication_failed(format!("{name} is not a valid ISO 8601 time: '{text}'"))
        })
    };
    if !start.is_empty() && read("st", start)? > evidence.now {
        return Err(Refusal::authentication_failed(format!(
            "Signature not valid in the specified time frame: Start [{start}] - Current [{}]",
            evidence.now.rfc1123()
        )));
    }
    if read("se", expiry)? <= evidence.now {
        return Err(Refusal::authentication_failed(format!(
            "Signature not valid in the specified time frame: Expiry [{expiry}] - Current [{}]",
            evidence.now.rfc1123()
        )));
    }
    Ok(())
}

/// `sip` and `spr`: where the request may come from, and how.
pub(super) fn check_source(evidence: &Evidence<'_>) -> Answer<()> {
    if let Some(range) = evidence.query.filled("sip") {
        let (low, high) = range.split_once('-').unwrap_or((range, range));
        let bounds = low.parse::<IpAddr>().ok().zip(high.parse::<IpAddr>().ok());
        let address = evidence.peer.address.ip();
        if !bounds.is_some_and(|(low, high)| (low..=high).contains(&address)) {
            return Err(Refusal::new(
                403,
                "AuthorizationSourceIPMismatch",
                "This request is not authorized to perform this operation using this source IP.",
            )
            .with("SourceIP", address.to_string()));
        }
    }
    match evidence.query.or_empty("spr") {
        "" | "https,http" | "http,https" => Ok(()),
        "https" if evidence.peer.secure => Ok(()),
        "https" => Err(Refusal::new(
            403,
            "AuthorizationProtocolMismatch",
            "This request is not authorized to perform this operation using this protocol.",
        )),
        other => Err(Refusal::authentication_failed(format!(
            "spr `{other}` is not one of https and https,http"
        ))),
    }
}
