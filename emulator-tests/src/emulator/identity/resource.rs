//! The resources that tokens are issued for, and the scopes that name them.

use super::error::{IdentityError, IdentityResult};

/// Scopes that ask for more than an access token.
const OPEN_ID_SCOPES: [&str; 4] = ["openid", "profile", "offline_access", "email"];
/// The resources of storage and of disks.
const RESOURCES: [&str; 3] = [
    "https://storage.azure.com",
    "https://disk.azure.com",
    "e406a681-f3d4-42a8-90b6-c2b029497af1",
];
/// The ends of host names in Azure's clouds.
const CLOUDS: [&str; 4] = [
    ".core.windows.net",
    ".core.chinacloudapi.cn",
    ".core.usgovcloudapi.net",
    ".core.cloudapi.de",
];

/// The resource of a scope, which becomes the audience. An application may only ask for `/.default`.
pub fn of_scope(scope: &str, is_application: bool) -> IdentityResult<String> {
    let mut words = scope
        .split_ascii_whitespace()
        .filter(|word| !OPEN_ID_SCOPES.contains(word));
    let (Some(word), None) = (words.next(), words.next()) else {
        return Err(invalid_scope(scope));
    };
    let resource = word.strip_suffix("/.default");
    let of_user = || word.strip_suffix("/user_impersonation");
    match resource {
        Some(resource) => check(resource),
        None if is_application => Err(IdentityError::new(
            "invalid_scope",
            1_002_012,
            format!(
                "The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI)."
            ),
        )),
        None => check(of_user().ok_or_else(|| invalid_scope(scope))?),
    }
}

/// The resource itself, if it is known.
pub fn check(resource: &str) -> IdentityResult<String> {
    let plain = resource.strip_suffix('/').unwrap_or(resource);
    let is_account = plain
        .strip_prefix("https://")
        .is_some_and(|host| CLOUDS.iter().any(|cloud| host.ends_with(cloud)));
    if RESOURCES.contains(&plain) || is_account {
        return Ok(resource.to_owned());
    }
    Err(IdentityError::new(
        "invalid_resource",
        500_011,
        format!(
            "The resource principal named {resource} was not found in the tenant. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant."
        ),
    ))
}

fn invalid_scope(scope: &str) -> IdentityError {
    IdentityError::new(
        "invalid_scope",
        70_011,
        format!(
            "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope {scope} is not valid."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_names_one_known_resource() {
        let storage = "https://storage.azure.com/.default openid offline_access profile";
        assert_eq!(
            of_scope(storage, false).unwrap(),
            "https://storage.azure.com"
        );
        // Disks have two slashes.
        let disk = of_scope("https://disk.azure.com//.default", true).unwrap();
        assert_eq!(disk, "https://disk.azure.com/");
        let user = "https://a.blob.core.windows.net/user_impersonation";
        assert!(of_scope(user, false).is_ok());
        assert_eq!(of_scope(user, true).unwrap_err().code, 1_002_012);
        assert_eq!(of_scope("openid", false).unwrap_err().code, 70_011);
        let other = of_scope("https://graph.microsoft.com/.default", true);
        assert_eq!(other.unwrap_err().code, 500_011);
    }
}
