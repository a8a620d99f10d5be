//! A wildcard pattern for whole names, as `--include-pattern` takes it.
//!
//! Without a `/` the pattern is a name at any depth, with one it is a path from the root. `*` and `?`
//! match no `/`, `**` matches any number of folders, `[ab]` one of the characters, `[!ab]` another one,
//! `{a,b}` either text. A `/` at the end stands for a folder with everything below it. `pattern_text`
//! reads all of this, and this file compares.
//!
//! All possible matches advance side by side, as in `glob`: the time is proportional to the length of
//! the pattern times the length of the name. A folder's name is compared in the same way, so that it is
//! known whether anything below the folder can match, and whether everything does. Most names lack the
//! text that every match has, and are not compared any further.

use memchr::memmem::Finder;

use super::name_reading::{NameReading, Subject};
use super::pattern_text::{self, PatternSyntax};
use super::unit::{Unit, push_bytes, upper};

/// A pattern for whole names.
#[derive(Debug, Clone)]
pub(super) struct PathGlob {
    /// The pattern with each choice of its `{a,b}`.
    alternatives: Box<[Alternative]>,
}

/// A pattern without `{a,b}`.
#[derive(Debug, Clone)]
struct Alternative {
    tokens: Box<[PathToken]>,
    /// The bytes with which every matching name begins, if case matters.
    head: Box<[u8]>,
    /// What every matching name has.
    needed: NeededText,
}

/// Text that every matching name has: in lower case if case does not matter.
#[derive(Debug, Clone)]
enum NeededText {
    /// It ends with the first and has the second somewhere, in bytes.
    Bytes(Box<[u8]>, Box<Finder<'static>>),
    /// It ends with the first and has the second somewhere, in units.
    Folded(Box<[Unit]>, Box<[Unit]>),
}

/// One element of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PathToken {
    /// This unit.
    Unit(Unit),
    /// Any one unit except `/`.
    One,
    /// One unit of a class, never `/`.
    Class(UnitClass),
    /// Any number of units except `/`.
    Any,
    /// Any number of units.
    AnyPath,
    /// Any number of folders, each with its `/`. It is followed by [`PathToken::InFolders`].
    Folders,
    /// A place inside the folders that the token before matches.
    InFolders,
}

/// The characters in brackets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct UnitClass {
    pub(super) is_negated: bool,
    /// The first and the last unit of each range.
    pub(super) ranges: Vec<(Unit, Unit)>,
    pub(super) ignore_case: bool,
}

const SLASH: Unit = '/' as Unit;

impl UnitClass {
    fn has(&self, unit: Unit) -> bool {
        let is_in = |unit| {
            let mut ranges = self.ranges.iter();
            ranges.any(|&(first, last)| (first..=last).contains(&unit))
        };
        let is_named = is_in(unit) || (self.ignore_case && is_in(upper(unit)));
        unit != SLASH && is_named != self.is_negated
    }
}

impl PathGlob {
    /// Reads a pattern. Fails with what is wrong with it.
    pub(super) fn parse(
        text: &[u8],
        reading: NameReading,
        syntax: PatternSyntax,
    ) -> Result<Self, String> {
        let alternatives = pattern_text::alternatives(text, reading, syntax)?;
        let alternatives = alternatives.into_iter();
        let alternatives = alternatives.map(|tokens| Alternative::new(tokens, reading));
        Ok(Self {
            alternatives: alternatives.collect(),
        })
    }

    /// Whether the name matches.
    pub(super) fn matches(&self, name: &Subject<'_>) -> bool {
        let mut alternatives = self.alternatives.iter();
        alternatives.any(|alternative| alternative.matches(name))
    }

    /// Whether the name of something below this folder can match. The folder's name ends in a slash.
    pub(super) fn may_match_below(&self, folder: &Subject<'_>) -> bool {
        let mut alternatives = self.alternatives.iter();
        alternatives.any(|alternative| alternative.reached(folder.units()).contains(&true))
    }

    /// Whether the name of everything below this folder matches. The folder's name ends in a slash.
    pub(super) fn matches_all_below(&self, folder: &Subject<'_>) -> bool {
        let mut alternatives = self.alternatives.iter();
        alternatives.any(|alternative| alternative.matches_all_below(folder))
    }

    /// The beginnings of all matching names, one of which each has.
    pub(super) fn heads(&self) -> impl Iterator<Item = &[u8]> {
        self.alternatives
            .iter()
            .map(|alternative| &*alternative.head)
    }
}

impl NeededText {
    fn is_in(&self, name: &Subject<'_>) -> bool {
        match self {
            Self::Bytes(tail, needle) => {
                name.name.ends_with(tail) && needle.find(name.name).is_some()
            }
            Self::Folded(tail, needle) => {
                let units = name.units();
                let mut places = units.windows(needle.len().max(1));
                units.ends_with(tail)
                    && (needle.is_empty() || places.any(|place| *place == **needle))
            }
        }
    }
}

fn bytes(units: &[Unit]) -> Box<[u8]> {
    let mut bytes = Vec::new();
    for unit in units {
        push_bytes(*unit, &mut bytes);
    }
    bytes.into()
}

impl Alternative {
    fn new(tokens: Vec<PathToken>, reading: NameReading) -> Self {
        let literal = |token: &PathToken| match token {
            PathToken::Unit(unit) => Some(*unit),
            _ => None,
        };
        let runs = tokens.split(|token| literal(token).is_none());
        let runs = runs.map(|run| run.iter().filter_map(literal).collect::<Vec<_>>());
        let runs: Vec<Vec<Unit>> = runs.collect();
        let tail = runs.last().cloned().unwrap_or_default();
        let longest = runs.iter().max_by_key(|run| run.len());
        let longest = longest.cloned().unwrap_or_default();
        let (head, needed) = if reading.ignore_case {
            let needed = NeededText::Folded(tail.into(), longest.into());
            (Box::default(), needed)
        } else {
            let head = runs.first().map_or_else(Box::default, |run| bytes(run));
            let needle = Finder::new(&bytes(&longest)).into_owned();
            (head, NeededText::Bytes(bytes(&tail), Box::new(needle)))
        };
        Self {
            tokens: tokens.into(),
            head,
            needed,
        }
    }

    fn matches(&self, name: &Subject<'_>) -> bool {
        name.name.starts_with(&self.head)
            && self.needed.is_in(name)
            && self.reached(name.units())[self.tokens.len()]
    }

    fn matches_all_below(&self, folder: &Subject<'_>) -> bool {
        self.tokens.last() == Some(&PathToken::AnyPath)
            && self.reached(folder.units())[self.tokens.len() - 1]
    }

    /// For each token, and for the end, whether a match has reached it after these units.
    fn reached(&self, units: &[Unit]) -> Vec<bool> {
        let mut alive = vec![false; self.tokens.len() + 1];
        alive[0] = true;
        self.skip(&mut alive);
        let mut next = vec![false; alive.len()];
        for &unit in units {
            next.fill(false);
            for (at, token) in self.tokens.iter().enumerate().filter(|&(at, _)| alive[at]) {
                match token {
                    PathToken::Unit(wanted) => next[at + 1] |= *wanted == unit,
                    PathToken::One => next[at + 1] |= unit != SLASH,
                    PathToken::Class(class) => next[at + 1] |= class.has(unit),
                    PathToken::Any => next[at] |= unit != SLASH,
                    PathToken::AnyPath => next[at] = true,
                    PathToken::Folders => {}
                    PathToken::InFolders => {
                        next[at] = true;
                        next[at + 1] |= unit == SLASH;
                    }
                }
            }
            self.skip(&mut next);
            std::mem::swap(&mut alive, &mut next);
        }
        alive
    }

    /// Lets every match pass the tokens that may match nothing.
    fn skip(&self, alive: &mut [bool]) {
        for at in 0..self.tokens.len() {
            if !alive[at] {
                continue;
            }
            match self.tokens[at] {
                PathToken::Any | PathToken::AnyPath => alive[at + 1] = true,
                PathToken::Folders => {
                    alive[at + 1] = true;
                    alive[at + 2] = true;
                }
                PathToken::Unit(_)
                | PathToken::One
                | PathToken::Class(_)
                | PathToken::InFolders => {}
            }
        }
    }
}

#[cfg(test)]
mod tests;
