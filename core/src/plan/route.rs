//! Which way the bytes go. The only place that sees both ends at once; everything after it knows one end at a time.

use std::path::{Component, Path, PathBuf};

use crate::location::{BlobLocation, Location};
use crate::{Error, Result};

/// How objects get from the source to the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// Through this machine: read here, written there.
    Stream,
    /// The target's service fetches them by itself.
    ServerCopy {
        /// From the very account that they go to.
        within_account: bool,
    },
    /// Through this machine too, from or to a pipe: one object, from front to end.
    Pipe,
}

/// Chooses the route.
///
/// # Errors
///
/// [`Error::Usage`] for a pair of ends that cannot be copied between.
pub fn route(source: &Location, target: &Location, sync_copy: bool) -> Result<Route> {
    if is_same(source, target) {
        return Err(Error::Usage(
            "source and destination cannot be the same".into(),
        ));
    }
    match (source, target) {
        (Location::Local(_) | Location::Pipe, Location::Local(_) | Location::Pipe) => Err(Error::Usage(
            "both source and destination are locally accessible locations: at least one of source and destination should be an Azure Storage location".into(),
        )),
        (_, Location::Blob(place)) if place.account_place.secondary => Err(Error::Usage(format!(
            "`{place}` is in the secondary region, which can only be read: give the account's primary endpoint as the destination"
        ))),
        (Location::Blob(source), Location::Blob(target)) if !sync_copy => Ok(Route::ServerCopy {
            within_account: is_one_account(source, target),
        }),
        (Location::Local(_) | Location::Blob(_) | Location::Synthetic(_), Location::Blob(_)) | (Location::Blob(_), Location::Local(_) | Location::Discard(_)) => Ok(Route::Stream),
        (Location::Pipe, Location::Blob(_)) | (Location::Blob(_), Location::Pipe) => Ok(Route::Pipe),
        (Location::Synthetic(_) | Location::Discard(_), _) | (_, Location::Synthetic(_) | Location::Discard(_)) => Err(Error::Usage(
            "what is measured is the way to a service or from one".into(),
        )),
    }
}

/// Both are places of one account, at its primary endpoint. Nothing is known of an account whose name is hidden.
fn is_one_account(source: &BlobLocation, target: &BlobLocation) -> bool {
    !source.account_place.secondary
        && !source.account_place.account_name.is_empty()
        && source.account_place.account_name == target.account_place.account_name
        && source.account().endpoint == target.account().endpoint
}

/// The same place by its address; a link, a second name of a host or the like is not seen through.
fn is_same(source: &Location, target: &Location) -> bool {
    match (source, target) {
        (Location::Local(source), Location::Local(target)) => plain(source) == plain(target),
        (Location::Blob(source), Location::Blob(target)) => {
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
        _ => false,
    }
}

/// A path without its needless parts: `a/./b/` is `a/b`.
fn plain(path: &Path) -> PathBuf {
    path.components()
        .filter(|part| *part != Component::CurDir)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::location::{Access, parse};

    fn between(source: &str, target: &str) -> Result<Route> {
        let location = |text| parse(text, Access::default(), None).unwrap();
        route(&location(source), &location(target), false)
    }

    const CONTAINER: &str = "https://a.blob.core.windows.net/c";

    #[test]
    fn a_folder_and_a_container_stream_in_both_directions() {
        assert_eq!(between("/data", CONTAINER).unwrap(), Route::Stream);
        assert_eq!(between(CONTAINER, "/data").unwrap(), Route::Stream);
    }

    #[test]
    fn a_pair_that_cannot_be_copied_between_is_refused_by_name() {
        for (source, target, says) in [
            ("/a", "/b", "locally accessible"),
            ("/a/./b/", "/a/b", "cannot be the same"),
            ("./a", "a", "cannot be the same"),
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
        ] {
            let message = between(source, target).unwrap_err().to_string();
            assert!(message.contains(says), "{source} to {target}: {message}");
        }
    }

    #[test]
    fn between_two_containers_the_service_copies_and_one_account_is_told_from_two() {
        for (source, target, within_account) in [
            (CONTAINER, "https://a.blob.core.windows.net/d", true),
            (CONTAINER, "https://b.blob.core.windows.net/c", false),
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
            assert_eq!(
                between(source, target).unwrap(),
                Route::ServerCopy { within_account },
                "{source} to {target}"
            );
        }
    }

    #[test]
    fn two_containers_stream_if_that_is_asked_for() {
        let location = |text| parse(text, Access::default(), None).unwrap();
        let target = location("https://b.blob.core.windows.net/c");
        assert_eq!(
            route(&location(CONTAINER), &target, true).unwrap(),
            Route::Stream
        );
    }

    #[test]
    fn the_secondary_region_is_a_source() {
        assert!(between("https://a-secondary.blob.core.windows.net/c", "/data").is_ok());
    }
}
