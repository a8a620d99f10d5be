//! The two ends of a copy as values: a path of this machine, or a place in a service.
//!
//! [`parse()`] turns what the user typed into a [`Location`]. `url` splits a URL into its parts,
//! `account` reads the host, `blob`, `share` and `table` the path, `local` a path of this machine, `sas` the
//! query, and `credential` chooses the one credential; `sas_grant` says what a signature allows. Nothing here
//! asks the disk or the network: the store finds out whether a place exists, and whether it is a
//! folder or a single object.

mod place;

mod service_place;

mod blob;

mod share;

mod table;

mod root_path;

mod local;

mod synthetic;

mod parse;

mod url;

mod account;

mod encoding;

mod credential;

mod sas;

mod sas_grant;

mod plaintext_warning;

pub use account::{ServiceKind, is_host_of, is_host_of_azure};
pub use blob::BlobLocation;
pub(crate) use blob::check_version;
pub use credential::Access;
pub(crate) use encoding::{RESERVED, decode as decode_name};
pub use parse::{parse, parse_with_accounts, service_of};
pub use place::{AccountPlace, Location};
pub(crate) use plaintext_warning::warning as plain_text_warning;
pub use sas_grant::{SasAccess, SasGrant};
pub use service_place::ServicePlace;
pub use share::ShareLocation;
pub use synthetic::{Discard, Synthetic};
pub use table::TableLocation;
