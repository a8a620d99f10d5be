//! What the program finds around it and what decides about a command too: terminal, variables.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::file_kind::FileKind;
use crate::terminal;

/// The surroundings of a call.
pub(crate) struct Environment {
    /// There is a terminal at which a question would be answered.
    pub(crate) can_ask: bool,
    /// Something other than a person or nothing is at standard input: a pipe, a socket, a file.
    pub(crate) has_input: bool,
    /// A journal names the places, and not the one who started the program.
    pub(crate) is_recalled: bool,
    /// The environment's variables.
    pub(crate) variables: HashMap<OsString, OsString>,
    /// The folder that this program is in.
    pub(crate) program_folder: Option<PathBuf>,
    /// What is at a path of this machine.
    pub(crate) file_kind: fn(&Path) -> FileKind,
    /// Asks for a secret and reads a line of standard input; `None` when there is none.
    pub(crate) secret_line: Box<SecretLine>,
}

/// From a question to the line that answers it, if one comes.
pub(crate) type SecretLine = dyn Fn(&str) -> Option<String>;

impl Environment {
    /// The environment of this process; `secret_line` asks for secrets.
    pub(crate) fn of_process(secret_line: Box<SecretLine>) -> Self {
        Self {
            can_ask: terminal::is_attended(),
            has_input: terminal::has_input(),
            is_recalled: false,
            variables: std::env::vars_os().collect(),
            program_folder: std::env::current_exe()
                .ok()
                .and_then(|program| Some(program.parent()?.to_owned())),
            file_kind: FileKind::of,
            secret_line,
        }
    }

    /// A variable of the environment, if it is set to something that is text.
    pub(crate) fn variable(&self, name: &str) -> Option<String> {
        self.raw(name)?.to_str().map(str::to_owned)
    }

    /// A variable of the environment, if it is set to something.
    pub(crate) fn raw(&self, name: &str) -> Option<&OsStr> {
        self.variables
            .get(OsStr::new(name))
            .map(OsString::as_os_str)
            .filter(|value| !value.is_empty())
    }

    /// Where azring keeps what a call can do without: `$XDG_CACHE_HOME/azring`.
    pub(crate) fn cache_folder(&self) -> Option<PathBuf> {
        self.xdg_folder("XDG_CACHE_HOME", ".cache")
    }

    /// Where azring keeps what should outlive a call: `$XDG_STATE_HOME/azring`, by the XDG Base Directory Specification.
    pub(crate) fn state_folder(&self) -> Option<PathBuf> {
        self.xdg_folder("XDG_STATE_HOME", ".local/state")
    }

    /// Where the user's wishes for every call are: `$XDG_CONFIG_HOME/azring`.
    pub(crate) fn config_folder(&self) -> Option<PathBuf> {
        self.xdg_folder("XDG_CONFIG_HOME", ".config")
    }

    /// azring's folder in the one that the variable names, or else in this one of the home folder. A relative path is
    /// to be ignored by the specification.
    fn xdg_folder(&self, variable: &str, below_home: &str) -> Option<PathBuf> {
        let folder = |name| self.raw(name).map(PathBuf::from);
        folder(variable)
            .filter(|folder| folder.is_absolute())
            .or_else(|| Some(folder("HOME")?.join(below_home)))
            .map(|folder| folder.join("azring"))
    }
}
