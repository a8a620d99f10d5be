//! A key that a storage service gives a login, for signatures that others use in its name.
//! <https://learn.microsoft.com/rest/api/storageservices/get-user-delegation-key>

use std::time::SystemTime;

use super::Secret;

/// A key of a login, and what a signature made with it says about it. Its `Debug` hides the key.
#[derive(Debug, Clone)]
pub struct UserDelegationKey {
    /// The object id of whoever has logged in.
    pub object_id: String,
    /// The tenant.
    pub tenant: String,
    /// The beginning of its validity, as the service writes it.
    pub start: String,
    /// The end of its validity, as the service writes it.
    pub expiry: String,
    /// The service's letter, such as `b`.
    pub service: String,
    /// The version of the request for it.
    pub version: String,
    /// The decoded key.
    pub value: Secret<Vec<u8>>,
    /// The end of its validity.
    pub expires: SystemTime,
}

impl UserDelegationKey {
    /// What a signature names about the key: parameters and values, in signing order.
    pub(super) fn fields(&self) -> [(&'static str, &str); 6] {
        [
            ("skoid", &self.object_id),
            ("sktid", &self.tenant),
            ("skt", &self.start),
            ("ske", &self.expiry),
            ("sks", &self.service),
            ("skv", &self.version),
        ]
    }
}
