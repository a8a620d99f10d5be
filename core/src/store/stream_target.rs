//! Targets for an object of unknown length, which is written in the order of its bytes.
//!
//! Standard input is such an object: it ends when it ends, and no later run can read it again. So
//! nothing of it is resumed.

use std::sync::Arc;

use azring_transport::buffer::Frozen;

use super::{Committed, Step, Sums, Target, Tools};
use crate::Result;
use crate::digest::follower::Md5;
use crate::plan::chunks::Chunk;
use crate::plan::replace::Replace;
use crate::plan::target_name::TargetName;

/// A target that takes objects of unknown length.
pub trait StreamTarget: Target {
    /// Begins an object, which may replace what `replace` says.
    fn begin<'a>(
        &'a self,
        tools: &'a Tools,
        name: &'a TargetName,
        content_type: Option<String>,
        replace: Replace,
    ) -> Step<'a, Result<Arc<dyn ObjectStream>>>;
}

/// An object that is being written. Dropping it before the commit makes nothing visible, except for an
/// append blob, which is made anew when it begins.
pub trait ObjectStream {
    /// Writes an object that has no more than these bytes, in one request; `None` where it has to be
    /// written like a longer one.
    fn write_whole<'a>(
        &'a self,
        tools: &'a Tools,
        data: &'a Frozen,
        sums: Sums,
    ) -> Step<'a, Result<Option<Committed>>>;

    /// Writes one block. Blocks may have any length and are written in any order; a store that
    /// appends lets them wait for each other.
    fn write<'a>(
        &'a self,
        tools: &'a Tools,
        chunk: Chunk,
        data: Frozen,
        crc64: Option<u64>,
    ) -> Step<'a, Result<()>>;

    /// Makes the object of its first `blocks` blocks.
    fn commit<'a>(
        &'a self,
        tools: &'a Tools,
        blocks: u32,
        md5: Option<Md5>,
    ) -> Step<'a, Result<Committed>>;

    /// The object has failed: a block that waits for another one stops waiting.
    fn give_up(&self) {}
}
