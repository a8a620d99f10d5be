//! New tokens for a user who has logged in before: by a refresh token, which changes with each use.
//! <https://learn.microsoft.com/entra/identity-platform/refresh-tokens>

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::form::Form;
use super::identity_client::IdentityClient;
use super::identity_request::IdentityRequest;
use super::identity_retry::{Answerer, IdentityRetry, TokenPatience};
use super::refusal::Refusal;
use super::token_answer::IssuedTokens;
use super::{Authority, USER_SCOPE};
use crate::auth::Secret;
use crate::client::Settings;
use crate::{Kind, Result};

/// How long to wait before each look for the refresh token that another process has been given in
/// place of a refused one: it may not be stored yet.
const LOOKS: [Duration; 3] = [
    Duration::ZERO,
    Duration::from_millis(500),
    Duration::from_millis(1500),
];

/// Keeps the refresh token of a login between programs.
pub trait RefreshTokenStore: fmt::Debug + Send + Sync {
    /// The refresh token that is stored now: another program may have stored a newer one.
    fn newest(&self) -> Option<Secret<String>>;

    /// Stores `token` in place of `used`. Where that fails the store reports it itself; the token is
    /// used in this program all the same.
    fn replace(&self, used: &Secret<String>, token: &Secret<String>);
}

/// The login of a user, by a refresh token.
#[derive(Debug)]
pub struct RefreshTokenLogin {
    authority: Authority,
    client_id: String,
    client: IdentityClient,
    token: Mutex<Secret<String>>,
    store: Option<Arc<dyn RefreshTokenStore>>,
}

impl RefreshTokenLogin {
    /// A login with this refresh token. Without a store a new one is kept in this program only.
    pub fn new(
        authority: Authority,
        client_id: &str,
        token: Secret<String>,
        store: Option<Arc<dyn RefreshTokenStore>>,
        settings: &Settings,
    ) -> Self {
        let client = IdentityClient::new(settings);
        Self::over(authority, client_id, token, store, client)
    }

    /// The same, whose requests this client sends.
    pub(super) fn over(
        authority: Authority,
        client_id: &str,
        token: Secret<String>,
        store: Option<Arc<dyn RefreshTokenStore>>,
        client: IdentityClient,
    ) -> Self {
        Self {
            authority,
            client_id: client_id.to_owned(),
            client,
            token: Mutex::new(token),
            store,
        }
    }

    /// Has a token issued. A refresh token that is refused may have been used by another process: the
    /// stored one is used where it is another.
    pub(super) async fn issue(&self, patience: TokenPatience) -> Result<IssuedTokens> {
        let used = self.stored().unwrap_or_else(|| self.token());
        match self.issue_with(&used, patience).await {
            Err(error) if error.kind() == Kind::Login && self.store.is_some() => {
                match self.stored_instead_of(&used).await {
                    Some(newest) => self.issue_with(&newest, patience).await,
                    None => Err(error),
                }
            }
            issued => issued,
        }
    }

    fn stored(&self) -> Option<Secret<String>> {
        self.store.as_ref()?.newest()
    }

    /// The refresh token that another process has stored.
    async fn stored_instead_of(&self, used: &Secret<String>) -> Option<Secret<String>> {
        for wait in LOOKS {
            self.client.settings().clock.sleep(wait).await;
            let stored = self.stored()?;
            if stored.expose() != used.expose() {
                return Some(stored);
            }
        }
        None
    }

    async fn issue_with(
        &self,
        used: &Secret<String>,
        patience: TokenPatience,
    ) -> Result<IssuedTokens> {
        let form = Form::default()
            .field("client_id", &self.client_id)
            .field("grant_type", "refresh_token")
            .secret("refresh_token", used)
            .field("scope", USER_SCOPE);
        let path = self.authority.token_path();
        let request = IdentityRequest::post(self.authority.endpoint(), path, form);
        let retry = IdentityRetry::new(Answerer::Entra, patience);
        let answer = self
            .client
            .persist(&request, retry, IssuedTokens::setback)
            .await?;
        if !answer.is_success() {
            return Err(Refusal::read(&answer, &[used]).into_error(&self.authority));
        }
        let now = self.client.settings().clock.now();
        let issued = IssuedTokens::read(&answer, now, &self.authority.to_string())?;
        if let Some(new) = &issued.refresh {
            if let Some(store) = &self.store {
                store.replace(used, new);
            }
            *self.token.lock().unwrap_or_else(PoisonError::into_inner) = new.clone();
        }
        Ok(issued)
    }

    pub(super) fn client(&self) -> &IdentityClient {
        &self.client
    }

    /// The refresh token that this program used or was given last.
    fn token(&self) -> Secret<String> {
        let token = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        token.clone()
    }
}
