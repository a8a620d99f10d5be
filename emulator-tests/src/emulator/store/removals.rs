//! When the files of a folder store are removed: after the records of all changes that were under
//! way.
//!
//! A change drops the bodies that it replaces before its record is in the journal. A file that was
//! removed at once would be missing if the process were killed in between, because the journal
//! still names it. So a change holds the removals until its record is written, and a file that is
//! dropped meanwhile waits for the holds of that moment.
//!
//! Holds and files have a generation. The files of a generation are removed when all holds of this
//! generation and of the one before have ended, so they never wait for holds that began later.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The files that wait for their removal.
#[derive(Debug, Default)]
pub struct Removals(Mutex<Generations>);

#[derive(Debug, Default)]
struct Generations {
    /// The present generation is 0 or 1; the other one is the generation before.
    present: usize,
    /// The holds of each generation.
    holds: [usize; 2],
    /// The files that were dropped in each generation.
    waiting: [Vec<PathBuf>; 2],
    /// Whether files stay, whoever drops them.
    keeps_files: bool,
}

/// Delays removals until it is dropped.
#[derive(Debug)]
pub struct RemovalHold {
    removals: Arc<Removals>,
    generation: usize,
}

impl Removals {
    /// Whether files stay from now on when they are dropped.
    pub fn keep_files(&self, keeps_files: bool) {
        self.generations().keeps_files = keeps_files;
    }

    /// Delays the removal of files that are dropped from now on.
    pub fn hold(self: &Arc<Self>) -> RemovalHold {
        let mut generations = self.generations();
        let generation = generations.present;
        generations.holds[generation] += 1;
        RemovalHold {
            removals: Arc::clone(self),
            generation,
        }
    }

    /// Removes a file, at once if nothing holds the removals.
    pub fn remove(&self, path: PathBuf) {
        let mut generations = self.generations();
        if generations.keeps_files {
            return;
        }
        let present = generations.present;
        generations.waiting[present].push(path);
        let free = generations.take_free();
        drop(generations);
        remove_all(free);
    }

    fn generations(&self) -> MutexGuard<'_, Generations> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Generations {
    /// The files that no hold delays any more. A generation ends when the one before has no hold.
    fn take_free(&mut self) -> Vec<PathBuf> {
        let mut free = Vec::new();
        for _ in 0..2 {
            let before = 1 - self.present;
            if self.holds[before] > 0 {
                break;
            }
            free.append(&mut self.waiting[before]);
            self.present = before;
        }
        free
    }
}

impl Drop for RemovalHold {
    fn drop(&mut self) {
        let mut generations = self.removals.generations();
        generations.holds[self.generation] -= 1;
        let free = generations.take_free();
        drop(generations);
        remove_all(free);
    }
}

/// A file that cannot be removed now is removed at the next start.
fn remove_all(paths: Vec<PathBuf>) {
    for path in paths {
        let _ = fs::remove_file(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_waits_for_the_holds_of_its_time_and_for_no_later_ones() {
        let folder = tempfile::tempdir().unwrap();
        let removals = Arc::new(Removals::default());
        let drop_file = |name: &str| {
            let path = folder.path().join(name);
            fs::write(&path, name).unwrap();
            removals.remove(path.clone());
            path
        };
        assert!(!drop_file("free").exists());
        let first = removals.hold();
        let held = drop_file("held");
        let second = removals.hold();
        let twice = drop_file("twice");
        assert!(held.exists() && twice.exists());
        drop(first);
        let third = removals.hold();
        assert!(twice.exists());
        drop(second);
        let fourth = removals.hold();
        drop(third);
        assert!(!held.exists() && !twice.exists());
        let last = drop_file("last");
        drop(fourth);
        assert!(!last.exists());
    }

    #[test]
    fn files_that_are_kept_stay() {
        let folder = tempfile::tempdir().unwrap();
        let removals = Arc::new(Removals::default());
        let path = folder.path().join("kept");
        fs::write(&path, "kept").unwrap();
        removals.keep_files(true);
        let hold = removals.hold();
        removals.remove(path.clone());
        drop(hold);
        assert!(path.exists());
    }
}
