//! The script of a Slurm job array.

use super::exit_action::ExitAction;
use super::sharded_job::ShardedJob;

const SCRIPT: &str = include_str!("slurm.sh");

/// The most tasks of an array, by Slurm's default: `MaxArraySize` is 1001, and the last index is one less.
/// <https://slurm.schedmd.com/slurm.conf.html#OPT_MaxArraySize>
const TASKS_MAX: u32 = 1000;

/// The script. A task runs several shards where there are more of them than tasks.
pub(super) fn script(job: &ShardedJob) -> String {
    let of_task = job.shards.div_ceil(TASKS_MAX).max(1);
    let tasks = job.shards.div_ceil(of_task);
    let numbers = [
        ("SHARDS", job.shards),
        ("SHARDS_OF_TASK", of_task),
        ("LAST_TASK", tasks.saturating_sub(1)),
    ];
    let codes: Vec<String> = ExitAction::GiveUp
        .codes()
        .iter()
        .map(ToString::to_string)
        .collect();
    let script = SCRIPT.replace("@FINAL_CODES@", &codes.join(" | "));
    job.filled(&script, &numbers)
}
