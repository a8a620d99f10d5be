//! A client of the Blob service for tests, which reads what is stored with its properties.
//!
//! It signs, speaks HTTP and reads XML with its own code, so that a mistake of azring is not
//! repeated here. It opens a connection per request and keeps whole bodies in memory. An unexpected
//! answer is a panic that shows the answer.

mod http;
mod listing;
mod shared_key;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::account::Account;
use http::{Origin, Request, RestResponse};
pub use listing::StoredBlob;

/// The version whose rules the requests follow:
/// <https://learn.microsoft.com/rest/api/storageservices/versioning-for-the-azure-storage-services>.
const VERSION: &str = "2021-12-02";

/// The characters of a blob's name that stay in a URL's path; all others are percent-encoded.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

/// The characters of a value that stay in a URL's query.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// An account's blob service.
#[derive(Clone, Debug)]
pub struct BlobService {
    origin: Origin,
    /// The path before the container: `/account` if the host does not name it.
    prefix: String,
    account: Account,
}

impl BlobService {
    /// The service at `origin` (`http://127.0.0.1:10000`) with the account in the path, as
    /// emulators have it. Over HTTPS the client trusts the authority in the PEM file `trusted`.
    pub fn path_style(origin: &str, account: &Account, trusted: Option<&Path>) -> Self {
        Self {
            origin: Origin::parse(origin, trusted),
            prefix: format!("/{}", account.name()),
            account: account.clone(),
        }
    }

    /// The account whose key signs requests.
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// Its address, as other programs take it: `http://127.0.0.1:10000/devstoreaccount1`.
    pub fn url(&self) -> String {
        format!("{}{}", self.origin, self.prefix)
    }

    /// A new container that no other test uses. Its name begins with `purpose`.
    pub fn fresh_container(&self, purpose: &str) -> Container {
        let container = self.unmade_container(purpose);
        container.make();
        container
    }

    /// The same without creating it, for tests in which azring creates it, or finds it missing.
    pub fn unmade_container(&self, purpose: &str) -> Container {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("{purpose}-{}-{number}", std::process::id());
        self.container(&name)
    }

    /// The container `name`, which may exist or not.
    pub fn container(&self, name: &str) -> Container {
        Container {
            service: self.clone(),
            name: name.to_owned(),
        }
    }

    /// The query of a SAS that may do everything in the account's blob service for a day, for
    /// clients that take no key (AzCopy 10). Signed as
    /// <https://learn.microsoft.com/rest/api/storageservices/create-account-sas> says.
    pub fn account_sas(&self) -> String {
        self.account_sas_for("sco", "rwdlacupt")
    }

    /// The same for some types of resources (`o` for objects) and some permissions (`w` to write).
    pub fn account_sas_for(&self, types: &str, rights: &str) -> String {
        shared_key::account_sas(&self.account, types, rights)
    }

    fn path(&self, below: &str) -> String {
        format!("{}/{}", self.prefix, utf8_percent_encode(below, PATH))
    }

    fn send(&self, mut request: Request) -> RestResponse {
        request.header("x-ms-version", VERSION);
        request.header("x-ms-date", &shared_key::now_as_http_date());
        let authorization = shared_key::authorization(&self.account, &request);
        request.header("Authorization", &authorization);
        self.origin.exchange(&request).unwrap_or_else(|error| {
            panic!(
                "{} {} was not answered: {error}",
                request.method, request.path
            )
        })
    }
}

/// The answer to a request of a test.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers, by their names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// Returns itself if its status is a success.
    ///
    /// # Panics
    /// When it is not.
    #[track_caller]
    pub fn succeeded(self) -> Self {
        let text = String::from_utf8_lossy(&self.body);
        assert!(
            (200..300).contains(&self.status),
            "the service answered {}: {text}",
            self.status
        );
        self
    }

    /// A header's value; empty if the header is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// A container, and the blobs in it.
#[derive(Clone, Debug)]
pub struct Container {
    service: BlobService,
    name: String,
}

impl Container {
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
        format!(
            "{}{}/{}",
            self.service.origin, self.service.prefix, self.name
        )
    }

    /// Its address at the account's secondary region.
    pub fn secondary_url(&self) -> String {
        format!(
            "{}{}-secondary/{}",
            self.service.origin, self.service.prefix, self.name
        )
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
        self.service.send(request).expect(201);
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
        self.service.send(request).expect(201);
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
        let mut request = self.describe(method, Some(name), query, body.into());
        for (header, value) in headers {
            request.header(header, value);
        }
        let RestResponse {
            status,
            headers,
            body,
        } = self.service.send(request);
        let headers = headers
            .into_iter()
            .map(|(header, value)| (header.to_lowercase(), value))
            .collect();
        Answer {
            status,
            headers,
            body,
        }
    }

    /// Sends any request for the container; returns the text of the answer.
    pub fn ask_container(&self, query: &[(&str, &str)]) -> String {
        let query = [&[("restype", "container")], query].concat();
        self.request("GET", None, &query, Vec::new())
            .expect(200)
            .text()
    }

    /// Its blobs, by name.
    pub fn list(&self) -> BTreeMap<String, StoredBlob> {
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
        self.service.send(request)
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
        Request::new(method, self.service.path(&below), query, body)
    }
}

/// The MD5 of `bytes` as a `Content-MD5` header carries it.
pub fn content_md5(bytes: &[u8]) -> String {
    STANDARD.encode(Md5::digest(bytes))
}
