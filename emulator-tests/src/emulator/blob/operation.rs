//! Which REST call a request is, what it needs, and which function serves it.

use super::super::auth::{Level, Need};
use super::super::error::{Answer, Refusal};
use super::super::http::body::Body;
use super::super::http::head::Head;
use super::super::http::query::Query;
use super::super::http::response::Response;
use super::super::http::target::Target;
use super::call::Call;
use super::{account, container, object};

/// The REST calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// GET `/?comp=list`
    ListContainers,
    /// PUT container
    CreateContainer,
    /// GET or HEAD container
    GetContainerProperties,
    /// DELETE container
    DeleteContainer,
    /// GET container `comp=list`
    ListBlobs,
    /// PUT blob
    PutBlob,
    /// PUT blob `comp=block`
    PutBlock,
    /// PUT blob `comp=blocklist`
    PutBlockList,
    /// GET blob `comp=blocklist`
    GetBlockList,
    /// GET blob
    GetBlob,
    /// HEAD blob
    GetBlobProperties,
    /// DELETE blob
    DeleteBlob,
}

/// From which public access on anonymous requests may do it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Public {
    /// Never.
    Never,
    /// Containers open for blob reads.
    Blob,
    /// Containers open for listing.
    Container,
}

impl Operation {
    /// Finds the call by method, resource, `comp` and `restype`.
    pub fn of(head: &Head, query: &Query, target: &Target) -> Answer<Self> {
        let method = head.method();
        let comp = query.or_empty("comp").to_ascii_lowercase();
        let found = match (&target.container, &target.blob) {
            (None, _) => Self::of_account(method, &comp),
            (Some(_), None) => Self::of_container(method, &comp),
            (Some(_), Some(_)) => Self::of_blob(method, &comp),
        };
        found.ok_or_else(|| unknown(method, &comp))
    }

    fn of_account(method: &str, comp: &str) -> Option<Self> {
        match (method, comp) {
            ("GET", "list") => Some(Self::ListContainers),
            _ => None,
        }
    }

    fn of_container(method: &str, comp: &str) -> Option<Self> {
        match (method, comp) {
            ("PUT", "") => Some(Self::CreateContainer),
            ("GET" | "HEAD", "") => Some(Self::GetContainerProperties),
            ("DELETE", "") => Some(Self::DeleteContainer),
            ("GET", "list") => Some(Self::ListBlobs),
            _ => None,
        }
    }

    fn of_blob(method: &str, comp: &str) -> Option<Self> {
        match (method, comp) {
            ("PUT", "") => Some(Self::PutBlob),
            ("PUT", "block") => Some(Self::PutBlock),
            ("PUT", "blocklist") => Some(Self::PutBlockList),
            ("GET", "blocklist") => Some(Self::GetBlockList),
            ("GET", "") => Some(Self::GetBlob),
            ("HEAD", "") => Some(Self::GetBlobProperties),
            ("DELETE", "") => Some(Self::DeleteBlob),
            _ => None,
        }
    }

    /// The name in the log and the counters.
    pub fn name(self) -> &'static str {
        match self {
            Self::ListContainers => "ListContainers",
            Self::CreateContainer => "CreateContainer",
            Self::GetContainerProperties => "GetContainerProperties",
            Self::DeleteContainer => "DeleteContainer",
            Self::ListBlobs => "ListBlobs",
            Self::PutBlob => "PutBlob",
            Self::PutBlock => "PutBlock",
            Self::PutBlockList => "PutBlockList",
            Self::GetBlockList => "GetBlockList",
            Self::GetBlob => "GetBlob",
            Self::GetBlobProperties => "GetBlobProperties",
            Self::DeleteBlob => "DeleteBlob",
        }
    }

    /// What a SAS must allow.
    pub fn need(self) -> Need {
        let account_only = |level, letters| Need {
            level,
            letters,
            account_only: true,
        };
        let object = |letters| Need {
            level: Level::Object,
            letters,
            account_only: false,
        };
        match self {
            Self::ListContainers => account_only(Level::Service, "l"),
            Self::CreateContainer => account_only(Level::Container, "cw"),
            Self::GetContainerProperties => account_only(Level::Container, "r"),
            Self::DeleteContainer => account_only(Level::Container, "d"),
            Self::ListBlobs => Need {
                level: Level::Container,
                letters: "l",
                account_only: false,
            },
            Self::PutBlob => object("cw"),
            Self::PutBlock | Self::PutBlockList => object("w"),
            Self::GetBlockList | Self::GetBlob | Self::GetBlobProperties => object("r"),
            Self::DeleteBlob => object("d"),
        }
    }

    /// Who may do it without a credential.
    pub fn public(self) -> Public {
        match self {
            Self::GetBlob | Self::GetBlobProperties | Self::GetBlockList => Public::Blob,
            Self::GetContainerProperties | Self::ListBlobs => Public::Container,
            _ => Public::Never,
        }
    }

    /// Does it change anything?
    pub fn writes(self) -> bool {
        !matches!(
            self,
            Self::ListContainers
                | Self::GetContainerProperties
                | Self::ListBlobs
                | Self::GetBlockList
                | Self::GetBlob
                | Self::GetBlobProperties
        )
    }

    /// Serves the call.
    pub fn run(self, call: &Call<'_>, body: &mut Body<'_>) -> Answer<Response> {
        match self {
            Self::ListContainers => account::list_containers::run(call),
            Self::CreateContainer => container::create::run(call),
            Self::GetContainerProperties => container::get_properties::run(call),
            Self::DeleteContainer => container::delete::run(call),
            Self::ListBlobs => container::list_blobs::run(call),
            Self::PutBlob => object::put_blob::run(call, body),
            Self::PutBlock => object::put_block::run(call, body),
            Self::PutBlockList => object::put_block_list::run(call, body),
            Self::GetBlockList => object::get_block_list::run(call),
            Self::GetBlob => object::get_blob::run(call),
            Self::GetBlobProperties => object::get_properties::run(call),
            Self::DeleteBlob => object::delete::run(call),
        }
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
