//! One value of an entity as a field of a row.

use std::borrow::Cow;

use super::super::json::JsonText;

/// The value as text: strings without their escapes, everything else as it is written.
pub(super) fn text(value: &[u8]) -> Cow<'_, str> {
    match JsonText::of_value(value) {
        Some(text) => text.to_text(),
        None => String::from_utf8_lossy(value),
    }
}

/// Appends a field. An empty text is quoted, to be different from a missing value.
pub(super) fn put(out: &mut Vec<u8>, text: &str) {
    let is_plain = !text.is_empty() && !text.contains([',', '"', '\r', '\n']);
    if is_plain {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    out.push(b'"');
    out.extend_from_slice(text.replace('"', "\"\"").as_bytes());
    out.push(b'"');
}

/// The length of a field in bytes.
pub(super) fn length(text: &str) -> u64 {
    let mut field = Vec::new();
    put(&mut field, text);
    field.len() as u64
}

/// The type of a value that has no annotation.
pub(super) fn plain_type(value: &[u8]) -> &'static str {
    match value.first() {
        Some(b'"') => "Edm.String",
        Some(b't' | b'f') => "Edm.Boolean",
        _ if value.iter().any(|byte| matches!(byte, b'.' | b'e' | b'E')) => "Edm.Double",
        _ => "Edm.Int32",
    }
}
