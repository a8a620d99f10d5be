//! `azring login`: logs in with Microsoft Entra ID, and `azring login status`: whether that still
//! holds.
//!
//! The texts are those of AzCopy 10. A login is stored in one file, for later commands. Only a login
//! by device code stores a secret (a refresh token).

mod parameters;

mod log_in;

mod status;

use std::ffi::OsString;
use std::sync::Arc;
use std::time::Duration;

use azring_core::job::{connection_settings, log_in};
use azring_core::options::Engine;
use azring_transport::login::LoggedIn;

use super::definition::Command;
use crate::args;
use crate::console::{Console, Level};
use crate::ending::Ending;
use crate::environment::Environment;
use crate::help::CommandHelp;
use crate::intent;
use crate::login::{LoginChoice, LoginFile, refresh_store};
use crate::mask::shown;
use crate::parameter::{self as row, joined};
use crate::parsed::choice;
use crate::prompt;
use crate::usage_error::UsageError;

pub(super) const COMMAND: Command = Command {
    help: CommandHelp {
        name: "login",
        usage: "[status] [parameters]",
        brief: "Log in with Microsoft Entra ID, or say whether the login still holds",
    },
    taken: &joined::<18>(
        &row::OF_LOGIN,
        &[&row::CA_FILE, &row::RESPONSE_FILE, &row::OUTPUT],
    ),
    has_own_help: false,
    run,
};

/// How long `login` waits for an identity service that is unwell.
const PATIENCE: Duration = Duration::from_secs(30);

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
    console: &'a Arc<Console>,
}

impl LoginCommand<'_> {
    /// Logs in without the user, and proves that by a token. A new refresh token goes into `file`.
    fn by_itself(&self, choice: &LoginChoice, file: Option<LoginFile>) -> Result<LoggedIn, String> {
        let settings = connection_settings(&self.engine).map_err(|error| error.to_string())?;
        let store = file.map(|file| refresh_store(file, &choice.client_id, self.console));
        let login = choice.login(&self.environment, store, &settings);
        let login = login
            .map_err(|error| error.to_string())?
            .ok_or("this login needs the user")?
            .with_patience(PATIENCE);
        let done = log_in(&self.engine, async |_| login.log_in().await);
        if let Some(notice) = login.take_notice() {
            self.console.message(Level::Warning, &notice);
        }
        done.map(|(_, who)| who).map_err(|error| error.to_string())
    }
}
