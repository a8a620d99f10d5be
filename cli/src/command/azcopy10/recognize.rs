//! Which command lines are AzCopy 10's.
//!
//! The first word decides where it can:
//!
//! 1. A program that is called `azcopy` (a link to azring) takes every command of AzCopy 10 as AzCopy's.
//! 2. A command that only AzCopy 10 has is AzCopy's: `copy`, `cp`, `rm`, `ls`, `env`, `jobs resume`,
//!    `jobs remove`, and `bench` with a URL and no word like `upload` before it.
//! 3. A command of both (`sync`, `remove`, `list`, `jobs`, `bench`, `login`, `logout`) is AzCopy's if it has
//!    a flag that only AzCopy 10 has, or a switch with its value (`--recursive=true`), and no parameter that
//!    only azring has. Otherwise it is azring's own.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use crate::args;
use crate::args::azcopy10::{Verb, is_flag, is_switch};
use crate::parameter;

/// Whether AzCopy 10 is meant by these words. `program` is the name that azring was called by, and `own` are the names
/// of azring's own commands.
pub(in crate::command) fn is_meant(words: &[OsString], program: &OsStr, own: &[&str]) -> bool {
    let Some((verb, rest)) = Verb::of(words) else {
        return false;
    };
    let first = &words[0];
    if is_azcopy(program) || !own.iter().any(|name| first == name) {
        return true;
    }
    match verb {
        Verb::JobsResume | Verb::JobsRemove => return true,
        Verb::Bench => {
            let is_url = |word: &OsString| word.to_string_lossy().contains("://");
            let is_slash = |word: &OsString| word.as_encoded_bytes().starts_with(b"/");
            let begins =
                |word: &OsString| flag(word).is_some() || (is_url(word) && !is_slash(word));
            return rest.first().is_some_and(begins) && rest.iter().any(is_url);
        }
        _ => {}
    }
    !rest.iter().any(|word| is_own(verb, word)) && rest.iter().any(|word| is_azcopys(verb, word))
}

/// Whether the program's name is AzCopy's.
fn is_azcopy(program: &OsStr) -> bool {
    let stem = Path::new(program).file_stem().unwrap_or(program);
    stem.eq_ignore_ascii_case("azcopy") || stem.eq_ignore_ascii_case("azcopy10")
}

/// The name and the value of `--name=value`.
fn flag(word: &OsString) -> Option<(&str, Option<&str>)> {
    let text = word.to_str()?.strip_prefix("--")?;
    Some(match text.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (text, None),
    })
}

/// Whether the word is a parameter that only azring has.
fn is_own(verb: Verb, word: &OsString) -> bool {
    match flag(word) {
        Some((name, _)) => parameter::by_dash(name).is_some() && !is_flag(verb, name),
        None => args::is_parameter(word),
    }
}

/// Whether the word is a flag as only AzCopy 10 has it.
fn is_azcopys(verb: Verb, word: &OsString) -> bool {
    let Some((name, value)) = flag(word) else {
        return false;
    };
    is_flag(verb, name)
        && (parameter::by_dash(name).is_none() || (is_switch(verb, name) && value.is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_azcopy_10(line: &str, program: &str) -> bool {
        let words: Vec<OsString> = line.split(' ').map(Into::into).collect();
        let own = [
            "sync", "list", "remove", "jobs", "login", "logout", "bench", "doctor",
        ];
        is_meant(&words, OsStr::new(program), &own)
    }

    #[test]
    fn the_rule_tells_azcopys_commands_from_azrings() {
        for line in [
            "copy /d https://a.blob.core.windows.net/c",
            "cp a b",
            "rm u --recursive",
            "env",
            "jobs resume x",
            "jobs remove x",
            "bench https://a.blob.core.windows.net/c",
            "bench --file-count 5 https://a.blob.core.windows.net/c",
            "sync a b --delete-destination=true",
            "sync a b --recursive=true",
            "remove u --recursive=true",
            "list u --location Blob",
            "jobs list --with-status=Failed",
        ] {
            assert!(is_azcopy_10(line, "azring"), "{line}");
        }
        for line in [
            "sync a b",
            "sync a b --recursive --dry-run",
            "sync a b --delete on",
            "sync a b /S",
            "sync a b --recursive=true --delete on",
            "remove u --recursive --quiet",
            "list u",
            "jobs",
            "jobs show x",
            "login --identity",
            "logout",
            "bench upload https://a.blob.core.windows.net/c",
            "bench both https://a.blob.core.windows.net/c",
            "bench /Dest:https://a.blob.core.windows.net/c",
            "--source a",
            "/Source:copy",
        ] {
            assert!(!is_azcopy_10(line, "azring"), "{line}");
        }
    }

    #[test]
    fn a_link_called_azcopy_takes_azcopys_commands() {
        for program in ["azcopy", "/usr/bin/AzCopy", "azcopy.exe"] {
            assert!(is_azcopy_10("sync a b", program), "{program}");
            assert!(!is_azcopy_10("/Source:a /Dest:b", program), "{program}");
        }
    }
}
