//! Get Block List: which blocks the service has. 200; 404 `BlobNotFound` when there is neither a blob nor a block.
//! <https://learn.microsoft.com/rest/api/storageservices/get-block-list>

use azring_transport::http::{Expected, Request};
use http::Method;

use crate::Result;
use crate::location::BlobLocation;
use crate::store::rest::malformed;
use crate::store::rest::xml::Xml;

/// Most blocks of one answer: 50,000 committed and 100,000 uncommitted.
const BLOCKS_MAX: usize = 150_000;

/// The blocks of a blob.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct BlockList {
    /// Of the blob as it is, in their order in it.
    pub committed: Vec<ListedBlock>,
    /// Uploaded since, in no order.
    pub uncommitted: Vec<ListedBlock>,
}

/// A block that the service has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedBlock {
    /// Its id, whoever made it.
    pub id: String,
    /// Its length.
    pub bytes: u64,
}

/// Asks for the committed and the uncommitted blocks of the blob of this full name.
pub fn request(place: &BlobLocation, name: &str) -> Request {
    Request::new(Method::GET, place.account(), place.blob_path(name))
        .query("comp", "blocklist")
        .query("blocklisttype", "all")
        .expect(Expected::status(200))
}

/// Reads the answer's body.
pub fn parse(body: &[u8]) -> Result<BlockList> {
    let mut list = BlockList::default();
    Xml::open(body, "BlockList")?.children(|xml, tag| match tag.name() {
        "CommittedBlocks" => read_blocks(xml, &mut list.committed),
        "UncommittedBlocks" => read_blocks(xml, &mut list.uncommitted),
        _ => Ok(()),
    })?;
    Ok(list)
}

fn read_blocks(xml: &mut Xml<'_>, blocks: &mut Vec<ListedBlock>) -> Result<()> {
    xml.children(|xml, tag| {
        if tag.name() != "Block" {
            return Ok(());
        }
        if blocks.len() == BLOCKS_MAX {
            return Err(malformed("the list has more blocks than a blob can have"));
        }
        blocks.push(read_block(xml)?);
        Ok(())
    })
}

fn read_block(xml: &mut Xml<'_>) -> Result<ListedBlock> {
    let (mut id, mut bytes) = (None, None);
    xml.children(|xml, tag| {
        match tag.name() {
            "Name" => id = Some(xml.text()?.into_owned()),
            "Size" => bytes = xml.text()?.trim().parse().ok(),
            _ => {}
        }
        Ok(())
    })?;
    match (id, bytes) {
        (Some(id), Some(bytes)) => Ok(ListedBlock { id, bytes }),
        _ => Err(malformed("a block in the list has no name or no size")),
    }
}
