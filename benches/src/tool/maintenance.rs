//! The commands that compare a folder with a container, and that delete what a container has.

use std::path::Path;
use std::process::Command;

use azring_emulator_tests::peers::Peers;
use azring_emulator_tests::program;

use super::{Job, Tool};
use crate::remote::Remote;
use crate::workload::{Extent, Workload};

/// Whether the workload is one of these.
pub(super) fn is_meant(workload: &Workload) -> bool {
    match workload.extent {
        Extent::Compared | Extent::Removed => true,
        Extent::Copied | Extent::Planned => false,
    }
}

/// The command of `tool`.
///
/// # Panics
/// For a tool that takes no part, and for a share or a table.
pub(super) fn command(tool: Tool, job: &Job<'_>) -> Command {
    let is_removal = job.workload.extent == Extent::Removed;
    match tool {
        Tool::Azring => {
            let mut command = if is_removal {
                removal(job.remote)
            } else {
                sync(job.folder, job.remote)
            };
            command.env("HOME", job.logs);
            command
        }
        Tool::AzCopy => azcopy(job, is_removal),
        Tool::Rclone => rclone(job, is_removal),
        Tool::Python | Tool::Js | Tool::Bound => panic!("{tool} takes no part"),
    }
}

/// azring makes the container like the folder.
pub(super) fn sync(folder: &Path, remote: &Remote) -> Command {
    let mut command = Command::new(program::built("azring"));
    command.arg("sync").arg(folder).arg(remote.url());
    command.arg(format!("/DestKey:{}", remote.account().key_in_base64()));
    command.arg(format!("/DestType:{}", remote.service_type()));
    command.args(["/Delete:on", "/Y"]);
    command
}

/// azring deletes everything in the container.
fn removal(remote: &Remote) -> Command {
    let mut command = Command::new(program::built("azring"));
    command.arg("remove").arg(remote.url());
    command.arg(format!("/SourceKey:{}", remote.account().key_in_base64()));
    command.arg(format!("/SourceType:{}", remote.service_type()));
    command.args(["/S", "/Y"]);
    command
}

fn azcopy(job: &Job<'_>, is_removal: bool) -> Command {
    let url = job.remote.url_with_sas("");
    let folder = job.folder.display().to_string();
    let kept = [
        "sync",
        &folder,
        &url,
        "--from-to",
        "LocalBlob",
        "--delete-destination=true",
    ];
    let removed = ["remove", &url, "--from-to", "BlobTrash", "--recursive"];
    let words: &[&str] = if is_removal { &removed } else { &kept };
    Peers::find().azcopy_command(words, job.logs)
}

fn rclone(job: &Job<'_>, is_removal: bool) -> Command {
    let Remote::Container(container) = job.remote else {
        panic!("only containers are compared with folders here");
    };
    let remote = format!("azure:{}", container.name());
    let folder = job.folder.display().to_string();
    let kept = ["sync", &folder, &remote, "--use-server-modtime", "--update"];
    let removed = ["delete", &remote];
    let words: &[&str] = if is_removal { &removed } else { &kept };
    Peers::find().rclone_command(container.service(), words)
}
