//! Which REST call a request is, and which permission it needs.

use super::target::ShareTarget;
use crate::emulator::auth::{RequiredPermission, ResourceLevel};
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::head::Head;
use crate::emulator::http::query::Query;
use crate::emulator::identity::RoleAction;
use crate::emulator::service::Operation;

/// The REST calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the REST reference")]
pub enum ShareOperation {
    ListShares,
    GetFileServiceProperties,
    SetFileServiceProperties,
    GetUserDelegationKey,

    CreateShare,
    GetShareProperties,
    SetShareProperties,
    GetShareMetadata,
    SetShareMetadata,
    GetShareAcl,
    SetShareAcl,
    GetShareStats,
    LeaseShare,
    SnapshotShare,
    CreatePermission,
    GetPermission,
    DeleteShare,

    CreateDirectory,
    GetDirectoryProperties,
    SetDirectoryProperties,
    GetDirectoryMetadata,
    SetDirectoryMetadata,
    ListDirectoriesAndFiles,
    RenameDirectory,
    DeleteDirectory,
    ListHandles,
    ForceCloseHandles,

    CreateFile,
    GetFile,
    GetFileProperties,
    SetFileProperties,
    GetFileMetadata,
    SetFileMetadata,
    PutRange,
    PutRangeFromUrl,
    ListRanges,
    CopyFile,
    AbortCopyFile,
    LeaseFile,
    RenameFile,
    DeleteFile,
}

impl ShareOperation {
    /// Finds the call by method, resource, `comp` and `restype`.
    pub fn of(head: &Head, query: &Query, target: &ShareTarget) -> ServiceResult<Self> {
        let method = head.method();
        let comp = query.or_empty("comp").to_ascii_lowercase();
        let restype = query.or_empty("restype").to_ascii_lowercase();
        let at_share = target.parts.is_empty();
        let found = match (&target.share, restype.as_str()) {
            (None, _) => Self::of_account(method, &comp, &restype),
            (Some(_), "" | "directory") if comp == "listhandles" && method == "GET" => {
                Some(Self::ListHandles)
            }
            (Some(_), "" | "directory") if comp == "forceclosehandles" && method == "PUT" => {
                Some(Self::ForceCloseHandles)
            }
            (Some(_), "share") if at_share => Self::of_share(method, &comp),
            (Some(_), "directory") => Self::of_directory(method, &comp),
            (Some(_), "") if !at_share => Self::of_file(method, &comp, head),
            (Some(_), "") if comp.is_empty() => return Err(Refusal::missing_query("restype")),
            (Some(_), _) => None,
        };
        found.ok_or_else(|| Refusal::unknown_call(method, &comp))
    }

    fn of_account(method: &str, comp: &str, restype: &str) -> Option<Self> {
        match (method, comp, restype) {
            ("GET", "list", "") => Some(Self::ListShares),
            ("GET", "properties", "service") => Some(Self::GetFileServiceProperties),
            ("PUT", "properties", "service") => Some(Self::SetFileServiceProperties),
            ("POST", "userdelegationkey", "service") => Some(Self::GetUserDelegationKey),
            _ => None,
        }
    }

    fn of_share(method: &str, comp: &str) -> Option<Self> {
        match (method, comp) {
            ("PUT", "") => Some(Self::CreateShare),
            ("GET" | "HEAD", "") => Some(Self::GetShareProperties),
            ("PUT", "properties") => Some(Self::SetShareProperties),
            ("GET" | "HEAD", "metadata") => Some(Self::GetShareMetadata),
            ("PUT", "metadata") => Some(Self::SetShareMetadata),
            ("GET" | "HEAD", "acl") => Some(Self::GetShareAcl),
            ("PUT", "acl") => Some(Self::SetShareAcl),
            ("GET", "stats") => Some(Self::GetShareStats),
            ("PUT", "lease") => Some(Self::LeaseShare),
            ("PUT", "snapshot") => Some(Self::SnapshotShare),
            ("PUT", "filepermission") => Some(Self::CreatePermission),
            ("GET", "filepermission") => Some(Self::GetPermission),
            ("DELETE", "") => Some(Self::DeleteShare),
            _ => None,
        }
    }

    fn of_directory(method: &str, comp: &str) -> Option<Self> {
        match (method, comp) {
            ("PUT", "") => Some(Self::CreateDirectory),
            ("GET" | "HEAD", "") => Some(Self::GetDirectoryProperties),
            ("PUT", "properties") => Some(Self::SetDirectoryProperties),
            ("GET" | "HEAD", "metadata") => Some(Self::GetDirectoryMetadata),
            ("PUT", "metadata") => Some(Self::SetDirectoryMetadata),
            ("GET", "list") => Some(Self::ListDirectoriesAndFiles),
            ("PUT", "rename") => Some(Self::RenameDirectory),
            ("DELETE", "") => Some(Self::DeleteDirectory),
            _ => None,
        }
    }

    fn of_file(method: &str, comp: &str, head: &Head) -> Option<Self> {
        let copies = head.header("x-ms-copy-source").is_some();
        match (method, comp) {
            ("PUT", "") if copies => Some(Self::CopyFile),
            ("PUT", "") => Some(Self::CreateFile),
            ("GET", "") => Some(Self::GetFile),
            ("HEAD", "") => Some(Self::GetFileProperties),
            ("PUT", "properties") => Some(Self::SetFileProperties),
            ("GET" | "HEAD", "metadata") => Some(Self::GetFileMetadata),
            ("PUT", "metadata") => Some(Self::SetFileMetadata),
            ("PUT", "range") if copies => Some(Self::PutRangeFromUrl),
            ("PUT", "range") => Some(Self::PutRange),
            ("GET", "rangelist") => Some(Self::ListRanges),
            ("PUT", "copy") => Some(Self::AbortCopyFile),
            ("PUT", "lease") => Some(Self::LeaseFile),
            ("PUT", "rename") => Some(Self::RenameFile),
            ("DELETE", "") => Some(Self::DeleteFile),
            _ => None,
        }
    }

    /// The first version of the service that has the call: year, month and day.
    pub fn first_version(self) -> (u32, u32, u32) {
        match self {
            Self::GetFileServiceProperties
            | Self::SetFileServiceProperties
            | Self::GetShareAcl
            | Self::SetShareAcl
            | Self::GetShareStats
            | Self::SetShareProperties
            | Self::CopyFile
            | Self::AbortCopyFile => (2015, 2, 21),
            Self::SnapshotShare => (2017, 4, 17),
            Self::ListHandles | Self::ForceCloseHandles => (2018, 11, 9),
            Self::SetDirectoryProperties
            | Self::PutRangeFromUrl
            | Self::CreatePermission
            | Self::GetPermission => (2019, 2, 2),
            Self::LeaseFile => (2019, 7, 7),
            Self::LeaseShare => (2020, 2, 10),
            Self::RenameFile | Self::RenameDirectory => (2021, 4, 10),
            Self::GetUserDelegationKey => (2026, 2, 6),
            _ => (2014, 2, 14),
        }
    }
}

impl Operation for ShareOperation {
    fn name(self) -> &'static str {
        match self {
            Self::ListShares => "ListShares",
            Self::GetFileServiceProperties => "GetFileServiceProperties",
            Self::SetFileServiceProperties => "SetFileServiceProperties",
            Self::GetUserDelegationKey => "GetUserDelegationKey",
            Self::CreateShare => "CreateShare",
            Self::GetShareProperties => "GetShareProperties",
            Self::SetShareProperties => "SetShareProperties",
            Self::GetShareMetadata => "GetShareMetadata",
            Self::SetShareMetadata => "SetShareMetadata",
            Self::GetShareAcl => "GetShareAcl",
            Self::SetShareAcl => "SetShareAcl",
            Self::GetShareStats => "GetShareStats",
            Self::DeleteShare => "DeleteShare",
            Self::CreateDirectory => "CreateDirectory",
            Self::GetDirectoryProperties => "GetDirectoryProperties",
            Self::SetDirectoryProperties => "SetDirectoryProperties",
            Self::GetDirectoryMetadata => "GetDirectoryMetadata",
            Self::SetDirectoryMetadata => "SetDirectoryMetadata",
            Self::ListDirectoriesAndFiles => "ListDirectoriesAndFiles",
            Self::DeleteDirectory => "DeleteDirectory",
            Self::CreateFile => "CreateFile",
            Self::GetFile => "GetFile",
            Self::GetFileProperties => "GetFileProperties",
            Self::SetFileProperties => "SetFileProperties",
            Self::GetFileMetadata => "GetFileMetadata",
            Self::SetFileMetadata => "SetFileMetadata",
            Self::PutRange => "PutRange",
            Self::ListRanges => "ListRanges",
            Self::LeaseShare => "LeaseShare",
            Self::SnapshotShare => "SnapshotShare",
            Self::CreatePermission => "CreatePermission",
            Self::GetPermission => "GetPermission",
            Self::RenameDirectory => "RenameDirectory",
            Self::ListHandles => "ListHandles",
            Self::ForceCloseHandles => "ForceCloseHandles",
            Self::PutRangeFromUrl => "PutRangeFromUrl",
            Self::CopyFile => "CopyFile",
            Self::AbortCopyFile => "AbortCopyFile",
            Self::LeaseFile => "LeaseFile",
            Self::RenameFile => "RenameFile",
            Self::DeleteFile => "DeleteFile",
        }
    }

    fn required(self) -> RequiredPermission {
        use RequiredPermission as Required;
        let (account, share) = (Required::account, Required::container);
        let object = Required::object;
        match self {
            Self::ListShares => account("l"),
            Self::GetFileServiceProperties => account("r").by_role(RoleAction::Settings),
            Self::SetFileServiceProperties => account("w").by_role(RoleAction::Settings),
            Self::GetUserDelegationKey => account("").by_role(RoleAction::DelegationKey),
            Self::GetShareAcl | Self::SetShareAcl => account(""),

            Self::CreateShare | Self::SnapshotShare => share("cw"),
            Self::LeaseShare => share("wd"),
            Self::CreatePermission => Required::at(ResourceLevel::Container, "cw"),
            Self::GetPermission => Required::at(ResourceLevel::Container, "r"),
            Self::ListHandles => object("rl"),
            Self::GetShareProperties | Self::GetShareMetadata | Self::GetShareStats => share("r"),
            Self::SetShareProperties | Self::SetShareMetadata => share("w"),
            Self::DeleteShare => share("d"),
            Self::ListDirectoriesAndFiles => Required::at(ResourceLevel::Container, "l"),

            Self::CreateDirectory | Self::CreateFile | Self::CopyFile => object("cw"),
            Self::GetDirectoryProperties
            | Self::GetDirectoryMetadata
            | Self::GetFile
            | Self::GetFileProperties
            | Self::GetFileMetadata
            | Self::ListRanges => object("r"),
            Self::ForceCloseHandles
            | Self::SetDirectoryProperties
            | Self::SetDirectoryMetadata
            | Self::SetFileProperties
            | Self::SetFileMetadata
            | Self::PutRange
            | Self::PutRangeFromUrl
            | Self::AbortCopyFile
            | Self::RenameFile
            | Self::RenameDirectory => object("w"),
            Self::LeaseFile => object("wd"),
            Self::DeleteDirectory | Self::DeleteFile => object("d"),
        }
    }

    fn writes(self) -> bool {
        !matches!(
            self,
            Self::ListShares
                | Self::GetFileServiceProperties
                | Self::GetUserDelegationKey
                | Self::GetShareProperties
                | Self::GetShareMetadata
                | Self::GetShareAcl
                | Self::GetShareStats
                | Self::GetDirectoryProperties
                | Self::GetDirectoryMetadata
                | Self::ListDirectoriesAndFiles
                | Self::GetFile
                | Self::GetFileProperties
                | Self::GetFileMetadata
                | Self::ListRanges
                | Self::GetPermission
                | Self::ListHandles
        )
    }
}
