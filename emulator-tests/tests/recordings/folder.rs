//! The folder with the recordings: an archive of cassettes that is unpacked for the run.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::cassette::Cassette;
use crate::service::RecordedService;

/// Names the folder.
const VARIABLE: &str = "AZRING_RECORDINGS";
const ARCHIVE: &str = "azure-recordings.tar.xz";

/// The unpacked recordings.
pub struct RecordingFolder {
    unpacked: TempDir,
}

impl RecordingFolder {
    /// Unpacks the archive. `None` when the variable is not set.
    ///
    /// # Panics
    /// When the variable is set, and the archive cannot be unpacked.
    pub fn open() -> Option<Self> {
        let Some(folder) = std::env::var_os(VARIABLE).filter(|value| !value.is_empty()) else {
            crate::println(&format!(
                "NOT RUN: {VARIABLE} names no folder with recordings"
            ));
            return None;
        };
        let archive = Path::new(&folder).join(ARCHIVE);
        assert!(
            archive.is_file(),
            "{VARIABLE} names `{}`, which has no readable `{ARCHIVE}`",
            Path::new(&folder).display()
        );
        let unpacked = tempfile::tempdir().expect("a folder for the recordings");
        let status = Command::new("tar")
            .arg("-xJf")
            .arg(&archive)
            .arg("-C")
            .arg(unpacked.path())
            .status()
            .expect("`tar` runs");
        assert!(
            status.success(),
            "`{}` cannot be unpacked",
            archive.display()
        );
        Some(Self { unpacked })
    }

    /// The cassettes that have requests to the service, in the order of their names.
    pub fn cassettes<'a>(
        &'a self,
        service: &'a RecordedService,
    ) -> impl Iterator<Item = Cassette> + 'a {
        let mut paths = Vec::new();
        collect(self.unpacked.path(), &mut paths);
        paths.sort();
        paths
            .into_iter()
            .map(|path| Cassette::read(&path))
            .filter(|cassette| {
                cassette
                    .interactions
                    .iter()
                    .any(|one| service.owns(&one.request))
            })
    }
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder)
        .expect("an unpacked folder")
        .flatten()
    {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "yaml")
        {
            paths.push(path);
        }
    }
}
