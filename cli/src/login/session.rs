//! The login of one command: chosen when the first place needs it, and the same for both ends.

use std::sync::Arc;

use azring_core::job::{connection_settings, log_in};
use azring_core::options::Engine;
use azring_transport::auth::{Cloud, Secret, TokenCache, TokenSource};
use azring_transport::login::Login;

use super::refresh_store::refresh_store;
use super::{LoginChoice, LoginFile, LoginKind, StoredLogin};
use crate::console::Level;
use crate::environment::Environment;
use crate::usage_error::UsageError;

/// The source of tokens; `None` where neither the environment nor a stored login gives one. The first
/// call of a command chooses it, and waits for the user where that needs a code.
pub(crate) fn token_source(
    environment: &Environment,
    engine: &Engine,
    cloud: Cloud,
) -> Result<Option<Arc<dyn TokenSource>>, UsageError> {
    if let Some(source) = environment.tokens.get() {
        return Ok(source.clone());
    }
    let source = choose(environment, engine, cloud)?;
    Ok(environment.tokens.get_or_init(|| source).clone())
}

fn choose(
    environment: &Environment,
    engine: &Engine,
    cloud: Cloud,
) -> Result<Option<Arc<dyn TokenSource>>, UsageError> {
    if let Some(choice) = LoginChoice::of_environment(environment, cloud)? {
        return source_of(&choice, None, environment, engine).map(Some);
    }
    let Some(file) = LoginFile::of_user(environment) else {
        return Ok(None);
    };
    let Some(stored) = file.read().map_err(UsageError::meaning)? else {
        return Ok(None);
    };
    let choice = with_secret(stored, environment)?;
    source_of(&choice, Some(file), environment, engine).map(Some)
}

fn source_of(
    choice: &LoginChoice,
    file: Option<LoginFile>,
    environment: &Environment,
    engine: &Engine,
) -> Result<Arc<dyn TokenSource>, UsageError> {
    let refused = |error: azring_transport::Error| UsageError::meaning(error.to_string());
    let settings =
        connection_settings(engine).map_err(|error| UsageError::meaning(error.to_string()))?;
    let store = file
        .zip(environment.console.as_ref())
        .map(|(file, console)| refresh_store(file, &choice.client_id, console));
    let login = choice.login(environment, store, &settings);
    let login = match login.map_err(refused)? {
        Some(login) => login,
        None => by_device_code(choice, environment, engine)?,
    };
    Ok(Arc::new(TokenCache::new(login)))
}

/// Logs a user in for this command alone.
fn by_device_code(
    choice: &LoginChoice,
    environment: &Environment,
    engine: &Engine,
) -> Result<Login, UsageError> {
    let done = log_in(engine, async |settings| {
        let login = choice.device_code(settings)?;
        let code = login.begin().await?;
        if let Some(console) = &environment.console {
            console.message(Level::Info, &format!("Authentication is required. {code}"));
        }
        let (login, _, _) = login.wait(&code, None).await?;
        Ok(login)
    });
    done.map_err(|error| UsageError::meaning(error.to_string()))
}

/// The stored login with the secret of its application, which is in a variable.
pub(crate) fn with_secret(
    stored: StoredLogin,
    environment: &Environment,
) -> Result<LoginChoice, UsageError> {
    let mut choice = stored.choice;
    if let LoginKind::ClientSecret { secret, variable } = &mut choice.kind {
        let found = variable.as_deref().and_then(|name| {
            let value = environment.variable(name)?;
            Some(Secret::new(value))
        });
        *secret = found.ok_or_else(|| {
            let name = variable.as_deref().unwrap_or("AZCOPY_SPA_CLIENT_SECRET");
            UsageError::meaning(format!(
                "the stored login is one of an application whose secret is not stored: set the variable `{name}` again"
            ))
        })?;
    }
    Ok(choice)
}
