//! `azring /Z:folder` without a source: recalls the command from the journal in the folder.

use std::path::{Path, PathBuf};

use azring_core::journal::{Needs, peek};
use azring_core::location::Location;
use azring_core::options::Options;

use super::command_journal::{NAME, no_home};
use super::folder::journals_in;
use super::normal_form::{filter_files, filter_files_of, of_journal};
use super::owner;
use crate::args;
use crate::environment::Environment;
use crate::parameter::{self as row, Dialect, Parameter};
use crate::parsed::ParsedArgs;
use crate::parsed::local;
use crate::usage_error::UsageError;

/// A command from a journal.
pub(crate) struct RecalledCommand {
    /// The journal's command, and the parameters that were given beside `/Z`.
    pub(crate) args: ParsedArgs,
    needs: Needs,
    /// What the journal says about the files that a filter was read from.
    filter_files: Option<Vec<u8>>,
}

/// The command of the journal that `args` names. `None` if `args` names something to copy, or no
/// journal.
pub(crate) fn recall(
    args: &ParsedArgs,
    environment: &Environment,
) -> Result<Option<RecalledCommand>, UsageError> {
    let is_alone = args.has(&row::Z) && args.typed().all(|(typed, _)| !typed.identity);
    if !is_alone {
        return Ok(None);
    }
    let (folder, name) = find(args, environment)?;
    recall_from(args, &folder, &name).map(Some)
}

/// The command of the journal of this name in the folder, with the parameters that are given beside it.
pub(crate) fn recall_from(
    args: &ParsedArgs,
    folder: &Path,
    name: &str,
) -> Result<RecalledCommand, UsageError> {
    let refused = |reason: String| UsageError::meaning(reason);
    owner::check(folder, name).map_err(refused)?;
    let replayed = peek(folder, name)
        .0
        .map_err(|error| refused(error.to_string()))?
        .ok_or_else(|| nothing(args, folder))?;
    let (list, dialect) = of_journal(replayed.command());
    let mut recalled = args::read(&list)?;
    for (typed, value) in args.typed() {
        // The parameters of a response file are in `args` already.
        if !typed.is(&row::RESPONSE_FILE) {
            recalled.add(typed, value.map(Into::into))?;
        }
    }
    debug_assert_eq!(recalled.dialect(), dialect);
    if args.dialect() == Dialect::AzCopy10 {
        let shown = replayed.command().shown.clone();
        recalled = recalled.typed_as(Dialect::AzCopy10, shown);
    }
    Ok(RecalledCommand {
        args: recalled,
        needs: replayed.command().needs,
        filter_files: filter_files_of(replayed.command()).cloned(),
    })
}

impl RecalledCommand {
    /// Checks that credentials are given, if the original command had some, and that the files of its filter
    /// are the same.
    pub(crate) fn check(&self, options: &Options) -> Result<(), UsageError> {
        if self.filter_files != filter_files(options) {
            return Err(UsageError::meaning(
                "a file with names or rules of the filter has changed since the operation in the journal began: give                  the command again to begin another one",
            ));
        }
        let ends = [
            (
                self.needs.source,
                &options.source,
                &row::SOURCE_KEY,
                &row::SOURCE_SAS,
                "SOURCE",
            ),
            (
                self.needs.target,
                &options.target,
                &row::DEST_KEY,
                &row::DEST_SAS,
                "DEST",
            ),
        ];
        for (is_needed, location, key, sas, variable) in ends {
            if is_needed && is_anonymous(location) {
                return Err(self.missing(location, key, sas, variable));
            }
        }
        Ok(())
    }

    fn missing(
        &self,
        location: &Location,
        key: &Parameter,
        sas: &Parameter,
        variable: &str,
    ) -> UsageError {
        let dialect: Dialect = self.args.dialect();
        UsageError::meaning(format!(
            "the operation in the journal needs a credential for `{location}`, and a journal contains none: give `{}` or `{}` too, on the command line or in a response file, or set `AZRING_{variable}_KEY` or `AZRING_{variable}_SAS` \
             (if a journal names the host, variables are sent only to hosts of Azure and to this machine)",
            key.spelled(dialect),
            sas.spelled(dialect)
        ))
    }
}

fn is_anonymous(location: &Location) -> bool {
    location
        .account_place()
        .is_some_and(|place| place.account.credential.is_anonymous())
}

/// The journal in the folder, or the only one in the default folder.
fn find(args: &ParsedArgs, environment: &Environment) -> Result<(PathBuf, String), UsageError> {
    if let Some(folder) = local(args, &row::Z)? {
        return Ok((folder, NAME.to_owned()));
    }
    let folder = environment.state_folder().ok_or_else(|| no_home(args))?;
    let names = journals_in(&folder);
    match <[String; 1]>::try_from(names) {
        Ok([name]) => Ok((folder, name)),
        Err(names) if names.is_empty() => Err(nothing(args, &folder)),
        Err(names) => Err(UsageError::meaning(format!(
            "there are {} journals in `{}`, so `{}` alone does not select one: give the command again; `azring jobs` lists them",
            names.len(),
            folder.display(),
            row::Z.spelled(args.dialect())
        ))),
    }
}

fn nothing(args: &ParsedArgs, folder: &Path) -> UsageError {
    UsageError::meaning(format!(
        "there is nothing to resume in the journal folder `{}`: give a source and a destination beside `{}`",
        folder.display(),
        row::Z.spelled(args.dialect())
    ))
}
