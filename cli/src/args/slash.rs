//! The Windows dialect: `/Name`, `/Name:value`.
//!
//! Names ignore case, and a hyphen is accepted in place of the slash. A word that begins with a
//! slash is a parameter only if its name is in the table, because paths on Linux begin with a slash
//! too. The shell has already removed its quotes.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use super::nearest::nearest;
use crate::mask::{shown, stray};
use crate::parameter::{self, Dialect, Parameter};
use crate::parsed::ParsedArgs;
use crate::usage_error::UsageError;

/// Reads a whole command.
pub(super) fn read(words: &[OsString]) -> Result<ParsedArgs, UsageError> {
    if let [source, target, ..] = words
        && (is_url(source) || is_url(target))
        && [source, target]
            .iter()
            .all(|word| is_url(word) || is_path(word))
    {
        return Err(UsageError::NamesRequired(stray(&source.to_string_lossy())));
    }
    let mut args = ParsedArgs::new(Dialect::Slash);
    for word in words {
        let word = hyphened(word);
        let word = word.as_os_str();
        let (name, value) = split(word);
        let Some(parameter) = name.and_then(parameter::by_slash) else {
            return Err(stranger(word, name));
        };
        args.add(parameter, value.map(OsStr::to_owned))?;
    }
    Ok(args)
}

/// Whether the word is a URL and not the value of a parameter.
fn is_url(word: &OsStr) -> bool {
    let text = word.to_string_lossy();
    text.starts_with("https://") || text.starts_with("http://")
}

/// Whether the word may be a path: it is no parameter, and no attempt at one with a value.
fn is_path(word: &OsStr) -> bool {
    !word.as_bytes().starts_with(b"-") && !word.as_bytes().contains(&b':') && !is_parameter(word)
}

/// Replaces the hyphen of `-Y` or `-v:file` by a slash, as AzCopy did. Two hyphens begin a word of
/// the other dialect.
fn hyphened(word: &OsStr) -> OsString {
    let bytes = word.as_bytes();
    if let [b'-', rest @ ..] = bytes
        && !rest.starts_with(b"-")
    {
        let slashed = OsString::from_vec([b"/", rest].concat());
        if is_parameter(&slashed) {
            return slashed;
        }
    }
    word.to_owned()
}

/// Whether the word is a parameter with a hyphen in place of its slash.
pub(super) fn is_hyphened(word: &OsStr) -> bool {
    hyphened(word) != word
}

/// Whether the word is a parameter and no path.
pub(super) fn is_parameter(word: &OsStr) -> bool {
    split(word).0.and_then(parameter::by_slash).is_some()
}

/// The name between the slash and the first colon, and the text after the colon.
fn split(word: &OsStr) -> (Option<&str>, Option<&OsStr>) {
    let bytes = word.as_bytes();
    let mut halves = bytes.splitn(2, |&byte| byte == b':');
    let name = halves
        .next()
        .and_then(|half| half.strip_prefix(b"/"))
        .and_then(|name| std::str::from_utf8(name).ok());
    (name, halves.next().map(OsStr::from_bytes))
}

/// The error about a word that is no parameter. It contains the name only: a key may follow the
/// name.
fn stranger(word: &OsStr, name: Option<&str>) -> UsageError {
    if let Some(row) = dash_row(word) {
        return UsageError::Mixed {
            foreign: row.spelled(Dialect::Dash),
            native: row.spelled(Dialect::Slash),
        };
    }
    match name {
        Some(name) if looks_like_a_name(name) => UsageError::Unknown {
            name: shown(&stray(&format!("/{name}"))),
            nearest: guess(name).map(|row| row.spelled(Dialect::Slash)),
        },
        // Of `/DestKey=...` and `/DestKey :...` only the name is shown.
        Some(name) => match name
            .split_once(['=', ' '])
            .and_then(|(name, _)| parameter::by_slash(name))
        {
            Some(row) => UsageError::Unknown {
                name: format!("{}=", row.spelled(Dialect::Slash)),
                nearest: Some(format!("{}:", row.spelled(Dialect::Slash))),
            },
            None => UsageError::NameRequired(stray(&word.to_string_lossy())),
        },
        None => UsageError::NameRequired(stray(&word.to_string_lossy())),
    }
}

/// The parameter that the word is in the other dialect.
fn dash_row(word: &OsStr) -> Option<&'static Parameter> {
    let name = word.to_str()?.strip_prefix("--")?;
    parameter::by_dash(name.split('=').next().unwrap_or(name))
}

/// Whether the text has letters only, as all of AzCopy's names but two. Anything else after a slash
/// is a path.
fn looks_like_a_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// The parameter that was meant: one of the other dialect (`/recursive`), or a similar name
/// (`/SorceKey`).
fn guess(name: &str) -> Option<&'static Parameter> {
    parameter::by_dash(&name.to_ascii_lowercase()).or_else(|| {
        let slash = nearest(name, parameter::all().map(|row| row.slash))?;
        parameter::by_slash(slash)
    })
}
