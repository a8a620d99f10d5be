//! The login that the parameters of `azring login` choose, with the variables that stand in for them.

use azring_transport::auth::Cloud;
use azring_transport::login::IdentityChoice;

use crate::environment::Environment;
use crate::intent;
use crate::login::{LoginChoice, LoginKind};
use crate::parameter::{self as row, Parameter};
use crate::parsed::{ParsedArgs, choice, local};
use crate::usage_error::UsageError;

/// The application of a login by device code; a build may have its own.
const CLIENT_ID_VARIABLE: &str = "AZRING_CLIENT_ID";
const CLIENT_ID_OF_BUILD: Option<&str> = option_env!("AZRING_BUILD_CLIENT_ID");

/// The login that the parameters choose.
pub(super) fn login_choice(
    args: &ParsedArgs,
    environment: &Environment,
) -> Result<LoginChoice, UsageError> {
    let text = |parameter| Ok::<_, UsageError>(args.text(parameter)?.map(str::to_owned));
    let variable = |name: &str| environment.variable(name);
    let kind = kind_word(args)?;
    let application = text(&row::APPLICATION_ID)?;
    let needed = |what: &Parameter, why: &str| {
        UsageError::meaning(format!(
            "`{}` is missing: {why}",
            what.spelled(args.dialect())
        ))
    };
    let (kind, client_id) = match kind {
        "spn" => {
            let client_id = application
                .or_else(|| variable("AZCOPY_SPA_APPLICATION_ID"))
                .ok_or_else(|| needed(&row::APPLICATION_ID, "an application logs in by its id"))?;
            let certificate = local(args, &row::CERTIFICATE_PATH)?
                .or_else(|| variable("AZCOPY_SPA_CERT_PATH").map(Into::into));
            let kind = match certificate {
                Some(path) => {
                    LoginKind::ClientCertificate(std::path::absolute(&path).unwrap_or(path))
                }
                None => secret(args, environment)?,
            };
            (kind, client_id)
        }
        "msi" => (LoginKind::ManagedIdentity(identity(args)?), String::new()),
        "azcli" => (LoginKind::AzureCli, String::new()),
        "workload" => {
            let client_id = application
                .or_else(|| variable("AZURE_CLIENT_ID"))
                .ok_or_else(|| {
                    needed(&row::APPLICATION_ID, "a workload logs in as an application")
                })?;
            let file = variable("AZURE_FEDERATED_TOKEN_FILE").ok_or_else(|| {
                    UsageError::meaning("the variable `AZURE_FEDERATED_TOKEN_FILE` is not set: it names the file with the token of a workload")
                })?;
            (LoginKind::Workload(file.into()), client_id)
        }
        _ => {
            let client_id = application
                .or_else(|| variable(CLIENT_ID_VARIABLE))
                .or_else(|| CLIENT_ID_OF_BUILD.map(str::to_owned));
            (
                LoginKind::DeviceCode,
                client_id.ok_or_else(|| no_application(args))?,
            )
        }
    };
    let tenant = text(&row::TENANT_ID)?;
    let needs_tenant = matches!(
        kind,
        LoginKind::ClientSecret { .. } | LoginKind::ClientCertificate(_) | LoginKind::Workload(_)
    );
    let tenant = match tenant {
        None if needs_tenant => Some(
            variable("AZCOPY_TENANT_ID")
                .or_else(|| variable("AZURE_TENANT_ID"))
                .ok_or_else(|| needed(&row::TENANT_ID, "an application belongs to a tenant"))?,
        ),
        tenant => tenant,
    };
    let choice = LoginChoice {
        kind,
        tenant,
        endpoint: text(&row::AAD_ENDPOINT)?.or_else(|| variable("AZURE_AUTHORITY_HOST")),
        cloud: choice_of_cloud(args)?,
        client_id,
    };
    choice
        .authority()
        .map_err(|error| UsageError::meaning(error.to_string()))?;
    Ok(choice)
}

/// The secret of an application: where the parameter says, or in a variable.
fn secret(args: &ParsedArgs, environment: &Environment) -> Result<LoginKind, UsageError> {
    intent::client_secret(args, environment)?.ok_or_else(|| {
            UsageError::meaning(format!(
                "an application logs in with a secret or a certificate: set the variable `AZCOPY_SPA_CLIENT_SECRET`, or give `{}`",
                row::CERTIFICATE_PATH.spelled(args.dialect())
            ))
        })
}

fn choice_of_cloud(args: &ParsedArgs) -> Result<Cloud, UsageError> {
    let word = choice(args, &row::CLOUD)?;
    Ok(word.and_then(Cloud::named).unwrap_or(Cloud::Public))
}

/// The type of the login: named, or by one of the two flags of AzCopy 10.
fn kind_word(args: &ParsedArgs) -> Result<&'static str, UsageError> {
    let named = choice(args, &row::LOGIN_TYPE)?;
    let flags = [(&row::SERVICE_PRINCIPAL, "spn"), (&row::IDENTITY, "msi")];
    let mut flagged = flags
        .into_iter()
        .filter(|(parameter, _)| args.has(parameter));
    match (named, flagged.next(), flagged.next()) {
        (named, None, _) => Ok(named.unwrap_or("device")),
        (None, Some((_, word)), None) => Ok(word),
        (Some(_), Some((one, _)), _) => Err(UsageError::meaning(format!(
            "`{}` and `{}` both choose how to log in: leave one out",
            row::LOGIN_TYPE.spelled(args.dialect()),
            one.spelled(args.dialect())
        ))),
        (None, Some((one, _)), Some((other, _))) => Err(UsageError::meaning(format!(
            "`{}` and `{}` both choose how to log in: leave one out",
            one.spelled(args.dialect()),
            other.spelled(args.dialect())
        ))),
    }
}

/// The machine's identity that is meant.
fn identity(args: &ParsedArgs) -> Result<IdentityChoice, UsageError> {
    let named = [
        (
            &row::IDENTITY_CLIENT_ID,
            IdentityChoice::ClientId as fn(String) -> IdentityChoice,
        ),
        (&row::IDENTITY_OBJECT_ID, IdentityChoice::ObjectId),
        (&row::IDENTITY_RESOURCE_ID, IdentityChoice::ResourceId),
    ];
    let mut found = None;
    for (parameter, choice) in named {
        let Some(id) = args.text(parameter)? else {
            continue;
        };
        if found.is_some() {
            return Err(UsageError::meaning(
                "only one of client id, object id and resource id can choose the machine's identity",
            ));
        }
        found = Some(choice(id.to_owned()));
    }
    Ok(found.unwrap_or(IdentityChoice::System))
}

/// What to do without an application for a login by device code.
fn no_application(args: &ParsedArgs) -> UsageError {
    let (application, kind) = (&row::APPLICATION_ID, &row::LOGIN_TYPE);
    let dialect = args.dialect();
    UsageError::meaning(format!(
        "a login by device code needs an application, and azring has none of its own. There are three ways: \
         register an application in your tenant (allow public client flows, and the delegated permission `user_impersonation` of Azure Storage) \
         and give its id by `{}` or in `{CLIENT_ID_VARIABLE}`; run `az login` and `azring login {}`; \
         or log in as this machine (`azring login {}`) or as an application (`azring login {}`)",
        application.spelled(dialect),
        kind.with_value("azcli", dialect),
        row::IDENTITY.spelled(dialect),
        row::SERVICE_PRINCIPAL.spelled(dialect),
    ))
}
