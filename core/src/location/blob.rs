//! A place in the Blob service: its parts, the paths of its requests, and how its URL path is read.

use std::fmt;
use std::sync::Arc;

use azring_transport::http::Account;
use jiff::Timestamp;

use super::encoding::decode;
use super::root_path::{RootPath, RootWords};
use super::url::{shown, usage};
use super::{AccountPlace, ServicePlace};
use crate::Result;

/// A container, a virtual directory or a single blob; or several containers of an account.
#[derive(Debug, Clone)]
pub struct BlobLocation {
    /// The account that holds the container.
    pub account_place: AccountPlace,
    /// The container; `$root` and `$web` are containers too. It is empty for all containers of the account,
    /// or has a `*` for those whose names match.
    pub container: String,
    /// A virtual directory, or the name of a single blob; empty for the whole container.
    ///
    /// It is the rest of the URL's path, decoded, without the slash before it and the one that may
    /// end it.
    pub directory: String,
    /// The URL ended in a slash: the path certainly names a directory.
    pub is_directory: bool,
    /// The version of the single blob that is meant, as `versionid` of the URL says; `None` for the current one.
    pub version: Option<String>,
}

impl BlobLocation {
    /// The parts that every place in a service has.
    pub fn place(&self) -> ServicePlace<'_> {
        ServicePlace {
            account_place: &self.account_place,
            root: &self.container,
            directory: &self.directory,
            is_directory: self.is_directory,
            snapshot: self.version.as_deref(),
        }
    }

    /// The endpoint and the credential that is sent to it.
    pub fn account(&self) -> &Arc<Account> {
        &self.account_place.account
    }

    /// Whether it is an account with several containers. The full name of a blob begins with its container
    /// then.
    pub fn is_account(&self) -> bool {
        self.place().is_account()
    }

    /// The container of the blob of this full name, as a place, and the blob's full name there.
    pub fn container_of(&self, name: &str) -> (Self, String) {
        let (container, name) = self.place().split_root(name);
        (self.in_container(container), name.to_owned())
    }

    /// The same place in this container.
    pub fn in_container(&self, container: &str) -> Self {
        Self {
            container: container.to_owned(),
            ..self.clone()
        }
    }

    /// The path of the container in a request.
    pub fn container_path(&self) -> String {
        self.place().root_path()
    }

    /// The path of one blob in a request; `name` is its full name, with the virtual directory.
    pub fn blob_path(&self, name: &str) -> String {
        self.place().object_path(name)
    }

    /// The address of one blob, without a credential.
    pub fn blob_url(&self, name: &str) -> String {
        self.place().object_url(name)
    }

    /// The beginning of the full names of this directory's blobs: empty, or a text that ends in a
    /// slash.
    pub fn prefix(&self) -> String {
        self.place().prefix()
    }

    /// The full name of the blob that is called `relative` in this virtual directory.
    pub fn full_name(&self, relative: &str) -> String {
        self.place().full_name(relative)
    }
}

/// The version that the query of a URL names, and the rest of the query.
pub(super) fn split_version(query: &str) -> Result<(Option<String>, String)> {
    let mut version = None;
    let mut rest = Vec::new();
    for field in query.split('&') {
        match field.strip_prefix("versionid=") {
            Some(value) => version = Some(decode(value)?),
            None => rest.push(field),
        }
    }
    if let Some(time) = &version {
        check_version(time)?;
    }
    Ok((version, rest.join("&")))
}

/// Refuses what is no id of a version: the names of copies contain it.
pub(crate) fn check_version(version: &str) -> Result<()> {
    let is_plain = version
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-:.".contains(&byte));
    if !is_plain || version.parse::<Timestamp>().is_err() {
        return Err(usage(format!(
            "`{}` is no version of a blob: the id of a version is its time, for example `2023-11-14T09:15:30.1234567Z`",
            shown(version)
        )));
    }
    Ok(())
}

/// The URL, without a credential.
impl fmt::Display for BlobLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.place().fmt(f)
    }
}

/// Reads container and directory. With `with_accounts` the path may also be that of an account, or have a `*`
/// in the name of the container and nothing behind it.
pub(super) fn read_path(path: &str, with_accounts: bool) -> Result<RootPath> {
    const WORDS: RootWords = RootWords {
        root: "container",
        directory: "virtual directory",
    };
    let root = path.strip_suffix('/').unwrap_or(path);
    let names_some = root.contains('*');
    if with_accounts && !root.contains('/') && (root.is_empty() || names_some) {
        return Ok(RootPath {
            root: decode(root)?,
            directory: String::new(),
            is_directory: false,
        });
    }
    if names_some
        && root
            .split('/')
            .next()
            .is_some_and(|root| root.contains('*'))
    {
        return Err(usage(
            "a `*` in the name of a container stands for several containers: only a copy and a list read several, \
             and nothing can follow that name",
        ));
    }
    RootPath::read(path, &WORDS)
}
