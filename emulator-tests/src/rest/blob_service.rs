//! An account's blob service.

use std::path::Path;

use super::container::Container;
use super::service_client::ServiceClient;
use crate::account::Account;

const VERSION: &str = "2021-12-02";

/// An account's blob service.
#[derive(Clone, Debug)]
pub struct BlobService {
    pub(super) client: ServiceClient,
}

impl BlobService {
    /// The service at `origin` (`http://127.0.0.1:10000`) with the account in the path, as
    /// emulators have it. Over HTTPS the client trusts the authority in the PEM file `trusted`.
    pub fn path_style(origin: &str, account: &Account, trusted: Option<&Path>) -> Self {
        Self {
            client: ServiceClient::path_style(origin, account, trusted, VERSION, "b"),
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

    /// A new container that no other test uses. Its name begins with `purpose`.
    pub fn fresh_container(&self, purpose: &str) -> Container {
        let container = self.unmade_container(purpose);
        container.make();
        container
    }

    /// The same without creating it, for tests in which azring creates it, or finds it missing.
    pub fn unmade_container(&self, purpose: &str) -> Container {
        self.container(&ServiceClient::fresh_name(purpose))
    }

    /// The container `name`, which may exist or not.
    pub fn container(&self, name: &str) -> Container {
        Container::new(self.clone(), name)
    }

    /// Keeps deleted blobs for so many days; with 0 none at all.
    pub fn keep_deleted(&self, days: u32) {
        let policy = match days {
            0 => "<Enabled>false</Enabled>".to_owned(),
            days => format!("<Enabled>true</Enabled><Days>{days}</Days>"),
        };
        let document = format!(
            "<StorageServiceProperties><DeleteRetentionPolicy>{policy}</DeleteRetentionPolicy></StorageServiceProperties>"
        );
        let query = [("restype", "service"), ("comp", "properties")];
        let request = self
            .client
            .describe("PUT", "", &query, document.into_bytes());
        self.client.send(request).expect(202);
    }

    /// The query of a SAS that may do everything in the account's blob service for a day, for
    /// clients that take no key (AzCopy 10).
    pub fn account_sas(&self) -> String {
        self.account_sas_for("sco", "rwdlacupt")
    }

    /// The same for some types of resources (`o` for objects) and some permissions (`w` to write).
    pub fn account_sas_for(&self, types: &str, permissions: &str) -> String {
        self.client.account_sas(types, permissions)
    }
}
