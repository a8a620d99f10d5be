//! Where objects go.

use std::pin::Pin;
use std::sync::Arc;
use std::time::SystemTime;

use azring_transport::buffer::Frozen;
use azring_transport::disk::FileSlices;

use super::{Pending, Reader, Step, Tools};
use crate::digest::follower::Md5;
use crate::entry::{ETag, Entry, EntryName, Layout, ObjectProperties, Version};
use crate::plan::Task;
use crate::plan::chunks::{Chunk, ChunkRule};
use crate::plan::target_name::{MappedName, TargetName};
use crate::{Error, Result};

/// The object that a target has under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stat {
    /// Its length in bytes.
    pub bytes: u64,
    /// When it was last modified.
    pub modified: SystemTime,
    /// The version that was seen.
    pub version: Version,
    /// Its layout, where only an object of the same layout can replace it.
    pub kind: Option<Layout>,
    /// The properties that are stored with it, where the store has them.
    pub carried: Option<Box<ObjectProperties>>,
}

/// An object of a target, open to be read.
pub struct WrittenObject {
    /// Its length in bytes.
    pub bytes: u64,
    /// Reads the version that was found.
    pub reader: Arc<dyn Reader>,
}

/// The rules and the size by which an object is cut into chunks.
#[derive(Debug, Clone, Copy)]
pub struct ChunkPlan {
    /// The limits of the target.
    pub rule: ChunkRule,
    /// The preferred size of a chunk, in bytes.
    pub chunk_bytes: u64,
    /// The smallest size for a slow link, in bytes; the preferred size where chunks are never smaller.
    pub chunk_bytes_min: u64,
    /// Whether bytes that are never written are zeros, so that holes need not be carried.
    pub with_holes: bool,
}

impl ChunkPlan {
    /// The same with one size, whatever the link.
    #[must_use]
    pub fn of_one_size(self) -> Self {
        Self {
            chunk_bytes_min: self.chunk_bytes,
            ..self
        }
    }
}

/// The checksums that travel with a chunk for the service to check.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sums {
    /// CRC-64 of the chunk.
    pub crc64: Option<u64>,
    /// MD5 of the whole object, where the chunk is all of it.
    pub md5: Option<Md5>,
}

/// The proof that a chunk is at its target, though not yet visible under the object's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// The chunk's index.
    pub index: u32,
    /// Its length.
    pub bytes: u64,
}

/// The rest of a commit, which needs no request and no memory but waits for the disk.
pub type Settling = Pin<Box<dyn Future<Output = Result<()>>>>;

/// The outcome of a commit.
pub enum Committed {
    /// The object is there, with the entity tag that the service gave it, where that is known for certain.
    Done(Option<ETag>),
    /// The object is there when this future has ended.
    Settling(Settling),
    /// These chunks, which had their receipts, are gone. They are written again before the next commit.
    Missing(Vec<u32>),
    /// The service copies the object in its own time.
    Pending(Box<dyn Pending>),
}

/// Whether several machines may write parts of one object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartSupport {
    /// They may not.
    None,
    /// They may, and nothing is seen under its name before it is committed.
    Hidden,
    /// They may, and it is seen from its first byte on. So all of them must be allowed to replace anything.
    Visible,
}

/// The form that objects of one layout get at a target, as values that planning applies.
#[derive(Debug, Clone, Copy)]
pub struct TargetForm {
    /// The layout of the objects at the target; `None` where the target has only one.
    pub layout: Option<Layout>,
    /// Whether a directory mark becomes a folder. No question is asked about a folder that exists.
    pub makes_folders: bool,
    /// Links have names without the end that an object has in rclone's form.
    pub shortens_links: bool,
    /// Whether several machines may write parts of one object.
    pub parts: PartSupport,
    /// The chunks of the objects.
    pub pieces: ChunkPlan,
}

impl TargetForm {
    /// Whether such an object can replace the one that was found: layouts must not differ.
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

    /// The name in the form that the store compares, where it takes names for one that the source tells
    /// apart. Two objects of a run whose names have one form collide.
    fn folded(&self, _name: &TargetName) -> Option<TargetName> {
        None
    }

    /// Whether the outcome of an object gives the entity tag of its source, because objects here have none.
    fn reports_source_etag(&self) -> bool {
        false
    }

    /// The form that objects of this kind get here.
    fn form(&self, kind: Layout) -> TargetForm;

    /// Makes the container or folder, if it is missing. Called once, before the first task.
    fn prepare<'a>(&'a self, tools: &'a Tools) -> Step<'a, Result<()>>;

    /// The object under this name; `None` when there is none.
    fn stat<'a>(&'a self, tools: &'a Tools, name: &'a TargetName)
    -> Step<'a, Result<Option<Stat>>>;

    /// A text that another place of the same name, now or later, does not have. It is compared with the text
    /// of an earlier run. `None` where the store has none. Called after [`prepare`](Self::prepare).
    fn identity<'a>(&'a self, _tools: &'a Tools) -> Step<'a, Result<Option<Box<str>>>> {
        Box::pin(async { Ok(None) })
    }

    /// Opens the object under this name to read it again, in the version that is there now; `None` when there is
    /// none. Fails with [`Error::Usage`] where objects cannot be read again.
    fn read_back<'a>(
        &'a self,
        _tools: &'a Tools,
        _name: &'a TargetName,
    ) -> Step<'a, Result<Option<WrittenObject>>> {
        Box::pin(async {
            Err(Error::Usage(
                "nothing is kept that could be read again".into(),
            ))
        })
    }

    /// The name as the user would write it, for questions and messages.
    fn shown(&self, name: &TargetName) -> String;

    /// Removes the incomplete data that an earlier run of this job left of an object which will not be copied
    /// any more.
    fn forget(&self, _job: &str, _name: &TargetName) {}

    /// Says that an earlier run of this job has written here. Called once, before anything is inspected.
    fn follow_earlier_run(&self) {}

    /// The notices about the place as a whole since the last call.
    fn notices(&self) -> Vec<String> {
        Vec::new()
    }

    /// The number of descriptors that an object takes on this machine until it is in its place.
    fn descriptors(&self) -> u32 {
        0
    }

    /// Stores the attributes, permissions and times of a directory with the one of this name here, after everything in it was written. Does
    /// nothing where there is no such directory, or where the store keeps none.
    fn keep_directory<'a>(
        &'a self,
        _tools: &'a Tools,
        _name: &'a TargetName,
        _directory: &'a Entry,
    ) -> Step<'a, Result<()>> {
        Box::pin(async { Ok(()) })
    }

    /// Whether [`set_time`](Self::set_time) can set times here.
    fn can_set_time(&self) -> bool {
        false
    }

    /// Sets the modification time of an object that is here already, without its bytes. `entry` is the object
    /// as it was listed here, with the new time in `modified` and in its metadata. Returns false where that
    /// object cannot have another time. Fails with [`Error::TargetChanged`] when it is not the version that was
    /// listed.
    fn set_time<'a>(
        &'a self,
        _tools: &'a Tools,
        _name: &'a TargetName,
        _entry: &'a Entry,
    ) -> Step<'a, Result<bool>> {
        Box::pin(async { Ok(false) })
    }

    /// Whether the object that was found here lacks properties that the source's has beside its bytes and its
    /// time, and that are kept here: POSIX properties. [`set_time`](Self::set_time) sets them too.
    fn lacks_properties(
        &self,
        _name: &TargetName,
        _source: &Entry,
        _found: &Entry,
    ) -> Result<bool> {
        Ok(false)
    }

    /// Begins an object.
    fn create<'a>(&'a self, tools: &'a Tools, task: &'a Task) -> Step<'a, Result<Arc<dyn Writer>>>;
}

/// One object being written. Chunks come in any order, from several threads at once.
///
/// Dropping the last reference before the commit abandons the object: nothing appears under its name. Some
/// chunks may be there already from an earlier run ([`History`](crate::plan::history::History)).
pub trait Writer: Send + Sync {
    /// Whether an earlier run wrote the chunk of this index, so that it need not be written.
    fn has(&self, _index: u32) -> bool {
        false
    }

    /// Whether an earlier run completed the object under its name, and the answer was lost. Nothing is left to
    /// write, to hash or to commit.
    fn is_complete(&self) -> bool {
        false
    }

    /// Reads the chunks of an earlier run, where they are nearer than the source.
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

    /// Whether writing takes a request. A write to a disk takes no permit.
    fn sends(&self) -> bool {
        true
    }

    /// Whether this chunk may be written by [`Writer::pass`]: its bytes need not be known before they are sent.
    fn takes_slices(&self, _chunk: Chunk) -> bool {
        false
    }

    /// Writes a chunk that is read while it is sent, where [`Writer::takes_slices`] says so.
    fn pass<'a>(
        &'a self,
        _tools: &'a Tools,
        _chunk: Chunk,
        _slices: FileSlices,
    ) -> Step<'a, Result<Receipt>> {
        Box::pin(async { Err(Error::Stopped) })
    }

    /// Ends the wait of chunks in [`Writer::write`] for other chunks: the object has failed.
    fn give_up(&self) {}

    /// Makes durable what a later run can resume from. This run ends without the object, for this reason. Waits
    /// for the disk.
    fn suspend<'a>(&'a self, _error: &'a Error) -> Step<'a, ()> {
        Box::pin(async {})
    }

    /// Makes the chunks of a part durable, once each has its receipt. Nothing appears: other machines write the
    /// other parts.
    fn keep_part<'a>(&'a self, _tools: &'a Tools) -> Step<'a, Result<()>> {
        Box::pin(async { Ok(()) })
    }

    /// Makes the object appear, once every chunk has its receipt. `md5` is the digest of the whole object, where
    /// it is computed.
    fn commit<'a>(&'a self, tools: &'a Tools, md5: Option<Md5>) -> Step<'a, Result<Committed>>;
}
