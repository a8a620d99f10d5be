//! Who we are to a service: the credential, and how a request is made to carry it.
//!
//! `http/compose.rs` puts a request together and asks here for the two things a credential adds: [`sas`] a query,
//! [`shared_key`] a header. Neither ever leaves the request: not in an error, not in a log.

mod secret;

mod mask;

pub(crate) mod sas;

pub(crate) mod shared_key;

mod blob_sas;

pub use blob_sas::BlobSas;
pub(crate) use mask::Carried;
pub use mask::{MASKED, has_signature, masked};
pub use secret::Secret;
pub use shared_key::{authorization, string_to_sign};

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
