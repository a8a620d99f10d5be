//! `azring logout`: removes the stored login, and says what that does not end.

use std::ffi::OsString;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::json;

use super::definition::Command;
use crate::console::{Console, Level};
use crate::ending::Ending;
use crate::environment::Environment;
use crate::help::CommandHelp;
use crate::listener::record::record;
use crate::login::{LoginChoice, LoginFile, LoginKind, StoredLogin};
use crate::parameter as row;
use crate::parsed::choice;
use crate::prompt;
use crate::usage_error::UsageError;

pub(super) const COMMAND: Command = Command {
    help: CommandHelp {
        name: "logout",
        usage: "",
        brief: "Remove the stored login",
    },
    taken: &[&row::OUTPUT],
    has_own_help: false,
    run,
};

fn run(words: &[OsString], console: &Arc<Console>) -> Result<Ending, UsageError> {
    let args = COMMAND.read(words)?;
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
