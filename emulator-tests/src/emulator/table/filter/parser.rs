//! Reads a filter: `or` binds less than `and`, `and` less than `not`, `not` less than comparisons.

use super::compare::Comparison;
use super::expression::Filter;
use super::lexer::{FilterToken, Lexer};
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::table::state::KeyText;
use crate::emulator::table::value::{EdmValue, JsonText};

/// A filter has at most so many comparisons.
const COMPARISONS_MAX: usize = 15;
/// Parentheses and `not` may be so deep.
const DEPTH_MAX: usize = 100;

struct FilterParser<'f> {
    lexer: Lexer<'f>,
    next: FilterToken,
    comparisons: usize,
    depth: usize,
}

/// Reads a whole filter.
pub fn parse(text: &str) -> ServiceResult<Filter> {
    let mut lexer = Lexer::new(text);
    let next = lexer.next_token()?;
    let mut parser = FilterParser {
        lexer,
        next,
        comparisons: 0,
        depth: 0,
    };
    let filter = parser.alternatives()?;
    match parser.next {
        FilterToken::End => Ok(filter),
        _ => Err(parser.lexer.syntax_error()),
    }
}

impl FilterParser<'_> {
    fn alternatives(&mut self) -> ServiceResult<Filter> {
        let mut left = self.conjunction()?;
        while self.take_word("or")? {
            left = Filter::Or(Box::new(left), Box::new(self.conjunction()?));
        }
        Ok(left)
    }

    fn conjunction(&mut self) -> ServiceResult<Filter> {
        let mut left = self.negation()?;
        while self.take_word("and")? {
            left = Filter::And(Box::new(left), Box::new(self.negation()?));
        }
        Ok(left)
    }

    fn negation(&mut self) -> ServiceResult<Filter> {
        if !self.take_word("not")? {
            return self.operand();
        }
        self.enter()?;
        let inner = self.negation()?;
        self.depth -= 1;
        Ok(Filter::Not(Box::new(inner)))
    }

    fn operand(&mut self) -> ServiceResult<Filter> {
        match self.advance()? {
            FilterToken::Open => {
                self.enter()?;
                let inner = self.alternatives()?;
                self.depth -= 1;
                match self.advance()? {
                    FilterToken::Close => Ok(inner),
                    _ => Err(self.lexer.syntax_error()),
                }
            }
            FilterToken::Word(name) => self.comparison(&name),
            FilterToken::Literal(EdmValue::Boolean(truth)) if self.comparison_word().is_none() => {
                Ok(Filter::Constant(truth))
            }
            // The service wants the property on the left.
            FilterToken::Literal(_) if self.comparison_word().is_some() => {
                Err(Refusal::not_implemented())
            }
            _ => Err(self.lexer.syntax_error()),
        }
    }

    fn comparison(&mut self, name: &str) -> ServiceResult<Filter> {
        if self.next == FilterToken::Open {
            // Functions, such as `startswith`.
            return Err(Refusal::not_implemented());
        }
        self.comparisons += 1;
        if self.comparisons > COMPARISONS_MAX {
            return Err(Refusal::invalid_request_input());
        }
        let Some(comparison) = self.comparison_word() else {
            // A property alone is a truth value.
            let is_true = EdmValue::Boolean(true);
            return Ok(Filter::Property(
                JsonText::of(name),
                Comparison::Equal,
                is_true,
            ));
        };
        self.advance()?;
        let FilterToken::Literal(constant) = self.advance()? else {
            return Err(self.lexer.syntax_error());
        };
        Ok(match (name, constant) {
            ("PartitionKey", EdmValue::String(text)) => {
                Filter::Partition(comparison, KeyText::from(text.plain()))
            }
            ("RowKey", EdmValue::String(text)) => {
                Filter::Row(comparison, KeyText::from(text.plain()))
            }
            ("PartitionKey" | "RowKey", _) => return Err(Refusal::invalid_request_input()),
            (_, constant) => Filter::Property(JsonText::of(name), comparison, constant),
        })
    }

    /// The operator that follows.
    fn comparison_word(&self) -> Option<Comparison> {
        match &self.next {
            FilterToken::Word(word) => Comparison::parse(word),
            _ => None,
        }
    }

    fn take_word(&mut self, word: &str) -> ServiceResult<bool> {
        let is_next = matches!(&self.next, FilterToken::Word(next) if next == word);
        if is_next {
            self.advance()?;
        }
        Ok(is_next)
    }

    fn advance(&mut self) -> ServiceResult<FilterToken> {
        let next = self.lexer.next_token()?;
        Ok(std::mem::replace(&mut self.next, next))
    }

    fn enter(&mut self) -> ServiceResult<()> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(Refusal::invalid_request_input());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emulator::table::filter::FilteredEntity;
    use crate::emulator::table::json::EntityDocument;
    use crate::emulator::table::state::{EntityKey, StoredEntity};
    use crate::emulator::table::value::TableTime;
    use proptest::prelude::*;

    const ENTITY: &str = r#"{"PartitionKey":"p","RowKey":"r","age":39,"large@odata.type":"Edm.Int64","large":"933311100","ratio":3.1,"married":true,"deceased":false,"sex":"it's","born@odata.type":"Edm.DateTime","born":"1973-10-04T00:00:00Z","bin@odata.type":"Edm.Binary","bin":"AQL/","id@odata.type":"Edm.Guid","id":"c9da6455-213d-42c9-9a79-3e9149a57833"}"#;

    fn matches(filter: &str) -> bool {
        let read = EntityDocument::read(ENTITY.as_bytes()).unwrap();
        let key = EntityKey::new("p", "r");
        let entity = StoredEntity::new(TableTime::FIRST, &read.properties);
        let filter = Filter::parse(filter).unwrap();
        filter.matches(&FilteredEntity::new(&key, &entity))
    }

    #[test]
    fn literals_of_every_type_are_compared() {
        for filter in [
            "PartitionKey eq 'p'",
            "RowKey ge 'a' and RowKey lt 's'",
            "age eq 39",
            "age lt 40L",
            "age gt -5",
            "large eq 933311100L",
            "large eq 933311100",
            "ratio eq 3.1",
            "ratio lt 1e1",
            "ratio gt 3",
            "married eq true",
            "married",
            "married eq True",
            "not deceased",
            "sex eq 'it''s'",
            "born eq datetime'1973-10-04T00:00:00Z'",
            "born lt datetime'1973-10-04T00:00:00.0000001Z'",
            "bin eq X'0102ff'",
            "bin eq binary'0102FF'",
            "id eq guid'C9DA6455-213D-42C9-9A79-3E9149A57833'",
            "Timestamp eq datetime'1601-01-01T00:00:00Z'",
        ] {
            assert!(matches(filter), "{filter}");
            assert!(!matches(&format!("not ({filter})")), "{filter}");
        }
    }

    #[test]
    fn missing_properties_and_other_types_match_no_comparison() {
        for filter in [
            "none eq 1",
            "none ne 1",
            "age eq '39'",
            "age ne '39'",
            "sex",
            "born eq '1973-10-04T00:00:00Z'",
            "false",
        ] {
            assert!(!matches(filter), "{filter}");
        }
        assert!(matches("not (none eq 1)") && matches("true"));
    }

    #[test]
    fn or_binds_less_than_and_and_not_binds_most() {
        assert!(matches("true or false and false"));
        assert!(!matches("(true or false) and false"));
        assert!(matches("not false and true"));
        assert!(!matches("not (false and true) and false"));
        assert!(matches("age eq 1 or age eq 2 or age eq 39 and married"));
    }

    #[test]
    fn errors_name_the_position_after_the_last_part() {
        let message = |filter: &str| Filter::parse(filter).unwrap_err().message.into_owned();
        assert_eq!(
            message("aaa bbb ccc"),
            "Syntax error at position 7 in 'aaa bbb ccc'."
        );
        for bad in [
            "",
            "PartitionKey eq",
            "PartitionKey eq a",
            "PartitionKey eq 'a",
            "(age eq 1",
            "age eq 1)",
            "age eq 1 and",
            "age eq 1x",
            "age eq datetime'x'",
            "age eq X'0'",
            "age eq money'1'",
            "age = 1",
        ] {
            let refusal = Filter::parse(bad).unwrap_err();
            assert_eq!(
                (refusal.status, refusal.code.as_ref()),
                (400, "InvalidInput"),
                "{bad}"
            );
        }
        for unknown in ["startswith(sex,'i')", "1 eq age"] {
            assert_eq!(Filter::parse(unknown).unwrap_err().status, 501, "{unknown}");
        }
    }

    #[test]
    fn a_filter_has_at_most_15_comparisons() {
        let many = |count: usize| vec!["a eq 1"; count].join(" or ");
        assert!(Filter::parse(&many(15)).is_ok());
        assert!(Filter::parse(&many(16)).is_err());
        let deep = format!("{}true{}", "(".repeat(10_000), ")".repeat(10_000));
        assert!(Filter::parse(&deep).is_err());
        assert!(Filter::parse(&format!("{}true", "not ".repeat(10_000))).is_err());
    }

    proptest! {
        #[test]
        fn no_filter_makes_the_reader_panic(
            filter in "([a-z]{0,3}|eq|and|or|not|[()',.0-9eLX-]|datetime'|guid'|X'|\\PC| ){0,20}",
        ) {
            let _ = Filter::parse(&filter);
        }
    }
}
