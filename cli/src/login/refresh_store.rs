//! Keeps the refresh token of a stored login up to date while a command runs.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use azring_transport::auth::Secret;
use azring_transport::login::RefreshTokenStore;

use super::{LoginFile, LoginKind, StoredLogin};
use crate::console::{Console, Level};

/// The refresh token in the file of a stored login.
struct StoredRefreshToken {
    file: LoginFile,
    client_id: String,
    console: Arc<Console>,
    has_warned: AtomicBool,
}

/// The token of this application in this file; `console` is told when one cannot be stored.
pub(crate) fn refresh_store(
    file: LoginFile,
    client_id: &str,
    console: &Arc<Console>,
) -> Arc<dyn RefreshTokenStore> {
    Arc::new(StoredRefreshToken {
        file,
        client_id: client_id.to_owned(),
        console: Arc::clone(console),
        has_warned: AtomicBool::new(false),
    })
}

impl StoredRefreshToken {
    /// The token of a login, if it is one of this application.
    fn own<'l>(&self, login: &'l StoredLogin) -> Option<&'l Secret<String>> {
        match &login.choice.kind {
            LoginKind::RefreshToken(token) if login.choice.client_id == self.client_id => {
                Some(token)
            }
            _ => None,
        }
    }
}

impl fmt::Debug for StoredRefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredRefreshToken").finish_non_exhaustive()
    }
}

impl RefreshTokenStore for StoredRefreshToken {
    fn newest(&self) -> Option<Secret<String>> {
        let login = self.file.read().ok()??;
        self.own(&login).cloned()
    }

    fn replace(&self, used: &Secret<String>, token: &Secret<String>) {
        let stored = self.file.update(|login| {
            // Another process may have stored a newer one, or another user may have logged in.
            let is_used = self.own(&login)?.expose() == used.expose();
            is_used.then(|| {
                let mut login = login;
                login.choice.kind = LoginKind::RefreshToken(token.clone());
                login
            })
        });
        if let Err(reason) = stored
            && !self.has_warned.swap(true, Ordering::Relaxed)
        {
            let text = format!(
                "{reason}. This command goes on; a later one may need a new `azring login`"
            );
            self.console.message(Level::Warning, &text);
        }
    }
}
