//! How much metadata an answer in JSON has.

use crate::emulator::http::head::Head;
use crate::emulator::http::query::Query;

/// The level that `Accept` or `$format` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MetadataLevel {
    /// Values only.
    None,
    /// Types that JSON does not show.
    Minimal,
    /// Types, ids and links.
    Full,
}

const LEVELS: [(MetadataLevel, &str); 3] = [
    (MetadataLevel::None, "nometadata"),
    (MetadataLevel::Minimal, "minimalmetadata"),
    (MetadataLevel::Full, "fullmetadata"),
];

impl MetadataLevel {
    /// The level of a request; `None` if it accepts no JSON. `$format` replaces `Accept`.
    pub fn of(head: &Head, query: &Query) -> Option<Self> {
        let accepted = match query.filled("$format") {
            Some(format) => format,
            None => head.header_or_empty("accept"),
        };
        accepted.split(',').find_map(Self::of_media_type)
    }

    /// The level of `application/json;odata=minimalmetadata`; without the parameter it is minimal.
    fn of_media_type(text: &str) -> Option<Self> {
        let lower = text.to_ascii_lowercase();
        let mut fields = lower.split(';').map(str::trim);
        if !matches!(fields.next(), Some("application/json" | "json")) {
            return None;
        }
        let asked = fields.find_map(|field| field.strip_prefix("odata="));
        match asked {
            None => Some(Self::Minimal),
            Some(name) => {
                let mut levels = LEVELS.iter();
                levels
                    .find(|(_, text)| *text == name)
                    .map(|(level, _)| *level)
            }
        }
    }

    /// The `Content-Type` of an answer.
    pub fn content_type(self) -> String {
        let name = LEVELS[self as usize].1;
        format!("application/json;odata={name};streaming=true;charset=utf-8")
    }
}
