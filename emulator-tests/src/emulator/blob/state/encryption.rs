//! What a blob is encrypted with. The emulator encrypts nothing: it stores what to ask for.

use serde::{Deserialize, Serialize};

/// The key of a blob.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Encryption {
    /// The account's key.
    #[default]
    Account,
    /// A key that the client provides with each request. This is its SHA-256.
    CustomerKey([u8; 32]),
    /// An encryption scope, by its name.
    Scope(String),
}

impl Encryption {
    /// Whether it is the account's key.
    pub fn is_account(&self) -> bool {
        *self == Self::Account
    }
}
