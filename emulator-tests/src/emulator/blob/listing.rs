//! What both listings share: page sizes and markers that mean nothing to a client.

use super::call::Call;
use crate::emulator::behaviour::StartFrom;
use crate::emulator::digest;
use crate::emulator::error::{Answer, Refusal};
use crate::emulator::http::query::Query;

const PAGE_MAX: u64 = 5000;

/// `maxresults`, between 1 and 5,000.
pub fn page_size(query: &Query) -> Answer<usize> {
    let Some(text) = query.filled("maxresults") else {
        return Ok(PAGE_MAX as usize);
    };
    match text.parse::<u64>() {
        Ok(0) => Err(Refusal::query_out_of_range("maxresults", text, 1, PAGE_MAX)),
        Ok(count) => Ok(count.min(PAGE_MAX) as usize),
        Err(_) => Err(Refusal::invalid_query("maxresults", text, "not a number")),
    }
}

/// How many entries a page may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Up to so many.
    Upto(usize),
    /// None, though there are some.
    Empty,
}

/// Cuts a page as the service's habits say: some are short, some are empty, and both are lawful.
pub fn cut(call: &Call<'_>, max: usize) -> Cut {
    let habit = &call.behaviour.listing;
    let max = match habit.entries_max {
        0 => max,
        limit => max.min(limit),
    };
    let number = call.service.next_listing();
    let every = |n: u64| n > 0 && number.is_multiple_of(n);
    if every(habit.empty_every) {
        Cut::Empty
    } else if every(habit.short_every) {
        Cut::Upto((max / 2).max(1))
    } else {
        Cut::Upto(max)
    }
}

/// Makes a marker from the key of the first entry of the next page.
pub fn marker(next: &str) -> String {
    let encoded = digest::to_base64(next.as_bytes());
    format!("2!{}!{encoded}", encoded.len())
}

/// The key in a request's marker; empty when it begins at the start. A marker that we did not make is 400.
pub fn start(query: &Query) -> Answer<String> {
    let Some(text) = query.filled("marker") else {
        return Ok(String::new());
    };
    let key = text.strip_prefix("2!").and_then(|rest| {
        let (length, encoded) = rest.split_once('!')?;
        if length.parse() != Ok(encoded.len()) {
            return None;
        }
        String::from_utf8(digest::from_base64(encoded)?).ok()
    });
    key.ok_or_else(|| Refusal::invalid_query("marker", text, "not a marker of this service"))
}

/// The name in `startFrom`, which versions from 2026-02-06 on know: the listing has the names from it on, itself included.
/// It is given with the marker too, and both hold.
///
/// The service's own pages do not describe it. It is as the clients of 2026-01-15 do (`azure-storage-blob` 12.33.0 for Java),
/// and as Azurite 3.37 does. What older versions make of it is nowhere said; it is refused there, so that no client
/// leans on it.
pub fn start_from<'a>(call: &'a Call<'_>) -> Answer<&'a str> {
    let Some(name) = call.query.filled("startFrom") else {
        return Ok("");
    };
    match call.behaviour.listing.start_from {
        StartFrom::Known if call.version.since(2026, 2, 6) => Ok(name),
        StartFrom::Known => Err(Refusal::unsupported_query("startFrom")),
        StartFrom::Ignored => Ok(""),
        StartFrom::Refused => {
            let version = call.version.to_string();
            Err(Refusal::invalid_header("x-ms-version", &version))
        }
    }
}

/// Is a word among the comma-separated ones of `include`?
pub fn includes(query: &Query, word: &str) -> bool {
    query
        .or_empty("include")
        .split(',')
        .any(|one| one.trim().eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_read_back_and_strangers_are_refused() {
        let query = Query::parse(&format!("marker={}", marker("a/ü#").replace('+', "%2B")));
        assert_eq!(start(&query).unwrap(), "a/ü#");
        for strange in ["name", "2!4!AAA", "2!x!AAAA", "3!4!AAAA"] {
            assert!(
                start(&Query::parse(&format!("marker={strange}"))).is_err(),
                "{strange}"
            );
        }
    }
}
