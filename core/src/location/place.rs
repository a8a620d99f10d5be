//! A location, and the account that every place in a service has.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use azring_transport::auth::{Credential, TokenSource};
use azring_transport::http::Account;
use jiff::Timestamp;

use super::{
    BlobLocation, Discard, SasAccess, SasGrant, ServicePlace, ShareLocation, Synthetic,
    TableLocation,
};
use crate::entry::EntryName;
use crate::{Error, Result};

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
    /// A share of Azure Files or a directory in it, or a single file.
    Share(ShareLocation),
    /// A table.
    Table(TableLocation),
    /// Standard input as a source, standard output as a target.
    Pipe,
    /// Objects that are made up as they are read, as a source: for measuring.
    Synthetic(Synthetic),
    /// A target that discards what it receives, for measuring; it may compare it first.
    Discard(Discard),
}

impl Location {
    /// The parts that every place in a service has; `None` for an end that is in no service.
    pub fn in_service(&self) -> Option<ServicePlace<'_>> {
        match self {
            Self::Blob(location) => Some(location.place()),
            Self::Share(location) => Some(location.place()),
            Self::Table(location) => Some(location.place()),
            Self::Local(_) | Self::Pipe | Self::Synthetic(_) | Self::Discard(_) => None,
        }
    }

    /// The account of a place in a service; `None` for an end that is in no service.
    pub fn account_place(&self) -> Option<&AccountPlace> {
        self.in_service().map(|place| place.account_place)
    }

    /// The container, the share or the table of a place in a service; `None` for an account.
    pub fn root(&self) -> Option<&str> {
        let place = self.in_service().filter(|place| !place.is_account());
        place.map(|place| place.root)
    }

    /// Whether it is an account with several containers.
    pub fn is_account(&self) -> bool {
        self.in_service().is_some_and(|place| place.is_account())
    }

    /// Whether its service refuses every request, because none is anonymous there and this place
    /// has no credential.
    pub fn lacks_credential(&self) -> bool {
        match self {
            Self::Share(place) => place.account().credential.is_anonymous(),
            Self::Table(place) => place.account().credential.is_anonymous(),
            Self::Blob(_) | Self::Local(_) | Self::Pipe | Self::Synthetic(_) | Self::Discard(_) => {
                false
            }
        }
    }

    /// Why the shared access signature of this place cannot serve for these needs; `None` when it may
    /// serve, or when there is none.
    pub fn sas_fault(&self, needs: &[SasAccess], now: Timestamp) -> Option<String> {
        let place = self.in_service()?;
        SasGrant::of(place.account())?.fault(place, needs, now)
    }

    /// Whether it is a whole container or share, and not a directory or an object in it.
    pub fn is_whole_root(&self) -> bool {
        self.in_service()
            .is_some_and(|place| place.directory.is_empty() && !place.is_account())
    }

    /// The folder `name` in this folder.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] for an end that has no folders.
    pub fn folder(&self, name: &str) -> Result<Self> {
        match self {
            Self::Local(path) => Ok(Self::Local(path.join(name))),
            Self::Blob(place) => Ok(Self::Blob(BlobLocation {
                directory: place.full_name(name),
                is_directory: true,
                version: None,
                ..place.clone()
            })),
            Self::Share(place) => Ok(Self::Share(ShareLocation {
                directory: place.full_name(name),
                is_directory: true,
                ..place.clone()
            })),
            Self::Table(_) | Self::Pipe | Self::Synthetic(_) | Self::Discard(_) => {
                Err(Error::Usage(format!("`{self}` has no folders")))
            }
        }
    }

    /// Whether its text may name a single object: nothing in it says that it is a root or a
    /// directory.
    pub(crate) fn may_be_object(&self) -> bool {
        self.in_service().is_some_and(|place| place.may_be_object())
    }

    /// The same place, whose requests carry tokens of this source.
    pub fn with_token(mut self, source: Arc<dyn TokenSource>) -> Self {
        let place = match &mut self {
            Self::Blob(location) => &mut location.account_place,
            Self::Share(location) => &mut location.account_place,
            Self::Table(location) => &mut location.account_place,
            Self::Local(_) | Self::Pipe | Self::Synthetic(_) | Self::Discard(_) => return self,
        };
        let account = &place.account;
        place.account = Arc::new(Account::new(
            account.service,
            account.endpoint.clone(),
            Credential::Bearer(source),
        ));
        self
    }

    /// Notices about the service's dialect and about the login that came up since the last call.
    pub(crate) fn notices(&self) -> Vec<String> {
        let Some(place) = self.account_place() else {
            return Vec::new();
        };
        let mut notices = place.account.capabilities.take_notices();
        notices.extend(place.account.credential.take_notice());
        notices
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local(path) => EntryName::new(path.as_os_str().as_encoded_bytes()).fmt(f),
            Self::Blob(place) => place.fmt(f),
            Self::Share(place) => place.fmt(f),
            Self::Table(place) => place.fmt(f),
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
