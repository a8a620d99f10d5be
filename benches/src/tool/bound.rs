//! The bound of a workload: what the machine could do if there were nothing to copy with, nothing to check and nothing to
//! report. `fio` for the disk, and the program `bound` of this crate for the network.

use std::process::Command;

use azring_emulator_tests::program;

use super::Job;
use crate::workload::{Direction, Shape, Store, Sums, Workload};

/// What bounds a workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The kernel, from the page cache into the socket.
    Send,
    /// The disk, read around the page cache.
    Read,
    /// The disk, written around the page cache.
    Write,
    /// One exchange after another for each file.
    Put,
    /// The same the other way.
    Get,
}

/// What bounds `workload`, where that can be measured.
pub(super) fn kind(workload: &Workload) -> Option<Kind> {
    let is_bare = workload.store != Store::Table
        && workload.sums == Sums::None
        && !workload.https
        && !workload.is_alone
        && workload.link.is_none();
    if !is_bare {
        return None;
    }
    if workload.store == Store::Share && workload.direction == Direction::Up {
        return None;
    }
    match (workload.direction, workload.shape) {
        (Direction::Up, Shape::One) if workload.cached => Some(Kind::Send),
        (Direction::Up, Shape::One) => Some(Kind::Read),
        (Direction::Down, Shape::One) => Some(Kind::Write),
        (Direction::Up, Shape::Small) => Some(Kind::Put),
        (Direction::Down, Shape::Small) if workload.store == Store::Blob => Some(Kind::Get),
        _ => None,
    }
}

/// The command that shows it.
pub(super) fn command(job: &Job<'_>) -> Command {
    let folder = job.folder.display().to_string();
    let file = format!("{folder}/file-0");
    let url = job.remote.url_with_sas("");
    let ours = |words: &[&str]| {
        let mut command = Command::new(program::built("bound"));
        command.args(words);
        command
    };
    match kind(job.workload) {
        Some(Kind::Send) => ours(&["send", &file, &url]),
        Some(Kind::Put) => ours(&["put", &folder, &url]),
        Some(Kind::Get) => ours(&["get", &url, &job.files.to_string(), &folder]),
        Some(Kind::Read) => fio(&file, &["--rw=read"]),
        Some(Kind::Write) | None => {
            let size = format!("--size={}", job.bytes);
            fio(
                &file,
                &["--rw=write", "--fallocate=posix", "--end_fsync=1", &size],
            )
        }
    }
}

fn fio(file: &str, words: &[&str]) -> Command {
    let mut command = Command::new("fio");
    command
        .args(["--name=bound", "--direct=1", "--ioengine=io_uring"])
        .args(["--bs=4m", "--iodepth=8", "--thread", "--filename"])
        .arg(file)
        .args(words);
    command
}
