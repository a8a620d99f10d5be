//! The identity provider: it stands for Microsoft Entra ID, and for what gives machines of Azure their
//! tokens.
//!
//! ```text
//! endpoint (HTTPS) -> discovery                                         \
//!                  -> grants -> device_code, refresh_token, application  \
//!                               (secret), assertion (certificate)         > provider -> access_token
//! managed_identity (HTTP) -> imds, app_service, arc                      /   (signed by signing_keys)
//! control endpoint -> control                                           /
//! ```
//! The storage services ask the [`IdentityProvider`] whether a token is good and which roles its holder
//! has ([`role`]). The fault plan, the log and the counters are those of the services.

pub mod control;
pub mod endpoint;
pub mod managed_identity;

pub mod discovery;
pub mod grants;

pub mod app_service;
pub mod arc;
pub mod imds;

pub mod provider;

pub mod access_token;
pub mod application;
pub mod assertion;
pub mod device_code;
pub mod refresh_token;
pub mod resource;
pub mod role;
pub mod settings;

pub mod certificate;
pub mod json_web_token;
pub mod rsa_key;
pub mod signing_keys;

pub mod der;
pub mod error;
pub mod random;

pub use device_code::DeviceCode;
pub use endpoint::IdentityEndpoint;
pub use managed_identity::ManagedIdentityEndpoint;
pub use provider::IdentityProvider;
pub use role::{Role, RoleAction, RoleAssignment};
pub use settings::{
    CLIENT_SECRET, CONFIDENTIAL_CLIENT, DEFAULT_TENANT, DEFAULT_USER, FEDERATED_SUBJECT,
    IDENTITY_HEADER, IdentitySettings, MANAGED_IDENTITY, PUBLIC_CLIENT,
};
