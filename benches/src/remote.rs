//! The end of a copy that is at the service: a container, a share or a table.

use std::path::Path;
use std::process::Command;

use azring_emulator_tests::account::Account;
use azring_emulator_tests::peers::Peers;
use azring_emulator_tests::rest::{Container, Share, Table};

use crate::workload::Direction;

/// A container, a share or a table.
#[derive(Debug)]
pub enum Remote {
    /// In Blob storage.
    Container(Container),
    /// In Azure Files.
    Share(Share),
    /// In Table storage.
    Table(Table),
}

impl Remote {
    /// Its address, as azring takes it.
    pub fn url(&self) -> String {
        match self {
            Self::Container(container) => container.url(),
            Self::Share(share) => share.url(),
            Self::Table(table) => table.url(),
        }
    }

    /// The address of a part of it, with a SAS that may do everything.
    pub fn url_with_sas(&self, below: &str) -> String {
        let sas = match self {
            Self::Container(container) => container.service().account_sas(),
            Self::Share(share) => share.service().account_sas(),
            Self::Table(table) => table.service().account_sas_for("sco", "raud"),
        };
        format!("{}{below}?{sas}", self.url())
    }

    /// The account whose key signs requests.
    pub fn account(&self) -> &Account {
        match self {
            Self::Container(container) => container.service().account(),
            Self::Share(share) => share.service().account(),
            Self::Table(table) => table.service().account(),
        }
    }

    /// Its service, as `/SourceType` and `/DestType` name it.
    pub fn service_type(&self) -> &'static str {
        match self {
            Self::Container(_) => "Blob",
            Self::Share(_) => "File",
            Self::Table(_) => "Table",
        }
    }

    /// The lengths of its objects.
    pub fn lengths(&self) -> Vec<u64> {
        match self {
            Self::Container(container) => {
                let blobs = container.list().into_values();
                blobs.map(|blob| blob.bytes).collect()
            }
            Self::Share(share) => {
                let files = share.list().into_values();
                files.map(|file| file.bytes).collect()
            }
            Self::Table(_) => Vec::new(),
        }
    }

    /// AzCopy 10, to copy between a local path and a part of it.
    pub fn azcopy(&self, direction: Direction, local: &str, below: &str, logs: &Path) -> Command {
        let (peers, url) = (Peers::find(), self.url_with_sas(below));
        match (direction, self) {
            (Direction::Up, Self::Container(_)) => peers.azcopy("LocalBlob", local, &url, logs),
            (Direction::Up, Self::Share(_)) => peers.azcopy("LocalFile", local, &url, logs),
            (Direction::Down, Self::Container(_)) => peers.azcopy("BlobLocal", &url, local, logs),
            (Direction::Down, Self::Share(_)) => peers.azcopy("FileLocal", &url, local, logs),
            (_, Self::Table(_)) => panic!("AzCopy 10 knows no tables"),
        }
    }

    /// rclone, to copy between a local folder and it.
    pub fn rclone(&self, direction: Direction, folder: &str) -> Command {
        let name = match self {
            Self::Container(container) => format!("azure:{}", container.name()),
            Self::Share(_) | Self::Table(_) => "azure:".to_owned(),
        };
        let (source, target) = match direction {
            Direction::Up => (folder, name.as_str()),
            Direction::Down => (name.as_str(), folder),
        };
        match self {
            Self::Container(container) => Peers::find().rclone(container.service(), source, target),
            Self::Share(share) => Peers::find().rclone_files(share, source, target),
            Self::Table(_) => panic!("rclone knows no tables"),
        }
    }
}
