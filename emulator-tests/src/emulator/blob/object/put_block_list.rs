//! Put Block List. <https://learn.microsoft.com/rest/api/storageservices/put-block-list>

use std::sync::Arc;

use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::headers::DEFAULT_CONTENT_TYPE;
use crate::emulator::blob::state::{Blob, Block, BlockList, Content, Slot};
use crate::emulator::blob::{encryption, headers, hierarchy, names, preconditions};
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::body::Body;
use crate::emulator::http::response::Response;
use crate::emulator::service::{metadata, upload};
use crate::emulator::store::Extent;
use crate::emulator::xml;
use crate::emulator::xml::Leaf;

/// The most blocks of a blob.
const BLOCKS_MAX: usize = 50_000;
/// The longest document: 50,000 ids of 88 characters with their tags are 6 MiB.
const DOCUMENT_BYTES_MAX: u64 = 16 << 20;

/// Which blocks an id is searched in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Committed,
    Uncommitted,
    Latest,
}

/// Commits a list of blocks.
pub fn run(call: &BlobCall<'_>, body: &mut Body<'_>) -> ServiceResult<Response> {
    names::check_blob(call.target.blob())?;
    let document = body.read_document(DOCUMENT_BYTES_MAX)?;
    let digests = upload::check_document(call, &document)?;
    let wanted = parse(&document)?;
    let mut properties = headers::blob_properties(call.head);
    if properties.content_type.is_empty() {
        DEFAULT_CONTENT_TYPE.clone_into(&mut properties.content_type);
    }
    let metadata = metadata::read(call.head)?;
    let container = call.container()?;
    let mut state = container.enter()?;
    let slot = state.blobs.get(call.target.blob());
    check(call, slot)?;
    if let Some(staged) = slot.and_then(|slot| slot.staged.as_ref()) {
        encryption::check_same(&encryption::of(call)?, &staged.encryption)?;
    }
    let list = BlockList::new(choose(&wanted, slot)?);
    let mut blob = Blob::new(
        Content::Block(Arc::new(list)),
        properties,
        metadata,
        call.now,
    );
    blob.encryption = encryption::of_new(call, &state.properties)?;
    headers::apply_upload(call, &mut blob)?;
    // The service keeps the creation time here, but not in Put Blob.
    if let Some(base) = slot.and_then(|slot| slot.base.as_ref()) {
        blob.created = base.created;
    }
    hierarchy::make_parents(call, &mut state, Some(&blob))?;
    // Uncommitted blocks that are not in the list are removed.
    let slot = state.slot(call.target.blob());
    let blob = slot.replace(blob, &call.retention());
    let mut response = Response::new(201);
    headers::set_version(&mut response, blob);
    headers::set_version_id(&mut response, blob);
    encryption::write(&mut response, &blob.encryption);
    upload::set_digests(&mut response, &digests);
    Ok(response.header("x-ms-request-server-encrypted", "true"))
}

fn parse(document: &[u8]) -> ServiceResult<Vec<(Source, String)>> {
    let leaves = xml::read_leaves(document)?;
    if leaves.len() > BLOCKS_MAX {
        return Err(Refusal::new(
            400,
            "BlockListTooLong",
            "The block list may not contain more than 50,000 blocks.",
        ));
    }
    leaves
        .into_iter()
        .filter(|leaf| leaf.path != "BlockList")
        .map(source)
        .collect()
}

fn source(leaf: Leaf) -> ServiceResult<(Source, String)> {
    let source = match leaf.path.as_str() {
        "BlockList/Committed" => Source::Committed,
        "BlockList/Uncommitted" => Source::Uncommitted,
        "BlockList/Latest" => Source::Latest,
        _ => return Err(Refusal::invalid_xml()),
    };
    Ok((source, leaf.text))
}

fn check(call: &BlobCall<'_>, slot: Option<&Slot>) -> ServiceResult<()> {
    let base = slot.and_then(|slot| slot.base.as_ref());
    preconditions::overwrite(call, slot)?;
    if base.is_some_and(|blob| !matches!(blob.content, Content::Block(_))) {
        return Err(Refusal::wrong_blob_type());
    }
    Ok(())
}

fn choose(wanted: &[(Source, String)], slot: Option<&Slot>) -> ServiceResult<Vec<Block>> {
    let finder = Finder::new(slot);
    wanted
        .iter()
        .map(|(source, id)| {
            let extent = finder.find(*source, id).ok_or_else(|| {
                Refusal::new(
                    400,
                    "InvalidBlockList",
                    "The specified block list is invalid.",
                )
            })?;
            Ok(Block {
                id: id.clone(),
                extent: extent.clone(),
            })
        })
        .collect()
}

/// The blocks of a blob by id; the committed ones are indexed once.
struct Finder<'a> {
    committed: std::collections::HashMap<&'a str, &'a Extent>,
    slot: Option<&'a Slot>,
}

impl<'a> Finder<'a> {
    fn new(slot: Option<&'a Slot>) -> Self {
        let base = slot
            .and_then(|slot| slot.base.as_ref())
            .map(|blob| &blob.content);
        let committed = match base {
            Some(Content::Block(list)) => list
                .blocks()
                .iter()
                .map(|block| (block.id.as_str(), &block.extent))
                .collect(),
            _ => std::collections::HashMap::new(),
        };
        Self { committed, slot }
    }

    fn find(&self, source: Source, id: &str) -> Option<&'a Extent> {
        let staged = || self.slot?.staged.as_ref()?.blocks.get(id);
        // The bytes of Put Blob are not a block with an id.
        let committed = || {
            if id.is_empty() {
                None
            } else {
                self.committed.get(id).copied()
            }
        };
        match source {
            Source::Committed => committed(),
            Source::Uncommitted => staged(),
            Source::Latest => staged().or_else(committed),
        }
    }
}
