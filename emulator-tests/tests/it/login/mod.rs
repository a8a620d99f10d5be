//! Copies with a login of Microsoft Entra ID: by Azure's command line, and by each grant of an identity provider.

mod azure_cli;
mod azurite;
mod canaries;
mod identity_provider;
pub(crate) mod provided;
mod renewal;
mod server_copies;
mod services;
mod stored;
pub(crate) mod user;
