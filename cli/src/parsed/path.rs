//! Translates the paths that users of Windows type into paths of this machine.
//!
//! A drive letter needs a mapping to a folder (`/MapDrive:C:=/mnt/c`). In the slash dialect a
//! backslash separates the parts of a path that is mapped or relative, as on Windows. In an
//! absolute path, and in the dash dialect, it is an ordinary character.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use super::{ParsedArgs, unexpanded};
use crate::mask::shown;
use crate::parameter::{self as row, Dialect, Parameter};
use crate::usage_error::UsageError;

/// The variable that maps drives for every command.
const VARIABLE: &str = "AZRING_MAP_DRIVE";

/// A drive and its folder.
struct Drive {
    letter: char,
    folder: String,
}

/// The path that a parameter's value means.
pub(crate) fn local(
    args: &ParsedArgs,
    parameter: &Parameter,
) -> Result<Option<PathBuf>, UsageError> {
    let Some(raw) = args.raw(parameter) else {
        return Ok(None);
    };
    // A path that is not UTF-8 cannot be one of Windows.
    let Some(text) = raw.to_str() else {
        return Ok(Some(raw.into()));
    };
    translate(args, text)
        .map(|path| Some(path.into()))
        .map_err(|reason| {
            let name = parameter.spelled(args.dialect());
            UsageError::meaning(format!("`{name}`: {reason}"))
        })
}

/// Checks the mappings of drives, even if no path uses them.
pub(crate) fn check(args: &ParsedArgs) -> Result<(), UsageError> {
    drives(args).map(drop).map_err(UsageError::meaning)
}

/// The path of this machine that `raw` means, with the mapped drives, or the reason why there is
/// none.
pub(crate) fn translated(args: &ParsedArgs, raw: &OsStr) -> Result<OsString, String> {
    match raw.to_str() {
        Some(text) => translate(args, text).map(Into::into),
        None => Ok(raw.to_owned()),
    }
}

/// The path of this machine that `text` means, or the reason why there is none.
pub(crate) fn translate(args: &ParsedArgs, text: &str) -> Result<String, String> {
    if text.starts_with(r"\\") {
        return Err(format!(
            "`{}` is a Windows share: mount it and give the folder of the mount",
            shown(text)
        ));
    }
    unexpanded::check(text)?;
    if let Some(letter) = drive_letter(text) {
        return map(args, letter, text);
    }
    let is_separator = args.dialect() == Dialect::Slash && !text.starts_with('/');
    Ok(if is_separator {
        text.replace('\\', "/")
    } else {
        text.to_owned()
    })
}

/// The letter of `C:`, `C:\...`, `C:/...`.
fn drive_letter(text: &str) -> Option<char> {
    let mut letters = text.chars();
    let letter = letters.next().filter(char::is_ascii_alphabetic)?;
    let is_drive = letters.next() == Some(':') && matches!(letters.next(), None | Some('\\' | '/'));
    is_drive.then(|| letter.to_ascii_uppercase())
}

fn map(args: &ParsedArgs, letter: char, text: &str) -> Result<String, String> {
    let map_drive = row::MAP_DRIVE.spelled(args.dialect());
    let drives = drives(args)?;
    let Some(drive) = drives.iter().find(|drive| drive.letter == letter) else {
        let mark = if args.dialect() == Dialect::Slash {
            ':'
        } else {
            ' '
        };
        return Err(format!(
            "`{}` is a Windows path: give a local path, or map the drive to a folder, for example \
             `{map_drive}{mark}{letter}:=/mnt/{}`",
            shown(text),
            letter.to_ascii_lowercase()
        ));
    };
    let rest = text[2..].replace('\\', "/");
    let folder = drive.folder.trim_end_matches('/');
    // A drive alone is the root of its folder, which may be `/`.
    let rest = if rest.is_empty() { "/" } else { &rest };
    Ok(format!("{folder}{rest}"))
}

/// The mapped drives: those of the command, then those of the environment.
fn drives(args: &ParsedArgs) -> Result<Vec<Drive>, String> {
    let variable = std::env::var(VARIABLE).unwrap_or_default();
    let name = row::MAP_DRIVE.spelled(args.dialect());
    let of_command = args
        .all(&row::MAP_DRIVE)
        .map(|raw| drive(&raw.to_string_lossy(), &name));
    of_command.chain(of_variable(&variable)).collect()
}

/// `C:=/mnt/c;D:=/mnt/d`.
fn of_variable(value: &str) -> impl Iterator<Item = Result<Drive, String>> {
    value
        .split(';')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| drive(part, VARIABLE))
}

/// Parses one drive and its folder, from the parameter or variable `name`.
fn drive(text: &str, name: &str) -> Result<Drive, String> {
    text.split_once('=')
        .filter(|(_, folder)| !folder.is_empty())
        .and_then(|(drive, folder)| {
            Some(Drive {
                letter: drive_letter(drive).filter(|_| drive.len() == 2)?,
                folder: folder.to_owned(),
            })
        })
        .ok_or_else(|| {
            format!(
                "`{}` as the value of `{name}` is no drive and folder, as in `C:=/mnt/c`",
                shown(text)
            )
        })
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use insta::assert_snapshot;

    use super::*;
    use crate::args;

    fn path(words: &[&str], text: &str) -> Result<String, String> {
        let words: Vec<OsString> = words.iter().map(OsString::from).collect();
        translate(&args::read(&words).unwrap(), text)
    }

    #[test]
    fn a_mapped_drive_is_a_folder() {
        let mapped = ["/MapDrive:C:=/mnt/c/", "/MapDrive:d:=/"];
        assert_eq!(
            path(&mapped, r"C:\my\folder").as_deref(),
            Ok("/mnt/c/my/folder")
        );
        assert_eq!(path(&mapped, "c:/my").as_deref(), Ok("/mnt/c/my"));
        assert_eq!(path(&mapped, "D:").as_deref(), Ok("/"));
        let dash = ["--map-drive", "C:=/mnt/c"];
        assert_eq!(path(&dash, r"C:\my").as_deref(), Ok("/mnt/c/my"));
    }

    #[test]
    fn the_environment_maps_drives_too() {
        let drives: Vec<_> = of_variable("C:=/mnt/c; d:=/data;")
            .map(Result::unwrap)
            .map(|drive| (drive.letter, drive.folder))
            .collect();
        assert_eq!(drives, [('C', "/mnt/c".into()), ('D', "/data".into())]);
        let wrong = of_variable("C:/mnt/c").next().unwrap().err().unwrap();
        assert!(wrong.contains("`AZRING_MAP_DRIVE`"), "{wrong}");
    }

    #[test]
    fn a_path_of_windows_is_refused_with_advice() {
        assert_snapshot!(path(&["/S"], r"C:\my").unwrap_err(), @r"`C:\my` is a Windows path: give a local path, or map the drive to a folder, for example `/MapDrive:C:=/mnt/c`");
        assert_snapshot!(path(&["--recursive"], "E:").unwrap_err(), @"`E:` is a Windows path: give a local path, or map the drive to a folder, for example `--map-drive E:=/mnt/e`");
        assert_snapshot!(path(&["/S"], r"\\server\share").unwrap_err(), @r"`\\server\share` is a Windows share: mount it and give the folder of the mount");
        assert_snapshot!(path(&["/MapDrive:C=/mnt"], r"C:\my").unwrap_err(), @"`C=/mnt` as the value of `/MapDrive` is no drive and folder, as in `C:=/mnt/c`");
    }

    #[test]
    fn a_backslash_separates_in_relative_paths_of_the_slash_dialect_only() {
        assert_eq!(path(&["/S"], r"my\folder").as_deref(), Ok("my/folder"));
        assert_eq!(path(&["/S"], r"/my\folder").as_deref(), Ok(r"/my\folder"));
        assert_eq!(
            path(&["--recursive"], r"my\folder").as_deref(),
            Ok(r"my\folder")
        );
        assert_eq!(path(&["/S"], "ab:c").as_deref(), Ok("ab:c"));
    }
}
