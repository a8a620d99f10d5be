//! `azring login`: logs in with Microsoft Entra ID, and `azring login status`: whether that still
//! holds. `azring logout` removes a login.
//!
//! The texts are those of AzCopy 10. A login is stored in one file, for later commands. Only a login
//! by device code stores a secret (a refresh token).

use std::ffi::OsString;
use std::sync::Arc;
use std::time::Duration;

use azring_core::job::{connection_settings, log_in};
use azring_core::options::Engine;
use azring_transport::auth::Cloud;
use azring_transport::login::{IdentityChoice, LoggedIn};
use jiff::Timestamp;
use serde_json::json;

use super::definition::Command;
use crate::args;
use crate::console::{Console, Level};
use crate::ending::Ending;
use crate::environment::Environment;
use crate::help::CommandHelp;
use crate::intent;
use crate::listener::record::record;
use crate::login::{LoginChoice, LoginFile, LoginKind, StoredLogin, with_secret};
use crate::mask::shown;
use crate::parameter::{self as row, Parameter};
use crate::parsed::{ParsedArgs, choice, local};
use crate::prompt;
use crate::usage_error::UsageError;

pub(super) const COMMAND: Command = Command {
    help: CommandHelp {
        name: "login",
        usage: "[status] [parameters]",
        brief: "Log in with Microsoft Entra ID, or say whether the login still holds",
    },
    taken: &[
        &row::LOGIN_TYPE,
        &row::SERVICE_PRINCIPAL,
        &row::IDENTITY,
        &row::TENANT_ID,
        &row::AAD_ENDPOINT,
        &row::CLOUD,
        &row::APPLICATION_ID,
        &row::CLIENT_SECRET,
        &row::CERTIFICATE_PATH,
        &row::IDENTITY_CLIENT_ID,
        &row::IDENTITY_OBJECT_ID,
        &row::IDENTITY_RESOURCE_ID,
        &row::STATUS_TENANT,
        &row::STATUS_ENDPOINT,
        &row::STATUS_METHOD,
        &row::CA_FILE,
        &row::RESPONSE_FILE,
        &row::OUTPUT,
    ],
    has_own_help: false,
    run,
};

pub(super) const LOGOUT: Command = Command {
    help: CommandHelp {
        name: "logout",
        usage: "",
        brief: "Remove the stored login",
    },
    taken: &[&row::OUTPUT],
    has_own_help: false,
    run: log_out,
};

/// How long `login` waits for an identity service that is unwell.
const PATIENCE: Duration = Duration::from_secs(30);

/// The application of a login by device code; a build may have its own.
const CLIENT_ID_VARIABLE: &str = "AZRING_CLIENT_ID";
const CLIENT_ID_OF_BUILD: Option<&str> = option_env!("AZRING_BUILD_CLIENT_ID");

fn run(words: &[OsString], console: &Arc<Console>) -> Result<Ending, UsageError> {
    let (action, rest) = match words.split_first() {
        Some((first, rest)) if !args::is_parameter(first) => (first.to_str(), rest),
        _ => (None, words),
    };
    let is_status = match (action, words.len() == rest.len()) {
        (None, true) => false,
        (Some("status"), false) => true,
        (action, _) => {
            return Err(UsageError::meaning(format!(
                "`{}` is no action of `login`: the only one is `status`",
                shown(action.unwrap_or_default())
            )));
        }
    };
    let args = COMMAND.read(rest)?;
    let environment = Environment::of_process(console, prompt::secret_line(console));
    let engine = intent::engine(&args, &environment)?;
    let json = choice(&args, &row::OUTPUT)? == Some("json");
    let command = LoginCommand {
        engine,
        environment,
        json,
        console,
    };
    if is_status {
        command.status(&args)
    } else {
        command.log_in(&args)
    }
}

/// One call of `login`.
struct LoginCommand<'a> {
    engine: Engine,
    environment: Environment,
    json: bool,
    console: &'a Console,
}

impl LoginCommand<'_> {
    fn log_in(&self, args: &ParsedArgs) -> Result<Ending, UsageError> {
        let choice = self.choice(args)?;
        let file = LoginFile::of_user(&self.environment);
        let done = match &choice.kind {
            LoginKind::DeviceCode => self.by_device_code(&choice),
            _ => self.by_itself(&choice).map(|who| (choice.clone(), who)),
        };
        let (choice, who) = match done {
            Ok(done) => done,
            Err(reason) => {
                let text = format!(
                    "Failed to perform login command: \n{reason}\n\nNOTE: If your credential was created in the last 5 minutes, please wait a few minutes and try again."
                );
                self.console.message(Level::Error, &text);
                return Ok(Ending::Failure);
            }
        };
        let is_lost = matches!(&choice.kind, LoginKind::ClientSecret { variable: None, .. });
        let stored = StoredLogin {
            user: who.user.clone(),
            choice,
        };
        self.console.result(success_text(&stored.choice.kind));
        if let Some(user) = &who.user {
            let tenant = who.tenant.as_deref().unwrap_or("unknown");
            let text = format!("Logged in as {user} in the tenant {tenant}.");
            self.console.result(&text);
        }
        if is_lost {
            let text = "the login is not stored, because its secret is in no variable of the environment: set `AZCOPY_SPA_CLIENT_SECRET` and log in again";
            self.console.message(Level::Error, text);
            return Ok(Ending::Failure);
        }
        let written = match &file {
            Some(file) => file.write(&stored).map(|()| file.path()),
            None => Err("the login cannot be stored: there is no home folder".to_owned()),
        };
        match written {
            Ok(path) => {
                let text = format!("The login is stored in {}.", path.display());
                self.console.result(&text);
                Ok(Ending::Success)
            }
            Err(reason) => {
                self.console.message(Level::Error, &reason);
                Ok(Ending::Failure)
            }
        }
    }

    /// Shows a code and waits until the user has entered it.
    fn by_device_code(&self, choice: &LoginChoice) -> Result<(LoginChoice, LoggedIn), String> {
        let done = log_in(&self.engine, async |settings| {
            let login = choice.device_code(settings)?;
            let code = login.begin().await?;
            let text = format!("Authentication is required. {code}");
            self.console.result(&text);
            if login.authority().is_tenant_of_user() {
                self.console.result(
                    "You are logging in to your own tenant. As a guest of another one, give its id by --tenant-id.",
                );
            }
            let (_, who, refresh) = login.wait(&code, None).await?;
            Ok((who, refresh))
        });
        let (who, refresh) = done.map_err(|error| error.to_string())?;
        let refresh = refresh.ok_or(
            "the identity service gave no token for later commands: the application must be allowed `offline_access`",
        )?;
        let choice = LoginChoice {
            kind: LoginKind::RefreshToken(refresh),
            tenant: who.tenant.clone().or_else(|| choice.tenant.clone()),
            ..choice.clone()
        };
        Ok((choice, who))
    }

    /// Logs in without the user, and proves that by a token.
    fn by_itself(&self, choice: &LoginChoice) -> Result<LoggedIn, String> {
        let settings = connection_settings(&self.engine).map_err(|error| error.to_string())?;
        let login = choice.login(&self.environment, None, &settings);
        let login = login
            .map_err(|error| error.to_string())?
            .ok_or("this login needs the user")?
            .with_patience(PATIENCE);
        let done = log_in(&self.engine, async |_| login.log_in().await);
        done.map(|(_, who)| who).map_err(|error| error.to_string())
    }

    fn status(&self, args: &ParsedArgs) -> Result<Ending, UsageError> {
        let stored = match LoginChoice::of_environment(&self.environment, Cloud::Public)? {
            Some(choice) => Ok(Some((choice, None))),
            None => self.stored(),
        };
        let checked = stored.and_then(|stored| match stored {
            Some((choice, user)) => self.by_itself(&choice).map(|_| Some((choice, user))),
            None => Ok(None),
        });
        let (valid, reason) = match &checked {
            Ok(Some(_)) => (true, None),
            Ok(None) => (false, None),
            Err(reason) => (false, Some(reason.clone())),
        };
        let found = checked.ok().flatten();
        let has = |parameter| args.has(parameter);
        let tenant = found
            .as_ref()
            .filter(|_| has(&row::STATUS_TENANT))
            .map(|(choice, _)| choice.tenant.clone().unwrap_or_else(|| "common".into()));
        let endpoint = found
            .as_ref()
            .filter(|_| has(&row::STATUS_ENDPOINT))
            .and_then(|(choice, _)| Some(choice.authority().ok()?.url()));
        let method = found
            .as_ref()
            .filter(|_| has(&row::STATUS_METHOD))
            .map(|(choice, _)| choice.kind.word());
        if self.json {
            let mut fields = json!({ "valid": valid });
            for (name, value) in [
                ("tenantID", tenant.as_deref()),
                ("AADEndpoint", endpoint.as_deref()),
                ("authMethod", method),
                ("message", reason.as_deref()),
            ] {
                if let Some(value) = value {
                    fields[name] = value.into();
                }
            }
            self.console
                .result(&record(Timestamp::now(), "login_status", &fields));
        } else if valid {
            self.console.result(
                "You have successfully refreshed your token. Your login session is still active",
            );
            for (name, value) in [
                ("Tenant ID", tenant.as_deref()),
                ("Active directory endpoint", endpoint.as_deref()),
                ("Authorized using", method),
            ] {
                if let Some(value) = value {
                    self.console.result(&format!("{name}: {value}"));
                }
            }
            if let Some((_, Some(user))) = &found {
                self.console.result(&format!("Logged in as {user}"));
            }
        } else {
            let text = "You are currently not logged in. Please login using 'azring login'";
            let reason = reason
                .map(|reason| format!("{reason}\n"))
                .unwrap_or_default();
            self.console
                .message(Level::Error, &format!("{reason}{text}"));
        }
        Ok(if valid {
            Ending::Success
        } else {
            Ending::Failure
        })
    }

    fn stored(&self) -> Result<Option<(LoginChoice, Option<String>)>, String> {
        let Some(file) = LoginFile::of_user(&self.environment) else {
            return Ok(None);
        };
        let Some(stored) = file.read()? else {
            return Ok(None);
        };
        let user = stored.user.clone();
        let choice = with_secret(stored, &self.environment).map_err(|error| error.to_string())?;
        Ok(Some((choice, user)))
    }

    /// The login that the parameters choose.
    fn choice(&self, args: &ParsedArgs) -> Result<LoginChoice, UsageError> {
        let text = |parameter| Ok::<_, UsageError>(args.text(parameter)?.map(str::to_owned));
        let variable = |name: &str| self.environment.variable(name);
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
                    .ok_or_else(|| {
                        needed(&row::APPLICATION_ID, "an application logs in by its id")
                    })?;
                let certificate = local(args, &row::CERTIFICATE_PATH)?
                    .or_else(|| variable("AZCOPY_SPA_CERT_PATH").map(Into::into));
                let kind = match certificate {
                    Some(path) => {
                        LoginKind::ClientCertificate(std::path::absolute(&path).unwrap_or(path))
                    }
                    None => self.secret(args)?,
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
            LoginKind::ClientSecret { .. }
                | LoginKind::ClientCertificate(_)
                | LoginKind::Workload(_)
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
    fn secret(&self, args: &ParsedArgs) -> Result<LoginKind, UsageError> {
        intent::client_secret(args, &self.environment)?.ok_or_else(|| {
            UsageError::meaning(format!(
                "an application logs in with a secret or a certificate: set the variable `AZCOPY_SPA_CLIENT_SECRET`, or give `{}`",
                row::CERTIFICATE_PATH.spelled(args.dialect())
            ))
        })
    }
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

/// What AzCopy 10 says after a login.
fn success_text(kind: &LoginKind) -> &'static str {
    match kind {
        LoginKind::DeviceCode | LoginKind::RefreshToken(_) => "Login succeeded.",
        LoginKind::ClientSecret { .. } => "SPN Auth via secret succeeded.",
        LoginKind::ClientCertificate(_) => "SPN Auth via cert succeeded.",
        LoginKind::Workload(_) => "Login with Workload Identity succeeded.",
        LoginKind::ManagedIdentity(_) => "Login with identity succeeded.",
        LoginKind::AzureCli => "Login with AzCliCreds succeeded.",
    }
}

fn log_out(words: &[OsString], console: &Arc<Console>) -> Result<Ending, UsageError> {
    let args = LOGOUT.read(words)?;
    let json = choice(&args, &row::OUTPUT)? == Some("json");
    let environment = Environment::of_process(console, prompt::secret_line(console));
    let removed = match LoginFile::of_user(&environment) {
        Some(file) => {
            let was_user = matches!(
                file.read(),
                Ok(Some(StoredLogin {
                    choice: LoginChoice {
                        kind: LoginKind::RefreshToken(_),
                        ..
                    },
                    ..
                }))
            );
            file.remove().map(|removed| (removed, was_user))
        }
        None => Ok((false, false)),
    };
    match removed {
        Ok((removed, was_user)) => {
            if json {
                let fields = json!({ "removed": removed });
                console.result(&record(Timestamp::now(), "logout", &fields));
            } else if removed {
                console.result("Logout succeeded.");
                if was_user {
                    console.result(
                        "A token that was copied before stays valid until it expires: end all sessions of the user in the portal if that may have happened.",
                    );
                }
            } else {
                console.result("You are not logged in.");
            }
            Ok(Ending::Success)
        }
        Err(reason) => {
            console.message(Level::Error, &reason);
            Ok(Ending::Failure)
        }
    }
}
