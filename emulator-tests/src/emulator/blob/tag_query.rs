//! Index tags of requests: `x-ms-tags`, `x-ms-if-tags` and `x-ms-source-if-tags`, and the limits of
//! keys and values.

use std::collections::BTreeMap;

use super::tag_expression::{ExpressionUse, TagExpression};
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::head::Head;
use crate::emulator::http::query::Query;

const TAGS_MAX: usize = 10;
const SOURCE_CONDITION: &str = "x-ms-source-if-tags";

/// Checks `x-ms-if-tags`.
pub fn check_conditions(head: &Head, tags: &BTreeMap<String, String>) -> ServiceResult<()> {
    if holds(head, "x-ms-if-tags", tags)? {
        Ok(())
    } else {
        Err(Refusal::condition_not_met())
    }
}

/// Checks `x-ms-source-if-tags` of a copy.
pub fn check_source(head: &Head, tags: &BTreeMap<String, String>) -> ServiceResult<()> {
    if holds(head, SOURCE_CONDITION, tags)? {
        return Ok(());
    }
    Err(Refusal::new(
        412,
        "SourceConditionNotMet",
        "The source condition specified using HTTP conditional header(s) is not met.",
    ))
}

/// Whether the condition in a header holds. It does when there is none.
fn holds(head: &Head, name: &str, tags: &BTreeMap<String, String>) -> ServiceResult<bool> {
    let Some(text) = head.header(name).filter(|text| !text.is_empty()) else {
        return Ok(true);
    };
    let expression = TagExpression::parse(text, ExpressionUse::Condition)
        .map_err(|_| Refusal::invalid_header(name, text))?;
    Ok(expression.holds(tags, ""))
}

/// Whether all characters may be in a key or a value.
pub fn is_tag_text(text: &str) -> bool {
    text.chars()
        .all(|one| one.is_ascii_alphanumeric() || " +-./:=_".contains(one))
}

/// Reads the `x-ms-tags` header: `a=b&c=d`, percent-encoded.
pub fn parse_header(text: &str) -> ServiceResult<BTreeMap<String, String>> {
    let pairs = Query::parse(text).pairs().to_vec();
    check(pairs)
}

/// Checks the tags of a request: at most ten, keys of 1 to 128 characters, values of at most 256,
/// no key twice. No public source has the service's error code: this one is the emulator's own.
pub fn check(pairs: Vec<(String, String)>) -> ServiceResult<BTreeMap<String, String>> {
    let count = pairs.len();
    let fits = pairs.iter().all(|(name, value)| {
        (1..=128).contains(&name.len())
            && value.len() <= 256
            && is_tag_text(name)
            && is_tag_text(value)
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
