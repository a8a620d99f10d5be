//! Reads a data file before anything of it is written: whether it is whole, and whether it has the
//! checksum in its name.

use std::sync::Arc;

use super::export_files::DataFile;
use super::file_bytes::FileBytes;
use crate::dump::crc::{CrcCoverage, CrcProbe, DataCrc, FoundCrc};
use crate::dump::json::{EntityScanner, envelope};
use crate::dump::name::NamedCrc;
use crate::store::table::TableEntity;
use crate::store::{Source, Tools};
use crate::{Error, Result};

/// What a data file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CheckedFile {
    /// How many entities it has.
    pub(super) entities: u64,
    /// Whether it has the checksum in its name.
    pub(super) checksum: ChecksumFinding,
}

/// Whether a file has the checksum in its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ChecksumFinding {
    /// It has, as this program computes it.
    Own,
    /// It has, by another computation.
    Found(FoundCrc),
    /// No computation that is known gives it, although the file looks as this program writes it: it was
    /// changed.
    Changed,
    /// No computation that is known gives it. Which one `AzCopy` used is not published.
    Unknown,
}

/// Reads the file. Fails with [`Error::Integrity`] where it is cut, is no JSON of an export, or has an
/// entity without keys.
pub(super) async fn check(
    tools: &Tools,
    source: &Arc<dyn Source>,
    file: &DataFile,
) -> Result<CheckedFile> {
    let mut scanner = EntityScanner::new();
    let mut crc = DataCrc::new();
    let mut layout = OwnLayout::of(&file.name.export);
    let mut entities = 0;
    let mut bytes = FileBytes::open(tools, source, &file.entry, 0).await?;
    while let Some(part) = bytes.next().await? {
        for run in part.runs() {
            crc.update(run);
            layout.take(run);
            scanner.take(run, |entity| {
                entities += 1;
                layout.entity(entity.json, entity.after.offset);
                TableEntity::of_json(entity.json).map(|_| ())
            })?;
        }
    }
    scanner.finish()?;
    let named = file.name.crc;
    let checksum = if named == NamedCrc::Crc64(crc.value()) {
        ChecksumFinding::Own
    } else {
        match probe(tools, source, file).await? {
            Some(found) => ChecksumFinding::Found(found),
            None if layout.is_own && matches!(named, NamedCrc::Crc64(_)) => {
                ChecksumFinding::Changed
            }
            None => ChecksumFinding::Unknown,
        }
    };
    Ok(CheckedFile { entities, checksum })
}

/// Reads the file again, and looks for a computation that gives the checksum in its name.
async fn probe(
    tools: &Tools,
    source: &Arc<dyn Source>,
    file: &DataFile,
) -> Result<Option<FoundCrc>> {
    let mut probe = CrcProbe::new(file.name.crc);
    let mut scanner = EntityScanner::new();
    let mut array = ArrayBytes::default();
    let mut bytes = FileBytes::open(tools, source, &file.entry, 0).await?;
    while let Some(part) = bytes.next().await? {
        for run in part.runs() {
            probe.update(CrcCoverage::File, run);
            let ended = scanner.take(run, |entity| {
                let from = entity.after.offset - entity.json.len() as u64;
                if let Some(between) = array.before(from) {
                    probe.update(CrcCoverage::Array, between);
                }
                probe.update(CrcCoverage::Array, entity.json);
                probe.update(CrcCoverage::Entities, entity.json);
                array.after(entity.after.offset);
                Ok(())
            });
            ended?;
        }
    }
    Ok(probe.found())
}

/// The bytes between two entities, for a checksum of the whole array.
#[derive(Default)]
struct ArrayBytes {
    last_end: Option<u64>,
}

impl ArrayBytes {
    /// The bytes before the entity that begins at `from`, where they can only be one comma, or a comma and
    /// a line feed.
    fn before(&self, from: u64) -> Option<&'static [u8]> {
        match from - self.last_end? {
            1 => Some(b","),
            2 => Some(b",\n"),
            3 => Some(b",\r\n"),
            _ => None,
        }
    }

    fn after(&mut self, end: u64) {
        self.last_end = Some(end);
    }
}

/// Whether a file looks as this program writes it. Its checksum is known then.
struct OwnLayout {
    begin: String,
    /// How many bytes of the beginning have been seen.
    seen: usize,
    last_end: Option<u64>,
    is_own: bool,
}

impl OwnLayout {
    fn of(export: &crate::dump::name::ExportId) -> Self {
        Self {
            begin: envelope::begin(export),
            seen: 0,
            last_end: None,
            is_own: true,
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        let rest = &self.begin.as_bytes()[self.seen..];
        let length = rest.len().min(bytes.len());
        self.is_own &= rest[..length] == bytes[..length];
        self.seen += length;
    }

    fn entity(&mut self, json: &[u8], end: u64) {
        let from = end - json.len() as u64;
        let before = match self.last_end {
            Some(last) => from - last == envelope::BETWEEN.len() as u64,
            None => from == self.begin.len() as u64,
        };
        self.is_own &= before && !json.starts_with(b"{\"odata.");
        self.last_end = Some(end);
    }
}

/// What the findings about all files of an export mean.
///
/// Returns a warning where no computation gives the checksums and nothing shows that a file was changed.
/// Fails where a file was changed: its layout has a known checksum, or other files of the export have one;
/// with `is_strict`, where no computation gives the checksum of a file.
pub(super) fn judge(
    findings: &[(String, ChecksumFinding)],
    is_strict: bool,
) -> Result<Option<String>> {
    let is_known = |finding: &ChecksumFinding| {
        matches!(finding, ChecksumFinding::Own | ChecksumFinding::Found(_))
    };
    let has_known = findings.iter().any(|(_, finding)| is_known(finding));
    let mut unknown = findings.iter().filter(|(_, finding)| !is_known(finding));
    let Some((first, _)) = unknown.clone().next() else {
        return Ok(None);
    };
    let changed = unknown
        .clone()
        .find(|(_, finding)| *finding == ChecksumFinding::Changed || has_known || is_strict);
    if let Some((name, _)) = changed {
        return Err(Error::Integrity(format!(
            "Validation of data file \"{name}\" failed: its bytes do not have the checksum in its name, so it was \
             changed after the export"
        )));
    }
    let count = unknown.by_ref().count();
    Ok(Some(format!(
        "the checksum of {count} data file(s) was computed in a way that is not known, so changes of their content \
         cannot be found (the first is `{first}`)"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(findings: &[ChecksumFinding], is_strict: bool) -> Result<Option<String>, String> {
        let findings: Vec<_> = findings
            .iter()
            .enumerate()
            .map(|(at, finding)| (format!("file{at}"), *finding))
            .collect();
        judge(&findings, is_strict).map_err(|error| error.to_string())
    }

    #[test]
    fn a_file_that_was_changed_is_refused_wherever_that_is_certain() {
        use ChecksumFinding::{Changed, Found, Own, Unknown};
        let found = Found(FoundCrc {
            name: "CRC-64/XZ",
            coverage: CrcCoverage::File,
        });
        assert_eq!(judged(&[Own, found], true), Ok(None));
        for (findings, is_strict) in [
            (&[Changed][..], false),
            (&[Own, Unknown], false),
            (&[found, Unknown], false),
            (&[Unknown], true),
        ] {
            let last = format!("file{}", findings.len() - 1);
            let error = judged(findings, is_strict).unwrap_err();
            assert!(error.contains(&last), "{error}");
        }
        let warning = judged(&[Unknown, Unknown], false).unwrap().unwrap();
        assert!(warning.contains("2 data file(s)"), "{warning}");
    }
}
