//! The route of a copy: everything that follows from both ends together.
//!
//! `job` asks for the route once, before anything is opened; the stores, the job and the command
//! line read its fields. No other file matches on both ends. Nothing here asks a disk or a
//! service, so the command line can check its parameters against the route first.

use crate::entry::EntryName;
use crate::location::{BlobLocation, Location};
use crate::options::{Integrity, Options};
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
    /// Both ends are in one account, at its primary endpoint.
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

/// Who moves the bytes from the source to the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// This machine: workers read chunks at the source and write them to the target.
    Stream,
    /// The target's service: it fetches the objects itself.
    ServerCopy,
    /// This machine, from or to a pipe: one object in the order of its bytes.
    Pipe,
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

impl Direction {
    /// The direction between two ends, of which is known whether each is a service.
    ///
    /// It needs no [`Location`], so it also serves for services that cannot be copied yet.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] when neither end is a service.
    pub fn between(source_is_service: bool, target_is_service: bool) -> Result<Self> {
        match (source_is_service, target_is_service) {
            (false, true) => Ok(Self::Upload),
            (true, false) => Ok(Self::Download),
            (true, true) => Ok(Self::ServiceToService),
            (false, false) => Err(Error::Usage(BOTH_LOCAL.into())),
        }
    }
}

/// What the MD5 of the moved bytes is for. It follows from the direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Md5Use {
    /// The target stores it with the object.
    Store,
    /// It is compared with the one that the source has stored.
    Compare,
    /// Nothing: the target takes over the one that the source has stored.
    TakeOver,
}

impl Md5Use {
    fn of(direction: Direction) -> Self {
        match direction {
            Direction::Upload => Self::Store,
            Direction::Download => Self::Compare,
            Direction::ServiceToService => Self::TakeOver,
        }
    }

    /// Whether the MD5 is computed under these options.
    pub fn is_computed(self, integrity: &Integrity) -> bool {
        match self {
            Self::Store => integrity.store_md5,
            Self::Compare => integrity.check_md5,
            Self::TakeOver => false,
        }
    }
}

/// `AzCopy`'s text.
const BOTH_LOCAL: &str = "Both Source and Destination are locally accessible locations. At least one of source and \
                          destination should be an Azure Storage location.";

/// `AzCopy`'s text.
const SAME: &str = "Source and destination cannot be the same.";

impl Route {
    /// The route of the copy that the options describe.
    ///
    /// # Errors
    ///
    /// As [`Route::between`].
    pub fn of(options: &Options) -> Result<Self> {
        Self::between(&options.source, &options.target, options.sync_copy)
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
                writes_blobs: true,
                ..Self::new(Way::Stream, Direction::Upload)
            },
            (Location::Synthetic(_), Location::Blob(_)) => Self {
                writes_blobs: true,
                ..Self::new(Way::Stream, Direction::Upload)
            },
            (Location::Pipe, Location::Blob(_)) => Self {
                writes_blobs: true,
                ..Self::new(Way::Pipe, Direction::Upload)
            },
            (Location::Blob(_), Location::Local(_) | Location::Discard(_)) => {
                Self::new(Way::Stream, Direction::Download)
            }
            (Location::Blob(_), Location::Pipe) => Self::new(Way::Pipe, Direction::Download),
            (Location::Blob(source), Location::Blob(target)) => {
                Self::between_blobs(source, target, sync_copy)?
            }
            (
                Location::Local(_) | Location::Pipe | Location::Synthetic(_),
                Location::Synthetic(_) | Location::Discard(_),
            )
            | (Location::Synthetic(_), Location::Local(_) | Location::Pipe)
            | (Location::Blob(_), Location::Synthetic(_))
            | (
                Location::Discard(_),
                Location::Local(_)
                | Location::Blob(_)
                | Location::Pipe
                | Location::Synthetic(_)
                | Location::Discard(_),
            ) => {
                return Err(Error::Usage(
                    "only the way to a service or from a service can be measured".into(),
                ));
            }
        };
        if let Some(place) = target.account_place()
            && place.secondary
        {
            return Err(Error::Usage(format!(
                "`{target}` is in the secondary region, which can only be read: give the account's primary endpoint as \
                 the destination"
            )));
        }
        Ok(route)
    }

    fn between_blobs(
        source: &BlobLocation,
        target: &BlobLocation,
        sync_copy: bool,
    ) -> Result<Self> {
        if is_same(source, target) {
            return Err(Error::Usage(SAME.into()));
        }
        let way = if sync_copy {
            Way::Stream
        } else {
            Way::ServerCopy
        };
        let within_account = is_one_account(source, target);
        let have_keys = source.account_place.has_key() && target.account_place.has_key();
        Ok(Self {
            keeps_properties: true,
            within_account,
            target_key_opens_source: way == Way::ServerCopy && within_account && have_keys,
            writes_blobs: true,
            ..Self::new(way, Direction::ServiceToService)
        })
    }

    /// A route on which nothing special follows from the ends.
    fn new(way: Way, direction: Direction) -> Self {
        Self {
            way,
            direction,
            keeps_properties: false,
            md5: Md5Use::of(direction),
            within_account: false,
            target_key_opens_source: false,
            reads_files: false,
            writes_blobs: false,
        }
    }
}

/// Whether both places are in one account, at its primary endpoint. An account with a hidden name
/// is never the same as another.
fn is_one_account(source: &BlobLocation, target: &BlobLocation) -> bool {
    !source.account_place.secondary
        && !source.account_place.account_name.is_empty()
        && source.account_place.account_name == target.account_place.account_name
        && source.account().endpoint == target.account().endpoint
}

/// Whether both places have one address. A second name of a host is not recognized.
fn is_same(source: &BlobLocation, target: &BlobLocation) -> bool {
    let address = |place: &BlobLocation| {
        (
            place.account().endpoint.clone(),
            place.account_place.base_path.clone(),
            place.container.clone(),
            place.directory.clone(),
        )
    };
    address(source) == address(target)
}

/// Whether an object at this source would become itself: the target is the blob of that name.
pub(crate) fn is_itself(source: &Location, target: &Location, name: &EntryName) -> bool {
    let (Location::Blob(source), Location::Blob(target)) = (source, target) else {
        return false;
    };
    let full_name = name.as_str().map(|name| target.full_name(name));
    source.account().endpoint == target.account().endpoint
        && source.account_place.base_path == target.account_place.base_path
        && source.container == target.container
        && full_name.as_deref() == Some(&*source.directory)
}

#[cfg(test)]
mod tests {
    use azring_transport::auth::Secret;

    use super::*;
    use crate::location::{Access, Discard, Synthetic, parse};

    fn location(text: &str) -> Location {
        let synthetic = Synthetic {
            seed: 0,
            objects: None,
            object_bytes: 1,
        };
        match text {
            "-" => Location::Pipe,
            "synthetic" => Location::Synthetic(synthetic),
            "discard" => Location::Discard(Discard::default()),
            text => parse(text, Access::default(), None).unwrap(),
        }
    }

    fn between(source: &str, target: &str) -> Result<Route> {
        Route::between(&location(source), &location(target), false)
    }

    const CONTAINER: &str = "https://a.blob.core.windows.net/c";
    const OTHER: &str = "https://b.blob.core.windows.net/c";

    #[test]
    fn the_ends_decide_way_direction_and_what_the_md5_is_for() {
        let (up, down) = (Direction::Upload, Direction::Download);
        let between_services = Direction::ServiceToService;
        for (source, target, way, direction, md5) in [
            ("/data", CONTAINER, Way::Stream, up, Md5Use::Store),
            ("synthetic", CONTAINER, Way::Stream, up, Md5Use::Store),
            ("-", CONTAINER, Way::Pipe, up, Md5Use::Store),
            (CONTAINER, "/data", Way::Stream, down, Md5Use::Compare),
            (CONTAINER, "discard", Way::Stream, down, Md5Use::Compare),
            (CONTAINER, "-", Way::Pipe, down, Md5Use::Compare),
            (
                CONTAINER,
                OTHER,
                Way::ServerCopy,
                between_services,
                Md5Use::TakeOver,
            ),
        ] {
            let route = between(source, target).unwrap();
            assert_eq!(
                (route.way, route.direction, route.md5),
                (way, direction, md5),
                "{source} to {target}"
            );
            assert_eq!(route.reads_files, source == "/data", "{source}");
            assert_eq!(route.writes_blobs, direction != down, "{source}");
            assert_eq!(route.keeps_properties, direction == between_services);
        }
    }

    #[test]
    fn the_md5_is_computed_where_the_option_of_its_use_says_so() {
        let integrity = |store_md5, check_md5| Integrity {
            store_md5,
            check_md5,
            ..Integrity::default()
        };
        for (md5, store, compare) in [
            (Md5Use::Store, true, false),
            (Md5Use::Compare, false, true),
            (Md5Use::TakeOver, false, false),
        ] {
            assert_eq!(md5.is_computed(&integrity(true, false)), store, "{md5:?}");
            assert_eq!(md5.is_computed(&integrity(false, true)), compare, "{md5:?}");
        }
    }

    #[test]
    fn a_pair_that_cannot_be_copied_between_is_refused_by_name() {
        for (source, target, says) in [
            ("/a", "/b", "locally accessible"),
            ("/a/./b/", "/a/b", "locally accessible"),
            ("-", "-", "locally accessible"),
            (
                CONTAINER,
                "https://a.blob.core.windows.net:443/c/",
                "cannot be the same",
            ),
            (
                "/a",
                "https://a-secondary.blob.core.windows.net/c",
                "only be read",
            ),
            ("/a", "discard", "be measured"),
            ("synthetic", "/a", "be measured"),
            ("synthetic", "discard", "be measured"),
            ("discard", CONTAINER, "be measured"),
            (CONTAINER, "synthetic", "be measured"),
        ] {
            let message = between(source, target).unwrap_err().to_string();
            assert!(message.contains(says), "{source} to {target}: {message}");
        }
    }

    #[test]
    fn the_service_copies_between_containers_and_knows_one_account_from_two() {
        for (source, target, within_account) in [
            (CONTAINER, "https://a.blob.core.windows.net/d", true),
            (CONTAINER, OTHER, false),
            (
                "https://a-secondary.blob.core.windows.net/c",
                "https://a.blob.core.windows.net/d",
                false,
            ),
            ("http://127.0.0.1:1/a/c", "http://127.0.0.1:1/a/d", true),
            ("http://127.0.0.1:1/a/c", "http://127.0.0.1:1/b/d", false),
            (
                "http://127.0.0.1:1/a-secondary/c",
                "http://127.0.0.1:1/a/d",
                false,
            ),
            ("http://127.0.0.1:1/a/c", "http://127.0.0.1:2/a/d", false),
        ] {
            let route = between(source, target).unwrap();
            assert_eq!(route.way, Way::ServerCopy, "{source} to {target}");
            assert_eq!(route.within_account, within_account, "{source} to {target}");
        }
    }

    #[test]
    fn the_key_of_the_target_opens_a_source_in_its_own_account_only() {
        let place = |text, has_key: bool| {
            let access = Access {
                key: has_key.then(|| Secret::new("a2V5".to_owned())),
                ..Access::default()
            };
            parse(text, access, None).unwrap()
        };
        let own = "https://a.blob.core.windows.net/d";
        for (has_source_key, target, has_target_key, sync_copy, opens) in [
            (true, own, true, false, true),
            (true, own, false, false, false),
            (false, own, true, false, false),
            (true, OTHER, true, false, false),
            (true, own, true, true, false),
        ] {
            let (source, target) = (
                place(CONTAINER, has_source_key),
                place(target, has_target_key),
            );
            let route = Route::between(&source, &target, sync_copy).unwrap();
            assert_eq!(route.target_key_opens_source, opens, "{source} to {target}");
        }
    }

    #[test]
    fn two_containers_stream_if_that_is_asked_for() {
        let route = Route::between(&location(CONTAINER), &location(OTHER), true).unwrap();
        assert_eq!(route.way, Way::Stream);
        assert!(route.keeps_properties);
    }

    #[test]
    fn the_secondary_region_is_a_source() {
        assert!(between("https://a-secondary.blob.core.windows.net/c", "/data").is_ok());
    }
}
