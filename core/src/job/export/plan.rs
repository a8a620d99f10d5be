//! The plan of an export: its name, its folder, its ranges and where each of them begins.

use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use super::super::recorder::JournalRecorder;
use super::super::run::Run;
use crate::Result;
use crate::digest::crc64;
use crate::dump::name::{DataFileName, ExportId, NamedCrc, PayloadFormat};
use crate::dump::time::ExportTime;
use crate::dump::volume::{VolumeFolder, VolumePosition};
use crate::journal::{ExportState, ExportToken, ExportedRange, ExportedVolume, Record};
use crate::location::TableLocation;
use crate::options::{Durability, Options, SPLIT_MB_MAX, SplitKeys};
use crate::store::table::{KeyToken, PartitionRange};

/// Bytes of a MB of `/SplitSize`.
const MB: u64 = 1 << 20;

/// The mode of the files in a folder, less the mask of the process; and of those in a spool.
const FILE_MODE: u32 = 0o666;
const SPOOL_MODE: u32 = 0o600;

/// The plan.
#[derive(Debug, Clone)]
pub(super) struct ExportPlan {
    pub(super) table: Arc<TableLocation>,
    pub(super) export: ExportId,
    pub(super) format: PayloadFormat,
    /// The size that no volume exceeds, if there is one.
    pub(super) split_bytes: Option<u64>,
    pub(super) folder: VolumeFolder,
    /// The folder is the target of the export, not a spool.
    pub(super) is_final: bool,
    pub(super) ranges: Vec<RangePlan>,
    /// Ranges are split while they are exported.
    pub(super) splits_ranges: bool,
}

/// What is left to do of a range.
#[derive(Debug, Clone)]
pub(super) struct RangePlan {
    pub(super) index: u32,
    pub(super) keys: PartitionRange,
    /// The key from which on the entities belong to a range that was split off. The query still ends at
    /// `keys.until`: a continuation token is for one query.
    pub(super) limit: Option<String>,
    /// The table has no key of the range here or behind it; `None`: not known.
    pub(super) empty_from: Option<String>,
    /// The volumes of earlier runs.
    pub(super) closed: Vec<ExportedVolume>,
    /// Where the first volume of this run begins; `None` at the beginning of the range.
    pub(super) volume_start: Option<KeyToken>,
    /// How far an earlier run got with that volume.
    pub(super) open: Option<(VolumePosition, KeyToken)>,
    /// All of it is in `closed`.
    pub(super) is_done: bool,
}

impl ExportPlan {
    /// The plan of a new export, or of the rest of an earlier one.
    pub(super) fn new(
        run: &Run<'_>,
        table: &TableLocation,
        folder: &Path,
        earlier: Option<&ExportState>,
    ) -> Self {
        let options = run.options;
        let keys = &options.table.split_keys;
        let time = earlier.and_then(|earlier| ExportTime::parse(&earlier.time));
        let time = time.unwrap_or_else(|| ExportTime::of(SystemTime::now()));
        let is_final = options.target.in_service().is_none();
        let split_mb = match options.table.split_mb {
            Some(split_mb) if is_final => Some(split_mb),
            None if is_final => None,
            split_mb => Some(split_mb.unwrap_or(SPLIT_MB_MAX).min(SPLIT_MB_MAX)),
        };
        Self {
            table: Arc::new(table.clone()),
            export: ExportId {
                account: account_name(table),
                table: table.table.clone(),
                time,
            },
            format: options.table.format,
            split_bytes: split_mb.map(|split_mb| split_mb.saturating_mul(MB)),
            folder: VolumeFolder {
                path: folder.into(),
                job: job_digits(run.recorder, time),
                is_durable: options.download.durability != Durability::Off,
                mode: if is_final { FILE_MODE } else { SPOOL_MODE },
            },
            is_final,
            // Where ranges end at a key of the table, all keys before it have to come before.
            splits_ranges: *keys == SplitKeys::Auto && table.is_in_order(),
            ranges: match earlier {
                Some(earlier) => earlier.ranges.iter().zip(0..).map(RangePlan::of).collect(),
                None => ranges(keys)
                    .into_iter()
                    .zip(0..)
                    .map(|(keys, index)| RangePlan::new(index, keys))
                    .collect(),
            },
        }
    }

    /// Records a new export.
    pub(super) fn record(&self, recorder: &JournalRecorder) {
        let time = &self.export.time.compact();
        recorder.append(&Record::ExportBegun { time });
        for range in &self.ranges {
            recorder.append(&Record::ExportRange {
                from: range.keys.from.as_deref(),
                until: range.keys.until.as_deref(),
            });
        }
    }

    /// The name of the manifest.
    pub(super) fn manifest_name(&self, options: &Options) -> String {
        let given = options.table.manifest.clone();
        given.unwrap_or_else(|| self.export.manifest_name())
    }

    /// The volumes of earlier runs.
    pub(super) fn closed(&self) -> impl Iterator<Item = &ExportedVolume> {
        self.ranges.iter().flat_map(|range| &range.closed)
    }

    /// The data files of earlier runs: their names, and what is in them.
    pub(super) fn closed_volumes(&self) -> impl Iterator<Item = (DataFileName, ExportedVolume)> {
        self.ranges.iter().flat_map(|range| {
            range.closed.iter().zip(0..).map(|(volume, split)| {
                let name = DataFileName {
                    export: self.export.clone(),
                    range: range.index,
                    split,
                    crc: NamedCrc::Crc64(volume.crc),
                    format: self.format,
                };
                (name, *volume)
            })
        })
    }

    /// Removes data files that a killed run had no time to note.
    pub(super) fn remove_unknown(&self) -> Result<()> {
        let known: Vec<String> = self
            .closed_volumes()
            .flat_map(|(name, _)| [name.to_string(), name.schema_name()])
            .chain([self.export.manifest_name()])
            .collect();
        let is_known = |name: &str| known.iter().any(|known| known == name);
        self.folder.remove_unknown(&self.export, is_known)
    }
}

impl RangePlan {
    pub(super) fn new(index: u32, keys: PartitionRange) -> Self {
        Self {
            index,
            keys,
            limit: None,
            empty_from: None,
            closed: Vec::new(),
            volume_start: None,
            open: None,
            is_done: false,
        }
    }

    /// What an earlier run left of a range.
    fn of((earlier, index): (&ExportedRange, u32)) -> Self {
        let keys = PartitionRange {
            from: earlier.from.as_deref().map(Into::into),
            until: earlier.until.as_deref().map(Into::into),
        };
        let position = |volume: &ExportedVolume| VolumePosition {
            bytes: volume.bytes,
            crc: volume.crc,
            entities: volume.entities,
        };
        Self {
            limit: earlier.limit.as_deref().map(Into::into),
            closed: earlier.closed.clone(),
            volume_start: earlier.volume_start.as_ref().map(token),
            open: earlier
                .open
                .as_ref()
                .map(|(volume, next)| (position(volume), token(next))),
            is_done: earlier.is_done,
            ..Self::new(index, keys)
        }
    }
}

fn token(token: &ExportToken) -> KeyToken {
    KeyToken {
        partition: token.partition.as_ref().into(),
        row: token.row.as_deref().map(Into::into),
    }
}

/// The ranges between these keys. `auto` begins with one.
pub(super) fn ranges(keys: &SplitKeys) -> Vec<PartitionRange> {
    let keys: &[String] = match keys {
        SplitKeys::Before(keys) => keys,
        SplitKeys::None | SplitKeys::Auto => &[],
    };
    let from = std::iter::once(None).chain(keys.iter().map(Some));
    let until = keys.iter().map(Some).chain([None]);
    from.zip(until)
        .map(|(from, until)| PartitionRange {
            from: from.cloned(),
            until: until.cloned(),
        })
        .collect()
}

/// The name of the account, or the host where a custom domain hides it.
fn account_name(table: &TableLocation) -> String {
    let place = &table.account_place;
    if place.account_name.is_empty() {
        place.account.endpoint.host.clone()
    } else {
        place.account_name.clone()
    }
}

/// The job in the names of part files. Without a journal it is the time of the export.
fn job_digits(recorder: &JournalRecorder, time: ExportTime) -> String {
    let own = || {
        let crc = crc64::of(std::iter::once(time.compact().as_bytes()));
        format!("{crc:016x}")
    };
    recorder.job().map_or_else(own, str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_make_one_range_more_than_there_are_keys() {
        let keys = SplitKeys::Before(vec!["aa".into(), "bb".into()]);
        let filters: Vec<_> = ranges(&keys).iter().map(PartitionRange::filter).collect();
        let wanted = [
            "PartitionKey lt 'aa'",
            "PartitionKey ge 'aa' and PartitionKey lt 'bb'",
            "PartitionKey ge 'bb'",
        ];
        assert_eq!(filters, wanted.map(|filter| Some(filter.to_owned())));
        assert_eq!(ranges(&SplitKeys::None), [PartitionRange::default()]);
    }
}
