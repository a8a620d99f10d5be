//! An entity in a request: its keys, and its properties with their types.
//!
//! A type is in the annotation `name@odata.type`, before or after its property. Without one, strings
//! are `Edm.String`, numbers that are no `Edm.Int32` are `Edm.Double`. Other annotations and
//! `Timestamp` are ignored, and properties that are null are left out.

use std::collections::HashSet;

use super::scanner::{self, JsonToken};
use crate::emulator::digest;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::table::value::edm_value::read_guid;
use crate::emulator::table::value::{EdmType, EdmValue, JsonText, TableTime};

const TYPE: &str = "@odata.type";

/// A property with a value.
#[derive(Debug, Clone, PartialEq)]
pub struct Property {
    /// The name's spelling in JSON.
    pub name: JsonText,
    /// The value.
    pub value: EdmValue,
}

/// An entity in a request.
#[derive(Debug, Default)]
pub struct EntityDocument {
    /// `PartitionKey`, if it is there.
    pub partition: Option<String>,
    /// `RowKey`, if it is there.
    pub row: Option<String>,
    /// The other properties in their order.
    pub properties: Vec<Property>,
}

impl EntityDocument {
    /// Reads the body of a request.
    pub fn read(document: &[u8]) -> ServiceResult<Self> {
        let mut entity = Self::default();
        for Property { name, value } in properties(scanner::read_object(document)?)? {
            let key = match name.as_str() {
                "PartitionKey" => &mut entity.partition,
                "RowKey" => &mut entity.row,
                _ => {
                    entity.properties.push(Property { name, value });
                    continue;
                }
            };
            let EdmValue::String(text) = value else {
                return Err(Refusal::invalid_request_input());
            };
            *key = Some(text.plain());
        }
        Ok(entity)
    }
}

/// The properties of an entity as it is stored.
pub fn read_stored(body: &str) -> Vec<Property> {
    let members = scanner::read_members(body);
    members.and_then(properties).unwrap_or_default()
}

fn properties(members: Vec<(JsonText, JsonToken<'_>)>) -> ServiceResult<Vec<Property>> {
    let mut types: Vec<(String, EdmType)> = Vec::new();
    for (name, token) in &members {
        if let Some(property) = name.as_str().strip_suffix(TYPE) {
            let JsonToken::Text(text) = token else {
                return Err(Refusal::invalid_request_input());
            };
            let edm = EdmType::parse(text.as_str()).ok_or_else(Refusal::invalid_request_input)?;
            types.push((property.to_owned(), edm));
        }
    }
    let mut seen = HashSet::new();
    let mut read = Vec::with_capacity(members.len());
    for (name, token) in members {
        let spelled = name.as_str();
        if spelled.starts_with("odata.") || spelled.contains("@odata.") || spelled == "Timestamp" {
            continue;
        }
        if !seen.insert(spelled.to_owned()) {
            return Err(Refusal::duplicate_properties());
        }
        let mut annotated = types.iter();
        let annotated = annotated.find(|(property, _)| property == spelled);
        let edm = annotated.map(|(_, edm)| *edm);
        if let Some(value) = value(&token, edm)? {
            read.push(Property { name, value });
        }
    }
    Ok(read)
}

/// The value of a token with this type; `None` for null.
fn value(token: &JsonToken<'_>, edm: Option<EdmType>) -> ServiceResult<Option<EdmValue>> {
    let value = match (token, edm) {
        (JsonToken::Null, _) => return Ok(None),
        (JsonToken::Text(text), None | Some(EdmType::String)) => {
            Some(EdmValue::String(text.clone()))
        }
        (JsonToken::Text(text), Some(edm)) => text_value(text.as_str(), edm),
        (JsonToken::Boolean(truth), None | Some(EdmType::Boolean)) => {
            Some(EdmValue::Boolean(*truth))
        }
        (JsonToken::Number(number), None) => {
            let whole = number.parse().ok().map(EdmValue::Int32);
            whole.or_else(|| double(number))
        }
        (JsonToken::Number(number), Some(EdmType::Int32)) => {
            number.parse().ok().map(EdmValue::Int32)
        }
        (JsonToken::Number(number), Some(EdmType::Double)) => double(number),
        (JsonToken::Number(_) | JsonToken::Boolean(_), Some(_)) => None,
    };
    value.map(Some).ok_or_else(Refusal::invalid_request_input)
}

/// A value that is written as a string.
fn text_value(text: &str, edm: EdmType) -> Option<EdmValue> {
    match edm {
        EdmType::String => None,
        EdmType::Int32 => text.parse().ok().map(EdmValue::Int32),
        EdmType::Int64 => text.parse().ok().map(EdmValue::Int64),
        EdmType::Double => match text {
            "NaN" => Some(EdmValue::Double(f64::NAN)),
            "Infinity" => Some(EdmValue::Double(f64::INFINITY)),
            "-Infinity" => Some(EdmValue::Double(f64::NEG_INFINITY)),
            _ => double(text),
        },
        EdmType::Boolean => text.parse().ok().map(EdmValue::Boolean),
        EdmType::DateTime => TableTime::parse(text).map(EdmValue::DateTime),
        EdmType::Guid => read_guid(text).map(EdmValue::Guid),
        EdmType::Binary => digest::from_base64(text).map(EdmValue::Binary),
    }
}

fn double(text: &str) -> Option<EdmValue> {
    let is_number = text.ends_with(|last: char| last.is_ascii_digit());
    let number: f64 = text.parse().ok().filter(|_| is_number)?;
    number.is_finite().then_some(EdmValue::Double(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(document: &str) -> ServiceResult<EntityDocument> {
        EntityDocument::read(document.as_bytes())
    }

    fn written(document: &str) -> Option<String> {
        let entity = read(document).ok()?;
        let mut out = String::new();
        for property in &entity.properties {
            out.push_str(property.value.edm_type().name());
            out.push(' ');
            property.value.write_json(&mut out);
            out.push(';');
        }
        Some(out)
    }

    #[test]
    fn untyped_values_get_the_types_of_json() {
        let document = r#"{"a":"x","b":5,"c":5.0,"d":1e2,"e":2147483648,"f":true,"g":null,"h":-0.0,"Timestamp":7}"#;
        assert_eq!(
            written(document).as_deref(),
            Some(
                "Edm.String \"x\";Edm.Int32 5;Edm.Double 5.0;Edm.Double 100.0;Edm.Double 2147483648.0;Edm.Boolean true;Edm.Double -0.0;"
            )
        );
    }

    #[test]
    fn annotations_stand_before_or_after_their_property() {
        let document = r#"{"a":"5","a@odata.type":"Edm.Int64","odata.etag":"x","b@odata.type":"Edm.Guid","b":"C9DA6455-213D-42C9-9A79-3E9149A57833","PartitionKey@odata.type":"Edm.String","PartitionKey":"p","RowKey":"","c@odata.type":"Edm.Int64","c":null}"#;
        let entity = read(document).unwrap();
        assert_eq!(entity.partition.as_deref(), Some("p"));
        assert_eq!(entity.row.as_deref(), Some(""));
        assert_eq!(
            written(document).as_deref(),
            Some("Edm.Int64 \"5\";Edm.Guid \"c9da6455-213d-42c9-9a79-3e9149a57833\";")
        );
    }

    #[test]
    fn values_that_do_not_fit_their_type_are_refused() {
        for (edm, value) in [
            ("Edm.Int64", "5"),
            ("Edm.Int64", "\"9223372036854775808\""),
            ("Edm.Int32", "2147483648"),
            ("Edm.String", "5"),
            ("Edm.Boolean", "1"),
            ("Edm.Guid", "\"x\""),
            ("Edm.Binary", "\"*\""),
            ("Edm.DateTime", "\"notadate\""),
            ("Edm.Double", "\"inf\""),
            ("Edm.Double", "1e400"),
            ("Edm.Money", "\"1\""),
        ] {
            let document = format!(r#"{{"a@odata.type":"{edm}","a":{value}}}"#);
            assert_eq!(
                read(&document).unwrap_err().code,
                "InvalidInput",
                "{document}"
            );
        }
        assert_eq!(
            read(r#"{"a":1,"a":2}"#).unwrap_err().code,
            "DuplicatePropertiesSpecified"
        );
        assert_eq!(read(r#"{"RowKey":5}"#).unwrap_err().code, "InvalidInput");
    }
}
