//! Where keys and signatures come from: the command line, a variable, a file, standard input, the environment.
//!
//! What is said on the command line comes first, then what the URL carries, then azring's own variables for this side, then
//! the variables of Azure's other tools, in their order: a connection string before a signature before a key. The latter
//! name an account and are used for that account alone. One identity is chosen; another is never tried in its place.

use azring_core::Side;
use azring_core::location::{Access, AccountPlace, is_host_of, is_host_of_azure};
use azring_transport::auth::Secret;

use super::ends::EndParameters;
use super::mistaken_secret::{self as mistaken, Expected};
use super::secret_file;
use crate::environment::Environment;
use crate::mask::shown;
use crate::parameter::{self as row, Parameter};
use crate::parsed::ParsedArgs;
use crate::usage_error::UsageError;

/// The credentials that the command line names for one end.
pub(super) fn access(
    args: &ParsedArgs,
    end: &EndParameters,
    environment: &Environment,
) -> Result<Access, UsageError> {
    Ok(Access {
        key: named(args, end.key, environment)?,
        sas: named(args, end.sas, environment)?,
    })
}

/// The value of a parameter, or what it points to: `@env:NAME`, `@file:PATH`, `-` for a line of standard input.
fn named(
    args: &ParsedArgs,
    parameter: &Parameter,
    environment: &Environment,
) -> Result<Option<Secret<String>>, UsageError> {
    let Some(text) = args.text(parameter)? else {
        return Ok(None);
    };
    let name = parameter.spelled(args.dialect());
    let value = if let Some(variable) = text.strip_prefix("@env:") {
        environment.variable(variable).ok_or_else(|| {
            format!(
                "the variable `{}`, which `{name}` names, is not set",
                shown(variable)
            )
        })
    } else if let Some(path) = text.strip_prefix("@file:") {
        secret_file::first_line(path).map_err(|reason| {
            format!(
                "cannot read the file `{}`, which `{name}` names: {reason}",
                shown(path)
            )
        })
    } else if text == "-" {
        (environment.secret_line)(&format!("{name}: ")).ok_or_else(|| {
            format!("`{name}` is read from standard input, but standard input is empty")
        })
    } else {
        Ok(text.to_owned())
    };
    let expected = if parameter.is(&row::SOURCE_KEY) || parameter.is(&row::DEST_KEY) {
        Expected::Key
    } else {
        Expected::Signature
    };
    value
        .and_then(|value| mistaken::read(&value, expected, &name))
        .map(|value| Some(Secret::new(value)))
        .map_err(UsageError::Meaning)
}

/// A credential of the environment, and the variable it is from.
pub(super) struct EnvironmentCredential {
    /// What to use.
    pub(super) access: Access,
    /// Where it is from, for complaints.
    pub(super) variable: String,
}

/// What the environment holds for a place that has no credential yet.
pub(super) fn from_environment(
    side: Side,
    place: &AccountPlace,
    environment: &Environment,
) -> Option<EnvironmentCredential> {
    own(side, place, environment).or_else(|| shared(place, environment))
}

/// `AZRING_SOURCE_SAS`, `AZRING_SOURCE_KEY`, and the same for the other side. They are meant for the place that the command
/// names. Where a journal names it they go to hosts of Azure and to this machine only.
fn own(
    side: Side,
    place: &AccountPlace,
    environment: &Environment,
) -> Option<EnvironmentCredential> {
    let host = place.account.endpoint.host.as_str();
    if environment.is_recalled && !is_host_of_azure(host) && !is_here(host) {
        return None;
    }
    let [sas, key] = own_variables(side);
    if let Some(value) = environment.variable(&sas) {
        return Some(EnvironmentCredential::sas(sas, value));
    }
    environment
        .variable(&key)
        .map(|value| EnvironmentCredential::key(key, value))
}

/// The variables of Azure's command line.
const CONNECTION: &str = "AZURE_STORAGE_CONNECTION_STRING";
const SAS: &str = "AZURE_STORAGE_SAS_TOKEN";
const KEY: &str = "AZURE_STORAGE_KEY";

/// A variable is set that may hold a credential for this end.
pub(super) fn is_in_environment(side: Side, environment: &Environment) -> bool {
    let [sas, key] = own_variables(side);
    [sas.as_str(), key.as_str(), CONNECTION, SAS, KEY]
        .iter()
        .any(|name| environment.raw(name).is_some())
}

/// azring's own variables for one end: a signature, a key.
fn own_variables(side: Side) -> [String; 2] {
    let side = match side {
        Side::Source => "SOURCE",
        Side::Target => "DEST",
    };
    [format!("AZRING_{side}_SAS"), format!("AZRING_{side}_KEY")]
}

/// The credential in the variables of Azure's command line.
fn shared(place: &AccountPlace, environment: &Environment) -> Option<EnvironmentCredential> {
    if let Some(connection) = environment.variable(CONNECTION) {
        return connected(&connection, place);
    }
    let account = environment.variable("AZURE_STORAGE_ACCOUNT")?;
    if !is_at_home(place, &account) {
        return None;
    }
    if let Some(value) = environment.variable(SAS) {
        return Some(EnvironmentCredential::sas(SAS.to_owned(), value));
    }
    environment
        .variable(KEY)
        .map(|value| EnvironmentCredential::key(KEY.to_owned(), value))
}

/// What a connection string (`Name=value;...`) holds for this place.
/// <https://learn.microsoft.com/azure/storage/common/storage-configure-connection-string>
fn connected(connection: &str, place: &AccountPlace) -> Option<EnvironmentCredential> {
    let field = |wanted: &str| {
        connection
            .split(';')
            .filter_map(|field| field.trim().split_once('='))
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
            .map(|(_, value)| value)
    };
    let is_meant = match (field("BlobEndpoint"), field("AccountName")) {
        (Some(endpoint), _) => is_under(place, endpoint),
        (None, Some(account)) => is_at_home(place, account),
        (None, None) => false,
    };
    if !is_meant {
        return None;
    }
    let variable = CONNECTION.to_owned();
    match (field("SharedAccessSignature"), field("AccountKey")) {
        (Some(sas), _) => Some(EnvironmentCredential::sas(variable, sas.to_owned())),
        (None, Some(key)) => Some(EnvironmentCredential::key(variable, key.to_owned())),
        (None, None) => None,
    }
}

/// The place belongs to the account, and is where an account is: under its own host name at Azure, or on this machine. A
/// signature is never sent to a host that only calls itself by the account's name, in a path or as its own beginning
/// (`account.blob.example.com`).
fn is_at_home(place: &AccountPlace, account: &str) -> bool {
    let host = place.account.endpoint.host.as_str();
    place.account_name == account && (is_host_of(host, account) || is_here(host))
}

fn is_here(host: &str) -> bool {
    matches!(host, "127.0.0.1" | "localhost" | "[::1]") || host.ends_with(".localhost")
}

/// The place is at this endpoint: the same scheme, host and port, and the same account in the path if it stands there.
fn is_under(place: &AccountPlace, endpoint: &str) -> bool {
    let endpoint = endpoint.trim_end_matches('/').to_ascii_lowercase();
    let found = format!(
        "{}://{}{}",
        place.account.endpoint.scheme.as_str(),
        place.account.endpoint.authority(),
        place.base_path
    );
    found.to_ascii_lowercase() == endpoint
}

impl EnvironmentCredential {
    fn key(variable: String, value: String) -> Self {
        let key = Some(Secret::new(value));
        Self {
            access: Access { key, sas: None },
            variable,
        }
    }

    fn sas(variable: String, value: String) -> Self {
        let sas = Some(Secret::new(value));
        Self {
            access: Access { key: None, sas },
            variable,
        }
    }
}
