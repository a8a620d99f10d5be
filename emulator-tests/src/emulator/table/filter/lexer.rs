//! The words and literals of a filter.

use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::table::value::edm_value::read_guid;
use crate::emulator::table::value::{EdmValue, JsonText, TableTime};

/// A part of a filter.
#[derive(Debug, Clone, PartialEq)]
pub enum FilterToken {
    /// A property, an operator, `and`, `or` or `not`.
    Word(String),
    /// A constant.
    Literal(EdmValue),
    /// `(`.
    Open,
    /// `)`.
    Close,
    /// `,`, which only functions have.
    Comma,
    /// The end.
    End,
}

/// Reads a filter from left to right.
#[derive(Debug)]
pub struct Lexer<'f> {
    text: &'f str,
    at: usize,
}

impl<'f> Lexer<'f> {
    /// At the beginning of a filter.
    pub fn new(text: &'f str) -> Self {
        Self { text, at: 0 }
    }

    /// The next part.
    pub fn next_token(&mut self) -> ServiceResult<FilterToken> {
        let rest = &self.text[self.at..];
        let trimmed = rest.trim_start();
        self.at += rest.len() - trimmed.len();
        let Some(first) = trimmed.chars().next() else {
            return Ok(FilterToken::End);
        };
        let simple = match first {
            '(' => Some(FilterToken::Open),
            ')' => Some(FilterToken::Close),
            ',' => Some(FilterToken::Comma),
            _ => None,
        };
        if let Some(token) = simple {
            self.at += 1;
            return Ok(token);
        }
        match first {
            '\'' => {
                let text = self.quoted()?;
                Ok(FilterToken::Literal(EdmValue::String(JsonText::of(&text))))
            }
            '0'..='9' | '-' => self.number(trimmed),
            _ if first.is_alphabetic() || first == '_' => self.word(trimmed),
            _ => Err(self.syntax_error()),
        }
    }

    /// 400: the filter cannot be read. The position is that after the last part, as in the service's
    /// message.
    pub fn syntax_error(&self) -> Refusal {
        let position = self.text[..self.at].encode_utf16().count();
        Refusal::invalid_input(format!(
            "Syntax error at position {position} in '{}'.",
            self.text
        ))
    }

    /// A word, or a literal with a prefix, such as `guid'..'`.
    fn word(&mut self, trimmed: &str) -> ServiceResult<FilterToken> {
        let is_inside = |one: char| one.is_alphanumeric() || one == '_';
        let end = trimmed.find(|one| !is_inside(one));
        let word = &trimmed[..end.unwrap_or(trimmed.len())];
        self.at += word.len();
        if !self.text[self.at..].starts_with('\'') {
            // Truth values are read in any case.
            return Ok(match word.to_ascii_lowercase().as_str() {
                "true" => FilterToken::Literal(EdmValue::Boolean(true)),
                "false" => FilterToken::Literal(EdmValue::Boolean(false)),
                _ => FilterToken::Word(word.to_owned()),
            });
        }
        let text = self.quoted()?;
        let value = match word {
            "datetime" => TableTime::parse(&text).map(EdmValue::DateTime),
            "guid" => read_guid(&text).map(EdmValue::Guid),
            "X" | "binary" => hexadecimal(&text).map(EdmValue::Binary),
            _ => None,
        };
        value
            .map(FilterToken::Literal)
            .ok_or_else(|| self.syntax_error())
    }

    /// A text in quotes, in which a quote is doubled.
    fn quoted(&mut self) -> ServiceResult<String> {
        let mut value = String::new();
        loop {
            // The quote at the position opens the text, or is the second of a doubled one.
            let rest = &self.text[self.at + 1..];
            let Some(length) = rest.find('\'') else {
                self.at = self.text.len();
                return Err(self.syntax_error());
            };
            value.push_str(&rest[..length]);
            self.at += length + 2;
            if !self.text[self.at..].starts_with('\'') {
                return Ok(value);
            }
            value.push('\'');
        }
    }

    /// `5`, `-5L`, `1.5`, `1e10`, `2.0d`.
    fn number(&mut self, trimmed: &str) -> ServiceResult<FilterToken> {
        let bytes = trimmed.as_bytes();
        let is_inside = |at: usize| match bytes[at] {
            b'0'..=b'9' | b'.' | b'e' | b'E' => true,
            b'-' => at == 0 || matches!(bytes[at - 1], b'e' | b'E'),
            b'+' => at > 0 && matches!(bytes[at - 1], b'e' | b'E'),
            _ => false,
        };
        let end = (0..bytes.len()).find(|at| !is_inside(*at));
        let digits = &trimmed[..end.unwrap_or(trimmed.len())];
        let suffix = trimmed[digits.len()..].chars().next();
        let double = || {
            let number: Option<f64> = digits.parse().ok();
            number
                .filter(|number| number.is_finite())
                .map(EdmValue::Double)
        };
        let (value, suffix_length) = match suffix {
            Some('L' | 'l') => (digits.parse().ok().map(EdmValue::Int64), 1),
            Some('d' | 'D' | 'f' | 'F' | 'm' | 'M') => (double(), 1),
            _ => {
                let whole = digits.parse().ok().map(EdmValue::Int32);
                let long = || digits.parse().ok().map(EdmValue::Int64);
                (whole.or_else(long).or_else(double), 0)
            }
        };
        self.at += digits.len() + suffix_length;
        let ends = !self.text[self.at..].starts_with(|one: char| one.is_alphanumeric());
        value
            .filter(|_| ends)
            .map(FilterToken::Literal)
            .ok_or_else(|| self.syntax_error())
    }
}

fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let bytes = text.as_bytes();
    let pairs = bytes.chunks(2).map(|pair| {
        let digit = |byte: u8| char::from(byte).to_digit(16);
        match *pair {
            [high, low] => Some((digit(high)? << 4 | digit(low)?) as u8),
            _ => None,
        }
    });
    pairs.collect()
}
