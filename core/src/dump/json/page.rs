//! One page of entities, as the service sends it with minimal metadata.

use std::ops::Range;

use super::entities::EntityScanner;
use super::members::Members;
use super::scan::{skip_space, string_end};
use super::text::JsonText;
use crate::{Error, Result};

/// The member that says which version of an entity was read. It has no use in a data file.
const ETAG: &str = "odata.etag";

/// The same as the service writes it: at the beginning of each entity.
const ETAG_FIRST: &[u8] = b"{\"odata.etag\":\"";

/// Where the entities are in a page.
///
/// # Errors
///
/// [`Error::Integrity`] for bytes that are no whole page.
pub fn entities(page: &[u8]) -> Result<Vec<Range<usize>>> {
    let mut scanner = EntityScanner::new();
    let mut found = Vec::with_capacity(1000);
    scanner.take(page, |entity| {
        let end = entity.after.offset as usize;
        found.push(end - entity.json.len()..end);
        Ok(())
    })?;
    scanner.finish()?;
    Ok(found)
}

/// An entity without its etag, as two slices to be written one after the other. All other bytes
/// stay as they are.
///
/// # Errors
///
/// [`Error::Integrity`] for bytes that are no JSON object.
pub fn without_etag(entity: &[u8]) -> Result<(&[u8], &[u8])> {
    if entity.starts_with(ETAG_FIRST)
        && let Some(end) = string_end(entity, ETAG_FIRST.len() - 1)
        && entity.get(end) == Some(&b',')
    {
        return Ok((&entity[..1], &entity[end + 1..]));
    }
    for member in Members::of(entity) {
        let member = member.map_err(|_| not_an_entity())?;
        if member.is_called(ETAG) {
            let (from, end) = member.place;
            let after = skip_space(entity, end);
            return Ok(if entity[after] == b',' {
                let next = skip_space(entity, after + 1);
                (&entity[..from], &entity[next..])
            } else {
                (entity[..from].trim_ascii_end_comma(), &entity[after..])
            });
        }
    }
    Ok((entity, &[]))
}

/// The partition key and the row key of an entity.
///
/// # Errors
///
/// [`Error::Integrity`] for bytes that are no JSON object, or have no keys.
pub fn keys(entity: &[u8]) -> Result<(JsonText<'_>, JsonText<'_>)> {
    let (mut partition, mut row) = (None, None);
    for member in Members::of(entity) {
        let member = member.map_err(|_| not_an_entity())?;
        if member.is_called("PartitionKey") {
            partition = JsonText::of_value(member.value);
        } else if member.is_called("RowKey") {
            row = JsonText::of_value(member.value);
        }
        if let (Some(partition), Some(row)) = (partition, row) {
            return Ok((partition, row));
        }
    }
    Err(Error::Integrity("an entity has no keys".into()))
}

fn not_an_entity() -> Error {
    Error::Integrity("an entity is no JSON object".into())
}

trait TrimComma {
    fn trim_ascii_end_comma(&self) -> &Self;
}

impl TrimComma for [u8] {
    /// Without the comma at the end and the space around it.
    fn trim_ascii_end_comma(&self) -> &[u8] {
        let trimmed = self.trim_ascii_end();
        trimmed.strip_suffix(b",").unwrap_or(trimmed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(entity: &str) -> String {
        let (before, after) = without_etag(entity.as_bytes()).unwrap();
        String::from_utf8([before, after].concat()).unwrap()
    }

    #[test]
    fn the_etag_goes_and_every_other_byte_stays() {
        for (entity, wanted) in [
            (
                r#"{"odata.etag":"W/\"datetime'2021-10-15T16%3A13%3A24.0914302Z'\"","PartitionKey":"p","v":-0.0}"#,
                r#"{"PartitionKey":"p","v":-0.0}"#,
            ),
            (r#"{"a":1,"odata.etag":"x","b":2}"#, r#"{"a":1,"b":2}"#),
            (r#"{"a":1, "odata.etag":"x" }"#, r#"{"a":1}"#),
            (r#"{"odata.etag":"x"}"#, "{}"),
            (
                r#"{"a":"\"odata.etag\":\"x\","}"#,
                r#"{"a":"\"odata.etag\":\"x\","}"#,
            ),
        ] {
            assert_eq!(joined(entity), wanted);
        }
    }

    #[test]
    fn a_page_has_its_entities_and_a_cut_page_is_refused() {
        let page = br#"{"odata.metadata":"https://a/$metadata#t","value":[{"a":1},{"b":2}]}"#;
        let found = entities(page).unwrap();
        let found: Vec<_> = found.into_iter().map(|place| &page[place]).collect();
        assert_eq!(found, [&br#"{"a":1}"#[..], br#"{"b":2}"#]);
        assert!(entities(&page[..page.len() - 1]).is_err());
        assert!(entities(b"").is_err());
        assert_eq!(entities(br#"{"value":[]}"#).unwrap().len(), 0);
    }

    #[test]
    fn keys_are_found_in_any_order() {
        let (partition, row) = keys(br#"{"x":1,"RowKey":"r","PartitionKey":""}"#).unwrap();
        assert_eq!((partition.raw(), row.raw()), (&b""[..], &b"r"[..]));
        assert!(keys(br#"{"RowKey":"r"}"#).is_err());
    }
}
