//! Continuation markers of listings: opaque for clients, but the emulator reads its own.

use crate::emulator::digest;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::query::Query;

/// Makes a marker from the key of the first entry of the next page.
pub fn marker(next: &str) -> String {
    numbered(2, next)
}

/// The same for a listing of the File service, whose markers begin with another number.
pub fn file_marker(next: &str) -> String {
    numbered(1, next)
}

fn numbered(number: u8, next: &str) -> String {
    let encoded = digest::to_base64(next.as_bytes());
    format!("{number}!{}!{encoded}", encoded.len())
}

/// The key in a request's marker; empty without a marker. A marker of another origin is 400.
pub fn start(query: &Query) -> ServiceResult<String> {
    let Some(text) = query.filled("marker") else {
        return Ok(String::new());
    };
    let rest = text.strip_prefix("2!").or_else(|| text.strip_prefix("1!"));
    let key = rest.and_then(|rest| {
        let (length, encoded) = rest.split_once('!')?;
        if length.parse() != Ok(encoded.len()) {
            return None;
        }
        String::from_utf8(digest::from_base64(encoded)?).ok()
    });
    key.ok_or_else(|| Refusal::invalid_query("marker", text, "not a marker of this service"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_read_back_and_foreign_ones_are_refused() {
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
