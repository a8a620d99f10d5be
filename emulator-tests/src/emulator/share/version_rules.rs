//! What a request's version and credential allow, before its call is served.

use super::call::ShareCall;
use super::operation::ShareOperation;
use crate::emulator::auth::Grant;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::service::Operation as _;

/// The conditional headers that the Blob service has and the File service refuses.
const CONDITIONS: [&str; 4] = [
    "if-match",
    "if-none-match",
    "if-modified-since",
    "if-unmodified-since",
];

/// Refuses what the service of the request's version does not have.
pub fn check(call: &ShareCall<'_>, operation: ShareOperation) -> ServiceResult<()> {
    let (year, month, day) = operation.first_version();
    if !call.version.since(2014, 2, 14) {
        return Err(Refusal::invalid_header(
            "x-ms-version",
            call.head.header_or_empty("x-ms-version"),
        ));
    }
    if !call.version.since(year, month, day) {
        let comp = call.query.or_empty("comp");
        return Err(Refusal::invalid_query(
            "comp",
            comp,
            &format!(
                "{} is served since version {year:04}-{month:02}-{day:02}",
                operation.name()
            ),
        ));
    }
    if call.snapshot().is_some() && !call.version.since(2017, 4, 17) {
        return Err(Refusal::unsupported_query("sharesnapshot"));
    }
    check_conditions(call)?;
    // A key opens nothing by itself.
    if operation == ShareOperation::GetUserDelegationKey {
        return Ok(());
    }
    check_intent(call)
}

fn check_conditions(call: &ShareCall<'_>) -> ServiceResult<()> {
    let has_any = CONDITIONS.iter().any(|name| {
        call.head
            .header(name)
            .is_some_and(|value| !value.is_empty())
    });
    if has_any && !call.is_lenient() {
        return Err(Refusal::new(
            400,
            "ConditionHeadersNotSupported",
            "Condition headers are not supported.",
        ));
    }
    Ok(())
}

/// A token has to say that it is used for backup: it then opens files whatever their permissions.
fn check_intent(call: &ShareCall<'_>) -> ServiceResult<()> {
    const NAME: &str = "x-ms-file-request-intent";
    if !matches!(call.grant, Grant::Bearer(_)) || call.is_lenient() {
        return Ok(());
    }
    let intent = call.head.required(NAME)?;
    if intent.eq_ignore_ascii_case("backup") {
        Ok(())
    } else {
        Err(Refusal::invalid_header(NAME, intent))
    }
}
