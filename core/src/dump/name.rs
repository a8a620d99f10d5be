//! Names of the files of an export.
//!
//! A data file is `ACCOUNT_TABLE_TIMESTAMP_RANGE_SPLIT_CRC.json` (or `.csv`), a manifest
//! `ACCOUNT_TABLE_TIMESTAMP.manifest`. An account has no underscore in its name; a table has one only
//! in Azure Cosmos DB.

use std::fmt;

use super::time::ExportTime;

/// Between the parts of a name.
const BETWEEN: char = '_';

/// The end of the name of the file that describes the columns of a CSV file.
const SCHEMA: &str = ".schema.csv";

/// The format of data files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PayloadFormat {
    /// The service's JSON with minimal metadata.
    #[default]
    Json,
    /// Rows, with the types in a second file.
    Csv,
}

impl PayloadFormat {
    /// As a manifest writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "Json",
            Self::Csv => "Csv",
        }
    }

    /// Reads the name, in any case.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Json, Self::Csv]
            .into_iter()
            .find(|format| format.name().eq_ignore_ascii_case(name))
    }

    fn extension(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
        }
    }
}

/// Which export of which table: the common beginning of its file names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportId {
    /// The account's name.
    pub account: String,
    /// The table's name.
    pub table: String,
    /// When the export began.
    pub time: ExportTime,
}

impl ExportId {
    /// The name of the manifest, if the user gives none.
    pub fn manifest_name(&self) -> String {
        format!("{self}.manifest")
    }

    /// Whether a file of this name belongs to the export: its data files, their parts, and its
    /// manifest.
    pub fn owns(&self, name: &str) -> bool {
        let rest = name.strip_prefix(&self.to_string());
        rest.is_some_and(|rest| rest.starts_with([BETWEEN, '.']))
    }
}

impl fmt::Display for ExportId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = self.time.compact();
        write!(f, "{}{BETWEEN}{}{BETWEEN}{time}", self.account, self.table)
    }
}

/// The checksum in a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamedCrc {
    /// Eight digits: CRC-32, by AzCopy 4.0.
    Crc32(u32),
    /// Sixteen digits: CRC-64, by AzCopy 5 and later.
    Crc64(u64),
}

impl NamedCrc {
    /// The number that a manifest's checksum combines.
    pub fn value(self) -> u64 {
        match self {
            Self::Crc32(crc) => crc.into(),
            Self::Crc64(crc) => crc,
        }
    }

    fn parse(text: &str) -> Option<Self> {
        if !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        match text.len() {
            8 => u32::from_str_radix(text, 16).ok().map(Self::Crc32),
            16 => u64::from_str_radix(text, 16).ok().map(Self::Crc64),
            _ => None,
        }
    }
}

impl fmt::Display for NamedCrc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Crc32(crc) => write!(f, "{crc:08X}"),
            Self::Crc64(crc) => write!(f, "{crc:016X}"),
        }
    }
}

/// The name of a data file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataFileName {
    /// The export that it belongs to.
    pub export: ExportId,
    /// The index of its range of partition keys.
    pub range: u32,
    /// Its index among the files of the range.
    pub split: u32,
    /// The checksum of its bytes.
    pub crc: NamedCrc,
    /// Its format.
    pub format: PayloadFormat,
}

impl DataFileName {
    /// Reads a name. A name without a range, as the article gives one for exports to blobs, has
    /// range 0. The name of a schema file is no name of a data file.
    pub fn parse(name: &str) -> Option<Self> {
        let (base, extension) = name.rsplit_once('.')?;
        let format = PayloadFormat::parse(extension)?;
        let (base, crc) = base.rsplit_once(BETWEEN)?;
        let (base, split) = base.rsplit_once(BETWEEN)?;
        let (mut base, mut last) = base.rsplit_once(BETWEEN)?;
        let mut range = 0;
        if let Some(number) = index(last) {
            range = number;
            (base, last) = base.rsplit_once(BETWEEN)?;
        }
        let (account, table) = base.split_once(BETWEEN)?;
        Some(Self {
            export: ExportId {
                account: account.into(),
                table: table.into(),
                time: ExportTime::parse(last)?,
            },
            range,
            split: index(split)?,
            crc: NamedCrc::parse(crc)?,
            format,
        })
    }

    /// The name of the file beside a CSV file that has the types of its columns.
    pub fn schema_name(&self) -> String {
        format!("{}{SCHEMA}", self.base())
    }

    fn base(&self) -> String {
        let Self {
            export,
            range,
            split,
            crc,
            ..
        } = self;
        format!("{export}{BETWEEN}{range}{BETWEEN}{split}{BETWEEN}{crc}")
    }
}

impl fmt::Display for DataFileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.base(), self.format.extension())
    }
}

/// An index, written in digits only.
fn index(text: &str) -> Option<u32> {
    let is_number = text.bytes().all(|digit| digit.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OF_A_LOG: &str =
        "wliintstorage2_AggregateMonitor_20190721T163502.1249280Z_0_0_6E09EC6E380D8EF0.json";

    #[test]
    fn a_name_that_azcopy_logged_is_read_and_written_alike() {
        let name = DataFileName::parse(OF_A_LOG).unwrap();
        assert_eq!(name.to_string(), OF_A_LOG);
        assert_eq!(name.crc, NamedCrc::Crc64(0x6E09_EC6E_380D_8EF0));
        assert_eq!(
            name.export.manifest_name(),
            "wliintstorage2_AggregateMonitor_20190721T163502.1249280Z.manifest"
        );
    }

    #[test]
    fn names_of_the_article_are_read() {
        let old = "myaccount_mytable_20140903T051850.8128447Z_0_1_0AB9AC20.json";
        let name = DataFileName::parse(old).unwrap();
        assert_eq!((name.range, name.split), (0, 1));
        assert_eq!(name.crc, NamedCrc::Crc32(0x0AB9_AC20));
        let short = "myaccount_mytable_20140103T112020_7_0AF395F1DC42E952.csv";
        let name = DataFileName::parse(short).unwrap();
        assert_eq!((name.range, name.split), (0, 7));
        assert_eq!(name.format, PayloadFormat::Csv);
    }

    #[test]
    fn a_checksum_keeps_its_leading_zeros() {
        assert_eq!(NamedCrc::Crc64(0xAB).to_string(), "00000000000000AB");
        assert_eq!(NamedCrc::Crc32(0xAB).to_string(), "000000AB");
    }

    #[test]
    fn a_schema_file_stands_beside_its_data_file_and_is_none() {
        let csv = OF_A_LOG.replace(".json", ".csv");
        let schema = DataFileName::parse(&csv).unwrap().schema_name();
        assert_eq!(schema, OF_A_LOG.replace(".json", ".schema.csv"));
        assert_eq!(DataFileName::parse(&schema), None);
    }

    #[test]
    fn what_is_no_name_of_a_data_file_is_refused() {
        for name in [
            "a.json",
            "a_b_20190721T163502.1249280Z_0_0_6E09.json",
            "a_b_20190721T163502.1249280Z_0_0_6E09EC6E380D8EF0.txt",
            "a_b_20190721T163502.1249280Z_0_+1_6E09EC6E380D8EF0.json",
            "a_b_20190721T163502.1249280Z_0_0_+E09EC6E380D8EF0.json",
            "b_20190721T163502.1249280Z_0_0_6E09EC6E380D8EF0.json",
            "a_b_2019_0_0_6E09EC6E380D8EF0.json",
        ] {
            assert_eq!(DataFileName::parse(name), None, "{name}");
        }
    }

    #[test]
    fn a_table_of_cosmos_may_have_underscores() {
        let name = DataFileName::parse(&OF_A_LOG.replace("Aggregate", "My_1_Aggregate_"));
        assert_eq!(name.unwrap().export.table, "My_1_Aggregate_Monitor");
    }

    #[test]
    fn an_export_owns_its_files_and_no_others() {
        let export = DataFileName::parse(OF_A_LOG).unwrap().export;
        assert!(export.owns(OF_A_LOG) && export.owns(&export.manifest_name()));
        assert!(!export.owns(&OF_A_LOG.replace("50", "51").replace("124928", "124929")));
        assert!(!export.owns(&format!("{export}x")));
    }
}
