//! Reads a whole command line in the dialect of its first parameter.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use crate::mask::shown;
use crate::parameter::{Dialect, RESPONSE_FILE};
use crate::parsed::{ParsedArgs, translated};
use crate::usage_error::UsageError;

use super::response_file::{self, ResponseFileError, ResponseLine};
use super::{dash, slash};

/// Reads what stands behind the program's name, and in the response files that are named there.
pub(crate) fn read(words: &[OsString]) -> Result<ParsedArgs, UsageError> {
    let mut args = read_typed(words)?;
    let files: Vec<_> = args.all(&RESPONSE_FILE).map(OsStr::to_owned).collect();
    for file in files {
        add_file(&mut args, &file)?;
    }
    Ok(args)
}

/// Reads what stands behind the program's name, and opens no file.
pub(crate) fn read_typed(words: &[OsString]) -> Result<ParsedArgs, UsageError> {
    read_in(dialect(words), words)
}

fn read_in(dialect: Dialect, words: &[OsString]) -> Result<ParsedArgs, UsageError> {
    match dialect {
        Dialect::Slash => slash::read(words),
        Dialect::Dash => dash::read(words),
    }
}

/// Adds the parameters of a response file. Each line is read on its own: nothing in it reaches over its end.
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

/// The dialect of the first word that belongs to one for certain (`/Name`, `--name`), or else of the first that may.
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

/// The word names a parameter of either dialect, rather than a place.
pub(crate) fn is_parameter(word: &OsStr) -> bool {
    match dialect_of(word) {
        Some(Dialect::Slash) => slash::is_parameter(word),
        Some(Dialect::Dash) => true,
        None => false,
    }
}

fn dialect_of(word: &OsStr) -> Option<Dialect> {
    match word.as_encoded_bytes() {
        [b'/', ..] => Some(Dialect::Slash),
        // `-Source:x` is AzCopy's way on Windows too; a single letter belongs to either.
        [b'-', second, _, ..] if *second != b'-' && slash::is_hyphened(word) => {
            Some(Dialect::Slash)
        }
        [b'-', _, ..] => Some(Dialect::Dash),
        _ => None,
    }
}
