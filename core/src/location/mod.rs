//! Where objects are: a folder here, or a container or virtual directory of a service.
//!
//! [`parse()`] turns what the user typed into a [`Location`]; `url` cuts a URL into its
//! pieces, `account` reads the host, `name` the path, `sas` the query; `sas_grant` tells what a
//! signature allows. Nothing here asks the disk or the network: whether a place exists, and whether it is a folder or a single
//! object, is found out by the store.

mod account;
mod name;
mod parse;
mod plaintext_warning;
mod sas;
mod sas_grant;
mod synthetic;
mod url;

use std::path::PathBuf;
use std::sync::Arc;

use azring_transport::http::Account;

pub use account::{ServiceKind, is_host_of, is_host_of_azure};
pub(crate) use name::{RESERVED, decode as decode_name};
pub use parse::{Access, parse, service_of};
pub(crate) use plaintext_warning::warning as plain_text_warning;
pub use sas_grant::{SasAccess, SasGrant};
pub use synthetic::{Discard, Synthetic};

/// One end of a copy. Its `Display` is what [`parse()`] reads, without any credential; of the two ends that only measuring
/// knows, it is what they are.
#[derive(Debug, Clone)]
pub enum Location {
    /// A folder of this machine, or a single file.
    Local(PathBuf),
    /// A container or virtual directory of the Blob service, or a single blob.
    Blob(BlobLocation),
    /// Standard input as a source, standard output as a destination.
    Pipe,
    /// Objects that are made up as they are read, as a source: for measuring.
    Synthetic(Synthetic),
    /// Nowhere, as a destination: what arrives is looked at and let go. For measuring.
    Discard(Discard),
}

impl Location {
    /// What is to be told of the service's dialect since the last time.
    pub(crate) fn notices(&self) -> Vec<String> {
        match self {
            Self::Blob(place) => place.account.dialect.take_notices(),
            Self::Local(_) | Self::Pipe | Self::Synthetic(_) | Self::Discard(_) => Vec::new(),
        }
    }
}

/// A place in the Blob service.
#[derive(Debug, Clone)]
pub struct BlobLocation {
    /// The endpoint and the credential that goes to it.
    pub account: Arc<Account>,
    /// The name of the account, without `-secondary`; empty where a custom domain hides it.
    pub account_name: String,
    /// What comes before the container in a path: empty, or `/account` where the URL is path style (the emulator, an
    /// address); percent-encoded.
    pub base_path: String,
    /// The container; `$root` and `$web` are containers too.
    pub container: String,
    /// The rest of the path, decoded, without the slash before it and the one that may end it: a virtual directory, or
    /// the name of a single blob. Empty for the whole container.
    pub directory: String,
    /// The URL ended in a slash: the path is a directory for certain.
    pub is_directory: bool,
    /// Read from the secondary region.
    pub secondary: bool,
}
