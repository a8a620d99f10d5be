//! How far the export of a table is, from the records of its ranges and volumes.

use super::state::Impossible;

/// Where a query goes on: the service's continuation token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportToken {
    /// `NextPartitionKey`.
    pub partition: Box<str>,
    /// `NextRowKey`, which the service may leave out.
    pub row: Option<Box<str>>,
}

/// The length, checksum and entities of a volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ExportedVolume {
    /// Its length in bytes.
    pub bytes: u64,
    /// The checksum of these bytes.
    pub crc: u64,
    /// How many entities they have.
    pub entities: u64,
}

/// A range of partition keys.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExportedRange {
    /// The first key, if the range does not begin with the first key of the table.
    pub from: Option<Box<str>>,
    /// The key after the range, if it does not end with the last key of the table.
    pub until: Option<Box<str>>,
    /// The key from which on the entities belong to a range that was split off. The query of this range
    /// still ends at `until`.
    pub limit: Option<Box<str>>,
    /// The volumes that are complete, in order.
    pub closed: Vec<ExportedVolume>,
    /// Where the volume begins that is not complete; `None` at the beginning of the range.
    pub volume_start: Option<ExportToken>,
    /// How far that volume is, and where it goes on, if something of it is known.
    pub open: Option<(ExportedVolume, ExportToken)>,
    /// All entities of the range are in complete volumes.
    pub is_done: bool,
}

/// The export of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExportState {
    /// The time in its file names.
    pub time: Box<str>,
    /// Its ranges, in the order of their indices.
    pub ranges: Vec<ExportedRange>,
}

impl ExportState {
    pub(super) fn range(&mut self, index: u64) -> Result<&mut ExportedRange, Impossible> {
        let index = usize::try_from(index).map_err(|_| Impossible)?;
        let range = self.ranges.get_mut(index).ok_or(Impossible)?;
        if range.is_done {
            return Err(Impossible);
        }
        Ok(range)
    }

    /// The entities of the range from this key on become the next range.
    pub(super) fn split(&mut self, index: u64, at: &str) -> Result<(), Impossible> {
        let range = self.range(index)?;
        let earlier = range.limit.replace(at.into());
        let until = earlier.or_else(|| range.until.clone());
        self.ranges.push(ExportedRange {
            from: Some(at.into()),
            until,
            ..ExportedRange::default()
        });
        Ok(())
    }
}

impl ExportedRange {
    /// A volume is complete. If it is not the last one, the next one begins where this one would
    /// have gone on.
    pub(super) fn close(
        &mut self,
        volume: ExportedVolume,
        is_last: bool,
    ) -> Result<(), Impossible> {
        let open = self.open.take();
        if !is_last {
            let (_, next) = open.ok_or(Impossible)?;
            self.volume_start = Some(next);
        }
        self.closed.push(volume);
        self.is_done = is_last;
        Ok(())
    }
}
