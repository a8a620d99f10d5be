#![doc = include_str!("SETTINGS.md")]

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::application::{Application, ClientSecret, FederatedCredential};
use super::random;
use super::role::{Role, RoleAssignment};

/// The document's format, for `--help identity`.
pub const FORMAT: &str = include_str!("SETTINGS.md");

/// The tenant of the defaults.
pub const DEFAULT_TENANT: &str = "aaaabbbb-0000-cccc-1111-dddd2222eeee";
/// The public client of the defaults, for sign-in by device code.
pub const PUBLIC_CLIENT: &str = "00001111-aaaa-2222-bbbb-3333cccc4444";
/// The confidential client of the defaults. It has [`CLIENT_SECRET`], and a federated credential.
pub const CONFIDENTIAL_CLIENT: &str = "11112222-bbbb-3333-cccc-4444dddd5555";
/// The secret of [`CONFIDENTIAL_CLIENT`]. It is published here: it protects nothing.
pub const CLIENT_SECRET: &str = "secret-of-the-emulator";
/// The client id of the managed identity of the defaults.
pub const MANAGED_IDENTITY: &str = "22223333-cccc-4444-dddd-5555eeee6666";
/// The user of the defaults.
pub const DEFAULT_USER: &str = "user@emulator.test";
/// The issuer of the tokens that stand for the confidential client.
pub const FEDERATED_ISSUER: &str = "https://cluster.emulator.test";
/// The subject of these tokens.
pub const FEDERATED_SUBJECT: &str = "system:serviceaccount:default:azring";
/// What App Service puts into `IDENTITY_HEADER`.
pub const IDENTITY_HEADER: &str = "header-of-the-emulator";

/// What the provider knows and how it behaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IdentitySettings {
    /// The tenant's id.
    pub tenant: String,
    /// The tenant's domain name, which addresses it as well.
    pub domain: String,
    /// How long an access token is valid, in seconds.
    pub token_seconds: u64,
    /// How long a refresh token is valid, in seconds.
    pub refresh_token_seconds: u64,
    /// Whether a refresh token ends when it is used. At Entra it does not.
    pub single_use_refresh_tokens: bool,
    /// Sign-in by device code.
    pub device_code: DeviceCodeSettings,
    /// The registered applications.
    pub applications: Vec<Application>,
    /// The users.
    pub users: Vec<User>,
    /// The managed identities of this machine.
    pub managed_identities: Vec<ManagedIdentity>,
    /// The roles.
    pub roles: Vec<RoleAssignment>,
    /// What App Service expects in `X-IDENTITY-HEADER`.
    pub identity_header: String,
    /// The folder for the key files of Azure Arc; without it the Arc endpoint refuses.
    pub arc_folder: Option<PathBuf>,
}

/// How sign-in by device code behaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DeviceCodeSettings {
    /// How long a code is valid, in seconds.
    pub expires_in: u64,
    /// The pause between two polls that the answer asks for, in seconds.
    pub interval: u64,
    /// Whether a client that polls after less than half of the pause is told to slow down. Azure's
    /// library for Go polls at once and would never be done.
    pub enforces_interval: bool,
    /// How many polls are answered that the user is not done. The next one is answered as if
    /// the first user had signed in. Without it a code waits for a control call.
    pub approved_after_polls: Option<u32>,
    /// How many polls are answered with `slow_down` before all others.
    pub slow_down_polls: u32,
}

/// A user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// The name to sign in with.
    pub name: String,
    /// Its object id.
    #[serde(default = "random::guid")]
    pub object_id: String,
}

/// A managed identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManagedIdentity {
    /// Its client id.
    pub client_id: String,
    /// Its object id.
    #[serde(default = "random::guid")]
    pub object_id: String,
    /// Its resource id; empty for a system-assigned identity, which is the default one.
    #[serde(default)]
    pub resource_id: String,
}

impl Default for DeviceCodeSettings {
    fn default() -> Self {
        Self {
            expires_in: 900,
            interval: 5,
            enforces_interval: false,
            approved_after_polls: None,
            slow_down_polls: 0,
        }
    }
}

impl Default for IdentitySettings {
    fn default() -> Self {
        let roles = [
            Role::BlobDataContributor,
            Role::FileDataPrivilegedContributor,
            Role::TableDataContributor,
        ];
        let principals = [DEFAULT_USER, CONFIDENTIAL_CLIENT, MANAGED_IDENTITY];
        let assignments = principals.iter().flat_map(|principal| {
            roles.map(|role| RoleAssignment {
                principal: (*principal).to_owned(),
                role,
                account: None,
            })
        });
        Self {
            tenant: DEFAULT_TENANT.to_owned(),
            domain: "emulator.test".to_owned(),
            token_seconds: 3_600,
            refresh_token_seconds: 90 * 86_400,
            single_use_refresh_tokens: false,
            device_code: DeviceCodeSettings::default(),
            applications: vec![public_client(), confidential_client()],
            users: vec![User {
                name: DEFAULT_USER.to_owned(),
                object_id: "aaaaaaaa-0000-1111-2222-bbbbbbbbbbbb".to_owned(),
            }],
            managed_identities: vec![ManagedIdentity {
                client_id: MANAGED_IDENTITY.to_owned(),
                object_id: "cccccccc-2222-3333-4444-dddddddddddd".to_owned(),
                resource_id: String::new(),
            }],
            roles: assignments.collect(),
            identity_header: IDENTITY_HEADER.to_owned(),
            arc_folder: None,
        }
    }
}

fn public_client() -> Application {
    Application {
        client_id: PUBLIC_CLIENT.to_owned(),
        object_id: "dddddddd-3333-4444-5555-eeeeeeeeeeee".to_owned(),
        is_public: true,
        secrets: Vec::new(),
        certificates: Vec::new(),
        federated_credentials: Vec::new(),
    }
}

fn confidential_client() -> Application {
    Application {
        client_id: CONFIDENTIAL_CLIENT.to_owned(),
        object_id: "bbbbbbbb-1111-2222-3333-cccccccccccc".to_owned(),
        is_public: false,
        secrets: vec![ClientSecret {
            value: CLIENT_SECRET.to_owned(),
            is_expired: false,
        }],
        certificates: Vec::new(),
        federated_credentials: vec![FederatedCredential {
            issuer: FEDERATED_ISSUER.to_owned(),
            subject: FEDERATED_SUBJECT.to_owned(),
        }],
    }
}

impl IdentitySettings {
    /// The application of this client id.
    pub fn application(&self, client_id: &str) -> Option<&Application> {
        let mut applications = self.applications.iter();
        applications.find(|one| one.client_id.eq_ignore_ascii_case(client_id))
    }

    /// The user of this name.
    pub fn user(&self, name: &str) -> Option<&User> {
        let mut users = self.users.iter();
        users.find(|one| one.name.eq_ignore_ascii_case(name))
    }

    /// The roles of a principal for an account.
    pub fn roles_of(&self, object_id: &str, account: &str) -> Vec<Role> {
        let is_of = |assignment: &&RoleAssignment| {
            self.object_id(&assignment.principal)
                .eq_ignore_ascii_case(object_id)
                && assignment
                    .account
                    .as_deref()
                    .is_none_or(|one| one == account)
        };
        let assignments = self.roles.iter().filter(is_of);
        assignments.map(|assignment| assignment.role).collect()
    }

    /// Whether a user, an application or a managed identity has this object id.
    pub fn has_principal(&self, object_id: &str) -> bool {
        let users = self.users.iter().map(|one| &one.object_id);
        let applications = self.applications.iter().map(|one| &one.object_id);
        let identities = self.managed_identities.iter().map(|one| &one.object_id);
        users
            .chain(applications)
            .chain(identities)
            .any(|one| one.eq_ignore_ascii_case(object_id))
    }

    /// The object id of a principal: of a user's name, or of a client id. Another text is an object id
    /// itself.
    pub fn object_id<'s>(&'s self, principal: &'s str) -> &'s str {
        let identity = || {
            let mut identities = self.managed_identities.iter();
            identities.find(|one| one.client_id.eq_ignore_ascii_case(principal))
        };
        if let Some(user) = self.user(principal) {
            return &user.object_id;
        }
        if let Some(application) = self.application(principal) {
            return &application.object_id;
        }
        identity().map_or(principal, |identity| &identity.object_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_found_by_name_client_id_and_object_id_for_their_account() {
        let role = |principal: &str, account: Option<&str>| RoleAssignment {
            principal: principal.to_owned(),
            role: Role::BlobDataReader,
            account: account.map(str::to_owned),
        };
        let mut settings = IdentitySettings {
            roles: vec![
                role(DEFAULT_USER, Some("one")),
                role(MANAGED_IDENTITY, None),
            ],
            ..IdentitySettings::default()
        };
        let user = settings.users[0].object_id.clone();
        assert_eq!(settings.roles_of(&user, "one"), [Role::BlobDataReader]);
        assert_eq!(settings.roles_of(&user, "two"), []);
        let machine = settings.managed_identities[0].object_id.clone();
        assert_eq!(settings.roles_of(&machine, "two").len(), 1);
        settings.roles = vec![role(&user, None)];
        assert_eq!(settings.roles_of(&user, "two").len(), 1);
    }

    #[test]
    fn what_is_left_out_of_the_document_has_its_default() {
        let settings: IdentitySettings =
            serde_json::from_str(r#"{"token_seconds":60,"device_code":{"interval":1}}"#).unwrap();
        assert_eq!(settings.token_seconds, 60);
        assert_eq!(settings.device_code.expires_in, 900);
        assert_eq!(settings.applications.len(), 2);
        assert!(serde_json::from_str::<IdentitySettings>(r#"{"tokens":60}"#).is_err());
        assert!(!format!("{settings:?}").contains(CLIENT_SECRET));
    }
}
