//! Who we are to a service: the credential, and how a request is made to carry it.

mod secret;

pub use secret::Secret;

/// What a request proves itself with. Belongs to one account of one host and is never sent to another.
#[derive(Debug, Clone)]
pub enum Credential {
    /// Nothing: a public container.
    Anonymous,
    /// The account's key: every request is signed with it.
    /// <https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key>
    SharedKey {
        /// The account's name, without `-secondary`.
        account: String,
        /// The decoded key.
        key: Secret<Vec<u8>>,
    },
    /// A shared access signature: the query string of the token, percent-encoded, without a leading `?`.
    /// <https://learn.microsoft.com/rest/api/storageservices/delegate-access-with-shared-access-signature>
    Sas(Secret<String>),
}
