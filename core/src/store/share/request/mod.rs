//! The REST calls of Azure Files, one per file: the request, and how its answer is read.
//!
//! Every builder takes the place and plain values, and returns a [`Request`] that can be sent any
//! number of times. No IO.

use azring_transport::auth::Credential;
use azring_transport::http::Request;
use azring_transport::service::ApiVersion;
use http::Method;

use crate::location::ShareLocation;

pub mod create_share;

pub mod get_share_properties;

pub mod create_directory;

pub mod head_directory;

pub mod set_directory_properties;

pub mod head_file;

pub(super) mod create_file;

pub mod list_directory;

pub mod get_file;

pub mod list_ranges;

pub mod delete_file;

pub mod delete_directory;

pub mod put_range;

pub(super) mod set_file_properties;

pub(super) mod set_file_metadata;

pub mod put_range_from_url;

pub mod copy_file;

mod trailing_dots;

/// The first version in which names may end in a dot.
/// <https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-shares--directories--files--and-metadata>
pub(super) const TRAILING_DOTS: ApiVersion = ApiVersion::new(2022, 11, 2);

/// A request to a share itself. It reads the snapshot that the location names.
fn to_share(method: Method, place: &ShareLocation) -> Request {
    let request = Request::new(method, place.account(), place.share_path());
    common(place, request.query("restype", "share"))
}

/// A request to the directory of this full name; an empty name is the share's own directory.
fn to_directory(method: Method, place: &ShareLocation, name: &str) -> Request {
    to_file(method, place, name).query("restype", "directory")
}

/// A request to the file of this full name.
fn to_file(method: Method, place: &ShareLocation, name: &str) -> Request {
    let request = Request::new(method, place.account(), place.file_path(name));
    let keeps_dots = place.account().capabilities.version() >= TRAILING_DOTS;
    let keeps_dots = keeps_dots.then_some("true");
    common(
        place,
        request.header_if("x-ms-allow-trailing-dot", keeps_dots),
    )
}

/// Names the snapshot, and what a token is used for: files are read and written whatever their
/// permissions.
fn common(place: &ShareLocation, request: Request) -> Request {
    let intent = matches!(place.account().credential, Credential::Bearer(_)).then_some("backup");
    let request = request.header_if("x-ms-file-request-intent", intent);
    match &place.snapshot {
        Some(snapshot) => request.query("sharesnapshot", snapshot.as_str()),
        None => request,
    }
}

#[cfg(test)]
mod tests;
