//! Random faults and behaviour of the service. A rule is applied a few times only, so that a run that is
//! patient ends well.

use serde_json::{Value, json};

use azring_emulator_tests::emulator::{Behaviour, Server};

use super::draw::CaseDraw;
use super::entities::Entities;

/// What the service does while one command runs.
#[derive(Debug, Clone, Default)]
pub(super) struct ServiceFaults {
    rules: Vec<Value>,
    behaviour: Value,
}

impl ServiceFaults {
    /// While a table is read: pages end anywhere, are empty, fail, are cut, come twice.
    pub(super) fn of_export(draw: &mut CaseDraw, entities: &Entities) -> Self {
        let fewest = 1 + entities.len() / 60;
        let borders = entities.keys().map(|(partition, _)| partition.clone());
        let borders: Vec<String> = borders.filter(|_| draw.chance(3)).collect();
        let behaviour = json!({
            "listing": {
                "empty_every": *draw.pick(&[0, 0, 2, 3]),
                "short_every": *draw.pick(&[0, 0, 2, 3]),
                "entries_max": *draw.pick(&[0, 0, fewest, fewest + 7]),
            },
            "table": {
                "partition_tokens": draw.chance(40),
                "partition_borders": borders,
            },
        });
        let rules = (0..draw.below(4)).map(|_| {
            let then = match draw.below(9) {
                0 => json!({ "answer": { "status": 500, "code": "OperationTimedOut" } }),
                1 => json!({ "close": "before_answer", "how": "reset" }),
                2 => json!({ "close": { "response_bytes": draw.below(2000) }, "how": "reset" }),
                3 => json!({ "close": { "response_bytes": draw.below(2000) } }),
                4 => json!({ "lose_answer": true }),
                5 => json!({ "spare_answer": "at_once" }),
                6 => json!({ "spare_answer": "with_next" }),
                7 => json!({ "page_entities": draw.below(3) }),
                _ => json!({ "answer": { "status": 503, "code": "ServerBusy" } }),
            };
            rule(draw, ("GET", "*()"), &then)
        });
        Self {
            rules: rules.collect(),
            behaviour,
        }
    }

    /// While a table is written: batches are refused outside and inside of their answers, are written although
    /// their answer is lost, and partitions are throttled.
    pub(super) fn of_import(draw: &mut CaseDraw, entities: &Entities) -> Self {
        // A limit that the table reaches, and that does not take long.
        let limit = 100.max(entities.len() as u64);
        let behaviour = json!({
            "table": {
                "partition_entities_per_second": *draw.pick(&[0, 0, 0, limit]),
                "account_entities_per_second": *draw.pick(&[0, 0, 0, limit]),
            },
        });
        let rules = (0..draw.below(4)).map(|_| {
            let busy = json!({ "status": 503, "code": "ServerBusy", "after_body": draw.chance(50) });
            let then = match draw.below(9) {
                0 => json!({ "answer": { "status": 500, "code": "InternalError", "after_body": true } }),
                1 => json!({ "close": "before_answer", "how": "reset" }),
                2 => json!({ "close": { "request_bytes": draw.below(2000) }, "how": "reset" }),
                3 => json!({ "lose_answer": true }),
                4 => json!({ "lose_answer": true, "how": "reset" }),
                5 => json!({ "spare_answer": "at_once" }),
                6 => json!({ "spare_answer": "with_next" }),
                7 => json!({ "batch_status": *draw.pick(&[500, 503]) }),
                _ => json!({ "answer": busy }),
            };
            let which = *draw.pick(&[("POST", "*"), ("POST", "*/$batch"), ("*", "*")]);
            rule(draw, which, &then)
        });
        Self {
            rules: rules.collect(),
            behaviour,
        }
    }

    /// From now on.
    pub(super) fn apply_to(&self, server: &Server, seed: u64) {
        let behaviour = self.behaviour.clone();
        let behaviour = serde_json::from_value(behaviour).unwrap_or_default();
        server.set_behaviour(behaviour);
        let plan = json!({ "seed": seed, "rules": self.rules });
        server.set_fault_plan(&plan.to_string());
    }

    /// The service works well from now on.
    pub(super) fn end_on(server: &Server) {
        server.clear_faults();
        server.set_behaviour(Behaviour::default());
    }
}

/// A rule for some requests.
fn rule(draw: &mut CaseDraw, (method, path): (&str, &str), then: &Value) -> Value {
    let mut when = json!({ "path": path, "times": 1 + draw.below(3) });
    if method != "*" {
        when["method"] = json!(method);
    }
    match draw.below(4) {
        0 => when["every"] = json!(1 + draw.below(4)),
        1 => when["hits"] = json!([1 + draw.below(3), 4 + draw.below(6)]),
        2 => when["probability"] = json!(0.3),
        _ => {
            when["hits"] = json!([1]);
            when["count_by"] = json!("url");
        }
    }
    json!({ "when": when, "then": then, "go_on": draw.chance(30) })
}
