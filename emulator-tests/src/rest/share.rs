//! A share, and the directories and files in it.

use std::collections::{BTreeMap, BTreeSet};

use super::answer::Answer;
use super::content_md5;
use super::file_service::FileService;
use super::http::{Request, RestResponse};
use super::listing;
use super::storage::impl_storage;

/// The most that one Put Range writes, in bytes.
const WRITE_BYTES_MAX: usize = 4 << 20;

/// A share, and the directories and files in it. Paths are relative to it, with `/` between parts.
#[derive(Clone, Debug)]
pub struct Share {
    service: FileService,
    name: String,
}

/// A file as Get File Properties describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShareFile {
    /// Its path in the share.
    pub name: String,
    /// How long it is.
    pub bytes: u64,
    /// The stored MD5 of the whole, in base64; empty when there is none.
    pub content_md5: String,
    /// Its content type.
    pub content_type: String,
    /// When the service last changed it, as an HTTP date.
    pub last_modified: String,
    /// The last-write time that SMB clients see, in ISO 8601.
    pub last_write: String,
    /// The attributes that SMB clients see, such as `Archive`.
    pub attributes: String,
    /// The names of its metadata.
    pub metadata: Vec<String>,
}

impl Share {
    /// The share of this name, which may exist or not.
    pub(super) fn new(service: FileService, name: &str) -> Self {
        Self {
            service,
            name: name.to_owned(),
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The service it is in.
    pub fn service(&self) -> &FileService {
        &self.service
    }

    /// Its address, as azring takes it: `http://127.0.0.1:10000/devstoreaccount1/name`.
    pub fn url(&self) -> String {
        format!("{}/{}", self.service.url(), self.name)
    }

    /// Its address at the account's secondary region.
    pub fn secondary_url(&self) -> String {
        format!("{}-secondary/{}", self.service.url(), self.name)
    }

    /// Creates it.
    pub fn make(&self) {
        self.request("PUT", "", &[("restype", "share")], &[], Vec::new())
            .expect(201);
    }

    /// Deletes it with all files.
    pub fn remove(&self) {
        self.request("DELETE", "", &[("restype", "share")], &[], Vec::new())
            .expect(202);
    }

    /// Sets its quota, in GiB.
    pub fn set_quota(&self, gib: u64) {
        let query = [("restype", "share"), ("comp", "properties")];
        let quota = gib.to_string();
        self.request(
            "PUT",
            "",
            &query,
            &[("x-ms-share-quota", &quota)],
            Vec::new(),
        )
        .expect(200);
    }

    /// Makes a snapshot; returns its time as URLs name it.
    pub fn snapshot(&self) -> String {
        let query = [("restype", "share"), ("comp", "snapshot")];
        let answer = self.ask("PUT", "", &query, &[], Vec::new()).succeeded();
        answer.header("x-ms-snapshot").to_owned()
    }

    /// Whether it exists.
    pub fn exists(&self) -> bool {
        self.request("HEAD", "", &[("restype", "share")], &[], Vec::new())
            .status
            == 200
    }

    /// Makes a directory and those above it. Directories that exist stay.
    pub fn make_directory(&self, path: &str) {
        let ends = path.match_indices('/').map(|(at, _)| at);
        for end in ends.chain([path.len()]) {
            let query = [("restype", "directory")];
            let made = self.request("PUT", &path[..end], &query, &smb_headers(), Vec::new());
            assert!(matches!(made.status, 201 | 409), "{}", made.text());
        }
    }

    /// Stores `bytes` as the file `name`, with its MD5 and the directories above it.
    pub fn put(&self, name: &str, bytes: impl Into<Vec<u8>>) {
        self.put_with(name, bytes, &[]);
    }

    /// The same with headers of Create File, for instance `x-ms-content-type`.
    pub fn put_with(&self, name: &str, bytes: impl Into<Vec<u8>>, headers: &[(&str, &str)]) {
        let bytes = bytes.into();
        if let Some((directory, _)) = name.rsplit_once('/') {
            self.make_directory(directory);
        }
        let md5 = content_md5(&bytes);
        let own = [("x-ms-content-md5", &*md5)];
        let own = own
            .into_iter()
            .filter(|(name, _)| headers.iter().all(|(given, _)| given != name));
        let headers: Vec<_> = headers.iter().copied().chain(own).collect();
        self.create(name, bytes.len() as u64, &headers);
        for (number, piece) in bytes.chunks(WRITE_BYTES_MAX).enumerate() {
            self.write(name, (number * WRITE_BYTES_MAX) as u64, piece);
        }
    }

    /// Creates a file of this length, all of whose bytes are zero.
    pub fn create(&self, name: &str, bytes: u64, headers: &[(&str, &str)]) {
        let length = bytes.to_string();
        let own = [("x-ms-type", "file"), ("x-ms-content-length", &length)];
        let defaults = smb_headers();
        let defaults = defaults
            .iter()
            .filter(|(name, _)| headers.iter().all(|(given, _)| given != name));
        let headers: Vec<_> = own.iter().chain(defaults).chain(headers).copied().collect();
        self.request("PUT", name, &[], &headers, Vec::new())
            .expect(201);
    }

    /// Writes bytes of a file.
    pub fn write(&self, name: &str, offset: u64, bytes: &[u8]) {
        let range = format!("bytes={offset}-{}", offset + bytes.len() as u64 - 1);
        let headers = [("x-ms-write", "update"), ("x-ms-range", &*range)];
        self.request("PUT", name, &[("comp", "range")], &headers, bytes.to_vec())
            .expect(201);
    }

    /// Sends any request for the directory or file `name`, signed with the account's key; an empty
    /// name is the share.
    pub fn ask(
        &self,
        method: &'static str,
        name: &str,
        query: &[(&str, &str)],
        headers: &[(&str, &str)],
        body: impl Into<Vec<u8>>,
    ) -> Answer {
        let request = self.describe(method, name, query, body.into());
        self.service.client.ask(request, headers)
    }

    /// The properties of the file `name`.
    pub fn properties(&self, name: &str) -> ShareFile {
        let answer = self.ask("HEAD", name, &[], &[], "").succeeded();
        let text = |header: &str| answer.header(header).to_owned();
        let names = answer.headers.keys();
        ShareFile {
            name: name.to_owned(),
            bytes: answer
                .header("content-length")
                .parse()
                .expect("a length is a number"),
            content_md5: text("content-md5"),
            content_type: text("content-type"),
            last_modified: text("last-modified"),
            last_write: text("x-ms-file-last-write-time"),
            attributes: text("x-ms-file-attributes"),
            metadata: names
                .filter_map(|name| name.strip_prefix("x-ms-meta-"))
                .map(str::to_owned)
                .collect(),
        }
    }

    /// Its files with their properties, by path.
    pub fn list(&self) -> BTreeMap<String, ShareFile> {
        let names = self.names().into_iter();
        names
            .map(|name| (name.clone(), self.properties(&name)))
            .collect()
    }

    /// The paths of its files, in order.
    pub fn names(&self) -> Vec<String> {
        self.walk().0.into_iter().collect()
    }

    /// The paths of its directories, in order.
    pub fn directories(&self) -> Vec<String> {
        self.walk().1.into_iter().collect()
    }

    /// The bytes of the file `name`.
    pub fn get(&self, name: &str) -> Vec<u8> {
        self.request("GET", name, &[], &[], Vec::new())
            .expect(200)
            .body
    }

    /// The ranges of the file `name` that were written: first and last byte.
    pub fn written_ranges(&self, name: &str) -> Vec<(u64, u64)> {
        let query = [("comp", "rangelist")];
        let answer = self
            .request("GET", name, &query, &[], Vec::new())
            .expect(200);
        listing::ranges(&answer.text())
    }

    /// Deletes the file `name`.
    pub fn delete(&self, name: &str) {
        self.request("DELETE", name, &[], &[], Vec::new())
            .expect(202);
    }

    /// The paths of all files, and of all directories.
    fn walk(&self) -> (BTreeSet<String>, BTreeSet<String>) {
        let (mut files, mut directories) = (BTreeSet::new(), BTreeSet::new());
        let mut left = vec![String::new()];
        while let Some(directory) = left.pop() {
            let mut marker = String::new();
            loop {
                let query = [
                    ("restype", "directory"),
                    ("comp", "list"),
                    ("marker", &marker),
                ];
                let answer = self.request("GET", &directory, &query, &[], Vec::new());
                let page = listing::directory(&answer.expect(200).text());
                let path = |name: &String| match directory.as_str() {
                    "" => name.clone(),
                    _ => format!("{directory}/{name}"),
                };
                files.extend(page.files.iter().map(path));
                let found: Vec<String> = page.directories.iter().map(path).collect();
                left.extend(found.iter().cloned());
                directories.extend(found);
                marker = page.next_marker;
                if marker.is_empty() {
                    break;
                }
            }
        }
        (files, directories)
    }

    fn request(
        &self,
        method: &'static str,
        below: &str,
        query: &[(&str, &str)],
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> RestResponse {
        let mut request = self.describe(method, below, query, body);
        for (header, value) in headers {
            request.header(header, value);
        }
        self.service.client.send(request)
    }

    fn describe(
        &self,
        method: &'static str,
        below: &str,
        query: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Request {
        let mut path = self.name.clone();
        if !below.is_empty() {
            path += "/";
            path += below;
        }
        let mut request = self.service.client.describe(method, &path, query, body);
        // Without it the service takes dots off the ends of names.
        request.header("x-ms-allow-trailing-dot", "true");
        request
    }
}

impl_storage!(Share, "File");

/// What versions before 2021-06-08 require of every new file and directory.
fn smb_headers() -> [(&'static str, &'static str); 4] {
    [
        ("x-ms-file-attributes", "None"),
        ("x-ms-file-creation-time", "Now"),
        ("x-ms-file-last-write-time", "Now"),
        ("x-ms-file-permission", "Inherit"),
    ]
}
