//! The script for GNU parallel on one machine, or for some machines with `--sshlogin`.

use super::sharded_job::ShardedJob;

const SCRIPT: &str = include_str!("parallel.sh");

/// The script.
pub(super) fn script(job: &ShardedJob) -> String {
    job.filled(SCRIPT, &[("LAST_SHARD", job.shards.saturating_sub(1))])
}
