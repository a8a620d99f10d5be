//! The built programs of this workspace, up to date with the sources.
//!
//! `AZRING_PROGRAMS` names their folder, for scripts that have built them. Otherwise they are
//! beside the running test or benchmark, and cargo builds them first, once per process.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::scratch;

/// The packages whose programs tests and benchmarks run.
const PACKAGES: [&str; 2] = ["azring", "azring-emulator-tests"];

/// The program `name` of this workspace.
///
/// # Panics
/// When it cannot be built, or is not where it should be; the message says what to do.
pub fn built(name: &str) -> PathBuf {
    let program = folder().join(name);
    assert!(
        program.is_file(),
        "the program `{}` is not there: build it with `cargo build --workspace --bins`",
        program.display()
    );
    program
}

/// A copy of the program `name` that every user of the machine may run, wherever the project is.
///
/// # Panics
/// As [`built`] does, and when the folder for temporary files cannot be written to.
pub fn for_every_user(name: &str) -> PathBuf {
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let folder = scratch::folder();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))
            .expect("the folder is ours");
        folder
    });
    // Two threads may copy at once: each makes its own file, and a rename is atomic. cp(1) writes the file, because a
    // descriptor for writing in this process would be inherited by a child that another thread starts at this moment,
    // and a file that is open for writing cannot be executed (ETXTBSY).
    let made = TempDir::new_in(folder.path()).expect("the folder was just made");
    let copy = made.path().join(name);
    let copied = Command::new("cp").arg(built(name)).arg(&copy).status();
    assert!(
        copied.is_ok_and(|status| status.success()),
        "the program can be read"
    );
    let program = folder.path().join(name);
    fs::rename(&copy, &program).expect("both are in one folder");
    program
}

fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| match std::env::var_os("AZRING_PROGRAMS") {
        Some(given) => PathBuf::from(given),
        None => build(),
    })
}

/// Builds the programs with the profile of the running program, into the folder it lies in.
fn build() -> PathBuf {
    let running = std::env::current_exe().expect("the system tells what is running");
    let folder = running.parent().expect("a program lies in a folder");
    let folder = if folder.ends_with("deps") {
        folder.parent().expect("`deps` lies in a folder")
    } else {
        folder
    };
    let profile = match folder.file_name() {
        Some(name) if name == "debug" => OsString::from("dev"),
        Some(name) => name.to_owned(),
        None => OsString::from("dev"),
    };
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .args(["build", "--quiet", "--bins", "--profile"])
        .arg(profile)
        .arg("--target-dir")
        .arg(
            folder
                .parent()
                .expect("a profile's folder lies in the target folder"),
        )
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    for package in PACKAGES {
        command.args(["--package", package]);
    }
    if cfg!(feature = "containers") {
        command.args(["--features", "azring-emulator-tests/containers"]);
    }
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("cannot run cargo to build azring: {error}"));
    assert!(
        output.status.success(),
        "azring does not build:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    folder.to_owned()
}
