//! `SharedKey` and `SharedKeyLite` of the Table service: few headers are signed, and only the `comp`
//! of the query. The date is signed in either header.
//! <https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key#table-service-shared-key-authorization>

use super::shared_key::check_credential;
use super::{AuthorizationInput, Grant};
use crate::emulator::error::ServiceResult;

/// Checks `account:signature` of `SharedKey`.
pub(super) fn check(input: &AuthorizationInput<'_>, credential: &str) -> ServiceResult<Grant> {
    let head = input.head;
    let fields = [
        head.method(),
        head.header_or_empty("content-md5"),
        head.header_or_empty("content-type"),
        date(input),
        &resource(input),
    ];
    check_credential(input, credential, &fields.join("\n"))?;
    Ok(Grant::Key("SharedKey"))
}

/// Checks `account:signature` of `SharedKeyLite`.
pub(super) fn check_lite(input: &AuthorizationInput<'_>, credential: &str) -> ServiceResult<Grant> {
    let text = format!("{}\n{}", date(input), resource(input));
    check_credential(input, credential, &text)?;
    Ok(Grant::Key("SharedKeyLite"))
}

fn date<'a>(input: &AuthorizationInput<'a>) -> &'a str {
    let date = input.head.header("x-ms-date");
    date.unwrap_or_else(|| input.head.header_or_empty("date"))
}

fn resource(input: &AuthorizationInput<'_>) -> String {
    let path = format!("/{}{}", input.address.account, input.head.raw_path());
    match input.query.get("comp") {
        Some(comp) => format!("{path}?comp={comp}"),
        None => path,
    }
}
