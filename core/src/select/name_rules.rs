//! The rules of one direction: everything that includes names, or everything that excludes them.
//!
//! One match is enough, or one of each kind of rule that there is.

use regex::bytes::{Regex, RegexBuilder};

use super::explanation::RuleKind;
use super::name_reading::{NameReading, Subject};
use super::path_glob::PathGlob;
use super::path_set::PathSet;
use super::pattern_text::PatternSyntax;

/// The largest memory that a compiled regular expression may take. The default of the crate.
const REGEX_BYTES_MAX: usize = 10 << 20;

/// Rules in no order.
#[derive(Debug, Clone, Default)]
pub(super) struct NameRules {
    globs: Vec<(Box<[u8]>, PathGlob)>,
    paths: PathSet,
    regexes: Vec<Regex>,
    /// A match of each kind of rule is needed. Otherwise one match is enough.
    pub(super) needs_each_kind: bool,
}

impl NameRules {
    /// Adds a wildcard pattern. Fails with what is wrong with it.
    pub(super) fn add_pattern(&mut self, text: &[u8], reading: NameReading) -> Result<(), String> {
        let glob = PathGlob::parse(text, reading, PatternSyntax::Own)?;
        self.globs.push((text.into(), glob));
        Ok(())
    }

    /// Adds a path. Fails with what is wrong with it.
    pub(super) fn add_path(&mut self, text: &[u8], reading: NameReading) -> Result<(), String> {
        self.paths.add(text, reading)
    }

    /// Adds a regular expression. Fails with what is wrong with it.
    pub(super) fn add_regex(&mut self, text: &str, reading: NameReading) -> Result<(), String> {
        let regex = RegexBuilder::new(text)
            .case_insensitive(reading.ignore_case)
            .size_limit(REGEX_BYTES_MAX)
            .build();
        self.regexes
            .push(regex.map_err(|error| what_is_wrong(&error))?);
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.globs.is_empty() && self.paths.is_empty() && self.regexes.is_empty()
    }

    /// A rule that matches the name: its kind and its text.
    pub(super) fn find(&self, name: &Subject<'_>) -> Option<(RuleKind, &[u8])> {
        let path = || Some((RuleKind::Path, self.paths.find(name)?));
        let glob = || {
            let mut globs = self.globs.iter();
            let found = globs.find(|(_, glob)| glob.matches(name));
            found.map(|(text, _)| (RuleKind::Pattern, &**text))
        };
        let regex = || {
            let mut regexes = self.regexes.iter();
            let found = regexes.find(|regex| regex.is_match(name.name));
            found.map(|regex| (RuleKind::Regex, regex.as_str().as_bytes()))
        };
        if !self.needs_each_kind {
            return path().or_else(glob).or_else(regex);
        }
        let mut found = None;
        let given = [
            (!self.globs.is_empty()).then(glob),
            (!self.paths.is_empty()).then(path),
            (!self.regexes.is_empty()).then(regex),
        ];
        for kind in given.into_iter().flatten() {
            found = Some(kind?);
        }
        found
    }

    /// Whether a rule can match something below this folder. The folder's name ends in a slash.
    pub(super) fn may_match_below(&self, folder: &Subject<'_>) -> bool {
        let globs = || {
            let mut globs = self.globs.iter();
            globs.any(|(_, glob)| glob.may_match_below(folder))
        };
        if self.needs_each_kind {
            (self.globs.is_empty() || globs())
                && (self.paths.is_empty() || self.paths.has_below(folder))
        } else {
            !self.regexes.is_empty() || self.paths.has_below(folder) || globs()
        }
    }

    /// Whether one rule matches everything below this folder, for rules of which one is enough. The folder's name
    /// ends in a slash.
    pub(super) fn match_all_below(&self, folder: &Subject<'_>) -> bool {
        let mut globs = self.globs.iter();
        self.paths.has_all_below(folder) || globs.any(|(_, glob)| glob.matches_all_below(folder))
    }

    /// The beginnings of all names that match, one of which each has; `None` where a name may begin with
    /// anything.
    pub(super) fn heads(&self, reading: NameReading) -> Option<Vec<Box<[u8]>>> {
        if reading.ignore_case {
            return None;
        }
        let globs = self.globs.iter().flat_map(|(_, glob)| glob.heads());
        let globs: Vec<Box<[u8]>> = globs.map(Into::into).collect();
        let paths: Vec<Box<[u8]>> = self.paths.heads().collect();
        let heads = match (self.needs_each_kind, paths.is_empty()) {
            (true, false) => paths,
            (true, true) => globs,
            (false, _) if self.regexes.is_empty() => [paths, globs].concat(),
            (false, _) => Vec::new(),
        };
        let is_useful = !heads.is_empty() && heads.iter().all(|head| !head.is_empty());
        is_useful.then_some(heads)
    }
}

/// The last line of the crate's message, which shows the expression in lines of its own.
fn what_is_wrong(error: &regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(_) => {
            format!("it needs more than {} MiB of memory", REGEX_BYTES_MAX >> 20)
        }
        error => {
            let text = error.to_string();
            let last = text.lines().last().unwrap_or_default();
            last.trim_start_matches("error: ").to_owned()
        }
    }
}
