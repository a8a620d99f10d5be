//! Ordered rules, as rclone's filter files have them: the first one that matches a name decides.
//!
//! `+ PATTERN` includes and `- PATTERN` excludes. A line `!` forgets the rules before it. Empty lines and
//! lines that begin with `#` or `;` are comments. A name that no rule matches is selected.
//! <https://rclone.org/filtering/#filter-from-read-filtering-patterns-from-a-file>

use super::name_reading::{NameReading, Subject};
use super::path_glob::PathGlob;
use super::pattern_text::PatternSyntax;

/// Rules in their order.
#[derive(Debug, Clone, Default)]
pub(super) struct OrderedRules {
    rules: Vec<OrderedRule>,
}

/// One rule.
#[derive(Debug, Clone)]
pub(super) struct OrderedRule {
    /// The line that it comes from.
    pub(super) line: Box<[u8]>,
    pub(super) is_included: bool,
    glob: PathGlob,
}

impl OrderedRules {
    /// Adds the rules of a file. Fails with the number of a line, from 1, and what is wrong with it.
    pub(super) fn add(&mut self, text: &[u8], reading: NameReading) -> Result<(), (usize, String)> {
        for (at, line) in text.split(|&byte| byte == b'\n').enumerate() {
            let line = line.trim_ascii();
            match line {
                [] | [b'#' | b';', ..] => {}
                b"!" => self.rules.clear(),
                [sign @ (b'+' | b'-'), b' ', pattern @ ..] => {
                    let glob =
                        PathGlob::parse(pattern.trim_ascii(), reading, PatternSyntax::Rclone)
                            .map_err(|why| (at + 1, why))?;
                    self.rules.push(OrderedRule {
                        line: line.into(),
                        is_included: *sign == b'+',
                        glob,
                    });
                }
                _ => {
                    let why =
                        "it begins with neither `+ ` nor `- `, and is neither `!` nor a comment";
                    return Err((at + 1, why.to_owned()));
                }
            }
        }
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// The rule that decides about the name.
    pub(super) fn find(&self, name: &Subject<'_>) -> Option<&OrderedRule> {
        self.rules.iter().find(|rule| rule.glob.matches(name))
    }

    /// Whether something below this folder can be selected. The folder's name ends in a slash.
    pub(super) fn may_select_below(&self, folder: &Subject<'_>) -> bool {
        for rule in &self.rules {
            if rule.is_included && rule.glob.may_match_below(folder) {
                return true;
            }
            if !rule.is_included && rule.glob.matches_all_below(folder) {
                return false;
            }
        }
        true
    }
}
