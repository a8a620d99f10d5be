//! The access by which another service reads the source of a copy.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use azring_transport::auth::{Credential, SasResource, ServiceSas};
use azring_transport::http::{Account, Scheme};

use crate::Result;
use crate::store::OriginAccess;

/// The validity of a signature that azring makes, as long as AzCopy's. A copy that the service makes in its own time may
/// take days and is read with the signature to its end. A wrong clock matters little then.
const TOKEN_LASTS: Duration = Duration::from_hours(7 * 24);

/// The access of a service to an object of this account: the signature of the user, a signature made with the key for
/// reading this object only, or a token of the login. Without a credential the object is public.
pub(crate) fn access(
    account: &Account,
    resource: SasResource<'_>,
    now: SystemTime,
) -> Result<OriginAccess> {
    match &account.credential {
        Credential::Anonymous => Ok(OriginAccess::Public),
        Credential::Sas(token) => Ok(OriginAccess::Sas(token.clone())),
        Credential::Bearer(source) => Ok(OriginAccess::Bearer(Arc::clone(source))),
        Credential::SharedKey { account: name, key } => {
            let sas = ServiceSas {
                account: name,
                resource,
                version: account
                    .capabilities
                    .version()
                    .min(account.service.dialect().sas_version),
                https_only: account.endpoint.scheme == Scheme::Https,
                expires: now + TOKEN_LASTS,
            };
            Ok(OriginAccess::Sas(sas.sign(key)?))
        }
    }
}
