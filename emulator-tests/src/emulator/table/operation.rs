//! Which REST call a request is, and which permission it needs.

use super::target::{TableResource, TableTarget};
use crate::emulator::auth::{RequiredPermission, ResourceLevel};
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::head::Head;
use crate::emulator::http::query::Query;
use crate::emulator::identity::RoleAction;
use crate::emulator::service::Operation;

const METHOD_HEADER: &str = "x-http-method";

/// The REST calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the REST reference")]
pub enum TableOperation {
    GetTableServiceProperties,
    SetTableServiceProperties,
    GetTableServiceStats,

    QueryTables,
    CreateTable,
    GetTable,
    DeleteTable,
    GetTableAcl,
    SetTableAcl,

    InsertEntity,
    QueryEntities,
    GetEntity,
    UpdateEntity,
    MergeEntity,
    InsertOrReplaceEntity,
    InsertOrMergeEntity,
    DeleteEntity,

    EntityGroupTransaction,
}

impl TableOperation {
    /// Finds the call by method, resource and `comp`.
    pub fn of(head: &Head, query: &Query, target: &TableTarget) -> ServiceResult<Self> {
        let method = method(head)?;
        let comp = query.or_empty("comp").to_ascii_lowercase();
        let has_condition = head.header("if-match").is_some();
        let found = match (&target.resource, method, comp.as_str()) {
            (TableResource::Account, "GET", "properties") => Some(Self::GetTableServiceProperties),
            (TableResource::Account, "PUT", "properties") => Some(Self::SetTableServiceProperties),
            (TableResource::Account, "GET", "stats") => Some(Self::GetTableServiceStats),
            (TableResource::Tables, "GET", "") => Some(Self::QueryTables),
            (TableResource::Tables, "POST", "") => Some(Self::CreateTable),
            (TableResource::Table(_), "GET", "") => Some(Self::GetTable),
            (TableResource::Table(_), "DELETE", "") => Some(Self::DeleteTable),
            (TableResource::Entities(_), "GET" | "HEAD", "acl") => Some(Self::GetTableAcl),
            (TableResource::Entities(_), "PUT", "acl") => Some(Self::SetTableAcl),
            (TableResource::Entities(_), "GET", "") => Some(Self::QueryEntities),
            (TableResource::Entities(_), "POST", "") => Some(Self::InsertEntity),
            (TableResource::Entity(..), "GET", "") => Some(Self::GetEntity),
            (TableResource::Entity(..), "PUT", "") if has_condition => Some(Self::UpdateEntity),
            (TableResource::Entity(..), "PUT", "") => Some(Self::InsertOrReplaceEntity),
            (TableResource::Entity(..), "MERGE" | "PATCH", "") if has_condition => {
                Some(Self::MergeEntity)
            }
            (TableResource::Entity(..), "MERGE" | "PATCH", "") => Some(Self::InsertOrMergeEntity),
            (TableResource::Entity(..), "DELETE", "") => Some(Self::DeleteEntity),
            (TableResource::Batch, "POST", "") => Some(Self::EntityGroupTransaction),
            _ => None,
        };
        found.ok_or_else(method_not_allowed)
    }

    /// Whether it changes an entity, so that it can be part of a change set.
    pub fn changes_entity(self) -> bool {
        matches!(
            self,
            Self::InsertEntity
                | Self::UpdateEntity
                | Self::MergeEntity
                | Self::InsertOrReplaceEntity
                | Self::InsertOrMergeEntity
                | Self::DeleteEntity
        )
    }

    /// Whether it replaces or merges an entity, and makes one where there is none.
    pub fn is_upsert(self) -> bool {
        matches!(
            self,
            Self::InsertOrReplaceEntity | Self::InsertOrMergeEntity
        )
    }

    /// Whether it keeps the properties that the request does not name.
    pub fn is_merge(self) -> bool {
        matches!(self, Self::MergeEntity | Self::InsertOrMergeEntity)
    }
}

/// The method, or that of `X-HTTP-Method` in a POST.
fn method(head: &Head) -> ServiceResult<&str> {
    let mut tunnelled = head
        .headers()
        .filter(|(name, _)| name.eq_ignore_ascii_case(METHOD_HEADER))
        .map(|(_, value)| value);
    let Some(method) = tunnelled.next() else {
        return Ok(head.method());
    };
    let refused = |code: &'static str, message: &'static str| Err(Refusal::new(400, code, message));
    if tunnelled.next().is_some() {
        return refused(
            "XMethodIncorrectCount",
            "More than one X-HTTP-Method is specified.",
        );
    }
    if head.method() != "POST" {
        return refused(
            "XMethodNotUsingPost",
            "The request uses X-HTTP-Method with an HTTP verb other than POST.",
        );
    }
    if !matches!(method, "PUT" | "MERGE" | "PATCH" | "DELETE") {
        return refused(
            "XMethodIncorrectValue",
            "The specified X-HTTP-Method is invalid.",
        );
    }
    Ok(method)
}

fn method_not_allowed() -> Refusal {
    Refusal::new(
        405,
        "MethodNotAllowed",
        "The specified method is not allowed on this resource.",
    )
}

impl Operation for TableOperation {
    fn name(self) -> &'static str {
        match self {
            Self::GetTableServiceProperties => "GetTableServiceProperties",
            Self::SetTableServiceProperties => "SetTableServiceProperties",
            Self::GetTableServiceStats => "GetTableServiceStats",
            Self::QueryTables => "QueryTables",
            Self::CreateTable => "CreateTable",
            Self::GetTable => "GetTable",
            Self::DeleteTable => "DeleteTable",
            Self::GetTableAcl => "GetTableAcl",
            Self::SetTableAcl => "SetTableAcl",
            Self::InsertEntity => "InsertEntity",
            Self::QueryEntities => "QueryEntities",
            Self::GetEntity => "GetEntity",
            Self::UpdateEntity => "UpdateEntity",
            Self::MergeEntity => "MergeEntity",
            Self::InsertOrReplaceEntity => "InsertOrReplaceEntity",
            Self::InsertOrMergeEntity => "InsertOrMergeEntity",
            Self::DeleteEntity => "DeleteEntity",
            Self::EntityGroupTransaction => "EntityGroupTransaction",
        }
    }

    /// An upsert needs two permissions; [`check_grant`](super::permissions::check) asks for the
    /// other one.
    fn required(self) -> RequiredPermission {
        match self {
            Self::GetTableServiceProperties | Self::GetTableServiceStats => {
                RequiredPermission::account("r").by_role(RoleAction::Settings)
            }
            Self::SetTableServiceProperties => {
                RequiredPermission::account("w").by_role(RoleAction::Settings)
            }
            Self::QueryTables | Self::GetTable => RequiredPermission::container("l"),
            Self::CreateTable => RequiredPermission::container("cw"),
            Self::DeleteTable => RequiredPermission::container("d"),
            Self::GetTableAcl | Self::SetTableAcl => RequiredPermission::container(""),
            Self::QueryEntities | Self::GetEntity => RequiredPermission::object("r"),
            Self::InsertEntity => RequiredPermission::object("a"),
            Self::UpdateEntity
            | Self::MergeEntity
            | Self::InsertOrReplaceEntity
            | Self::InsertOrMergeEntity => RequiredPermission::object("u"),
            Self::DeleteEntity => RequiredPermission::object("d"),
            Self::EntityGroupTransaction => {
                RequiredPermission::at(ResourceLevel::Object, "raud").by_role(RoleAction::Batch)
            }
        }
    }

    fn writes(self) -> bool {
        match self {
            Self::GetTableServiceProperties
            | Self::GetTableServiceStats
            | Self::QueryTables
            | Self::GetTable
            | Self::GetTableAcl
            | Self::QueryEntities
            | Self::GetEntity => false,
            Self::SetTableServiceProperties
            | Self::CreateTable
            | Self::DeleteTable
            | Self::SetTableAcl
            | Self::InsertEntity
            | Self::UpdateEntity
            | Self::MergeEntity
            | Self::InsertOrReplaceEntity
            | Self::InsertOrMergeEntity
            | Self::DeleteEntity
            | Self::EntityGroupTransaction => true,
        }
    }
}
