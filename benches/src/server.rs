//! The server of a workload: azring-emulator, or Azurite for some work with tables.

use std::path::Path;

use azring_emulator_tests::azurite::AzuriteTables;
use azring_emulator_tests::emulator_process::EmulatorProcess;
use azring_emulator_tests::rest::TableService;

use crate::remote::Remote;
use crate::workload::Store;

/// The container, share or table that downloads read.
const PATTERN: &str = "pattern";

/// A running server. It ends when this is dropped.
#[derive(Debug)]
pub enum Server {
    /// azring-emulator.
    Emulator(EmulatorProcess),
    /// Azurite's table service.
    Azurite(AzuriteTables),
}

impl Server {
    /// Its process id.
    pub fn id(&self) -> u32 {
        match self {
            Self::Emulator(emulator) => emulator.id(),
            Self::Azurite(azurite) => azurite.id(),
        }
    }

    /// A new container, share or table. Over HTTPS the client trusts the authority in the PEM file `trusted`.
    pub fn fresh(&self, store: Store, trusted: Option<&Path>, purpose: &str) -> Remote {
        match (self, store) {
            (Self::Emulator(emulator), Store::Blob) => {
                Remote::Container(emulator.blob_service(trusted).fresh_container(purpose))
            }
            (Self::Emulator(emulator), Store::Share) => {
                Remote::Share(emulator.file_service(trusted).fresh_share(purpose))
            }
            (_, Store::Table) => {
                // A table's name has no hyphen.
                let purpose = purpose.replace('-', "");
                Remote::Table(self.tables().fresh_table(&purpose))
            }
            (Self::Azurite(_), Store::Blob | Store::Share) => panic!("{NO_OBJECTS}"),
        }
    }

    /// The container, share or table that exists from the start.
    pub fn pattern(&self, store: Store, trusted: Option<&Path>) -> Remote {
        match (self, store) {
            (Self::Emulator(emulator), Store::Blob) => {
                Remote::Container(emulator.blob_service(trusted).container(PATTERN))
            }
            (Self::Emulator(emulator), Store::Share) => {
                Remote::Share(emulator.file_service(trusted).share(PATTERN))
            }
            (_, Store::Table) => Remote::Table(self.tables().table(PATTERN)),
            (Self::Azurite(_), Store::Blob | Store::Share) => panic!("{NO_OBJECTS}"),
        }
    }

    fn tables(&self) -> TableService {
        match self {
            Self::Emulator(emulator) => emulator.table_service(),
            Self::Azurite(azurite) => azurite.service(),
        }
    }
}

const NO_OBJECTS: &str = "Azurite serves work with tables only";

/// The emulator's words for a table of a pattern: twenty partitions.
pub fn pattern_table(entities: u64, entity_bytes: u64) -> [String; 2] {
    let rows = entities / PARTITIONS;
    let table = format!("{PATTERN}:{PARTITIONS}:{rows}:{entity_bytes}");
    ["--pattern-table".to_owned(), table]
}

/// The partitions of the table.
pub const PARTITIONS: u64 = 20;
