//! What authenticates requests to one account.

use std::sync::Arc;

use super::{Secret, TokenSource};

/// What authenticates requests. Belongs to one account of one host and is never sent to another.
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
    /// A shared access signature: the query string of the token, percent-encoded, without a leading
    /// `?`.
    /// <https://learn.microsoft.com/rest/api/storageservices/delegate-access-with-shared-access-signature>
    Sas(Secret<String>),
    /// A token of Microsoft Entra ID, which the source renews before it expires.
    /// <https://learn.microsoft.com/rest/api/storageservices/authorize-with-azure-active-directory>
    Bearer(Arc<dyn TokenSource>),
}

impl Credential {
    /// Requests carry nothing that authenticates them.
    pub fn is_anonymous(&self) -> bool {
        match self {
            Self::Anonymous => true,
            Self::SharedKey { .. } | Self::Sas(_) | Self::Bearer(_) => false,
        }
    }

    /// The account's key signs requests.
    pub fn is_shared_key(&self) -> bool {
        match self {
            Self::SharedKey { .. } => true,
            Self::Anonymous | Self::Sas(_) | Self::Bearer(_) => false,
        }
    }

    /// A shared access signature is part of every URL.
    pub fn is_sas(&self) -> bool {
        match self {
            Self::Sas(_) => true,
            Self::Anonymous | Self::SharedKey { .. } | Self::Bearer(_) => false,
        }
    }

    /// What the user should know about it. Each notice is given once.
    pub fn take_notice(&self) -> Option<String> {
        match self {
            Self::Bearer(source) => source.take_notice(),
            Self::Anonymous | Self::SharedKey { .. } | Self::Sas(_) => None,
        }
    }

    /// What kind of credential it is, for messages: `account key`.
    pub fn kind_name(&self) -> &'static str {
        match self {
            Self::Anonymous => "no credential",
            Self::SharedKey { .. } => "account key",
            Self::Sas(_) => "shared access signature",
            Self::Bearer(_) => "bearer token",
        }
    }
}
