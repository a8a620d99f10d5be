//! The name of a tenant of Microsoft Entra ID.

use crate::{Error, Kind, Result};

/// A tenant is an id or a domain. It becomes a part of a path and of a command line.
pub(crate) fn check_tenant(tenant: &str) -> Result<()> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-".contains(&byte);
    if !tenant.is_empty() && !tenant.starts_with('-') && tenant.bytes().all(is_plain) {
        return Ok(());
    }
    let message = format!(
        "`{}` is not a tenant: expected its id or a domain such as `contoso.onmicrosoft.com`",
        tenant.escape_debug()
    );
    Err(Error::new(Kind::Invalid, message))
}
