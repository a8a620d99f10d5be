//! What clients ask before they ask for tokens: where the endpoints are.
//! <https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc>

use serde_json::{Value, json};

use super::error::{IdentityError, IdentityResult};
use super::grants::unknown_tenant;
use super::settings::IdentitySettings;
use crate::emulator::http::query::Query;

/// The document `.well-known/openid-configuration` of a tenant.
pub fn open_id_configuration(
    settings: &IdentitySettings,
    host: &str,
    tenant: &str,
) -> IdentityResult<Value> {
    let is_known = [&settings.tenant, &settings.domain]
        .iter()
        .any(|name| name.eq_ignore_ascii_case(tenant));
    let is_common = matches!(tenant, "common" | "organizations");
    if !is_known && !is_common {
        return Err(unknown_tenant(tenant));
    }
    let base = format!("https://{host}/{tenant}");
    let issuer = if is_common {
        "{tenantid}"
    } else {
        &settings.tenant
    };
    Ok(json!({
        "issuer": format!("https://{host}/{issuer}/v2.0"),
        "authorization_endpoint": format!("{base}/oauth2/v2.0/authorize"),
        "token_endpoint": format!("{base}/oauth2/v2.0/token"),
        "device_authorization_endpoint": format!("{base}/oauth2/v2.0/devicecode"),
        "jwks_uri": format!("https://{host}/{tenant}/discovery/v2.0/keys"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "tenant_region_scope": null,
        "cloud_instance_name": host,
    }))
}

/// Instance discovery: the names of the authority that the query asks about. It is described as an
/// authority of its own, so that the client does not turn to Microsoft's.
pub fn instance(query: &Query) -> IdentityResult<Value> {
    let endpoint = query.or_empty("authorization_endpoint");
    let rest = endpoint.strip_prefix("https://").unwrap_or_default();
    let mut parts = rest.split('/');
    let (Some(host), Some(tenant)) = (
        parts.next().filter(|host| !host.is_empty()),
        parts.next().filter(|tenant| !tenant.is_empty()),
    ) else {
        return Err(IdentityError::new(
            "invalid_instance",
            50_049,
            "Unknown or invalid instance.",
        ));
    };
    Ok(json!({
        "tenant_discovery_endpoint":
            format!("https://{host}/{tenant}/v2.0/.well-known/openid-configuration"),
        "api-version": "1.1",
        "metadata": [{
            "preferred_network": host,
            "preferred_cache": host,
            "aliases": [host],
        }],
    }))
}
