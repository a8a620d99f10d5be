//! Which service and which account a host name means. `parse` asks; nothing here looks at a path, resolves a name or
//! knows a credential.
//!
//! A host is read in one of three ways: *host style* (`account.blob.core.windows.net`), *path style* (an address, the
//! emulator: the account is the first part of the path), or a *custom domain*, which hides the account.

use std::fmt;

use azring_transport::service::Service;

/// One of the services of a storage account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ServiceKind {
    /// Containers of blobs.
    Blob,
    /// Azure Files: shares of directories and files.
    Share,
    /// Tables of entities.
    Table,
    /// Queues of messages.
    Queue,
    /// Data Lake Storage: the hierarchical face of Blob storage.
    DataLake,
}

impl ServiceKind {
    /// The service that a label of a host name stands for.
    fn from_label(label: &str) -> Option<Self> {
        match label {
            "blob" => Some(Self::Blob),
            "file" => Some(Self::Share),
            "table" => Some(Self::Table),
            "queue" => Some(Self::Queue),
            "dfs" => Some(Self::DataLake),
            _ => None,
        }
    }
}

impl From<Service> for ServiceKind {
    fn from(service: Service) -> Self {
        match service {
            Service::Blob => Self::Blob,
            Service::Share => Self::Share,
            Service::Table => Self::Table,
        }
    }
}

/// The product's name of the service.
impl fmt::Display for ServiceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Blob => "Blob storage",
            Self::Share => "Azure Files",
            Self::Table => "Table storage",
            Self::Queue => "Queue storage",
            Self::DataLake => "Data Lake Storage",
        })
    }
}

/// What follows `account.service.` in the host names of the clouds that Microsoft and its partners run, and of the
/// development host `localhost`. A host with another ending needs the service named beside it.
/// <https://learn.microsoft.com/azure/storage/common/storage-account-overview#storage-account-endpoints>
const SUFFIXES: [&str; 5] = [
    "core.windows.net",
    "core.chinacloudapi.cn",
    "core.usgovcloudapi.net",
    "core.cloudapi.de",
    "localhost",
];

/// The ending of accounts with DNS-zone endpoints: `account.z12.blob.storage.azure.net`.
const ZONE_SUFFIX: &str = "storage.azure.net";

/// What follows `account.table.` in the host names of Azure Cosmos DB for Table, old and new.
/// <https://learn.microsoft.com/azure/cosmos-db/table/how-to-use-java>
const COSMOS_SUFFIXES: [&str; 3] = [
    "cosmos.azure.com",
    "cosmosdb.azure.com",
    "cosmosdb.windows.net",
];

/// How an account names its secondary region, which can only be read.
const SECONDARY: &str = "-secondary";

/// How a host name is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Host<'a> {
    /// The account and the service are in the name. `certain` is false when only the shape of the name says so.
    Product {
        account: &'a str,
        service: ServiceKind,
        certain: bool,
    },
    /// The account is the first part of the path.
    PathStyle,
    /// Neither is in the name.
    Custom,
}

/// Reads a host name in lower case; `has_port` tells whether the URL names a port.
///
/// Path style are addresses, `localhost`, names of one label (`azurite`) and every host with a port whose second label
/// names no service: a local server on an unusual port is far more common than a custom domain on one.
pub(super) fn read_host(host: &str, has_port: bool) -> Host<'_> {
    if is_address(host) || !host.contains('.') {
        return Host::PathStyle;
    }
    if let Some(product) = read_product(host) {
        return product;
    }
    if has_port {
        return Host::PathStyle;
    }
    Host::Custom
}

/// Whether the host is one of Azure Cosmos DB for Table: its accounts are no storage accounts, and may have the same name
/// as one.
pub(super) fn is_cosmos(host: &str) -> bool {
    let suffix = host.split_once(".table.").map(|(_, suffix)| suffix);
    suffix.is_some_and(|suffix| COSMOS_SUFFIXES.contains(&suffix))
}

/// Whether the host is one of Azure's Blob storage, Azure Files or Table storage and belongs to this account: a credential that was given for the account
/// alone may go there. A host that only begins like one may be anybody's.
pub fn is_host_of(host: &str, account: &str) -> bool {
    let Some(Host::Product {
        account: owner,
        service: ServiceKind::Blob | ServiceKind::Share | ServiceKind::Table,
        certain: true,
    }) = read_product(host)
    else {
        return false;
    };
    !is_cosmos(host) && split_secondary(owner).0 == account
}

/// Whether the host is one of Azure Storage, of any account.
pub fn is_host_of_azure(host: &str) -> bool {
    matches!(
        read_product(host),
        Some(Host::Product { certain: true, .. })
    )
}

/// `account.service.suffix` and `account.zone.service.storage.azure.net`.
fn read_product(host: &str) -> Option<Host<'_>> {
    let (account, rest) = host.split_once('.')?;
    let (label, suffix) = rest.split_once('.')?;
    if let Some(service) = ServiceKind::from_label(label) {
        let certain = SUFFIXES.contains(&suffix) || suffix == ZONE_SUFFIX || is_cosmos(host);
        return Some(Host::Product {
            account,
            service,
            certain,
        });
    }
    let (inner, suffix) = suffix.split_once('.')?;
    let service = ServiceKind::from_label(inner)?;
    (is_zone(label) && suffix == ZONE_SUFFIX).then_some(Host::Product {
        account,
        service,
        certain: true,
    })
}

/// `z` and digits.
fn is_zone(label: &str) -> bool {
    label.strip_prefix('z').is_some_and(|digits| {
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// An IPv4 address, or an IPv6 address in brackets.
fn is_address(host: &str) -> bool {
    host.starts_with('[') || host.parse::<std::net::Ipv4Addr>().is_ok()
}

/// The account's own name and whether `name` means its secondary region.
pub(super) fn split_secondary(name: &str) -> (&str, bool) {
    match name.strip_suffix(SECONDARY) {
        Some(account) if !account.is_empty() => (account, true),
        _ => (name, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn product(account: &str, service: ServiceKind, certain: bool) -> Host<'_> {
        Host::Product {
            account,
            service,
            certain,
        }
    }

    #[test]
    fn every_cloud_and_zone_endpoint_shows_account_and_service() {
        for (host, expected) in [
            (
                "acct.blob.core.windows.net",
                product("acct", ServiceKind::Blob, true),
            ),
            (
                "acct-secondary.blob.core.windows.net",
                product("acct-secondary", ServiceKind::Blob, true),
            ),
            (
                "acct.file.core.chinacloudapi.cn",
                product("acct", ServiceKind::Share, true),
            ),
            (
                "acct.table.core.usgovcloudapi.net",
                product("acct", ServiceKind::Table, true),
            ),
            (
                "acct.queue.core.cloudapi.de",
                product("acct", ServiceKind::Queue, true),
            ),
            (
                "acct.dfs.core.windows.net",
                product("acct", ServiceKind::DataLake, true),
            ),
            (
                "acct.z12.blob.storage.azure.net",
                product("acct", ServiceKind::Blob, true),
            ),
            (
                "acct.blob.localhost",
                product("acct", ServiceKind::Blob, true),
            ),
            (
                "acct.table.cosmos.azure.com",
                product("acct", ServiceKind::Table, true),
            ),
            (
                "acct.table.cosmosdb.windows.net",
                product("acct", ServiceKind::Table, true),
            ),
            (
                "acct.blob.cosmos.azure.com",
                product("acct", ServiceKind::Blob, false),
            ),
            (
                "acct.blob.local.azurestack.external",
                product("acct", ServiceKind::Blob, false),
            ),
        ] {
            assert_eq!(read_host(host, false), expected, "{host}");
            assert_eq!(read_host(host, true), expected, "{host} with a port");
        }
    }

    #[test]
    fn addresses_single_labels_and_unusual_ports_are_path_style() {
        for host in ["127.0.0.1", "[::1]", "localhost", "azurite"] {
            assert_eq!(read_host(host, false), Host::PathStyle, "{host}");
        }
        assert_eq!(read_host("host.docker.internal", true), Host::PathStyle);
    }

    #[test]
    fn any_other_name_hides_the_account() {
        for host in [
            "cdn.contoso.com",
            "acct.zone.blob.storage.azure.net",
            "a.z1.blob.contoso.com",
        ] {
            assert_eq!(read_host(host, false), Host::Custom, "{host}");
        }
    }

    #[test]
    fn an_account_of_cosmos_is_no_storage_account_of_that_name() {
        assert!(is_host_of("a.table.core.windows.net", "a"));
        assert!(!is_host_of("a.table.cosmos.azure.com", "a"));
        assert!(!is_host_of("b.table.core.windows.net", "a"));
    }

    #[test]
    fn the_secondary_region_belongs_to_the_same_account() {
        assert_eq!(split_secondary("acct-secondary"), ("acct", true));
        assert_eq!(split_secondary("acct"), ("acct", false));
        assert_eq!(split_secondary("-secondary"), ("-secondary", false));
    }
}
