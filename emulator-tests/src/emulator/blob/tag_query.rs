//! Comparisons of index tags, such as `"name" = 'value' AND "other" > 'a'`, in `x-ms-if-tags` and
//! Find Blobs by Tags.

use std::collections::BTreeMap;

use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::head::Head;
use crate::emulator::http::query::Query;

const TAGS_MAX: usize = 10;

/// Whether an expression holds for tags; `None` for a malformed one. `AND` binds stronger than
/// `OR`.
pub fn holds(expression: &str, tags: &BTreeMap<String, String>) -> Option<bool> {
    let mut any = false;
    for alternative in split(expression, "OR") {
        let mut all = true;
        for comparison in split(&alternative, "AND") {
            all &= compare(comparison.trim(), tags)?;
        }
        any |= all;
    }
    Some(any)
}

/// Splits at a keyword outside of quotes.
fn split(text: &str, keyword: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut quote = None;
    for word in text.split_inclusive(' ') {
        let bare = word.trim();
        if quote.is_none() && bare.eq_ignore_ascii_case(keyword) {
            parts.push(String::new());
            continue;
        }
        for character in word.chars() {
            match quote {
                Some(open) if open == character => quote = None,
                None if matches!(character, '"' | '\'') => quote = Some(character),
                _ => {}
            }
        }
        if let Some(last) = parts.last_mut() {
            last.push_str(word);
        }
    }
    parts
}

fn compare(text: &str, tags: &BTreeMap<String, String>) -> Option<bool> {
    let (name, rest) = match text.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"')?,
        None => text.split_at(
            text.find(|character: char| !character.is_alphanumeric() && character != '_')?,
        ),
    };
    let rest = rest.trim_start();
    let operator = ["<>", "<=", ">=", "=", "<", ">"]
        .into_iter()
        .find(|operator| rest.starts_with(operator))?;
    let value = rest[operator.len()..]
        .trim()
        .strip_prefix('\'')?
        .strip_suffix('\'')?;
    let own = tags.get(name).map(String::as_str);
    Some(match operator {
        "=" => own == Some(value),
        "<>" => own.is_some_and(|own| own != value),
        "<" => own.is_some_and(|own| own < value),
        "<=" => own.is_some_and(|own| own <= value),
        ">" => own.is_some_and(|own| own > value),
        _ => own.is_some_and(|own| own >= value),
    })
}

/// Checks `x-ms-if-tags`: comparisons of tags joined by `AND` and `OR`.
pub fn check_conditions(head: &Head, tags: &BTreeMap<String, String>) -> ServiceResult<()> {
    let Some(text) = head.header("x-ms-if-tags").filter(|text| !text.is_empty()) else {
        return Ok(());
    };
    let is_met = holds(text, tags).ok_or_else(|| Refusal::invalid_header("x-ms-if-tags", text))?;
    if is_met {
        Ok(())
    } else {
        Err(Refusal::condition_not_met())
    }
}

/// Reads the `x-ms-tags` header: `a=b&c=d`, percent-encoded.
pub fn parse_header(text: &str) -> ServiceResult<BTreeMap<String, String>> {
    let pairs = Query::parse(text).pairs().to_vec();
    check(pairs)
}

/// Checks the tags of a request: at most ten, keys of 1 to 128 characters, values of at most 256,
/// no key twice.
pub fn check(pairs: Vec<(String, String)>) -> ServiceResult<BTreeMap<String, String>> {
    let count = pairs.len();
    let allowed = |text: &str| {
        text.chars()
            .all(|one| one.is_ascii_alphanumeric() || " +-./:=_".contains(one))
    };
    let fits = pairs.iter().all(|(name, value)| {
        (1..=128).contains(&name.len()) && value.len() <= 256 && allowed(name) && allowed(value)
    });
    let tags: BTreeMap<String, String> = pairs.into_iter().collect();
    if !fits || count > TAGS_MAX || tags.len() != count {
        return Err(Refusal::new(
            400,
            "InvalidTag",
            "The tags specified are invalid.",
        ));
    }
    Ok(tags)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparisons_join_with_and_before_or() {
        let tags = check(vec![
            ("a".to_owned(), "1".to_owned()),
            ("b c".to_owned(), "x".to_owned()),
        ])
        .unwrap();
        for (text, expected) in [
            ("a = '1'", Some(true)),
            ("\"b c\"='x' AND a<'2'", Some(true)),
            ("a='2' OR \"b c\" >= 'x'", Some(true)),
            ("a='2' OR a='3' AND a='1'", Some(false)),
            ("z<>'1'", Some(false)),
            ("a", None),
            ("a = 1", None),
        ] {
            assert_eq!(holds(text, &tags), expected, "{text}");
        }
    }
}
