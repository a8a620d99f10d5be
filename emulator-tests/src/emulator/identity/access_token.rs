//! Access tokens and id tokens: their claims, and what the storage services learn from a token.
//! <https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference>

use serde_json::{Value, json};

use super::application::Application;
use super::json_web_token::JsonWebToken;
use super::role::Role;
use super::settings::{IdentitySettings, ManagedIdentity, User};
use super::signing_keys::SigningKeys;
use crate::emulator::clock::Moment;

/// Whom a token is issued to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// Object id.
    pub object_id: String,
    /// Client id of the application that gets the token.
    pub client_id: String,
    /// The name of a user; `None` for an application or a managed identity.
    pub user: Option<String>,
    /// How the application proved itself: 0 not at all, 1 by a secret, 2 by an assertion.
    pub proof: u8,
}

impl Principal {
    /// A user who signed in to an application.
    pub fn user(user: &User, client_id: &str) -> Self {
        Self {
            object_id: user.object_id.clone(),
            client_id: client_id.to_owned(),
            user: Some(user.name.clone()),
            proof: 0,
        }
    }

    /// An application itself.
    pub fn application(application: &Application, proof: u8) -> Self {
        Self {
            object_id: application.object_id.clone(),
            client_id: application.client_id.clone(),
            user: None,
            proof,
        }
    }

    /// A managed identity.
    pub fn managed_identity(identity: &ManagedIdentity) -> Self {
        Self {
            object_id: identity.object_id.clone(),
            client_id: identity.client_id.clone(),
            user: None,
            proof: 2,
        }
    }
}

/// What a good token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedToken {
    /// `oid`.
    pub object_id: String,
    /// `tid`.
    pub tenant: String,
    /// `aud`.
    pub audience: String,
    /// The holder's roles for the account that was asked for.
    pub roles: Vec<Role>,
}

/// Why a token is refused, as the service writes it into `AuthenticationErrorDetail`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenRefusal(pub &'static str);

/// `iss` of the tokens of a tenant: version 1.0, which Azure Storage gets.
pub fn issuer(tenant: &str) -> String {
    format!("https://sts.windows.net/{tenant}/")
}

/// The claims of an access token. `serial` is the number of the token since the start.
pub fn claims(
    settings: &IdentitySettings,
    principal: &Principal,
    audience: &str,
    (now, serial): (Moment, u64),
) -> Value {
    let now = now.seconds();
    let issuer = issuer(&settings.tenant);
    let mut claims = json!({
        "aud": audience,
        "iss": issuer,
        "iat": now,
        "nbf": now,
        "exp": now + settings.token_seconds,
        "aio": super::random::secret(),
        "appid": principal.client_id,
        "appidacr": principal.proof.to_string(),
        "idp": issuer,
        "oid": principal.object_id,
        "sub": principal.object_id,
        "tid": settings.tenant,
        "uti": format!("{serial:016x}"),
        "ver": "1.0",
    });
    match &principal.user {
        Some(name) => {
            claims["amr"] = json!(["pwd"]);
            claims["name"] = json!(name);
            claims["scp"] = json!("user_impersonation");
            claims["unique_name"] = json!(name);
            claims["upn"] = json!(name);
        }
        None => claims["idtyp"] = json!("app"),
    }
    claims
}

/// The claims of an id token: whom the client signed in. `host` is the provider's own.
pub fn id_claims(
    settings: &IdentitySettings,
    principal: &Principal,
    host: &str,
    now: Moment,
) -> Value {
    let now = now.seconds();
    json!({
        "aud": principal.client_id,
        "iss": format!("https://{host}/{}/v2.0", settings.tenant),
        "iat": now,
        "nbf": now,
        "exp": now + settings.token_seconds,
        "name": principal.user,
        "oid": principal.object_id,
        "preferred_username": principal.user,
        "sub": principal.object_id,
        "tid": settings.tenant,
        "ver": "2.0",
    })
}

/// Checks issuer, signature and times of a token. `revoked_up_to` is the number of the holder's last
/// token that was revoked.
pub fn verify(
    settings: &IdentitySettings,
    keys: &SigningKeys,
    revoked_up_to: impl Fn(&str) -> u64,
    token: &JsonWebToken<'_>,
    now: Moment,
) -> Result<(), TokenRefusal> {
    let key = keys.find(token.header_text("kid")).ok_or(TokenRefusal(
        "Signature validation failed. Signature key not found.",
    ))?;
    if !key.has_signed(token) {
        return Err(TokenRefusal(
            "Signature validation failed. Signature did not match.",
        ));
    }
    if token.text("iss") != issuer(&settings.tenant) {
        return Err(TokenRefusal(
            "Issuer validation failed. Issuer did not match.",
        ));
    }
    let now = now.seconds();
    let times = token.seconds("nbf").zip(token.seconds("exp"));
    if !times.is_some_and(|(first, end)| first <= now && now < end) {
        return Err(TokenRefusal(
            "Lifetime validation failed. The token is expired.",
        ));
    }
    let serial = u64::from_str_radix(token.text("uti"), 16).unwrap_or(0);
    if serial <= revoked_up_to(token.text("oid")) {
        return Err(TokenRefusal(
            "Token validation failed. The token was revoked.",
        ));
    }
    Ok(())
}
