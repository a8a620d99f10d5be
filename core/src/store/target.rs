//! Where objects go.

use std::pin::Pin;
use std::sync::Arc;
use std::time::SystemTime;

use azring_transport::buffer::Frozen;
use azring_transport::disk::FileSlices;

use super::{Pending, Reader, Step, Tools};
use crate::digest::follower::Md5;
use crate::entry::{ETag, EntryName, Layout, ObjectProperties, Version};
use crate::plan::Task;
use crate::plan::chunks::{Chunk, ChunkRule};
use crate::plan::target_name::{MappedName, TargetName};
use crate::{Error, Result};

/// What is there already under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stat {
    /// Its length in bytes.
    pub bytes: u64,
    /// When it was last modified.
    pub modified: SystemTime,
    /// Which version of it was seen.
    pub version: Version,
    /// How its bytes are kept, where it can only be replaced by its like.
    pub kind: Option<Layout>,
    /// What is stored beside its bytes, where anything is.
    pub carried: Option<Box<ObjectProperties>>,
}

/// How an object is cut.
#[derive(Debug, Clone, Copy)]
pub struct ChunkPlan {
    /// What pieces are taken.
    pub rule: ChunkRule,
    /// The size of a piece that is wanted, in bytes.
    pub chunk_bytes: u64,
    /// How small pieces may be made where the link is slow, in bytes; the same where they may not be made smaller.
    pub chunk_bytes_min: u64,
    /// What is never written is zeros: holes need not be carried.
    pub with_holes: bool,
}

impl ChunkPlan {
    /// The same, of one size whatever the link.
    #[must_use]
    pub fn of_one_size(self) -> Self {
        Self {
            chunk_bytes_min: self.chunk_bytes,
            ..self
        }
    }
}

/// What travels with a chunk for the other side to check.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sums {
    /// CRC-64 of the chunk.
    pub crc64: Option<u64>,
    /// MD5 of the whole object, where the chunk is all of it.
    pub md5: Option<Md5>,
}

/// A chunk is at its destination, though not yet visible under the object's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// The chunk's index.
    pub index: u32,
    /// Its length.
    pub bytes: u64,
}

/// The rest of a commit that needs no request and no memory, only time: the disk's.
pub type Settling = Pin<Box<dyn Future<Output = Result<()>>>>;

/// An object under its final name, or about to be.
pub enum Committed {
    /// It is there; with the entity tag that the service gave it, where one is known for certain.
    Done(Option<ETag>),
    /// It is there when this has ended.
    Settling(Settling),
    /// It is not: these chunks, which had their receipts, are not there any more. They are to be written again before
    /// the next commit.
    Missing(Vec<u32>),
    /// The service copies it in its own time.
    Pending(Box<dyn Pending>),
}

/// What a target makes of objects of one layout, as values that planning applies.
#[derive(Debug, Clone, Copy)]
pub struct TargetForm {
    /// The layout that they get, where the target has several; `None` where it has one.
    pub layout: Option<Layout>,
    /// A mark for a directory becomes a folder. A folder that exists already is not asked about.
    pub makes_folders: bool,
    /// How they are cut.
    pub pieces: ChunkPlan,
}

impl TargetForm {
    /// Whether such an object can replace what is there: only its like, where layouts differ.
    pub fn can_replace(&self, found: &Stat) -> bool {
        match (found.kind, self.layout) {
            (Some(found), Some(layout)) => found == layout,
            (None, _) | (_, None) => true,
        }
    }
}

/// A store to copy to.
pub trait Target: Send + Sync {
    /// The name that an entry gets here.
    ///
    /// Fails with [`Error::Name`] when the store cannot hold such a name, or must not.
    fn name(&self, entry: &EntryName) -> Result<MappedName>;

    /// The target that the user named, character by character. `name` is one part: the last of the
    /// user's text. Fails like [`Target::name`].
    fn exact_name(&self, name: &EntryName) -> Result<MappedName>;

    /// An object's outcome gives the entity tag that was read, since an object here has none.
    fn reports_source_etag(&self) -> bool {
        false
    }

    /// What it makes of objects of this kind.
    fn form(&self, kind: Layout) -> TargetForm;

    /// Makes the container or folder, if it is missing. Called once, before the first task.
    fn prepare<'a>(&'a self, tools: &'a Tools) -> Step<'a, Result<()>>;

    /// What is there under this name; `None` when nothing is.
    fn stat<'a>(&'a self, tools: &'a Tools, name: &'a TargetName)
    -> Step<'a, Result<Option<Stat>>>;

    /// What tells the place from any other that has its name, now or later: a text that is compared with the one of an
    /// earlier run. `None` where the place does not say. Called once the place is prepared.
    fn identity<'a>(&'a self, _tools: &'a Tools) -> Step<'a, Result<Option<Box<str>>>> {
        Box::pin(async { Ok(None) })
    }

    /// The name as the user would write it, for questions and messages.
    fn shown(&self, name: &TargetName) -> String;

    /// Removes what an earlier run of this job left of an object that will not be copied any more, where that lies about.
    fn forget(&self, _job: &str, _name: &TargetName) {}

    /// An earlier run of this job has written here. Called once, before anything is looked at.
    fn follow_earlier_run(&self) {}

    /// What there is to tell of the place as a whole, since the last time.
    fn notices(&self) -> Vec<String> {
        Vec::new()
    }

    /// How many descriptors an object takes on this machine until it is in its place.
    fn descriptors(&self) -> u32 {
        0
    }

    /// Begins an object.
    fn create<'a>(&'a self, tools: &'a Tools, task: &'a Task) -> Step<'a, Result<Arc<dyn Writer>>>;
}

/// One object being written. Chunks come in any order, from several threads at once. Dropping the last reference before
/// the commit abandons it: nothing appears under its name.
///
/// An object that an earlier run began ([`History`](crate::plan::history::History)) may be there in part already.
pub trait Writer: Send + Sync {
    /// The chunk of this index is there from an earlier run and need not be written.
    fn has(&self, _index: u32) -> bool {
        false
    }

    /// All of the object is there from an earlier run, under its name: its last answer was lost. There is nothing left
    /// to write, to hash or to commit.
    fn is_complete(&self) -> bool {
        false
    }

    /// Reads what is there from an earlier run, where that is nearer than the source.
    fn kept(&self) -> Option<&dyn Reader> {
        None
    }

    /// Writes a chunk. A chunk that is the whole object may make the object at once.
    fn write<'a>(
        &'a self,
        tools: &'a Tools,
        chunk: Chunk,
        data: Frozen,
        sums: Sums,
    ) -> Step<'a, Result<Receipt>>;

    /// Whether writing takes a request. What only goes to a disk is written without a permit.
    fn sends(&self) -> bool {
        true
    }

    /// Whether this chunk may be written by [`Writer::pass`]: nothing need be known of its bytes before they are sent.
    fn takes_slices(&self, _chunk: Chunk) -> bool {
        false
    }

    /// Writes a chunk that is read while it is written, where [`Writer::takes_slices`].
    fn pass<'a>(
        &'a self,
        _tools: &'a Tools,
        _chunk: Chunk,
        _slices: FileSlices,
    ) -> Step<'a, Result<Receipt>> {
        Box::pin(async { Err(Error::Stopped) })
    }

    /// The object has failed: a chunk that waits in [`Writer::write`] for another one waits no longer.
    fn give_up(&self) {}

    /// This run ends without the object, for this reason: makes safe what a later one can go on from. Waits for the disk.
    fn suspend<'a>(&'a self, _error: &'a Error) -> Step<'a, ()> {
        Box::pin(async {})
    }

    /// Makes the object appear, once every chunk has its receipt. `md5` is the digest of the whole, where one was asked
    /// for.
    fn commit<'a>(&'a self, tools: &'a Tools, md5: Option<Md5>) -> Step<'a, Result<Committed>>;
}
