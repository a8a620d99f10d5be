//! A place in Azure Files: its parts, the paths of its requests, and how its URL is read.

use std::fmt;
use std::sync::Arc;

use azring_transport::http::Account;
use jiff::Timestamp;

use super::encoding::decode;
use super::root_path::{RootPath, RootWords};
use super::url::{shown, usage};
use super::{AccountPlace, ServicePlace};
use crate::Result;

/// A file share, a directory in it or a single file.
#[derive(Debug, Clone)]
pub struct ShareLocation {
    /// The account that holds the share.
    pub account_place: AccountPlace,
    /// The share.
    pub share: String,
    /// A directory, or a single file; empty for the whole share.
    ///
    /// It is the rest of the URL's path, decoded, without the slash before it and the one that may
    /// end it. Empty parts are left out, as the service leaves them out.
    pub directory: String,
    /// The URL ended in a slash: the path certainly names a directory.
    pub is_directory: bool,
    /// The snapshot of the share that is read, as the service wrote its time.
    pub snapshot: Option<String>,
}

impl ShareLocation {
    /// The parts that every place in a service has.
    pub fn place(&self) -> ServicePlace<'_> {
        ServicePlace {
            account_place: &self.account_place,
            root: &self.share,
            directory: &self.directory,
            is_directory: self.is_directory,
            snapshot: self.snapshot.as_deref(),
        }
    }

    /// The endpoint and the credential that is sent to it.
    pub fn account(&self) -> &Arc<Account> {
        &self.account_place.account
    }

    /// The path of the share in a request.
    pub fn share_path(&self) -> String {
        self.place().root_path()
    }

    /// The path of a file or directory in a request; `name` is its full name, with the directory.
    /// An empty name is the share's own directory.
    pub fn file_path(&self, name: &str) -> String {
        if name.is_empty() {
            return self.share_path();
        }
        self.place().object_path(name)
    }

    /// The address of one file, without a credential.
    pub fn file_url(&self, name: &str) -> String {
        self.place().object_url(name)
    }

    /// The beginning of the full names in this directory: empty, or a text that ends in a slash.
    pub fn prefix(&self) -> String {
        self.place().prefix()
    }

    /// The full name of the file that is called `relative` in this directory.
    pub fn full_name(&self, relative: &str) -> String {
        self.place().full_name(relative)
    }
}

/// The URL, without a credential.
impl fmt::Display for ShareLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.place().fmt(f)
    }
}

/// Reads share and directory.
pub(super) fn read_path(path: &str) -> Result<RootPath> {
    const WORDS: RootWords = RootWords {
        root: "share",
        directory: "directory",
    };
    let mut path = RootPath::read(path, &WORDS)?;
    let parts = path.directory.split('/').filter(|part| !part.is_empty());
    path.directory = parts.collect::<Vec<_>>().join("/");
    Ok(path)
}

/// The snapshot that the query of a URL names, and the rest of the query.
pub(super) fn split_snapshot(query: &str) -> Result<(Option<String>, String)> {
    let mut snapshot = None;
    let mut rest = Vec::new();
    for field in query.split('&') {
        match field.strip_prefix("sharesnapshot=") {
            Some(value) => snapshot = Some(decode(value)?),
            None => rest.push(field),
        }
    }
    if let Some(time) = &snapshot
        && time.parse::<Timestamp>().is_err()
    {
        return Err(usage(format!(
            "`{}` is no snapshot of a share: `sharesnapshot` is the snapshot's time, for example \
             `2020-09-24T08:09:27.0000000Z`",
            shown(time)
        )));
    }
    Ok((snapshot, rest.join("&")))
}
