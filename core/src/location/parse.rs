//! Reads what the user typed for one end of a copy: a URL of a service, or a path.
//!
//! The command line passes the text and the credentials given beside it; the result is a
//! [`Location`] with the one credential that is sent to it. Each service reads its own part of the
//! path (`blob`, `share`, `table`). No disk, no network.

use std::sync::Arc;

use azring_transport::http::{Account, Endpoint, Scheme};
use azring_transport::service::Service;

use super::account::{Host, is_cosmos, read_host, split_secondary};
use super::credential::choose_credential;
use super::encoding::decode;
use super::url::{Url, split_scheme, usage};
use super::{
    Access, AccountPlace, BlobLocation, Location, ServiceKind, ShareLocation, TableLocation, blob,
    local, share, table,
};
use crate::{Error, Result};

/// Reads a location.
///
/// A text that begins with `http://` or `https://` is a place in a service, anything else is a path
/// of this machine. `kind` is the service that the user named beside it (`/SourceType`, `/DestType`).
///
/// Errors are all [`Error::Usage`] and never show a key, a signature or the query of a URL.
pub fn parse(text: &str, access: Access, kind: Option<ServiceKind>) -> Result<Location> {
    read(text, access, kind, false)
}

/// Reads a location that may also be an account of blobs, with all containers or those whose names match:
/// `https://account.blob.core.windows.net/`, `https://account.blob.core.windows.net/logs*`.
///
/// Otherwise as [`parse`].
pub fn parse_with_accounts(
    text: &str,
    access: Access,
    kind: Option<ServiceKind>,
) -> Result<Location> {
    read(text, access, kind, true)
}

fn read(
    text: &str,
    access: Access,
    kind: Option<ServiceKind>,
    with_accounts: bool,
) -> Result<Location> {
    match split_scheme(text) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => {
            service(Scheme::Https, rest, access, kind, with_accounts)
        }
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => {
            service(Scheme::Http, rest, access, kind, with_accounts)
        }
        Some((scheme, _)) => Err(other_scheme(scheme)),
        None => local::read(text, &access, kind),
    }
}

fn other_scheme(scheme: &str) -> Error {
    let advice = if scheme.eq_ignore_ascii_case("file") {
        "give the plain path of the folder, without `file://`"
    } else {
        "a location is a local path or a URL that begins with `https://` or `http://`"
    };
    usage(format!("`{scheme}://` is not supported: {advice}"))
}

/// The service that the host of a URL names.
///
/// `None` for a text that is no URL, and for a host that names no service.
pub fn service_of(text: &str) -> Option<ServiceKind> {
    let (scheme, rest) = split_scheme(text)?;
    let scheme = if scheme.eq_ignore_ascii_case("http") {
        Scheme::Http
    } else {
        Scheme::Https
    };
    let Url {
        endpoint, has_port, ..
    } = Url::read(scheme, rest).ok()?;
    match read_host(&endpoint.host, has_port) {
        Host::Product { service, .. } => Some(service),
        Host::PathStyle | Host::Custom => None,
    }
}

/// Reads a place in a service.
fn service(
    scheme: Scheme,
    rest: &str,
    access: Access,
    kind: Option<ServiceKind>,
    with_accounts: bool,
) -> Result<Location> {
    let url = Url::read(scheme, rest)?;
    let host = read_host(&url.endpoint.host, url.has_port);
    let service = service_at(&url.endpoint.host, &host, kind)?;
    match service {
        ServiceKind::Blob => {
            let (owner, path) = Owner::read(&host, url.path)?;
            let path = blob::read_path(path, with_accounts)?;
            let (version, query) = blob::split_version(url.query)?;
            if version.is_some() && (path.directory.is_empty() || path.is_directory) {
                return Err(usage(
                    "`versionid` in the query of a location is for a single blob, and the URL names none",
                ));
            }
            let account_place = owner.place(Service::Blob, url.endpoint.clone(), access, &query)?;
            Ok(Location::Blob(BlobLocation {
                account_place,
                container: path.root,
                directory: path.directory,
                is_directory: path.is_directory,
                version,
            }))
        }
        ServiceKind::Share => {
            let (owner, path) = Owner::read(&host, url.path)?;
            let path = share::read_path(path)?;
            let (snapshot, query) = share::split_snapshot(url.query)?;
            Ok(Location::Share(ShareLocation {
                account_place: owner.place(Service::Share, url.endpoint.clone(), access, &query)?,
                share: path.root,
                directory: path.directory,
                is_directory: path.is_directory,
                snapshot,
            }))
        }
        ServiceKind::DataLake => Err(usage(format!(
            "{service} (`{}`) is not supported: address the same data through its Blob endpoint, `.blob.` for `.dfs.`",
            url.endpoint.host
        ))),
        ServiceKind::Table => {
            let (owner, path) = Owner::read(&host, url.path)?;
            let table = table::read_path(path, is_cosmos(&url.endpoint.host))?;
            let account_place =
                owner.place(Service::Table, url.endpoint.clone(), access, url.query)?;
            Ok(Location::Table(TableLocation {
                account_place,
                table,
            }))
        }
        ServiceKind::Queue => Err(usage(format!(
            "{service} (`{}`) cannot be copied: a location is a container of blobs, a file share or a table",
            url.endpoint.host
        ))),
    }
}

/// The service of a URL: named by its host or, where the host is not certain, by the user.
fn service_at(name: &str, host: &Host<'_>, kind: Option<ServiceKind>) -> Result<ServiceKind> {
    let service = match host {
        Host::Product {
            service,
            certain: true,
            ..
        } => Some(*service),
        // Neither an address nor an emulator's port names a service: it is Blob by default.
        Host::PathStyle => Some(kind.unwrap_or(ServiceKind::Blob)),
        // AzCopy takes every host with this second label for one of tables. Other services than Azure's have it too.
        Host::Product {
            service: ServiceKind::Table,
            certain: false,
            ..
        } => Some(kind.unwrap_or(ServiceKind::Table)),
        Host::Product { certain: false, .. } | Host::Custom => kind,
    };
    let Some(service) = service else {
        return Err(usage(format!(
            "the service of the host `{name}` is unknown: give the type of this location too (`Blob`, `File`, `Table`)"
        )));
    };
    if let Some(kind) = kind
        && kind != service
    {
        return Err(usage(format!(
            "the host `{name}` belongs to {service}, but the type given says {kind}"
        )));
    }
    Ok(service)
}

/// The account that a URL names.
#[derive(Debug)]
struct Owner {
    /// Empty where a custom domain hides it.
    name: String,
    base_path: String,
    secondary: bool,
}

impl Owner {
    /// Finds the account in the host or at the front of the path; returns the rest of the path too.
    fn read<'a>(host: &Host<'_>, path: &'a str) -> Result<(Self, &'a str)> {
        match host {
            Host::Product { account, .. } => {
                let (name, secondary) = split_secondary(account);
                let owner = Self {
                    name: name.to_owned(),
                    base_path: String::new(),
                    secondary,
                };
                Ok((owner, path))
            }
            Host::PathStyle => Self::in_path(path),
            Host::Custom => {
                let owner = Self {
                    name: String::new(),
                    base_path: String::new(),
                    secondary: false,
                };
                Ok((owner, path))
            }
        }
    }

    /// The account is the first part of the path.
    fn in_path(path: &str) -> Result<(Self, &str)> {
        let (part, rest) = path.split_once('/').unwrap_or((path, ""));
        let part = decode(part)?;
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if part.is_empty() || !part.bytes().all(is_name) {
            return Err(usage(
                "the host is an address, so the URL must name the account first: `http://address:port/account/container`",
            ));
        }
        let (name, secondary) = split_secondary(&part);
        let owner = Self {
            name: name.to_owned(),
            base_path: format!("/{part}"),
            secondary,
        };
        Ok((owner, rest))
    }

    /// The account at its endpoint, with the one credential that is sent there.
    fn place(
        self,
        service: Service,
        endpoint: Endpoint,
        access: Access,
        query: &str,
    ) -> Result<AccountPlace> {
        let credential = choose_credential(&self.name, access, query)?;
        Ok(AccountPlace {
            account: Arc::new(Account::new(service, endpoint, credential)),
            account_name: self.name,
            base_path: self.base_path,
            secondary: self.secondary,
        })
    }
}

#[cfg(test)]
mod tests;
