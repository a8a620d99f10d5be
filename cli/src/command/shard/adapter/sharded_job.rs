//! What a scheduler needs to know of a plan.

use azring_core::shard::Plan;

use crate::command::convert_args::quoted;

/// The shards of a plan, and where they are copied from and to.
#[derive(Debug, Clone)]
pub(in crate::command::shard) struct ShardedJob {
    /// The folder of the plan, as an absolute path.
    pub(super) plan: String,
    /// Without a credential.
    pub(super) source: String,
    /// Without a credential.
    pub(super) target: String,
    /// There are the shards from 0 to one less.
    pub(super) shards: u32,
}

impl ShardedJob {
    /// The job of the plan in this folder.
    pub(in crate::command::shard) fn new(plan: &Plan, folder: &str) -> Self {
        Self {
            plan: folder.to_owned(),
            source: plan.source.clone(),
            target: plan.target.clone(),
            shards: plan.shards.len() as u32,
        }
    }

    /// The ends that are on this machine, with whether they are only read.
    pub(super) fn local_ends(&self) -> impl Iterator<Item = (&str, bool)> {
        let ends = [(&*self.source, true), (&*self.target, false)];
        ends.into_iter().filter(|(place, _)| place.starts_with('/'))
    }

    /// A script with the job's places, each quoted for a shell, and numbers.
    pub(super) fn filled(&self, script: &str, numbers: &[(&str, u32)]) -> String {
        let mut filled = script.to_owned();
        for (name, number) in numbers {
            filled = filled.replace(&format!("@{name}@"), &number.to_string());
        }
        // The places come last, so that nothing in them is taken for another name.
        let mut parts = filled.split('@');
        let mut text = parts.next().unwrap_or_default().to_owned();
        while let Some(name) = parts.next() {
            let value = match name {
                "PLAN" => quoted(&self.plan),
                "SOURCE" => quoted(&self.source),
                "TARGET" => quoted(&self.target),
                other => {
                    text.push('@');
                    text.push_str(other);
                    continue;
                }
            };
            text.push_str(&value);
            text.push_str(parts.next().unwrap_or_default());
        }
        text
    }
}
