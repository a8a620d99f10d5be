//! The names of a service in addresses, signatures, the journal and answers.

use super::version::ApiVersion;

/// The names of a service in addresses, signatures and answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServiceNames {
    /// The label of its host names (`account.blob.core.windows.net`), of the resources that a
    /// service SAS signs (`/blob/account/..`), of its records in the journal, and of its URL in the
    /// `ready` line.
    pub label: &'static str,
    /// Its letter in `ss` of an account SAS and in `sks` of a user delegation key.
    pub sas_letter: char,
    /// The `Server` header of its answers.
    pub server: &'static str,
    /// What signatures by the account's key contain.
    pub key_signature: KeySignature,
    /// Since when it takes bearer tokens.
    pub tokens_since: TokensSince,
}

/// The first versions with bearer tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokensSince {
    /// For calls on data.
    pub data: ApiVersion,
    /// For calls on the account and on what holds the data, which no SAS of it can do.
    pub account: ApiVersion,
}

impl TokensSince {
    /// One version for all calls.
    pub const fn version(version: ApiVersion) -> Self {
        Self {
            data: version,
            account: version,
        }
    }
}

/// What a signature by an account's key contains besides method, date and path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeySignature {
    /// The `x-ms-` headers, some others, and the query.
    WithHeaders,
    /// Two headers of the body, and `comp`: the Table service.
    WithoutHeaders,
}
