//! What a credential allows, and what a call requires.

use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::identity::{Role, RoleAction};

/// The kind of resource that a call works on, as `srt` of an account SAS names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResourceLevel {
    /// The account.
    Service,
    /// A container, a share, a table or a queue.
    Container,
    /// A blob, a file or an entity.
    Object,
    /// Any of them: each request of a batch is authorized by itself.
    Any,
}

/// What a call requires of a credential.
#[derive(Debug, Clone, Copy)]
pub struct RequiredPermission {
    /// Resource level.
    pub level: ResourceLevel,
    /// SAS permissions, any of which is enough. Empty: no SAS can do it.
    pub permissions: &'static str,
    /// What a bearer token's holder needs a role for; `None`: no token can do it.
    pub role_action: Option<RoleAction>,
    /// Only an account SAS or a key may do it: container and account operations.
    pub account_only: bool,
}

impl RequiredPermission {
    /// What any SAS with one of the permissions may do.
    pub const fn at(level: ResourceLevel, permissions: &'static str) -> Self {
        Self {
            level,
            permissions,
            role_action: role_action_of(permissions),
            account_only: false,
        }
    }

    /// The same for a call that needs a role for this action.
    pub const fn by_role(self, action: RoleAction) -> Self {
        Self {
            role_action: Some(action),
            ..self
        }
    }

    /// What only an account SAS may do to an account.
    pub const fn account(permissions: &'static str) -> Self {
        Self {
            account_only: true,
            ..Self::at(ResourceLevel::Service, permissions)
        }
    }

    /// What only an account SAS may do to a container or a share.
    pub const fn container(permissions: &'static str) -> Self {
        Self {
            account_only: true,
            ..Self::at(ResourceLevel::Container, permissions)
        }
    }

    /// What any SAS may do to a blob or a file.
    pub const fn object(permissions: &'static str) -> Self {
        Self::at(ResourceLevel::Object, permissions)
    }
}

/// What the permissions of a SAS are as an action of a role: all but those for reading and for tags
/// write.
const fn role_action_of(permissions: &str) -> Option<RoleAction> {
    match permissions.as_bytes() {
        [] => None,
        [b'r' | b'l', ..] => Some(RoleAction::Read),
        [b'f' | b't'] => Some(RoleAction::Tags),
        _ => Some(RoleAction::Write),
    }
}

/// Response headers that a SAS sets instead of the object's own (`rscc` and so on).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides {
    /// Header name and value.
    pub headers: Vec<(&'static str, String)>,
}

/// The identity that a token was issued to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenHolder {
    /// Object id.
    pub object: String,
    /// Tenant id.
    pub tenant: String,
    /// What the holder may do.
    pub rights: TokenRights,
}

/// What a token allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenRights {
    /// Everything that tokens can do: the issuer has no roles.
    All,
    /// What these roles allow in this service.
    Roles(&'static str, Vec<Role>),
}

impl TokenRights {
    /// Whether an action is allowed.
    pub fn allow(&self, action: RoleAction) -> bool {
        match self {
            Self::All => true,
            Self::Roles(service, roles) => roles.iter().any(|role| role.allows(service, action)),
        }
    }

    /// Whether what a permission of a SAS stands for is allowed.
    pub fn allow_permission(&self, permission: char) -> bool {
        let action = role_action_of(permission.encode_utf8(&mut [0; 4]));
        action.is_some_and(|action| self.allow(action))
    }
}

/// A checked credential.
#[derive(Debug, Clone)]
pub enum Grant {
    /// The account's key, which allows everything. Holds the scheme's name.
    Key(&'static str),
    /// An account SAS.
    AccountSas {
        /// `sp`.
        permissions: String,
        /// `srt`.
        types: String,
    },
    /// A SAS of a resource of one service, such as a container or a blob.
    ServiceSas {
        /// `sp`, from the token or its policy.
        permissions: String,
        /// Response headers.
        overrides: Overrides,
    },
    /// A bearer token.
    Bearer(TokenHolder),
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

    /// Refuses a call that the credential does not allow. Public access decides about anonymous
    /// requests.
    pub fn check(&self, required: &RequiredPermission) -> ServiceResult<()> {
        match self {
            Self::Bearer(holder) => match required.role_action {
                Some(action) if holder.rights.allow(action) => Ok(()),
                _ => Err(Refusal::permission_mismatch()),
            },
            Self::Key(_) | Self::Anonymous => Ok(()),
            Self::AccountSas { types, .. } if !contains(types, required.level) => {
                Err(Refusal::new(
                    403,
                    "AuthorizationResourceTypeMismatch",
                    "This request is not authorized to perform this operation using this resource type.",
                ))
            }
            Self::AccountSas { .. } if self.has_any(required.permissions) => Ok(()),
            Self::ServiceSas { .. }
                if !required.account_only && self.has_any(required.permissions) =>
            {
                Ok(())
            }
            Self::AccountSas { .. } | Self::ServiceSas { .. } => {
                Err(Refusal::permission_mismatch())
            }
        }
    }

    /// Whether the credential has one of these permissions. Keys have all, anonymous requests none.
    pub fn has_any(&self, wanted: &str) -> bool {
        match self {
            Self::Key(_) => true,
            Self::Bearer(holder) => wanted
                .chars()
                .any(|one| holder.rights.allow_permission(one)),
            Self::AccountSas { permissions, .. } | Self::ServiceSas { permissions, .. } => {
                wanted.chars().any(|one| permissions.contains(one))
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

/// Whether `srt` of an account SAS names the level.
fn contains(types: &str, level: ResourceLevel) -> bool {
    match level {
        ResourceLevel::Service => types.contains('s'),
        ResourceLevel::Container => types.contains('c'),
        ResourceLevel::Object => types.contains('o'),
        ResourceLevel::Any => !types.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_for_any_level_allows_what_has_no_level() {
        assert!(contains("o", ResourceLevel::Any) && contains("s", ResourceLevel::Any));
        assert!(contains("co", ResourceLevel::Object) && !contains("co", ResourceLevel::Service));
    }
}
