//! Pages of listings: their sizes, and the names that are on them.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::call::Call;
use super::operations::Operations;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::query::Query;

const PAGE_MAX: u64 = 5000;

/// `maxresults`, between 1 and 5,000.
pub fn page_size(query: &Query) -> ServiceResult<usize> {
    let Some(text) = query.filled("maxresults") else {
        return Ok(PAGE_MAX as usize);
    };
    match text.parse::<u64>() {
        Ok(0) => Err(Refusal::query_out_of_range("maxresults", text, 1, PAGE_MAX)),
        Ok(count) => Ok(count.min(PAGE_MAX) as usize),
        Err(_) => Err(Refusal::invalid_query("maxresults", text, "not a number")),
    }
}

/// The entries from the name `from` on whose names begin with `prefix`.
pub fn matching<'m, V>(
    entries: &'m BTreeMap<String, V>,
    prefix: &'m str,
    from: &'m str,
) -> impl Iterator<Item = (&'m String, &'m V)> {
    let start = if from > prefix { from } else { prefix };
    entries
        .range::<str, _>((Bound::Included(start), Bound::Unbounded))
        .take_while(move |(name, _)| name.starts_with(prefix))
}

/// How many entries a page may have, by the behaviour: some pages are short or empty, as Azure's
/// may be.
pub fn entries_max<S: Operations>(call: &Call<'_, S>, max: usize) -> usize {
    let behaviour = &call.behaviour.listing;
    let max = match behaviour.entries_max {
        0 => max,
        limit => max.min(limit),
    };
    let number = call.service.next_listing();
    let every = |n: u64| n > 0 && number.is_multiple_of(n);
    if every(behaviour.empty_every) {
        0
    } else if every(behaviour.short_every) {
        (max / 2).max(1)
    } else {
        max
    }
}

/// Whether `include`, a comma-separated list, has a word.
pub fn includes(query: &Query, word: &str) -> bool {
    query
        .or_empty("include")
        .split(',')
        .any(|one| one.trim().eq_ignore_ascii_case(word))
}
