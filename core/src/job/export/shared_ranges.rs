//! The ranges of an export, which its threads share.
//!
//! A thread takes a range that waits. Where ranges are split while they run, a thread for which none
//! waits looks for a key in what remains of a running range ([`SplitTask`]). The running range then
//! ends before that key, and the rest is a new range. The thread that exports a range asks here for
//! each page how much of it belongs to the range, so both agree about the end.

use std::cmp::Ordering;
use std::collections::VecDeque;
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::sync::mpsc::UnboundedSender;

use super::event::ExportEvent;
use super::plan::{ExportPlan, RangePlan};
use crate::store::rest::malformed;
use crate::store::table::{PartitionRange, compare_keys};
use crate::{Error, Result};

/// A range is split again after so many pages: its rest is worth a query of its own, and an export
/// does not end in a multitude of small files.
const PAGES_MIN: u32 = 8;

/// The ranges.
pub(super) struct SharedRanges {
    state: Mutex<RangeStates>,
    changed: Notify,
    /// The number of threads, if ranges are split while they run.
    threads: Option<u32>,
    events: UnboundedSender<ExportEvent>,
}

struct RangeStates {
    waiting: VecDeque<RangePlan>,
    running: Vec<RunningRange>,
    /// The index of the next new range.
    next_index: u32,
}

/// A range that a thread exports.
struct RunningRange {
    index: u32,
    keys: PartitionRange,
    /// The key from which on the entities belong to a range that was split off.
    limit: Option<String>,
    /// No key is here or behind it; `None`: not known.
    empty_from: Option<String>,
    /// The partition key of the last entity that was taken.
    last: Option<String>,
    /// Pages since the range began or was split.
    pages: u32,
    search: SplitSearch,
}

/// Whether a range can be split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SplitSearch {
    /// It can.
    Possible,
    /// A thread looks for a key.
    Begun,
    /// One partition remains of it, or its last page has arrived.
    Over,
}

/// What a thread does next.
#[derive(Debug)]
pub(super) enum RangeWork {
    /// It exports a range.
    Export(Box<RangePlan>),
    /// It looks for a key that splits a range.
    Split(SplitTask),
}

/// Whether there is work for a thread.
enum NextWork {
    /// There is.
    Now(RangeWork),
    /// There may be later.
    Later,
    /// There will not be.
    Never,
}

/// A range whose rest is to be split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SplitTask {
    /// The index of the range.
    pub(super) range: u32,
    /// The partition that is read at present. The key is behind it.
    pub(super) last: String,
    /// The key before which the range ends.
    pub(super) end: Option<String>,
    /// No key is here or behind it; `None`: not known.
    pub(super) empty_from: Option<String>,
}

/// A key that splits a range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SplitKey {
    /// The key. The table has it.
    pub(super) key: String,
    /// No key is here or behind it; `None`: not known.
    pub(super) empty_from: Option<String>,
}

/// How much of a page belongs to its range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TakenPage {
    /// So many entities, from the first one on.
    pub(super) entities: usize,
    /// The range ends in this page.
    pub(super) is_end: bool,
}

impl SharedRanges {
    /// The ranges of the plan that are not done.
    pub(super) fn new(
        plan: &ExportPlan,
        threads: u32,
        events: UnboundedSender<ExportEvent>,
    ) -> Self {
        let open = plan.ranges.iter().filter(|range| !range.is_done);
        let state = RangeStates {
            waiting: open.cloned().collect(),
            running: Vec::new(),
            next_index: plan.ranges.len() as u32,
        };
        Self {
            state: Mutex::new(state),
            changed: Notify::new(),
            threads: plan.splits_ranges.then_some(threads),
            events,
        }
    }

    /// What a thread does next; `None` when nothing is left for it. Waits while a range that cannot be
    /// split yet may become one that can.
    pub(super) async fn work(&self) -> Option<RangeWork> {
        loop {
            let mut changed = pin!(self.changed.notified());
            changed.as_mut().enable();
            match self.ready() {
                NextWork::Now(work) => return Some(work),
                NextWork::Never => return None,
                NextWork::Later => changed.await,
            }
        }
    }

    fn ready(&self) -> NextWork {
        let mut state = self.state();
        match state.work(self.threads) {
            Some(work) => NextWork::Now(work),
            None if self.threads.is_none() || state.is_settled() => NextWork::Never,
            None => NextWork::Later,
        }
    }

    /// Takes a range that waits, for a thread that cannot export it.
    pub(super) fn take_waiting(&self) -> Option<RangePlan> {
        self.state().waiting.pop_front()
    }

    /// Takes a page of `entities` entities, whose partition keys `key` reads; `is_last`: no page follows.
    ///
    /// # Errors
    ///
    /// The error of `key`, and where a range that may be split is not in the order of its keys.
    pub(super) fn take_page(
        &self,
        range: u32,
        entities: usize,
        is_last: bool,
        key: impl Fn(usize) -> Result<String>,
    ) -> Result<TakenPage> {
        let mut state = self.state();
        let running = state.running.iter_mut().find(|one| one.index == range);
        let Some(running) = running.filter(|one| self.threads.is_some() || one.limit.is_some())
        else {
            return Ok(TakenPage {
                entities,
                is_end: is_last,
            });
        };
        let taken = running.take_page(entities, is_last, key);
        self.changed.notify_waiters();
        taken
    }

    /// Splits the range of `task` before `found`, or notes that it cannot be split.
    pub(super) fn split(&self, task: &SplitTask, found: Option<SplitKey>) {
        let mut state = self.state();
        let RangeStates {
            waiting,
            running,
            next_index,
        } = &mut *state;
        let running = running.iter_mut().find(|one| one.index == task.range);
        let running = running.filter(|one| one.search == SplitSearch::Begun);
        if let Some(new) = running.and_then(|running| running.split(found, *next_index)) {
            // Under the lock: whatever the range does because of its new end is told later.
            let _is_received = self.events.send(ExportEvent::RangeSplit {
                range: task.range,
                at: new.keys.from.clone().unwrap_or_default(),
            });
            *next_index += 1;
            waiting.push_back(new);
        }
        self.changed.notify_waiters();
    }

    /// A range has come to its end, or has failed.
    pub(super) fn end(&self, range: u32) {
        self.state().running.retain(|one| one.index != range);
        self.changed.notify_waiters();
    }

    fn state(&self) -> MutexGuard<'_, RangeStates> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RangeStates {
    /// What one thread of so many does, if there is something at present.
    fn work(&mut self, threads: Option<u32>) -> Option<RangeWork> {
        if let Some(range) = self.waiting.pop_front() {
            self.running.push(RunningRange::new(&range));
            return Some(RangeWork::Export(Box::new(range)));
        }
        // At the beginning all threads get a range soon.
        let pages_min = if self.next_index < threads? {
            1
        } else {
            PAGES_MIN
        };
        let possible = self.running.iter_mut().filter(|one| {
            one.search == SplitSearch::Possible && one.pages >= pages_min && one.last.is_some()
        });
        // What has run for long is likely to run for long.
        let longest = possible.max_by_key(|one| one.pages)?;
        longest.search = SplitSearch::Begun;
        Some(RangeWork::Split(SplitTask {
            range: longest.index,
            last: longest.last.clone()?,
            end: longest.end().cloned(),
            empty_from: longest.empty_from.clone(),
        }))
    }

    /// Whether no further range can come.
    fn is_settled(&self) -> bool {
        let is_over = |one: &RunningRange| one.search == SplitSearch::Over;
        self.waiting.is_empty() && self.running.iter().all(is_over)
    }
}

impl RunningRange {
    fn new(range: &RangePlan) -> Self {
        Self {
            index: range.index,
            keys: range.keys.clone(),
            limit: range.limit.clone(),
            empty_from: range.empty_from.clone(),
            last: None,
            pages: 0,
            search: SplitSearch::Possible,
        }
    }

    fn end(&self) -> Option<&String> {
        self.limit.as_ref().or(self.keys.until.as_ref())
    }

    fn take_page(
        &mut self,
        entities: usize,
        is_last: bool,
        key: impl Fn(usize) -> Result<String>,
    ) -> Result<TakenPage> {
        let mut taken = TakenPage {
            entities,
            is_end: is_last,
        };
        if entities > 0 {
            let (first, last) = (key(0)?, key(entities - 1)?);
            let earlier = self.last.as_deref().unwrap_or_default();
            // A range that ends before a key has to have all keys before it.
            if compare_keys(earlier, &first).is_gt() || compare_keys(&first, &last).is_gt() {
                return Err(out_of_order());
            }
            self.last = Some(last);
            if let Some(limit) = &self.limit
                && let Some(last) = &self.last
                && compare_keys(last, limit) != Ordering::Less
            {
                taken.entities = count_before(limit, entities, key)?;
                taken.is_end = true;
            }
        }
        self.pages += 1;
        if taken.is_end {
            self.search = SplitSearch::Over;
        }
        Ok(taken)
    }

    /// The new range, which begins with the key, if the key is not passed.
    fn split(&mut self, found: Option<SplitKey>, index: u32) -> Option<RangePlan> {
        let Some(SplitKey { key, empty_from }) = found else {
            self.search = SplitSearch::Over;
            return None;
        };
        self.search = SplitSearch::Possible;
        let last = self.last.as_deref().unwrap_or_default();
        if compare_keys(last, &key) != Ordering::Less {
            return None;
        }
        let keys = PartitionRange {
            from: Some(key.clone()),
            until: self.end().cloned(),
        };
        self.pages = 0;
        self.empty_from = Some(key.clone());
        self.limit = Some(key);
        Some(RangePlan {
            empty_from,
            ..RangePlan::new(index, keys)
        })
    }
}

/// How many of so many keys in ascending order are before the limit.
fn count_before(
    limit: &str,
    entities: usize,
    key: impl Fn(usize) -> Result<String>,
) -> Result<usize> {
    let (mut low, mut high) = (0, entities);
    while low < high {
        let middle = usize::midpoint(low, high);
        if compare_keys(&key(middle)?, limit).is_lt() {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(low)
}

fn out_of_order() -> Error {
    let what =
        "the service does not list entities in the order of their keys: name the ranges with /PKRS";
    malformed(what)
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

    use super::*;

    fn shared(threads: u32) -> (SharedRanges, UnboundedReceiver<ExportEvent>) {
        let (events, receiver) = unbounded_channel();
        let state = RangeStates {
            waiting: VecDeque::from([RangePlan::new(0, PartitionRange::default())]),
            running: Vec::new(),
            next_index: 1,
        };
        let shared = SharedRanges {
            state: Mutex::new(state),
            changed: Notify::new(),
            threads: Some(threads),
            events,
        };
        (shared, receiver)
    }

    fn ready(shared: &SharedRanges) -> Option<RangeWork> {
        match shared.ready() {
            NextWork::Now(work) => Some(work),
            NextWork::Later | NextWork::Never => None,
        }
    }

    fn split_task(shared: &SharedRanges) -> SplitTask {
        match ready(shared) {
            Some(RangeWork::Split(task)) => task,
            other => panic!("{other:?}"),
        }
    }

    fn exported(shared: &SharedRanges) -> RangePlan {
        match ready(shared) {
            Some(RangeWork::Export(range)) => *range,
            other => panic!("{other:?}"),
        }
    }

    fn take(shared: &SharedRanges, range: u32, keys: &[&str]) -> Result<TakenPage> {
        shared.take_page(range, keys.len(), false, |index| Ok(keys[index].to_owned()))
    }

    fn at(key: &str) -> SplitKey {
        SplitKey {
            key: key.to_owned(),
            empty_from: None,
        }
    }

    #[test]
    fn a_split_range_ends_before_the_key_with_which_the_next_one_begins() {
        let (shared, mut events) = shared(2);
        exported(&shared);
        assert!(ready(&shared).is_none(), "nothing of it is known yet");
        take(&shared, 0, &["a", "b"]).unwrap();
        let task = split_task(&shared);
        assert_eq!((task.range, &*task.last, &task.end), (0, "b", &None));
        shared.split(&task, Some(at("d")));
        let told = events.try_recv().unwrap();
        assert!(
            matches!(&told, ExportEvent::RangeSplit { range: 0, at } if at == "d"),
            "{told:?}"
        );
        let new = exported(&shared);
        assert_eq!(
            (new.index, new.keys.filter().unwrap()),
            (1, "PartitionKey ge 'd'".to_owned())
        );
        let page = take(&shared, 0, &["b", "c", "c", "d", "e"]).unwrap();
        assert_eq!(
            page,
            TakenPage {
                entities: 3,
                is_end: true
            }
        );
    }

    #[test]
    fn a_range_that_has_passed_the_key_is_not_split() {
        let (shared, mut events) = shared(2);
        exported(&shared);
        take(&shared, 0, &["a"]).unwrap();
        let task = split_task(&shared);
        take(&shared, 0, &["c", "d"]).unwrap();
        shared.split(&task, Some(at("d")));
        assert!(events.try_recv().is_err());
        let again = split_task(&shared);
        assert_eq!(again.last, "d");
        shared.split(&again, Some(at("e")));
        assert_eq!(exported(&shared).index, 1);
    }

    #[test]
    fn a_range_that_ended_or_has_one_partition_is_not_split() {
        let (shared, mut events) = shared(3);
        exported(&shared);
        take(&shared, 0, &["a"]).unwrap();
        let task = split_task(&shared);
        assert!(!shared.state().is_settled(), "a range may come of it");
        shared.take_page(0, 1, true, |_| Ok("b".into())).unwrap();
        shared.split(&task, Some(at("c")));
        assert!(events.try_recv().is_err() && ready(&shared).is_none());
        assert!(shared.state().is_settled());
        shared.end(0);
        assert!(shared.state().is_settled());
    }

    #[test]
    fn a_range_is_split_again_when_it_has_run_for_a_while() {
        let (shared, _events) = shared(2);
        exported(&shared);
        take(&shared, 0, &["a"]).unwrap();
        shared.split(&split_task(&shared), Some(at("m")));
        exported(&shared);
        for key in ["b", "c", "d", "e", "f", "g", "h"] {
            take(&shared, 0, &[key]).unwrap();
        }
        assert!(ready(&shared).is_none(), "it has run for too short a time");
        take(&shared, 0, &["i"]).unwrap();
        let task = split_task(&shared);
        assert_eq!((task.range, task.end.as_deref()), (0, Some("m")));
    }

    #[test]
    fn entities_that_are_in_another_order_than_their_keys_are_an_error() {
        let (shared, _events) = shared(2);
        exported(&shared);
        take(&shared, 0, &["b"]).unwrap();
        let error = take(&shared, 0, &["a", "c"]).unwrap_err();
        assert!(error.to_string().contains("/PKRS"), "{error}");
    }
}
