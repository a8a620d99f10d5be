//! Which function serves a call.

use super::call::BlobCall;
use super::operation::BlobOperation;
use super::unsupported_headers::UNSUPPORTED;
use super::{account, batch, container, hierarchy, object};
use crate::emulator::error::ServiceResult;
use crate::emulator::http::body::Body;
use crate::emulator::http::response::Response;
use crate::emulator::service::{service_stats, unsupported_headers, user_delegation_key};

/// Serves a call.
pub fn run(
    operation: BlobOperation,
    call: &BlobCall<'_>,
    body: &mut Body<'_>,
) -> ServiceResult<Response> {
    unsupported_headers::check(call.head, &UNSUPPORTED)?;
    hierarchy::check_features(operation, call)?;
    if let Some(own) = hierarchy::own_target(call) {
        return run(operation, &call.with_target(&own), body);
    }
    match operation {
        BlobOperation::ListContainers => account::list_containers::run(call),
        BlobOperation::GetServiceProperties => account::service_properties::get(call),
        BlobOperation::SetServiceProperties => account::service_properties::set(call, body),
        BlobOperation::GetServiceStats => service_stats::run(call),
        BlobOperation::GetAccountInformation => account::information::run(call),
        BlobOperation::GetUserDelegationKey => user_delegation_key::run(call, body),
        BlobOperation::FindBlobsByTags | BlobOperation::FindContainerBlobsByTags => {
            account::find_by_tags::run(call)
        }
        BlobOperation::SubmitBatch | BlobOperation::SubmitContainerBatch => batch::run(call, body),

        BlobOperation::CreateContainer => container::create::run(call),
        BlobOperation::GetContainerProperties => container::get_properties::run(call),
        BlobOperation::SetContainerMetadata => container::set_metadata::run(call),
        BlobOperation::GetContainerAcl => container::acl::get(call),
        BlobOperation::SetContainerAcl => container::acl::set(call, body),
        BlobOperation::LeaseContainer => container::lease::run(call),
        BlobOperation::DeleteContainer => container::delete::run(call),
        BlobOperation::RestoreContainer => container::restore::run(call),
        BlobOperation::ListBlobs => container::list_blobs::run(call),

        BlobOperation::PutBlob => object::put_blob::run(call, body),
        BlobOperation::PutBlobFromUrl => object::put_blob_from_url::run(call),
        BlobOperation::PutBlock => object::put_block::run(call, body),
        BlobOperation::PutBlockFromUrl => object::put_block::from_url(call),
        BlobOperation::PutBlockList => object::put_block_list::run(call, body),
        BlobOperation::GetBlockList => object::get_block_list::run(call),
        BlobOperation::PutPage => object::put_page::run(call, body),
        BlobOperation::PutPageFromUrl => object::put_page::from_url(call),
        BlobOperation::GetPageRanges => object::get_page_ranges::run(call),
        BlobOperation::AppendBlock => object::append_block::run(call, body),
        BlobOperation::AppendBlockFromUrl => object::append_block::from_url(call),
        BlobOperation::SealAppendBlob => object::append_block::seal(call),
        BlobOperation::GetBlob => object::get_blob::run(call),
        BlobOperation::GetBlobProperties => object::get_properties::run(call),
        BlobOperation::SetBlobProperties => object::set_properties::run(call),
        BlobOperation::GetBlobMetadata => object::metadata::get(call),
        BlobOperation::SetBlobMetadata => object::metadata::set(call),
        BlobOperation::GetBlobTags => object::tags::get(call),
        BlobOperation::SetBlobTags => object::tags::set(call, body),
        BlobOperation::SetBlobTier => object::set_tier::run(call),
        BlobOperation::LeaseBlob => object::lease::run(call),
        BlobOperation::SnapshotBlob => object::snapshot::run(call),
        BlobOperation::CopyBlob => object::copy::run(call),
        BlobOperation::AbortCopyBlob => object::abort_copy::run(call),
        BlobOperation::DeleteBlob | BlobOperation::DeleteBlobVersion => object::delete::run(call),
        BlobOperation::UndeleteBlob => object::undelete::run(call),
    }
}
