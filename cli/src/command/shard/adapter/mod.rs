//! What a scheduler is given so that it runs the shards of a plan: `--emit`.
//!
//! A [`ShardedJob`] is what all of them need to know. Each scheduler has a file with its form: a script
//! (`slurm.sh`, `parallel.sh`), a manifest (`kubernetes.yaml`) or JSON (`batch`). `exit_action` says which
//! ends of a worker are worth another attempt. No text here has a secret: workers get credentials from
//! their environment.

mod sharded_job;

mod exit_action;

mod slurm;

mod kubernetes;

mod parallel;

mod batch;

mod scheduler;

pub(super) use scheduler::Scheduler;
pub(super) use sharded_job::ShardedJob;

#[cfg(test)]
mod tests;
