//! The place of a command's journal.

use std::fmt::Write;
use std::path::PathBuf;

use azring_core::journal::{Command, files};
use azring_core::location::Location;
use azring_core::options::Options;

use super::normal_form;
use crate::environment::Environment;
use crate::parameter as row;
use crate::parsed::ParsedArgs;
use crate::parsed::local;
use crate::usage_error::UsageError;

/// The name of the journal in a folder that the command names.
pub(crate) const NAME: &str = "azring.jnl";

/// How many bytes of the fingerprint are in the name of a journal in the default folder.
const NAME_BYTES: usize = 8;

/// The journal that a command keeps.
#[derive(Debug)]
pub(crate) struct CommandJournal {
    /// Its folder.
    pub(crate) folder: PathBuf,
    /// Its name.
    pub(crate) name: String,
    /// The command names the folder, so it needs the journal. In the default folder a journal is
    /// kept if possible.
    pub(crate) is_named: bool,
    /// The command that it is about.
    pub(crate) command: Command,
    /// The command asks no questions.
    pub(crate) is_quiet: bool,
}

impl CommandJournal {
    /// The path of the journal.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.join(&self.name)
    }

    /// The files of the journal.
    pub(crate) fn files(&self) -> impl Iterator<Item = PathBuf> {
        files(&self.folder, &self.name)
    }
}

/// The journal of a copy; `None` for a copy without one.
pub(crate) fn of_command(
    args: &ParsedArgs,
    options: &Options,
    environment: &Environment,
) -> Result<Option<CommandJournal>, UsageError> {
    let named = local(args, &row::Z)?;
    if args.has(&row::NO_JOURNAL) && args.has(&row::Z) {
        return Err(UsageError::meaning(format!(
            "`{}` and `{}` exclude each other: a journal is kept or it is not",
            row::Z.spelled(args.dialect()),
            row::NO_JOURNAL.spelled(args.dialect())
        )));
    }
    let is_piped = [&options.source, &options.target]
        .iter()
        .any(|place| matches!(place, Location::Pipe | Location::Discard(_)));
    let writes_nothing = options.preview || options.verify.is_some();
    if writes_nothing || args.has(&row::NO_JOURNAL) || is_piped {
        return Ok(None);
    }
    let command = normal_form::command(args, options)?;
    let is_named = named.is_some();
    let name = if is_named {
        NAME.to_owned()
    } else {
        name(&command)
    };
    let Some(folder) = named.or_else(|| environment.journal_folder(args.dialect())) else {
        if args.has(&row::Z) {
            return Err(no_home(args));
        }
        return Ok(None);
    };
    Ok(Some(CommandJournal {
        folder,
        name,
        is_named,
        command,
        is_quiet: args.has(&row::Y),
    }))
}

/// The error that there is no default folder for a journal.
pub(super) fn no_home(args: &ParsedArgs) -> UsageError {
    UsageError::meaning(format!(
        "`{}` needs a folder, because there is no home folder for one",
        row::Z.spelled(args.dialect())
    ))
}

/// The name of a command's journal in the default folder. It differs between commands.
fn name(command: &Command) -> String {
    let mut name = String::new();
    for byte in &command.fingerprint()[..NAME_BYTES] {
        // Writing to a `String` cannot fail.
        let _ = write!(name, "{byte:02x}");
    }
    name + ".jnl"
}
