//! Exports as files, written by hand: as AzCopy and azring name them.

use std::fmt::Write as _;
use std::path::Path;

use crc_fast::{CrcAlgorithm, checksum};

/// The beginning of the names of all files.
pub(super) const EXPORT: &str = "myaccount_mytable_20140103T112020.1234567Z";

/// The name of the manifest.
pub(super) const MANIFEST: &str = "myaccount_mytable_20140103T112020.manifest";

/// The files of an export, in memory.
#[derive(Debug, Clone, Default)]
pub(super) struct DumpFiles {
    /// Names and contents of the data files.
    pub(super) data: Vec<(String, String)>,
    pub(super) manifest: String,
}

impl DumpFiles {
    /// An export with these data files, each of these entities, in the form that azring writes.
    pub(super) fn of(files: &[Vec<String>]) -> Self {
        let contents = files.iter().map(|entities| {
            let entities = entities.join(",\n");
            format!(
                "{{\"odata.metadata\":\"https://myaccount.table.core.windows.net/$metadata#mytable\",\"value\":[{entities}]}}"
            )
        });
        let named = contents.enumerate().map(|(split, content)| {
            let crc = checksum(CrcAlgorithm::Crc64Nvme, content.as_bytes());
            (name(split, crc), content)
        });
        Self::with(named.collect())
    }

    /// An export with these data files, whatever they hold.
    pub(super) fn with(data: Vec<(String, String)>) -> Self {
        let crcs = data.iter().map(|(name, _)| {
            let (_, crc) = name
                .trim_end_matches(".json")
                .rsplit_once('_')
                .expect("a name has a checksum");
            u64::from_str_radix(crc, 16).expect("a checksum has hexadecimal digits")
        });
        let checksum = crcs.fold(0, |all, crc| all ^ crc);
        let manifest = format!(
            "{{\"Version\":2,\"PayloadFormat\":\"Json\",\"Checksum\":{checksum},\"AccountName\":\"myaccount\",\
             \"TableName\":\"mytable\",\"Timestamp\":\"2014-01-03T11:20:20.1234567Z\",\"SplitSize\":200000,\
             \"TotalDataFiles\":{}}}",
            data.len()
        );
        Self { data, manifest }
    }

    /// Writes all of it into a folder.
    pub(super) fn write_to(&self, folder: &Path) {
        for (name, content) in &self.data {
            std::fs::write(folder.join(name), content).expect("the folder is ours");
        }
        std::fs::write(folder.join(MANIFEST), &self.manifest).expect("the folder is ours");
    }
}

/// The name of a data file.
pub(super) fn name(split: usize, crc: u64) -> String {
    format!("{EXPORT}_0_{split}_{crc:016X}.json")
}

/// An entity with these keys and further members.
pub(super) fn entity(partition: &str, row: &str, more: &str) -> String {
    let mut text = format!(
        "{{\"PartitionKey\":\"{partition}\",\"RowKey\":\"{row}\",\"Timestamp\":\"2014-01-03T11:20:20.1Z\""
    );
    if !more.is_empty() {
        write!(text, ",{more}").expect("a string grows");
    }
    text.push('}');
    text
}

/// So many entities in each of so many partitions, in the order of their keys.
pub(super) fn entities(partitions: usize, rows: usize) -> Vec<String> {
    let keys = (0..partitions).flat_map(|partition| (0..rows).map(move |row| (partition, row)));
    keys.map(|(partition, row)| {
        entity(
            &format!("p{partition:05}"),
            &format!("r{row:05}"),
            &format!("\"number\":{row},\"text\":\"{}\"", "x".repeat(50)),
        )
    })
    .collect()
}
