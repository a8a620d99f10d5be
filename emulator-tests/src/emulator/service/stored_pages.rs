//! The content of a page blob or of a file as the journal stores it: without bytes, which are named
//! by their numbers in the store.

use std::io;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::pages::{Pages, Run};
use super::recovery::{FindBody, StoredExtent};

/// Written runs and cleared ranges.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StoredPages {
    size: u64,
    #[serde(default)]
    sequence: u64,
    runs: Vec<StoredRun>,
    /// Start, end and stamp of cleared ranges.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    cleared: Vec<(u64, u64, u64)>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct StoredRun {
    /// Its offset in the object.
    at: u64,
    length: u64,
    stamp: u64,
    extent: StoredExtent,
    from: u64,
}

impl StoredPages {
    /// The stored form of a content.
    pub fn of(pages: &Pages) -> Self {
        let runs = pages.runs();
        Self {
            size: pages.size(),
            sequence: pages.sequence,
            runs: runs.map(|(at, run)| StoredRun::of(at, run)).collect(),
            cleared: pages.cleared().collect(),
        }
    }

    /// The content of the stored form.
    pub fn restore(&self, find: FindBody<'_>) -> io::Result<Arc<Pages>> {
        let mut pages = Pages::new(self.size, self.sequence);
        for run in &self.runs {
            pages.restore(run.at, run.restore(find)?);
        }
        for (start, end, stamp) in &self.cleared {
            pages.restore_cleared(*start, *end, *stamp);
        }
        Ok(Arc::new(pages))
    }
}

impl StoredRun {
    fn of(at: u64, run: &Run) -> Self {
        let extent = StoredExtent::of(&run.extent);
        Self {
            at,
            length: run.length,
            stamp: run.stamp,
            extent,
            from: run.extent_offset,
        }
    }

    fn restore(&self, find: FindBody<'_>) -> io::Result<Run> {
        let extent = find(self.extent)?;
        Ok(Run {
            length: self.length,
            stamp: self.stamp,
            extent,
            extent_offset: self.from,
        })
    }
}
