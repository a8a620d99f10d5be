//! The tools: the command of each for a workload, as its own documentation recommends.
//!
//! Nothing is tuned: a tool runs with its defaults, except that sums are on or off alike for all.

mod bound;

mod maintenance;

use std::fmt;
use std::path::Path;
use std::process::{Command, Stdio};

use azring_emulator_tests::peers::{Peers, ScriptLanguage};
use azring_emulator_tests::program;
use azring_emulator_tests::rest::Table;
use serde::Serialize;

use crate::measure::copy_environment;
use crate::remote::Remote;
use crate::table_source;
use crate::workload::{Direction, Extent, Shape, Store, Sums, Workload};

/// A program that copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Tool {
    /// This project.
    Azring,
    /// AzCopy 10.
    AzCopy,
    /// rclone.
    Rclone,
    /// A script with Azure's client for tables in Python.
    Python,
    /// The same in JavaScript.
    Js,
    /// What nothing can beat here: the least that moves those bytes, without any of what a copier owes.
    Bound,
}

/// One copy to be made.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    /// What is asked.
    pub workload: &'a Workload,
    /// The folder of this machine that is read or written.
    pub folder: &'a Path,
    /// The container, share or table that is written or read.
    pub remote: &'a Remote,
    /// How many files there are.
    pub files: u64,
    /// How many bytes they have together.
    pub bytes: u64,
    /// Whose certificates to trust, when the service speaks HTTPS.
    pub trusted: Option<&'a Path>,
    /// Where the tool may leave its logs.
    pub logs: &'a Path,
}

impl Tool {
    /// The tool that is called `name`.
    pub fn named(name: &str) -> Result<Self, String> {
        let all = [
            Self::Azring,
            Self::AzCopy,
            Self::Rclone,
            Self::Python,
            Self::Js,
            Self::Bound,
        ];
        let found = all.into_iter().find(|tool| tool.to_string() == name);
        found.ok_or_else(|| {
            format!("`{name}` is no tool: there are azring, azcopy, rclone, python, js and bound")
        })
    }

    /// Whether it takes part in `workload`.
    pub fn does(self, workload: &Workload) -> bool {
        match self {
            Self::Azring => true,
            Self::AzCopy | Self::Rclone => !workload.is_alone && workload.store != Store::Table,
            Self::Python | Self::Js => workload.store == Store::Table,
            Self::Bound => bound::kind(workload).is_some(),
        }
    }

    /// Whether everything is at the destination after its runs.
    pub fn leaves_all(self, workload: &Workload) -> bool {
        let only_reads = self == Self::Bound && bound::kind(workload) == Some(bound::Kind::Read);
        match workload.extent {
            Extent::Copied => !only_reads,
            Extent::Compared => true,
            Extent::Planned | Extent::Removed => false,
        }
    }

    /// What it calls itself, in one line; `None` for what has no name.
    pub fn version(self) -> Option<String> {
        let with_version = |mut command: Command| {
            command.arg("--version");
            command
        };
        let mut command = match self {
            Self::Azring => with_version(Command::new(program::built("azring"))),
            Self::AzCopy => with_version(Peers::find().program("azcopy")),
            Self::Rclone => with_version(Peers::find().program("rclone")),
            Self::Python => Peers::find().table_client_version(ScriptLanguage::Python),
            Self::Js => Peers::find().table_client_version(ScriptLanguage::JavaScript),
            Self::Bound => return None,
        };
        let said = command.output().ok()?.stdout;
        let said = String::from_utf8_lossy(&said).into_owned();
        Some(said.lines().next()?.to_owned())
    }

    /// The command for `job`, with nothing on its standard streams.
    pub fn command(self, job: &Job<'_>) -> Command {
        let mut command = match self {
            _ if maintenance::is_meant(job.workload) => maintenance::command(self, job),
            Self::Azring => match job.remote {
                Remote::Table(table) => azring_for_table(job, table),
                Remote::Container(_) | Remote::Share(_) => azring(job),
            },
            Self::AzCopy => azcopy(job),
            Self::Rclone => rclone(job),
            Self::Python => script(job, ScriptLanguage::Python),
            Self::Js => script(job, ScriptLanguage::JavaScript),
            Self::Bound => bound::command(job),
        };
        if let Some(processors) = job.workload.processors {
            command = confined(&command, processors);
        }
        command.stdin(Stdio::null());
        command
    }
}

/// The command that brings all files of `folder` into the container `remote`, with their times.
pub fn filling(folder: &Path, remote: &Remote, logs: &Path) -> Command {
    let mut command = maintenance::sync(folder, remote);
    command.env("HOME", logs).stdin(Stdio::null());
    command.stdout(Stdio::null());
    command
}

impl fmt::Display for Tool {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.pad(match self {
            Self::Azring => "azring",
            Self::AzCopy => "azcopy",
            Self::Rclone => "rclone",
            Self::Python => "python",
            Self::Js => "js",
            Self::Bound => "bound",
        })
    }
}

/// The same command on so many processors, the first ones.
fn confined(command: &Command, processors: u32) -> Command {
    let mut taskset = Command::new("taskset");
    taskset.args(["--cpu-list", &format!("0-{}", processors - 1)]);
    taskset.arg(command.get_program()).args(command.get_args());
    copy_environment(command, &mut taskset);
    taskset
}

fn azring(job: &Job<'_>) -> Command {
    let key = job.remote.account().key_in_base64();
    let (folder, url) = (job.folder.display(), job.remote.url());
    let service = job.remote.service_type();
    let (md5, crc64) = match job.workload.sums {
        Sums::None => ("off", "off"),
        Sums::Md5 => ("on", "off"),
        Sums::Crc64 => ("off", "on"),
        Sums::Both => ("on", "on"),
    };
    let mut command = Command::new(program::built("azring"));
    match job.workload.direction {
        Direction::Up => command.args([
            format!("/Source:{folder}"),
            format!("/Dest:{url}"),
            format!("/DestKey:{key}"),
            format!("/DestType:{service}"),
            format!("/MD5:{md5}"),
            format!("/CRC64:{crc64}"),
        ]),
        Direction::Down => command.args([
            format!("/Source:{url}"),
            format!("/Dest:{folder}"),
            format!("/SourceKey:{key}"),
            format!("/SourceType:{service}"),
        ]),
    };
    command.args(["/S", "/Y"]).env("HOME", job.logs);
    if job.workload.extent == Extent::Planned {
        command.arg("/L");
    }
    if let Some(trusted) = job.trusted {
        command.arg(format!("/CaFile:{}", trusted.display()));
    }
    command
}

fn azring_for_table(job: &Job<'_>, table: &Table) -> Command {
    let mut command = match job.workload.direction {
        Direction::Up => table_source::import_command(job.folder, table),
        Direction::Down => {
            let mut command = Command::new(program::built("azring"));
            command.args([
                format!("/Source:{}", table.url()),
                format!("/Dest:{}", job.folder.display()),
                format!("/SourceKey:{}", table.service().account().key_in_base64()),
            ]);
            command.args(["/SourceType:Table", "/PKRS:auto", "/Y"]);
            command
        }
    };
    command.env("HOME", job.logs);
    command
}

/// A script of a rival.
fn script(job: &Job<'_>, language: ScriptLanguage) -> Command {
    let Remote::Table(table) = job.remote else {
        panic!("the scripts are for tables");
    };
    let script = match job.workload.direction {
        Direction::Up => "import_table",
        Direction::Down => "export_table",
    };
    let file = job.folder.join(table_source::LINES);
    Peers::find().table_script(language, script, table, &file)
}

fn azcopy(job: &Job<'_>) -> Command {
    let folder = job.folder.display().to_string();
    // A single file is named, a folder's content is meant by its star.
    let below = match job.workload.shape {
        Shape::One | Shape::Byte => "/file-0",
        Shape::SixtyFour
        | Shape::Thousand
        | Shape::Small
        | Shape::Empty(_)
        | Shape::Directories(_)
        | Shape::Entities => "/*",
    };
    let direction = job.workload.direction;
    let (local, below) = match direction {
        Direction::Up => (
            format!("{folder}{below}"),
            if below == "/*" { "" } else { below },
        ),
        Direction::Down => (folder, below),
    };
    let mut command = job.remote.azcopy(direction, &local, below, job.logs);
    if job.workload.direction == Direction::Up
        && matches!(job.workload.sums, Sums::Md5 | Sums::Both)
    {
        command.arg("--put-md5");
    }
    if job.workload.extent == Extent::Planned {
        command.arg("--dry-run");
    }
    if let Some(trusted) = job.trusted {
        command.env("SSL_CERT_FILE", trusted);
    }
    command
}

fn rclone(job: &Job<'_>) -> Command {
    let folder = job.folder.display().to_string();
    let mut command = job.remote.rclone(job.workload.direction, &folder);
    let has_option = job.workload.store == Store::Blob;
    if has_option && matches!(job.workload.sums, Sums::None | Sums::Crc64) {
        command.arg("--azureblob-disable-checksum");
    }
    if job.workload.extent == Extent::Planned {
        command.arg("--dry-run");
    }
    if let Some(trusted) = job.trusted {
        command.arg("--ca-cert").arg(trusted);
    }
    command
}
