//! The route of a copy: everything that follows from both ends together.
//!
//! `job` asks for the route once, before anything is opened; the stores, the job and the command
//! line read its fields. No other file matches on both ends. Nothing here asks a disk or a
//! service, so the command line can check its parameters against the route first.

pub use super::md5_use::Md5Use;
pub use super::source_names::SourceNames;
use crate::entry::EntryName;
use crate::location::{Location, ServicePlace};
use crate::options::Options;
use crate::{Error, Result};

/// What follows from the two ends of a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Route {
    /// Who moves the bytes.
    pub way: Way,
    /// Which end is a service: for messages, and for parameters that one direction alone has.
    pub direction: Direction,
    /// The target stores the content headers and the metadata of the source's objects, and takes
    /// over their names unchanged. The source reads them.
    pub keeps_properties: bool,
    /// What the MD5 of the moved bytes is for.
    pub md5: Md5Use,
    /// The names of the source's objects.
    pub source_names: SourceNames,
    /// Both ends are in one service of one account, at its primary endpoint.
    pub within_account: bool,
    /// The target's service can read the source with the account key of its own request.
    pub target_key_opens_source: bool,
    /// The source is files of this machine. They can be read again while a request is sent, so a
    /// chunk that needs no checksum is never in memory as a whole.
    pub reads_files: bool,
    /// The target is the Blob service: chunks may be long blocks, and an object may be a disk of a
    /// virtual machine.
    pub writes_blobs: bool,
}

/// What a service as the target of a route decides by itself.
#[derive(Clone, Copy)]
struct TargetFacts {
    writes_blobs: bool,
}

const TO_BLOBS: TargetFacts = TargetFacts { writes_blobs: true };

const TO_SHARE: TargetFacts = TargetFacts {
    writes_blobs: false,
};

/// The target is no service.
const ELSEWHERE: TargetFacts = TargetFacts {
    writes_blobs: false,
};

/// Who moves the bytes from the source to the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// This machine: workers read chunks at the source and write them to the target.
    Stream,
    /// The target's service: it fetches the objects itself.
    ServerCopy,
    /// This machine, from or to a pipe: one object in the order of its bytes.
    Pipe,
    /// This machine: it reads the entities of a table and writes files of them.
    Export,
    /// This machine: it reads the files of an export and writes their entities to a table.
    Import,
}

/// Which of the two ends is a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From this machine to a service.
    Upload,
    /// From a service to this machine.
    Download,
    /// From a service to a service.
    ServiceToService,
}

/// `AzCopy`'s text.
const BOTH_LOCAL: &str = "Both Source and Destination are locally accessible locations. At least one of source and \
                          destination should be an Azure Storage location.";

/// What an export and an import have at their other end.
const NO_EXPORT: &str =
    "a table is exported to a folder or to a container of blobs, and imported from one";

/// `AzCopy` 10's text.
const TO_ACCOUNT: &str = "cannot transfer individual files/folders to the root of a service. Add a container or directory \
                          to the destination URL";

/// `AzCopy`'s text.
const SAME: &str = "Source and destination cannot be the same.";

impl Route {
    /// The route of the copy that the options describe.
    ///
    /// # Errors
    ///
    /// As [`Route::between`].
    pub fn of(options: &Options) -> Result<Self> {
        if options.verify.is_some() {
            return Self::to_compare(&options.source, &options.target);
        }
        Self::between(&options.source, &options.target, options.sync_copy)
    }

    /// The route on which this machine reads both ends to compare them.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] for an end that has no objects.
    pub fn to_compare(source: &Location, target: &Location) -> Result<Self> {
        let direction = match (is_service(source)?, is_service(target)?) {
            (true, true) => Direction::ServiceToService,
            (false, _) | (_, false) => Direction::Download,
        };
        Ok(Self {
            source_names: SourceNames::of(source),
            ..Self::new(Way::Stream, direction, ELSEWHERE)
        })
    }

    /// The route from one end to another. With `sync_copy` the bytes pass through this machine
    /// also between two services.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] for a pair of ends that cannot be copied between.
    pub fn between(source: &Location, target: &Location, sync_copy: bool) -> Result<Self> {
        let route = match (source, target) {
            (Location::Local(_) | Location::Pipe, Location::Local(_) | Location::Pipe) => {
                return Err(Error::Usage(BOTH_LOCAL.into()));
            }
            (Location::Local(_), Location::Blob(_)) => Self {
                reads_files: true,
                ..Self::new(Way::Stream, Direction::Upload, TO_BLOBS)
            },
            (Location::Local(_), Location::Share(_)) => Self {
                reads_files: true,
                ..Self::new(Way::Stream, Direction::Upload, TO_SHARE)
            },
            (Location::Synthetic(_), Location::Blob(_)) => {
                Self::new(Way::Stream, Direction::Upload, TO_BLOBS)
            }
            (Location::Synthetic(_), Location::Share(_)) => {
                Self::new(Way::Stream, Direction::Upload, TO_SHARE)
            }
            (Location::Pipe, Location::Blob(_)) => {
                Self::new(Way::Pipe, Direction::Upload, TO_BLOBS)
            }
            (Location::Pipe, Location::Share(_)) => {
                Self::new(Way::Pipe, Direction::Upload, TO_SHARE)
            }
            (Location::Blob(_) | Location::Share(_), Location::Local(_) | Location::Discard(_)) => {
                Self::new(Way::Stream, Direction::Download, ELSEWHERE)
            }
            (Location::Blob(_) | Location::Share(_), Location::Pipe) => {
                Self::new(Way::Pipe, Direction::Download, ELSEWHERE)
            }
            (Location::Blob(source), Location::Blob(target)) => {
                Self::between_services(source.place(), target.place(), sync_copy, TO_BLOBS)?
            }
            (Location::Blob(source), Location::Share(target)) => {
                Self::between_services(source.place(), target.place(), sync_copy, TO_SHARE)?
            }
            (Location::Share(source), Location::Blob(target)) => {
                Self::between_services(source.place(), target.place(), sync_copy, TO_BLOBS)?
            }
            (Location::Share(source), Location::Share(target)) => {
                Self::between_services(source.place(), target.place(), sync_copy, TO_SHARE)?
            }
            (Location::Table(_), Location::Local(_)) => {
                Self::new(Way::Export, Direction::Download, ELSEWHERE)
            }
            (Location::Table(_), Location::Blob(_)) => {
                Self::new(Way::Export, Direction::ServiceToService, ELSEWHERE)
            }
            (Location::Local(_), Location::Table(_)) => {
                Self::new(Way::Import, Direction::Upload, ELSEWHERE)
            }
            (Location::Blob(_), Location::Table(_)) => {
                Self::new(Way::Import, Direction::ServiceToService, ELSEWHERE)
            }
            (Location::Table(source), Location::Table(_)) => {
                return Err(Error::Usage(format!(
                    "a table is not copied to a table: export `{source}` to a folder or to a container of blobs, \
                     and import it from there"
                )));
            }
            (Location::Table(_), Location::Share(_) | Location::Pipe)
            | (Location::Share(_) | Location::Pipe, Location::Table(_)) => {
                return Err(Error::Usage(NO_EXPORT.into()));
            }
            (
                Location::Local(_) | Location::Table(_) | Location::Pipe | Location::Synthetic(_),
                Location::Synthetic(_) | Location::Discard(_),
            )
            | (Location::Synthetic(_), Location::Local(_) | Location::Table(_) | Location::Pipe)
            | (Location::Blob(_) | Location::Share(_), Location::Synthetic(_))
            | (
                Location::Discard(_),
                Location::Local(_)
                | Location::Blob(_)
                | Location::Share(_)
                | Location::Table(_)
                | Location::Pipe
                | Location::Synthetic(_)
                | Location::Discard(_),
            ) => {
                return Err(Error::Usage(
                    "a measurement needs a service at one end and no files at the other".into(),
                ));
            }
        };
        if let Some(place) = target.in_service() {
            check_writable(place)?;
        }
        check_accounts(source, target)?;
        Ok(Self {
            source_names: SourceNames::of(source),
            ..route
        })
    }

    fn between_services(
        source: ServicePlace<'_>,
        target: ServicePlace<'_>,
        sync_copy: bool,
        facts: TargetFacts,
    ) -> Result<Self> {
        if source.is_in_root_of(target) && source.directory == target.directory {
            return Err(Error::Usage(SAME.into()));
        }
        if source.is_account() && source.shares_endpoint_with(target) {
            return Err(Error::Usage(
                "the destination is in the account whose containers are copied: copy them to another account, or one by one"
                    .into(),
            ));
        }
        let way = if sync_copy {
            Way::Stream
        } else {
            Way::ServerCopy
        };
        let within_account = source.is_in_account_of(target);
        let have_keys = source.account_place.has_key() && target.account_place.has_key();
        Ok(Self {
            keeps_properties: true,
            within_account,
            target_key_opens_source: way == Way::ServerCopy && within_account && have_keys,
            ..Self::new(way, Direction::ServiceToService, facts)
        })
    }

    /// A route on which nothing special follows from the ends.
    fn new(way: Way, direction: Direction, facts: TargetFacts) -> Self {
        Self {
            way,
            direction,
            keeps_properties: false,
            md5: Md5Use::of(direction),
            source_names: SourceNames::Files,
            within_account: false,
            target_key_opens_source: false,
            reads_files: false,
            writes_blobs: facts.writes_blobs,
        }
    }
}

/// Refuses what several containers of an account cannot take, or cannot give.
fn check_accounts(source: &Location, target: &Location) -> Result<()> {
    if target
        .in_service()
        .is_some_and(|place| place.root.contains('*'))
    {
        return Err(Error::Usage(
            "a destination has no wildcard in the name of its container".into(),
        ));
    }
    let is_one = matches!(source, Location::Blob(_)) && source.is_whole_root();
    if target.is_account() && !source.is_account() && !is_one {
        return Err(Error::Usage(TO_ACCOUNT.into()));
    }
    let is_import = matches!(target, Location::Table(_));
    if source.is_account() && is_import {
        return Err(Error::Usage(NO_EXPORT.into()));
    }
    Ok(())
}

/// Whether the objects of a location are in a service, or else on this machine.
fn is_service(location: &Location) -> Result<bool> {
    match location {
        Location::Local(_) => Ok(false),
        Location::Blob(_) | Location::Share(_) => Ok(true),
        Location::Table(_) | Location::Pipe | Location::Synthetic(_) | Location::Discard(_) => {
            Err(Error::Usage(format!(
                "folders, containers and file shares can be compared, and `{location}` is none"
            )))
        }
    }
}

/// Fails for a place that can only be read.
fn check_writable(target: ServicePlace<'_>) -> Result<()> {
    if target.account_place.secondary {
        return Err(Error::Usage(format!(
            "`{target}` is in the secondary region, which can only be read: give the account's primary endpoint as the \
             destination"
        )));
    }
    if target.snapshot.is_some() {
        return Err(Error::Usage(format!(
            "`{target}` is a snapshot, which can only be read: leave `{}` out of the destination",
            target.snapshot_field()
        )));
    }
    Ok(())
}

/// Whether an object at this source would become itself: the target is the object of that name.
pub(crate) fn is_itself(source: &Location, target: &Location, name: &EntryName) -> bool {
    let (Some(source), Some(target)) = (source.in_service(), target.in_service()) else {
        return false;
    };
    let full_name = name.as_str().map(|name| target.full_name(name));
    source.is_in_root_of(target) && full_name.as_deref() == Some(source.directory)
}

#[cfg(test)]
mod tests;
