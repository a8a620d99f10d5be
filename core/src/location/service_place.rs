//! The parts that every place in a service has, whatever the service: `blob`, `share` and `table` lend
//! them.

use std::fmt;
use std::sync::Arc;

use azring_transport::http::Account;
use azring_transport::service::Service;
use percent_encoding::AsciiSet;

use super::AccountPlace;
use super::encoding::{RESERVED, encode_into, encode_name};

/// The characters of a root that are encoded; the `$` of `$root` and `$web` stays as it is, and so does
/// the `*` for the roots of an account.
const ROOT: &AsciiSet = &RESERVED.remove(b'$').remove(b'*');

/// A place in a service, borrowed from its location.
///
/// Its `Display` is the URL, without a credential.
#[derive(Debug, Clone, Copy)]
pub struct ServicePlace<'l> {
    /// The account that holds the root.
    pub account_place: &'l AccountPlace,
    /// The container, the share or the table. It is empty for all containers of an account, or has a `*`
    /// for those whose names match.
    pub root: &'l str,
    /// The directory or the single object in it; empty for the whole root.
    pub directory: &'l str,
    /// The URL ended in a slash: the path certainly names a directory.
    pub is_directory: bool,
    /// The snapshot of the share, or the version of the blob, that is read.
    pub snapshot: Option<&'l str>,
}

impl<'l> ServicePlace<'l> {
    /// The endpoint and the credential that is sent to it.
    pub fn account(&self) -> &'l Arc<Account> {
        &self.account_place.account
    }

    /// The path of the root in a request.
    pub fn root_path(&self) -> String {
        let base = &self.account_place.base_path;
        let mut path = String::with_capacity(base.len() + self.root.len() + 1);
        path.push_str(base);
        path.push('/');
        encode_into(&mut path, self.root.as_bytes(), ROOT);
        path
    }

    /// Whether it is an account with several roots. The full name of an object begins with its root then.
    pub fn is_account(&self) -> bool {
        self.root.is_empty() || self.root.contains('*')
    }

    /// The root of the object of this full name, and its full name there.
    pub fn split_root<'n>(&self, name: &'n str) -> (&'n str, &'n str)
    where
        'l: 'n,
    {
        if self.is_account() {
            name.split_once('/').unwrap_or((name, ""))
        } else {
            (self.root, name)
        }
    }

    /// The path of one object in a request; `name` is its full name, with the directory.
    pub fn object_path(&self, name: &str) -> String {
        let (root, name) = self.split_root(name);
        let mut path = ServicePlace { root, ..*self }.root_path();
        path.reserve(name.len() + 1);
        path.push('/');
        encode_name(&mut path, name);
        path
    }

    /// The address of one object, without a credential.
    pub fn object_url(&self, name: &str) -> String {
        format!("{}{}", self.account_place.origin(), self.object_path(name))
    }

    /// The beginning of the full names of this directory's objects: empty, or a text that ends in a
    /// slash.
    pub fn prefix(&self) -> String {
        if self.directory.is_empty() {
            String::new()
        } else {
            format!("{}/", self.directory)
        }
    }

    /// The full name of the object that is called `relative` in this directory.
    pub fn full_name(&self, relative: &str) -> String {
        format!("{}{relative}", self.prefix())
    }

    /// Whether its text may name a single object: nothing in it says that it is a root or a
    /// directory.
    pub fn may_be_object(&self) -> bool {
        !self.directory.is_empty() && !self.is_directory
    }

    /// The field of a query that names the snapshot or the version.
    pub(crate) fn snapshot_field(&self) -> &'static str {
        match self.account().service {
            Service::Blob => "versionid",
            Service::Share | Service::Table => "sharesnapshot",
        }
    }

    /// Whether both are in one account of one endpoint, whatever its name is.
    pub(crate) fn shares_endpoint_with(&self, other: Self) -> bool {
        self.account().service == other.account().service
            && self.account().endpoint == other.account().endpoint
            && self.account_place.base_path == other.account_place.base_path
    }

    /// Whether both are in one service of one account, at its primary endpoint. An account with a hidden name is
    /// never the same as another.
    pub(crate) fn is_in_account_of(&self, other: Self) -> bool {
        let (own, other_place) = (self.account_place, other.account_place);
        !own.secondary
            && !own.account_name.is_empty()
            && own.account_name == other_place.account_name
            && self.account().service == other.account().service
            && self.account().endpoint == other.account().endpoint
    }

    /// Whether both are in one container or share. A second name of a host is not recognized.
    pub(crate) fn is_in_root_of(&self, other: Self) -> bool {
        self.shares_endpoint_with(other)
            && self.root == other.root
            && self.snapshot == other.snapshot
    }
}

impl fmt::Display for ServicePlace<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.account_place.origin())?;
        f.write_str(&self.root_path())?;
        if !self.directory.is_empty() {
            let mut directory = String::from("/");
            encode_name(&mut directory, self.directory);
            f.write_str(&directory)?;
        }
        f.write_str(if self.is_directory { "/" } else { "" })?;
        match self.snapshot {
            Some(snapshot) => write!(f, "?{}={snapshot}", self.snapshot_field()),
            None => Ok(()),
        }
    }
}
