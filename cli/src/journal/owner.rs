//! Checks that nobody else can have written a journal.
//!
//! `azring /Z:folder` runs the command that the journal contains, with this user's files and
//! credentials. So the rule is that of ssh for its own files: journal and folder belong to this
//! user or to root, and nobody else may write to them.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use azring_core::journal::files;

/// Write permission of the group and of all others.
const WRITABLE: u32 = 0o022;
/// In a folder with this mode only the owner of a file can replace it (`/tmp`).
const STICKY: u32 = 0o1000;

/// The reason why the journal in this folder is not used, if there is one. A missing journal
/// passes.
pub(super) fn check(folder: &Path, name: &str) -> Result<(), String> {
    let user = rustix::process::geteuid().as_raw();
    if let Ok(found) = std::fs::metadata(folder) {
        let is_open = found.mode() & WRITABLE != 0 && found.mode() & STICKY == 0;
        judge(folder, &found, is_open, user)?;
    }
    for file in files(folder, name) {
        if let Ok(found) = std::fs::metadata(&file) {
            judge(&file, &found, found.mode() & WRITABLE != 0, user)?;
        }
    }
    Ok(())
}

fn judge(path: &Path, found: &Metadata, is_open: bool, user: u32) -> Result<(), String> {
    let what = if found.is_dir() {
        "journal folder"
    } else {
        "journal"
    };
    let why = if found.uid() != user && found.uid() != 0 {
        format!("belongs to another user ({})", found.uid())
    } else if is_open {
        format!(
            "can be written by other users (mode {:03o}; `chmod go-w` prevents that)",
            found.mode() & 0o777
        )
    } else {
        return Ok(());
    };
    Err(format!(
        "the {what} `{}` {why}, so azring does not use it: give the whole command, with its source and destination",
        path.display()
    ))
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn what_others_may_write_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("azring.jnl");
        fs::write(&path, "journal").unwrap();
        let checked = |folder_mode, file_mode| {
            fs::set_permissions(folder.path(), Permissions::from_mode(folder_mode)).unwrap();
            fs::set_permissions(&path, Permissions::from_mode(file_mode)).unwrap();
            check(folder.path(), "azring.jnl")
        };
        assert_eq!(checked(0o700, 0o600), Ok(()));
        assert_eq!(checked(0o755, 0o644), Ok(()));
        assert_eq!(checked(0o1777, 0o600), Ok(()));
        for (folder_mode, file_mode) in [
            (0o770, 0o600),
            (0o777, 0o600),
            (0o700, 0o660),
            (0o700, 0o606),
        ] {
            let refused = checked(folder_mode, file_mode).unwrap_err();
            assert!(refused.contains("other users"), "{refused}");
        }
    }
}
