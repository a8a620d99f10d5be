//! Finds the rules of a plan that apply to a request. The connection asks once per request; without
//! a plan that is one atomic load.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::pattern;
use super::plan::{Bandwidth, Budget, BudgetAnswer, CountBy, Plan, Rule, RuleAnswer, Then, When};
use crate::emulator::http::bucket::Bucket;
use crate::emulator::http::head::Head;
use crate::emulator::http::query::decode;

/// The current plan. It can be replaced at any time.
#[derive(Debug, Default)]
pub struct Faults {
    any: AtomicBool,
    running: RwLock<Option<Arc<RunningPlan>>>,
}

/// A plan with its counters.
#[derive(Debug)]
pub struct RunningPlan {
    plan: Plan,
    rules: Vec<Counter>,
    budgets: Vec<Buckets>,
    total: Option<Arc<Bucket>>,
}

#[derive(Debug, Default)]
struct Counter {
    applied: AtomicU64,
    hits: Mutex<HashMap<u64, u64>>,
}

#[derive(Debug)]
struct Buckets {
    requests: Option<Bucket>,
    bytes: Option<Bucket>,
}

/// What the plan does to one request.
#[derive(Debug, Clone, Default)]
pub struct MatchedFaults {
    /// Names of the rules applied.
    pub names: Vec<String>,
    /// Their effects, in order.
    pub effects: Vec<Then>,
    /// The refusal of a budget that was exceeded.
    pub throttled: Option<RuleAnswer>,
    /// The bandwidth of this connection.
    pub connection_bytes_per_second: Option<u64>,
    /// The bandwidth of all connections.
    pub total: Option<Arc<Bucket>>,
}

impl Faults {
    /// Replaces the plan; `None` ends all faults.
    pub fn set(&self, plan: Option<Plan>) {
        let running = plan.map(|plan| Arc::new(RunningPlan::new(plan)));
        self.any.store(running.is_some(), Ordering::Release);
        *self.running.write().unwrap_or_else(PoisonError::into_inner) = running;
    }

    /// The plan and how often each rule was applied.
    pub fn status(&self) -> Option<(Plan, Vec<u64>)> {
        let running = self
            .running
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()?;
        let applied = running
            .rules
            .iter()
            .map(|counter| counter.applied.load(Ordering::Relaxed))
            .collect();
        Some((running.plan.clone(), applied))
    }

    /// What the plan does to this request; `None` without a plan.
    pub fn matching(&self, head: &Head, body_bytes: u64) -> Option<MatchedFaults> {
        if !self.any.load(Ordering::Acquire) {
            return None;
        }
        let running = self
            .running
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()?;
        Some(running.matching(head, body_bytes))
    }

    /// Charges an answer's bytes to the account's budget.
    pub fn charge(&self, head: &Head, bytes: u64) {
        if !self.any.load(Ordering::Acquire) {
            return;
        }
        if let Some(running) = self
            .running
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
        {
            for bucket in running
                .buckets_of(head)
                .filter_map(|(_, buckets)| buckets.bytes.as_ref())
            {
                bucket.owe(bytes);
            }
        }
    }
}

impl RunningPlan {
    fn new(plan: Plan) -> Self {
        let buckets = |budget: &Budget| Buckets {
            requests: budget.requests_per_second.map(Bucket::budget),
            bytes: budget.bytes_per_second.map(Bucket::budget),
        };
        Self {
            rules: plan.rules.iter().map(|_| Counter::default()).collect(),
            budgets: plan.budgets.iter().map(buckets).collect(),
            total: line(&plan.bandwidth).map(Arc::new),
            plan,
        }
    }

    fn matching(&self, head: &Head, body_bytes: u64) -> MatchedFaults {
        let mut matched = MatchedFaults {
            connection_bytes_per_second: self.plan.bandwidth.connection_bytes_per_second,
            total: self.total.clone(),
            ..MatchedFaults::default()
        };
        for (place, (rule, counter)) in self.plan.rules.iter().zip(&self.rules).enumerate() {
            if counter.applies(rule, head, self.plan.seed, place as u64) {
                matched.names.push(rule.name.clone());
                matched.effects.push(rule.then.clone());
                if !rule.go_on {
                    break;
                }
            }
        }
        matched.throttled = self.throttle(head, body_bytes);
        matched
    }

    fn throttle(&self, head: &Head, body_bytes: u64) -> Option<RuleAnswer> {
        self.buckets_of(head).find_map(|(budget, buckets)| {
            let fits = buckets
                .requests
                .as_ref()
                .is_none_or(|bucket| bucket.take(1))
                && buckets
                    .bytes
                    .as_ref()
                    .is_none_or(|bucket| bucket.take(body_bytes));
            (!fits).then(|| RuleAnswer {
                status: 503,
                code: "ServerBusy".to_owned(),
                retry_after: budget.retry_after,
                after_body: budget.answer == BudgetAnswer::AfterBody,
                echo: None,
            })
        })
    }

    /// The budgets of the account in the path or in the host name.
    fn buckets_of<'a>(&'a self, head: &'a Head) -> impl Iterator<Item = (&'a Budget, &'a Buckets)> {
        self.plan
            .budgets
            .iter()
            .zip(&self.budgets)
            .filter(|(budget, _)| {
                let account = budget.account.as_str();
                let by_path = head.raw_path().split('/').nth(1) == Some(account);
                let by_host = head.header_or_empty("host").split('.').next() == Some(account);
                account.is_empty() || by_path || by_host
            })
    }
}

/// The bandwidth that all connections share.
fn line(bandwidth: &Bandwidth) -> Option<Bucket> {
    let steps = bandwidth.steps.iter();
    let steps = steps.map(|step| (step.after_bytes, step.total_bytes_per_second));
    let rate = bandwidth.total_bytes_per_second?;
    Some(Bucket::line_with_steps(rate, steps))
}

impl Counter {
    fn applies(&self, rule: &Rule, head: &Head, seed: u64, place: u64) -> bool {
        let when = &rule.when;
        if !fits(when, head) {
            return false;
        }
        let hit = {
            let mut hits = self.hits.lock().unwrap_or_else(PoisonError::into_inner);
            let count = hits.entry(key(when.count_by, head)).or_default();
            *count += 1;
            *count
        };
        let counted = when.hits.as_ref().is_none_or(|hits| hits.contains(&hit))
            && when.every.is_none_or(|every| hit.is_multiple_of(every))
            && when
                .probability
                .is_none_or(|probability| draw(seed, place, hit) < probability);
        counted && self.once_more(when.times)
    }

    fn once_more(&self, times: Option<u64>) -> bool {
        let step = |applied: u64| {
            times
                .is_none_or(|times| applied < times)
                .then_some(applied + 1)
        };
        self.applied
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, step)
            .is_ok()
    }
}

fn fits(when: &When, head: &Head) -> bool {
    when.method
        .as_deref()
        .is_none_or(|method| method.eq_ignore_ascii_case(head.method()))
        && when
            .path
            .as_deref()
            .is_none_or(|path| pattern::matches(path, &decode(head.raw_path())))
        && when
            .query
            .as_deref()
            .is_none_or(|query| pattern::matches(query, head.raw_query()))
        && when
            .header
            .iter()
            .all(|(name, value)| pattern::matches(value, head.header_or_empty(name)))
        && when
            .range_first
            .is_none_or(|first| range_first(head) == Some(first))
}

fn range_first(head: &Head) -> Option<u64> {
    let range = head.header("x-ms-range").or_else(|| head.header("range"))?;
    range
        .strip_prefix("bytes=")?
        .split('-')
        .next()?
        .parse()
        .ok()
}

fn key(count_by: CountBy, head: &Head) -> u64 {
    let mut hasher = DefaultHasher::new();
    match count_by {
        CountBy::All => {}
        CountBy::Path => head.raw_path().hash(&mut hasher),
        CountBy::Url => (head.method(), head.target()).hash(&mut hasher),
    }
    hasher.finish()
}

/// A number from 0 up to 1 that depends on its three arguments only.
fn draw(seed: u64, place: u64, hit: u64) -> f64 {
    let mut mixed =
        seed ^ place.wrapping_mul(0xA076_1D64_78BD_642F) ^ hit.wrapping_mul(0xE703_7ED1_A0B4_28DB);
    for shift in [30, 27, 31] {
        mixed = (mixed ^ (mixed >> shift)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
    (mixed >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emulator::http::head::ParsedHead;

    fn head(line: &str) -> Head {
        let Ok(ParsedHead::Whole(head, _)) =
            Head::parse(format!("{line} HTTP/1.1\r\nHost: h\r\n\r\n").as_bytes())
        else {
            panic!("no head")
        };
        head
    }

    fn faults(rules: &str) -> Faults {
        let faults = Faults::default();
        faults.set(Some(
            Plan::parse(&format!(r#"{{"seed":3,"rules":[{rules}]}}"#)).unwrap(),
        ));
        faults
    }

    fn applied(faults: &Faults, line: &str) -> bool {
        !faults.matching(&head(line), 0).unwrap().effects.is_empty()
    }

    #[test]
    fn hits_and_times_count_matches_only() {
        let faults =
            faults(r#"{"when":{"method":"GET","path":"/a/c/*","every":2,"times":2},"then":{}}"#);
        let seen: Vec<bool> = (0..6)
            .map(|_| {
                assert!(!applied(&faults, "PUT /a/c/x"));
                applied(&faults, "GET /a/c/x%20y")
            })
            .collect();
        assert_eq!(seen, [false, true, false, true, false, false]);
    }

    #[test]
    fn the_first_attempt_of_each_url_can_fail_alone() {
        let faults = faults(r#"{"when":{"hits":[1],"count_by":"url"},"then":{}}"#);
        for line in ["GET /a", "GET /b", "GET /a?x"] {
            assert!(applied(&faults, line) && !applied(&faults, line), "{line}");
        }
    }

    #[test]
    fn probabilities_repeat_with_their_seed_and_come_near_their_share() {
        let rule = r#"{"when":{"probability":0.25},"then":{}}"#;
        let (first, second) = (faults(rule), faults(rule));
        let run = |faults: &Faults| {
            (0..400)
                .map(|_| applied(faults, "GET /"))
                .collect::<Vec<_>>()
        };
        let seen = run(&first);
        assert_eq!(seen, run(&second));
        assert!((60..140).contains(&seen.iter().filter(|hit| **hit).count()));
    }

    #[test]
    fn without_a_plan_nothing_is_picked() {
        let faults = faults(r#"{"then":{}}"#);
        assert!(faults.matching(&head("GET /"), 0).is_some());
        faults.set(None);
        assert!(faults.matching(&head("GET /"), 0).is_none());
    }
}
