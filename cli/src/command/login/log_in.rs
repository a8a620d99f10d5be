//! `azring login`: logs in, says who has logged in, and stores the login.

use azring_core::job::log_in;
use azring_transport::login::LoggedIn;

use super::LoginCommand;
use super::parameters::login_choice;
use crate::console::Level;
use crate::ending::Ending;
use crate::login::{LoginChoice, LoginFile, LoginKind, StoredLogin};
use crate::parsed::ParsedArgs;
use crate::usage_error::UsageError;

impl LoginCommand<'_> {
    pub(super) fn log_in(&self, args: &ParsedArgs) -> Result<Ending, UsageError> {
        let choice = login_choice(args, &self.environment)?;
        let file = LoginFile::of_user(&self.environment);
        let done = match &choice.kind {
            LoginKind::DeviceCode => self.by_device_code(&choice),
            _ => self
                .by_itself(&choice, None)
                .map(|who| (choice.clone(), who)),
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
            let (login, who, refresh) = login.wait(&code, None).await?;
            if let Some(notice) = login.take_notice() {
                self.console.message(Level::Warning, &notice);
            }
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
