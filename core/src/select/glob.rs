//! Matches wildcards against one part of a name.
//!
//! `pattern` has removed the folder. The time is proportional to the length of the pattern times
//! the length of the name.
//!
//! On Windows wildcards have the meaning of its file systems: `?` also matches nothing before a dot
//! and at the end of a name; a dot before a wildcard also matches nothing at the end (`a.*` matches
//! `a` too); and `*.` matches names without an extension.
//! <https://learn.microsoft.com/windows-hardware/drivers/ddi/ntifs/nf-ntifs-_fsrtl_advanced_fcb_header-fsrtlisnameinexpression>

use super::unit::{Unit, fold, units};

/// A pattern without separators.
#[derive(Debug, Clone)]
pub(super) struct Glob {
    tokens: Box<[Token]>,
    ignore_case: bool,
    /// Matches every name, which most patterns do.
    is_all: bool,
}

/// One element of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    /// This unit, in lower case if case does not matter.
    Unit(Unit),
    /// Any one unit.
    One,
    /// Any one unit except a dot; nothing before a dot and at the end.
    OneOrNone,
    /// Any number of units.
    Any,
    /// A dot; nothing at the end.
    DotOrEnd,
    /// The rest of the name, if it has no dot except as its last unit.
    NoExtension,
}

const DOT: Unit = '.' as Unit;

impl Glob {
    pub(super) fn new(text: &str, ignore_case: bool) -> Self {
        let mut tokens = if ignore_case {
            windows_tokens(text)
        } else {
            posix_tokens(text)
        };
        // Two stars in a row mean the same as one.
        tokens.dedup_by(|next, previous| *next == Token::Any && *previous == Token::Any);
        let is_all = *tokens == [Token::Any] || text == "*.*";
        Self {
            tokens: tokens.into(),
            ignore_case,
            is_all,
        }
    }

    /// Whether this one part of a name matches.
    ///
    /// All possible matches advance side by side: `alive` marks the tokens that a match has reached
    /// after the units so far. There are never more matches than tokens.
    pub(super) fn matches(&self, name: &[u8]) -> bool {
        if self.is_all {
            return true;
        }
        let units = units(name, self.ignore_case);
        let inner = units.split_last().map_or(&[][..], |(_, inner)| inner);
        let extension_from = inner
            .iter()
            .rposition(|&unit| unit == DOT)
            .map_or(0, |dot| dot + 1);
        let mut alive = vec![false; self.tokens.len() + 1];
        alive[0] = true;
        let mut next = alive.clone();
        for (index, &unit) in units.iter().enumerate() {
            self.skip(&mut alive, Some(unit));
            next.fill(false);
            for (at, token) in self.tokens.iter().enumerate().filter(|&(at, _)| alive[at]) {
                match token {
                    Token::Unit(wanted) => next[at + 1] |= *wanted == unit,
                    Token::One => next[at + 1] = true,
                    Token::OneOrNone => next[at + 1] |= unit != DOT,
                    Token::DotOrEnd => next[at + 1] |= unit == DOT,
                    Token::Any => next[at] = true,
                    Token::NoExtension => next[at] |= index >= extension_from,
                }
            }
            std::mem::swap(&mut alive, &mut next);
        }
        self.skip(&mut alive, None);
        alive[self.tokens.len()]
    }

    /// Lets every match skip the tokens that may match nothing here: before `unit`, or at the end
    /// of the name.
    fn skip(&self, alive: &mut [bool], unit: Option<Unit>) {
        for (at, token) in self.tokens.iter().enumerate() {
            let passes = match token {
                Token::Any => true,
                Token::OneOrNone => unit.is_none_or(|unit| unit == DOT),
                Token::DotOrEnd | Token::NoExtension => unit.is_none(),
                Token::Unit(_) | Token::One => false,
            };
            alive[at + 1] |= alive[at] && passes;
        }
    }
}

fn posix_tokens(text: &str) -> Vec<Token> {
    text.chars()
        .map(|letter| match letter {
            '*' => Token::Any,
            '?' => Token::One,
            _ => Token::Unit(Unit::from(letter)),
        })
        .collect()
}

fn windows_tokens(text: &str) -> Vec<Token> {
    let letters: Vec<char> = text.chars().collect();
    let mut tokens = Vec::with_capacity(letters.len());
    for (index, &letter) in letters.iter().enumerate() {
        let following = letters.get(index + 1);
        let token = match letter {
            '*' => Token::Any,
            '?' => Token::OneOrNone,
            '.' if matches!(following, Some('*' | '?')) => Token::DotOrEnd,
            '.' if following.is_none() && tokens.last() == Some(&Token::Any) => {
                tokens.pop();
                Token::NoExtension
            }
            _ => Token::Unit(fold(letter)),
        };
        tokens.push(token);
    }
    tokens
}

#[cfg(test)]
mod tests;
