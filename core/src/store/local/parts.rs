//! Finds and removes the part files (`.azring-….part`) that a job left at its target.
//!
//! A listing never takes part files for files of the source ([`is_own_name`]). The command that gives up a
//! job removes its part files with [`left_by`] and [`remove`]. Part files of other jobs stay, because
//! another run may be writing them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

pub use azring_transport::disk::is_own_name;

/// The beginning of the names of a job's files, by the job's id.
pub fn beginning(job: [u8; 16]) -> String {
    let digits = job[..8].iter().map(|byte| format!("{byte:02x}"));
    format!(".azring-{}-", digits.collect::<String>())
}

/// The part files in and below a folder whose names begin so. Links are not followed.
///
/// A path that is no folder is the place of a single file: then only the folder above is read. Takes as
/// long as listing the folder. A folder that cannot be read counts as empty.
pub fn left_by(destination: &Path, beginning: &str) -> Vec<PathBuf> {
    let is_folder = destination.is_dir();
    let above = destination.parent().map(Path::to_path_buf);
    let mut folders = match (is_folder, above) {
        (true, _) => vec![destination.to_path_buf()],
        (false, Some(above)) => vec![above],
        (false, None) => Vec::new(),
    };
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            let name = entry.file_name();
            let name = name.as_encoded_bytes();
            if kind.is_dir() && is_folder {
                folders.push(entry.path());
            } else if kind.is_file() && is_own_name(name) && name.starts_with(beginning.as_bytes())
            {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    found
}

/// Removes these files. Returns those that could not be removed, with the reason.
pub fn remove(parts: Vec<PathBuf>) -> Vec<(PathBuf, io::Error)> {
    let removed = parts.into_iter().map(|part| {
        let removed = fs::remove_file(&part);
        (part, removed)
    });
    removed
        .filter_map(|(part, removed)| removed.err().map(|error| (part, error)))
        .filter(|(_, error)| error.kind() != io::ErrorKind::NotFound)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_the_job_are_found_and_removed_at_any_depth() {
        let place = tempfile::tempdir().unwrap();
        let deep = place.path().join("a/b");
        fs::create_dir_all(&deep).unwrap();
        let beginning = beginning([0xab; 16]);
        assert_eq!(beginning, ".azring-abababababababab-");
        let own = deep.join(format!("{beginning}0123456789abcdef.part"));
        let others = [
            deep.join(".azring-cdcdcdcdcdcdcdcd-0123456789abcdef.part"),
            deep.join(format!("{beginning}notes.part")),
            place.path().join("file"),
        ];
        for path in others.iter().chain([&own]) {
            fs::write(path, "x").unwrap();
        }
        let found = left_by(place.path(), &beginning);
        assert_eq!(found, std::slice::from_ref(&own));
        assert_eq!(left_by(&deep.join("name"), &beginning), found);
        assert!(remove(found).is_empty());
        assert!(!own.exists() && others.iter().all(|other| other.exists()));
    }
}
