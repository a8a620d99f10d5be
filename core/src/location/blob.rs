//! A place in the Blob service: its parts, the paths of its requests, and how its URL path is read.

use std::fmt;
use std::sync::Arc;

use azring_transport::http::Account;
use percent_encoding::AsciiSet;

use super::AccountPlace;
use super::encoding::{RESERVED, decode, encode_into, encode_name};
use super::url::{shown, usage};
use crate::Result;

/// The same for a container, whose `$` (`$root`, `$web`) stays as it is.
const CONTAINER: &AsciiSet = &RESERVED.remove(b'$');

/// A container, a virtual directory or a single blob.
#[derive(Debug, Clone)]
pub struct BlobLocation {
    /// The account that holds the container.
    pub account_place: AccountPlace,
    /// The container; `$root` and `$web` are containers too.
    pub container: String,
    /// A virtual directory, or the name of a single blob; empty for the whole container.
    ///
    /// It is the rest of the URL's path, decoded, without the slash before it and the one that may
    /// end it.
    pub directory: String,
    /// The URL ended in a slash: the path certainly names a directory.
    pub is_directory: bool,
}

impl BlobLocation {
    /// The endpoint and the credential that is sent to it.
    pub fn account(&self) -> &Arc<Account> {
        &self.account_place.account
    }

    /// The path of the container in a request.
    pub fn container_path(&self) -> String {
        let mut path =
            String::with_capacity(self.account_place.base_path.len() + self.container.len() + 1);
        path.push_str(&self.account_place.base_path);
        path.push('/');
        encode_into(&mut path, self.container.as_bytes(), CONTAINER);
        path
    }

    /// The path of one blob in a request; `name` is its full name, with the virtual directory.
    pub fn blob_path(&self, name: &str) -> String {
        let mut path = self.container_path();
        path.reserve(name.len() + 1);
        path.push('/');
        encode_name(&mut path, name);
        path
    }

    /// The address of one blob, without a credential.
    pub fn blob_url(&self, name: &str) -> String {
        format!("{}{}", self.account_place.origin(), self.blob_path(name))
    }

    /// The beginning of the full names of this directory's blobs: empty, or a text that ends in a slash.
    pub fn prefix(&self) -> String {
        if self.directory.is_empty() {
            String::new()
        } else {
            format!("{}/", self.directory)
        }
    }

    /// The full name of the blob that is called `relative` in this virtual directory.
    pub fn full_name(&self, relative: &str) -> String {
        format!("{}{relative}", self.prefix())
    }
}

/// The URL, without a credential.
impl fmt::Display for BlobLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.account_place.origin())?;
        f.write_str(&self.container_path())?;
        if !self.directory.is_empty() {
            let mut directory = String::from("/");
            encode_name(&mut directory, &self.directory);
            f.write_str(&directory)?;
        }
        f.write_str(if self.is_directory { "/" } else { "" })
    }
}

/// Container, directory, and whether a slash ended the path.
pub(super) fn read_path(path: &str) -> Result<(String, String, bool)> {
    let (container, rest) = path
        .split_once('/')
        .map_or((path, None), |(container, rest)| (container, Some(rest)));
    let container = decode(container)?;
    if container.is_empty() {
        return Err(usage(
            "the URL names no container: copying a whole account is not supported",
        ));
    }
    let is_allowed =
        |character: char| !character.is_control() && character != '/' && character != '\\';
    if container == "." || container == ".." || !container.chars().all(is_allowed) {
        return Err(usage(format!(
            "`{}` is no name of a container",
            shown(&container)
        )));
    }
    let Some(rest) = rest else {
        return Ok((container, String::new(), false));
    };
    if rest == "/" {
        return Err(usage(format!(
            "the URL has two slashes after the container `{}`: a virtual directory needs a name",
            shown(&container)
        )));
    }
    let (directory, is_directory) = rest
        .strip_suffix('/')
        .map_or((rest, rest.is_empty()), |directory| (directory, true));
    let directory = decode(directory)?;
    if directory.split('/').any(|part| part == "." || part == "..") {
        return Err(usage(format!(
            "`{}` has a part `.` or `..`: a virtual directory is addressed by its full name",
            shown(&directory)
        )));
    }
    if directory.contains('\0') {
        return Err(usage("a URL contains a NUL character"));
    }
    Ok((container, directory, is_directory))
}
