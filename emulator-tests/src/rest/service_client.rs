//! What the services of an account have in common: an address, a key, and signed requests.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::answer::Answer;
use super::http::{Origin, Request, RestResponse};
use super::shared_key;
use crate::account::Account;

/// The characters of an object's name that stay in a URL's path; all others are percent-encoded.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

/// One service of an account.
#[derive(Clone, Debug)]
pub(super) struct ServiceClient {
    origin: Origin,
    /// The path before the container: `/account` if the host does not name it.
    prefix: String,
    account: Account,
    /// The version whose rules the requests follow:
    /// <https://learn.microsoft.com/rest/api/storageservices/versioning-for-the-azure-storage-services>.
    version: &'static str,
    /// The service's letter in a SAS.
    letter: &'static str,
}

impl ServiceClient {
    /// The service at `origin` (`http://127.0.0.1:10000`) with the account in the path, as
    /// emulators have it. Over HTTPS the client trusts the authority in the PEM file `trusted`.
    pub(super) fn path_style(
        origin: &str,
        account: &Account,
        trusted: Option<&Path>,
        version: &'static str,
        letter: &'static str,
    ) -> Self {
        Self {
            origin: Origin::parse(origin, trusted),
            prefix: format!("/{}", account.name()),
            account: account.clone(),
            version,
            letter,
        }
    }

    pub(super) fn account(&self) -> &Account {
        &self.account
    }

    /// Its address, as other programs take it: `http://127.0.0.1:10000/devstoreaccount1`.
    pub(super) fn url(&self) -> String {
        format!("{}{}", self.origin, self.prefix)
    }

    /// The name of a container or share that no other test uses. It begins with `purpose`.
    pub(super) fn fresh_name(purpose: &str) -> String {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        format!("{purpose}-{}-{number}", std::process::id())
    }

    /// The query of an account SAS for some types of resources (`o` for objects) and some
    /// permissions (`w` to write). Signed as
    /// <https://learn.microsoft.com/rest/api/storageservices/create-account-sas> says.
    pub(super) fn account_sas(&self, types: &str, permissions: &str) -> String {
        shared_key::account_sas(&self.account, self.letter, types, permissions)
    }

    /// A request for what the path names below the account.
    pub(super) fn describe(
        &self,
        method: &'static str,
        below: &str,
        query: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Request {
        let path = format!("{}/{}", self.prefix, utf8_percent_encode(below, PATH));
        Request::new(method, path, query, body)
    }

    /// Sends a request for a test that reads the answer itself.
    pub(super) fn ask(&self, mut request: Request, headers: &[(&str, &str)]) -> Answer {
        for (header, value) in headers {
            request.header(header, value);
        }
        let RestResponse {
            status,
            headers,
            body,
        } = self.send(request);
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

    pub(super) fn send(&self, mut request: Request) -> RestResponse {
        request.header("x-ms-version", self.version);
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
