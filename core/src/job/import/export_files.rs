//! The files of an export: its manifest, and the data files that belong to it.

use std::sync::Arc;

use super::file_bytes::FileBytes;
use crate::dump::crc::combined;
use crate::dump::manifest::{MANIFEST_BYTES_MAX, Manifest};
use crate::dump::name::{DataFileName, ExportId, PayloadFormat};
use crate::entry::{Entry, EntryName};
use crate::location::Location;
use crate::options::Selection;
use crate::store::{self, ListScope, Source, Tools};
use crate::{Error, Result};

/// The data files of an export, in the order of its entities.
pub(super) struct ExportFiles {
    /// Where they are.
    pub(super) source: Arc<dyn Source>,
    /// Them.
    pub(super) files: Vec<DataFile>,
    /// What the manifest says.
    pub(super) manifest: Manifest,
}

/// A data file.
#[derive(Debug, Clone)]
pub(super) struct DataFile {
    /// What its name says.
    pub(super) name: DataFileName,
    /// As it was listed.
    pub(super) entry: Entry,
}

impl ExportFiles {
    /// What distinguishes this export from another with a manifest of the same name.
    pub(super) fn identity(&self) -> String {
        format!("{} {}", self.manifest.export, self.manifest.checksum)
    }

    /// Reads the manifest of this name, and lists the data files beside it.
    ///
    /// Fails with [`Error::NotFound`] where there is no such manifest, and with [`Error::Integrity`] where
    /// the data files are not those that it counts.
    pub(super) async fn find(tools: &Tools, place: &Location, manifest: &str) -> Result<Self> {
        let all = store::open_source(place, &Selection::default())?;
        let manifest = read_manifest(tools, &all, place, manifest).await?;
        if manifest.format == PayloadFormat::Csv {
            return Err(Error::Usage(
                "only JSON can be imported into a table, not CSV: the export was made with the payload format CSV"
                    .into(),
            ));
        }
        let source = store::open_source(place, &selection(place, &manifest.export))?;
        let files = list(tools, &source, &manifest).await?;
        Ok(Self {
            source,
            files,
            manifest,
        })
    }
}

async fn read_manifest(
    tools: &Tools,
    source: &Arc<dyn Source>,
    place: &Location,
    name: &str,
) -> Result<Manifest> {
    let entry = source.find(tools, &EntryName::from(name), None).await?;
    let entry = entry
        .ok_or_else(|| Error::NotFound(format!("there is no manifest `{name}` in `{place}`")))?;
    if entry.bytes > MANIFEST_BYTES_MAX {
        return Err(Error::Integrity(format!(
            "`{name}` is no manifest of a table export: it has {} bytes",
            entry.bytes
        )));
    }
    let mut bytes = FileBytes::open(tools, source, &entry, 0).await?;
    let mut text = Vec::new();
    while let Some(part) = bytes.next().await? {
        part.runs().for_each(|run| text.extend_from_slice(run));
    }
    Manifest::parse(&text).map_err(|error| match error {
        Error::Integrity(why) => Error::Integrity(format!("`{name}`: {why}")),
        error => error,
    })
}

/// The files whose names begin like those of the export. In a service that is a prefix, on this machine a
/// pattern.
fn selection(place: &Location, export: &ExportId) -> Selection {
    let (pattern, recursive) = match place {
        Location::Blob(_) | Location::Share(_) => (format!("{export}_"), true),
        Location::Local(_)
        | Location::Table(_)
        | Location::Pipe
        | Location::Synthetic(_)
        | Location::Discard(_) => (format!("{export}_*"), false),
    };
    Selection {
        pattern: Some(pattern),
        recursive,
        ..Selection::default()
    }
}

/// Lists the data files, and compares their number and the checksums in their names with the manifest.
async fn list(
    tools: &Tools,
    source: &Arc<dyn Source>,
    manifest: &Manifest,
) -> Result<Vec<DataFile>> {
    let mut files = Vec::new();
    let mut strangers = Vec::new();
    let mut pages = Arc::clone(source).list(tools, ListScope::default());
    while let Some(page) = pages.recv().await {
        let page = page?;
        if let Some((what, error)) = page.unlisted.into_iter().next() {
            let why = format!("the folder `{what}` cannot be read: {error}");
            return Err(Error::Integrity(why));
        }
        for entry in page.entries {
            let Some(text) = entry.name.as_str() else {
                continue;
            };
            match DataFileName::parse(text) {
                Some(name) if name.export == manifest.export => {
                    files.push(DataFile { name, entry });
                }
                _ => strangers.push(text.to_owned()),
            }
        }
    }
    files.sort_by_key(|file| (file.name.range, file.name.split));
    check_list(&files, &strangers, manifest)?;
    Ok(files)
}

/// Compares the list with the manifest.
fn check_list(files: &[DataFile], strangers: &[String], manifest: &Manifest) -> Result<()> {
    let failed = |why: String| {
        Err(Error::Integrity(format!(
            "Validation of data file list failed: {why}"
        )))
    };
    if files.len() as u64 != manifest.data_files {
        let stranger = strangers.first().map_or_else(String::new, |name| {
            format!(" (`{name}` is no name of a data file)")
        });
        return failed(format!(
            "the manifest counts {} data file(s), and {} were found{stranger}",
            manifest.data_files,
            files.len()
        ));
    }
    let checksum = combined(files.iter().map(|file| file.name.crc.value()));
    if checksum != manifest.checksum {
        return failed(format!(
            "the checksums in the names of the data files combine to {checksum}, but the manifest says {}: a file \
             is missing, renamed or from another export",
            manifest.checksum
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;
    use crate::entry::{Layout, Version};

    fn manifest(checksum: u64, data_files: u64) -> Manifest {
        let text = format!(
            "{{\"Version\":2,\"PayloadFormat\":\"Json\",\"Checksum\":{checksum},\"AccountName\":\"a\",\"TableName\":\"t\",\
             \"Timestamp\":\"2018-05-28T03:06:11.6482709Z\",\"SplitSize\":200000,\"TotalDataFiles\":{data_files}}}"
        );
        Manifest::parse(text.as_bytes()).unwrap()
    }

    fn file(split: u32, crc: u64) -> DataFile {
        let text = format!("a_t_20180528T030611.6482709Z_0_{split}_{crc:016X}.json");
        let entry = Entry {
            name: EntryName::from(text.as_str()),
            bytes: 1,
            modified: UNIX_EPOCH,
            version: Version::Local {
                modified_ns: 1,
                inode: 1,
            },
            md5: None,
            kind: Layout::Plain,
            carried: None,
            snapshot: None,
            smb: None,
            archive: None,
        };
        DataFile {
            name: DataFileName::parse(&text).unwrap(),
            entry,
        }
    }

    #[test]
    fn a_list_that_is_not_the_manifests_is_refused() {
        let files = [file(0, 0b1100), file(1, 0b1010)];
        assert!(check_list(&files, &[], &manifest(0b0110, 2)).is_ok());
        assert!(check_list(&[], &[], &manifest(0, 0)).is_ok());
        for (files, manifest, says) in [
            (
                &files[..1],
                manifest(0b0110, 2),
                "counts 2 data file(s), and 1",
            ),
            (
                &files[..],
                manifest(0b0110, 1),
                "counts 1 data file(s), and 2",
            ),
            (&files[..], manifest(0b0111, 2), "combine to 6"),
        ] {
            let error = check_list(files, &[], &manifest).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
        let renamed = ["a_t_20180528T030611.6482709Z_0_1_x.json".to_owned()];
        let error = check_list(&files[..1], &renamed, &manifest(6, 2)).unwrap_err();
        assert!(
            error.to_string().contains("is no name of a data file"),
            "{error}"
        );
    }
}
