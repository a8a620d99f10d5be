//! Which REST call a request is, which permission it needs, and which function serves it.

use super::call::BlobCall;
use super::public_access::RequiredAccess;
use super::target::BlobTarget;
use super::{account, batch, container, object};
use crate::emulator::auth::{RequiredPermission, ResourceLevel};
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::body::Body;
use crate::emulator::http::head::Head;
use crate::emulator::http::query::Query;
use crate::emulator::http::response::Response;
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
    ListBlobs,
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
}

impl BlobOperation {
    /// Finds the call by method, resource, `comp` and `restype`.
    pub fn of(head: &Head, query: &Query, target: &BlobTarget) -> ServiceResult<Self> {
        let method = head.method();
        let comp = query.or_empty("comp").to_ascii_lowercase();
        let found = match (&target.container, &target.blob) {
            (None, _) => Self::of_account(method, &comp, query.or_empty("restype")),
            (Some(_), None) => Self::of_container(method, &comp),
            (Some(_), Some(_)) => Self::of_blob(method, &comp, head),
        };
        found.ok_or_else(|| unknown(method, &comp))
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
            ("GET", "list") => Some(Self::ListBlobs),
            ("POST", "batch") => Some(Self::SubmitContainerBatch),
            _ => None,
        }
    }

    fn of_blob(method: &str, comp: &str, head: &Head) -> Option<Self> {
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

    /// Serves the call.
    pub fn run(self, call: &BlobCall<'_>, body: &mut Body<'_>) -> ServiceResult<Response> {
        match self {
            Self::ListContainers => account::list_containers::run(call),
            Self::GetServiceProperties => account::service_properties::get(call),
            Self::SetServiceProperties => account::service_properties::set(call, body),
            Self::GetServiceStats => account::stats::run(call),
            Self::GetAccountInformation => account::information::run(call),
            Self::GetUserDelegationKey => account::user_delegation_key::run(call, body),
            Self::FindBlobsByTags => account::find_by_tags::run(call),
            Self::SubmitBatch | Self::SubmitContainerBatch => batch::run(call, body),

            Self::CreateContainer => container::create::run(call),
            Self::GetContainerProperties => container::get_properties::run(call),
            Self::SetContainerMetadata => container::set_metadata::run(call),
            Self::GetContainerAcl => container::acl::get(call),
            Self::SetContainerAcl => container::acl::set(call, body),
            Self::LeaseContainer => container::lease::run(call),
            Self::DeleteContainer => container::delete::run(call),
            Self::ListBlobs => container::list_blobs::run(call),

            Self::PutBlob => object::put_blob::run(call, body),
            Self::PutBlobFromUrl => object::put_blob_from_url::run(call),
            Self::PutBlock => object::put_block::run(call, body),
            Self::PutBlockFromUrl => object::put_block::from_url(call),
            Self::PutBlockList => object::put_block_list::run(call, body),
            Self::GetBlockList => object::get_block_list::run(call),
            Self::PutPage => object::put_page::run(call, body),
            Self::PutPageFromUrl => object::put_page::from_url(call),
            Self::GetPageRanges => object::get_page_ranges::run(call),
            Self::AppendBlock => object::append_block::run(call, body),
            Self::AppendBlockFromUrl => object::append_block::from_url(call),
            Self::SealAppendBlob => object::append_block::seal(call),
            Self::GetBlob => object::get_blob::run(call),
            Self::GetBlobProperties => object::get_properties::run(call),
            Self::SetBlobProperties => object::set_properties::run(call),
            Self::GetBlobMetadata => object::metadata::get(call),
            Self::SetBlobMetadata => object::metadata::set(call),
            Self::GetBlobTags => object::tags::get(call),
            Self::SetBlobTags => object::tags::set(call, body),
            Self::SetBlobTier => object::set_tier::run(call),
            Self::LeaseBlob => object::lease::run(call),
            Self::SnapshotBlob => object::snapshot::run(call),
            Self::CopyBlob => object::copy::run(call),
            Self::AbortCopyBlob => object::abort_copy::run(call),
            Self::DeleteBlob => object::delete::run(call),
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
            Self::ListBlobs => "ListBlobs",
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
        }
    }

    fn required(self) -> RequiredPermission {
        let of = |level, permissions, account_only| RequiredPermission {
            level,
            permissions,
            account_only,
        };
        let account = |permissions| of(ResourceLevel::Service, permissions, true);
        let container = |permissions| of(ResourceLevel::Container, permissions, true);
        let object = |permissions| of(ResourceLevel::Object, permissions, false);
        match self {
            Self::ListContainers => account("l"),
            Self::GetServiceProperties | Self::GetServiceStats => account("r"),
            Self::SetServiceProperties => account("w"),
            // Any valid SAS may ask for the kind of account. Each request of a batch is authorized
            // by itself.
            Self::GetAccountInformation | Self::SubmitBatch => {
                of(ResourceLevel::Service, "rwdlacupftxyi", false)
            }
            Self::SubmitContainerBatch => of(ResourceLevel::Container, "rwdlacupftxyi", false),
            // The call itself requires a token.
            Self::GetUserDelegationKey => account("rwdlacupftxyi"),
            Self::GetContainerAcl | Self::SetContainerAcl => account(""),

            Self::FindBlobsByTags => account("f"),
            Self::CreateContainer => container("cw"),
            Self::GetContainerProperties => container("r"),
            Self::SetContainerMetadata => container("w"),
            Self::LeaseContainer => container("wd"),
            Self::DeleteContainer => container("d"),
            Self::ListBlobs => of(ResourceLevel::Container, "l", false),
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
            | Self::AbortCopyBlob => object("w"),
            Self::AppendBlock | Self::AppendBlockFromUrl | Self::SealAppendBlob => object("aw"),
            Self::GetBlockList
            | Self::GetPageRanges
            | Self::GetBlob
            | Self::GetBlobProperties
            | Self::GetBlobMetadata => object("r"),
            Self::GetBlobTags | Self::SetBlobTags => object("t"),
            Self::LeaseBlob => object("wd"),
            Self::DeleteBlob => object("d"),
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

fn unknown(method: &str, comp: &str) -> Refusal {
    if comp.is_empty() {
        return Refusal::unsupported_verb();
    }
    Refusal::invalid_query(
        "comp",
        comp,
        &format!("not served for {method} on this resource"),
    )
}
