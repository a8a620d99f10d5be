//! The limits of an entity.
//! <https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model#property-limitations>

use super::json::Property;
use super::state::EntityKey;
use super::value::{EdmValue, TableTime};
use crate::emulator::error::{Refusal, ServiceResult};

const PROPERTIES_MAX: usize = 252;
const NAME_UNITS_MAX: usize = 255;
/// A string has at most so many UTF-16 units.
const STRING_UNITS_MAX: usize = 32 << 10;
/// A binary value has at most so many bytes.
const BINARY_BYTES_MAX: usize = 64 << 10;
const ENTITY_BYTES_MAX: u64 = 1 << 20;

impl Refusal {
    /// 400: a value or a key is too long.
    pub fn property_value_too_large() -> Self {
        Self::new(
            400,
            "PropertyValueTooLarge",
            "The property value exceeds the maximum allowed size (64KB). If the property value is a string, it is UTF-16 encoded and the maximum number of characters should be 32K or less.",
        )
    }
}

/// Checks an entity as it is to be stored.
pub fn check(key: &EntityKey, properties: &[Property]) -> ServiceResult<()> {
    if properties.len() > PROPERTIES_MAX {
        return Err(Refusal::new(
            400,
            "TooManyProperties",
            "The entity contains more properties than allowed. Each entity can include up to 252 properties to store data. Each entity also has 3 system properties.",
        ));
    }
    let units = |text: &str| text.encode_utf16().count() as u64;
    let keys = units(key.partition.as_str()) + units(key.row.as_str());
    let mut bytes = 4 + keys * 2;
    for property in properties {
        let name_units = check_name(property)?;
        check_value(property)?;
        bytes += 8 + name_units as u64 * 2 + property.value.counted_bytes();
    }
    if bytes > ENTITY_BYTES_MAX {
        return Err(Refusal::new(
            400,
            "EntityTooLarge",
            "The entity is larger than the maximum allowed size (1MB).",
        ));
    }
    Ok(())
}

/// Checks a name, an identifier of C#, and returns its UTF-16 units.
fn check_name(property: &Property) -> ServiceResult<usize> {
    let units = property.name.units().count();
    if units > NAME_UNITS_MAX {
        return Err(Refusal::new(
            400,
            "PropertyNameTooLong",
            "The property name exceeds the maximum allowed length (255).",
        ));
    }
    let name = property.name.plain();
    let begins = name.starts_with(|first: char| first.is_alphabetic() || first == '_');
    let goes_on = |one: char| one.is_alphanumeric() || one == '_' || is_combining(one);
    if begins && name.chars().all(goes_on) {
        Ok(units)
    } else {
        Err(Refusal::new(
            400,
            "PropertyNameInvalid",
            "The property name is invalid.",
        ))
    }
}

/// Marks that C# allows inside of identifiers.
fn is_combining(character: char) -> bool {
    matches!(
        character,
        '\u{300}'..='\u{36f}' | '\u{203f}' | '\u{2040}' | '\u{200c}' | '\u{200d}'
    )
}

fn check_value(property: &Property) -> ServiceResult<()> {
    match &property.value {
        EdmValue::String(text) if text.units().count() > STRING_UNITS_MAX => {
            Err(Refusal::property_value_too_large())
        }
        EdmValue::Binary(bytes) if bytes.len() > BINARY_BYTES_MAX => {
            Err(Refusal::property_value_too_large())
        }
        EdmValue::DateTime(time) if *time < TableTime::FIRST => Err(Refusal::out_of_range_input(
            &property.name.plain(),
            &time.in_refusal(),
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emulator::table::json::EntityDocument;

    fn code(document: &str) -> String {
        let entity = EntityDocument::read(document.as_bytes()).unwrap();
        let checked = check(&EntityKey::new("p", "r"), &entity.properties);
        checked.map_or_else(|refusal| refusal.code.into_owned(), |()| "fits".to_owned())
    }

    fn many(count: usize, value: &str) -> String {
        let members: Vec<String> = (0..count)
            .map(|n| format!("\"p{n}\":\"{value}\""))
            .collect();
        format!("{{{}}}", members.join(","))
    }

    #[test]
    fn counts_names_and_values_have_limits() {
        assert_eq!(code(&many(252, "")), "fits");
        assert_eq!(code(&many(253, "")), "TooManyProperties");
        let named = |name: &str| code(&format!("{{\"{name}\":1}}"));
        assert_eq!(named(&"n".repeat(255)), "fits");
        assert_eq!(named(&"n".repeat(256)), "PropertyNameTooLong");
        for good in ["啊齄", "_a", "a1", "é"] {
            assert_eq!(named(good), "fits", "{good}");
        }
        for bad in ["a-b", "a b", "1a", "x.y", ""] {
            assert_eq!(named(bad), "PropertyNameInvalid", "{bad}");
        }
        assert_eq!(code(&many(1, &"x".repeat(32 << 10))), "fits");
        assert_eq!(
            code(&many(1, &"x".repeat((32 << 10) + 1))),
            "PropertyValueTooLarge"
        );
        assert_eq!(
            code(&many(1, &"😀".repeat((16 << 10) + 1))),
            "PropertyValueTooLarge"
        );
        assert_eq!(code(&many(15, &"x".repeat(32 << 10))), "fits");
        assert_eq!(code(&many(16, &"x".repeat(32 << 10))), "EntityTooLarge");
    }

    #[test]
    fn times_before_1601_are_out_of_range() {
        let at = |time: &str| {
            let document = format!(r#"{{"d@odata.type":"Edm.DateTime","d":"{time}"}}"#);
            let entity = EntityDocument::read(document.as_bytes()).unwrap();
            check(&EntityKey::new("p", "r"), &entity.properties)
        };
        assert_eq!(at("1601-01-01T00:00:00Z"), Ok(()));
        assert_eq!(
            at("1500-02-01T10:20:30Z").unwrap_err().message,
            "The 'd' parameter of value '02/01/1500 10:20:30' is out of range."
        );
    }
}
