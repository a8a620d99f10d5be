//! The environment of a call: terminal, standard input, variables, folders.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use azring_transport::auth::TokenSource;

use crate::console::Console;
use crate::file_kind::FileKind;
use crate::parameter::Dialect;
use crate::terminal;

/// The environment of a call.
pub(crate) struct Environment {
    /// A question would be answered at a terminal.
    pub(crate) can_ask: bool,
    /// Standard input is a pipe, a socket or a file, and no terminal and not `/dev/null`.
    pub(crate) has_input: bool,
    /// The locations come from a journal, and not from the user.
    pub(crate) is_recalled: bool,
    /// The environment's variables.
    pub(crate) variables: HashMap<OsString, OsString>,
    /// The folder that this program is in.
    pub(crate) program_folder: Option<PathBuf>,
    /// What is at a path of this machine.
    pub(crate) file_kind: fn(&Path) -> FileKind,
    /// The source of tokens of this command, once it was looked for.
    pub(crate) tokens: OnceCell<Option<Arc<dyn TokenSource>>>,
    /// Says what a user must do to log in; `None` in tests.
    pub(crate) console: Option<Arc<Console>>,
    /// Asks for a secret and reads a line of standard input; `None` when there is no line.
    pub(crate) secret_line: Box<SecretLine>,
}

/// From a question to the line that answers it, if there is one.
pub(crate) type SecretLine = dyn Fn(&str) -> Option<String>;

impl Environment {
    /// The environment of this process; `secret_line` asks for secrets, and `console` says how to log
    /// in.
    pub(crate) fn of_process(console: &Arc<Console>, secret_line: Box<SecretLine>) -> Self {
        Self {
            can_ask: terminal::is_attended(),
            has_input: terminal::has_input(),
            is_recalled: false,
            variables: std::env::vars_os().collect(),
            program_folder: std::env::current_exe()
                .ok()
                .and_then(|program| Some(program.parent()?.to_owned())),
            file_kind: FileKind::of,
            tokens: OnceCell::new(),
            console: Some(Arc::clone(console)),
            secret_line,
        }
    }

    /// A variable that is set, not empty, and UTF-8.
    pub(crate) fn variable(&self, name: &str) -> Option<String> {
        self.raw(name)?.to_str().map(str::to_owned)
    }

    /// A variable that is set and not empty.
    pub(crate) fn raw(&self, name: &str) -> Option<&OsStr> {
        self.variables
            .get(OsStr::new(name))
            .map(OsString::as_os_str)
            .filter(|value| !value.is_empty())
    }

    /// The folder for data that may be lost: `$XDG_CACHE_HOME/azring`.
    pub(crate) fn cache_folder(&self) -> Option<PathBuf> {
        self.xdg_folder("XDG_CACHE_HOME", ".cache")
    }

    /// The folder for data that outlives a call: `$XDG_STATE_HOME/azring`, by the XDG Base
    /// Directory Specification.
    pub(crate) fn state_folder(&self) -> Option<PathBuf> {
        self.xdg_folder("XDG_STATE_HOME", ".local/state")
    }

    /// The folder of journals: for AzCopy 10's commands its variable may name another.
    pub(crate) fn journal_folder(&self, dialect: Dialect) -> Option<PathBuf> {
        self.raw("AZCOPY_JOB_PLAN_LOCATION")
            .filter(|_| dialect == Dialect::AzCopy10)
            .map(PathBuf::from)
            .or_else(|| self.state_folder())
    }

    /// The folder of the user's configuration: `$XDG_CONFIG_HOME/azring`.
    pub(crate) fn config_folder(&self) -> Option<PathBuf> {
        self.xdg_folder("XDG_CONFIG_HOME", ".config")
    }

    /// The file with the user's defaults: the one that `AZRING_CONFIG` names, or `config` in the folder of the
    /// configuration. `None`: there is none, or `AZRING_CONFIG` is empty.
    pub(crate) fn config_file(variable: impl Fn(&str) -> Option<OsString>) -> Option<ConfigFile> {
        if let Some(named) = variable("AZRING_CONFIG") {
            let path = Some(PathBuf::from(named)).filter(|path| !path.as_os_str().is_empty());
            return path.map(|path| ConfigFile {
                path,
                is_named: true,
            });
        }
        let folder = |name: &str| {
            variable(name)
                .filter(|value| !value.is_empty())
                .map(PathBuf::from)
        };
        Some(ConfigFile {
            path: xdg_folder(folder, "XDG_CONFIG_HOME", ".config")?.join("config"),
            is_named: false,
        })
    }

    /// azring's folder in the folder that the variable names, or else in this folder of the home
    /// folder. The specification demands that relative paths are ignored.
    fn xdg_folder(&self, variable: &str, below_home: &str) -> Option<PathBuf> {
        xdg_folder(
            |name| self.raw(name).map(PathBuf::from),
            variable,
            below_home,
        )
    }
}

/// The file with the user's defaults.
pub(crate) struct ConfigFile {
    pub(crate) path: PathBuf,
    /// The user named it, so it has to be there.
    pub(crate) is_named: bool,
}

fn xdg_folder(
    folder: impl Fn(&str) -> Option<PathBuf>,
    variable: &str,
    below_home: &str,
) -> Option<PathBuf> {
    folder(variable)
        .filter(|folder| folder.is_absolute())
        .or_else(|| Some(folder("HOME")?.join(below_home)))
        .map(|folder| folder.join("azring"))
}
