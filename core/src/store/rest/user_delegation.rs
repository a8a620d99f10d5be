//! The signatures that a login makes for the sources of copies: one key of the service for a whole run.
//!
//! All workers share the key. The first who needs it asks for it; the others wait and share the outcome.
//! Nothing is asked for before a copy needs it, and nothing is stored.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use azring_transport as transport;
use azring_transport::auth::{ObjectSas, SasResource, Secret, UserDelegationKey};
use azring_transport::http::Scheme;
use azring_transport::service::{ApiVersion, Service};

use super::get_user_delegation_key as key_request;
use crate::error::Side;
use crate::location::AccountPlace;
use crate::store::Tools;
use crate::{Error, Result};

/// The life of a key, less than the week that the service allows: clocks differ. A signature ends with
/// its key. A copy that the service makes in its own time may take days, and needs it to the end.
const KEY_LASTS: Duration = Duration::from_hours(6 * 24);

/// A key is valid from this long ago, for a service whose clock is behind.
const KEY_BEGAN: Duration = Duration::from_mins(15);

/// A key with less left is replaced, so that a signature lives for five days at least.
const LEFT_MIN: Duration = Duration::from_hours(5 * 24);

/// A key that could not be replaced is used for this long before the next try.
const PAUSE: Duration = Duration::from_mins(10);

/// Signs for reading objects of one account in the name of the login that reads them.
#[derive(Debug)]
pub(crate) struct UserDelegation {
    place: AccountPlace,
    state: Mutex<KeyState>,
    /// Held by whoever asks for a key.
    request: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct KeyState {
    key: Option<Arc<UserDelegationKey>>,
    /// The key is used without a new request until then.
    fresh_until: Option<SystemTime>,
    /// Requests that have ended.
    requests: u64,
    /// How the last request failed, if it did.
    failure: Option<Error>,
}

impl UserDelegation {
    /// For the account of this place. Asks for nothing yet.
    pub(crate) fn new(place: &AccountPlace) -> Self {
        Self {
            place: place.clone(),
            state: Mutex::default(),
            request: tokio::sync::Mutex::new(()),
        }
    }

    /// A signature for reading this object. Waits for a key where there is none yet.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] where no signature can be made for the account; otherwise the failure of the
    /// request for the key, at the source.
    pub(crate) async fn sign(
        &self,
        tools: &Tools,
        resource: &SasResource,
    ) -> Result<Secret<String>> {
        let version = self.sas_version()?;
        let key = self.key(tools, tools.client.clock().now()).await?;
        let sas = ObjectSas {
            account: &self.place.account_name,
            resource,
            version,
            https_only: self.place.account.endpoint.scheme == Scheme::Https,
            expires: key.expires,
        };
        Ok(sas.sign_for_login(&key)?)
    }

    /// The version of the signatures.
    fn sas_version(&self) -> Result<ApiVersion> {
        let account = &self.place.account;
        let version = account.capabilities.version();
        let cannot = |why: String| {
            Err(Error::Usage(format!(
                "a login cannot sign for a copy that the service makes in its own time from `{}`: {why}; give a \
                 shared access signature for the source, or copy it through this machine (/SyncCopy)",
                self.place.origin()
            )))
        };
        if self.place.account_name.is_empty() {
            return cannot("the name of the account is not known".into());
        }
        let first = key_request::first_version(account.service);
        let Some(first) = first.filter(|first| version >= *first) else {
            return cannot(format!(
                "the service has no user delegation keys in version {version}"
            ));
        };
        Ok(match account.service {
            // Every service that has such keys knows the rules of this version too.
            Service::Blob => version.min(account.service.dialect().sas_version),
            Service::Share | Service::Table => version.max(first),
        })
    }

    /// The key at `now`.
    async fn key(&self, tools: &Tools, now: SystemTime) -> Result<Arc<UserDelegationKey>> {
        let requests_before = {
            let state = self.state();
            if let Some(outcome) = state.known(now) {
                return outcome;
            }
            state.requests
        };
        let _request = self.request.lock().await;
        {
            let state = self.state();
            if state.requests != requests_before
                && let Some(outcome) = state.last(now)
            {
                return outcome;
            }
        }
        let request = key_request::request(&self.place, now - KEY_BEGAN, now + KEY_LASTS)?;
        let asked = match tools.client.send(&request).await {
            Ok(reply) => key_request::read(&reply.body),
            Err(error) => Err(self.failed(error)),
        };
        self.state().note(asked, now)
    }

    /// The failure of a request for a key. It concerns the source: the login lacks the role there.
    fn failed(&self, error: transport::Error) -> Error {
        let role = match self.place.account.service {
            Service::Share => "Storage File Delegator",
            Service::Blob | Service::Table => "Storage Blob Delegator",
        };
        let what = "the service reads the source with a signature, and gives the login no key to sign with";
        Error::from(error.within(what).needing_role(role)).at(Side::Source)
    }

    fn state(&self) -> MutexGuard<'_, KeyState> {
        // Nothing is half done where a thread could panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl KeyState {
    /// What became of the requests so far, if nothing has to be asked at `now`.
    fn known(&self, now: SystemTime) -> Option<Result<Arc<UserDelegationKey>>> {
        let is_fresh = self.fresh_until.is_some_and(|until| now < until);
        if let Some(key) = self.key.as_ref().filter(|_| is_fresh) {
            return Some(Ok(Arc::clone(key)));
        }
        // A refusal stays one: every object would ask again.
        let refusal = self.failure.as_ref();
        let refusal = refusal.filter(|error| matches!(error.status(), Some(400 | 403 | 404 | 405)));
        refusal.map(|error| Err(error.clone()))
    }

    /// What became of the last request.
    fn last(&self, now: SystemTime) -> Option<Result<Arc<UserDelegationKey>>> {
        let failure = self.failure.as_ref().map(|error| Err(error.clone()));
        self.known(now).or(failure)
    }

    /// Notes how a request has ended, and returns the key to use. The old one serves while it is valid.
    fn note(
        &mut self,
        asked: Result<UserDelegationKey>,
        now: SystemTime,
    ) -> Result<Arc<UserDelegationKey>> {
        self.requests += 1;
        match asked {
            Ok(key) => {
                let key = Arc::new(key);
                self.failure = None;
                // A service may give less than was asked for.
                let replaced = key.expires.checked_sub(LEFT_MIN);
                self.fresh_until = replaced.map(|replaced| replaced.max(now + PAUSE));
                self.key = Some(Arc::clone(&key));
                Ok(key)
            }
            Err(error) => {
                let valid = self.key.clone().filter(|key| key.expires > now + PAUSE);
                self.fresh_until = valid.as_ref().map(|_| now + PAUSE);
                self.failure = Some(error.clone());
                valid.ok_or(error)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use azring_transport::Kind;

    use super::*;

    const HOUR: Duration = Duration::from_hours(1);

    fn at(hours: u32) -> SystemTime {
        SystemTime::UNIX_EPOCH + HOUR * hours
    }

    fn key(expires: SystemTime) -> UserDelegationKey {
        UserDelegationKey {
            object_id: "o".into(),
            tenant: "t".into(),
            start: String::new(),
            expiry: String::new(),
            service: "b".into(),
            version: "2021-12-02".into(),
            value: Secret::new(b"key".to_vec()),
            expires,
        }
    }

    fn refused(status: u16) -> Error {
        transport::Error::new(Kind::Status(status), "refused").into()
    }

    #[test]
    fn a_key_is_used_for_a_day_and_replaced_while_it_has_five_left() {
        let mut state = KeyState::default();
        assert!(state.known(at(0)).is_none());
        state.note(Ok(key(at(0) + KEY_LASTS)), at(0)).unwrap();
        let known = |hours| state.known(at(hours)).map(|known| known.unwrap().expires);
        assert_eq!(known(0), Some(at(144)));
        assert_eq!(known(23), Some(at(144)));
        assert_eq!(known(25), None);
    }

    #[test]
    fn a_key_that_cannot_be_replaced_is_used_while_it_is_valid() {
        let mut state = KeyState::default();
        state.note(Ok(key(at(144))), at(0)).unwrap();
        let used = state.note(Err(refused(503)), at(30)).unwrap();
        assert_eq!(used.expires, at(144));
        assert!(state.known(at(30)).is_some_and(|known| known.is_ok()));
        assert!(state.known(at(31)).is_none());
        state.note(Err(refused(503)), at(144)).unwrap_err();
    }

    #[test]
    fn a_refusal_is_not_asked_for_again_and_an_outage_is() {
        let mut state = KeyState::default();
        state.note(Err(refused(503)), at(0)).unwrap_err();
        assert!(state.known(at(0)).is_none());
        assert!(state.last(at(0)).is_some_and(|last| last.is_err()));
        state.note(Err(refused(403)), at(0)).unwrap_err();
        assert!(state.known(at(9)).is_some_and(|known| known.is_err()));
    }
}
