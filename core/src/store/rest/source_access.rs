//! The access by which another service reads the source of a copy.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use azring_transport::auth::{Credential, ObjectSas, SasResource};
use azring_transport::http::{Account, Scheme};

use super::user_delegation::UserDelegation;
use crate::Result;
use crate::location::AccountPlace;
use crate::store::{OriginAccess, OriginLogin};

/// The validity of a signature that azring makes, as long as AzCopy's. A copy that the service makes in its own time may
/// take days and is read with the signature to its end. A wrong clock matters little then.
const TOKEN_LASTS: Duration = Duration::from_hours(7 * 24);

/// The access of other services to the objects of one place.
#[derive(Debug, Clone)]
pub(crate) enum SourceAccess {
    /// They read them with the key of their own requests.
    OpenToTarget,
    /// By what the credential of the account allows. A login signs with one key for the whole run.
    Own(Arc<UserDelegation>),
}

impl SourceAccess {
    /// By what the credential of this account allows.
    pub(crate) fn own(place: &AccountPlace) -> Self {
        Self::Own(Arc::new(UserDelegation::new(place)))
    }

    /// The access to one object: the signature of the user, a signature made with the key for reading this object
    /// only, or the login. Without a credential the object is public.
    pub(crate) fn to(
        &self,
        account: &Account,
        resource: SasResource,
        now: SystemTime,
    ) -> Result<OriginAccess> {
        let Self::Own(delegation) = self else {
            return Ok(OriginAccess::Public);
        };
        Ok(match &account.credential {
            Credential::Anonymous => OriginAccess::Public,
            Credential::Sas(token) => OriginAccess::Sas(token.clone()),
            Credential::Bearer(source) => OriginAccess::Login(OriginLogin::new(
                Arc::clone(source),
                Arc::clone(delegation),
                resource,
            )),
            Credential::SharedKey { account: name, key } => {
                let sas = ObjectSas {
                    account: name,
                    resource: &resource,
                    version: account
                        .capabilities
                        .version()
                        .min(account.service.dialect().sas_version),
                    https_only: account.endpoint.scheme == Scheme::Https,
                    expires: now + TOKEN_LASTS,
                };
                OriginAccess::Sas(sas.sign(key)?)
            }
        })
    }
}
