//! The token endpoint: one function for each kind of grant.
//! <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow>

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::access_token::Principal;
use super::application::Application;
use super::assertion::{self, ASSERTION_TYPE, AssertionInput};
use super::error::{IdentityError, IdentityResult};
use super::provider::IdentityState;
use super::resource;
use crate::emulator::clock::Moment;
use crate::emulator::http::query::Query;

const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// A request to the device code or the token endpoint.
pub struct GrantRequest<'a> {
    /// The form in its body.
    pub form: &'a Query,
    /// The provider's own host and port, as the client wrote it.
    pub host: &'a str,
    /// The tenant in its path.
    pub tenant: &'a str,
    /// When it came.
    pub now: Moment,
}

impl GrantRequest<'_> {
    /// Starts a sign-in by device code.
    pub fn device_code(&self, state: &mut IdentityState) -> IdentityResult<Value> {
        self.check_tenant(state, true)?;
        let application = self.application(state)?;
        let resource = resource::of_scope(self.required("scope")?, false)?;
        let settings = state.settings.device_code.clone();
        let codes = &mut state.device_codes;
        let code = codes.start(&settings, &application.client_id, &resource, self.now);
        let address = format!("https://{}/devicelogin", self.host);
        Ok(json!({
            "user_code": code.user_code,
            "device_code": code.code,
            "verification_uri": address,
            "expires_in": settings.expires_in,
            "interval": settings.interval,
            "message": format!(
                "To sign in, use a web browser to open the page {address} and enter the code {} to authenticate.",
                code.user_code
            ),
        }))
    }

    /// Issues tokens.
    pub fn token(&self, state: &mut IdentityState) -> IdentityResult<Value> {
        match self.required("grant_type")? {
            "client_credentials" => self.client_credentials(state),
            "device_code" | DEVICE_CODE => self.redeem_device_code(state),
            "refresh_token" => self.refresh(state),
            other => Err(IdentityError::new(
                "unsupported_grant_type",
                70_003,
                format!("The app requested an unsupported grant type '{other}'."),
            )),
        }
    }

    fn client_credentials(&self, state: &mut IdentityState) -> IdentityResult<Value> {
        self.check_tenant(state, false)?;
        let application = self.application(state)?;
        let resource = resource::of_scope(self.required("scope")?, true)?;
        let proof = self.authenticate(state, &application)?;
        let principal = Principal::application(&application, proof);
        Ok(self.answer(state, &principal, &resource))
    }

    fn redeem_device_code(&self, state: &mut IdentityState) -> IdentityResult<Value> {
        self.check_tenant(state, true)?;
        let application = self.public_application(state)?;
        let code = self.required("device_code")?;
        let settings = state.settings.device_code.clone();
        let first_user = state.settings.users.first().map(|user| user.name.clone());
        let (resource, user) = state.device_codes.poll(
            &settings,
            (code, &application.client_id),
            first_user.as_deref(),
            self.now,
        )?;
        self.sign_in(state, &application, &user, &resource)
    }

    fn refresh(&self, state: &mut IdentityState) -> IdentityResult<Value> {
        self.check_tenant(state, true)?;
        let application = self.public_application(state)?;
        let token = self.required("refresh_token")?;
        let resource = resource::of_scope(self.required("scope")?, false)?;
        let is_single_use = state.settings.single_use_refresh_tokens;
        let client_id = &application.client_id;
        let user = state
            .refresh_tokens
            .redeem(token, client_id, is_single_use, self.now)?;
        self.sign_in(state, &application, &user, &resource)
    }

    /// The tokens of a user who signed in.
    fn sign_in(
        &self,
        state: &mut IdentityState,
        application: &Application,
        user: &str,
        resource: &str,
    ) -> IdentityResult<Value> {
        let user = state.settings.user(user).cloned().ok_or_else(|| {
            IdentityError::new(
                "invalid_grant",
                50_034,
                "The user account does not exist in the directory.",
            )
        })?;
        let principal = Principal::user(&user, &application.client_id);
        let mut answer = self.answer(state, &principal, resource);
        let expires = state.settings.refresh_token_seconds * 1_000;
        let refresh_token = state.refresh_tokens.issue(
            &application.client_id,
            &user.name,
            self.now.plus_ms(expires),
        );
        let client = json!({ "uid": user.object_id, "utid": state.settings.tenant });
        answer["refresh_token"] = json!(refresh_token);
        answer["id_token"] = json!(state.id_token(&principal, self.host, self.now));
        answer["client_info"] = json!(URL_SAFE_NO_PAD.encode(client.to_string()));
        answer["scope"] = json!(format!("{resource}/user_impersonation {resource}/.default"));
        Ok(answer)
    }

    fn answer(&self, state: &mut IdentityState, principal: &Principal, resource: &str) -> Value {
        json!({
            "token_type": "Bearer",
            "expires_in": state.settings.token_seconds,
            "ext_expires_in": state.settings.token_seconds,
            "access_token": state.access_token(principal, resource, self.now),
        })
    }

    /// The tenant of the path is the provider's. Users also sign in at the common addresses.
    fn check_tenant(&self, state: &IdentityState, is_of_user: bool) -> IdentityResult<()> {
        let settings = &state.settings;
        let named = [&settings.tenant, &settings.domain];
        let is_own = named
            .iter()
            .any(|name| name.eq_ignore_ascii_case(self.tenant));
        let is_common = matches!(self.tenant, "common" | "organizations");
        if is_own || is_of_user && is_common {
            return Ok(());
        }
        if is_common {
            return Err(IdentityError::new(
                "invalid_request",
                50_059,
                "No tenant-identifying information found in either the request or implied by any provided credentials.",
            ));
        }
        Err(unknown_tenant(self.tenant))
    }

    fn application(&self, state: &IdentityState) -> IdentityResult<Application> {
        let client_id = self.required("client_id")?;
        let known = state.settings.application(client_id).cloned();
        known.ok_or_else(|| {
            IdentityError::new(
                "unauthorized_client",
                700_016,
                format!("Application with identifier '{client_id}' was not found in the directory '{}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.", self.tenant),
            )
        })
    }

    /// The application of a user's sign-in: a public one has no credential, another one needs it.
    fn public_application(&self, state: &IdentityState) -> IdentityResult<Application> {
        let application = self.application(state)?;
        if !application.is_public {
            self.authenticate(state, &application)?;
        }
        Ok(application)
    }

    /// Checks the application's own credential; returns how it proved itself.
    fn authenticate(&self, state: &IdentityState, application: &Application) -> IdentityResult<u8> {
        let secret = self.form.filled("client_secret");
        let assertion = self.form.filled("client_assertion");
        if application.is_public && (secret.is_some() || assertion.is_some()) {
            return Err(IdentityError::invalid_client(
                700_025,
                "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
            ));
        }
        if let Some(assertion) = assertion {
            if self.form.or_empty("client_assertion_type") != ASSERTION_TYPE {
                return Err(IdentityError::new(
                    "invalid_request",
                    90_023,
                    format!(
                        "Invalid STS request. 'client_assertion_type' must be '{ASSERTION_TYPE}'."
                    ),
                ));
            }
            assertion::check(
                &AssertionInput {
                    application,
                    keys: &state.keys,
                    audiences: &self.own_addresses(),
                    now: self.now,
                },
                assertion,
            )?;
            return Ok(2);
        }
        let secret = secret.ok_or_else(|| {
            IdentityError::invalid_client(
                7_000_218,
                "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
            )
        })?;
        let known = application.secrets.iter().find(|one| one.value == secret);
        let id = &application.client_id;
        match known {
            Some(known) if known.is_expired => Err(IdentityError::invalid_client(
                7_000_222,
                format!(
                    "The provided client secret keys for app '{id}' are expired. Visit the Azure portal to create new keys for your app, or consider using certificate credentials for added security."
                ),
            )),
            Some(_) => Ok(1),
            None => Err(IdentityError::invalid_client(
                7_000_215,
                format!(
                    "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{id}'."
                ),
            )),
        }
    }

    /// The addresses that an assertion may name as its audience.
    fn own_addresses(&self) -> Vec<String> {
        let (host, tenant) = (self.host, self.tenant);
        ["oauth2/v2.0/token", "oauth2/token", "v2.0"]
            .map(|path| format!("https://{host}/{tenant}/{path}"))
            .into()
    }

    fn required(&self, name: &str) -> IdentityResult<&str> {
        self.form
            .filled(name)
            .ok_or_else(|| IdentityError::missing(name))
    }
}

/// The refusal of a tenant that is not there.
pub fn unknown_tenant(tenant: &str) -> IdentityError {
    IdentityError::new(
        "invalid_request",
        90_002,
        format!(
            "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant."
        ),
    )
}
