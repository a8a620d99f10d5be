//! Folders for temporary files, which are removed after the process, however it ends.
//!
//! Values that live as long as the process are never dropped (a server that all tests share, a
//! program copied for other users), and a killed process drops nothing. So all temporary folders
//! are in one folder, and a small shell removes that folder after the process. The shell waits for
//! the end of a pipe.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use tempfile::TempDir;

/// Waits for the end of the pipe, and removes the folder.
const REMOVER: &str = r#"cat; rm -rf -- "$1""#;

/// The process's folder, and the shell that removes it after the process.
#[derive(Debug)]
struct Scratch {
    folder: PathBuf,
    _remover: Child,
}

/// A new folder for temporary files. It is removed when it is dropped, or after the process.
///
/// # Panics
/// When the system's folder for temporary files cannot be written to.
pub fn folder() -> TempDir {
    tempfile::tempdir_in(process_folder()).expect("a folder for temporary files")
}

/// The folder of all temporary folders. Every user may enter it.
fn process_folder() -> &'static Path {
    static SCRATCH: OnceLock<Scratch> = OnceLock::new();
    &SCRATCH.get_or_init(make).folder
}

fn make() -> Scratch {
    let prefix = format!("azring-tests-{}-", std::process::id());
    let folder = tempfile::Builder::new().prefix(&prefix).tempdir();
    let folder = folder.expect("a folder for temporary files").keep();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).expect("it is ours");
    let remover = Command::new("sh")
        .args(["-c", REMOVER, "remover"])
        .arg(&folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // An interrupt at the terminal must not end the shell.
        .process_group(0)
        .spawn()
        .expect("a shell runs");
    Scratch {
        folder,
        _remover: remover,
    }
}

/// A folder for one test's files that every user may enter and write to.
#[derive(Debug)]
pub struct Folder(TempDir);

impl Folder {
    /// Creates one.
    ///
    /// # Panics
    /// When the folder for temporary files cannot be written to.
    pub fn new() -> Self {
        let folder = folder();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).expect("it is ours");
        Self(folder)
    }

    /// Creates one in memory.
    ///
    /// # Panics
    /// When there is no file system in memory to write to.
    pub fn in_memory() -> Self {
        Self(tempfile::tempdir_in("/dev/shm").expect("memory can be written to"))
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// The path of an entry, which need not exist.
    pub fn join(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

impl Default for Folder {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folder_is_removed_when_the_lifeline_ends() {
        let Scratch {
            folder,
            _remover: mut remover,
        } = make();
        fs::write(folder.join("file"), "x").expect("it is ours");
        drop(remover.stdin.take());
        remover.wait().expect("it is our child");
        assert!(!folder.exists());
    }

    #[test]
    fn folders_of_one_process_share_a_parent() {
        let (a, b) = (super::folder(), super::folder());
        assert_ne!(a.path(), b.path());
        assert_eq!(a.path().parent(), b.path().parent());
    }
}
