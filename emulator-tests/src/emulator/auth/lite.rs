//! `SharedKeyLite`: fewer headers signed, and only the `comp` of the query.
//! <https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key>

use super::shared_key::{check_credential, push_canonical_headers};
use super::{AuthorizationInput, Grant};
use crate::emulator::error::ServiceResult;

/// Checks `account:signature`.
pub(super) fn check(input: &AuthorizationInput<'_>, credential: &str) -> ServiceResult<Grant> {
    let head = input.head;
    let date = if head.header("x-ms-date").is_some() {
        ""
    } else {
        head.header_or_empty("date")
    };
    let fields = [
        head.method(),
        head.header_or_empty("content-md5"),
        head.header_or_empty("content-type"),
        date,
    ];
    let mut text = fields.join("\n") + "\n";
    push_canonical_headers(input, &mut text);
    text.push('/');
    text.push_str(&input.address.account);
    text.push_str(head.raw_path());
    if let Some(comp) = input.query.get("comp") {
        text.push_str("?comp=");
        text.push_str(comp);
    }
    check_credential(input, credential, &text)?;
    Ok(Grant::Key("SharedKeyLite"))
}
