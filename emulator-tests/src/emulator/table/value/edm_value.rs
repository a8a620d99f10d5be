//! The value of a property: how it is read, and what the service writes for it.

use super::double_text::double_text;
use super::edm_type::EdmType;
use super::json_text::JsonText;
use super::table_time::TableTime;
use crate::emulator::digest;

/// A value.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the names are those of the data model")]
pub enum EdmValue {
    String(JsonText),
    Int32(i32),
    Int64(i64),
    Double(f64),
    Boolean(bool),
    DateTime(TableTime),
    /// In small letters, with hyphens.
    Guid(String),
    Binary(Vec<u8>),
}

impl EdmValue {
    /// Its type.
    pub fn edm_type(&self) -> EdmType {
        match self {
            Self::String(_) => EdmType::String,
            Self::Int32(_) => EdmType::Int32,
            Self::Int64(_) => EdmType::Int64,
            Self::Double(_) => EdmType::Double,
            Self::Boolean(_) => EdmType::Boolean,
            Self::DateTime(_) => EdmType::DateTime,
            Self::Guid(_) => EdmType::Guid,
            Self::Binary(_) => EdmType::Binary,
        }
    }

    /// Whether the type cannot be seen in JSON, so that minimal metadata has an annotation.
    pub fn is_annotated(&self) -> bool {
        match self {
            Self::String(_) | Self::Int32(_) | Self::Boolean(_) => false,
            Self::Double(number) => !number.is_finite(),
            Self::Int64(_) | Self::DateTime(_) | Self::Guid(_) | Self::Binary(_) => true,
        }
    }

    /// Appends the value in JSON.
    pub fn write_json(&self, out: &mut String) {
        let text = match self {
            Self::Int32(number) => return out.push_str(&number.to_string()),
            Self::Boolean(truth) => return out.push_str(if *truth { "true" } else { "false" }),
            Self::Double(number) if number.is_finite() => {
                return out.push_str(&double_text(*number));
            }
            Self::String(text) => {
                out.push('"');
                out.push_str(text.as_str());
                return out.push('"');
            }
            Self::Double(number) => double_text(*number),
            Self::Int64(number) => number.to_string(),
            Self::DateTime(time) => time.to_string(),
            Self::Guid(text) => text.clone(),
            Self::Binary(bytes) => digest::to_base64(bytes),
        };
        out.push('"');
        out.push_str(&text);
        out.push('"');
    }

    /// The bytes that count for the size of an entity.
    /// <https://learn.microsoft.com/archive/blogs/avkashchauhan/how-the-size-of-an-entity-is-caclulated-in-windows-azure-table-storage>
    pub fn counted_bytes(&self) -> u64 {
        match self {
            Self::String(text) => text.units().count() as u64 * 2 + 4,
            Self::Binary(bytes) => bytes.len() as u64 + 4,
            Self::Int32(_) => 4,
            Self::Int64(_) | Self::Double(_) | Self::DateTime(_) => 8,
            Self::Boolean(_) => 1,
            Self::Guid(_) => 16,
        }
    }
}

/// A GUID in small letters with hyphens, from the forms that .NET reads: with hyphens, without, and
/// both in braces or parentheses.
pub fn read_guid(text: &str) -> Option<String> {
    let bare = text
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
        .or_else(|| text.strip_prefix('(')?.strip_suffix(')'))
        .unwrap_or(text);
    let bytes = bare.as_bytes();
    let has_hyphens = bytes.len() == 36;
    let fits = |(at, byte): (usize, &u8)| {
        if has_hyphens && matches!(at, 8 | 13 | 18 | 23) {
            *byte == b'-'
        } else {
            byte.is_ascii_hexdigit()
        }
    };
    if !(has_hyphens || bytes.len() == 32 && bare == text) || !bytes.iter().enumerate().all(fits) {
        return None;
    }
    let lower = bare.to_ascii_lowercase();
    if has_hyphens {
        return Some(lower);
    }
    let part = |range: std::ops::Range<usize>| &lower[range];
    Some(format!(
        "{}-{}-{}-{}-{}",
        part(0..8),
        part(8..12),
        part(12..16),
        part(16..20),
        part(20..32)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guids_are_written_small_and_with_hyphens() {
        let expected = Some("c9da6455-213d-42c9-9a79-3e9149a57833".to_owned());
        for form in [
            "C9DA6455-213D-42C9-9A79-3E9149A57833",
            "c9da6455213d42c99a793e9149a57833",
            "{c9da6455-213d-42c9-9a79-3e9149a57833}",
            "(c9da6455-213d-42c9-9a79-3e9149a57833)",
        ] {
            assert_eq!(read_guid(form), expected, "{form}");
        }
        for bad in ["", "c9da6455", "c9da6455-213d-42c9-9a79-3e9149a5783g", "ü"] {
            assert_eq!(read_guid(bad), None, "{bad}");
        }
    }
}
