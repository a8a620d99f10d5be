//! The disk space of volumes that wait for their upload.

use tokio::sync::watch;

/// The space of the volumes that are closed and not uploaded yet.
#[derive(Debug)]
pub struct SpoolRoom {
    bytes_max: u64,
    used: watch::Sender<SpooledBytes>,
}

#[derive(Debug, Default)]
struct SpooledBytes {
    /// They leave the spool once they are uploaded.
    waiting: u64,
    /// Their upload failed, so they stay.
    failed: u64,
}

impl SpoolRoom {
    /// No more than this is to be in the spool.
    pub fn new(bytes_max: u64) -> Self {
        Self {
            bytes_max,
            used: watch::Sender::new(SpooledBytes::default()),
        }
    }

    /// A file was closed.
    pub fn take(&self, bytes: u64) {
        self.used.send_modify(|used| used.waiting += bytes);
    }

    /// A file was uploaded and deleted.
    pub fn release(&self, bytes: u64) {
        self.used
            .send_modify(|used| used.waiting = used.waiting.saturating_sub(bytes));
    }

    /// The upload of a file failed. It stays in the spool for a later run.
    pub fn keep(&self, bytes: u64) {
        self.used.send_modify(|used| {
            used.waiting = used.waiting.saturating_sub(bytes);
            used.failed += bytes;
        });
    }

    /// Waits until a volume may be begun: less than the limit is in the spool. Returns false when that
    /// never happens, because files that could not be uploaded fill it.
    ///
    /// A single volume may be larger than the limit. So it is the volumes that are complete which are
    /// counted, and at least one may always be written.
    pub async fn room(&self) -> bool {
        let mut used = self.used.subscribe();
        let is_decided = |used: &SpooledBytes| {
            used.failed >= self.bytes_max || used.waiting + used.failed < self.bytes_max
        };
        let used = used.wait_for(is_decided).await;
        // The sender lives as long as this.
        used.is_ok_and(|used| used.failed < self.bytes_max)
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
        assert_eq!(room.room().now_or_never(), Some(true));
        room.take(30);
        let mut waiting = Box::pin(room.room());
        assert!(waiting.as_mut().now_or_never().is_none());
        room.release(30);
        assert!(waiting.await);
    }

    #[tokio::test]
    async fn nobody_waits_for_files_that_cannot_be_uploaded() {
        let room = SpoolRoom::new(100);
        room.take(60);
        room.take(60);
        let mut waiting = Box::pin(room.room());
        assert!(waiting.as_mut().now_or_never().is_none());
        room.keep(60);
        assert!(waiting.as_mut().now_or_never().is_none(), "60 may leave");
        room.keep(60);
        assert!(!waiting.await);
        assert_eq!(room.room().now_or_never(), Some(false));
    }
}
