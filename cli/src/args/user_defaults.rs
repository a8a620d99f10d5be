//! The user's defaults: parameters in a file, which hold where a command does not give them.
//!
//! The file has the form of a response file, and each of its lines may be in either dialect. It may
//! hold the parameters of [`USER_DEFAULTS`] only, so no default changes what a command copies.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use crate::environment::{ConfigFile, Environment};
use crate::mask::shown;
use crate::parameter::{Parameter, USER_DEFAULTS, replaces};
use crate::parsed::ParsedArgs;
use crate::usage_error::UsageError;

use super::reader::read_typed;
use super::response_file::{self, ResponseFileError};

/// Adds the defaults of the user of this process to a command, as far as the command accepts them and
/// nothing in it replaces them. `taken` are the parameters that it accepts; `None`: all.
pub(crate) fn add_user_defaults(
    args: &mut ParsedArgs,
    taken: Option<&[&'static Parameter]>,
) -> Result<(), UsageError> {
    match Environment::config_file(|name| std::env::var_os(name)) {
        Some(file) => add_from(&file, args, taken),
        None => Ok(()),
    }
}

fn add_from(
    file: &ConfigFile,
    args: &mut ParsedArgs,
    taken: Option<&[&'static Parameter]>,
) -> Result<(), UsageError> {
    if !file.is_named && !file.path.exists() {
        return Ok(());
    }
    let given: Vec<_> = args.typed().map(|(parameter, _)| parameter).collect();
    for (parameter, value) in read(&file.path)? {
        let is_taken = taken.is_none_or(|taken| taken.iter().any(|row| row.is(parameter)));
        if is_taken && !given.iter().any(|given| replaces(given, parameter)) {
            args.add(parameter, value)
                .map_err(|error| unusable(&file.path, None, &error.to_string()))?;
        }
    }
    Ok(())
}

/// The parameters of the file, in their order.
fn read(path: &Path) -> Result<Vec<(&'static Parameter, Option<OsString>)>, UsageError> {
    let lines = response_file::read(path.as_os_str()).map_err(|error| match error {
        ResponseFileError::File(reason) => {
            unusable(path, None, &format!("cannot read it: {reason}"))
        }
        ResponseFileError::OpenQuote { line } => {
            unusable(path, Some(line), "a quote is not closed")
        }
    })?;
    let mut defaults = Vec::new();
    for line in lines {
        let refused = |text: &str| unusable(path, Some(line.number), text);
        let args = read_typed(&line.words).map_err(|error| refused(&error.to_string()))?;
        for (parameter, value) in args.typed() {
            if !USER_DEFAULTS.iter().any(|row| row.is(parameter)) {
                let name = parameter.spelled(args.dialect());
                return Err(refused(&if parameter.secret {
                    format!(
                        "`{name}` cannot be a default: a key or a signature belongs to one account"
                    )
                } else {
                    format!("`{name}` cannot be a default: give it in the command")
                }));
            }
            defaults.push((parameter, value.map(OsStr::to_owned)));
        }
    }
    Ok(defaults)
}

fn unusable(path: &Path, line: Option<usize>, text: &str) -> UsageError {
    let place = line.map_or_else(String::new, |line| format!(", line {line}"));
    UsageError::meaning(format!(
        "the user's defaults (`{}`{place}): {text} (`AZRING_CONFIG=` turns them off)",
        shown(&path.to_string_lossy())
    ))
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    /// The command with the defaults of a file, as text.
    fn with(words: &[&str], lines: &str) -> Result<String, String> {
        with_some(words, lines, None)
    }

    fn with_some(
        words: &[&str],
        lines: &str,
        taken: Option<&[&'static Parameter]>,
    ) -> Result<String, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config");
        std::fs::write(&path, lines).unwrap();
        let words: Vec<_> = words.iter().map(OsString::from).collect();
        let mut args = read_typed(&words).unwrap();
        let shown = path.display().to_string();
        let file = ConfigFile {
            path,
            is_named: true,
        };
        add_from(&file, &mut args, taken)
            .map(|()| args.to_string())
            .map_err(|error| error.to_string().replace(&shown, "FILE"))
    }

    #[test]
    fn what_a_command_gives_replaces_the_default() {
        let lines = "# mine\n--progress lines\n/NC:8 /Y\n";
        assert_eq!(
            with(&["/S"], lines).unwrap(),
            "azring /S /Progress:lines /NC:8 /Y"
        );
        assert_eq!(
            with(&["--progress", "none"], lines).unwrap(),
            "azring --progress none --parallel-level 8 --quiet"
        );
        assert_eq!(
            with(&["/Output:json"], "/Silent").unwrap(),
            "azring /Output:json"
        );
    }

    #[test]
    fn a_command_gets_only_what_it_accepts() {
        let taken: &[&'static Parameter] = &[&crate::parameter::OUTPUT];
        let shown = with_some(&["/Source:x"], "/NC:8\n/Output:json", Some(taken));
        assert_eq!(shown.unwrap(), "azring /Source:x /Output:json");
    }

    #[test]
    fn what_is_copied_and_secrets_cannot_be_defaults() {
        assert_snapshot!(with(&["/S"], "/NC:4\n\n/Dest:/x").unwrap_err(), @"the user's defaults (`FILE`, line 3): `/Dest` cannot be a default: give it in the command (`AZRING_CONFIG=` turns them off)");
        assert_snapshot!(with(&["/S"], "--dest-key canary").unwrap_err(), @"the user's defaults (`FILE`, line 1): `--dest-key` cannot be a default: a key or a signature belongs to one account (`AZRING_CONFIG=` turns them off)");
        for (lines, part) in [
            ("/NC:4 /NC:5", "`/NC` is given more than once"),
            (
                "\n--nonsense",
                "line 2): The syntax of the command is incorrect",
            ),
            ("/NC:4\n/NC:5", "`/NC` is given more than once"),
        ] {
            let refused = with(&["/S"], lines).unwrap_err();
            assert!(refused.contains(part), "{refused}");
        }
    }

    #[test]
    fn the_file_is_the_named_one_or_that_of_the_home_folder_or_none() {
        let file = |variables: &[(&str, &str)]| {
            let variables: Vec<_> = variables.to_vec();
            Environment::config_file(|name| {
                let found = variables.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| OsString::from(value))
            })
            .map(|file| file.path.display().to_string())
        };
        let home = ("HOME", "/home/me");
        assert_eq!(
            file(&[home]).as_deref(),
            Some("/home/me/.config/azring/config")
        );
        assert_eq!(
            file(&[home, ("XDG_CONFIG_HOME", "/c")]).as_deref(),
            Some("/c/azring/config")
        );
        assert_eq!(
            file(&[home, ("AZRING_CONFIG", "/mine")]).as_deref(),
            Some("/mine")
        );
        assert_eq!(file(&[home, ("AZRING_CONFIG", "")]), None);
        assert_eq!(file(&[]), None);
    }
}
