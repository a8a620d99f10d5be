//! Block lists: the committed blocks of a blob, and its uncommitted ones.

use std::collections::BTreeMap;

use super::encryption::Encryption;
use crate::emulator::clock::Moment;
use crate::emulator::http::payload::Piece;
use crate::emulator::store::Extent;

/// A committed block. Blobs written by Put Blob have one without an id.
#[derive(Debug, Clone)]
pub struct Block {
    /// Base64 as the client wrote it; empty for Put Blob's.
    pub id: String,
    /// Its bytes.
    pub extent: Extent,
}

/// The blocks of a blob in order, with the offsets where they begin.
#[derive(Debug, Clone, Default)]
pub struct BlockList {
    blocks: Vec<Block>,
    starts: Vec<u64>,
    length: u64,
}

/// Uncommitted blocks of one blob name by id.
#[derive(Debug, Clone)]
pub struct UncommittedBlocks {
    /// Blocks by id in base64.
    pub blocks: BTreeMap<String, Extent>,
    /// When the first of them was put.
    pub since: Moment,
    /// What they are encrypted with.
    pub encryption: Encryption,
}

impl BlockList {
    /// Joins blocks.
    pub fn new(blocks: Vec<Block>) -> Self {
        let mut list = Self::default();
        for block in blocks {
            list.push(block);
        }
        list
    }

    /// Adds a block at the end.
    pub fn push(&mut self, block: Block) {
        self.starts.push(self.length);
        self.length += block.extent.length();
        self.blocks.push(block);
    }

    /// Bytes.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The blocks in order.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// The extent of a block by its id.
    pub fn find(&self, id: &str) -> Option<&Extent> {
        self.blocks
            .iter()
            .find(|block| block.id == id)
            .map(|block| &block.extent)
    }

    /// The pieces of a range within the list. Neighbouring pattern bytes are one piece.
    pub fn read(&self, offset: u64, length: u64) -> Vec<Piece> {
        let end = offset + length;
        let first = self
            .starts
            .partition_point(|start| *start <= offset)
            .saturating_sub(1);
        let mut pieces: Vec<Piece> = Vec::new();
        for (block, start) in self.blocks.iter().zip(&self.starts).skip(first) {
            if *start >= end {
                break;
            }
            let from = offset.max(*start);
            let to = end.min(start + block.extent.length());
            if from < to {
                push_joined(
                    &mut pieces,
                    block.extent.piece(from - start, to - from, *start),
                );
            }
        }
        pieces
    }
}

fn push_joined(pieces: &mut Vec<Piece>, piece: Piece) {
    if let (Some(Piece::Pattern { length, .. }), Piece::Pattern { length: more, .. }) =
        (pieces.last_mut(), &piece)
    {
        *length += more;
        return;
    }
    pieces.push(piece);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emulator::http::payload::gather;
    use bytes::Bytes;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn ranges_of_a_block_list_are_ranges_of_the_joined_bytes(
            sizes in proptest::collection::vec(0_usize..40, 0..12),
            cut in (0.0_f64..1.0, 0.0_f64..1.0),
        ) {
            let whole: Vec<u8> = (0..sizes.iter().sum::<usize>()).map(|at| at as u8).collect();
            let mut at = 0;
            let blocks = sizes.iter().map(|size| {
                let extent = Extent::Memory(Bytes::copy_from_slice(&whole[at..at + size]));
                at += size;
                Block { id: String::new(), extent }
            });
            let list = BlockList::new(blocks.collect());
            let offset = (cut.0 * whole.len() as f64) as usize;
            let length = (cut.1 * (whole.len() - offset) as f64) as usize;
            let read = gather(&list.read(offset as u64, length as u64)).unwrap();
            prop_assert_eq!(&read, &whole[offset..offset + length]);
        }
    }
}
