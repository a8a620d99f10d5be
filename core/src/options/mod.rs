//! What the user wants, as plain values: the command line makes them, the job obeys them.

mod conflict;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

pub use azring_transport::net::Proxies;
pub use azring_transport::traffic::GiveUp;
pub use conflict::{Conflict, Overwrite};

use crate::location::Location;
use crate::select::AttributeRule;
pub use crate::store::blob::properties::BlobType;

/// One copy: from where, to where, which objects, and how.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where the objects are.
    pub source: Location,
    /// Where they go.
    pub target: Location,
    /// Which objects.
    pub selection: Selection,
    /// What happens when the target has the object already.
    pub conflict: Conflict,
    /// What an uploaded object is made.
    pub shape: UploadOptions,
    /// What is checked.
    pub integrity: Integrity,
    /// How a downloaded file is left on the disk.
    pub landing: DownloadOptions,
    /// How much of the machine may be used.
    pub engine: Engine,
    /// Between two services the bytes go through this machine (`/SyncCopy`).
    pub sync_copy: bool,
    /// How a service copies from another by itself, where the bytes do not go through this machine.
    pub copy_way: CopyWay,
    /// Only list and plan; move nothing.
    pub preview: bool,
}

/// How a service copies by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CopyWay {
    /// In its own time within an account; block blobs of another account are fetched while we wait.
    #[default]
    Auto,
    /// In its own time, always.
    Async,
    /// Block blobs are fetched while we wait, always.
    Blocks,
}

/// Which objects of the source are meant.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// The pattern as it was typed; how it is read depends on the source.
    pub pattern: Option<String>,
    /// Also what lies below sub-folders (local) or under the prefix (services).
    pub recursive: bool,
    /// Also the snapshots of blobs.
    pub snapshots: bool,
    /// Local patterns ignore case (the slash dialect does, `AzCopy` on Linux does not).
    pub ignore_case: bool,
    /// What is asked of the attributes of files.
    pub attributes: AttributeRule,
    /// They are listed again and again, until so much time has passed; `None`: once. For measuring.
    pub lasts: Option<Duration>,
    /// Files of this machine that this program itself writes while it copies: logs, a journal. They change as they are
    /// read, so they are no part of a folder.
    pub own_files: Vec<PathBuf>,
}

/// What an uploaded object is made.
#[derive(Debug, Clone)]
pub struct UploadOptions {
    /// What type of blob; `None`: a block blob, because nobody said otherwise.
    pub blob_type: Option<BlobType>,
    /// The content type to store.
    pub content_type: ContentType,
    /// The size of a block, in bytes; grows by itself where an object would need more than 50,000.
    pub block_bytes: u64,
    /// The user said so: blocks are not made smaller on a slow link.
    pub keeps_block_bytes: bool,
}

impl Default for UploadOptions {
    fn default() -> Self {
        Self {
            blob_type: None,
            content_type: ContentType::Unset,
            block_bytes: 4 << 20,
            keeps_block_bytes: false,
        }
    }
}

/// The content type that an uploaded object gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContentType {
    /// None is sent: the service stores `application/octet-stream`.
    Unset,
    /// By the name's extension; these are looked up first.
    ByExtension(ExtensionTypes),
    /// This one, for every object.
    Fixed(String),
}

/// Content types by extension: without its dot, in lower case.
pub type ExtensionTypes = Arc<BTreeMap<String, String>>;

/// What is checked, beside lengths and entity tags, which always are.
#[derive(Debug, Clone, Copy)]
pub struct Integrity {
    /// Uploads store the MD5 of the whole object with it.
    pub store_md5: bool,
    /// Downloads compare the MD5 that is stored with the object; a missing one is a failure.
    pub check_md5: bool,
    /// Every request that carries data carries its CRC-64 too.
    pub crc64: bool,
}

impl Default for Integrity {
    fn default() -> Self {
        Self {
            store_md5: true,
            check_md5: false,
            crc64: true,
        }
    }
}

/// How a downloaded file is left on the disk.
#[derive(Debug, Clone, Copy)]
pub struct DownloadOptions {
    /// It gets the object's modification time.
    pub keep_modified: bool,
    /// When it counts as safely there.
    pub durability: Durability,
    /// What separates virtual directories in the names of blobs; it becomes the slash of a path.
    pub delimiter: char,
}

impl Default for DownloadOptions {
    fn default() -> Self {
        Self {
            keep_modified: false,
            durability: Durability::default(),
            delimiter: '/',
        }
    }
}

/// When a downloaded file counts as done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// Its data and its name survive a power cut; made so for many files at once.
    #[default]
    Batch,
    /// The same, one file at a time, as soon as it is complete.
    File,
    /// When the kernel has it: a power cut may lose it.
    Off,
}

/// How much of the machine may be used, and how.
#[derive(Debug, Clone, Default)]
pub struct Engine {
    /// Concurrent requests (`/NC`), 1 to 512; `None`: chosen by the program.
    pub concurrency: Option<u32>,
    /// Where it is remembered from run to run what was chosen; `None`: nowhere.
    pub remember_in: Option<PathBuf>,
    /// How files are read and written.
    pub io: Io,
    /// The memory budget in bytes; `None`: a quarter of what the machine, the control groups and the limit of address space
    /// allow, at most 1 GiB.
    pub memory_bytes: Option<u64>,
    /// How long a service that cannot be reached is waited for.
    pub give_up: GiveUp,
    /// Certificates to trust beside the platform's, a PEM file.
    pub ca_file: Option<PathBuf>,
    /// Addresses to use instead of resolving: (host, port, address). From `AZRING_RESOLVE`.
    pub resolve: Arc<[(String, u16, std::net::IpAddr)]>,
    /// Proxies between here and the services. From `HTTPS_PROXY` and its like.
    pub proxies: Arc<Proxies>,
}

/// How files are read and written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Io {
    /// The ring where the kernel allows it, threads else.
    #[default]
    Auto,
    /// The ring, or an error.
    Ring,
    /// Positional reads and writes in threads.
    Threads,
}
