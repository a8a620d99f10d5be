//! What a credential allows, and what an operation needs.

use crate::emulator::error::{Answer, Refusal};

/// What kind of thing an operation works on, as account SAS resource types (`srt`) know them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// The account.
    Service,
    /// A container.
    Container,
    /// A blob.
    Object,
}

/// What an operation asks of a credential.
#[derive(Debug, Clone, Copy)]
pub struct Need {
    /// Resource level.
    pub level: Level,
    /// SAS permissions, any of which is enough. Empty: only the account's key can do it.
    pub letters: &'static str,
    /// Only an account SAS or a key may do it: container and account operations.
    pub account_only: bool,
}

/// Response headers that a SAS puts in the place of the blob's own (`rscc` and so on).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides {
    /// Header name and value.
    pub headers: Vec<(&'static str, String)>,
}

/// Whom a token was made out to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Object id.
    pub object: String,
    /// Tenant id.
    pub tenant: String,
}

/// A checked credential.
#[derive(Debug, Clone)]
pub enum Grant {
    /// The account's key: everything. Holds the scheme's name.
    Key(&'static str),
    /// An account SAS.
    AccountSas {
        /// `sp`.
        permissions: String,
        /// `srt`.
        types: String,
    },
    /// A SAS of a container, blob or snapshot.
    ServiceSas {
        /// `sp`, from the token or its policy.
        permissions: String,
        /// Response headers.
        overrides: Overrides,
    },
    /// A bearer token.
    Bearer(Holder),
    /// No credential.
    Anonymous,
}

impl Grant {
    /// The name for the request log.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Key(scheme) => scheme,
            Self::AccountSas { .. } => "AccountSas",
            Self::ServiceSas { .. } => "ServiceSas",
            Self::Bearer(_) => "Bearer",
            Self::Anonymous => "Anonymous",
        }
    }

    /// May this credential do what an operation needs? Anonymous requests are judged by the container's access instead.
    pub fn may(&self, need: &Need) -> Answer<()> {
        match self {
            Self::Bearer(_) if need.letters.is_empty() => Err(Refusal::permission_mismatch()),
            Self::Key(_) | Self::Bearer(_) | Self::Anonymous => Ok(()),
            Self::AccountSas { types, .. } if !types.contains(level_letter(need.level)) => {
                Err(Refusal::new(
                    403,
                    "AuthorizationResourceTypeMismatch",
                    "This request is not authorized to perform this operation using this resource type.",
                ))
            }
            Self::AccountSas { .. } if self.has_any(need.letters) => Ok(()),
            Self::ServiceSas { .. } if !need.account_only && self.has_any(need.letters) => Ok(()),
            Self::AccountSas { .. } | Self::ServiceSas { .. } => {
                Err(Refusal::permission_mismatch())
            }
        }
    }

    /// Does the credential have one of these SAS permissions? Keys have all, anonymous requests none.
    pub fn has_any(&self, letters: &str) -> bool {
        match self {
            Self::Key(_) | Self::Bearer(_) => true,
            Self::AccountSas { permissions, .. } | Self::ServiceSas { permissions, .. } => {
                letters.chars().any(|letter| permissions.contains(letter))
            }
            Self::Anonymous => false,
        }
    }

    /// Response headers that the SAS sets.
    pub fn overrides(&self) -> Option<&Overrides> {
        match self {
            Self::ServiceSas { overrides, .. } => Some(overrides),
            _ => None,
        }
    }
}

fn level_letter(level: Level) -> char {
    match level {
        Level::Service => 's',
        Level::Container => 'c',
        Level::Object => 'o',
    }
}
