//! The preparation of the File service: shares, directories and files that the recorded answers
//! imply.
//!
//! Only recorded answers decide: an answer of the emulator is never made right by this.

use std::collections::{BTreeMap, BTreeSet};

use crate::account_state;
use crate::cassette::{Cassette, Headers, Interaction};
use crate::preparation::Preparation;
use crate::request::Request;
use crate::service::RecordedService;
use crate::xml_leaves;

/// A service's version for requests of the preparation.
const VERSION: &str = "2018-11-09";
/// The most that Put Range writes.
const RANGE_BYTES_MAX: usize = 4 << 20;

/// Reads a whole cassette.
pub fn prepare(service: &RecordedService, cassette: &Cassette) -> Preparation {
    let mut preparation = Preparation::default();
    let mut known = BTreeSet::new();
    for account in service.accounts {
        let Some(document) = account_state::service_properties(service, cassette, account) else {
            continue;
        };
        let query = "restype=service&comp=properties";
        let document = document.into_bytes();
        preparation
            .first
            .push(request(account, "", query, &[], document));
    }
    for (index, one) in cassette.interactions.iter().enumerate() {
        if !service.owns(&one.request) {
            continue;
        }
        let first = &mut preparation.first;
        require(cassette, one, &mut known, first);
        let others = listed_shares(one).into_iter();
        let others = others.filter(|name| known.insert(name.clone()));
        let account = one.request.account();
        let others = others.map(|name| make_share(account, &name));
        preparation.steps.insert(index, others.collect());
    }
    preparation
}

/// Makes the share, the directories and the file that an answer shows, unless a request of the
/// cassette makes them.
fn require(
    cassette: &Cassette,
    one: &Interaction,
    known: &mut BTreeSet<String>,
    steps: &mut Vec<Request>,
) {
    let (method, account) = (one.request.method.as_str(), one.request.account());
    let parts: Vec<&str> = one.request.path.split('/').collect();
    let parts = &parts[1..];
    let code = one.code().unwrap_or_default();
    let creates = method == "PUT" && one.request.parameter("comp").is_none();
    for depth in 1..=parts.len() {
        let path = parts[..depth].join("/");
        let is_last = depth == parts.len();
        if path.is_empty() || known.contains(&path) {
            continue;
        }
        let missing: &[&str] = match depth {
            1 => &["ShareNotFound"],
            _ if is_last => &["ShareNotFound", "ParentNotFound", "ResourceNotFound"],
            _ => &["ShareNotFound", "ParentNotFound"],
        };
        if missing.contains(&code.as_str()) || code == "InvalidResourceName" {
            return;
        }
        known.insert(path.clone());
        if is_last && creates {
            return;
        }
        let is_directory = one.request.parameter("restype").as_deref() == Some("directory");
        match depth {
            1 => steps.push(make_share(account, &path)),
            _ if is_last && !is_directory => steps.extend(make_file(cassette, account, &path)),
            _ => steps.push(request(
                account,
                &path,
                "restype=directory",
                &[],
                Vec::new(),
            )),
        }
    }
}

fn make_share(account: &str, name: &str) -> Request {
    request(account, name, "restype=share", &[], Vec::new())
}

/// Makes a file with the bytes that later answers show.
fn make_file(cassette: &Cassette, account: &str, path: &str) -> Vec<Request> {
    let mut total: u64 = 0;
    let mut pieces: BTreeMap<usize, Vec<u8>> = BTreeMap::new();
    let own = cassette.interactions.iter();
    for one in own.filter(|one| one.request.path.trim_start_matches('/') == path) {
        let range = one
            .response
            .headers
            .get("content-range")
            .unwrap_or_default();
        let range = range.trim_start_matches("bytes ");
        if let Some((range, length)) = range.split_once('/') {
            total = length.parse().unwrap_or(total);
            let first = range.split('-').next().and_then(|first| first.parse().ok());
            if let Some(first) = first.filter(|_| one.response.status == 206) {
                pieces.insert(first, one.response.body.clone());
            }
        }
    }
    let length = total.to_string();
    let create = [("x-ms-type", "file"), ("x-ms-content-length", &length)];
    let mut steps = vec![request(account, path, "", &create, Vec::new())];
    for (first, bytes) in pieces {
        for (number, part) in bytes.chunks(RANGE_BYTES_MAX).enumerate() {
            let at = first + number * RANGE_BYTES_MAX;
            let range = format!("bytes={at}-{}", at + part.len() - 1);
            let headers = [("x-ms-write", "update"), ("x-ms-range", range.as_str())];
            steps.push(request(
                account,
                path,
                "comp=range",
                &headers,
                part.to_vec(),
            ));
        }
    }
    steps
}

/// The names of a listing's shares.
fn listed_shares(one: &Interaction) -> Vec<String> {
    let is_listing = one.request.path == "/" && one.response.status == 200;
    let leaves = xml_leaves::read(&one.response.body).filter(|_| is_listing);
    let leaves = leaves.unwrap_or_default().into_iter();
    leaves
        .filter(|leaf| leaf.path == "/EnumerationResults/Shares/Share/Name")
        .map(|leaf| leaf.text)
        .collect()
}

fn request(
    account: &str,
    path: &str,
    query: &str,
    headers: &[(&str, &str)],
    body: Vec<u8>,
) -> Request {
    let headers = headers.iter().chain(&[("x-ms-version", VERSION)]);
    let headers = headers.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Request {
        method: "PUT".to_owned(),
        host: format!("{account}.file.core.windows.net"),
        path: format!("/{path}"),
        query: query.to_owned(),
        headers: Headers(headers.collect()),
        body,
    }
}
