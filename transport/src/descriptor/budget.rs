//! The sum of a run's descriptors, one line per consumer.
//!
//! The limit of the process is divided once, before the first file. Every consumer keeps within its
//! part.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::{Error, Kind, Result};

/// What a process has open, whatever it copies: standard streams (3), signals (4), the
/// coordinator's runtime (4), the journal and its owner's lock (4), a log, a ledger, a report and a
/// trace (4), a listing of folders (6), a name look-up, certificates and the thread that makes
/// files durable (3).
const PROCESS: u64 = 28;

/// What a worker has open: its ring, the epoll set twice, an event, signals, and one that is being
/// opened.
const WORKER: u64 = 6;

/// A worker needs some connections and files of its own to be useful.
const PER_WORKER: u64 = 18;

/// One connection of the coordinator, one object that it looks at, one connection of a worker, a
/// folder at the target, and a file with its folder.
const ONE_OBJECT: u64 = 6;

/// Connections of the coordinator: it looks at 64 objects and lists eight parts at once.
const COORDINATOR_CONNECTIONS_MAX: u64 = 72;

/// Objects that the coordinator looks at, at once.
const LOOKS_MAX: u64 = 64;

/// How many folders of a target are kept open.
const FOLDERS_MAX: u64 = 128;

/// How the descriptors of a run are divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DescriptorBudget {
    /// Worker threads, at most.
    pub workers: u32,
    /// Connections of the coordinator.
    pub coordinator_connections: u32,
    /// Source objects that the coordinator may have open at once to look at them.
    pub looks: u32,
    /// Connections of each worker.
    pub worker_connections: u32,
    /// Folders of the destination that are kept open.
    pub folders: u32,
    /// Descriptors for the files of all workers that are under way or not durable yet.
    pub object_files: u32,
}

impl DescriptorBudget {
    /// Divides `limit` descriptors over up to `workers_wanted` workers.
    ///
    /// Fails with [`Kind::Limit`] where not even one object could be copied.
    pub fn divide(limit: u64, workers_wanted: u32) -> Result<Self> {
        let least = PROCESS + WORKER + ONE_OBJECT;
        if limit < least {
            return Err(Error::new(
                Kind::Limit,
                format!(
                    "this process may have only {limit} files and connections open: at least {least} are needed \
                     (`ulimit -n {least}`, better 1024 or more)"
                ),
            ));
        }
        let rest = limit - PROCESS;
        let workers = (rest / PER_WORKER).clamp(1, u64::from(workers_wanted.max(1)));
        let rest = rest - workers * WORKER;
        let coordinator_connections = (rest / 8).clamp(1, COORDINATOR_CONNECTIONS_MAX);
        let looks = (rest / 8).clamp(1, LOOKS_MAX);
        let rest = rest - coordinator_connections - looks;
        let worker_connections = (rest * 2 / 5 / workers).max(1);
        let rest = rest - worker_connections * workers;
        let folders = (rest / 4).clamp(1, FOLDERS_MAX);
        let number = |descriptors: u64| u32::try_from(descriptors).unwrap_or(u32::MAX);
        Ok(Self {
            workers: number(workers),
            coordinator_connections: number(coordinator_connections),
            looks: number(looks),
            worker_connections: number(worker_connections),
            folders: number(folders),
            object_files: number(rest - folders),
        })
    }
}

/// Raises the limit of open descriptors to what the system allows and returns it.
pub fn raise_descriptor_limit() -> u64 {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = maximum.unwrap_or(65_536).min(65_536);
    if current.is_some_and(|current| current < wanted) {
        let raised = setrlimit(
            Resource::Nofile,
            Rlimit {
                current: Some(wanted),
                maximum,
            },
        );
        if raised.is_ok() {
            return wanted;
        }
    }
    current.unwrap_or(wanted)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sum(budget: &DescriptorBudget) -> u64 {
        let workers = u64::from(budget.workers);
        PROCESS
            + workers * (WORKER + u64::from(budget.worker_connections))
            + u64::from(budget.coordinator_connections)
            + u64::from(budget.looks)
            + u64::from(budget.folders)
            + u64::from(budget.object_files)
    }

    proptest! {
        #[test]
        fn the_parts_never_exceed_the_limit_and_one_object_fits(limit in 0_u64..200_000, wanted in 0_u32..64) {
            match DescriptorBudget::divide(limit, wanted) {
                Ok(budget) => {
                    prop_assert!(sum(&budget) <= limit, "{budget:?}");
                    prop_assert!(budget.object_files >= 2 && budget.folders >= 1, "{budget:?}");
                    prop_assert!(budget.worker_connections >= 1 && budget.workers >= 1, "{budget:?}");
                }
                Err(error) => {
                    prop_assert!(limit < 64);
                    prop_assert_eq!(error.kind(), Kind::Limit);
                }
            }
        }
    }

    #[test]
    fn with_64_descriptors_two_workers_of_eight_start() {
        let budget = DescriptorBudget::divide(64, 8).unwrap();
        assert_eq!(budget.workers, 2);
        assert!(budget.worker_connections >= 3, "{budget:?}");
        assert!(budget.object_files >= 8, "{budget:?}");
    }

    #[test]
    fn with_1024_descriptors_eight_workers_have_hundreds_of_each() {
        let budget = DescriptorBudget::divide(1024, 8).unwrap();
        assert_eq!(budget.workers, 8);
        assert_eq!(
            (budget.coordinator_connections, budget.looks, budget.folders),
            (72, 64, 123)
        );
        assert!(budget.worker_connections * 8 >= 256, "{budget:?}");
        assert!(budget.object_files >= 256, "{budget:?}");
    }

    #[test]
    fn below_the_least_the_message_says_what_is_needed() {
        let error = DescriptorBudget::divide(39, 2).unwrap_err().to_string();
        assert!(
            error.contains("only 39") && error.contains("ulimit -n 40"),
            "{error}"
        );
        assert!(DescriptorBudget::divide(40, 2).is_ok());
    }
}
