//! The preparation of the Blob service: containers and blobs that the recorded answers imply, made or
//! deleted before the request that shows it.
//!
//! Only recorded answers decide: an answer of the emulator is never made right by this.

use std::collections::BTreeSet;

use crate::account_state;
use crate::cassette::{Cassette, Headers, Interaction, RecordedRequest};
use crate::preparation::Preparation;
use crate::request::Request;
use crate::service::RecordedService;
use crate::unrecorded_blob::{self, BlobKind};

/// A service's version for requests of the preparation.
const VERSION: &str = "2018-11-09";

/// Containers and blobs that exist, by recorded answers.
#[derive(Default)]
struct Model {
    containers: BTreeSet<String>,
    blobs: BTreeSet<String>,
}

/// Reads a whole cassette.
pub fn prepare(service: &RecordedService, cassette: &Cassette) -> Preparation {
    let mut model = Model::default();
    let mut preparation = Preparation::default();
    let first = &mut preparation.first;
    for account in service.accounts {
        if let Some(document) = account_state::service_properties(service, cassette, account) {
            let query = "restype=service&comp=properties";
            first.push(request(
                "PUT",
                account,
                "/",
                query,
                &[],
                document.into_bytes(),
            ));
        }
    }
    model.make_sources(service, cassette, first);
    let mut take: Option<&Interaction> = None;
    let mut last: Option<&Interaction> = None;
    for (index, one) in cassette.interactions.iter().enumerate() {
        if !service.owns(&one.request) {
            continue;
        }
        let before = preparation.steps.entry(index).or_default();
        if let Some((begin, last)) = take.zip(last)
            && is_new_take(begin, last, one)
        {
            model.clear(before);
        }
        take = take.or(Some(one));
        last = Some(one);
        model.advance(service, cassette, index, one, before);
    }
    preparation
}

/// A test that was recorded once more begins with the same request, a minute later or more.
fn is_new_take(begin: &Interaction, last: &Interaction, one: &Interaction) -> bool {
    let same = |request: &RecordedRequest| {
        (
            request.method.clone(),
            request.path.clone(),
            request.query.clone(),
        )
    };
    let dates = last.request.date().zip(one.request.date());
    let is_later = dates.is_some_and(|(last, now)| now.seconds() > last.seconds() + 60);
    is_later && same(&begin.request) == same(&one.request)
}

impl Model {
    /// Makes the sources of all copies that no request of the cassette makes, before the first
    /// request: the conditions of copies compare with dates of the recording.
    fn make_sources(
        &mut self,
        service: &RecordedService,
        cassette: &Cassette,
        steps: &mut Vec<Request>,
    ) {
        let mut made = BTreeSet::new();
        for one in &cassette.interactions {
            if let Some((account, path)) = required_source(service, one)
                && !made.contains(&format!("{account}{path}"))
            {
                self.require_blob(cassette, 0, &account, &path, steps);
            }
            if one.request.method == "PUT" {
                made.insert(format!("{}{}", one.request.account(), one.request.path));
            }
        }
    }

    /// Deletes everything.
    fn clear(&mut self, steps: &mut Vec<Request>) {
        for container in std::mem::take(&mut self.containers) {
            let (account, name) = container.split_once('/').unwrap_or_default();
            steps.push(container_request("DELETE", account, name));
        }
        self.blobs.clear();
    }

    fn advance(
        &mut self,
        service: &RecordedService,
        cassette: &Cassette,
        index: usize,
        one: &Interaction,
        steps: &mut Vec<Request>,
    ) {
        let request = &one.request;
        let status = one.response.status;
        let code = one.code().unwrap_or_default();
        if let Some((account, path)) = required_source(service, one) {
            self.require_blob(cassette, index, &account, &path, steps);
        }
        for other in account_state::listed_containers(one) {
            let account = request.account();
            if self.containers.insert(format!("{account}/{}", other.name)) {
                let access = other.public_access.as_deref();
                let access = access.map(|access| ("x-ms-blob-public-access", access));
                let path = format!("/{}", other.name);
                let headers: Vec<_> = access.into_iter().collect();
                let query = "restype=container";
                steps.push(self::request(
                    "PUT",
                    account,
                    &path,
                    query,
                    &headers,
                    Vec::new(),
                ));
            }
        }
        let account = request.account();
        if request.parameter("comp").as_deref() == Some("batch") {
            self.require_batch_containers(account, one, steps);
            return;
        }
        let (container, blob) = split(&request.path);
        let Some(container) = container else { return };
        let key = format!("{account}/{container}");
        let method = request.method.as_str();
        let is_container = request.parameter("restype").as_deref() == Some("container");
        if blob.is_none() && !is_container {
            return;
        }
        let is_call = |comp: Option<&str>| request.parameter("comp").as_deref() == comp;
        let exists = self.containers.contains(&key);
        if is_container && method == "PUT" && is_call(None) {
            match (status, code.as_str(), exists) {
                (201, _, true) => steps.push(container_request("DELETE", account, container)),
                (409, "ContainerAlreadyExists", false) => {
                    steps.push(container_request("PUT", account, container));
                }
                _ => {}
            }
            if status == 201 || code == "ContainerAlreadyExists" {
                self.containers.insert(key);
            }
            return;
        }
        if code == "ContainerNotFound" {
            if exists && !request.is_secondary() {
                steps.push(container_request("DELETE", account, container));
                self.forget(&key);
            }
            return;
        }
        if !implies_container(status, &code) {
            return;
        }
        if !exists {
            steps.push(container_request("PUT", account, container));
            self.containers.insert(key.clone());
        }
        if is_container {
            if method == "DELETE" && status == 202 {
                self.forget(&key);
            }
            return;
        }
        let path = format!("{account}{}", request.path);
        if implies_blob(one) {
            self.require_blob(cassette, index, account, &request.path, steps);
        }
        match (method, status) {
            ("DELETE", 202)
                if request.parameter("snapshot").is_none()
                    && request.headers.get("x-ms-delete-snapshots") != Some("only") =>
            {
                self.blobs.remove(&path);
            }
            ("PUT", 200..=299) => {
                self.blobs.insert(path);
            }
            _ => {}
        }
    }

    /// The containers that the requests of a batch name, unless an answer says that they are not
    /// there.
    fn require_batch_containers(
        &mut self,
        account: &str,
        one: &Interaction,
        steps: &mut Vec<Request>,
    ) {
        let answers = String::from_utf8_lossy(&one.response.body);
        if answers.contains("ContainerNotFound") {
            return;
        }
        let requests = String::from_utf8_lossy(&one.request.body);
        let lines = requests
            .lines()
            .filter(|line| line.trim_end().ends_with(" HTTP/1.1"));
        for path in lines.filter_map(|line| line.split(' ').nth(1)) {
            let container = split(path).0.unwrap_or_default();
            if self.containers.insert(format!("{account}/{container}")) {
                steps.push(container_request("PUT", account, container));
            }
        }
    }

    fn require_blob(
        &mut self,
        cassette: &Cassette,
        index: usize,
        account: &str,
        path: &str,
        steps: &mut Vec<Request>,
    ) {
        let key = format!("{account}{path}");
        if self.blobs.contains(&key) {
            return;
        }
        let container = split(path).0.unwrap_or_default();
        if self.containers.insert(format!("{account}/{container}")) {
            steps.push(container_request("PUT", account, container));
        }
        steps.extend(blob_requests(cassette, index, account, path));
        self.blobs.insert(key);
    }

    fn forget(&mut self, container: &str) {
        self.containers.remove(container);
        let prefix = format!("{container}/");
        self.blobs.retain(|blob| !blob.starts_with(&prefix));
    }
}

/// Account and path of the source that a copy had.
fn required_source(service: &RecordedService, one: &Interaction) -> Option<(String, String)> {
    let source = one.request.headers.get("x-ms-copy-source")?;
    let is_there = service.owns(&one.request) && !matches!(one.response.status, 403 | 404);
    service
        .source_of(one.request.account(), source)
        .filter(|_| is_there)
}

/// Container and blob of a path.
fn split(path: &str) -> (Option<&str>, Option<&str>) {
    let path = path.trim_start_matches('/');
    match path.split_once('/') {
        _ if path.is_empty() => (None, None),
        Some((container, blob)) => (Some(container), Some(blob)),
        None => (Some(path), None),
    }
}

fn implies_container(status: u16, code: &str) -> bool {
    matches!(status, 200..=399 | 409 | 412 | 416) || code == "BlobNotFound"
}

/// Whether an answer shows that the blob exists.
fn implies_blob(one: &Interaction) -> bool {
    let request = &one.request;
    let status = one.response.status;
    let comp = request.parameter("comp").unwrap_or_default();
    let creates = request.method == "PUT" && matches!(comp.as_str(), "" | "block" | "blocklist");
    if comp == "undelete" || request.parameter("snapshot").is_some() {
        return false;
    }
    if creates {
        let code = one.code().unwrap_or_default();
        return code.starts_with("LeaseId") || code == "BlobAlreadyExists";
    }
    matches!(status, 200..=399 | 409 | 412 | 416)
}

fn container_request(method: &str, account: &str, container: &str) -> Request {
    request(
        method,
        account,
        &format!("/{container}"),
        "restype=container",
        &[],
        Vec::new(),
    )
}

/// Makes a blob with the bytes and the type that later answers show.
fn blob_requests(cassette: &Cassette, index: usize, account: &str, path: &str) -> Vec<Request> {
    let blob = unrecorded_blob::find(cassette, index, path);
    let length = blob.bytes.len().to_string();
    let content_type = blob.content_type.as_str();
    let put = |headers: &[(&str, &str)], body: Vec<u8>| {
        let mut all = vec![("x-ms-blob-content-type", content_type)];
        all.extend_from_slice(headers);
        request("PUT", account, path, "", &all, body)
    };
    let part = |comp: &str, headers: &[(&str, &str)], body: &[u8]| {
        request(
            "PUT",
            account,
            path,
            &format!("comp={comp}"),
            headers,
            body.to_vec(),
        )
    };
    let md5 = blob.md5.as_deref();
    let properties = md5.map(|md5| {
        let headers = [
            ("x-ms-blob-content-type", content_type),
            ("x-ms-blob-content-md5", md5),
        ];
        part("properties", &headers, &[])
    });
    let made = match blob.kind {
        BlobKind::Block => vec![put(&[("x-ms-blob-type", "BlockBlob")], blob.bytes)],
        BlobKind::Append => {
            let create = put(&[("x-ms-blob-type", "AppendBlob")], Vec::new());
            let blocks = blob.bytes.chunks(4 << 20);
            let blocks = blocks.map(|block| part("appendblock", &[], block));
            std::iter::once(create).chain(blocks).collect()
        }
        BlobKind::Page => {
            let create = [
                ("x-ms-blob-type", "PageBlob"),
                ("x-ms-blob-content-length", &length),
            ];
            let pages = blob.bytes.chunks(4 << 20).zip((0_usize..).step_by(4 << 20));
            let pages = pages.map(|(pages, start)| {
                let range = format!("bytes={start}-{}", start + pages.len() - 1);
                part(
                    "page",
                    &[("x-ms-page-write", "update"), ("x-ms-range", &range)],
                    pages,
                )
            });
            std::iter::once(put(&create, Vec::new()))
                .chain(pages)
                .collect()
        }
    };
    made.into_iter().chain(properties).collect()
}

fn request(
    method: &str,
    account: &str,
    path: &str,
    query: &str,
    headers: &[(&str, &str)],
    body: Vec<u8>,
) -> Request {
    let headers = headers.iter().chain(&[("x-ms-version", VERSION)]);
    let headers = headers.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Request {
        method: method.to_owned(),
        host: format!("{account}.blob.core.windows.net"),
        path: path.to_owned(),
        query: query.to_owned(),
        headers: Headers(headers.collect()),
        body,
    }
}
