//! Reads a whole command line in the dialect of its first parameter.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use crate::mask::shown;
use crate::parameter::{Dialect, RESPONSE_FILE};
use crate::parsed::{ParsedArgs, translated};
use crate::usage_error::UsageError;

use super::response_file::{self, ResponseFileError, ResponseLine};
use super::{dash, slash};

/// Reads the arguments after the program's name, and the response files that they name.
pub(crate) fn read(words: &[OsString]) -> Result<ParsedArgs, UsageError> {
    let mut args = read_typed(words)?;
    let files: Vec<_> = args.all(&RESPONSE_FILE).map(OsStr::to_owned).collect();
    for file in files {
        add_file(&mut args, &file)?;
    }
    Ok(args)
}

/// Reads the arguments after the program's name, without any response file.
pub(crate) fn read_typed(words: &[OsString]) -> Result<ParsedArgs, UsageError> {
    read_in(dialect(words), words)
}

fn read_in(dialect: Dialect, words: &[OsString]) -> Result<ParsedArgs, UsageError> {
    match dialect {
        Dialect::Slash => slash::read(words),
        Dialect::Dash | Dialect::AzCopy10 => dash::read(words),
    }
}

/// Adds the parameters of a response file. Each line is read on its own: no parameter continues on
/// the next line.
fn add_file(args: &mut ParsedArgs, file: &OsStr) -> Result<(), UsageError> {
    let name = shown(&file.to_string_lossy());
    let path = translated(args, file).map_err(|reason| UsageError::File {
        file: name.clone(),
        reason,
    })?;
    let lines = response_file::read(&path).map_err(|unusable| match unusable {
        ResponseFileError::File(reason) => UsageError::File {
            file: name.clone(),
            reason,
        },
        ResponseFileError::OpenQuote { line } => {
            UsageError::within(&name, line, UsageError::OpenQuote)
        }
    })?;
    for line in lines {
        add_line(args, &line).map_err(|error| UsageError::within(&name, line.number, error))?;
    }
    Ok(())
}

fn add_line(args: &mut ParsedArgs, line: &ResponseLine) -> Result<(), UsageError> {
    let read = read_in(args.dialect(), &line.words)?;
    if read.has(&RESPONSE_FILE) {
        return Err(UsageError::Nested(RESPONSE_FILE.spelled(args.dialect())));
    }
    args.append(read)
}

/// The dialect of a command: that of its first word that is certainly `/Name` or `--name`, or else
/// that of the first word that may be either.
pub(crate) fn dialect(words: &[OsString]) -> Dialect {
    let certain = words.iter().find_map(|word| match word.as_bytes() {
        [b'/', ..] => Some(Dialect::Slash),
        [b'-', b'-', ..] => Some(Dialect::Dash),
        _ => None,
    });
    certain
        .or_else(|| words.iter().find_map(|word| dialect_of(word)))
        .unwrap_or(Dialect::Slash)
}

/// Whether the word names a parameter of either dialect, and not a location.
pub(crate) fn is_parameter(word: &OsStr) -> bool {
    match dialect_of(word) {
        Some(Dialect::Slash) => slash::is_parameter(word),
        Some(Dialect::Dash | Dialect::AzCopy10) => true,
        None => false,
    }
}

fn dialect_of(word: &OsStr) -> Option<Dialect> {
    match word.as_encoded_bytes() {
        [b'/', ..] => Some(Dialect::Slash),
        // AzCopy on Windows accepts `-Source:x` too. A single character exists in both dialects.
        [b'-', second, _, ..] if *second != b'-' && slash::is_hyphened(word) => {
            Some(Dialect::Slash)
        }
        [b'-', _, ..] => Some(Dialect::Dash),
        _ => None,
    }
}
