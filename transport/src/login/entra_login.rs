//! A login of one of the kinds, as an issuer of tokens.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::identity_client::IdentityClient;
use super::identity_retry::TokenPatience;
use super::token_answer::IssuedTokens;
use super::{
    AzureCli, ClientCredentials, DeviceCode, DeviceCodeLogin, LoggedIn, ManagedIdentity,
    RefreshTokenLogin, RefreshTokenStore,
};
use crate::Result;
use crate::auth::{AccessToken, Need, Secret, TokenFuture, TokenIssuer};

/// How long a run waits for an identity service that is unwell, as for a storage service.
const PATIENCE: Duration = Duration::from_mins(5);

/// One of the ways to log in.
#[derive(Debug)]
pub enum LoginMethod {
    /// A user who has logged in before.
    RefreshToken(RefreshTokenLogin),
    /// An application, with a secret or a certificate, or a workload.
    Application(ClientCredentials),
    /// The machine.
    ManagedIdentity(ManagedIdentity),
    /// Azure's command line.
    AzureCli(AzureCli),
}

/// A login that issues tokens for Azure Storage.
#[derive(Debug)]
pub struct Login {
    method: LoginMethod,
    /// How long an identity service that is unwell is waited for.
    patience: Duration,
    /// A token that was issued before anybody asked.
    first: Mutex<Option<AccessToken>>,
    /// It has given a token: nothing about it is a mistake.
    has_issued: AtomicBool,
}

impl Login {
    /// A login of this kind.
    pub fn new(method: LoginMethod) -> Self {
        Self {
            method,
            patience: PATIENCE,
            first: Mutex::default(),
            has_issued: AtomicBool::new(false),
        }
    }

    /// The same, which gives up after `patience` when the identity service is unwell.
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Has a token issued, and says who has logged in.
    pub async fn log_in(&self) -> Result<(AccessToken, LoggedIn)> {
        let issued = self.issue_tokens(Need::Now).await?;
        self.keep(issued.access.clone());
        Ok((issued.access, issued.logged_in))
    }

    /// What the user should know about this login, once: a wrong clock.
    pub fn take_notice(&self) -> Option<String> {
        self.client()?.service_clock().take_notice()
    }

    /// Gives this token out when one is asked for.
    fn keep(&self, token: AccessToken) {
        *self.first.lock().unwrap_or_else(PoisonError::into_inner) = Some(token);
        self.has_issued.store(true, Ordering::Relaxed);
    }

    async fn issue_tokens(&self, need: Need) -> Result<IssuedTokens> {
        let patience = match need {
            Need::Soon => TokenPatience::None,
            Need::Now if self.has_issued.load(Ordering::Relaxed) => {
                TokenPatience::NextToken(self.patience)
            }
            Need::Now => TokenPatience::FirstToken(self.patience),
        };
        let issued = match &self.method {
            LoginMethod::RefreshToken(login) => login.issue(patience).await,
            LoginMethod::Application(login) => login.issue(patience).await,
            LoginMethod::ManagedIdentity(login) => login.issue(patience).await,
            LoginMethod::AzureCli(login) => login.issue(patience).await,
        }?;
        self.has_issued.store(true, Ordering::Relaxed);
        Ok(issued)
    }

    fn client(&self) -> Option<&IdentityClient> {
        match &self.method {
            LoginMethod::RefreshToken(login) => Some(login.client()),
            LoginMethod::Application(login) => Some(login.client()),
            LoginMethod::ManagedIdentity(login) => Some(login.client()),
            LoginMethod::AzureCli(_) => None,
        }
    }
}

impl TokenIssuer for Login {
    fn issue(&self, need: Need) -> TokenFuture<'_> {
        Box::pin(async move {
            let first = {
                let mut first = self.first.lock().unwrap_or_else(PoisonError::into_inner);
                first.take()
            };
            match first {
                Some(token) => Ok(token),
                None => Ok(self.issue_tokens(need).await?.access),
            }
        })
    }

    fn take_notice(&self) -> Option<String> {
        Login::take_notice(self)
    }
}

impl DeviceCodeLogin {
    /// Waits until the user has entered the code; gives the login, who has logged in, and the
    /// refresh token (where the identity service gives one), which `store` keeps from then on.
    ///
    /// Fails with [`Kind::Login`](crate::Kind::Login) when the user declines or the code expires.
    pub async fn wait(
        &self,
        code: &DeviceCode,
        store: Option<Arc<dyn RefreshTokenStore>>,
    ) -> Result<(Login, LoggedIn, Option<Secret<String>>)> {
        let issued = self.finish(code).await?;
        // The tenant of a user that was not named is known now, and refreshes go there.
        let authority = match &issued.logged_in.tenant {
            Some(tenant) if self.authority().is_tenant_of_user() => {
                self.authority().with_tenant(tenant)?
            }
            _ => self.authority().clone(),
        };
        let refresh = issued.refresh.clone();
        let login = Login::new(LoginMethod::RefreshToken(RefreshTokenLogin::over(
            authority,
            self.client_id(),
            refresh
                .clone()
                .unwrap_or_else(|| Secret::new(String::new())),
            store,
            self.client().clone(),
        )));
        login.keep(issued.access);
        Ok((login, issued.logged_in, refresh))
    }
}
