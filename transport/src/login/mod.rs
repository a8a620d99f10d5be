//! Logins with Microsoft Entra ID: the ways to obtain a bearer token for Azure Storage.
//!
//! `authority` is the address of the identity service and the tenant; [`Cloud`](crate::auth::Cloud)
//! knows those of Azure's clouds. `identity_client` sends an `identity_request` and repeats it where
//! that may help (`identity_retry`); `identity_exchange` carries it over the network once.
//! `token_answer` and `refusal` read the `identity_answer`, and `service_clock` its date.
//!
//! Each way to log in is one file: `device_code`, `refresh_token`, `client_credentials` (a secret, a
//! certificate, or the token of a workload), `managed_identity` and `azure_cli`. A [`Login`] is one
//! of them with all that it needs; it issues tokens for a [`TokenCache`](crate::auth::TokenCache).
//!
//! Nothing here reads the environment or a stored login: the caller gives each value. A rotated
//! refresh token goes to the caller's [`RefreshTokenStore`].

mod authority;

mod form;

mod identity_request;

mod identity_answer;

mod identity_exchange;

mod identity_retry;

mod service_clock;

mod identity_client;

mod refusal;

mod token_answer;

mod device_code;

mod refresh_token;

mod assertion;

mod certificate;

mod client_credentials;

mod managed_identity;

mod azure_cli;

mod entra_login;

#[cfg(test)]
mod tests;

pub use authority::Authority;
pub use azure_cli::AzureCli;
pub use certificate::ClientCertificate;
pub use client_credentials::{ClientCredentials, ClientProof};
pub use device_code::{DeviceCode, DeviceCodeLogin};
pub use entra_login::{Login, LoginMethod};
pub use managed_identity::{IdentityChoice, ManagedIdentity};
pub use refresh_token::{RefreshTokenLogin, RefreshTokenStore};
pub use token_answer::LoggedIn;

/// The permission that tokens are asked for: everything that the login's roles allow in Azure
/// Storage.
/// <https://learn.microsoft.com/rest/api/storageservices/authorize-with-azure-active-directory>
const SCOPE: &str = "https://storage.azure.com/.default";

/// The same as a resource, which managed identities and Azure's command line ask for.
const RESOURCE: &str = "https://storage.azure.com";

/// What is asked for beside it where somebody logs in: a refresh token, and who it is.
const USER_SCOPE: &str = "https://storage.azure.com/.default offline_access openid profile";
