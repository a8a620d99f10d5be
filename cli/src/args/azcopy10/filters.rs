//! AzCopy 10's filters in azring's: lists that are split, and patterns and paths that mean the same.

use super::translate::Translator;
use crate::mask::shown;
use crate::parameter::{self as row, Parameter};
use crate::usage_error::UsageError;

/// What is directly in the source, and nothing below that.
pub(super) const SUB_FOLDERS: &str = "/*/";

/// The flags of included names. With several of them an object needs one of each.
const INCLUDES: [(&str, &Parameter); 3] = [
    ("include-pattern", &row::INCLUDE_PATTERN),
    ("include-path", &row::INCLUDE_PATH),
    ("include-regex", &row::INCLUDE_REGEX),
];

const EXCLUDE_PATH: &str = "`--exclude-path` excludes whole names: `a` excludes `a` and what is below it, but not `ab`, which AzCopy 10 excludes too";

impl Translator<'_> {
    /// Adds the rows of all filters.
    pub(super) fn filters(&mut self) -> Result<(), UsageError> {
        self.patterns("include-pattern", &row::INCLUDE_PATTERN)?;
        self.patterns("exclude-pattern", &row::EXCLUDE_PATTERN)?;
        self.paths("include-path", &row::INCLUDE_PATH)?;
        if self.paths("exclude-path", &row::EXCLUDE_PATH)? {
            self.notices.push(EXCLUDE_PATH.to_owned());
        }
        self.expressions("include-regex", &row::INCLUDE_REGEX)?;
        self.expressions("exclude-regex", &row::EXCLUDE_REGEX)?;
        let includes = INCLUDES.iter().filter(|(_, row)| self.args.has(row));
        if includes.count() > 1 {
            self.value(&row::INCLUDE_MODE, "all")?;
        }
        Ok(())
    }

    /// The parts of a list, which semicolons separate.
    fn parts(&self, flag: &str) -> Result<Vec<String>, UsageError> {
        let text = self.words.text(flag)?.unwrap_or_default();
        let parts = text.split(';').filter(|part| !part.is_empty());
        Ok(parts.map(str::to_owned).collect())
    }

    fn patterns(&mut self, flag: &str, parameter: &'static Parameter) -> Result<(), UsageError> {
        for part in self.parts(flag)? {
            if part.contains('/') {
                return Err(UsageError::meaning(format!(
                    "`{}` as a pattern of `--{flag}` is not supported: AzCopy 10 compares patterns with the last part of a name only, so give `--{}`",
                    shown(&part),
                    if flag.starts_with("in") {
                        "include-path` or `--include-regex"
                    } else {
                        "exclude-path` or `--exclude-regex"
                    }
                )));
            }
            self.value(parameter, pattern(&part))?;
        }
        Ok(())
    }

    /// Returns whether there is any.
    fn paths(&mut self, flag: &str, parameter: &'static Parameter) -> Result<bool, UsageError> {
        let parts = self.parts(flag)?;
        for part in &parts {
            let path = part.replace('\\', "/");
            let path = path.trim_start_matches("./").trim_matches('/');
            if !path.is_empty() {
                self.value(parameter, path)?;
            }
        }
        Ok(!parts.is_empty())
    }

    fn expressions(&mut self, flag: &str, parameter: &'static Parameter) -> Result<(), UsageError> {
        for part in self.parts(flag)? {
            self.value(parameter, part)?;
        }
        Ok(())
    }

    /// A wildcard at the end of a local source, in a copy with sub-folders: files and folders of such names.
    pub(super) fn source_pattern(&mut self, wildcard: &str) -> Result<(), UsageError> {
        if self.words.text("include-pattern")?.is_some() {
            return Err(UsageError::meaning(format!(
                "`{}` with `--include-pattern` is not supported: give the folder and one of them",
                shown(wildcard)
            )));
        }
        let pattern = pattern(wildcard);
        self.value(&row::INCLUDE_PATTERN, format!("/{pattern}"))?;
        self.value(&row::INCLUDE_PATTERN, format!("/{pattern}/"))
    }
}

/// A pattern of AzCopy 10 (Go's `path.Match`) as azring's: braces are ordinary characters there, and `[^a]` is
/// `[!a]` here.
fn pattern(text: &str) -> String {
    let mut own = String::with_capacity(text.len() + 2);
    let mut letters = text.chars().peekable();
    let mut in_class = false;
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => {
                own.push('\\');
                own.extend(letters.next());
            }
            '[' if !in_class => {
                in_class = true;
                own.push('[');
                match letters.peek() {
                    Some('^') => {
                        letters.next();
                        own.push('!');
                    }
                    Some('!') => own.push('\\'),
                    _ => {}
                }
            }
            ']' if in_class => {
                in_class = false;
                own.push(']');
            }
            // A backslash would separate folders in the slash dialect.
            '{' | '}' if !in_class => {
                own.push('[');
                own.push(letter);
                own.push(']');
            }
            '*' if own.ends_with('*') && !own.ends_with("\\*") => {}
            letter => own.push(letter),
        }
    }
    own
}

/// The way back; `None` for a pattern that AzCopy 10 cannot have.
pub(super) fn of_azcopy(own: &str) -> Option<String> {
    let mut text = String::with_capacity(own.len());
    let mut letters = own.chars().peekable();
    let mut in_class = false;
    while let Some(letter) = letters.next() {
        match (letter, letters.peek()) {
            ('\\', Some('!')) if text.ends_with('[') => {}
            ('\\', _) => {
                text.push('\\');
                text.extend(letters.next());
            }
            ('/', _) | ('*', Some('*')) => return None,
            ('[', Some('!')) if !in_class => {
                in_class = true;
                letters.next();
                text.push_str("[^");
            }
            (letter, _) => {
                in_class = (in_class || letter == '[') && letter != ']';
                // Braces of azring are alternatives.
                if !in_class && matches!(letter, '{' | '}') {
                    return None;
                }
                text.push(letter);
            }
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_means_the_same_in_azrings_form() {
        for (azcopy, own) in [
            ("*.csv", "*.csv"),
            ("a**b", "a*b"),
            (r"\**", r"\**"),
            ("{a,b}.txt", "[{]a,b[}].txt"),
            ("[^ab]?", "[!ab]?"),
            ("[!a]", r"[\!a]"),
            (r"a\[b", r"a\[b"),
            ("[a-z{]", "[a-z{]"),
        ] {
            assert_eq!(pattern(azcopy), own, "{azcopy}");
            let back = of_azcopy(own).map(|text| pattern(&text));
            assert_eq!(back.as_deref(), Some(own), "{azcopy}");
        }
        for own in ["a/*.txt", "**", "{a,b}"] {
            assert_eq!(of_azcopy(own), None, "{own}");
        }
    }
}
