//! The manifest of an Indexed Job of Kubernetes.
//!
//! <https://kubernetes.io/docs/concepts/workloads/controllers/job/>

use serde_json::json;

use super::exit_action::ExitAction;
use super::sharded_job::ShardedJob;

const MANIFEST: &str = include_str!("kubernetes.yaml");

/// Pods that run at once.
const WORKERS: u32 = 16;

/// The manifest. Texts are in JSON, which is YAML too.
pub(super) fn manifest(job: &ShardedJob) -> String {
    let plan = &job.plan;
    let run = json!([
        "azring",
        "shard",
        "run",
        argument(plan),
        "$(JOB_COMPLETION_INDEX)",
        argument(&job.source),
        argument(&job.target),
        "--state",
        "/var/azring"
    ]);
    let merge = json!(["azring", "shard", "merge", argument(plan)]);
    let (mut mounts, mut volumes) = (Vec::new(), Vec::new());
    if plan.starts_with('/') {
        mounts.push(json!({ "name": "plan", "mountPath": plan }));
        volumes.push(claim("plan"));
    }
    let merge_mounts = json!(mounts);
    let merge_volumes = json!(volumes);
    let ends = job.local_ends().zip(["data", "more-data"]);
    for ((path, is_source), name) in ends {
        mounts.push(json!({ "name": name, "mountPath": path, "readOnly": is_source }));
        volumes.push(claim(name));
    }
    mounts.push(json!({ "name": "state", "mountPath": "/var/azring" }));
    volumes.push(json!({ "name": "state", "emptyDir": {} }));
    [
        ("@VERSION@", env!("CARGO_PKG_VERSION").to_owned()),
        ("@SHARDS@", job.shards.to_string()),
        ("@WORKERS@", WORKERS.min(job.shards).to_string()),
        (
            "@FINAL_CODES@",
            json!(ExitAction::GiveUp.codes()).to_string(),
        ),
        ("@MERGE_MOUNTS@", merge_mounts.to_string()),
        ("@MERGE_VOLUMES@", merge_volumes.to_string()),
        ("@MOUNTS@", json!(mounts).to_string()),
        ("@VOLUMES@", json!(volumes).to_string()),
        ("@MERGE@", merge.to_string()),
        ("@RUN@", run.to_string()),
    ]
    .into_iter()
    .fold(MANIFEST.to_owned(), |text, (name, value)| {
        text.replace(name, &value)
    })
}

/// A volume that somebody else provides: `azring-NAME`.
fn claim(name: &str) -> serde_json::Value {
    json!({ "name": name, "persistentVolumeClaim": { "claimName": format!("azring-{name}") } })
}

/// An argument of a container, in which Kubernetes would replace `$(NAME)`.
fn argument(text: &str) -> String {
    text.replace("$(", "$$(")
}
