//! A location, and the account that every place in a service has.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use azring_transport::http::Account;
use jiff::Timestamp;

use super::{BlobLocation, Discard, SasAccess, SasGrant, Synthetic};
use crate::entry::EntryName;

/// One end of a copy.
///
/// Its `Display` is what [`parse()`](super::parse()) reads, without a credential. The two ends for
/// measuring cannot be parsed; they are displayed as what they are.
#[derive(Debug, Clone)]
pub enum Location {
    /// A folder of this machine, or a single file.
    Local(PathBuf),
    /// A container or virtual directory of the Blob service, or a single blob.
    Blob(BlobLocation),
    /// Standard input as a source, standard output as a target.
    Pipe,
    /// Objects that are made up as they are read, as a source: for measuring.
    Synthetic(Synthetic),
    /// A target that discards what it receives, for measuring; it may compare it first.
    Discard(Discard),
}

impl Location {
    /// The account of a place in a service; `None` for an end that is in no service.
    pub fn account_place(&self) -> Option<&AccountPlace> {
        match self {
            Self::Blob(place) => Some(&place.account_place),
            Self::Local(_) | Self::Pipe | Self::Synthetic(_) | Self::Discard(_) => None,
        }
    }

    /// The container of a place in the Blob service.
    pub fn container(&self) -> Option<&str> {
        match self {
            Self::Blob(place) => Some(&place.container),
            Self::Local(_) | Self::Pipe | Self::Synthetic(_) | Self::Discard(_) => None,
        }
    }

    /// Why the shared access signature of this place cannot serve for these needs; `None` when it may
    /// serve, or when there is none.
    pub(crate) fn sas_fault(&self, needs: &[SasAccess], now: Timestamp) -> Option<String> {
        match self {
            Self::Blob(place) => SasGrant::of(place.account())?.fault(place, needs, now),
            Self::Local(_) | Self::Pipe | Self::Synthetic(_) | Self::Discard(_) => None,
        }
    }

    /// Whether its text may name a single object: nothing in it says that it is a container or a directory.
    pub(crate) fn may_be_object(&self) -> bool {
        match self {
            Self::Blob(place) => !place.directory.is_empty() && !place.is_directory,
            Self::Local(_) | Self::Pipe | Self::Synthetic(_) | Self::Discard(_) => false,
        }
    }

    /// Notices about the service's dialect that came up since the last call.
    pub(crate) fn notices(&self) -> Vec<String> {
        self.account_place()
            .map(|place| place.account.capabilities.take_notices())
            .unwrap_or_default()
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local(path) => EntryName::new(path.as_os_str().as_encoded_bytes()).fmt(f),
            Self::Blob(place) => place.fmt(f),
            Self::Pipe => f.write_str("-"),
            Self::Synthetic(_) => f.write_str("generated data"),
            Self::Discard(_) => f.write_str("nowhere"),
        }
    }
}

/// The account of a place in a service, and how requests address it.
#[derive(Debug, Clone)]
pub struct AccountPlace {
    /// The endpoint and the credential that is sent to it.
    pub account: Arc<Account>,
    /// The name of the account, without `-secondary`; empty where a custom domain hides it.
    pub account_name: String,
    /// The beginning of every path, percent-encoded: empty, or `/account` where the URL is path
    /// style (an emulator, an address).
    pub base_path: String,
    /// The endpoint is that of the secondary region, which can only be read.
    pub secondary: bool,
}

impl AccountPlace {
    /// Whether requests are signed with the account's key.
    pub fn has_key(&self) -> bool {
        self.account.credential.is_shared_key()
    }

    /// The scheme and authority of the endpoint: `https://account.blob.core.windows.net`.
    pub fn origin(&self) -> String {
        let endpoint = &self.account.endpoint;
        format!("{}://{}", endpoint.scheme.as_str(), endpoint.authority())
    }
}
