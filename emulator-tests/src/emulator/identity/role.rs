//! Roles: what the holder of a token may do with an account's data.
//! <https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/storage>
//!
//! Roles are assigned for one account or for all. Scopes below an account are not built.

use serde::{Deserialize, Serialize};

/// What a call does, as far as roles tell calls apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleAction {
    /// Reads or lists data.
    Read,
    /// Writes or deletes data, or makes or deletes what holds it.
    Write,
    /// Reads, writes or searches tags of blobs.
    Tags,
    /// Reads or writes the access policies of a container.
    AccessPolicies,
    /// Requests a user delegation key.
    DelegationKey,
    /// Reads or changes the settings of a service, which the roles for data do not allow.
    Settings,
    /// Sends a batch, of which each part is authorized by itself.
    Batch,
}

/// The roles that the emulator knows, by Azure's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are Azure's")]
pub enum Role {
    #[serde(rename = "Storage Blob Data Owner")]
    BlobDataOwner,
    #[serde(rename = "Storage Blob Data Contributor")]
    BlobDataContributor,
    #[serde(rename = "Storage Blob Data Reader")]
    BlobDataReader,
    #[serde(rename = "Storage Blob Delegator")]
    BlobDelegator,
    #[serde(rename = "Storage File Data Privileged Contributor")]
    FileDataPrivilegedContributor,
    #[serde(rename = "Storage File Data Privileged Reader")]
    FileDataPrivilegedReader,
    #[serde(rename = "Storage File Delegator")]
    FileDelegator,
    #[serde(rename = "Storage Table Data Contributor")]
    TableDataContributor,
    #[serde(rename = "Storage Table Data Reader")]
    TableDataReader,
    #[serde(rename = "Storage Account Contributor")]
    AccountContributor,
}

/// A role of a principal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleAssignment {
    /// The name of a user, the client id of an application or of a managed identity, or an object id.
    pub principal: String,
    /// What the principal may do.
    pub role: Role,
    /// The account; all accounts if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
}

impl Role {
    /// Whether the role allows an action in a service (`blob`, `file` or `table`).
    pub fn allows(self, service: &str, action: RoleAction) -> bool {
        use RoleAction as Action;
        if action == Action::Batch {
            return true;
        }
        match self {
            Self::BlobDataOwner => service == "blob" && action != Action::Settings,
            Self::BlobDataContributor => {
                service == "blob"
                    && matches!(action, Action::Read | Action::Write | Action::DelegationKey)
            }
            Self::BlobDataReader => {
                service == "blob" && matches!(action, Action::Read | Action::DelegationKey)
            }
            Self::BlobDelegator => service == "blob" && action == Action::DelegationKey,
            Self::FileDataPrivilegedContributor => {
                service == "file" && matches!(action, Action::Read | Action::Write)
            }
            Self::FileDataPrivilegedReader => service == "file" && action == Action::Read,
            Self::FileDelegator => service == "file" && action == Action::DelegationKey,
            Self::TableDataContributor => {
                service == "table" && matches!(action, Action::Read | Action::Write)
            }
            Self::TableDataReader => service == "table" && action == Action::Read,
            Self::AccountContributor => action == Action::Settings,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_allows_its_service_and_its_actions_only() {
        let contributor = Role::BlobDataContributor;
        assert!(contributor.allows("blob", RoleAction::Write));
        assert!(!contributor.allows("table", RoleAction::Read));
        assert!(!contributor.allows("blob", RoleAction::Settings));
        assert!(!contributor.allows("blob", RoleAction::Tags));
        assert!(!Role::BlobDataReader.allows("blob", RoleAction::Write));
        assert!(Role::BlobDelegator.allows("blob", RoleAction::DelegationKey));
        assert!(Role::FileDelegator.allows("file", RoleAction::DelegationKey));
        assert!(!Role::FileDelegator.allows("blob", RoleAction::DelegationKey));
        let of_files = Role::FileDataPrivilegedContributor;
        assert!(!of_files.allows("file", RoleAction::DelegationKey));
        assert!(!Role::BlobDelegator.allows("blob", RoleAction::Read));
        let parsed: Role = serde_json::from_str("\"Storage File Data Privileged Reader\"").unwrap();
        assert_eq!(parsed, Role::FileDataPrivilegedReader);
    }
}
