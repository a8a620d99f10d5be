//! The pattern of a copy, read by the rule of its source.
//!
//! The job makes it once. The lister asks it where to begin and, for each name, whether to keep it.

use super::glob::Glob;
use crate::{Error, Result};

/// How a source reads a pattern. The store's `rules.rs` defines it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PatternRule {
    /// `*` and `?` in the last part of the pattern; the parts before it name a folder.
    Wildcard {
        /// As on Windows: case does not matter, `\` separates too, `*.*` matches every name, and
        /// `?` may match nothing before a dot and at the end. Otherwise as in POSIX: characters
        /// match themselves, and `?` exactly one.
        ignore_case: bool,
        /// Names in folders below are matched too.
        recursive: bool,
    },
    /// The whole name, character by character; no pattern selects no object.
    Exact,
    /// The beginning of the name, character by character; no pattern selects every object.
    Prefix,
}

/// A pattern that matches names relative to the source's root: bytes, parts separated by `/`.
#[derive(Debug, Clone)]
pub struct Pattern {
    /// The folder that the pattern names, without slashes at its ends.
    folder: String,
    test: Test,
    /// The user typed one.
    is_given: bool,
}

#[derive(Debug, Clone)]
enum Test {
    Glob { last: Glob, recursive: bool },
    Exact(String),
    Prefix(String),
}

impl Pattern {
    /// Reads what was typed. Without a pattern a wildcard source selects every name.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] for a wildcard pattern that leaves the source (`..`, a leading separator),
    /// or that has a wildcard in a folder's name.
    pub fn new(text: Option<&str>, rule: PatternRule) -> Result<Self> {
        let is_given = text.is_some();
        let text = text.unwrap_or_default();
        let (folder, how) = match rule {
            PatternRule::Wildcard {
                ignore_case,
                recursive,
            } => Self::wildcard(text, ignore_case, recursive)?,
            PatternRule::Exact => (String::new(), Test::Exact(text.to_owned())),
            PatternRule::Prefix => (String::new(), Test::Prefix(text.to_owned())),
        };
        Ok(Self {
            folder,
            test: how,
            is_given,
        })
    }

    /// Whether the user typed one. Without a pattern every name may be selected.
    pub fn is_given(&self) -> bool {
        self.is_given
    }

    fn wildcard(text: &str, ignore_case: bool, recursive: bool) -> Result<(String, Test)> {
        let is_separator = |letter: char| letter == '/' || (ignore_case && letter == '\\');
        check_inside(text, is_separator)?;
        let mut parts: Vec<&str> = text.split(is_separator).collect();
        // `dir/` has an empty last part and selects everything in `dir`.
        let last = Some(parts.pop().unwrap_or_default()).filter(|last| !last.is_empty());
        parts.retain(|part| !part.is_empty() && *part != ".");
        if let Some(part) = parts.iter().find(|part| part.contains(['*', '?'])) {
            return Err(Error::Usage(format!(
                "the pattern has a wildcard in the folder name `{part}`: wildcards are read in the last part only"
            )));
        }
        let last = Glob::new(last.unwrap_or("*"), ignore_case);
        Ok((parts.join("/"), Test::Glob { last, recursive }))
    }

    /// The folder below the root that contains everything that can match: empty, or parts separated
    /// by `/`. Its case is kept, because file systems here distinguish `A` from `a`.
    pub fn folder(&self) -> &str {
        &self.folder
    }

    /// Whether only the files directly in [`Pattern::folder`] can match.
    pub fn is_flat(&self) -> bool {
        matches!(
            &self.test,
            Test::Glob {
                recursive: false,
                ..
            }
        )
    }

    /// The beginning of every matching name, for a service that can list by prefix. Empty for
    /// wildcards.
    pub fn prefix(&self) -> &str {
        match &self.test {
            Test::Glob { .. } => "",
            Test::Exact(name) | Test::Prefix(name) => name,
        }
    }

    /// Whether the object of this name is selected.
    pub fn matches(&self, name: &[u8]) -> bool {
        match &self.test {
            Test::Exact(exact) => name == exact.as_bytes() && !name.is_empty(),
            Test::Prefix(prefix) => name.starts_with(prefix.as_bytes()),
            Test::Glob { last, recursive } => {
                let Some(below) = below(name, self.folder.as_bytes()) else {
                    return false;
                };
                match below.iter().rposition(|&byte| byte == b'/') {
                    Some(slash) => *recursive && last.matches(&below[slash + 1..]),
                    None => last.matches(below),
                }
            }
        }
    }

    /// Whether a file is selected by the last part of its name, in any of the listed folders.
    ///
    /// It is for a lister that walks from [`Pattern::folder`] and, when the pattern [is
    /// flat](Self::is_flat), no deeper.
    pub fn matches_file(&self, last_part: &[u8]) -> bool {
        match &self.test {
            Test::Glob { last, .. } => last.matches(last_part),
            _ => self.matches(last_part),
        }
    }
}

/// The part of `name` after `folder` and its slash.
fn below<'a>(name: &'a [u8], folder: &[u8]) -> Option<&'a [u8]> {
    if folder.is_empty() {
        return Some(name);
    }
    name.strip_prefix(folder)?.strip_prefix(b"/")
}

/// Refuses a pattern that leaves the source. `a..b` is a name; `..`, `a..` and `a../b` are not,
/// because Windows removes dots at the end of a part.
fn check_inside(text: &str, is_separator: impl Fn(char) -> bool) -> Result<()> {
    if text.starts_with(&is_separator) {
        return Err(Error::Usage(format!(
            "the pattern `{text}` begins at the root of the file system: it is matched below the source"
        )));
    }
    if text.contains('\0') {
        return Err(Error::Usage("the pattern contains a NUL character".into()));
    }
    if text.split(is_separator).any(|part| part.ends_with("..")) {
        return Err(Error::Usage(
            "search pattern cannot contain \"..\" to move up directories and can be contained only internally in file/directory names, as in \"a..b\"".into(),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
