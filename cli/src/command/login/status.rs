//! `azring login status`: whether the login still gives tokens, and whose it is.

use azring_transport::auth::Cloud;
use jiff::Timestamp;
use serde_json::json;

use super::LoginCommand;
use crate::console::Level;
use crate::ending::Ending;
use crate::listener::record::record;
use crate::login::{LoginChoice, LoginFile, with_secret};
use crate::parameter as row;
use crate::parsed::ParsedArgs;
use crate::usage_error::UsageError;

/// A login, the name of its user where that is known, and the file that it is stored in.
type FoundLogin = (LoginChoice, Option<String>, Option<LoginFile>);

impl LoginCommand<'_> {
    pub(super) fn status(&self, args: &ParsedArgs) -> Result<Ending, UsageError> {
        let stored = match LoginChoice::of_environment(&self.environment, Cloud::Public)? {
            Some(choice) => Ok(Some((choice, None, None))),
            None => self.stored(),
        };
        let checked = stored.and_then(|stored| match stored {
            Some((choice, user, file)) => {
                let checked = self.by_itself(&choice, file);
                checked.map(|_| Some((choice, user)))
            }
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

    /// The stored login, the name of its user, and its file.
    fn stored(&self) -> Result<Option<FoundLogin>, String> {
        let Some(file) = LoginFile::of_user(&self.environment) else {
            return Ok(None);
        };
        let Some(stored) = file.read()? else {
            return Ok(None);
        };
        let user = stored.user.clone();
        let choice = with_secret(stored, &self.environment).map_err(|error| error.to_string())?;
        Ok(Some((choice, user, Some(file))))
    }
}
