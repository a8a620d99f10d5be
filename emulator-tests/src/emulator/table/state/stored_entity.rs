//! An entity as it is stored: the text that answers with minimal metadata contain.
//!
//! Most answers are pages with minimal metadata, so they are made by copying. Other levels, filters
//! and merges read the properties from the text.

use crate::emulator::table::json::{Property, entity_reader};
use crate::emulator::table::value::TableTime;

/// An entity without its keys.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct StoredEntity {
    /// When it was written: its timestamp and its version.
    pub written: TableTime,
    /// Its own properties as members of a JSON object, with commas between them.
    pub body: Box<str>,
}

impl StoredEntity {
    /// An entity with these properties in their order.
    pub fn new(written: TableTime, properties: &[Property]) -> Self {
        let mut body = String::new();
        for property in properties {
            if !body.is_empty() {
                body.push(',');
            }
            let name = property.name.as_str();
            if property.value.is_annotated() {
                body.push('"');
                body.push_str(name);
                body.push_str("@odata.type\":\"");
                body.push_str(property.value.edm_type().name());
                body.push_str("\",");
            }
            body.push('"');
            body.push_str(name);
            body.push_str("\":");
            property.value.write_json(&mut body);
        }
        Self {
            written,
            body: body.into(),
        }
    }

    /// Its own properties in their order.
    pub fn properties(&self) -> Vec<Property> {
        entity_reader::read_stored(&self.body)
    }

    /// `W/"datetime'2017-11-10T02%3A44%3A46.1416145Z'"`.
    pub fn etag(&self) -> String {
        format!("W/\"datetime'{}'\"", self.etag_time())
    }

    /// The time in the entity tag.
    pub fn etag_time(&self) -> String {
        self.written.to_string().replace(':', "%3A")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emulator::table::json::EntityDocument;

    #[test]
    fn properties_are_stored_as_minimal_metadata_and_read_back() {
        let document = r#"{"age":"39","age@odata.type":"Edm.Int64","n":1.50,"inf@odata.type":"Edm.Double","inf":"Infinity","s":"\u00fc"}"#;
        let read = EntityDocument::read(document.as_bytes()).unwrap();
        let stored = StoredEntity::new(TableTime::FIRST, &read.properties);
        assert_eq!(
            &*stored.body,
            r#""age@odata.type":"Edm.Int64","age":"39","n":1.5,"inf@odata.type":"Edm.Double","inf":"Infinity","s":"\u00fc""#
        );
        assert_eq!(stored.properties(), read.properties);
        assert_eq!(stored.etag(), "W/\"datetime'1601-01-01T00%3A00%3A00Z'\"");
    }
}
