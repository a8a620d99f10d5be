//! The plan as plain data, read from JSON. FORMAT.md beside this file explains it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::listing_fault::ListingFault;
use crate::emulator::http::wire_faults::CloseManner;

/// A whole plan.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Plan {
    /// The seed of the probabilities.
    pub seed: u64,
    /// Rules. The first that matches is applied.
    pub rules: Vec<Rule>,
    /// Throttling by account.
    pub budgets: Vec<Budget>,
    /// The bandwidth of bodies.
    pub bandwidth: Bandwidth,
}

/// One rule.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rule {
    /// The name in the log.
    pub name: String,
    /// Which requests.
    pub when: When,
    /// What happens to them.
    pub then: Then,
    /// Whether the rules after this one are tried as well.
    pub go_on: bool,
}

/// Which requests a rule is for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct When {
    /// HTTP method.
    pub method: Option<String>,
    /// Pattern on the decoded path.
    pub path: Option<String>,
    /// Pattern on the raw query.
    pub query: Option<String>,
    /// Patterns on headers.
    pub header: BTreeMap<String, String>,
    /// The first byte of the range.
    pub range_first: Option<u64>,
    /// Numbers of matches, from 1.
    pub hits: Option<Vec<u64>>,
    /// Each n-th match.
    pub every: Option<u64>,
    /// 0 to 1.
    pub probability: Option<f64>,
    /// At most so many times.
    pub times: Option<u64>,
    /// Which matches are counted together.
    pub count_by: CountBy,
}

/// Which matches of a rule have one counter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CountBy {
    /// All of them.
    #[default]
    All,
    /// Those of one path.
    Path,
    /// Those of one method, path and query.
    Url,
}

/// What a rule does.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a word of the plan's own format"
)]
pub struct Then {
    /// Wait before serving.
    pub delay_ms: u64,
    /// Refuse the request.
    pub answer: Option<RuleAnswer>,
    /// End the connection early.
    pub close: Option<ClosePoint>,
    /// How to end the connection.
    pub how: CloseManner,
    /// Serve the request, and send no answer.
    pub lose_answer: bool,
    /// Neither serve the request nor answer it.
    pub blackhole: bool,
    /// The bandwidth of the request's body.
    pub request_bytes_per_second: Option<u64>,
    /// The bandwidth of the answer's body.
    pub response_bytes_per_second: Option<u64>,
    /// Wait between bytes of the answer's body.
    pub byte_delay_ms: u64,
    /// Flip a bit of the answer's body.
    pub flip_response_bit: Option<u64>,
    /// Flip a bit of the request's body.
    pub flip_request_bit: Option<u64>,
    /// Send a wrong length.
    pub content_length: Option<Length>,
    /// Send a wrong range.
    pub content_range: Option<String>,
    /// Send a wrong length of the whole object.
    pub object_bytes: Option<Length>,
    /// Serve the whole blob.
    pub ignore_range: bool,
    /// Serve the blob's first bytes as if they were the whole blob.
    pub first_bytes: bool,
    /// Serve another range, so many bytes later, with its own correct label.
    pub move_range: i64,
    /// Serve the request whatever its conditions say.
    pub ignore_conditions: bool,
    /// A page of a table has at most so many entities.
    pub page_entities: Option<u32>,
    /// The changes of a batch are refused with this status inside of its answer.
    pub batch_status: Option<u16>,
    /// Send another status.
    pub status: Option<u16>,
    /// Send an answer that was not asked for.
    pub spare_answer: Option<ExtraAnswer>,
    /// Send a wrong entity tag.
    pub etag: Option<String>,
    /// Change a list of blobs or of page ranges.
    pub listing: Option<ListingFault>,
    /// Set or remove headers.
    pub headers: BTreeMap<String, Option<String>>,
}

/// An answer that a rule gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleAnswer {
    /// HTTP status.
    pub status: u16,
    /// Error code.
    #[serde(default)]
    pub code: String,
    /// `Retry-After` in seconds.
    #[serde(default)]
    pub retry_after: Option<u64>,
    /// Receive the body before refusing.
    #[serde(default)]
    pub after_body: bool,
    /// Repeat a part of the request in the message.
    #[serde(default)]
    pub echo: Option<Echo>,
}

/// The part of a request that a refusal repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Echo {
    /// The target of the request line, unchanged.
    Url,
    /// The same, decoded as forms are: with spaces for `+`.
    DecodedUrl,
    /// The same, percent-encoded once more.
    EncodedUrl,
    /// All headers.
    Headers,
    /// The values of `Authorization` and of its relative for the source of a copy.
    Authorization,
}

/// When an additional answer is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExtraAnswer {
    /// Directly after the answer.
    AtOnce,
    /// After the next request on this connection, before its own answer.
    WithNext,
}

/// The point of an exchange where the connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClosePoint {
    /// Instead of the answer. The request is not served.
    BeforeAnswer,
    /// After so many received body bytes.
    RequestBytes(u64),
    /// After so many sent body bytes.
    ResponseBytes(u64),
}

/// The length that a header names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Length {
    /// This length.
    Exact(u64),
    /// The correct length with `+n` or `-n`.
    Difference(String),
}

/// Throttling of an account.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Budget {
    /// Account name.
    pub account: String,
    /// Requests per second.
    pub requests_per_second: Option<u64>,
    /// Body bytes per second, in and out.
    pub bytes_per_second: Option<u64>,
    /// When the refusal is sent.
    pub answer: BudgetAnswer,
    /// `Retry-After` in seconds.
    pub retry_after: Option<u64>,
}

/// When an exceeded budget is answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BudgetAnswer {
    /// Without reading the body.
    #[default]
    BeforeBody,
    /// After the body was received.
    AfterBody,
}

/// The bandwidth of all bodies.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Bandwidth {
    /// Of each connection.
    pub connection_bytes_per_second: Option<u64>,
    /// Of all connections together.
    pub total_bytes_per_second: Option<u64>,
    /// How the bandwidth of all connections changes.
    pub steps: Vec<Step>,
}

/// A change of the bandwidth of all connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// After so many body bytes.
    pub after_bytes: u64,
    /// The bandwidth from then on.
    pub total_bytes_per_second: u64,
}

impl Plan {
    /// Reads a plan, and checks what the types cannot express.
    pub fn parse(json: &str) -> Result<Self, String> {
        let plan: Self =
            serde_json::from_str(json).map_err(|error| format!("not a fault plan: {error}"))?;
        for rule in &plan.rules {
            rule.check()
                .map_err(|reason| format!("rule `{}`: {reason}", rule.name))?;
        }
        plan.bandwidth.check()?;
        Ok(plan)
    }
}

impl Bandwidth {
    fn check(&self) -> Result<(), String> {
        if !self.steps.is_empty() && self.total_bytes_per_second.is_none() {
            return Err("`steps` change `total_bytes_per_second`, which is not given".to_owned());
        }
        if !self.steps.is_sorted_by_key(|step| step.after_bytes) {
            return Err("`steps` are in the order of `after_bytes`".to_owned());
        }
        Ok(())
    }
}

impl Rule {
    fn check(&self) -> Result<(), String> {
        if self
            .when
            .probability
            .is_some_and(|probability| !(0.0..=1.0).contains(&probability))
        {
            return Err("`probability` is between 0 and 1".to_owned());
        }
        if self.when.every == Some(0)
            || self
                .when
                .hits
                .as_ref()
                .is_some_and(|hits| hits.contains(&0))
        {
            return Err("matches are counted from 1".to_owned());
        }
        for (name, length) in [
            ("content_length", &self.then.content_length),
            ("object_bytes", &self.then.object_bytes),
        ] {
            if let Some(Length::Difference(text)) = length
                && text.parse::<i64>().is_err()
            {
                return Err(format!(
                    "`{name}` is a number or a difference, not `{text}`"
                ));
            }
        }
        let status = self
            .then
            .answer
            .as_ref()
            .map_or(500, |answer| answer.status);
        if !(200..=599).contains(&status) {
            return Err(format!("`{status}` is no final status"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_format_is_a_plan() {
        let text = include_str!("FORMAT.md");
        let json = text
            .split("```json")
            .nth(1)
            .and_then(|rest| rest.split("```").next())
            .unwrap();
        assert_eq!(Plan::parse(json).unwrap().rules.len(), 1);
    }

    #[test]
    fn mistakes_are_named() {
        for (json, word) in [
            (r#"{"rulez":[]}"#, "rulez"),
            (r#"{"rules":[{"name":"x","when":{"every":0}}]}"#, "`x`"),
            (r#"{"rules":[{"when":{"probability":2}}]}"#, "probability"),
            (r#"{"rules":[{"then":{"content_length":"many"}}]}"#, "many"),
            (r#"{"rules":[{"then":{"answer":{"status":99}}}]}"#, "99"),
            (
                r#"{"bandwidth":{"steps":[{"after_bytes":1,"total_bytes_per_second":1}]}}"#,
                "not given",
            ),
            (
                r#"{"bandwidth":{"total_bytes_per_second":1,"steps":[{"after_bytes":2,"total_bytes_per_second":1},
                    {"after_bytes":1,"total_bytes_per_second":1}]}}"#,
                "order",
            ),
        ] {
            assert!(Plan::parse(json).unwrap_err().contains(word), "{json}");
        }
    }
}
