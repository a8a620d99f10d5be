//! User delegation: keys that a token's holder requests, and the SAS signed with them.
//! <https://learn.microsoft.com/rest/api/storageservices/create-user-delegation-sas>
//!
//! Keys are not stored. Each is computed from the account's key and the key's own fields, so a SAS
//! is checked by computing its key again.

use super::AuthorizationInput;
use super::grant::{Grant, TokenRights};
use super::sas::{
    canonical_resource, check_signature, check_source, check_times, overrides, signed_overrides,
    signed_snapshot,
};
use crate::emulator::clock::Moment;
use crate::emulator::digest;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::query::Query;
use crate::emulator::version::ApiVersion;

/// The fields of a user delegation key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DelegationKey {
    /// The holder's object id.
    pub object: String,
    /// The holder's tenant.
    pub tenant: String,
    /// First moment, ISO 8601.
    pub start: String,
    /// Last moment, ISO 8601.
    pub expiry: String,
    /// The service's letter, such as `b`.
    pub service: String,
    /// The API version of the request for it.
    pub version: String,
}

impl DelegationKey {
    fn of(query: &Query) -> Self {
        let text = |name| query.or_empty(name).to_owned();
        Self {
            object: text("skoid"),
            tenant: text("sktid"),
            start: text("skt"),
            expiry: text("ske"),
            service: text("sks"),
            version: text("skv"),
        }
    }

    fn fields(&self) -> [&str; 6] {
        [
            &self.object,
            &self.tenant,
            &self.start,
            &self.expiry,
            &self.service,
            &self.version,
        ]
    }

    /// The key's bytes.
    pub fn value(&self, account_key: &[u8]) -> Vec<u8> {
        digest::hmac_sha256_bytes(
            account_key,
            format!("delegation\n{}", self.fields().join("\n")).as_bytes(),
        )
    }
}

/// Checks a SAS that names a user delegation key.
pub(super) fn check(input: &AuthorizationInput<'_>, version: ApiVersion) -> ServiceResult<Grant> {
    let query = input.query;
    let key = DelegationKey::of(query);
    check_service(input, version, &key)?;
    let resource = canonical_resource(input, version)?;
    let mut fields = vec![
        query.or_empty("sp"),
        query.or_empty("st"),
        query.or_empty("se"),
        &resource,
    ];
    fields.extend(key.fields());
    if is_of_files(input) {
        // The user who alone may use the signature, then as in a service SAS of a file.
        fields.extend(["skdutid", "sduoid", "sip", "spr", "sv"].map(|name| query.or_empty(name)));
    } else {
        fields.extend(blob_fields(query, version)?);
    }
    fields.extend(signed_overrides(query));
    let values: Vec<_> = input
        .keys
        .iter()
        .map(|of_account| key.value(of_account))
        .collect();
    check_signature(input, &values, &fields.join("\n"))?;
    check_key_times(input, &key)?;
    check_times(input, query.or_empty("st"), query.or_empty("se"))?;
    check_source(input)?;
    Ok(Grant::ServiceSas {
        permissions: allowed_permissions(input, &key.object),
        overrides: overrides(input),
    })
}

fn is_of_files(input: &AuthorizationInput<'_>) -> bool {
    input.names.label == "file"
}

/// Refuses the key of another service, and a version without such keys.
fn check_service(
    input: &AuthorizationInput<'_>,
    version: ApiVersion,
    key: &DelegationKey,
) -> ServiceResult<()> {
    let (year, month, day) = if is_of_files(input) {
        (2026, 2, 6)
    } else {
        (2018, 11, 9)
    };
    if !version.since(year, month, day) {
        return Err(Refusal::authentication_failed(format!(
            "A user delegation SAS of this service has a sv of {year:04}-{month:02}-{day:02} or later"
        )));
    }
    if key.service != input.names.sas_letter.to_string() {
        return Err(Refusal::authentication_failed(
            "The user delegation key is not for this service",
        ));
    }
    Ok(())
}

/// What a SAS of a blob signs between its key and the response headers.
fn blob_fields(query: &Query, version: ApiVersion) -> ServiceResult<Vec<&str>> {
    let mut fields = Vec::new();
    if version.since(2020, 2, 10) {
        fields.extend(["saoid", "suoid", "scid"].map(|name| query.or_empty(name)));
    }
    if version.since(2025, 7, 5) {
        fields.extend(["skdutid", "sduoid"].map(|name| query.or_empty(name)));
    }
    fields.extend(["sip", "spr", "sv", "sr"].map(|name| query.or_empty(name)));
    fields.push(signed_snapshot(query));
    if version.since(2020, 12, 6) {
        fields.push(query.or_empty("ses"));
    }
    if version.since(2026, 4, 6) {
        // A SAS can be bound to request headers and query parameters (`srh`, `srq`): not served.
        if query.get("srh").is_some() || query.get("srq").is_some() {
            return Err(Refusal::authentication_failed(
                "The emulator does not serve a SAS that is bound by srh or srq",
            ));
        }
        fields.extend(["", ""]);
    }
    Ok(fields)
}

/// The permissions of the SAS that the holder of its key may pass on: those of the holder's own roles.
fn allowed_permissions(input: &AuthorizationInput<'_>, object_id: &str) -> String {
    let signed = input.query.or_empty("sp");
    let roles = input
        .identity
        .and_then(|identity| identity.roles_of_principal(object_id, &input.address.account));
    let Some(roles) = roles else {
        return signed.to_owned();
    };
    let rights = TokenRights::Roles(input.names.label, roles);
    signed
        .chars()
        .filter(|one| rights.allow_permission(*one))
        .collect()
}

fn check_key_times(input: &AuthorizationInput<'_>, key: &DelegationKey) -> ServiceResult<()> {
    let times = Moment::parse_iso8601(&key.start).zip(Moment::parse_iso8601(&key.expiry));
    match times {
        Some((start, expiry)) if start <= input.now && input.now < expiry => Ok(()),
        _ => Err(Refusal::authentication_failed(
            "The user delegation key is not valid at this time",
        )),
    }
}
