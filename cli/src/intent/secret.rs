//! The sources of keys and signatures: command line, URL, files, standard input, variables.
//!
//! The first of these is used: the command line, the URL, azring's own variables for this end, the
//! variables of Azure's other tools in their order (connection string, signature, key). The last
//! ones name an account and are used for that account only. One credential is chosen; no other is
//! tried in its place.

use azring_core::Side;
use azring_core::location::{Access, AccountPlace, is_host_of, is_host_of_azure};
use azring_transport::auth::Secret;
use azring_transport::service::Service;

use super::ends::EndParameters;
use super::mistaken_secret::{self as mistaken, Expected};
use super::secret_file;
use crate::environment::Environment;
use crate::login::{LoginKind, SECRET_VARIABLES};
use crate::mask::shown;
use crate::parameter::{self as row, Parameter};
use crate::parsed::ParsedArgs;
use crate::usage_error::UsageError;

/// The credentials that the command line has for one end.
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

/// The value of a parameter, or the secret that it refers to: `@env:NAME`, `@file:PATH`, `-` for a
/// line of standard input.
fn named(
    args: &ParsedArgs,
    parameter: &Parameter,
    environment: &Environment,
) -> Result<Option<Secret<String>>, UsageError> {
    let Some(text) = args.text(parameter)? else {
        return Ok(None);
    };
    let name = parameter.spelled(args.dialect());
    let value = secret_at(text, parameter, args, environment);
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

/// The secret that the value of a parameter refers to, or the value itself.
fn secret_at(
    text: &str,
    parameter: &Parameter,
    args: &ParsedArgs,
    environment: &Environment,
) -> Result<String, String> {
    let name = parameter.spelled(args.dialect());
    if let Some(variable) = text.strip_prefix("@env:") {
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
    }
}

/// The login of an application with its secret: where `/ClientSecret` says, or else in a variable.
pub(crate) fn client_secret(
    args: &ParsedArgs,
    environment: &Environment,
) -> Result<Option<LoginKind>, UsageError> {
    let parameter = &row::CLIENT_SECRET;
    let Some(text) = args.text(parameter)? else {
        return Ok(SECRET_VARIABLES.into_iter().find_map(|name| {
            let value = environment.variable(name)?;
            Some(LoginKind::ClientSecret {
                secret: Secret::new(value),
                variable: Some(name.to_owned()),
            })
        }));
    };
    let is_place = text == "-" || text.starts_with("@env:") || text.starts_with("@file:");
    if !is_place {
        return Err(UsageError::meaning(format!(
            "`{}` takes no secret, which other users of this machine could see: give `@env:NAME`, `@file:PATH`, or `-` for a line of standard input",
            parameter.spelled(args.dialect())
        )));
    }
    let variable = text.strip_prefix("@env:").map(str::to_owned);
    let value = secret_at(text, parameter, args, environment).map_err(UsageError::Meaning)?;
    Ok(Some(LoginKind::ClientSecret {
        secret: Secret::new(value.trim().to_owned()),
        variable,
    }))
}

/// A credential of the environment, and the variable it is from.
pub(super) struct EnvironmentCredential {
    /// The credential.
    pub(super) access: Access,
    /// The variable, for error messages.
    pub(super) variable: String,
}

/// The environment's credential for a place that has none yet.
pub(super) fn from_environment(
    side: Side,
    place: &AccountPlace,
    environment: &Environment,
) -> Option<EnvironmentCredential> {
    own(side, place, environment).or_else(|| shared(place, environment))
}

/// `AZRING_SOURCE_SAS`, `AZRING_SOURCE_KEY`, and the same for the destination. If a journal names
/// the place, they are sent to hosts of Azure and to this machine only.
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

/// azring's own variables for one end: a signature and a key.
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

/// The account of emulators, with its key, which is public.
/// <https://learn.microsoft.com/azure/storage/common/storage-use-azurite#well-known-storage-account-and-key>
const DEVELOPMENT_ACCOUNT: &str = "devstoreaccount1";
const DEVELOPMENT_KEY: &str =
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/// The credential that a connection string (`Name=value;...`) has for this place.
/// `UseDevelopmentStorage=true` is the account of an emulator on this machine.
/// <https://learn.microsoft.com/azure/storage/common/storage-configure-connection-string>
fn connected(connection: &str, place: &AccountPlace) -> Option<EnvironmentCredential> {
    let field = |wanted: &str| {
        connection
            .split(';')
            .filter_map(|field| field.trim().split_once('='))
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
            .map(|(_, value)| value)
    };
    let variable = CONNECTION.to_owned();
    if field("UseDevelopmentStorage").is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        let is_emulator =
            place.account_name == DEVELOPMENT_ACCOUNT && is_here(&place.account.endpoint.host);
        return is_emulator
            .then(|| EnvironmentCredential::key(variable, DEVELOPMENT_KEY.to_owned()));
    }
    let endpoint = match place.account.service {
        Service::Blob => "BlobEndpoint",
        Service::Share => "FileEndpoint",
        Service::Table => "TableEndpoint",
    };
    let is_meant = match (field(endpoint), field("AccountName")) {
        (Some(endpoint), _) => is_under(place, endpoint),
        (None, Some(account)) => is_at_home(place, account),
        (None, None) => false,
    };
    if !is_meant {
        return None;
    }
    match (field("SharedAccessSignature"), field("AccountKey")) {
        (Some(sas), _) => Some(EnvironmentCredential::sas(variable, sas.to_owned())),
        (None, Some(key)) => Some(EnvironmentCredential::key(variable, key.to_owned())),
        (None, None) => None,
    }
}

/// Whether the place belongs to the account, at a host of Azure or on this machine. A credential is
/// never sent to a host that only has the account's name in a path or as its first label
/// (`account.blob.example.com`).
fn is_at_home(place: &AccountPlace, account: &str) -> bool {
    let host = place.account.endpoint.host.as_str();
    place.account_name == account && (is_host_of(host, account) || is_here(host))
}

fn is_here(host: &str) -> bool {
    matches!(host, "127.0.0.1" | "localhost" | "[::1]") || host.ends_with(".localhost")
}

/// Whether the place is at this endpoint: the same scheme, host and port, and the same account if
/// it is in the path.
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
