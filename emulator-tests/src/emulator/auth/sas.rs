//! Shared access signatures: account SAS and service SAS, with stored policies.
//! <https://learn.microsoft.com/rest/api/storageservices/create-service-sas>,
//! <https://learn.microsoft.com/rest/api/storageservices/create-account-sas>

use std::net::IpAddr;

use super::grant::{Grant, Overrides};
use super::{AuthorizationInput, delegation};
use crate::emulator::clock::Moment;
use crate::emulator::digest;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::query::Query;
use crate::emulator::version::ApiVersion;

/// What a request addresses, as a service SAS signs it. Each service implements this for its
/// targets.
pub trait SignedTarget {
    /// The path below the account that the SAS must have been made for.
    fn signed_path(&self, query: &Query) -> ServiceResult<String>;

    /// The fields of the string-to-sign that follow `sv`.
    fn signed_fields<'q>(&self, query: &'q Query, version: ApiVersion) -> Vec<&'q str>;
}

/// A stored access policy. What it leaves out, the SAS must contain.
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
const OVERRIDES: [(&str, &str); 5] = [
    ("rscc", "Cache-Control"),
    ("rscd", "Content-Disposition"),
    ("rsce", "Content-Encoding"),
    ("rscl", "Content-Language"),
    ("rsct", "Content-Type"),
];

/// Checks the SAS of a request's query.
pub(super) fn check(input: &AuthorizationInput<'_>) -> ServiceResult<Grant> {
    let query = input.query;
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
        check_account(input, version)
    } else if query.get("skoid").is_some() {
        delegation::check(input, version)
    } else {
        check_service(input, version)
    }
}

fn check_account(input: &AuthorizationInput<'_>, version: ApiVersion) -> ServiceResult<Grant> {
    let query = input.query;
    let mut fields = vec![input.address.account.as_str()];
    fields.extend(
        ["sp", "ss", "srt", "st", "se", "sip", "spr", "sv"].map(|name| query.or_empty(name)),
    );
    if version.since(2020, 12, 6) {
        fields.push(query.or_empty("ses"));
    }
    let text = fields.join("\n") + "\n";
    check_signature(input, input.keys, &text)?;
    check_times(input, query.or_empty("st"), query.or_empty("se"))?;
    check_source(input)?;
    if !query.or_empty("ss").contains(input.names.sas_letter) {
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

fn check_service(input: &AuthorizationInput<'_>, version: ApiVersion) -> ServiceResult<Grant> {
    let query = input.query;
    let resource = canonical_resource(input, version)?;
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
    fields.extend(input.target.signed_fields(query, version));
    check_signature(input, input.keys, &fields.join("\n"))?;
    let policy = merged_policy(input)?;
    check_times(input, &policy.start, &policy.expiry)?;
    check_source(input)?;
    Ok(Grant::ServiceSas {
        permissions: policy.permissions,
        overrides: overrides(input),
    })
}

/// The resource that the SAS must have been made for, such as `/blob/account/container`.
pub(super) fn canonical_resource(
    input: &AuthorizationInput<'_>,
    version: ApiVersion,
) -> ServiceResult<String> {
    let service = if version.since(2015, 2, 21) {
        format!("/{}", input.names.label)
    } else {
        String::new()
    };
    let path = input.target.signed_path(input.query)?;
    Ok(format!("{service}/{}/{path}", input.address.account))
}

/// The time of a snapshot or the id of a version, which only the SAS of one signs.
pub fn signed_snapshot(query: &Query) -> &str {
    match query.get("sr") {
        Some("bs") => query.or_empty("snapshot"),
        Some("bv") => query.or_empty("versionid"),
        _ => "",
    }
}

/// The response headers that the SAS sets, in signing order.
pub fn signed_overrides(query: &Query) -> [&str; 5] {
    OVERRIDES.map(|(name, _)| query.or_empty(name))
}

/// Start, expiry and permissions from the token or from its policy. A field in both is an error.
fn merged_policy(input: &AuthorizationInput<'_>) -> ServiceResult<StoredPolicy> {
    let query = input.query;
    let Some(id) = query.filled("si") else {
        return Ok(StoredPolicy {
            id: String::new(),
            start: query.or_empty("st").to_owned(),
            expiry: query.filled("se").ok_or_else(|| missing("se"))?.to_owned(),
            permissions: query.filled("sp").ok_or_else(|| missing("sp"))?.to_owned(),
        });
    };
    let policy = (input.policy)(id).ok_or_else(|| {
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

pub(super) fn overrides(input: &AuthorizationInput<'_>) -> Overrides {
    let given = OVERRIDES
        .iter()
        .filter_map(|(name, header)| Some((*header, input.query.filled(name)?.to_owned())));
    Overrides {
        headers: given.collect(),
    }
}

/// Compares `sig` with the text's signature by each of the keys.
pub(super) fn check_signature(
    input: &AuthorizationInput<'_>,
    keys: &[Vec<u8>],
    text: &str,
) -> ServiceResult<()> {
    let signature = input.query.or_empty("sig");
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

pub(super) fn check_times(
    input: &AuthorizationInput<'_>,
    start: &str,
    expiry: &str,
) -> ServiceResult<()> {
    let read = |name: &str, text: &str| {
        Moment::parse_iso8601(text).ok_or_else(|| {
            Refusal::authentication_failed(format!("{name} is not a valid ISO 8601 time: '{text}'"))
        })
    };
    if !start.is_empty() && read("st", start)? > input.now {
        return Err(Refusal::authentication_failed(format!(
            "Signature not valid in the specified time frame: Start [{start}] - Current [{}]",
            input.now.rfc1123()
        )));
    }
    if read("se", expiry)? <= input.now {
        return Err(Refusal::authentication_failed(format!(
            "Signature not valid in the specified time frame: Expiry [{expiry}] - Current [{}]",
            input.now.rfc1123()
        )));
    }
    Ok(())
}

/// Checks `sip` and `spr`: the client's address and protocol.
pub(super) fn check_source(input: &AuthorizationInput<'_>) -> ServiceResult<()> {
    if let Some(range) = input.query.filled("sip") {
        let (low, high) = range.split_once('-').unwrap_or((range, range));
        let bounds = low.parse::<IpAddr>().ok().zip(high.parse::<IpAddr>().ok());
        let address = input.peer.address.ip();
        if !bounds.is_some_and(|(low, high)| (low..=high).contains(&address)) {
            return Err(Refusal::new(
                403,
                "AuthorizationSourceIPMismatch",
                "This request is not authorized to perform this operation using this source IP.",
            )
            .with("SourceIP", address.to_string()));
        }
    }
    match input.query.or_empty("spr") {
        "" | "https,http" | "http,https" => Ok(()),
        "https" if input.peer.secure => Ok(()),
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
