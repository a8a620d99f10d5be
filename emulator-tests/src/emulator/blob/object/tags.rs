//! Get and Set Blob Tags. They do not change the blob's version.
//! <https://learn.microsoft.com/rest/api/storageservices/set-blob-tags>

use std::collections::BTreeMap;

use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::{preconditions, tag_query};
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::body::Body;
use crate::emulator::http::response::Response;
use crate::emulator::xml;
use crate::emulator::xml::Writer;

const DOCUMENT_BYTES_MAX: u64 = 64 << 10;

/// Lists the tags.
pub fn get(call: &BlobCall<'_>) -> ServiceResult<Response> {
    let container = call.container()?;
    let state = container.enter()?;
    let blob = preconditions::read(call, &state)?;
    let mut xml = Writer::new();
    xml.open("Tags", &[]);
    write(&mut xml, &blob.tags);
    xml.close("Tags");
    Ok(Response::xml(xml))
}

/// `<TagSet>` with all tags.
pub fn write(xml: &mut Writer, tags: &BTreeMap<String, String>) {
    xml.open("TagSet", &[]);
    for (name, value) in tags {
        xml.open("Tag", &[])
            .leaf("Key", name)
            .leaf("Value", value)
            .close("Tag");
    }
    xml.close("TagSet");
}

/// Replaces all tags.
pub fn set(call: &BlobCall<'_>, body: &mut Body<'_>) -> ServiceResult<Response> {
    let tags = parse(&body.read_document(DOCUMENT_BYTES_MAX)?)?;
    let container = call.container()?;
    let mut state = container.enter()?;
    let found = preconditions::find(call, &state)?;
    // Tags and tier are the only properties of a snapshot or a previous version that can be set.
    let blob = if let Some(id) = preconditions::version_id(call)? {
        tag_query::check_conditions(call.head, &found.tags)?;
        let slot = state.slot_mut(call.target.blob());
        slot.and_then(|slot| slot.version_mut(id))
            .ok_or_else(Refusal::blob_not_found)?
    } else if let Some(time) = call.query.filled("snapshot")
        && call.version.since(2020, 8, 4)
    {
        tag_query::check_conditions(call.head, &found.tags)?;
        let slot = state.slot_mut(call.target.blob());
        slot.and_then(|slot| slot.snapshots.get_mut(time))
            .ok_or_else(Refusal::blob_not_found)?
    } else {
        preconditions::change(call, &mut state)?
    };
    blob.tags = tags;
    Ok(Response::new(204))
}

fn parse(document: &[u8]) -> ServiceResult<BTreeMap<String, String>> {
    let mut by_tag: BTreeMap<usize, (Option<String>, Option<String>)> = BTreeMap::new();
    for leaf in xml::read_leaves(document)? {
        match leaf.path.as_str() {
            "Tags/TagSet/Tag/Key" => by_tag.entry(leaf.parent).or_default().0 = Some(leaf.raw_text),
            "Tags/TagSet/Tag/Value" => {
                by_tag.entry(leaf.parent).or_default().1 = Some(leaf.raw_text);
            }
            "Tags" | "Tags/TagSet" => {}
            _ => return Err(Refusal::invalid_xml()),
        }
    }
    let pairs = by_tag.into_values().map(|pair| match pair {
        (Some(name), Some(value)) => Ok((name, value)),
        _ => Err(Refusal::invalid_xml()),
    });
    tag_query::check(pairs.collect::<ServiceResult<_>>()?)
}
