//! From the text of a source or destination to a [`Location`], and back. The command line hands over what was typed
//! and the credentials beside it; the job gets a place with the one credential that goes to it. No disk, no network.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use azring_transport::auth::{Credential, Secret};
use azring_transport::http::{Account, Dialect, Scheme};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::account::{Host, ServiceKind, read_host, split_secondary};
use super::name::{decode, encode_name};
use super::url::{Url, shown, split_scheme, usage};
use super::{BlobLocation, Location, sas};
use crate::entry::EntryName;
use crate::{Error, Result};

/// The credentials given beside one end of a copy, as typed.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// The account's key, in base64.
    pub key: Option<Secret<String>>,
    /// A shared access signature, with or without its leading `?`.
    pub sas: Option<Secret<String>>,
}

/// Reads a location. What begins with `http://` or `https://` is a place in a service, anything else a path of this
/// machine. `kind` is the service that the user named beside it (`/SourceType`, `/DestType`).
///
/// Errors are all [`Error::Usage`] and never show a key, a signature or the query of a URL.
pub fn parse(text: &str, access: Access, kind: Option<ServiceKind>) -> Result<Location> {
    match split_scheme(text) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => {
            service(Scheme::Https, rest, access, kind)
        }
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => {
            service(Scheme::Http, rest, access, kind)
        }
        Some((scheme, _)) => Err(other_scheme(scheme)),
        None => local(text, &access, kind),
    }
}

fn other_scheme(scheme: &str) -> Error {
    let advice = if scheme.eq_ignore_ascii_case("file") {
        "give the plain path of the folder, without `file://`"
    } else {
        "a location is a path of this machine or a URL that begins with `https://` or `http://`"
    };
    usage(format!("`{scheme}://` is not supported: {advice}"))
}

// ---- this machine ----

/// The service that a URL belongs to, as far as its host tells; `None` for what is no URL, and for a host that does not
/// tell.
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

fn local(text: &str, access: &Access, kind: Option<ServiceKind>) -> Result<Location> {
    if text.is_empty() {
        return Err(usage("a location is empty: give a path or a URL"));
    }
    if text.contains('\0') {
        return Err(usage("a path contains a NUL character"));
    }
    if is_windows_path(text) {
        return Err(usage(format!(
            "`{}` is a path of Windows: give a path of this machine, for example `/data/myfolder`",
            shown(text)
        )));
    }
    let given = match (access, kind) {
        (Access { key: Some(_), .. }, _) => "an account key",
        (Access { sas: Some(_), .. }, _) => "a shared access signature",
        (_, Some(_)) => "the type of a service",
        _ => return Ok(Location::Local(PathBuf::from(text))),
    };
    Err(usage(format!(
        "`{}` is a path of this machine, but {given} is given for it",
        shown(text)
    )))
}

/// A drive letter (`C:\x`, `C:`), or a share (`\\server\share`).
fn is_windows_path(text: &str) -> bool {
    let bytes = text.as_bytes();
    let has_drive = bytes.len() >= 2
        && bytes[0].is_ascii_alphabetic()
        && bytes[1] == b':'
        && (bytes.len() == 2 || matches!(bytes[2], b'\\' | b'/'));
    has_drive || text.starts_with("\\\\")
}

// ---- a service ----

fn service(
    scheme: Scheme,
    rest: &str,
    access: Access,
    kind: Option<ServiceKind>,
) -> Result<Location> {
    let Url {
        endpoint,
        has_port,
        path,
        query,
    } = Url::read(scheme, rest)?;
    let (account, path) = find_account(&endpoint.host, has_port, path, kind)?;
    let (container, directory, is_directory) = read_path(path)?;
    let credential = choose_credential(&account, access, query)?;
    Ok(Location::Blob(BlobLocation {
        account: Arc::new(Account {
            endpoint,
            credential,
            dialect: Dialect::default(),
        }),
        account_name: account.name,
        base_path: account.base_path,
        container,
        directory,
        is_directory,
        secondary: account.secondary,
    }))
}

/// The account that a URL means.
#[derive(Debug)]
struct Owner {
    /// Empty where the host hides it.
    name: String,
    base_path: String,
    secondary: bool,
}

/// Finds the account in the host or at the front of the path; returns the rest of the path too.
fn find_account<'a>(
    host: &str,
    has_port: bool,
    path: &'a str,
    kind: Option<ServiceKind>,
) -> Result<(Owner, &'a str)> {
    match read_host(host, has_port) {
        Host::Product {
            account,
            service,
            certain,
        } => {
            let told = if certain { Some(service) } else { kind };
            check_service(host, told, kind)?;
            let (name, secondary) = split_secondary(account);
            let name = name.to_owned();
            let base_path = String::new();
            Ok((
                Owner {
                    name,
                    base_path,
                    secondary,
                },
                path,
            ))
        }
        Host::PathStyle => {
            // Neither an address nor an emulator's port tells the service: it is Blob unless the user says otherwise.
            check_service(host, Some(kind.unwrap_or(ServiceKind::Blob)), kind)?;
            path_style_owner(path)
        }
        Host::Custom => {
            check_service(host, kind, kind)?;
            let owner = Owner {
                name: String::new(),
                base_path: String::new(),
                secondary: false,
            };
            Ok((owner, path))
        }
    }
}

fn path_style_owner(path: &str) -> Result<(Owner, &str)> {
    let (part, rest) = path.split_once('/').unwrap_or((path, ""));
    let part = decode(part)?;
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if part.is_empty() || !part.bytes().all(is_name) {
        return Err(usage(
            "the host is an address, so the URL must name the account first: `http://address:port/account/container`",
        ));
    }
    let (name, secondary) = split_secondary(&part);
    let owner = Owner {
        name: name.to_owned(),
        base_path: format!("/{part}"),
        secondary,
    };
    Ok((owner, rest))
}

/// `told` is the service that the host or the user tells, `kind` what the user says.
fn check_service(host: &str, told: Option<ServiceKind>, kind: Option<ServiceKind>) -> Result<()> {
    let Some(told) = told else {
        return Err(usage(format!(
            "the host `{host}` does not tell which service it is: give the type of this location too (`Blob`)"
        )));
    };
    if let Some(kind) = kind
        && kind != told
    {
        return Err(usage(format!(
            "the host `{host}` belongs to {told}, but the type given says {kind}"
        )));
    }
    match told {
        ServiceKind::Blob => Ok(()),
        ServiceKind::DataLake => Err(usage(format!(
            "{told} (`{host}`) is not supported: address the same data through its Blob endpoint, `.blob.` for `.dfs.`"
        ))),
        ServiceKind::Share | ServiceKind::Table => Err(usage(format!(
            "{told} (`{host}`) is not built yet: only Blob storage can be copied from and to"
        ))),
        ServiceKind::Queue => Err(usage(format!(
            "{told} (`{host}`) cannot be copied: a location is a container of blobs"
        ))),
    }
}

/// Container, directory, and whether a slash ended the path.
fn read_path(path: &str) -> Result<(String, String, bool)> {
    let (container, rest) = path
        .split_once('/')
        .map_or((path, None), |(container, rest)| (container, Some(rest)));
    let container = decode(container)?;
    if container.is_empty() {
        return Err(usage(
            "the URL names no container: copying a whole account is not supported",
        ));
    }
    let is_name = |letter: char| !letter.is_control() && letter != '/' && letter != '\\';
    if container == "." || container == ".." || !container.chars().all(is_name) {
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
            "the URL has two slashes behind the container `{}`: a virtual directory needs a name",
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

/// The one credential for the account: from the URL's query or from beside it, never two.
fn choose_credential(owner: &Owner, access: Access, query: &str) -> Result<Credential> {
    let in_url = sas::read(query)?;
    let beside = match &access.sas {
        Some(text) => sas::read(text.expose())?,
        None => None,
    };
    let token = match (in_url, beside) {
        (Some(_), Some(_)) => {
            return Err(usage(
                "a shared access signature is given twice, in the URL and beside it: leave one out",
            ));
        }
        (in_url, beside) => in_url.or(beside),
    };
    match (access.key, token) {
        (Some(_), Some(_)) => Err(usage(
            "both a key and a shared access signature are given for one location: leave one out",
        )),
        (Some(key), None) => shared_key(owner, &key),
        (None, Some(token)) => Ok(Credential::Sas(token)),
        (None, None) => Ok(Credential::Anonymous),
    }
}

fn shared_key(owner: &Owner, key: &Secret<String>) -> Result<Credential> {
    if owner.name.is_empty() {
        return Err(usage(
            "a custom domain does not tell the account's name, which signing with a key needs: give a shared access signature, or the account's own URL",
        ));
    }
    let key = STANDARD
        .decode(key.expose().trim())
        .ok()
        .filter(|key| !key.is_empty())
        .ok_or_else(|| {
            usage(format!(
                "the key given for the account `{}` is not base64: copy it again from the account's access keys",
                owner.name
            ))
        })?;
    Ok(Credential::SharedKey {
        account: owner.name.clone(),
        key: Secret::new(key),
    })
}

// ---- and back ----

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

/// The URL, without a credential.
impl fmt::Display for BlobLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let endpoint = &self.account.endpoint;
        write!(f, "{}://{}", endpoint.scheme.as_str(), endpoint.authority())?;
        f.write_str(&self.container_path())?;
        if !self.directory.is_empty() {
            let mut directory = String::from("/");
            encode_name(&mut directory, &self.directory);
            f.write_str(&directory)?;
        }
        f.write_str(if self.is_directory { "/" } else { "" })
    }
}

#[cfg(test)]
mod tests;
