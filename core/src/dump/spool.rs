//! The folder of volumes that wait for their upload, and its disk space.

use std::path::{Path, PathBuf};

use tokio::sync::watch;

/// The spool of a job, in the folder of its journal. `job`: sixteen hexadecimal digits, as in the names
/// of part files.
pub fn spool_folder(folder: &Path, job: &str) -> PathBuf {
    folder.join(format!("{job}.spool"))
}

/// The space of the volumes that are closed and not uploaded yet.
#[derive(Debug)]
pub struct SpoolRoom {
    bytes_max: u64,
    used: watch::Sender<u64>,
}

impl SpoolRoom {
    /// No more than this is to wait.
    pub fn new(bytes_max: u64) -> Self {
        Self {
            bytes_max,
            used: watch::Sender::new(0),
        }
    }

    /// A volume was closed.
    pub fn take(&self, bytes: u64) {
        self.used.send_modify(|used| *used += bytes);
    }

    /// A volume was uploaded and deleted.
    pub fn release(&self, bytes: u64) {
        self.used
            .send_modify(|used| *used = used.saturating_sub(bytes));
    }

    /// Waits until a volume may be begun: less than the limit waits for its upload.
    ///
    /// A single volume may be larger than the limit. So it is the volumes that are complete which are
    /// counted, and at least one may always be written.
    pub async fn room(&self) {
        let mut used = self.used.subscribe();
        // The sender lives as long as this.
        let _always = used.wait_for(|used| *used < self.bytes_max).await;
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn a_volume_begins_once_less_than_the_limit_waits() {
        let room = SpoolRoom::new(100);
        room.take(70);
        assert!(room.room().now_or_never().is_some());
        room.take(30);
        let mut waiting = Box::pin(room.room());
        assert!(waiting.as_mut().now_or_never().is_none());
        room.release(30);
        waiting.await;
    }
}
