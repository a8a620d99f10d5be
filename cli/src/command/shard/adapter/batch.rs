//! The tasks of a job of Azure Batch, for `az batch task create --job-id JOB --json-file FILE`.
//!
//! The job needs `"usesTaskDependencies": true`, because the merge depends on all other tasks.
//! <https://learn.microsoft.com/rest/api/batchservice/task/add-task>

use serde_json::{Value, json};

use super::sharded_job::ShardedJob;
use crate::command::convert_args::quoted;

/// Attempts after the first one.
const RETRIES: u32 = 5;

/// The tasks, as an array of JSON: one for each shard, and the merge.
pub(super) fn tasks(job: &ShardedJob) -> String {
    let shards = (0..job.shards).map(|index| shard(job, index));
    let tasks: Vec<Value> = shards.chain([merge(job)]).collect();
    format!("{:#}", Value::Array(tasks))
}

fn shard(job: &ShardedJob, index: u32) -> Value {
    let [plan, source, target] = [&job.plan, &job.source, &job.target].map(|word| quoted(word));
    // The folder stays when a task is tried again on its node, and other tasks use it too.
    let state = "\"$AZ_BATCH_NODE_SHARED_DIR/azring\"";
    json!({
        // A range of dependencies is one of numbers.
        "id": index.to_string(),
        "displayName": format!("azring shard {index}"),
        "commandLine": in_shell(&format!(
            "mkdir -p {state} && exec azring shard run {plan} {index} {source} {target} --state {state}"
        )),
        "constraints": { "maxTaskRetryCount": RETRIES },
        // The results are added up also when a shard has failed: then the merge names it.
        "exitConditions": { "default": { "dependencyAction": "satisfy" } },
        "userIdentity": { "autoUser": { "scope": "pool", "elevationLevel": "nonadmin" } },
    })
}

fn merge(job: &ShardedJob) -> Value {
    let last = job.shards.saturating_sub(1);
    json!({
        "id": "merge",
        "displayName": "azring merge",
        "commandLine": in_shell(&format!("exec azring shard merge {}", quoted(&job.plan))),
        "dependsOn": { "taskIdRanges": [{ "start": 0, "end": last }] },
        "userIdentity": { "autoUser": { "scope": "pool", "elevationLevel": "nonadmin" } },
    })
}

/// A command line is not run in a shell by itself.
fn in_shell(script: &str) -> String {
    format!("/bin/sh -c {}", quoted(script))
}
