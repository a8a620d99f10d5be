//! The manifest: the file that says that an export is complete, and what belongs to it.
//!
//! One line of JSON in UTF-8, without a byte order mark and without a line feed at the end, with
//! these members in this order. An empty table has a manifest and no data file.

use super::json::{JsonText, Members, escaped};
use super::name::{ExportId, PayloadFormat};
use super::time::ExportTime;
use crate::{Error, Result};

/// The version that azring writes. Version 1 is AzCopy 4.0's, with checksums of 32 bits.
const VERSION: u64 = 2;

/// A longer file is no manifest.
pub const MANIFEST_BYTES_MAX: u64 = 64 * 1024;

/// What a manifest says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// 1 or 2.
    pub version: u64,
    /// The format of the data files.
    pub format: PayloadFormat,
    /// The checksums of all data files, combined.
    pub checksum: u64,
    /// The export.
    pub export: ExportId,
    /// The size at which data files were split, in MB.
    pub split_mb: u64,
    /// How many data files the export has.
    pub data_files: u64,
}

impl Manifest {
    /// The manifest of an export by this program.
    pub fn new(
        export: ExportId,
        format: PayloadFormat,
        split_mb: u64,
        crcs: impl IntoIterator<Item = u64>,
    ) -> Self {
        let mut data_files = 0;
        let counted = crcs.into_iter().inspect(|_| data_files += 1);
        let checksum = super::crc::combined(counted);
        Self {
            version: VERSION,
            format,
            checksum,
            export,
            split_mb,
            data_files,
        }
    }

    /// The bytes of the file.
    pub fn to_json(&self) -> String {
        let ExportId {
            account,
            table,
            time,
        } = &self.export;
        let [account, table] = [account, table].map(|name| escaped(name));
        format!(
            "{{\"Version\":{},\"PayloadFormat\":\"{}\",\"Checksum\":{},\"AccountName\":\"{account}\",\
             \"TableName\":\"{table}\",\"Timestamp\":\"{}\",\"SplitSize\":{},\"TotalDataFiles\":{}}}",
            self.version,
            self.format.name(),
            self.checksum,
            time.extended(),
            self.split_mb,
            self.data_files,
        )
    }

    /// Reads the file. Members may stand in any order; unknown ones are ignored.
    ///
    /// # Errors
    ///
    /// [`Error::Integrity`] names what is missing or wrong.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut found = [const { None }; 8];
        for member in Members::of(bytes.trim_ascii()) {
            let member = member.map_err(|_| wrong("it is no JSON object"))?;
            let name = NAMES.iter().position(|name| member.is_called(name));
            if let Some(index) = name {
                found[index] = Some(member.value);
            }
        }
        let [
            version,
            format,
            checksum,
            account,
            table,
            time,
            split,
            files,
        ] = found;
        let version = number(version, "Version")?;
        if !(1..=VERSION).contains(&version) {
            return Err(wrong(&format!("its version is {version}, not 1 or 2")));
        }
        Ok(Self {
            version,
            format: PayloadFormat::parse(&text(format, "PayloadFormat")?)
                .ok_or_else(|| wrong("its `PayloadFormat` is neither `Json` nor `Csv`"))?,
            checksum: number(checksum, "Checksum")?,
            export: ExportId {
                account: text(account, "AccountName")?,
                table: text(table, "TableName")?,
                time: ExportTime::parse(&text(time, "Timestamp")?)
                    .ok_or_else(|| wrong("its `Timestamp` is no time"))?,
            },
            split_mb: match split {
                Some(_) => number(split, "SplitSize")?,
                None => 0,
            },
            data_files: number(files, "TotalDataFiles")?,
        })
    }
}

const NAMES: [&str; 8] = [
    "Version",
    "PayloadFormat",
    "Checksum",
    "AccountName",
    "TableName",
    "Timestamp",
    "SplitSize",
    "TotalDataFiles",
];

fn wrong(what: &str) -> Error {
    Error::Integrity(format!("not a manifest of a table export: {what}"))
}

fn number(value: Option<&[u8]>, name: &str) -> Result<u64> {
    let value = value.ok_or_else(|| wrong(&format!("it has no `{name}`")))?;
    let is_digits = value.iter().all(u8::is_ascii_digit);
    let number = std::str::from_utf8(value).ok().filter(|_| is_digits);
    number
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(|| wrong(&format!("its `{name}` is not a number")))
}

fn text(value: Option<&[u8]>, name: &str) -> Result<String> {
    let value = value.ok_or_else(|| wrong(&format!("it has no `{name}`")))?;
    let text = JsonText::of_value(value).map(|text| text.to_text().into_owned());
    text.ok_or_else(|| wrong(&format!("its `{name}` is no text")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A manifest that AzCopy 6.1 wrote, as users have published it.
    const OF_AZCOPY: &str = "{\"Version\":2,\"PayloadFormat\":\"Json\",\"Checksum\":15564613245429458971,\"AccountName\":\"arenaxstorage\",\"TableName\":\"Leaderboard\",\"Timestamp\":\"2018-05-28T03:06:11.6482709Z\",\"SplitSize\":200000,\"TotalDataFiles\":1}";

    #[test]
    fn a_manifest_of_azcopy_is_read_and_written_alike() {
        let manifest = Manifest::parse(OF_AZCOPY.as_bytes()).unwrap();
        assert_eq!(manifest.checksum, 0xD800_9D48_2829_A81B);
        assert_eq!(manifest.data_files, 1);
        assert_eq!(manifest.to_json(), OF_AZCOPY);
    }

    #[test]
    fn the_manifest_of_an_empty_table_has_the_logged_length() {
        let export = ExportId {
            account: "arenaxstorage".into(),
            table: "LeaderboardDaily".into(),
            time: ExportTime::parse("20180528T030611.6482709Z").unwrap(),
        };
        let manifest = Manifest::new(export, PayloadFormat::Json, 200_000, []);
        assert_eq!(manifest.to_json().len(), 191);
    }

    #[test]
    fn members_in_another_order_with_mark_and_space_are_read() {
        let text = "\u{feff} {\"TotalDataFiles\" : 3, \"x\":[{}], \"Timestamp\":\"20180528T030611Z\",\"TableName\":\"t\",\
                    \"AccountName\":\"a\\u0062\",\"Checksum\":4214960409,\"PayloadFormat\":\"JSON\",\"Version\":1}\r\n";
        let manifest = Manifest::parse(text.as_bytes()).unwrap();
        assert_eq!((manifest.version, manifest.data_files), (1, 3));
        assert_eq!(manifest.export.account, "ab");
        assert_eq!(manifest.checksum, 0xFB3B_3119);
    }

    #[test]
    fn what_is_missing_or_wrong_is_named() {
        for (from, to, says) in [
            ("Version\":2", "Version\":3", "version is 3"),
            ("\"Checksum\"", "\"Sum\"", "no `Checksum`"),
            ("15564613245429458971", "-1", "`Checksum` is not a number"),
            ("\"Json\"", "\"Xml\"", "`PayloadFormat`"),
            ("\"Leaderboard\"", "7", "`TableName` is no text"),
            ("2018-05-28T", "2018-05-28 ", "`Timestamp`"),
            ("{\"Version", "[\"Version", "no JSON object"),
        ] {
            let error = Manifest::parse(OF_AZCOPY.replacen(from, to, 1).as_bytes());
            let error = error.unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
    }
}
