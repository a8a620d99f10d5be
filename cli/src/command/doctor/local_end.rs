//! Checks of an end on this machine: whether the source can be read, and whether the destination can be written and
//! has room.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::process;

use rustix::fs::statvfs;

use super::{Finding, State};
use crate::console::size;
use crate::usage_error::reason;

/// Whether a folder can be listed, or a file can be opened.
pub(super) fn of_source(path: &Path) -> Vec<Finding> {
    let is_folder = path.is_dir();
    let (what, tried) = if is_folder {
        ("list", fs::read_dir(path).map(drop))
    } else {
        ("read", File::open(path).map(drop))
    };
    vec![match tried {
        Ok(()) => Finding::good(what, "allowed"),
        Err(error) => {
            let advice = advice(
                &error,
                "check the path",
                "give this user the right to read it",
            );
            Finding::not(State::Bad, what, reason(&error), advice)
        }
    }]
}

/// Whether a file can be made in the folder, and how much room it has. A folder that is missing is made by the copy,
/// so the one above it is tried; for a file that would be replaced, its folder.
pub(super) fn of_target(path: &Path) -> Vec<Finding> {
    let path = if path.is_file() {
        path.parent().unwrap_or(path)
    } else {
        path
    };
    let Some(folder) = present(path) else {
        return Vec::new();
    };
    let trial = folder.join(format!(".azring-doctor-{}", process::id()));
    let mut made = OpenOptions::new();
    let tried = made.write(true).create_new(true).open(&trial);
    let written = match tried.and_then(|_| fs::remove_file(&trial)) {
        Ok(()) if folder == path => {
            Finding::good("write", "allowed; an empty file was made and removed")
        }
        Ok(()) => Finding::good(
            "write",
            format!("allowed; the folder will be made in `{}`", folder.display()),
        ),
        Err(error) => {
            let found = format!("`{}`: {}", folder.display(), reason(&error));
            let advice = advice(
                &error,
                "a part of this path is a file: give another folder",
                "give this user the right to write there, or another folder",
            );
            Finding::not(State::Bad, "write", found, advice)
        }
    };
    let room = statvfs(&folder).ok().map(|system| {
        let free = system.f_bavail.saturating_mul(system.f_frsize);
        let found = format!("{} free", size(free));
        if free == 0 {
            Finding::not(
                State::Bad,
                "room",
                found,
                "make room, or give another folder",
            )
        } else {
            Finding::good("room", found)
        }
    });
    [written].into_iter().chain(room).collect()
}

/// The path itself, or the nearest one above that is there.
fn present(path: &Path) -> Option<PathBuf> {
    let path = std::path::absolute(path).ok()?;
    path.ancestors()
        .find(|path| path.symlink_metadata().is_ok())
        .map(Path::to_owned)
}

fn advice(error: &io::Error, missing: &'static str, refused: &'static str) -> &'static str {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => missing,
        io::ErrorKind::PermissionDenied => refused,
        _ => "check this file system first: it refuses what a copy needs",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn states(findings: &[Finding]) -> Vec<(&str, State)> {
        let each = findings.iter();
        each.map(|finding| (finding.what, finding.state)).collect()
    }

    #[test]
    fn a_folder_is_tried_and_left_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let good = [("write", State::Good), ("room", State::Good)];
        assert_eq!(states(&of_target(folder.path())), good);
        let missing = folder.path().join("a/b");
        assert_eq!(states(&of_target(&missing)), good);
        assert!(of_target(&missing)[0].found.contains("will be made in"));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        assert_eq!(states(&of_source(folder.path())), [("list", State::Good)]);
        assert_eq!(states(&of_source(&missing)), [("read", State::Bad)]);
    }

    #[test]
    fn a_file_is_no_folder_to_write_into_and_can_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        fs::write(&file, "x").unwrap();
        assert_eq!(of_target(&file.join("b"))[0].state, State::Bad);
        assert_eq!(of_target(&file)[0].state, State::Good);
        assert_eq!(states(&of_source(&file)), [("read", State::Good)]);
    }
}
