//! A run of azring whose memory is looked at.

use std::fs;

use crate::command::{Azring, Folder, Outcome};

/// What came of a run, and what it took.
#[derive(Debug)]
pub struct Measured {
    /// What came of it.
    pub outcome: Outcome,
    /// The most memory that it had at once, in bytes: its own and what it had mapped of files.
    pub peak_rss_bytes: u64,
}

impl Azring {
    /// Runs it to its end and tells how much memory it had.
    ///
    /// # Panics
    /// When it cannot be run, or does not end.
    pub fn run_measured(self) -> Measured {
        let folder = Folder::new();
        let told = folder.join("peak");
        let outcome = self.telling_its_peak(&told).run();
        let peak = fs::read_to_string(&told).ok();
        let peak = peak.and_then(|text| text.parse().ok());
        Measured {
            peak_rss_bytes: peak.unwrap_or_else(|| panic!("its memory is not known: {outcome}")),
            outcome,
        }
    }
}
