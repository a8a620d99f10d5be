//! The lines of `azring list` in the form of AzCopy 10.

use std::fmt::Write as _;

use azring_core::entry::{BlobFacts, Entry, Layout, ObjectProperties};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;

use crate::mask::shown;
use crate::parameter::{self as row, Dialect};
use crate::parsed::ParsedArgs;
use crate::usage_error::UsageError;

/// A property that a listing can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ShownProperty {
    LastModifiedTime,
    VersionId,
    BlobType,
    BlobAccessTier,
    ContentType,
    ContentEncoding,
    ContentMd5,
    LeaseState,
    LeaseDuration,
    LeaseStatus,
    ArchiveStatus,
}

/// The properties and their names.
const NAMES: [(ShownProperty, &str); 11] = [
    (ShownProperty::LastModifiedTime, "LastModifiedTime"),
    (ShownProperty::VersionId, "VersionId"),
    (ShownProperty::BlobType, "BlobType"),
    (ShownProperty::BlobAccessTier, "BlobAccessTier"),
    (ShownProperty::ContentType, "ContentType"),
    (ShownProperty::ContentEncoding, "ContentEncoding"),
    (ShownProperty::ContentMd5, "ContentMD5"),
    (ShownProperty::LeaseState, "LeaseState"),
    (ShownProperty::LeaseDuration, "LeaseDuration"),
    (ShownProperty::LeaseStatus, "LeaseStatus"),
    (ShownProperty::ArchiveStatus, "ArchiveStatus"),
];

impl ShownProperty {
    /// Its name in the parameter and in the lines.
    pub(super) fn name(self) -> &'static str {
        let own = NAMES.iter().find(|(property, _)| *property == self);
        own.map_or("", |(_, name)| name)
    }

    /// Its value for this object; empty where there is none.
    pub(super) fn value(self, entry: &Entry) -> String {
        let (no_properties, no_facts) = (ObjectProperties::default(), BlobFacts::default());
        let carried = entry.carried.as_deref().unwrap_or(&no_properties);
        let facts = carried.facts.as_deref().unwrap_or(&no_facts);
        let text = match self {
            Self::LastModifiedTime => {
                let time = Timestamp::try_from(entry.modified).ok();
                let text = |time: Timestamp| time.strftime("%Y-%m-%d %H:%M:%S +0000 GMT");
                return time.map_or_else(String::new, |time| text(time).to_string());
            }
            Self::BlobType => {
                return match entry.kind {
                    Layout::Plain | Layout::Folder | Layout::Link => "BlockBlob",
                    Layout::Pages => "PageBlob",
                    Layout::Appended => "AppendBlob",
                }
                .to_owned();
            }
            Self::ContentMd5 => {
                return entry
                    .md5
                    .map_or_else(String::new, |md5| STANDARD.encode(md5));
            }
            Self::VersionId => &facts.version_id,
            Self::BlobAccessTier => &facts.tier,
            Self::ContentType => &carried.content_type,
            Self::ContentEncoding => &carried.content_encoding,
            Self::LeaseState => &facts.lease_state,
            Self::LeaseDuration => &facts.lease_duration,
            Self::LeaseStatus => &facts.lease_status,
            Self::ArchiveStatus => &facts.archive_status,
        };
        text.clone().unwrap_or_default()
    }
}

/// How the lines are written.
#[derive(Debug)]
pub(super) struct ListForm {
    pub(super) properties: Vec<ShownProperty>,
    /// The number and the size of all objects follow.
    pub(super) tally: bool,
    in_bytes: bool,
    in_thousands: bool,
}

impl ListForm {
    /// The form that the parameters ask for; `None` for azring's own.
    pub(super) fn of(args: &ParsedArgs) -> Result<Option<Self>, UsageError> {
        let has = |parameter| args.has(parameter);
        let is_asked_for = has(&row::PROPERTIES)
            || has(&row::RUNNING_TALLY)
            || has(&row::MACHINE_READABLE)
            || has(&row::MEGA_UNITS)
            || args.dialect() == Dialect::AzCopy10;
        if !is_asked_for {
            return Ok(None);
        }
        Ok(Some(Self {
            properties: properties(args)?,
            tally: has(&row::RUNNING_TALLY),
            in_bytes: has(&row::MACHINE_READABLE),
            in_thousands: has(&row::MEGA_UNITS),
        }))
    }

    /// Whether all versions of blobs are listed.
    pub(super) fn has_versions(&self) -> bool {
        self.properties.contains(&ShownProperty::VersionId)
    }

    /// `d/hello.txt; BlobType: BlockBlob; Content Length: 6.00 B`.
    pub(super) fn line(&self, entry: &Entry) -> String {
        let mut line = format!("{}; ", entry.name);
        for property in &self.properties {
            let (name, value) = (property.name(), property.value(entry));
            let _infallible = write!(line, "{name}: {value}; ");
        }
        line + &format!("Content Length: {}", self.size(entry.bytes))
    }

    /// The lines after all objects.
    pub(super) fn end(&self, objects: u64, bytes: u64) -> String {
        format!(
            "\nFile count: {objects}\nTotal file size: {}",
            self.size(bytes)
        )
    }

    fn size(&self, bytes: u64) -> String {
        if self.in_bytes {
            return bytes.to_string();
        }
        let (step, units) = if self.in_thousands {
            (1000.0, ["B", "KB", "MB", "GB", "TB", "PB", "EB"])
        } else {
            (1024.0, ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"])
        };
        let mut size = bytes as f64;
        let mut unit = 0;
        while size >= step && unit + 1 < units.len() {
            size /= step;
            unit += 1;
        }
        format!("{size:.2} {}", units[unit])
    }
}

fn properties(args: &ParsedArgs) -> Result<Vec<ShownProperty>, UsageError> {
    let text = args.text(&row::PROPERTIES)?.unwrap_or_default();
    let words = text.split(';').map(str::trim);
    words
        .filter(|word| !word.is_empty())
        .map(|word| {
            let known = NAMES
                .iter()
                .find(|(_, name)| name.eq_ignore_ascii_case(word));
            known.map(|(property, _)| *property).ok_or_else(|| {
                let names: Vec<_> = NAMES.iter().map(|(_, name)| format!("`{name}`")).collect();
                UsageError::meaning(format!(
                    "`{}` is no property that `{}` shows: it takes {}",
                    shown(word),
                    row::PROPERTIES.spelled(args.dialect()),
                    names.join(", ")
                ))
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_written_as_azcopy_10_writes_them() {
        let form = |in_bytes, in_thousands| ListForm {
            properties: Vec::new(),
            tally: false,
            in_bytes,
            in_thousands,
        };
        for (bytes, binary, decimal) in [
            (6, "6.00 B", "6.00 B"),
            (1023, "1023.00 B", "1.02 KB"),
            (3_000_000, "2.86 MiB", "3.00 MB"),
            (u64::MAX, "16.00 EiB", "18.45 EB"),
        ] {
            assert_eq!(form(false, false).size(bytes), binary);
            assert_eq!(form(false, true).size(bytes), decimal);
            assert_eq!(form(true, true).size(bytes), bytes.to_string());
        }
    }
}
