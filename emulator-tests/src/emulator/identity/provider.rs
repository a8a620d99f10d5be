//! The identity provider of an emulator: what it has issued, and what tests ask of it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::json;

use super::access_token::{self, Principal, TokenRefusal, VerifiedToken};
use super::assertion::FEDERATED_AUDIENCE;
use super::certificate;
use super::device_code::{Decision, DeviceCode, DeviceCodes};
use super::json_web_token::{self, JsonWebToken};
use super::random;
use super::refresh_token::RefreshTokens;
use super::role::Role;
use super::settings::{FEDERATED_ISSUER, IdentitySettings};
use super::signing_keys::SigningKeys;
use crate::emulator::behaviour::SharedBehaviour;
use crate::emulator::clock::Moment;

/// How long a federated token is valid, in seconds.
const FEDERATED_SECONDS: u64 = 3_600;

/// The identity provider. Its functions do what the requests of the control endpoint do.
pub struct IdentityProvider {
    state: Mutex<IdentityState>,
    behaviour: SharedBehaviour,
    /// The settings that a reset restores.
    first_settings: IdentitySettings,
}

/// Everything that changes.
pub struct IdentityState {
    /// What the provider knows.
    pub settings: IdentitySettings,
    /// The keys of its signatures.
    pub keys: SigningKeys,
    /// The codes that it handed out.
    pub device_codes: DeviceCodes,
    /// The refresh tokens that it issued.
    pub refresh_tokens: RefreshTokens,
    /// The key files of Azure Arc that wait for their request, by content.
    pub arc_keys: HashMap<String, std::path::PathBuf>,
    /// How many access tokens were issued.
    issued: u64,
    /// The number of the last revoked access token, by object id.
    revoked_up_to: HashMap<String, u64>,
}

impl IdentityProvider {
    /// A provider with these settings. The behaviour has its clock.
    pub fn new(settings: IdentitySettings, behaviour: SharedBehaviour) -> Self {
        Self {
            state: Mutex::new(IdentityState::new(settings.clone())),
            behaviour,
            first_settings: settings,
        }
    }

    /// Its clock, which is that of the services.
    pub fn now(&self) -> Moment {
        let behaviour = Arc::clone(
            &self
                .behaviour
                .read()
                .unwrap_or_else(PoisonError::into_inner),
        );
        Moment::now().shifted_ms(behaviour.clock_ahead_ms)
    }

    /// Its state, locked.
    pub fn lock(&self) -> MutexGuard<'_, IdentityState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Its settings.
    pub fn settings(&self) -> IdentitySettings {
        self.lock().settings.clone()
    }

    /// Changes its settings from now on.
    pub fn change(&self, change: impl FnOnce(&mut IdentitySettings)) {
        change(&mut self.lock().settings);
    }

    /// Restores the settings of the start, and forgets codes, tokens and keys.
    pub fn reset(&self) {
        *self.lock() = IdentityState::new(self.first_settings.clone());
    }

    /// The device codes that wait for their user.
    pub fn pending_codes(&self) -> Vec<DeviceCode> {
        let now = self.now();
        self.lock().device_codes.pending(now).cloned().collect()
    }

    /// The user signs in with a code. False if no such code or no such user is there.
    pub fn approve(&self, user_code: &str, user: &str) -> bool {
        let mut state = self.lock();
        let known = state.settings.user(user).map(|user| user.name.clone());
        known.is_some_and(|user| {
            let decision = Decision::Approved(user);
            state.device_codes.decide(user_code, decision)
        })
    }

    /// The user refuses a code. False if no such code waits.
    pub fn decline(&self, user_code: &str) -> bool {
        let codes = &mut self.lock().device_codes;
        codes.decide(user_code, Decision::Declined)
    }

    /// A code ends at once. False if no such code waits.
    pub fn expire(&self, user_code: &str) -> bool {
        let codes = &mut self.lock().device_codes;
        codes.decide(user_code, Decision::Expired)
    }

    /// Signs with a new key from now on. What older keys signed stays good.
    pub fn rotate_keys(&self) {
        self.lock().keys.rotate();
    }

    /// Forgets all keys but the newest: what they signed is refused.
    pub fn forget_older_keys(&self) {
        self.lock().keys.forget_older();
    }

    /// Revokes all tokens of a user, an application or a managed identity. Refresh tokens are refused
    /// with this code (50173 for a changed password, 70043 for sign-in frequency).
    pub fn revoke(&self, principal: &str, code: u32) {
        let mut state = self.lock();
        let object_id = state.settings.object_id(principal).to_owned();
        let issued = state.issued;
        state.revoked_up_to.insert(object_id, issued);
        state.refresh_tokens.end(principal, code);
    }

    /// Makes a certificate for an application and registers it. Returns certificate and private key in
    /// PEM; `None` if there is no such application.
    pub fn certificate(&self, client_id: &str) -> Option<String> {
        let (certificate, key) = certificate::generate(client_id);
        let settings = &mut self.lock().settings;
        let mut applications = settings.applications.iter_mut();
        let application = applications.find(|one| one.client_id.eq_ignore_ascii_case(client_id))?;
        application.certificates.push(certificate.clone());
        Some(certificate + &key)
    }

    /// A token of [`FEDERATED_ISSUER`] for this subject, as a cluster writes it into the file of a
    /// workload.
    pub fn federated_token(&self, subject: &str) -> String {
        let now = self.now().seconds();
        let claims = json!({
            "aud": [FEDERATED_AUDIENCE],
            "exp": now + FEDERATED_SECONDS,
            "iat": now,
            "iss": FEDERATED_ISSUER,
            "jti": random::guid(),
            "nbf": now,
            "sub": subject,
        });
        json_web_token::signed_by(&self.lock().keys.newest(), &claims)
    }

    /// Checks a token for an account.
    pub fn verify(
        &self,
        token: &JsonWebToken<'_>,
        account: &str,
        now: Moment,
    ) -> Result<VerifiedToken, TokenRefusal> {
        let state = self.lock();
        let revoked = |object_id: &str| state.revoked_up_to.get(object_id).copied().unwrap_or(0);
        access_token::verify(&state.settings, &state.keys, revoked, token, now)?;
        let object_id = token.text("oid").to_owned();
        Ok(VerifiedToken {
            roles: state.settings.roles_of(&object_id, account),
            object_id,
            tenant: token.text("tid").to_owned(),
            audience: token.text("aud").to_owned(),
        })
    }

    /// The roles of an object id for an account; `None` if no principal has this id.
    pub fn roles_of_principal(&self, object_id: &str, account: &str) -> Option<Vec<Role>> {
        let settings = &self.lock().settings;
        let is_known = settings.has_principal(object_id);
        is_known.then(|| settings.roles_of(object_id, account))
    }

    /// The tenant's id.
    pub fn tenant(&self) -> String {
        self.lock().settings.tenant.clone()
    }
}

impl IdentityState {
    fn new(settings: IdentitySettings) -> Self {
        Self {
            settings,
            keys: SigningKeys::default(),
            device_codes: DeviceCodes::default(),
            refresh_tokens: RefreshTokens::default(),
            arc_keys: HashMap::new(),
            issued: 0,
            revoked_up_to: HashMap::new(),
        }
    }

    /// Issues an access token.
    pub fn access_token(&mut self, principal: &Principal, audience: &str, now: Moment) -> String {
        self.issued += 1;
        let claims = access_token::claims(&self.settings, principal, audience, (now, self.issued));
        json_web_token::signed_by(&self.keys.newest(), &claims)
    }

    /// Issues an id token.
    pub fn id_token(&mut self, principal: &Principal, host: &str, now: Moment) -> String {
        let claims = access_token::id_claims(&self.settings, principal, host, now);
        json_web_token::signed_by(&self.keys.newest(), &claims)
    }
}
