//! Which REST call a request is, and which permission it needs.

use super::public_access::RequiredAccess;
use super::target::BlobTarget;
use crate::emulator::auth::{RequiredPermission, ResourceLevel};
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::head::Head;
use crate::emulator::http::query::Query;
use crate::emulator::identity::RoleAction;
use crate::emulator::service::Operation;

/// The REST calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the REST reference")]
pub enum BlobOperation {
    ListContainers,
    GetServiceProperties,
    SetServiceProperties,
    GetServiceStats,
    GetAccountInformation,
    GetUserDelegationKey,
    FindBlobsByTags,
    SubmitBatch,

    CreateContainer,
    GetContainerProperties,
    SetContainerMetadata,
    GetContainerAcl,
    SetContainerAcl,
    LeaseContainer,
    DeleteContainer,
    RestoreContainer,
    ListBlobs,
    FindContainerBlobsByTags,
    SubmitContainerBatch,

    PutBlob,
    PutBlobFromUrl,
    PutBlock,
    PutBlockFromUrl,
    PutBlockList,
    GetBlockList,
    PutPage,
    PutPageFromUrl,
    GetPageRanges,
    AppendBlock,
    AppendBlockFromUrl,
    SealAppendBlob,
    GetBlob,
    GetBlobProperties,
    SetBlobProperties,
    GetBlobMetadata,
    SetBlobMetadata,
    GetBlobTags,
    SetBlobTags,
    SetBlobTier,
    LeaseBlob,
    SnapshotBlob,
    CopyBlob,
    AbortCopyBlob,
    DeleteBlob,
    DeleteBlobVersion,
    UndeleteBlob,
}

impl BlobOperation {
    /// Finds the call by method, resource, `comp` and `restype`.
    pub fn of(head: &Head, query: &Query, target: &BlobTarget) -> ServiceResult<Self> {
        let method = head.method();
        let comp = query.or_empty("comp").to_ascii_lowercase();
        let found = match (&target.container, &target.blob) {
            (None, _) => Self::of_account(method, &comp, query.or_empty("restype")),
            (Some(_), None) => Self::of_container(method, &comp),
            (Some(_), Some(_)) => Self::of_blob(method, &comp, head, query),
        };
        found.ok_or_else(|| Refusal::unknown_call(method, &comp))
    }

    fn of_account(method: &str, comp: &str, restype: &str) -> Option<Self> {
        match (method, comp, restype) {
            ("GET", "list", _) => Some(Self::ListContainers),
            ("GET" | "HEAD", "properties", "account") => Some(Self::GetAccountInformation),
            ("GET", "properties", "service") => Some(Self::GetServiceProperties),
            ("PUT", "properties", "service") => Some(Self::SetServiceProperties),
            ("GET", "stats", "service") => Some(Self::GetServiceStats),
            ("POST", "userdelegationkey", "service") => Some(Self::GetUserDelegationKey),
            ("GET", "blobs", _) => Some(Self::FindBlobsByTags),
            ("POST", "batch", _) => Some(Self::SubmitBatch),
            _ => None,
        }
    }

    fn of_container(method: &str, comp: &str) -> Option<Self> {
        match (method, comp) {
            ("PUT", "") => Some(Self::CreateContainer),
            ("GET" | "HEAD", "" | "metadata") => Some(Self::GetContainerProperties),
            ("GET" | "HEAD", "properties") => Some(Self::GetAccountInformation),
            ("PUT", "metadata") => Some(Self::SetContainerMetadata),
            ("GET" | "HEAD", "acl") => Some(Self::GetContainerAcl),
            ("PUT", "acl") => Some(Self::SetContainerAcl),
            ("PUT", "lease") => Some(Self::LeaseContainer),
            ("DELETE", "") => Some(Self::DeleteContainer),
            ("PUT", "undelete") => Some(Self::RestoreContainer),
            ("GET", "list") => Some(Self::ListBlobs),
            ("GET", "blobs") => Some(Self::FindContainerBlobsByTags),
            ("POST", "batch") => Some(Self::SubmitContainerBatch),
            _ => None,
        }
    }

    fn of_blob(method: &str, comp: &str, head: &Head, query: &Query) -> Option<Self> {
        let copies = head.header("x-ms-copy-source").is_some();
        let appends = head.header("x-ms-blob-type").is_some();
        match (method, comp) {
            ("PUT", "") if copies && appends => Some(Self::PutBlobFromUrl),
            ("PUT", "") if copies => Some(Self::CopyBlob),
            ("PUT", "") => Some(Self::PutBlob),
            ("PUT", "block") if copies => Some(Self::PutBlockFromUrl),
            ("PUT", "block") => Some(Self::PutBlock),
            ("PUT", "blocklist") => Some(Self::PutBlockList),
            ("GET", "blocklist") => Some(Self::GetBlockList),
            ("PUT", "page") if copies => Some(Self::PutPageFromUrl),
            ("PUT", "page") => Some(Self::PutPage),
            ("GET", "pagelist") => Some(Self::GetPageRanges),
            ("PUT", "appendblock") if copies => Some(Self::AppendBlockFromUrl),
            ("PUT", "appendblock") => Some(Self::AppendBlock),
            ("PUT", "seal") => Some(Self::SealAppendBlob),
            ("GET", "") => Some(Self::GetBlob),
            ("HEAD", "") => Some(Self::GetBlobProperties),
            ("PUT", "properties") => Some(Self::SetBlobProperties),
            ("GET" | "HEAD", "properties") => Some(Self::GetAccountInformation),
            ("GET" | "HEAD", "metadata") => Some(Self::GetBlobMetadata),
            ("PUT", "metadata") => Some(Self::SetBlobMetadata),
            ("GET", "tags") => Some(Self::GetBlobTags),
            ("PUT", "tags") => Some(Self::SetBlobTags),
            ("PUT", "tier") => Some(Self::SetBlobTier),
            ("PUT", "lease") => Some(Self::LeaseBlob),
            ("PUT", "snapshot") => Some(Self::SnapshotBlob),
            ("PUT", "copy") => Some(Self::AbortCopyBlob),
            ("PUT", "undelete") => Some(Self::UndeleteBlob),
            ("DELETE", "") if query.filled("versionid").is_some() => Some(Self::DeleteBlobVersion),
            ("DELETE", "") => Some(Self::DeleteBlob),
            _ => None,
        }
    }

    /// The public access that lets anonymous requests do it.
    pub fn public(self) -> RequiredAccess {
        match self {
            Self::GetBlob
            | Self::GetBlobProperties
            | Self::GetBlobMetadata
            | Self::GetBlockList
            | Self::GetPageRanges => RequiredAccess::Blob,
            Self::GetContainerProperties | Self::ListBlobs => RequiredAccess::Container,
            _ => RequiredAccess::Never,
        }
    }
}

impl Operation for BlobOperation {
    fn name(self) -> &'static str {
        match self {
            Self::ListContainers => "ListContainers",
            Self::GetServiceProperties => "GetServiceProperties",
            Self::SetServiceProperties => "SetServiceProperties",
            Self::GetServiceStats => "GetServiceStats",
            Self::GetAccountInformation => "GetAccountInformation",
            Self::GetUserDelegationKey => "GetUserDelegationKey",
            Self::FindBlobsByTags => "FindBlobsByTags",
            Self::SubmitBatch => "SubmitBatch",
            Self::CreateContainer => "CreateContainer",
            Self::GetContainerProperties => "GetContainerProperties",
            Self::SetContainerMetadata => "SetContainerMetadata",
            Self::GetContainerAcl => "GetContainerAcl",
            Self::SetContainerAcl => "SetContainerAcl",
            Self::LeaseContainer => "LeaseContainer",
            Self::DeleteContainer => "DeleteContainer",
            Self::RestoreContainer => "RestoreContainer",
            Self::ListBlobs => "ListBlobs",
            Self::FindContainerBlobsByTags => "FindContainerBlobsByTags",
            Self::SubmitContainerBatch => "SubmitContainerBatch",
            Self::PutBlob => "PutBlob",
            Self::PutBlobFromUrl => "PutBlobFromUrl",
            Self::PutBlock => "PutBlock",
            Self::PutBlockFromUrl => "PutBlockFromUrl",
            Self::PutBlockList => "PutBlockList",
            Self::GetBlockList => "GetBlockList",
            Self::PutPage => "PutPage",
            Self::PutPageFromUrl => "PutPageFromUrl",
            Self::GetPageRanges => "GetPageRanges",
            Self::AppendBlock => "AppendBlock",
            Self::AppendBlockFromUrl => "AppendBlockFromUrl",
            Self::SealAppendBlob => "SealAppendBlob",
            Self::GetBlob => "GetBlob",
            Self::GetBlobProperties => "GetBlobProperties",
            Self::SetBlobProperties => "SetBlobProperties",
            Self::GetBlobMetadata => "GetBlobMetadata",
            Self::SetBlobMetadata => "SetBlobMetadata",
            Self::GetBlobTags => "GetBlobTags",
            Self::SetBlobTags => "SetBlobTags",
            Self::SetBlobTier => "SetBlobTier",
            Self::LeaseBlob => "LeaseBlob",
            Self::SnapshotBlob => "SnapshotBlob",
            Self::CopyBlob => "CopyBlob",
            Self::AbortCopyBlob => "AbortCopyBlob",
            Self::DeleteBlob => "DeleteBlob",
            Self::DeleteBlobVersion => "DeleteBlobVersion",
            Self::UndeleteBlob => "UndeleteBlob",
        }
    }

    fn required(self) -> RequiredPermission {
        use RequiredPermission as Required;
        let (account, container) = (Required::account, Required::container);
        let object = Required::object;
        match self {
            Self::ListContainers => account("l"),
            Self::GetServiceProperties | Self::GetServiceStats => {
                account("r").by_role(RoleAction::Settings)
            }
            Self::SetServiceProperties => account("w").by_role(RoleAction::Settings),
            // Any valid SAS may ask for the kind of account. Each request of a batch is authorized
            // by itself.
            Self::GetAccountInformation => {
                Required::at(ResourceLevel::Service, "rwdlacupftxyi").by_role(RoleAction::Settings)
            }
            Self::SubmitBatch | Self::SubmitContainerBatch => {
                Required::at(ResourceLevel::Any, "rwdlacupftxyi").by_role(RoleAction::Batch)
            }
            // The call itself requires a token.
            Self::GetUserDelegationKey => {
                account("rwdlacupftxyi").by_role(RoleAction::DelegationKey)
            }
            Self::GetContainerAcl | Self::SetContainerAcl => {
                account("").by_role(RoleAction::AccessPolicies)
            }

            Self::FindBlobsByTags => account("f"),
            Self::FindContainerBlobsByTags => Required::at(ResourceLevel::Container, "f"),
            Self::CreateContainer => container("cw"),
            Self::GetContainerProperties => container("r"),
            Self::SetContainerMetadata | Self::RestoreContainer => container("w"),
            Self::LeaseContainer => container("wd"),
            Self::DeleteContainer => container("d"),
            Self::ListBlobs => Required::at(ResourceLevel::Container, "l"),
            Self::PutBlob | Self::PutBlobFromUrl | Self::CopyBlob | Self::SnapshotBlob => {
                object("cw")
            }
            Self::PutBlock
            | Self::PutBlockFromUrl
            | Self::PutBlockList
            | Self::PutPage
            | Self::PutPageFromUrl
            | Self::SetBlobProperties
            | Self::SetBlobMetadata
            | Self::SetBlobTier
            | Self::AbortCopyBlob
            | Self::UndeleteBlob => object("w"),
            Self::AppendBlock | Self::AppendBlockFromUrl | Self::SealAppendBlob => object("aw"),
            Self::GetBlockList
            | Self::GetPageRanges
            | Self::GetBlob
            | Self::GetBlobProperties
            | Self::GetBlobMetadata => object("r"),
            Self::GetBlobTags | Self::SetBlobTags => object("t"),
            Self::LeaseBlob => object("wd"),
            // `y` is checked by the call.
            Self::DeleteBlob => object("dy"),
            Self::DeleteBlobVersion => object("xy"),
        }
    }

    fn writes(self) -> bool {
        !matches!(
            self,
            Self::ListContainers
                | Self::GetServiceProperties
                | Self::GetServiceStats
                | Self::GetAccountInformation
                | Self::GetUserDelegationKey
                | Self::FindBlobsByTags
                | Self::FindContainerBlobsByTags
                | Self::GetContainerProperties
                | Self::GetContainerAcl
                | Self::ListBlobs
                | Self::GetBlockList
                | Self::GetPageRanges
                | Self::GetBlob
                | Self::GetBlobProperties
                | Self::GetBlobMetadata
                | Self::GetBlobTags
        )
    }
}
