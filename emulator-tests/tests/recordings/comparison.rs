//! Compares the emulator's answer with the recorded one.
//!
//! Values that each service chooses by itself are compared by their form, and must be equal where
//! the recorded ones are equal. Dates must be near each other, because the emulator's clock follows
//! the recording. The framing of a body is not compared.

use azring_emulator_tests::emulator::clock::Moment;

use crate::cassette::RecordedResponse;
use crate::difference::Aspect;
use crate::entity_times::{self, MaskedText};
use crate::substitution::Substitution;
use crate::xml_leaves::{self, XmlLeaf};

/// Headers of the framing, and those that are different in each answer.
const IGNORED_HEADERS: [&str; 7] = [
    "connection",
    "content-length",
    "date",
    "transfer-encoding",
    "x-ms-client-request-id",
    "x-ms-error-code",
    "x-ms-request-id",
];
/// Values that a service chooses by itself.
const CHOSEN_HEADERS: [&str; 4] = ["etag", "x-ms-lease-id", "x-ms-snapshot", "x-ms-copy-id"];
const CHOSEN_ELEMENTS: [&str; 6] = [
    "Etag",
    "Snapshot",
    "CopyId",
    "NextMarker",
    "Value",
    "SignedOid",
];
/// Numbers that a service chooses by itself.
const NUMBERED_HEADERS: [&str; 3] = [
    "x-ms-file-id",
    "x-ms-file-parent-id",
    "x-ms-file-permission-key",
];
/// Dates may differ by so much: clocks of the recorded client and service do.
const SECONDS_APART_MAX: u64 = 600;

/// A difference before its request is known.
#[derive(Debug)]
pub struct Finding {
    /// What differs.
    pub aspect: Aspect,
    /// The header or the element.
    pub subject: String,
    /// What was recorded.
    pub recorded: String,
    /// What the emulator answered.
    pub answered: String,
}

/// Compares two answers to a request with this method.
pub fn compare(
    method: &str,
    recorded: &RecordedResponse,
    answered: &RecordedResponse,
    values: &mut Substitution,
) -> Vec<Finding> {
    let mut findings = Findings(Vec::new());
    let shown =
        |one: &RecordedResponse| format!("{} {}", one.status, one.code().unwrap_or_default());
    learn(recorded, answered, values);
    if recorded.status != answered.status {
        findings.add(Aspect::Status, "", &shown(recorded), &shown(answered));
        return findings.0;
    }
    let code = |one: &RecordedResponse| {
        one.headers
            .get("x-ms-error-code")
            .unwrap_or("none")
            .to_owned()
    };
    if code(recorded) != code(answered) {
        findings.add(Aspect::Code, "", &code(recorded), &code(answered));
    }
    if recorded.reason != answered.reason {
        findings.add(Aspect::Reason, "", &recorded.reason, &answered.reason);
    }
    headers(&mut findings, recorded, answered, values);
    if method == "HEAD" {
        lengths(&mut findings, recorded, answered);
    } else {
        bodies(&mut findings, recorded, answered, values);
    }
    findings.0
}

struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, aspect: Aspect, subject: &str, recorded: &str, answered: &str) {
        self.0.push(Finding {
            aspect,
            subject: subject.to_owned(),
            recorded: recorded.to_owned(),
            answered: answered.to_owned(),
        });
    }
}

/// Notes values that later requests use, whatever else differs.
fn learn(recorded: &RecordedResponse, answered: &RecordedResponse, values: &mut Substitution) {
    let pair = recorded.headers.get("last-modified");
    if let Some((before, now)) = pair.zip(answered.headers.get("last-modified")) {
        values.learn_date(before, now);
    }
}

/// The text of an answer without the times of entities.
fn masked(one: &RecordedResponse, text: &str) -> MaskedText {
    let date = one.headers.get("date").and_then(Moment::parse_rfc1123);
    entity_times::mask(text, date)
}

/// Notes the times in entity tags, and returns both texts without times.
fn masked_texts(
    recorded: (&RecordedResponse, &str),
    answered: (&RecordedResponse, &str),
    values: &mut Substitution,
) -> [String; 2] {
    let (before, now) = (
        masked(recorded.0, recorded.1),
        masked(answered.0, answered.1),
    );
    for (before, now) in before.tags.iter().zip(&now.tags) {
        values.replace(before, now);
    }
    [before.text, now.text]
}

fn headers(
    findings: &mut Findings,
    recorded: &RecordedResponse,
    answered: &RecordedResponse,
    values: &mut Substitution,
) {
    for (name, value) in &recorded.headers.0 {
        if IGNORED_HEADERS.contains(&name.as_str()) {
            continue;
        }
        match answered.headers.get(name) {
            None => findings.add(Aspect::HeaderMissing, name, value, ""),
            Some(now) if value.starts_with("W/") => {
                let [before, now] = masked_texts((recorded, value), (answered, now), values);
                if before != now {
                    findings.add(Aspect::HeaderValue, name, &before, &now);
                }
            }
            Some(now) if !same_header(name, value, now, values) => {
                findings.add(Aspect::HeaderValue, name, value, now);
            }
            Some(_) => {}
        }
    }
    for (name, value) in &answered.headers.0 {
        let is_known = recorded.headers.get(name).is_some();
        if !is_known && !IGNORED_HEADERS.contains(&name.as_str()) {
            findings.add(Aspect::HeaderExtra, name, "", value);
        }
    }
}

fn same_header(name: &str, recorded: &str, answered: &str, values: &mut Substitution) -> bool {
    if CHOSEN_HEADERS.contains(&name) {
        return same_form(recorded, answered) && values.learn(recorded, answered);
    }
    if NUMBERED_HEADERS.contains(&name) {
        return recorded == answered || same_number(recorded, answered, values);
    }
    match name {
        // The product is the service's own; its first word is not.
        "server" => recorded.split(' ').next() == answered.split(' ').next(),
        "content-type" if recorded.starts_with("multipart/") => {
            let boundary = |text: &str| text.split("response_").next().map(str::to_owned);
            boundary(recorded) == boundary(answered)
        }
        "x-ms-copy-source" | "content-md5" => values.apply(recorded) == answered,
        _ => recorded == answered || same_date(recorded, answered),
    }
}

/// Whether two long numbers, or pairs of them, stand for each other.
fn same_number(recorded: &str, answered: &str, values: &mut Substitution) -> bool {
    let is_number = |text: &str| {
        let mut characters = text.chars();
        text.len() > 10 && characters.all(|one| one.is_ascii_digit() || one == '*')
    };
    is_number(recorded) && is_number(answered) && values.learn(recorded, answered)
}

/// A HEAD has the length of the body that a GET would have.
fn lengths(findings: &mut Findings, recorded: &RecordedResponse, answered: &RecordedResponse) {
    let length = |one: &RecordedResponse| one.headers.get("content-length").map(str::to_owned);
    if let (Some(before), Some(now)) = (length(recorded), length(answered))
        && before != now
        && recorded.status < 300
    {
        findings.add(Aspect::HeaderValue, "content-length", &before, &now);
    }
}

fn bodies(
    findings: &mut Findings,
    recorded: &RecordedResponse,
    answered: &RecordedResponse,
    values: &mut Substitution,
) {
    if let Some(kind) = recorded.headers.get("content-type")
        && kind.starts_with("multipart/")
    {
        return parts(findings, recorded, answered, values);
    }
    if recorded.is_xml()
        && let Some(before) = xml_leaves::read(&recorded.body)
    {
        return match xml_leaves::read(&answered.body) {
            Some(now) => documents(findings, &before, &now, values),
            None => findings.add(Aspect::Body, "document", "XML", "no XML"),
        };
    }
    if let Some(kind) = recorded.headers.get("content-type")
        && kind.starts_with("application/json")
    {
        let text = |one: &RecordedResponse| String::from_utf8_lossy(&one.body).into_owned();
        let (before, now) = (text(recorded), text(answered));
        let [before, now] = masked_texts((recorded, &before), (answered, &now), values);
        if before != now {
            let equal = before.bytes().zip(now.bytes());
            let at = equal.take_while(|(before, now)| before == now).count();
            let from = |text: &str| {
                String::from_utf8_lossy(&text.as_bytes()[at.saturating_sub(20)..]).into_owned()
            };
            findings.add(Aspect::Body, "json", &from(&before), &from(&now));
        }
        return;
    }
    if recorded.body != answered.body {
        let shown = |body: &[u8]| format!("{} bytes {}", body.len(), body.escape_ascii());
        findings.add(
            Aspect::Body,
            "",
            &shown(&recorded.body),
            &shown(&answered.body),
        );
    }
}

/// The answer of a batch: the lines of its parts, without request ids and boundaries.
fn parts(
    findings: &mut Findings,
    recorded: &RecordedResponse,
    answered: &RecordedResponse,
    values: &mut Substitution,
) {
    // The documents of parts have a line break after the declaration.
    let text = |one: &RecordedResponse| String::from_utf8_lossy(&one.body).replace("?>\n<", "?><");
    let (before, now) = (text(recorded), text(answered));
    let texts = masked_texts((recorded, &before), (answered, &now), values);
    let lines = |text: &str| -> Vec<String> {
        let lines = text.lines().map(str::trim_end).filter(|line| {
            let name = line.split(':').next().unwrap_or_default();
            !["x-ms-request-id", "RequestId", "Time", "Content-Length"].contains(&name)
        });
        let shown = lines.map(|line| match line.split_once("response_") {
            Some((start, _)) => start.to_owned(),
            None => line.to_owned(),
        });
        shown.collect()
    };
    let (before, now) = (lines(&texts[0]), lines(&texts[1]));
    if before != now {
        let at = before
            .iter()
            .zip(&now)
            .take_while(|(before, now)| before == now)
            .count();
        let line = |lines: &[String]| lines[at.min(lines.len())..].join("\n");
        findings.add(Aspect::Body, "parts", &line(&before), &line(&now));
    }
}

fn documents(
    findings: &mut Findings,
    before: &[XmlLeaf],
    now: &[XmlLeaf],
    values: &mut Substitution,
) {
    let (before, now) = (&with_sorted_metadata(before), &with_sorted_metadata(now));
    let paths = |leaves: &[XmlLeaf]| -> Vec<String> {
        leaves.iter().map(|leaf| leaf.path.clone()).collect()
    };
    let (before_paths, now_paths) = (paths(before), paths(now));
    if before_paths == now_paths {
        for (before, now) in before.iter().zip(now) {
            if !same_text(before, now, values) {
                findings.add(Aspect::XmlValue, &before.path, &before.text, &now.text);
            }
        }
        return;
    }
    let count = |paths: &[String], path: &str| paths.iter().filter(|one| *one == path).count();
    let mut all: Vec<&String> = before_paths.iter().chain(&now_paths).collect();
    all.sort();
    all.dedup();
    let known = findings.0.len();
    for path in all {
        let (recorded, answered) = (count(&before_paths, path), count(&now_paths, path));
        let aspect = match recorded.cmp(&answered) {
            std::cmp::Ordering::Greater => Aspect::XmlMissing,
            std::cmp::Ordering::Less => Aspect::XmlExtra,
            std::cmp::Ordering::Equal => continue,
        };
        findings.add(aspect, path, &recorded.to_string(), &answered.to_string());
    }
    let shared = |leaves: &[XmlLeaf]| -> Vec<XmlLeaf> {
        let leaves = leaves.iter();
        let equal =
            |leaf: &&XmlLeaf| count(&before_paths, &leaf.path) == count(&now_paths, &leaf.path);
        leaves.filter(equal).cloned().collect()
    };
    // What both have is compared whatever else differs.
    if findings.0.len() > known {
        return documents(findings, &shared(before), &shared(now), values);
    }
    if findings.0.len() == known {
        let at = before_paths
            .iter()
            .zip(&now_paths)
            .take_while(|(a, b)| a == b)
            .count();
        findings.add(
            Aspect::XmlOrder,
            &before_paths[at],
            &before_paths[at],
            &now_paths[at],
        );
    }
}

/// The leaves with metadata in the order of its names: a recording does not have the order of the
/// headers that set it.
fn with_sorted_metadata(leaves: &[XmlLeaf]) -> Vec<XmlLeaf> {
    let mut leaves = leaves.to_vec();
    for group in leaves.chunk_by_mut(|a, b| is_metadata(a) && is_metadata(b)) {
        if is_metadata(&group[0]) {
            group.sort_by(|a, b| a.path.cmp(&b.path));
        }
    }
    leaves
}

fn is_metadata(leaf: &XmlLeaf) -> bool {
    leaf.path.contains("/Metadata/")
}

fn same_text(recorded: &XmlLeaf, answered: &XmlLeaf, values: &mut Substitution) -> bool {
    let (before, now) = (recorded.text.as_str(), answered.text.as_str());
    let name = recorded.path.rsplit(['/', '@']).next().unwrap_or_default();
    if CHOSEN_ELEMENTS.contains(&name) && before.is_empty() == now.is_empty() {
        return before.is_empty() || name == "Value" || values.learn(before, now);
    }
    let message = |text: &str| text.split("\nRequestId").next().map(str::to_owned);
    match name {
        "Message" => message(before) == message(now),
        "Marker" => values.answered(before).is_none_or(|marker| marker == now),
        _ => before == now || same_date(before, now) || values.answered(before) == Some(now),
    }
}

fn same_date(recorded: &str, answered: &str) -> bool {
    let near = |read: fn(&str) -> Option<Moment>| {
        let both = read(recorded).zip(read(answered));
        both.is_some_and(|(a, b)| a.seconds().abs_diff(b.seconds()) <= SECONDS_APART_MAX)
    };
    let is_long = recorded.len() >= 20 && recorded.len() == answered.len();
    is_long && (near(Moment::parse_rfc1123) || near(Moment::parse_iso8601))
}

/// Whether two values have the same form: digits and letters in place of digits and letters.
fn same_form(recorded: &str, answered: &str) -> bool {
    let form = |text: &str| -> String {
        let kinds = text.chars().map(|one| {
            if one.is_ascii_alphanumeric() {
                'a'
            } else {
                one
            }
        });
        kinds.collect()
    };
    form(recorded) == form(answered)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cassette::Headers;

    fn response(status: u16, headers: &[(&str, &str)], body: &str) -> RecordedResponse {
        let headers = headers.iter();
        let headers = headers.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        RecordedResponse {
            status,
            headers: Headers(headers.collect()),
            body: body.as_bytes().to_vec(),
            ..RecordedResponse::default()
        }
    }

    fn found(
        recorded: &RecordedResponse,
        answered: &RecordedResponse,
        values: &mut Substitution,
    ) -> Vec<(Aspect, String)> {
        let findings = compare("GET", recorded, answered, values);
        let pairs = findings.into_iter().map(|one| (one.aspect, one.subject));
        pairs.collect()
    }

    #[test]
    fn status_headers_and_bodies_are_compared() {
        let mut values = Substitution::default();
        let recorded = response(200, &[("a", "1"), ("b", "2"), ("date", "x")], "body");
        let answered = response(200, &[("a", "3"), ("c", "4"), ("date", "y")], "other");
        let expected = [
            (Aspect::HeaderValue, "a"),
            (Aspect::HeaderMissing, "b"),
            (Aspect::HeaderExtra, "c"),
            (Aspect::Body, ""),
        ];
        let expected = expected.map(|(aspect, subject)| (aspect, subject.to_owned()));
        assert_eq!(found(&recorded, &answered, &mut values), expected);
        let refused = response(404, &[], "");
        let differs = found(&recorded, &refused, &mut values);
        assert_eq!(differs, [(Aspect::Status, String::new())]);
        assert!(found(&recorded, &recorded, &mut values).is_empty());
    }

    #[test]
    fn equal_recorded_etags_have_equal_answers() {
        let mut values = Substitution::default();
        let answer = |etag| response(200, &[("etag", etag)], "");
        let (first, second) = (answer("\"0x8D1\""), answer("\"0x8D2\""));
        let (own, other) = (answer("\"0x9A1\""), answer("\"0x9A2\""));
        assert!(found(&first, &own, &mut values).is_empty());
        assert!(found(&first, &own, &mut values).is_empty());
        let differs = [(Aspect::HeaderValue, "etag".to_owned())];
        assert_eq!(found(&first, &other, &mut values), differs);
        let mut values = Substitution::default();
        assert!(found(&first, &own, &mut values).is_empty());
        assert_eq!(found(&second, &own, &mut values), differs);
        assert_eq!(found(&second, &answer("0x9A2"), &mut values), differs);
    }

    #[test]
    fn documents_are_compared_element_by_element() {
        let mut values = Substitution::default();
        let kind = [("content-type", "application/xml")];
        let recorded = response(200, &kind, "<a><b>1</b><c>2</c></a>");
        let answered = response(200, &kind, "<a><b>1</b><c>3</c><d/></a>");
        let expected = [(Aspect::XmlExtra, "/a/d"), (Aspect::XmlValue, "/a/c")];
        let expected = expected.map(|(aspect, subject)| (aspect, subject.to_owned()));
        assert_eq!(found(&recorded, &answered, &mut values), expected);
        let moved = response(200, &kind, "<a><c>2</c><b>1</b></a>");
        let expected = [(Aspect::XmlOrder, "/a/b".to_owned())];
        assert_eq!(found(&recorded, &moved, &mut values), expected);
    }
}
