//! Features of the Blob service that a hierarchical account does not have.
//!
//! Page blobs are in the list of the documentation. The code of their refusal is not documented; the
//! service answered it to append blobs before it had them
//! (<https://github.com/Azure/azure-storage-node/issues/632>), and answers it to snapshots. The refusal of
//! index tags is as in <https://github.com/Azure/azure-sdk-for-net/issues/39388>.

use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::operation::BlobOperation;
use crate::emulator::error::{Refusal, ServiceResult};

/// Refuses what the account does not have.
pub fn check(operation: BlobOperation, call: &BlobCall<'_>) -> ServiceResult<()> {
    if !call.account.is_hierarchical {
        return Ok(());
    }
    let comp = call.query.or_empty("comp");
    match operation {
        BlobOperation::GetBlobTags
        | BlobOperation::SetBlobTags
        | BlobOperation::FindBlobsByTags
        | BlobOperation::FindContainerBlobsByTags => Err(Refusal::invalid_query(
            "comp",
            comp,
            "not for an account with a hierarchical namespace",
        )),
        BlobOperation::SnapshotBlob
        | BlobOperation::PutPage
        | BlobOperation::PutPageFromUrl
        | BlobOperation::GetPageRanges => Err(not_supported()),
        _ if writes_page_blob(call) || !call.head.header_or_empty("x-ms-tags").is_empty() => {
            Err(not_supported())
        }
        _ => Ok(()),
    }
}

fn writes_page_blob(call: &BlobCall<'_>) -> bool {
    let blob_type = call.head.header_or_empty("x-ms-blob-type");
    blob_type.eq_ignore_ascii_case("PageBlob")
}

fn not_supported() -> Refusal {
    Refusal::new(
        409,
        "FeatureNotYetSupportedForHierarchicalNamespaceAccounts",
        "Specified feature is not yet supported for hierarchical namespace accounts.",
    )
}
