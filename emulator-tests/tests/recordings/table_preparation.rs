//! The preparation of the Table service: the tables that the recorded answers imply.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::cassette::{Cassette, Headers, Interaction, decode};
use crate::preparation::Preparation;
use crate::request::Request;
use crate::service::RecordedService;

const VERSION: &str = "2017-04-17";

/// Reads a whole cassette.
pub fn prepare(service: &RecordedService, cassette: &Cassette) -> Preparation {
    let mut preparation = Preparation::default();
    let mut known = BTreeSet::new();
    let mut has_list = false;
    for (index, one) in cassette.interactions.iter().enumerate() {
        if !service.owns(&one.request) {
            continue;
        }
        let account = one.request.account();
        let is_first_list = is_list(one) && !has_list;
        has_list |= is_first_list;
        let mut names = required(one);
        if is_first_list {
            names.extend(cassette.interactions.iter().flat_map(listed));
            let last = cassette.interactions.iter().rfind(|one| is_list(one));
            names.extend(last.and_then(next_table));
        }
        let names = names.into_iter();
        let missing = names.filter(|name| known.insert(name.clone()));
        let steps = missing.map(|name| create(account, &name)).collect();
        preparation.steps.insert(index, steps);
        if let Some(name) = created(one) {
            known.insert(name);
        }
    }
    preparation
}

/// The tables that must be there before a request is answered as it was.
fn required(one: &Interaction) -> Vec<String> {
    let path = decode(&one.request.path);
    let path = path.trim_start_matches('/');
    let status = one.response.status;
    if path == "Tables" && one.request.method == "POST" {
        let name = table_name(one).filter(|_| status == 409);
        return name.into_iter().collect();
    }
    if path == "$batch" {
        return batch_table(one).into_iter().collect();
    }
    if path.starts_with("Tables") || path.is_empty() {
        return Vec::new();
    }
    let name = path.split('(').next().unwrap_or_default();
    vec![name.to_owned()]
}

fn is_list(one: &Interaction) -> bool {
    one.request.path == "/Tables" && one.request.method == "GET"
}

/// The tables that an answer lists: the account has those of other tests.
fn listed(one: &Interaction) -> Vec<String> {
    let body: Option<serde_json::Value> = serde_json::from_slice(&one.response.body).ok();
    let listed = body.filter(|_| is_list(one));
    let listed = listed.and_then(|body| Some(body.get("value")?.as_array()?.clone()));
    let tables = listed.unwrap_or_default().into_iter();
    let names = tables.filter_map(|table| Some(table.get("TableName")?.as_str()?.to_owned()));
    names.collect()
}

/// The table that a request creates.
fn created(one: &Interaction) -> Option<String> {
    let creates = one.request.path == "/Tables" && one.request.method == "POST";
    table_name(one).filter(|_| creates && one.response.status < 300)
}

/// The table that a continuation token names.
fn next_table(one: &Interaction) -> Option<String> {
    let token = one
        .response
        .headers
        .get("x-ms-continuation-nexttablename")?;
    let encoded = token.rsplit('!').next()?.replace('-', "=");
    let decoded = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    Some(decoded.split('\u{1}').next()?.to_owned())
}

fn table_name(one: &Interaction) -> Option<String> {
    let body: serde_json::Value = serde_json::from_slice(&one.request.body).ok()?;
    Some(body.get("TableName")?.as_str()?.to_owned())
}

/// The table of the first request in a batch.
fn batch_table(one: &Interaction) -> Option<String> {
    let text = String::from_utf8_lossy(&one.request.body);
    let mut lines = text.lines();
    let line = lines.find(|line| line.contains(" HTTP/1.1"))?;
    let (_, rest) = line.split_once('/')?;
    let name = rest.split(['(', ' ']).next()?;
    Some(decode(name))
}

fn create(account: &str, name: &str) -> Request {
    let headers = [
        ("x-ms-version", VERSION),
        ("content-type", "application/json"),
        ("accept", "application/json;odata=minimalmetadata"),
        ("prefer", "return-no-content"),
    ];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Request {
        method: "POST".to_owned(),
        host: format!("{account}.table.core.windows.net"),
        path: "/Tables".to_owned(),
        query: String::new(),
        headers: Headers(headers.into()),
        body: format!("{{\"TableName\":\"{name}\"}}").into_bytes(),
    }
}
