//! Copies with a login of Microsoft Entra ID: by Azure's command line, and by each grant of an identity provider.

mod azure_cli;
mod azurite;
mod identity_provider;
pub(crate) mod provided;
mod server_copies;
mod services;
