//! A container, and the blobs in it.

use std::collections::BTreeMap;

use super::answer::Answer;
use super::blob_service::BlobService;
use super::http::{Request, RestResponse};
use super::listing::{self, StoredBlob};
use super::storage::impl_storage;

/// A container, and the blobs in it.
#[derive(Clone, Debug)]
pub struct Container {
    service: BlobService,
    name: String,
}

impl Container {
    /// The container of this name, which may exist or not.
    pub(super) fn new(service: BlobService, name: &str) -> Self {
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
    pub fn service(&self) -> &BlobService {
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
        self.request("PUT", None, &[("restype", "container")], Vec::new())
            .expect(201);
    }

    /// Creates it with public access to blobs and listing.
    pub fn make_public(&self) {
        let mut request = self.describe("PUT", None, &[("restype", "container")], Vec::new());
        request.header("x-ms-blob-public-access", "container");
        self.service.client.send(request).expect(201);
    }

    /// Whether it exists.
    pub fn exists(&self) -> bool {
        let answer = self.request("HEAD", None, &[("restype", "container")], Vec::new());
        answer.status == 200
    }

    /// Stores `bytes` as the block blob `name`.
    pub fn put(&self, name: &str, bytes: impl Into<Vec<u8>>) {
        self.put_with(name, bytes, &[]);
    }

    /// The same with request headers, for instance `x-ms-blob-content-type`.
    pub fn put_with(&self, name: &str, bytes: impl Into<Vec<u8>>, headers: &[(&str, &str)]) {
        let mut request = self.describe("PUT", Some(name), &[], bytes.into());
        request.header("x-ms-blob-type", "BlockBlob");
        for (header, value) in headers {
            request.header(header, value);
        }
        self.service.client.send(request).expect(201);
    }

    /// Sends any request for the blob `name`, signed with the account's key.
    pub fn ask(
        &self,
        method: &'static str,
        name: &str,
        query: &[(&str, &str)],
        headers: &[(&str, &str)],
        body: impl Into<Vec<u8>>,
    ) -> Answer {
        let request = self.describe(method, Some(name), query, body.into());
        self.service.client.ask(request, headers)
    }

    /// Sends any request for the container; returns the text of the answer.
    pub fn ask_container(&self, query: &[(&str, &str)]) -> String {
        let query = [&[("restype", "container")], query].concat();
        self.request("GET", None, &query, Vec::new())
            .expect(200)
            .text()
    }

    /// Its blobs, by name, without directories.
    pub fn list(&self) -> BTreeMap<String, StoredBlob> {
        let mut listed = self.list_all();
        listed.retain(|_, blob| !blob.is_directory);
        listed
    }

    /// The names of its directories, in order. Only an account with a hierarchical namespace has any.
    pub fn directories(&self) -> Vec<String> {
        let listed = self.list_all().into_iter();
        let directories = listed.filter(|(_, blob)| blob.is_directory);
        directories.map(|(name, _)| name).collect()
    }

    fn list_all(&self) -> BTreeMap<String, StoredBlob> {
        let mut found = BTreeMap::new();
        let mut marker = String::new();
        loop {
            let query = [
                ("restype", "container"),
                ("comp", "list"),
                ("marker", &marker),
            ];
            let answer = self.request("GET", None, &query, Vec::new()).expect(200);
            let page = listing::parse(&answer.text());
            found.extend(page.blobs.into_iter().map(|blob| (blob.name.clone(), blob)));
            marker = page.next_marker;
            if marker.is_empty() {
                return found;
            }
        }
    }

    /// The names of its blobs, in order.
    pub fn names(&self) -> Vec<String> {
        self.list().into_keys().collect()
    }

    /// The bytes of the blob `name`.
    pub fn get(&self, name: &str) -> Vec<u8> {
        self.request("GET", Some(name), &[], Vec::new())
            .expect(200)
            .body
    }

    /// The number of committed blocks of the blob `name`; a blob of one Put Blob has none.
    pub fn committed_blocks(&self, name: &str) -> usize {
        let query = [("comp", "blocklist"), ("blocklisttype", "committed")];
        let answer = self
            .request("GET", Some(name), &query, Vec::new())
            .expect(200);
        answer.text().matches("<Block>").count()
    }

    /// Deletes the blob `name`.
    pub fn delete(&self, name: &str) {
        self.request("DELETE", Some(name), &[], Vec::new())
            .expect(202);
    }

    fn request(
        &self,
        method: &'static str,
        blob: Option<&str>,
        query: &[(&str, &str)],
        body: Vec<u8>,
    ) -> RestResponse {
        let request = self.describe(method, blob, query, body);
        self.service.client.send(request)
    }

    fn describe(
        &self,
        method: &'static str,
        blob: Option<&str>,
        query: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Request {
        let below = match blob {
            None => self.name.clone(),
            Some(blob) => format!("{}/{blob}", self.name),
        };
        self.service.client.describe(method, &below, query, body)
    }
}

impl_storage!(Container, "Blob");
