//! From the words of the command line to what was given, in one dialect or the other.
//!
//! AzCopy on Windows writes `/Name:value`, AzCopy on Linux `--name value`. The first word decides which dialect the whole
//! command is in; a parameter of the other one is an error, because on Linux a path begins with a slash too and a guess
//! would sometimes be wrong. What values mean is not looked at here.

mod slash;

mod dash;

mod nearest;

use std::ffi::{OsStr, OsString};

use crate::given::Given;
use crate::misuse::Misuse;
use crate::parameter::Dialect;

/// Reads what stands behind the program's name.
pub(crate) fn read(words: &[OsString]) -> Result<Given, Misuse> {
    match dialect(words) {
        Dialect::Slash => slash::read(words),
        Dialect::Dash => dash::read(words),
    }
}

/// The dialect of the first word, or, if that is neither's, of the first that belongs to one.
pub(crate) fn dialect(words: &[OsString]) -> Dialect {
    words
        .iter()
        .find_map(|word| dialect_of(word))
        .unwrap_or(Dialect::Slash)
}

fn dialect_of(word: &OsStr) -> Option<Dialect> {
    match word.as_encoded_bytes() {
        [b'/', ..] => Some(Dialect::Slash),
        [b'-', _, ..] => Some(Dialect::Dash),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
