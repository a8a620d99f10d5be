//! An account's file service.

use std::path::Path;

use super::service_client::ServiceClient;
use super::share::Share;
use crate::account::Account;

const VERSION: &str = "2022-11-02";

/// An account's file service.
#[derive(Clone, Debug)]
pub struct FileService {
    pub(super) client: ServiceClient,
}

impl FileService {
    /// The service at `origin` (`http://127.0.0.1:10000`) with the account in the path, as
    /// emulators have it. Over HTTPS the client trusts the authority in the PEM file `trusted`.
    pub fn path_style(origin: &str, account: &Account, trusted: Option<&Path>) -> Self {
        Self {
            client: ServiceClient::path_style(origin, account, trusted, VERSION, "f"),
        }
    }

    /// The account whose key signs requests.
    pub fn account(&self) -> &Account {
        self.client.account()
    }

    /// Its address, as other programs take it: `http://127.0.0.1:10000/devstoreaccount1`.
    pub fn url(&self) -> String {
        self.client.url()
    }

    /// A new share that no other test uses. Its name begins with `purpose`.
    pub fn fresh_share(&self, purpose: &str) -> Share {
        let share = self.unmade_share(purpose);
        share.make();
        share
    }

    /// The same without creating it, for tests in which azring creates it, or finds it missing.
    pub fn unmade_share(&self, purpose: &str) -> Share {
        self.share(&ServiceClient::fresh_name(purpose))
    }

    /// The share `name`, which may exist or not.
    pub fn share(&self, name: &str) -> Share {
        Share::new(self.clone(), name)
    }

    /// The query of a SAS that may do everything in the account's file service for a day.
    pub fn account_sas(&self) -> String {
        self.account_sas_for("sco", "rwdlc")
    }

    /// The same for some types of resources (`o` for objects) and some permissions (`w` to write).
    pub fn account_sas_for(&self, types: &str, permissions: &str) -> String {
        self.client.account_sas(types, permissions)
    }
}
