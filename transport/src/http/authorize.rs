//! The authorization of one attempt of a request, and its renewal after a refusal.

use std::time::SystemTime;

use super::{Account, Request, Scheme};
use crate::auth::{Authorization, Credential, OwnAuthorization};
use crate::{Error, Kind, Result};

/// The code of a refusal that is about the source of a copy, not about the request's own
/// credential.
const CANNOT_VERIFY_COPY_SOURCE: &str = "CannotVerifyCopySource";

impl Account {
    /// What an attempt at `now` gets from the credential. Waits where a token has to be issued
    /// first.
    ///
    /// Fails with [`Kind::Invalid`] where a bearer token would travel in plain text to another
    /// machine.
    pub(crate) async fn authorization(&self, now: SystemTime) -> Result<OwnAuthorization<'_>> {
        match &self.credential {
            Credential::Bearer(_) => self.check_bearer_is_hidden()?,
            Credential::Anonymous | Credential::SharedKey { .. } | Credential::Sas(_) => {}
        }
        OwnAuthorization::of(&self.credential, now).await
    }

    /// A bearer token opens everything that its owner may do, for an hour: it leaves this machine
    /// encrypted or not at all.
    fn check_bearer_is_hidden(&self) -> Result<()> {
        match self.endpoint.scheme {
            Scheme::Https => Ok(()),
            Scheme::Http if self.endpoint.is_loopback() => Ok(()),
            Scheme::Http => Err(Error::new(
                Kind::Invalid,
                format!(
                    "a bearer token is not sent to `{}` in plain text: begin the URL with `https://`",
                    self.endpoint
                ),
            )),
        }
    }
}

impl Request {
    /// What an attempt at `now` gets from the credentials of its account and of a copy's source.
    pub(crate) async fn authorization(&self, now: SystemTime) -> Result<Authorization<'_>> {
        let copy_source = match &self.copy_source_token {
            Some(source) => {
                self.account.check_bearer_is_hidden()?;
                Some(source.token(now).await?)
            }
            None => None,
        };
        Ok(Authorization {
            own: self.account.authorization(now).await?,
            copy_source,
        })
    }

    /// Renews the token that the service refused with this error. Returns whether there is a new
    /// one, with which the request may be sent once more.
    pub(crate) async fn renew_refused(
        &self,
        authorization: &Authorization<'_>,
        error: &Error,
        now: SystemTime,
    ) -> Result<bool> {
        if error.status() != Some(401) {
            return Ok(false);
        }
        if error.code() == Some(CANNOT_VERIFY_COPY_SOURCE) {
            let (Some(source), Some(refused)) =
                (&self.copy_source_token, &authorization.copy_source)
            else {
                return Ok(false);
            };
            return Ok(!source.renew(refused, now).await?.is(refused));
        }
        if let (Credential::Bearer(source), OwnAuthorization::Bearer(refused)) =
            (&self.account.credential, &authorization.own)
        {
            return Ok(!source.renew(refused, now).await?.is(refused));
        }
        // No other credential can be renewed.
        Ok(false)
    }
}
