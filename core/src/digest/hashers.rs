//! The threads that hash large objects, so that no worker's connections wait for MD5.
//!
//! One object keeps a core busy with 0.7 GB/s; eight objects side by side get 2.5 to 3.7 GB/s from
//! the same core, and sixteen, with AVX-512, 5 GB/s. So two objects are hashed by two threads, each
//! at its best. More objects go side by side in as few threads as leave half of the cores to the
//! rest of the work, and in more threads only when the lanes of those are full.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use azring_transport::md5::LANES;

use super::lanes::Lanes;
use super::ticket::Ticket;

/// This many objects are hashed faster by one thread each than side by side.
const APART_MAX: usize = 2;

/// The threads, and the tickets of [`super::Follower`]s that they take. Clones share them; they end
/// when the last clone is dropped.
#[derive(Debug, Clone)]
pub struct Hashers(Arc<Entrance>);

/// The only sender of tickets. The threads end once it is dropped.
#[derive(Debug)]
struct Entrance(Arc<TicketQueue>);

impl Drop for Entrance {
    fn drop(&mut self) {
        self.0.lock().is_closed = true;
        self.0.called.notify_all();
    }
}

impl Hashers {
    /// Starts `threads` threads; joining them waits for the tickets they have.
    pub fn start(threads: usize) -> (Self, Vec<JoinHandle<()>>) {
        let threads = threads.max(1);
        let line = Arc::new(TicketQueue {
            threads,
            waiting: Mutex::default(),
            called: Condvar::new(),
        });
        let start = |index| {
            let line = Arc::clone(&line);
            std::thread::Builder::new()
                .name(format!("hash {index}"))
                .spawn(move || line.work())
        };
        let threads = (0..threads).filter_map(|index| start(index).ok()).collect();
        (Self(Arc::new(Entrance(line))), threads)
    }

    /// Queues a ticket for the next thread with a free lane.
    pub(super) fn hand(&self, turn: Ticket) {
        let line = &self.0.0;
        let mut waiting = line.lock();
        waiting.turns.push_back(turn);
        line.call(&waiting);
    }
}

/// Where tickets wait for a thread.
#[derive(Debug)]
struct TicketQueue {
    threads: usize,
    waiting: Mutex<WaitingTickets>,
    called: Condvar,
}

#[derive(Default)]
struct WaitingTickets {
    turns: VecDeque<Ticket>,
    /// Tickets that threads have taken.
    taken: usize,
    /// Threads that have tickets, or look for some.
    awake: usize,
    is_closed: bool,
}

impl std::fmt::Debug for WaitingTickets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WaitingTickets")
            .field("turns", &self.turns.len())
            .field("taken", &self.taken)
            .field("awake", &self.awake)
            .finish_non_exhaustive()
    }
}

impl WaitingTickets {
    fn objects(&self) -> usize {
        self.turns.len() + self.taken
    }
}

impl TicketQueue {
    fn work(&self) {
        let mut lanes = Lanes::default();
        let mut ended = 0;
        self.lock().awake += 1;
        while self.refill(&mut lanes, ended) {
            ended = lanes.step();
        }
    }

    /// Fills the lanes up to this thread's part; waits while that is empty. False once no more
    /// tickets come.
    fn refill(&self, lanes: &mut Lanes, ended: usize) -> bool {
        let mut waiting = self.lock();
        waiting.taken -= ended;
        loop {
            let objects = waiting.objects();
            let wanted = threads_for(objects, self.threads);
            if waiting.awake > wanted {
                // There are enough threads without this one.
                waiting.taken -= lanes.len();
                waiting.turns.extend(lanes.give_up());
            } else {
                let share = objects.div_ceil(wanted.max(1)).min(LANES);
                while lanes.len() < share
                    && let Some(turn) = waiting.turns.pop_front()
                {
                    lanes.add(turn);
                    waiting.taken += 1;
                }
            }
            if !lanes.is_empty() {
                self.call(&waiting);
                return true;
            }
            waiting.awake -= 1;
            if waiting.is_closed {
                return false;
            }
            waiting = self
                .called
                .wait(waiting)
                .unwrap_or_else(PoisonError::into_inner);
            waiting.awake += 1;
        }
    }

    /// Wakes another thread when there is work for it.
    fn call(&self, waiting: &WaitingTickets) {
        if !waiting.turns.is_empty() && waiting.awake < threads_for(waiting.objects(), self.threads)
        {
            self.called.notify_one();
        }
    }

    fn lock(&self) -> MutexGuard<'_, WaitingTickets> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many of the threads hash this many objects.
fn threads_for(objects: usize, threads: usize) -> usize {
    let most = if objects <= APART_MAX {
        threads
    } else {
        (threads / 2).max(objects.div_ceil(LANES))
    };
    objects.min(most).min(threads)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_are_filled_before_more_than_half_of_the_threads_hash() {
        let on =
            |threads: usize| [0, 1, 2, 3, 16, 17, 64].map(|objects| threads_for(objects, threads));
        assert_eq!(on(1), [0, 1, 1, 1, 1, 1, 1]);
        assert_eq!(on(2), [0, 1, 2, 1, 1, 2, 2]);
        assert_eq!(on(4), [0, 1, 2, 2, 2, 2, 4]);
        assert_eq!(on(16), [0, 1, 2, 3, 8, 8, 8]);
    }
}
