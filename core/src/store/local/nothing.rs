//! Finds why nothing in a folder was selected, after a complete listing without entries.
//!
//! Reads the one folder that the pattern names, and none below it.

use std::fs;
use std::os::unix::ffi::OsStringExt as _;
use std::path::Path;

use super::rules;
use crate::entry::EntryName;
use crate::options::Selection;
use crate::report::NothingSelected;
use crate::select::Pattern;

/// The likely cause; `None` where it is not known.
pub(super) fn cause(
    root: &Path,
    pattern: &Pattern,
    selection: &Selection,
) -> Option<NothingSelected> {
    let folder = root.join(pattern.folder());
    let (mut files, mut folders) = (Vec::new(), 0);
    for item in fs::read_dir(folder).ok()? {
        let item = item.ok()?;
        if item.file_type().ok()?.is_dir() {
            folders += 1;
        } else {
            files.push(item.file_name().into_vec());
        }
    }
    let matches = |pattern: &Pattern| files.iter().find(|name| pattern.matches_file(name));
    if matches(pattern).is_some() {
        // A file that matches was left out for its attributes, or there is a notice about it.
        let is_asked = !selection.attributes.is_void();
        return is_asked.then_some(NothingSelected::Attributes);
    }
    let of_any_case = Selection {
        ignore_case: true,
        ..selection.clone()
    };
    let of_any_case = Pattern::new(
        selection.pattern.as_deref(),
        rules::pattern_rule(&of_any_case),
    );
    if let Ok(of_any_case) = of_any_case
        && let Some(name) = matches(&of_any_case)
        && !selection.ignore_case
    {
        return Some(NothingSelected::OtherCase(EntryName::new(name.as_slice())));
    }
    Some(match (selection.recursive, folders, files.len()) {
        (false, 1.., _) => NothingSelected::SubFolders(folders),
        (_, 0, 0) => NothingSelected::Empty,
        (true, ..) if !selection.attributes.is_void() => NothingSelected::Attributes,
        (true, ..) if selection.pattern.is_none() => NothingSelected::Empty,
        _ => NothingSelected::NoMatch,
    })
}
