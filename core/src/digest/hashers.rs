//! The threads that hash large objects, so that no worker's connections wait for MD5.

use std::thread::JoinHandle;

use async_channel::{Receiver, Sender};

use super::follower::Turn;

/// A few threads that take turns of [`super::Follower`]s. Clones share them; they end when the last clone is dropped.
#[derive(Debug, Clone)]
pub struct Hashers {
    turns: Sender<Turn>,
}

impl Hashers {
    /// Starts `threads` threads; joining them waits for the turns they have.
    pub fn start(threads: usize) -> (Self, Vec<JoinHandle<()>>) {
        let (turns, waiting) = async_channel::unbounded();
        let start = |index| {
            let waiting: Receiver<Turn> = waiting.clone();
            std::thread::Builder::new()
                .name(format!("hash {index}"))
                .spawn(move || {
                    while let Ok(turn) = waiting.recv_blocking() {
                        turn.take();
                    }
                })
        };
        let threads = (0..threads.max(1))
            .filter_map(|index| start(index).ok())
            .collect();
        (Self { turns }, threads)
    }

    /// Has a turn taken by whichever thread is free.
    pub(super) fn hand(&self, turn: Turn) {
        // The threads live as long as this end of the channel does.
        let _always_heard = self.turns.try_send(turn);
    }
}
