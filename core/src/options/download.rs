//! How downloaded files are written.

/// How a downloaded file is written.
#[derive(Debug, Clone, Copy)]
pub struct DownloadOptions {
    /// The file gets the object's modification time.
    pub keep_modified: bool,
    /// When the file counts as done.
    pub durability: Durability,
    /// Tells the unfinished files of this worker from those of another worker of the same shard, which may
    /// write to the same file system. 0 for a copy of one machine.
    pub part_of: u64,
    /// An object without a stored MD5 passes where MD5s are compared.
    pub allows_missing_md5: bool,
    /// Separates virtual directories in the names of blobs; it becomes the slash of a path.
    pub delimiter: char,
}

impl Default for DownloadOptions {
    fn default() -> Self {
        Self {
            keep_modified: false,
            durability: Durability::default(),
            part_of: 0,
            allows_missing_md5: false,
            delimiter: '/',
        }
    }
}

/// When a downloaded file counts as done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// When its data and its name survive a power cut; many files are synced together.
    #[default]
    Batch,
    /// The same, but each file is synced by itself as soon as it is complete.
    File,
    /// When the kernel has it: a power cut may lose it.
    Off,
}
