//! What schedulers are given. `scripts/schedulers.sh` has them run it.

use serde_json::Value;

use super::exit_action::ExitAction;
use super::*;

fn job(shards: u32) -> ShardedJob {
    ShardedJob {
        plan: "/plans/it's one".to_owned(),
        source: "/my data".to_owned(),
        target: "https://a.blob.core.windows.net/c".to_owned(),
        shards,
    }
}

const ALL: [Scheduler; 4] = [
    Scheduler::Slurm,
    Scheduler::Kubernetes,
    Scheduler::Parallel,
    Scheduler::Batch,
];

#[test]
fn no_name_of_a_template_is_left() {
    for scheduler in ALL {
        for shards in [1, 32, 10_000] {
            let text = scheduler.text(&job(shards));
            assert!(
                text.contains("shard run") || text.contains("\"shard\",\"run\""),
                "{text}"
            );
            for name in [
                "PLAN",
                "SOURCE",
                "TARGET",
                "SHARDS",
                "LAST_TASK",
                "RUN",
                "MERGE",
                "VERSION",
            ] {
                assert!(
                    !text.contains(&format!("@{name}@")),
                    "{scheduler:?}: {name}"
                );
            }
        }
    }
}

#[test]
fn a_place_that_looks_like_a_name_of_a_template_stays_as_it_is() {
    let odd = ShardedJob {
        source: "/@TARGET@/@PLAN@/a@b".to_owned(),
        ..job(2)
    };
    let script = Scheduler::Slurm.text(&odd);
    assert!(script.contains("source=/@TARGET@/@PLAN@/a@b\n"), "{script}");
    assert!(script.contains(r"plan='/plans/it'\''s one'"), "{script}");
}

#[test]
fn every_shard_is_in_one_of_a_thousand_tasks_at_most() {
    for shards in [1, 4, 999, 1000, 1001, 2001, 10_000] {
        let script = Scheduler::Slurm.text(&job(shards));
        let number = |name: &str| -> u32 {
            let line = script.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|text| text.parse().ok()).expect(name)
        };
        let of_task = number("shards_of_task=");
        let last = number("#SBATCH --array=0-");
        assert_eq!(number("shards="), shards);
        assert!(last < 1000, "{shards}: {last}");
        assert!(
            last * of_task < shards && (last + 1) * of_task >= shards,
            "{shards}"
        );
    }
}

#[test]
fn no_scheduler_tries_again_what_would_end_the_same() {
    assert_eq!(ExitAction::GiveUp.codes(), [2, 3, 4, 6]);
    assert_eq!(ExitAction::Finish.codes(), [0]);
    let script = Scheduler::Slurm.text(&job(4));
    assert!(script.contains("\n  0 | 2 | 3 | 4 | 6) ;;"), "{script}");
    let manifest = Scheduler::Kubernetes.text(&job(4));
    assert!(
        manifest.contains("operator: In, values: [2,3,4,6]}"),
        "{manifest}"
    );
}

#[test]
fn kubernetes_replaces_nothing_in_a_place() {
    let odd = ShardedJob {
        source: "/$(HOME)".to_owned(),
        ..job(2)
    };
    let manifest = Scheduler::Kubernetes.text(&odd);
    assert!(manifest.contains("\"/$$(HOME)\""), "{manifest}");
    assert!(manifest.contains("\"$(JOB_COMPLETION_INDEX)\""));
    assert!(manifest.contains("\"claimName\":\"azring-data\""));
}

/// The names of a task's fields, from the description of the REST API 2024-07-01.20.0.
#[test]
fn the_tasks_of_azure_batch_have_fields_that_it_knows() {
    const FIELDS: [&str; 7] = [
        "id",
        "displayName",
        "commandLine",
        "exitConditions",
        "constraints",
        "userIdentity",
        "dependsOn",
    ];
    let text = Scheduler::Batch.text(&job(3));
    let tasks: Vec<Value> = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!(tasks.len(), 4);
    for task in &tasks {
        let fields = task.as_object().expect("an object");
        assert!(
            fields.keys().all(|name| FIELDS.contains(&name.as_str())),
            "{task}"
        );
        assert!(
            task["commandLine"]
                .as_str()
                .is_some_and(|line| line.starts_with("/bin/sh -c "))
        );
    }
    let ids: Vec<_> = tasks
        .iter()
        .filter_map(|task| task["id"].as_str())
        .collect();
    assert_eq!(ids, ["0", "1", "2", "merge"]);
    assert_eq!(tasks[3]["dependsOn"]["taskIdRanges"][0]["end"], 2);
    assert_eq!(
        tasks[0]["exitConditions"]["default"]["dependencyAction"],
        "satisfy"
    );
}
