//! Other clients of Azure: AzCopy 10, rclone and Azure's Python SDK, as `scripts/peers.sh` installs
//! them.
//!
//! They read what azring wrote, and azring reads what they wrote; benchmarks run the first two
//! beside azring. All their commands are composed here, so that tests and benchmarks use the same
//! ones. Only the Python script that lists a container is run here.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use crate::rest::{BlobService, Container, StoredBlob};

/// Lists a container through `azure-storage-blob`; prints one JSON object per blob.
const LIST: &str = include_str!("peers/list.py");

/// The installed clients.
#[derive(Debug)]
pub struct Peers {
    folder: PathBuf,
}

impl Peers {
    /// Finds them below the project.
    ///
    /// # Panics
    /// When they are not installed.
    pub fn find() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.peers");
        let folder = folder.canonicalize().unwrap_or_else(|_| {
            panic!(
                "`{}` is not there: run `scripts/peers.sh`",
                folder.display()
            )
        });
        Self { folder }
    }

    /// `azcopy` or `rclone` without arguments.
    pub fn program(&self, name: &str) -> Command {
        self.command(&format!("bin/{name}"))
    }

    /// AzCopy 10, to copy from `source` to `target`; each may be a URL with a SAS. `from_to` is
    /// AzCopy's name of the direction, for instance `LocalBlob`. Its logs go to `logs`.
    pub fn azcopy(&self, from_to: &str, source: &str, target: &str, logs: &Path) -> Command {
        let mut command = self.command("bin/azcopy");
        command
            .args(["copy", source, target, "--from-to", from_to, "--recursive"])
            .args(["--skip-version-check", "--log-level", "ERROR"])
            .env("AZCOPY_LOG_LOCATION", logs)
            .env("AZCOPY_JOB_PLAN_LOCATION", logs)
            .env("AZCOPY_DISABLE_SYSLOG", "true");
        command
    }

    /// rclone, to copy from `source` to `target`; `azure:CONTAINER` is a container of `service`.
    pub fn rclone(&self, service: &BlobService, source: &str, target: &str) -> Command {
        let account = service.account();
        let mut command = self.command("bin/rclone");
        command
            .args([
                "copy",
                source,
                target,
                "--ignore-times",
                "--config",
                "/dev/null",
                "--quiet",
            ])
            .env("RCLONE_CONFIG_AZURE_TYPE", "azureblob")
            .env("RCLONE_CONFIG_AZURE_ACCOUNT", account.name())
            .env("RCLONE_CONFIG_AZURE_KEY", account.key_in_base64())
            .env("RCLONE_CONFIG_AZURE_ENDPOINT", service.url());
        command
    }

    /// The blobs in `container`, by name, as `azure-storage-blob` lists them.
    ///
    /// # Panics
    /// When the script fails.
    pub fn python_list(&self, container: &Container) -> Vec<StoredBlob> {
        let service = container.service();
        let output = self
            .command("venv/bin/python3")
            .args([
                "-c",
                LIST,
                &service.url(),
                service.account().name(),
                container.name(),
            ])
            .env("AZURE_KEY", service.account().key_in_base64())
            .output()
            .expect("Python runs");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let lines = String::from_utf8(output.stdout).expect("the script writes UTF-8");
        lines
            .lines()
            .map(|line| Listed::parse(line).into())
            .collect()
    }

    fn command(&self, program: &str) -> Command {
        let path = self.folder.join(program);
        assert!(
            path.exists(),
            "`{}` is not there: run `scripts/peers.sh`",
            path.display()
        );
        let mut command = Command::new(path);
        command.stdin(Stdio::null());
        command
    }
}

/// A line of the script's.
#[derive(Debug, Deserialize)]
struct Listed {
    name: String,
    bytes: u64,
    content_md5: String,
    content_type: String,
    blob_type: String,
    last_modified: String,
}

impl Listed {
    fn parse(line: &str) -> Self {
        serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
    }
}

impl From<Listed> for StoredBlob {
    fn from(listed: Listed) -> Self {
        Self {
            name: listed.name,
            bytes: listed.bytes,
            content_md5: listed.content_md5,
            content_type: listed.content_type,
            blob_type: listed.blob_type,
            last_modified: listed.last_modified,
        }
    }
}

/// Runs a client's command to its end.
///
/// # Panics
/// When it fails.
#[track_caller]
pub fn run(mut command: Command) {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{}: {error}", command.get_program().display()));
    assert!(
        output.status.success(),
        "{} failed:\n{}{}",
        command.get_program().display(),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
