//! The rows. Those of AzCopy's parameters follow Microsoft's documentation of AzCopy on Windows and on Linux.

mod filter;

mod location;

mod login;

mod machine;

mod measure;

mod naming;
mod posix;

mod properties;

mod listing;

mod selection;

mod session;
mod shard;
mod sync;

mod transfer;

use azring_core::location::Location;
use azring_core::options::{ContentType, Options};
use azring_transport::auth::Credential;

use super::{Row, Seen, Way};
use crate::parameter::Service::{self, Blobs, Files, Tables};

const ALL: &[Service] = &[Blobs, Files, Tables];
const BLOBS: &[Service] = &[Blobs];
const FILES: &[Service] = &[Files];
const BLOBS_FILES: &[Service] = &[Blobs, Files];
const TABLES: &[Service] = &[Tables];
const EVERYWHERE: &[Way] = &[Way::Up, Way::Down, Way::Between];

/// The kind of the credential.
fn identity(location: &Location) -> String {
    let Location::Blob(place) = location else {
        return "nobody is asked".to_owned();
    };
    match place.account().credential {
        Credential::Anonymous => "anonymous",
        Credential::SharedKey { .. } => "key",
        Credential::Sas(_) => "signature",
        Credential::Bearer(_) => "token",
    }
    .to_owned()
}

fn content_type(options: &Options) -> String {
    match &options.upload.content_type {
        ContentType::Unset => "none".to_owned(),
        ContentType::ByExtension(_) => "by extension".to_owned(),
        ContentType::ByContent(_) => "by content".to_owned(),
        ContentType::Fixed(text) => text.clone(),
    }
}

/// The folder of the journal.
fn journal(seen: &Seen) -> String {
    let folder = seen
        .command_journal
        .as_ref()
        .map(|kept| kept.folder.display());
    folder.map_or("none".to_owned(), |folder| folder.to_string())
}

/// All rows.
pub(super) fn all() -> impl Iterator<Item = &'static Row> {
    [
        location::ROWS,
        login::ROWS,
        selection::ROWS,
        filter::ROWS,
        transfer::ROWS,
        machine::ROWS,
        measure::ROWS,
        session::ROWS,
        shard::ROWS,
        sync::ROWS,
        properties::ROWS,
        listing::ROWS,
        posix::ROWS,
        naming::ROWS,
    ]
    .into_iter()
    .flatten()
}
