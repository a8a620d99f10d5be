//! A file being written: its name, what is stored beside its bytes, and its requests.

use std::sync::Arc;

use azring_transport as transport;
use azring_transport::http::{Payload, Reply, Request};

use crate::digest::follower::Md5;
use crate::entry::{ObjectProperties, SmbProperties, Version};
use crate::location::ShareLocation;
use crate::plan::replace::Replace;
use crate::store::Tools;
use crate::store::rest::checksum::Check;
use crate::store::rest::conditions::etag;
use crate::store::rest::positioned_writer::RangeCheck;
use crate::store::rest::range::ByteRange;
use crate::store::rest::{not_ours, removed};
use crate::store::share::directory_maker::DirectoryMaker;
use crate::store::share::properties::{StoredWithFile, keep_last_write};
use crate::store::share::request::{create_file, head_file, put_range, set_file_properties};
use crate::{Error, Result};

/// The content type that the service gives to a new file.
const DEFAULT_CONTENT_TYPE: &str = "application/octet-stream";

/// A file being written: where it will be, and what is stored beside its bytes.
#[derive(Clone)]
pub(in crate::store::share) struct FileDraft {
    pub(in crate::store::share) place: Arc<ShareLocation>,
    pub(in crate::store::share) directories: Arc<DirectoryMaker>,
    /// Its full name.
    pub(in crate::store::share) name: String,
    pub(in crate::store::share) content_type: Option<String>,
    /// The MD5 of the source, for a copy.
    pub(in crate::store::share) md5: Option<Md5>,
    /// The properties of the source, for a copy, or those of the replaced file, where they stay.
    pub(in crate::store::share) carried: Option<Box<ObjectProperties>>,
    /// The attributes and times that are kept.
    pub(in crate::store::share) smb: Option<Box<SmbProperties>>,
    /// What may be replaced under the name.
    pub(in crate::store::share) replace: Replace,
    /// The length of the file, where an earlier run of the job may have made it.
    pub(in crate::store::share) begun_bytes: Option<u64>,
}

impl FileDraft {
    /// Its address, as the user would write it.
    pub(in crate::store::share) fn shown(&self) -> String {
        self.place.file_url(&self.name)
    }

    /// The properties that are stored with it. An MD5 that was computed during the copy comes before
    /// that of the source.
    pub(in crate::store::share) fn stored(&self, md5: Option<Md5>) -> StoredWithFile<'_> {
        StoredWithFile {
            content_type: self.content_type.as_deref(),
            md5: md5.or(self.md5),
            carried: self.carried.as_deref(),
            smb: self.smb.as_deref(),
        }
    }

    /// Fails with [`Error::TargetChanged`] where another file is under the name than the one that may
    /// be replaced.
    async fn check_target(&self, tools: &Tools) -> Result<()> {
        let Some(found) = self.in_the_way(tools).await? else {
            return Ok(());
        };
        if self.begun_bytes.is_some() && length(&found) == self.begun_bytes {
            return Ok(());
        }
        Err(not_ours(&self.shown(), &self.replace))
    }

    /// The file under the name that may not be replaced; `None` where there is none.
    ///
    /// Fails with [`Error::TargetChanged`] where the file that may be replaced is gone. Fails too where the
    /// credential does not permit the question: Create File takes no condition, so it would replace a
    /// file that nobody saw. A file that appears after this question is replaced.
    pub(in crate::store::share) async fn in_the_way(&self, tools: &Tools) -> Result<Option<Reply>> {
        if self.replace == Replace::Anything {
            return Ok(None);
        }
        let request = head_file::request(&self.place, &self.name);
        let found = match tools.client.send(&request).await {
            Ok(reply) => reply,
            Err(error) if error.status() == Some(404) => {
                return match self.replace {
                    Replace::Only(_) => Err(removed(&self.shown())),
                    Replace::Nothing | Replace::Anything => Ok(None),
                };
            }
            Err(error) => return Err(error.within(self.shown()).into()),
        };
        let is_expected = match &self.replace {
            Replace::Only(Version::Service(seen)) => etag(&found).as_ref() == Some(seen),
            Replace::Only(Version::Local { .. }) | Replace::Nothing | Replace::Anything => false,
        };
        Ok((!is_expected).then_some(found))
    }

    /// Makes the file of zeros, and the directories above it.
    pub(in crate::store::share) async fn create(
        &self,
        tools: &Tools,
        bytes: u64,
        stored: StoredWithFile<'_>,
    ) -> Result<Reply> {
        self.check_target(tools).await?;
        let no_data = (Payload::empty(), Check::None);
        let sent = self.send_create(tools, bytes, stored, no_data).await?;
        sent.map_err(|error| self.failure(error))
    }

    /// Makes the file with these bytes at its beginning, and the directories above it. `None` where
    /// the version of the service does not take bytes: nothing is made then.
    pub(super) async fn create_with_data(
        &self,
        tools: &Tools,
        bytes: u64,
        stored: StoredWithFile<'_>,
        data: (Payload, Check),
    ) -> Result<Option<Reply>> {
        let takes_data = || self.place.account().capabilities.version() >= create_file::WITH_DATA;
        if !takes_data() {
            return Ok(None);
        }
        self.check_target(tools).await?;
        match self.send_create(tools, bytes, stored, data).await? {
            // This request may be the one that showed that the service knows only older versions.
            Err(error) if error.status().is_some() && !takes_data() => Ok(None),
            sent => Ok(Some(sent.map_err(|error| self.failure(error))?)),
        }
    }

    async fn send_create(
        &self,
        tools: &Tools,
        bytes: u64,
        stored: StoredWithFile<'_>,
        data: (Payload, Check),
    ) -> Result<transport::Result<Reply>> {
        let request = create_file::request(&self.place, &self.name, bytes, stored, data);
        self.send_creating(tools, &request).await
    }

    /// How ranges of the file are checked, where checksums are wanted: `crc64` is that of a chunk, and
    /// `md5` the one of the same bytes, where it is known.
    pub(super) fn range_check(&self, crc64: Option<u64>, md5: Option<Md5>) -> RangeCheck {
        let lacks_crc64 = self.place.account().capabilities.lacks_crc64();
        match crc64 {
            None => RangeCheck::None,
            Some(_) if lacks_crc64 => RangeCheck::Md5(md5),
            Some(crc64) => RangeCheck::Crc64(crc64),
        }
    }

    /// Sends a request that makes the file, after the directories above it are made. The inner error is
    /// that of the request.
    ///
    /// A directory that somebody removed since this run made it is made once more.
    pub(in crate::store::share) async fn send_creating(
        &self,
        tools: &Tools,
        request: &Request,
    ) -> Result<transport::Result<Reply>> {
        let above = self.name.rsplit_once('/').map_or("", |(above, _)| above);
        self.directories.make(tools, above).await?;
        let refused = match tools.client.send(request).await {
            Err(error) if error.code() == Some("ParentNotFound") && !above.is_empty() => error,
            sent => return Ok(sent),
        };
        self.directories.forget(above);
        if self.directories.make(tools, above).await.is_err() {
            return Ok(Err(refused));
        }
        Ok(tools.client.send(request).await)
    }

    /// Writes a range of the file.
    pub(super) async fn put_range(
        &self,
        tools: &Tools,
        range: ByteRange,
        payload: Payload,
        check: Check,
    ) -> Result<Reply> {
        let request = put_range::request(&self.place, &self.name, range, payload, check);
        let request = match &self.smb {
            Some(_) => keep_last_write(request),
            None => request,
        };
        let sent = tools.client.send(&request).await;
        sent.map_err(|error| match error.code() {
            Some("ResourceNotFound" | "ParentNotFound" | "InvalidRange") => self.not_ours(),
            _ => self.failure(error),
        })
    }

    /// The file as the service describes it now; `None` where the credential does not permit the
    /// question.
    pub(super) async fn look(&self, tools: &Tools) -> Result<Option<Reply>> {
        let request = head_file::request(&self.place, &self.name);
        match tools.client.send(&request).await {
            Ok(reply) => Ok(Some(reply)),
            Err(error) if error.status() == Some(403) => Ok(None),
            Err(error) if error.status() == Some(404) => Err(self.not_ours()),
            Err(error) => Err(self.failure(error)),
        }
    }

    /// Stores properties, and sets the length where one is given. Without a content type the file
    /// would have none, which Create File does not do either.
    pub(in crate::store::share) async fn set_properties(
        &self,
        tools: &Tools,
        bytes: Option<u64>,
        stored: StoredWithFile<'_>,
    ) -> Result<Reply> {
        let carried = stored.carried;
        let has_type = stored.content_type.is_some()
            || carried.is_some_and(|carried| carried.content_type.is_some());
        let stored = StoredWithFile {
            content_type: if has_type {
                stored.content_type
            } else {
                Some(DEFAULT_CONTENT_TYPE)
            },
            ..stored
        };
        let request = set_file_properties::request(&self.place, &self.name, bytes, stored);
        let sent = tools.client.send(&request).await;
        sent.map_err(|error| self.failure(error))
    }

    /// The failure where somebody else has removed or replaced the file that this run writes.
    pub(super) fn not_ours(&self) -> Error {
        Error::TargetChanged(format!(
            "`{}` was replaced or removed by another program during the copy",
            self.shown()
        ))
    }

    /// The failure of a request that writes.
    pub(in crate::store::share) fn failure(&self, error: transport::Error) -> Error {
        match error.code() {
            Some("ResourceTypeMismatch") => Error::Name(format!(
                "`{}` is a directory: there cannot be a file of that name",
                self.shown()
            )),
            _ => error.into(),
        }
    }
}

/// The length of the file in an answer.
pub(in crate::store::share) fn length(reply: &Reply) -> Option<u64> {
    reply.header("content-length")?.parse().ok()
}
