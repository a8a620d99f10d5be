//! The Windows dialect: `/Name`, `/Name:value`.
//!
//! Names are read without regard to case. A word that begins with a slash is a parameter only if its name is in the
//! table: on Linux a path begins like that too. Quotes are the shell's business; what it leaves is the value.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use super::nearest::nearest;
use crate::given::Given;
use crate::mask::shown;
use crate::misuse::Misuse;
use crate::parameter::{self, Dialect, Parameter};

/// Reads a whole command.
pub(super) fn read(words: &[OsString]) -> Result<Given, Misuse> {
    let mut given = Given::new(Dialect::Slash);
    for word in words {
        let (name, value) = split(word);
        let Some(parameter) = name.and_then(parameter::by_slash) else {
            return Err(stranger(word, name));
        };
        given.add(parameter, value.map(OsStr::to_owned))?;
    }
    Ok(given)
}

/// The word is a parameter, and no path.
pub(super) fn is_parameter(word: &OsStr) -> bool {
    split(word).0.and_then(parameter::by_slash).is_some()
}

/// What stands between the slash and the first colon, if it begins with a slash; and what stands behind the colon.
fn split(word: &OsStr) -> (Option<&str>, Option<&OsStr>) {
    let bytes = word.as_bytes();
    let mut halves = bytes.splitn(2, |&byte| byte == b':');
    let name = halves
        .next()
        .and_then(|half| half.strip_prefix(b"/"))
        .and_then(|name| std::str::from_utf8(name).ok());
    (name, halves.next().map(OsStr::from_bytes))
}

/// What to say about a word that is no parameter. Only its name is shown: a key may stand behind it.
fn stranger(word: &OsStr, name: Option<&str>) -> Misuse {
    if let Some(row) = dash_row(word) {
        return Misuse::Mixed {
            foreign: row.spelled(Dialect::Dash),
            native: row.spelled(Dialect::Slash),
        };
    }
    match name {
        Some(name) if looks_like_a_name(name) => Misuse::Unknown {
            name: shown(&format!("/{name}")),
            nearest: guess(name).map(|row| row.spelled(Dialect::Slash)),
        },
        _ => Misuse::NameRequired(shown(&word.to_string_lossy())),
    }
}

/// The parameter that the word would be in the other dialect.
fn dash_row(word: &OsStr) -> Option<&'static Parameter> {
    let name = word.to_str()?.strip_prefix("--")?;
    parameter::by_dash(name.split('=').next().unwrap_or(name))
}

/// Letters only, as in all of AzCopy's names but two: anything else behind a slash is a path.
fn looks_like_a_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Somebody who writes `/recursive` knows the other dialect; somebody who writes `/SorceKey` has slipped.
fn guess(name: &str) -> Option<&'static Parameter> {
    parameter::by_dash(&name.to_ascii_lowercase()).or_else(|| {
        let slash = nearest(name, parameter::all().map(|row| row.slash))?;
        parameter::by_slash(slash)
    })
}
