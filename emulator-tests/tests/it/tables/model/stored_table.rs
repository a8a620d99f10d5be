//! Reads and fills a table of the emulator, with code that shares nothing with azring or the emulator.

use std::collections::BTreeMap;

use azring_emulator_tests::rest::Table;

use super::draw::CaseDraw;
use super::entities::{self, Entities, Properties};
use super::typed_value::{TypedValue, text_units};

/// Asks for the type of every property.
const FULL_METADATA: &str = "application/json;odata=fullmetadata";

/// Inserts these entities.
pub(super) fn fill(table: &Table, entities: &Entities, draw: &mut CaseDraw) {
    let mut partitions: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (keys, properties) in entities {
        let json = entities::json(keys, properties, draw);
        partitions.entry(&keys.0).or_default().push(json);
    }
    for rows in partitions.values() {
        // A transaction has at most 4 MiB.
        let mut group = Vec::new();
        let mut bytes = 0;
        for json in rows {
            if bytes + json.len() > 3 << 20 {
                table.insert_all(&std::mem::take(&mut group));
                bytes = 0;
            }
            bytes += json.len() + 1000;
            group.push(json.clone());
        }
        table.insert_all(&group);
    }
}

/// All entities with all types.
pub(super) fn read(table: &Table) -> Entities {
    let mut entities = Entities::new();
    for page in table.pages(FULL_METADATA) {
        add_entities(&mut entities, page);
    }
    entities
}

/// Adds the entities of a page or of a data file.
///
/// # Panics
/// When one of them is there already.
pub(super) fn add_entities(entities: &mut Entities, document: Vec<u8>) {
    let document = String::from_utf8(document).expect("it is UTF-8");
    let (_, mut rest) = document
        .split_once("\"value\":[")
        .expect("it has an array of entities");
    while rest.starts_with('{') {
        let (members, end) = object(rest);
        let (keys, properties) = entity(&members);
        assert!(!entities.contains_key(&keys), "{keys:?} is there twice");
        entities.insert(keys, properties);
        rest = &rest[end..];
        rest = rest.strip_prefix(',').unwrap_or(rest);
        rest = rest.strip_prefix('\n').unwrap_or(rest);
    }
    assert_eq!(rest, "]}", "the document ends");
}

/// The members of the object that the text begins with, and where it ends. Values are no objects.
fn object(text: &str) -> (Vec<(&str, &str)>, usize) {
    let bytes = text.as_bytes();
    let mut members = Vec::new();
    let mut at = 1;
    while bytes[at] != b'}' {
        at += usize::from(bytes[at] == b',');
        let name_end = string_end(bytes, at);
        let value = name_end + 1;
        let value_end = if bytes[value] == b'"' {
            string_end(bytes, value)
        } else {
            let length = text[value..].find([',', '}']).expect("a value ends");
            value + length
        };
        members.push((&text[at + 1..name_end - 1], &text[value..value_end]));
        at = value_end;
    }
    (members, at + 1)
}

fn string_end(bytes: &[u8], from: usize) -> usize {
    let mut at = from + 1;
    while bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at + 1
}

/// A text without its quotes, still escaped.
fn inner(value: &str) -> &str {
    let inner = value
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    inner.unwrap_or_else(|| panic!("no text: {value}"))
}

fn entity(members: &[(&str, &str)]) -> ((String, String), Properties) {
    let plain = |name: &str| String::from_utf16(&text_units(name)).expect("names have no halves");
    let types: BTreeMap<String, &str> = members
        .iter()
        .filter_map(|(name, value)| {
            let name = plain(name);
            let name = name.strip_suffix("@odata.type")?;
            Some((name.to_owned(), inner(value)))
        })
        .collect();
    let (mut partition, mut row) = (None, None);
    let mut properties = Properties::new();
    for (name, value) in members {
        let name = plain(name);
        let value = *value;
        match name.as_str() {
            "PartitionKey" => partition = Some(plain(inner(value))),
            "RowKey" => row = Some(plain(inner(value))),
            "Timestamp" => {}
            _ if name.starts_with("odata.") || name.contains("@odata.") => {}
            _ => {
                let value = TypedValue::of_json(types.get(&name).copied(), value);
                properties.insert(name, value);
            }
        }
    }
    let keys = (
        partition.expect("an entity has a partition"),
        row.expect("an entity has a row"),
    );
    (keys, properties)
}
