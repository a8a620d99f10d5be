//! An account's table service.

use std::path::Path;

use super::answer::Answer;
use super::http::{Origin, Request, RestResponse};
use super::shared_key;
use super::table::Table;
use crate::account::Account;

/// Bearer tokens need this version, and every table service knows it.
const VERSION: &str = "2020-12-06";

/// The table service of one account. Requests are signed with `SharedKeyLite`, which azring does not use.
/// <https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key>
#[derive(Clone, Debug)]
pub struct TableService {
    origin: Origin,
    account: Account,
}

impl TableService {
    /// The account at this origin, in the path of its URL.
    pub fn path_style(origin: &str, account: &Account) -> Self {
        Self {
            origin: Origin::parse(origin, None),
            account: account.clone(),
        }
    }

    /// The same over HTTPS, with a client that trusts the authority in this PEM file.
    pub fn over_https(origin: &str, account: &Account, authority: &Path) -> Self {
        Self {
            origin: Origin::parse(origin, Some(authority)),
            account: account.clone(),
        }
    }

    /// The account, with its key.
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// The URL of the account.
    pub fn url(&self) -> String {
        format!("{}/{}", self.origin, self.account.name())
    }

    /// A table of this name, which may not exist.
    pub fn table(&self, name: &str) -> Table {
        Table::new(self.clone(), name)
    }

    /// A table that no other test has, and that does not exist yet.
    pub fn unmade_table(&self, purpose: &str) -> Table {
        use std::sync::atomic::{AtomicU32, Ordering};
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        self.table(&format!("{purpose}{}x{number}", std::process::id()))
    }

    /// The same, made.
    pub fn fresh_table(&self, purpose: &str) -> Table {
        let table = self.unmade_table(purpose);
        table.make();
        table
    }

    /// An account's signature for tables and entities.
    pub fn account_sas_for(&self, types: &str, permissions: &str) -> String {
        shared_key::account_sas(&self.account, "t", types, permissions)
    }

    /// Sends a request; `below` is the path below the account, percent-encoded.
    pub fn ask(
        &self,
        method: &'static str,
        below: &str,
        query: &[(&str, &str)],
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let path = format!("/{}/{below}", self.account.name());
        let mut request = Request::new(method, path, query, body.to_vec());
        let date = shared_key::now_as_http_date();
        request.header("x-ms-version", VERSION);
        request.header("x-ms-date", &date);
        request.header("Accept", "application/json;odata=minimalmetadata");
        request.header("DataServiceVersion", "3.0");
        for (header, value) in headers {
            request.header(header, value);
        }
        let authorization = shared_key::lite_authorization(&self.account, &date, &request);
        request.header("Authorization", &authorization);
        let RestResponse {
            status,
            headers,
            body,
        } = self.origin.exchange(&request).unwrap_or_else(|error| {
            panic!("{method} {below} was not answered: {error}");
        });
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
}
