//! The service whose requests are replayed.
//!
//! Another service of the storage account is a constant beside [`BLOB`], with a preparation of its
//! own and a table of accepted differences.

use crate::blob_preparation;
use crate::cassette::{Cassette, RecordedRequest};
use crate::preparation::Preparation;
use crate::request::Request;
use crate::share_preparation;
use crate::signer;
use crate::table_preparation;

/// A service of the storage account, as recordings address it.
pub struct RecordedService {
    /// The label in host names, such as `blob`.
    pub label: &'static str,
    /// The accounts of the recordings.
    pub accounts: &'static [&'static str],
    /// Those of them that are premium accounts.
    pub premium_accounts: &'static [&'static str],
    /// Finds what has to be made before the requests of a cassette.
    pub prepare: fn(&RecordedService, &Cassette) -> Preparation,
    /// The `Authorization` of an account's request.
    pub sign: fn(&str, &Request) -> String,
}

/// The Blob service.
pub const BLOB: RecordedService = RecordedService {
    label: "blob",
    accounts: &["storagename", "blobstoragename", "premiumstoragename"],
    premium_accounts: &["premiumstoragename"],
    prepare: blob_preparation::prepare,
    sign: signer::shared_key,
};

/// The File service.
pub const FILE: RecordedService = RecordedService {
    label: "file",
    accounts: &["storagename"],
    premium_accounts: &[],
    prepare: share_preparation::prepare,
    sign: signer::shared_key,
};

/// The Table service.
pub const TABLE: RecordedService = RecordedService {
    label: "table",
    accounts: &["storagename"],
    premium_accounts: &[],
    prepare: table_preparation::prepare,
    sign: signer::table_key,
};

/// The key of all accounts, in base64.
pub const KEY: &str = "cmVwbGF5ZWQgcmVxdWVzdHMgYXJlIHNpZ25lZCB3aXRoIHRoaXMga2V5";

impl RecordedService {
    /// Whether a request was sent to this service.
    pub fn owns(&self, request: &RecordedRequest) -> bool {
        request.host.split('.').nth(1) == Some(self.label)
    }

    /// Account and path of a copy's source. The recordings have other names for the accounts of
    /// sources: each stands for the account of the target.
    pub fn source_of(&self, target: &str, source: &str) -> Option<(String, String)> {
        let (_, rest) = source.split_once("://")?;
        let (host, path) = rest.split_once('/')?;
        let account = host.split('.').next()?;
        let path = path.split_once('?').map_or(path, |(path, _)| path);
        let known = self.accounts.contains(&account);
        let account = if known { account } else { target };
        Some((account.to_owned(), format!("/{path}")))
    }
}
