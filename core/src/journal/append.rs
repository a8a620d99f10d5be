//! The writing side: records become bytes in the file, and after a while they are durable.
//!
//! The coordinator appends and goes on. One thread writes the records of a few milliseconds
//! together: a killed process loses no more than these. Another thread makes them durable in
//! groups, so that a slow disk delays neither. When the disk fails, the journal ends there: what is
//! on the disk stays a valid prefix, and the run goes on without a journal.

use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use super::claim::{JournalHome, Ready};
use super::compact;
use super::error::{Error, Result};
use super::frame::{Header, Seal};
use super::record::{Planned, Record};
use super::replay::Replayed;
use super::storage::File;

/// How long records gather before they are written. Waking a thread for each record would cost more
/// than the record.
const GATHER: Duration = Duration::from_millis(2);

/// This many bytes are written at once.
const GATHERED_BYTES: usize = 128 << 10;

/// How long written bytes may stay undurable.
const SYNC_EVERY: Duration = Duration::from_millis(200);

/// This many bytes are made durable at once.
const UNSYNCED_BYTES: u64 = 4 << 20;

/// The most bytes that wait to be written. An append beyond that waits for the disk.
const WAITING_BYTES_MAX: usize = 4 << 20;

/// A journal that is written, by this process only. Dropping it writes and syncs what was appended.
pub struct Journal {
    shared: Arc<JournalShared>,
    threads: Vec<JoinHandle<()>>,
    job: [u8; 16],
    home: JournalHome,
}

/// Turns records into bytes, each sealed for its place in the file. It does no IO: its owner writes
/// the bytes.
pub(super) struct RecordBuffer {
    seal: Seal,
    /// Bytes to be written, from `begin` on in the file.
    waiting: Vec<u8>,
    begin: u64,
    next_seq: u64,
    /// The end of the last record that is not a barrier.
    news_end: u64,
}

impl RecordBuffer {
    /// Continues a journal that ends at `end`.
    pub(super) fn new(header: &Header, end: u64, next_seq: u64) -> Self {
        Self {
            seal: header.seal(),
            waiting: Vec::new(),
            begin: end,
            next_seq,
            news_end: end,
        }
    }

    /// Whether there is nothing to write.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Where the next record goes.
    pub(super) fn end(&self) -> u64 {
        self.begin + self.waiting.len() as u64
    }

    pub(super) fn push(&mut self, record: &Record<'_>) {
        let offset = self.end();
        self.seal.put(&mut self.waiting, offset, record);
        if !matches!(record, Record::Barrier { .. }) {
            self.news_end = self.end();
        }
    }

    pub(super) fn plan(&mut self, planned: Planned<'_>) -> u64 {
        self.push(&Record::Planned(planned));
        let seq = self.next_seq;
        self.next_seq += 1;
        seq
    }

    /// Moves the bytes to write into `into` and returns their offset. They count as written.
    pub(super) fn take(&mut self, into: &mut Vec<u8>) -> u64 {
        into.clear();
        std::mem::swap(into, &mut self.waiting);
        let offset = self.begin;
        self.begin += into.len() as u64;
        offset
    }

    /// Records that everything before `synced` is durable.
    pub(super) fn synced(&mut self, synced: u64) {
        self.push(&Record::Barrier { synced });
    }
}

struct JournalShared {
    file: Arc<dyn File>,
    place: String,
    desk: Mutex<WriteQueue>,
    /// There is something to write, or nothing more will come.
    to_write: Condvar,
    /// There is something to make durable, or nothing more will come.
    to_sync: Condvar,
    /// Something was written or made durable, or never will be.
    moved: Condvar,
}

struct WriteQueue {
    line: RecordBuffer,
    written: u64,
    synced: u64,
    /// A task waits for durability: write and sync at once.
    hurries: bool,
    /// The writing thread ends once all is written, the syncing one at once.
    closes: bool,
    trouble: Option<Error>,
    trouble_is_told: bool,
}

impl Journal {
    pub(super) fn start(home: JournalHome, ready: Ready) -> Self {
        let job = ready.header.job;
        let (shared, threads) = JournalShared::start(&home, ready);
        Self {
            shared,
            threads,
            job,
            home,
        }
    }

    /// Begins a new listing in a journal that is open, as
    /// [`Claim::list_anew`](super::Claim::list_anew) does.
    pub fn list_anew(&mut self, replayed: &Replayed) -> Result<Replayed> {
        self.end();
        let (ready, anew) = compact::list_anew(&self.home, replayed)?;
        (self.shared, self.threads) = JournalShared::start(&self.home, ready);
        Ok(anew)
    }

    /// The job's id: the same in every run of it.
    pub fn job(&self) -> [u8; 16] {
        self.job
    }

    /// How the journal is shown.
    pub fn place(&self) -> &str {
        &self.shared.place
    }

    /// Records that an object is to be copied; returns its sequence number.
    pub fn plan(&self, planned: Planned<'_>) -> u64 {
        let mut desk = self.shared.desk();
        let was_empty = desk.line.is_empty();
        let seq = desk.line.plan(planned);
        self.appended(desk, was_empty);
        seq
    }

    /// Appends a record. Waits for the disk only when it is 4 MiB behind.
    pub fn append(&self, record: &Record<'_>) {
        let mut desk = self.shared.desk();
        let was_empty = desk.line.is_empty();
        desk.line.push(record);
        self.appended(desk, was_empty);
    }

    fn appended(&self, mut desk: MutexGuard<'_, WriteQueue>, was_empty: bool) {
        if desk.trouble.is_some() {
            // The bytes are dropped; sequence numbers go on.
            desk.line.waiting.clear();
            return;
        }
        if was_empty || desk.line.waiting.len() >= GATHERED_BYTES {
            self.shared.to_write.notify_one();
        }
        while desk.line.waiting.len() >= WAITING_BYTES_MAX && desk.trouble.is_none() {
            desk = wait(&self.shared.moved, desk);
        }
    }

    /// Waits until everything that was appended is durable.
    pub fn flush(&self) -> Result<()> {
        let mut desk = self.shared.desk();
        let news_end = desk.line.news_end;
        loop {
            if let Some(trouble) = &desk.trouble {
                return Err(trouble.clone());
            }
            if desk.synced >= news_end {
                return Ok(());
            }
            desk.hurries = true;
            self.shared.to_write.notify_one();
            self.shared.to_sync.notify_one();
            desk = wait(&self.shared.moved, desk);
        }
    }

    /// The journal's error, returned once.
    ///
    /// The run can go on: what is on the disk is a valid prefix, from which the next run would
    /// resume.
    pub fn trouble(&self) -> Option<Error> {
        let mut desk = self.shared.desk();
        if std::mem::replace(&mut desk.trouble_is_told, true) {
            return None;
        }
        let trouble = desk.trouble.clone();
        desk.trouble_is_told = trouble.is_some();
        trouble
    }

    /// Removes the journal, because everything is done. That of a shard stays.
    pub fn complete(mut self) -> Result<()> {
        if self.home.is_kept {
            return self.close();
        }
        self.end();
        self.home.remove()
    }

    /// Makes everything durable and closes the journal, which stays.
    pub fn close(mut self) -> Result<()> {
        let flushed = self.flush();
        self.end();
        flushed
    }

    /// Lets the threads write the rest, and waits for them.
    fn end(&mut self) {
        self.shared.desk().closes = true;
        self.shared.to_write.notify_one();
        self.shared.to_sync.notify_one();
        for thread in self.threads.drain(..) {
            // A thread that panicked has reported it.
            let _ended = thread.join();
        }
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        if !self.threads.is_empty() {
            // The error cannot be reported any more; what is written is a valid prefix in any case.
            let _ = self.flush();
            self.end();
        }
    }
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Journal")
            .field("place", &self.shared.place)
            .finish_non_exhaustive()
    }
}

impl JournalShared {
    /// Starts the two threads that write records after the end of a journal.
    fn start(home: &JournalHome, ready: Ready) -> (Arc<Self>, Vec<JoinHandle<()>>) {
        let line = RecordBuffer::new(&ready.header, ready.end, ready.next_seq);
        let Ready { file, end, .. } = ready;
        let shared = Arc::new(Self {
            file,
            place: home.shown(),
            desk: Mutex::new(WriteQueue {
                line,
                written: end,
                synced: end,
                hurries: false,
                closes: false,
                trouble: None,
                trouble_is_told: false,
            }),
            to_write: Condvar::new(),
            to_sync: Condvar::new(),
            moved: Condvar::new(),
        });
        let mut threads = Vec::new();
        for is_writer in [true, false] {
            let on = Arc::clone(&shared);
            let name = if is_writer { "journal" } else { "journal-sync" };
            let work = move || if is_writer { on.write() } else { on.sync() };
            match Builder::new().name(name.into()).spawn(work) {
                Ok(thread) => threads.push(thread),
                Err(error) => shared.fail(Error::disk("write", &shared.place, &error)),
            }
        }
        (shared, threads)
    }

    fn desk(&self) -> MutexGuard<'_, WriteQueue> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fail(&self, error: Error) {
        let mut desk = self.desk();
        desk.trouble.get_or_insert(error);
        desk.line.waiting.clear();
        drop(desk);
        self.moved.notify_all();
        self.to_write.notify_one();
        self.to_sync.notify_one();
    }

    /// The first thread: from the buffer into the file.
    fn write(&self) {
        let mut group = Vec::new();
        loop {
            let Some(offset) = self.gather(&mut group) else {
                return;
            };
            if let Err(error) = self.file.write_at(&group, offset) {
                self.fail(Error::disk("write", &self.place, &error));
                return;
            }
            self.desk().written = offset + group.len() as u64;
            self.moved.notify_all();
            self.to_sync.notify_one();
        }
    }

    /// Waits for records, and then a little for more; returns their offset. `None`: no more will
    /// come.
    fn gather(&self, group: &mut Vec<u8>) -> Option<u64> {
        let mut desk = self.desk();
        while desk.line.is_empty() {
            if desk.closes || desk.trouble.is_some() {
                return None;
            }
            desk = wait(&self.to_write, desk);
        }
        let is_enough = |desk: &mut WriteQueue| {
            !desk.hurries && !desk.closes && desk.line.waiting.len() < GATHERED_BYTES
        };
        let (mut desk, _) = self
            .to_write
            .wait_timeout_while(desk, GATHER, is_enough)
            .unwrap_or_else(PoisonError::into_inner);
        (desk.trouble.is_none()).then(|| desk.line.take(group))
    }

    /// The second thread: makes the file durable.
    fn sync(&self) {
        loop {
            let mut desk = self.desk();
            while desk.synced >= desk.line.news_end || desk.written <= desk.synced {
                desk.hurries &= desk.synced < desk.line.news_end;
                if desk.closes || desk.trouble.is_some() {
                    return;
                }
                desk = wait(&self.to_sync, desk);
            }
            let is_early = |desk: &mut WriteQueue| {
                let unsynced = desk.written - desk.synced;
                !desk.hurries && !desk.closes && desk.trouble.is_none() && unsynced < UNSYNCED_BYTES
            };
            let (desk, _) = self
                .to_sync
                .wait_timeout_while(desk, SYNC_EVERY, is_early)
                .unwrap_or_else(PoisonError::into_inner);
            if desk.trouble.is_some() || desk.closes {
                return;
            }
            let target = desk.written;
            drop(desk);
            if let Err(error) = self.file.sync() {
                self.fail(Error::disk("sync", &self.place, &error));
                return;
            }
            let mut desk = self.desk();
            desk.synced = target;
            if desk.trouble.is_none() {
                desk.line.synced(target);
                self.to_write.notify_one();
            }
            drop(desk);
            self.moved.notify_all();
        }
    }
}

fn wait<'a>(until: &Condvar, desk: MutexGuard<'a, WriteQueue>) -> MutexGuard<'a, WriteQueue> {
    until.wait(desk).unwrap_or_else(PoisonError::into_inner)
}
