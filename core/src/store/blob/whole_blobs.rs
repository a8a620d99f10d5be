//! Blobs that are read, written and listed as wholes: the files of a plan of shards in a container.
//!
//! They are not the objects of a copy: nothing schedules them, and each is in memory or on the disk as a
//! whole before it is sent.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

use azring_transport::Error as Transport;
use azring_transport::http::Reply;
use bytes::Bytes;

use super::block_id::BlockIds;
use super::container;
use super::properties::{Properties, Stored};
use super::request::delete_blob::Deleted;
use super::request::{delete_blob, get_blob, head_blob, put_blob, put_block, put_block_list};
use crate::digest::crc64;
use crate::entry::EntryName;
use crate::location::{BlobLocation, Location};
use crate::options::Selection;
use crate::store::rest::checksum::Check;
use crate::store::rest::conditions::Condition;
use crate::store::rest::missing::send_or_missing;
use crate::store::rest::range::ByteRange;
use crate::store::{ListScope, Tools, open_source};
use crate::{Error, Result};

/// A longer blob is sent in blocks of this length, and read in ranges of it.
const PIECE_BYTES: u64 = 16 << 20;

/// A blob that is replaced while it is read is begun again, so often at most.
const VERSIONS_MAX: usize = 8;

/// The virtual directory that the blobs are in.
#[derive(Debug, Clone)]
pub(crate) struct WholeBlobs(BlobLocation);

impl WholeBlobs {
    /// The blobs below this place, which is a container or a virtual directory.
    pub(crate) fn below(place: BlobLocation) -> Self {
        Self(place)
    }

    /// Makes the container, if it is missing.
    pub(crate) async fn make_container(&self, tools: &Tools) -> Result<()> {
        container::make(tools, &self.0).await.map(drop)
    }

    /// Passes a blob in pieces to `write`, with the offset of each; returns false where there is none. A piece
    /// at offset 0 begins the content anew, because the blob was replaced.
    pub(crate) async fn read(
        &self,
        tools: &Tools,
        name: &str,
        mut write: impl FnMut(&[u8], u64) -> Result<()>,
    ) -> Result<bool> {
        let name = self.full(name);
        let mut attempts = 0;
        loop {
            let head = head_blob::request(&self.0, &name);
            let Some(reply) = send_or_missing(tools, &head).await? else {
                return Ok(false);
            };
            attempts += 1;
            match self.read_version(tools, &name, &reply, &mut write).await {
                Err(error) if attempts < VERSIONS_MAX && is_replaced(&error) => {}
                result => return result.map(|()| true),
            }
        }
    }

    /// Reads the version of a blob that this answer to HEAD describes.
    async fn read_version(
        &self,
        tools: &Tools,
        name: &str,
        head: &Reply,
        write: &mut impl FnMut(&[u8], u64) -> Result<()>,
    ) -> Result<()> {
        let length = head
            .header("content-length")
            .and_then(|text| text.parse::<u64>().ok())
            .unwrap_or_default();
        let etag = Properties::of_head(head)?.etag;
        let mut offset = 0;
        while offset < length {
            let bytes = PIECE_BYTES.min(length - offset);
            let range = ByteRange::new(offset, bytes);
            let condition = Condition::Unchanged(&etag);
            let request = get_blob::request(&self.0, name, range, Some(length), condition, false);
            let reply = tools.client.send_with_cap(&request, bytes as usize).await?;
            write(&reply.body, offset)?;
            offset += bytes;
        }
        Ok(())
    }

    /// Writes a small blob; returns false where there is one and `is_new` demands that there is none.
    pub(crate) async fn write(
        &self,
        tools: &Tools,
        name: &str,
        content: Bytes,
        is_new: bool,
    ) -> Result<bool> {
        let condition = if is_new {
            Condition::Missing
        } else {
            Condition::Always
        };
        let check = Check::Crc64(crc64::of(std::iter::once(&content[..])));
        let name = self.full(name);
        let request = put_blob::request(&self.0, &name, content, check, stored(), condition);
        match tools.client.send(&request).await {
            Ok(_) => Ok(true),
            Err(error) if is_new && exists(&error) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Writes the content of a file, and replaces a blob of that name.
    pub(crate) async fn write_file(
        &self,
        tools: &Tools,
        name: &str,
        file: &File,
        length: u64,
    ) -> Result<()> {
        let piece = |offset: u64| -> Result<Bytes> {
            let mut bytes = vec![0; PIECE_BYTES.min(length - offset) as usize];
            file.read_exact_at(&mut bytes, offset).map_err(|error| {
                Error::Usage(format!("cannot read the file of `{name}`: {error}"))
            })?;
            Ok(bytes.into())
        };
        if length <= PIECE_BYTES {
            return self.write(tools, name, piece(0)?, false).await.map(drop);
        }
        let full = self.full(name);
        let ids = BlockIds::new(&full, length, PIECE_BYTES, 0);
        let pieces = length.div_ceil(PIECE_BYTES);
        for index in 0..pieces {
            let content = piece(index * PIECE_BYTES)?;
            let check = Check::Crc64(crc64::of(std::iter::once(&content[..])));
            let id = ids.id(index as u32);
            let request = put_block::request(&self.0, &full, &id, content, check);
            tools.client.send(&request).await?;
        }
        let ids = (0..pieces).map(|index| ids.id(index as u32));
        let list = put_block_list::request(&self.0, &full, ids, stored(), Condition::Always);
        tools.client.send(&list).await?;
        Ok(())
    }

    /// Deletes a blob; a missing one is no error.
    pub(crate) async fn delete(&self, tools: &Tools, name: &str) -> Result<()> {
        let name = self.full(name);
        let request = delete_blob::request(&self.0, &name, Deleted::Blob, Condition::Always);
        send_or_missing(tools, &request).await.map(drop)
    }

    /// The names of all blobs, without the virtual directory.
    pub(crate) async fn names(&self, tools: &Tools) -> Result<Vec<EntryName>> {
        let selection = Selection {
            recursive: true,
            ..Selection::default()
        };
        let source = open_source(&Location::Blob(self.0.clone()), &selection)?;
        let mut pages = Arc::clone(&source).list(tools, ListScope::default());
        let mut names = Vec::new();
        while let Some(page) = pages.recv().await {
            names.extend(page?.entries.into_iter().map(|entry| entry.name));
        }
        Ok(names)
    }

    fn full(&self, name: &str) -> String {
        format!("{}{name}", self.0.prefix())
    }
}

fn stored() -> Stored<'static> {
    Stored {
        content_type: None,
        md5: None,
        carried: None,
    }
}

/// The blob has another version than its head said.
fn is_replaced(error: &Error) -> bool {
    matches!(error, Error::Transport(error) if error.status() == Some(412))
}

/// There is a blob of the name: 409 `BlobAlreadyExists`, or 412 where a lease or another write was in the way.
fn exists(error: &Transport) -> bool {
    error.status() == Some(412) || error.code() == Some("BlobAlreadyExists")
}
