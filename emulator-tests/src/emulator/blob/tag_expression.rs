//! Comparisons of index tags, such as `"name" = 'value' AND other > 'a'`.
//!
//! `x-ms-if-tags` joins them with `AND`, `OR` and parentheses, and has `<>`. Find Blobs by Tags has
//! only `AND`, and can compare `@container`.
//! <https://learn.microsoft.com/rest/api/storageservices/find-blobs-by-tags>

use std::collections::BTreeMap;

use super::tag_query::is_tag_text;

/// The most tags that one search compares.
const SEARCH_TAGS_MAX: usize = 10;
const KEY_CHARACTERS_MAX: usize = 128;
const VALUE_CHARACTERS_MAX: usize = 256;
/// Nested parentheses in one expression: a head has room for more than a thread's stack.
const DEPTH_MAX: usize = 100;
const CONTAINER: &str = "@container";

/// What an expression is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpressionUse {
    /// A condition of a request.
    Condition,
    /// A search.
    Search,
}

/// A parsed expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TagExpression {
    /// One comparison.
    Comparison(TagComparison),
    /// All of them hold.
    All(Vec<TagExpression>),
    /// One of them holds.
    Any(Vec<TagExpression>),
}

/// One comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagComparison {
    key: String,
    operator: Operator,
    value: String,
}

/// Why a text is no expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpressionError {
    /// The number of the character where it was noticed, from 0; `None` for the whole.
    pub position: Option<usize>,
    /// The reason.
    pub reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// Longer ones first, because each is the beginning of one of them.
const OPERATORS: [(&str, Operator); 6] = [
    ("<>", Operator::NotEqual),
    ("<=", Operator::LessOrEqual),
    (">=", Operator::GreaterOrEqual),
    ("=", Operator::Equal),
    ("<", Operator::Less),
    (">", Operator::Greater),
];

impl TagExpression {
    /// Parses an expression.
    pub fn parse(text: &str, purpose: ExpressionUse) -> Result<Self, ExpressionError> {
        let mut parser = Parser {
            text,
            rest: text,
            purpose,
            depth: 0,
        };
        let parsed = parser.any()?;
        parser.skip_blanks();
        if !parser.rest.is_empty() {
            return Err(parser.error("unexpected text"));
        }
        if purpose == ExpressionUse::Search {
            parsed.check_search()?;
        }
        Ok(parsed)
    }

    /// Whether it holds for the tags of a blob in a container.
    pub fn holds(&self, tags: &BTreeMap<String, String>, container: &str) -> bool {
        match self {
            Self::Comparison(comparison) => comparison.holds(tags, container),
            Self::All(parts) => parts.iter().all(|part| part.holds(tags, container)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(tags, container)),
        }
    }

    /// The tags that it compares.
    pub fn keys(&self) -> Vec<&str> {
        let comparisons = self.comparisons().into_iter();
        comparisons
            .map(|comparison| comparison.key.as_str())
            .collect()
    }

    fn comparisons(&self) -> Vec<&TagComparison> {
        match self {
            Self::Comparison(comparison) => vec![comparison],
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().flat_map(Self::comparisons).collect()
            }
        }
    }

    /// A search compares at most ten tags, each with one value or with a range.
    fn check_search(&self) -> Result<(), ExpressionError> {
        let refused = |reason: &str| ExpressionError {
            position: None,
            reason: reason.to_owned(),
        };
        let mut bounds: BTreeMap<&str, Vec<Bound>> = BTreeMap::new();
        for comparison in self.comparisons() {
            let seen = bounds.entry(&comparison.key).or_default();
            let bound = comparison.operator.bound();
            let is_alone = bound == Bound::Both || seen.contains(&Bound::Both);
            if seen.contains(&bound) || (is_alone && !seen.is_empty()) {
                return Err(refused(
                    "can't have multiple conditions for a single tag unless they define a range",
                ));
            }
            seen.push(bound);
        }
        bounds.remove(CONTAINER);
        if bounds.len() > SEARCH_TAGS_MAX {
            return Err(refused("there can be at most 10 unique tags in a query"));
        }
        Ok(())
    }
}

/// Which end of a range an operator sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bound {
    Lower,
    Upper,
    Both,
}

impl Operator {
    fn bound(self) -> Bound {
        match self {
            Self::Equal | Self::NotEqual => Bound::Both,
            Self::Less | Self::LessOrEqual => Bound::Upper,
            Self::Greater | Self::GreaterOrEqual => Bound::Lower,
        }
    }
}

impl TagComparison {
    fn holds(&self, tags: &BTreeMap<String, String>, container: &str) -> bool {
        let own = if self.key == CONTAINER {
            Some(container)
        } else {
            tags.get(&self.key).map(String::as_str)
        };
        let value = self.value.as_str();
        own.is_some_and(|own| match self.operator {
            Operator::Equal => own == value,
            Operator::NotEqual => own != value,
            Operator::Less => own < value,
            Operator::LessOrEqual => own <= value,
            Operator::Greater => own > value,
            Operator::GreaterOrEqual => own >= value,
        })
    }
}

struct Parser<'t> {
    text: &'t str,
    rest: &'t str,
    purpose: ExpressionUse,
    /// Parentheses that are open.
    depth: usize,
}

impl<'t> Parser<'t> {
    fn any(&mut self) -> Result<TagExpression, ExpressionError> {
        let mut parts = vec![self.all()?];
        while self.takes_word("or") {
            if self.purpose == ExpressionUse::Search {
                return Err(self.error("unexpected or"));
            }
            parts.push(self.all()?);
        }
        Ok(joined(parts, TagExpression::Any))
    }

    fn all(&mut self) -> Result<TagExpression, ExpressionError> {
        let mut parts = vec![self.group()?];
        while self.takes_word("and") {
            parts.push(self.group()?);
        }
        Ok(joined(parts, TagExpression::All))
    }

    fn group(&mut self) -> Result<TagExpression, ExpressionError> {
        if !self.takes("(") {
            return self.comparison();
        }
        if self.depth == DEPTH_MAX {
            return Err(self.error("too many parentheses"));
        }
        self.depth += 1;
        let inner = self.any()?;
        self.depth -= 1;
        if self.takes(")") {
            Ok(inner)
        } else {
            Err(self.error("expected a closing parenthesis"))
        }
    }

    fn comparison(&mut self) -> Result<TagExpression, ExpressionError> {
        let key = self.key()?;
        let found = OPERATORS.iter().find(|(text, _)| self.takes(text));
        let &(_, operator) = found.ok_or_else(|| self.error("expected an operator"))?;
        let is_search = self.purpose == ExpressionUse::Search;
        if operator == Operator::NotEqual && is_search {
            return Err(self.error("unexpected <>"));
        }
        if key == CONTAINER && operator != Operator::Equal {
            return Err(self.error("@container can only be compared with ="));
        }
        self.skip_blanks();
        let value = self.quoted('\'')?;
        if is_search && value.chars().count() > VALUE_CHARACTERS_MAX {
            return Err(self.error("tag value must be between 0 and 256 characters in length"));
        }
        if key != CONTAINER {
            self.check_characters(&value)?;
        }
        Ok(TagExpression::Comparison(TagComparison {
            key,
            operator,
            value,
        }))
    }

    fn key(&mut self) -> Result<String, ExpressionError> {
        self.skip_blanks();
        let is_search = self.purpose == ExpressionUse::Search;
        let key = if self.rest.starts_with('"') {
            let key = self.quoted('"')?;
            self.check_characters(&key)?;
            key
        } else {
            let is_end = |one: char| one.is_whitespace() || "=<>".contains(one);
            let end = self.rest.find(is_end).unwrap_or(self.rest.len());
            let (key, rest) = self.rest.split_at(end);
            let is_container = is_search && key == CONTAINER;
            let is_plain = |one: char| one.is_ascii_alphanumeric() || one == '_';
            if key.starts_with('@') && !is_container {
                return Err(self.error("unsupported parameter"));
            }
            if key.is_empty() || !(is_container || key.chars().all(is_plain)) {
                return Err(self.error("unexpected text instead of a tag's name"));
            }
            self.rest = rest;
            key.to_owned()
        };
        if is_search && !(1..=KEY_CHARACTERS_MAX).contains(&key.chars().count()) {
            return Err(self.error("tag must be between 1 and 128 characters in length"));
        }
        Ok(key)
    }

    /// A text in quotes; a doubled quote stands for itself.
    fn quoted(&mut self, quote: char) -> Result<String, ExpressionError> {
        let Some(mut inner) = self.rest.strip_prefix(quote) else {
            return Err(self.error("expected a tag's value in quotes"));
        };
        let mut text = String::new();
        loop {
            let Some((before, after)) = inner.split_once(quote) else {
                return Err(self.error("the closing quote is missing"));
            };
            text.push_str(before);
            let Some(more) = after.strip_prefix(quote) else {
                self.rest = after;
                return Ok(text);
            };
            text.push(quote);
            inner = more;
        }
    }

    fn check_characters(&self, text: &str) -> Result<(), ExpressionError> {
        if is_tag_text(text) {
            Ok(())
        } else {
            Err(self.error("a character is not permitted in tag name or value"))
        }
    }

    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn takes(&mut self, token: &str) -> bool {
        self.skip_blanks();
        let rest = self.rest.strip_prefix(token);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn takes_word(&mut self, word: &str) -> bool {
        self.skip_blanks();
        let start: Option<&'t str> = self.rest.get(..word.len());
        let is_there = start.is_some_and(|start| start.eq_ignore_ascii_case(word));
        if is_there {
            self.rest = &self.rest[word.len()..];
        }
        is_there
    }

    fn error(&self, reason: &str) -> ExpressionError {
        let read = self.text.len() - self.rest.len();
        ExpressionError {
            position: Some(self.text[..read].chars().count()),
            reason: reason.to_owned(),
        }
    }
}

/// One part alone, or several joined.
fn joined(
    mut parts: Vec<TagExpression>,
    join: fn(Vec<TagExpression>) -> TagExpression,
) -> TagExpression {
    if parts.len() == 1 {
        parts.remove(0)
    } else {
        join(parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags() -> BTreeMap<String, String> {
        let pairs = [("a", "1"), (" b+c", "x y"), ("d", "m")];
        let pairs = pairs.map(|(key, value)| (key.to_owned(), value.to_owned()));
        pairs.into_iter().collect()
    }

    #[test]
    fn conditions_join_comparisons_with_and_before_or() {
        for (text, expected) in [
            ("a = '1'", Some(true)),
            ("\" b+c\"='x y' AND a<'2'", Some(true)),
            ("a='1'and d='m'", Some(true)),
            ("a='2' OR \" b+c\" >= 'x'", Some(true)),
            ("a='2' OR a='3' AND a='1'", Some(false)),
            ("(a='2' OR a='1') and d<>'x'", Some(true)),
            ("z<>'1'", Some(false)),
            ("a", None),
            ("a = 1", None),
            ("a == '1'", None),
            ("a='1' d='m'", None),
            ("(a='1'", None),
            ("b+c='1'", None),
            ("'a'='1'", None),
            ("a='$'", None),
            ("@container='box'", None),
        ] {
            let parsed = TagExpression::parse(text, ExpressionUse::Condition);
            let held = parsed.ok().map(|parsed| parsed.holds(&tags(), "box"));
            assert_eq!(held, expected, "{text}");
        }
    }

    #[test]
    fn parentheses_have_a_depth() {
        let nested = |depth: usize| {
            let text = format!("{}a='1'{}", "(".repeat(depth), ")".repeat(depth));
            TagExpression::parse(&text, ExpressionUse::Condition)
        };
        assert!(nested(DEPTH_MAX).is_ok());
        assert!(nested(DEPTH_MAX + 1).is_err());
        assert!(nested(30_000).is_err());
    }

    #[test]
    fn a_search_has_ranges_and_containers_but_no_alternatives() {
        for (text, expected) in [
            ("a='1' and @container='box'", Some(true)),
            ("a='1' and @container='other'", Some(false)),
            ("d>'a' and d<'z'", Some(true)),
            ("d>'a' and d>'b'", None),
            ("d='m' and d>'b'", None),
            ("d='m' or a='1'", None),
            ("d<>'m'", None),
            ("@container>'a'", None),
            ("@other='a'", None),
        ] {
            let parsed = TagExpression::parse(text, ExpressionUse::Search);
            let held = parsed.ok().map(|parsed| parsed.holds(&tags(), "box"));
            assert_eq!(held, expected, "{text}");
        }
        let long = |key, value| format!("{}='{}'", "k".repeat(key), "v".repeat(value));
        let parse = |text: &str| TagExpression::parse(text, ExpressionUse::Search);
        assert!(parse(&long(128, 256)).is_ok());
        assert!(parse(&long(129, 1)).is_err());
        assert!(parse(&long(1, 257)).is_err());
        let many = |count: usize| {
            let all: Vec<String> = (0..count).map(|number| format!("k{number}='v'")).collect();
            all.join(" and ")
        };
        assert!(parse(&many(10)).is_ok());
        let refused = parse(&many(11)).unwrap_err();
        assert_eq!(refused.position, None);
        let refused = parse("a='1' or d='m'").unwrap_err();
        assert_eq!(refused.position, Some(8));
    }
}
