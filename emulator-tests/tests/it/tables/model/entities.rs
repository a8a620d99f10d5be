//! Random entities, and the reference for what an import makes of them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::draw::CaseDraw;
use super::typed_value::{TypedValue, text_json};

/// Properties by name.
pub(super) type Properties = BTreeMap<String, TypedValue>;

/// The entities of a table by their keys.
pub(super) type Entities = BTreeMap<(String, String), Properties>;

/// Keys, and parts of longer ones: everything that URLs, filters and file formats give a meaning, and
/// characters whose order in UTF-16 differs from that in UTF-8.
const KEYS: [&str; 34] = [
    "",
    "a",
    "A",
    "aa",
    "a ",
    " a",
    "ab",
    "b",
    "B",
    "Z",
    "z",
    "_",
    "0",
    "1",
    "10",
    "2",
    "a-",
    "a.",
    "..",
    "it's",
    "''",
    "100%",
    "%41%2F",
    "a+b&c=d",
    "\"q\"",
    "<x>;,:@$!*()[]{}|^`~",
    "p\u{a1}",
    "é",
    "e\u{301}",
    "丂",
    "😀",
    "\u{e000}",
    "\u{ffee}",
    "PartitionKey eq 'a'",
];

const NAMES: [&str; 14] = [
    "text",
    "value",
    "_a",
    "odata",
    "partitionKey",
    "rowkey",
    "timestamp",
    "type",
    "é",
    "啊齄",
    "名前",
    "Ω1",
    "e\u{301}x",
    "etag",
];

/// The longest key, in UTF-16 units, and the longest name of a property.
const KEY_UNITS_MAX: usize = 512;
const NAME_UNITS_MAX: usize = 255;
const PROPERTIES_MAX: usize = 252;

/// A key.
pub(super) fn key(draw: &mut CaseDraw) -> String {
    match draw.below(40) {
        0 => "k".repeat(KEY_UNITS_MAX),
        1 => "é".repeat(KEY_UNITS_MAX),
        2..20 => (*draw.pick(&KEYS)).to_owned(),
        20..30 => format!("{}{}", draw.pick(&KEYS), draw.pick(&KEYS)),
        _ => format!("k{:04}", draw.below(2000)),
    }
}

fn properties(draw: &mut CaseDraw) -> Properties {
    let count = match draw.below(60) {
        0 => PROPERTIES_MAX,
        1..8 => 0,
        _ => draw.below(8),
    };
    let mut properties = Properties::new();
    let mut long = 0;
    while properties.len() < count {
        let name = match draw.below(30) {
            0 => "n".repeat(NAME_UNITS_MAX),
            1..14 => (*draw.pick(&NAMES)).to_owned(),
            _ => format!("p{}", draw.below(1000)),
        };
        let value = TypedValue::random(draw);
        // An entity has at most 1 MiB.
        let is_long = matches!(&value, TypedValue::Text(units) if units.len() > 1000)
            || matches!(&value, TypedValue::Binary(bytes) if bytes.len() > 1000);
        long += usize::from(is_long);
        if !is_long || long <= 4 {
            properties.insert(name, value);
        }
    }
    properties
}

/// A table: many have a few entities, some more than a page.
pub(super) fn table(draw: &mut CaseDraw) -> Entities {
    let count = match draw.below(20) {
        0 => 0,
        1 => 1,
        2..12 => draw.below(60),
        12..19 => draw.below(300),
        _ => 1000 + draw.below(300),
    };
    let partitions: Vec<String> = (0..=draw.below(12)).map(|_| key(draw)).collect();
    let mut entities = Entities::new();
    // Keys may come twice.
    for _ in 0..count {
        let partition = draw.pick(&partitions).clone();
        let row = match draw.below(3) {
            0 => key(draw),
            _ => format!("r{:05}", draw.below(4000)),
        };
        let of_entity = if count > 300 && draw.chance(90) {
            Properties::from([("n".to_owned(), TypedValue::random(draw))])
        } else {
            properties(draw)
        };
        entities.insert((partition, row), of_entity);
    }
    entities
}

/// A table that is exported in several files of 32 MB: entities of 1 MiB, whose JSON is three times as
/// long.
pub(super) fn large_table(draw: &mut CaseDraw) -> Entities {
    let mut entities = table(draw);
    let text = TypedValue::text(&"é".repeat(super::typed_value::TEXT_UNITS_MAX));
    for row in 0..26 {
        let texts = (0..14).map(|index| (format!("long{index}"), text.clone()));
        entities.insert((key(draw), format!("large{row:03}")), texts.collect());
    }
    entities
}

/// Entities that the target has before the import: some of the same keys, and others.
pub(super) fn existing(draw: &mut CaseDraw, entities: &Entities) -> Entities {
    let mut existing = Entities::new();
    for (keys, of_entity) in entities {
        if draw.chance(20) {
            let mut other = properties(draw);
            if let Some(name) = of_entity.keys().next() {
                other.insert(name.clone(), TypedValue::text("old"));
            }
            // Both together have room in an entity.
            if of_entity.len() + other.len() < PROPERTIES_MAX / 2 && counted(of_entity) < 1000 {
                existing.insert(keys.clone(), other);
            }
        }
    }
    for _ in 0..draw.below(20) {
        let keys = (key(draw), key(draw));
        if !entities.contains_key(&keys) {
            existing.insert(keys, properties(draw));
        }
    }
    existing
}

/// About how long the values are.
fn counted(properties: &Properties) -> usize {
    let lengths = properties.values().map(|value| match value {
        TypedValue::Text(units) => units.len(),
        TypedValue::Binary(bytes) => bytes.len(),
        _ => 8,
    });
    lengths.sum()
}

/// What the target has after the import: the reference.
pub(super) fn imported(existing: &Entities, entities: &Entities, operation: &str) -> Entities {
    let mut all = existing.clone();
    for (keys, properties) in entities {
        let (keys, properties) = (keys.clone(), properties.clone());
        match operation {
            "InsertOrSkip" => drop(all.entry(keys).or_insert(properties)),
            "InsertOrMerge" => all.entry(keys).or_default().extend(properties),
            "InsertOrReplace" => drop(all.insert(keys, properties)),
            other => panic!("no such operation: {other}"),
        }
    }
    all
}

/// The JSON of an entity for its insertion.
pub(super) fn json(
    (partition, row): &(String, String),
    properties: &Properties,
    draw: &mut CaseDraw,
) -> String {
    let mut key = |key: &str| {
        let units: Vec<u16> = key.encode_utf16().collect();
        text_json(&units, draw)
    };
    let mut out = format!(
        "{{\"PartitionKey\":{},\"RowKey\":{}",
        key(partition),
        key(row)
    );
    for (name, value) in properties {
        if let Some(edm) = value.annotation() {
            write!(out, ",\"{name}@odata.type\":\"{edm}\"").expect("a string grows");
        }
        write!(out, ",\"{name}\":{}", value.json(draw)).expect("a string grows");
    }
    out.push('}');
    out
}
