//! The journals in a folder.

use std::fs;
use std::path::Path;

/// The end of a journal's file name.
pub(crate) const ENDING: &str = ".jnl";

/// The journals in a folder, by name.
pub(crate) fn journals_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name.ends_with(ENDING))
        .collect();
    names.sort();
    names
}
