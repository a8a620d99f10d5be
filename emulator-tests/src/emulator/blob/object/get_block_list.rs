//! Get Block List. <https://learn.microsoft.com/rest/api/storageservices/get-block-list>

use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::error::BLOB_LEASE;
use crate::emulator::blob::state::Content;
use crate::emulator::blob::{headers, preconditions, tag_query};
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::response::Response;
use crate::emulator::store::Extent;
use crate::emulator::xml::Writer;

/// Lists committed blocks, uncommitted ones, or both.
pub fn run(call: &BlobCall<'_>) -> ServiceResult<Response> {
    let kind = call
        .query
        .filled("blocklisttype")
        .unwrap_or("committed")
        .to_ascii_lowercase();
    let (committed, uncommitted) = match kind.as_str() {
        "committed" => (true, false),
        "uncommitted" => (false, true),
        "all" => (true, true),
        other => {
            return Err(Refusal::invalid_query(
                "blocklisttype",
                other,
                "not one of committed, uncommitted, all",
            ));
        }
    };
    let container = call.container()?;
    let state = container.enter()?;
    let slot = state
        .blobs
        .get(call.target.blob())
        .ok_or_else(Refusal::blob_not_found)?;
    let blob = match call.query.filled("snapshot") {
        None if call.query.filled("versionid").is_none() => slot.base.as_ref(),
        _ => Some(preconditions::find(call, &state)?),
    };
    let list = match blob.map(|blob| &blob.content) {
        Some(Content::Block(list)) => Some(list),
        Some(_) => return Err(Refusal::wrong_blob_type()),
        None if slot.staged.is_some() && uncommitted => None,
        None => return Err(Refusal::blob_not_found()),
    };
    if let Some(blob) = blob {
        tag_query::check_conditions(call.head, &blob.tags)?;
        blob.lease
            .check_given(call.lease_id(), BLOB_LEASE, call.now)?;
    }
    let mut xml = Writer::new();
    xml.open("BlockList", &[]);
    if committed {
        xml.open("CommittedBlocks", &[]);
        for block in list
            .iter()
            .flat_map(|list| list.blocks())
            .filter(|block| !block.id.is_empty())
        {
            write(&mut xml, &block.id, &block.extent);
        }
        xml.close("CommittedBlocks");
    }
    if uncommitted {
        xml.open("UncommittedBlocks", &[]);
        for (id, extent) in slot.staged.iter().flat_map(|staged| &staged.blocks) {
            write(&mut xml, id, extent);
        }
        xml.close("UncommittedBlocks");
    }
    xml.close("BlockList");
    let mut response = Response::xml(xml);
    // A blob that has only uncommitted blocks has no version and no length yet.
    if let Some(blob) = blob {
        headers::set_version(&mut response, blob);
        response.set(
            "x-ms-blob-content-length",
            blob.content.length().to_string(),
        );
    }
    Ok(response)
}

fn write(xml: &mut Writer, id: &str, extent: &Extent) {
    xml.open("Block", &[])
        .leaf("Name", id)
        .leaf("Size", &extent.length().to_string())
        .close("Block");
}
