//! Logins with Microsoft Entra ID: which one a command uses, and where one is stored.
//!
//! [`LoginChoice`] is a way to log in with its values, read from the parameters of `login`, from the
//! environment, or from the file of the last `login` ([`LoginFile`]). [`token_source`] makes it
//! the one source of tokens of a command. [`trusted_host`] says which hosts may get a token.

mod choice;

mod from_environment;

mod file_text;

mod login_file;

mod refresh_store;

mod session;

mod trusted_host;

pub(crate) use choice::{LoginChoice, LoginKind};
pub(crate) use from_environment::SECRET_VARIABLES;
pub(crate) use login_file::{LoginFile, StoredLogin};
pub(crate) use refresh_store::refresh_store;
pub(crate) use session::{token_source, with_secret};
pub(crate) use trusted_host::is_trusted;
