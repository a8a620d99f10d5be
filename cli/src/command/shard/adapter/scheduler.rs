//! The schedulers that a plan can be written for.

use super::sharded_job::ShardedJob;
use super::{batch, kubernetes, parallel, slurm};
use crate::parameter as row;
use crate::parsed::{ParsedArgs, choice};
use crate::usage_error::UsageError;

/// What runs the shards of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::command::shard) enum Scheduler {
    /// A Slurm job array.
    Slurm,
    /// An Indexed Job of Kubernetes.
    Kubernetes,
    /// GNU parallel on one machine.
    Parallel,
    /// Tasks of Azure Batch.
    Batch,
}

impl Scheduler {
    /// The scheduler that `/Emit` names, if it is given.
    pub(in crate::command::shard) fn of(args: &ParsedArgs) -> Result<Option<Self>, UsageError> {
        let Some(word) = choice(args, &row::EMIT)? else {
            return Ok(None);
        };
        if choice(args, &row::OUTPUT)? == Some("json") {
            return Err(UsageError::meaning(format!(
                "`{}` and `{}` exclude each other: both are about standard output",
                row::EMIT.spelled(args.dialect()),
                row::OUTPUT.with_value("json", args.dialect())
            )));
        }
        Ok(Some(match word {
            "slurm" => Self::Slurm,
            "kubernetes" => Self::Kubernetes,
            "batch" => Self::Batch,
            _ => Self::Parallel,
        }))
    }

    /// What it is given to run the job.
    pub(in crate::command::shard) fn text(self, job: &ShardedJob) -> String {
        match self {
            Self::Slurm => slurm::script(job),
            Self::Kubernetes => kubernetes::manifest(job),
            Self::Parallel => parallel::script(job),
            Self::Batch => batch::tasks(job),
        }
    }
}
