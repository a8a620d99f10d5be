//! Everything that the user can choose about a copy, as plain values.
//!
//! The command line makes one [`Options`], and the job reads it. Each group of options has its own
//! file: which objects ([`Selection`]), existing targets ([`Conflict`]), uploads, stored
//! properties ([`PropertyOptions`]), downloads, checksums, tables, a sync ([`SyncOptions`]), a move
//! ([`MoveOptions`]), a verification ([`VerifyOptions`]), and how much of the machine may be used
//! ([`Engine`]).

mod copy_options;

mod selection;

mod conflict;

mod upload;

mod blob_type;

mod content_type;

mod access_tier;

mod blob_tags;

mod properties;

mod posix;

mod download;

mod integrity;

mod split_keys;

mod table;

mod sync;

mod trash;

mod move_options;

mod verify_options;

mod engine;

pub use access_tier::{AccessTier, RehydratePriority};
pub use azring_transport::net::Proxies;
pub use azring_transport::traffic::GiveUp;
pub use blob_tags::BlobTags;
pub use blob_type::BlobType;
pub use conflict::{Conflict, Overwrite};
pub use content_type::{ContentType, ExtensionTypes};
pub use copy_options::{CopyWay, EntryRange, Options, ShardScope};
pub use download::{DownloadOptions, Durability};
pub use engine::{Engine, Io};
pub use integrity::Integrity;
pub use move_options::MoveOptions;
pub use posix::{LinkForm, Links, PosixForm, PosixOptions};
pub use properties::{ContentHeaderOptions, PropertyOptions, parse_metadata};
pub use selection::Selection;
pub use split_keys::SplitKeys;
pub use sync::{Compare, DeletionLimit, DeletionMode, SyncOptions};
pub use table::{EntityOperation, SPLIT_MB_MAX, SPLIT_MB_MIN, TableOptions};
pub use trash::TrashFolder;
pub use upload::UploadOptions;
pub use verify_options::{VerifyBy, VerifyOptions};
