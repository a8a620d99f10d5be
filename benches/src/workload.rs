//! What is copied, in which direction, and under which conditions: the rows of the comparison.

use std::fmt::Write as _;

use crate::options::Options;

/// Where the bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From this machine to the service.
    Up,
    /// From the service to this machine.
    Down,
}

/// The service that is one end of the copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Store {
    /// Blob storage: a container.
    Blob,
    /// Azure Files: a share.
    Share,
    /// Table storage: a table.
    Table,
}

/// Who serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerKind {
    /// azring-emulator.
    Emulator,
    /// Azurite, a single JavaScript thread.
    Azurite,
}

/// What is copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One file.
    One,
    /// Sixty-four files.
    SixtyFour,
    /// A thousand files of 1 MiB.
    Thousand,
    /// Many files of 4 KiB.
    Small,
    /// One file of one byte.
    Byte,
    /// So many objects without a byte in them.
    Empty(u64),
    /// So many directories with one file in each, without a byte in it.
    Directories(u64),
    /// Entities of 1 KiB in twenty partitions.
    Entities,
}

impl Shape {
    /// Whether what counts is how many they are, and not how long.
    pub fn is_counted(self) -> bool {
        match self {
            Self::Small | Self::Byte | Self::Empty(_) | Self::Directories(_) | Self::Entities => {
                true
            }
            Self::One | Self::SixtyFour | Self::Thousand => false,
        }
    }
}

/// Which sums over the bytes are made on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sums {
    /// None: what AzCopy 10 does when nothing is asked of it.
    None,
    /// The MD5 of the whole, stored with the blob.
    Md5,
    /// A CRC64 with every request, where the tool knows it.
    Crc64,
    /// Both, azring's default.
    Both,
}

/// How far the work goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// To the end.
    Copied,
    /// Listed and planned only: nothing is copied.
    Planned,
    /// A sync that may delete, of a folder and a container that are equal: nothing is copied or deleted.
    Compared,
    /// Every object of a container is deleted.
    Removed,
}

/// The way to the service, as the emulator plays it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// What passes before a request is served, in milliseconds.
    pub round_trip_ms: u64,
    /// What passes through it, in bytes per second.
    pub bytes_per_second: u64,
}

/// 4 Gbit/s.
const LINE_BYTES_PER_SECOND: u64 = 500_000_000;

/// One row: the same work for every tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Workload {
    /// What it is called on the command line and in the table.
    pub name: &'static str,
    /// One line for a reader.
    pub about: &'static str,
    /// The service.
    pub store: Store,
    /// Who plays it.
    pub server: ServerKind,
    /// Where the bytes go.
    pub direction: Direction,
    /// What is copied.
    pub shape: Shape,
    /// Whether the files are in the page cache when it begins.
    pub cached: bool,
    /// Whether the service speaks HTTPS.
    pub https: bool,
    /// Which sums are made.
    pub sums: Sums,
    /// How far the service is away; on this machine when there is none.
    pub link: Option<Link>,
    /// How far it goes.
    pub extent: Extent,
    /// How many processors the tool may use; all of them when it is not said.
    pub processors: Option<u32>,
    /// Whether azring does it alone: to be compared with itself.
    pub is_alone: bool,
}

const UP: Workload = Workload {
    name: "up",
    about: "one large file up, in the page cache",
    store: Store::Blob,
    server: ServerKind::Emulator,
    direction: Direction::Up,
    shape: Shape::One,
    cached: true,
    https: false,
    sums: Sums::None,
    link: None,
    extent: Extent::Copied,
    processors: None,
    is_alone: false,
};

const DOWN: Workload = Workload {
    name: "down",
    about: "one large blob down to the disk",
    direction: Direction::Down,
    ..UP
};

const SMALL: Workload = Workload {
    name: "up-small",
    about: "many files of 4 KiB up from a file system in memory",
    shape: Shape::Small,
    ..UP
};

const LIST: Workload = Workload {
    name: "list-1m",
    about: "a million blobs listed and planned, none copied",
    shape: Shape::Empty(1_000_000),
    extent: Extent::Planned,
    ..DOWN
};

const SYNC: Workload = Workload {
    name: "sync-1m",
    about: "a sync of a million files with as many equal blobs: nothing is copied",
    shape: Shape::Empty(1_000_000),
    extent: Extent::Compared,
    ..UP
};

const SHARE_UP: Workload = Workload {
    name: "share-up",
    about: "one large file up to a share, in the page cache",
    store: Store::Share,
    ..UP
};

const SHARE_DOWN: Workload = Workload {
    name: "share-down",
    about: "one large file of a share down to the disk",
    direction: Direction::Down,
    ..SHARE_UP
};

const TABLE_IMPORT: Workload = Workload {
    name: "table-import",
    about: "many entities of 1 KiB from files into a table",
    store: Store::Table,
    shape: Shape::Entities,
    ..UP
};

const TABLE_EXPORT: Workload = Workload {
    name: "table-export",
    about: "many entities of 1 KiB of a table to files, on a file system in memory",
    direction: Direction::Down,
    ..TABLE_IMPORT
};

const ALL: &[Workload] = &[
    UP,
    Workload {
        name: "up-cold",
        about: "the same from the disk itself",
        cached: false,
        ..UP
    },
    Workload {
        name: "up-https",
        about: "the same as `up` through TLS",
        https: true,
        ..UP
    },
    Workload {
        name: "up-md5",
        about: "the same as `up` with a stored MD5",
        sums: Sums::Md5,
        ..UP
    },
    Workload {
        name: "up-crc64",
        about: "the same as `up` with a CRC64 per request (azring only; the others as in `up`)",
        sums: Sums::Crc64,
        ..UP
    },
    Workload {
        name: "up-both",
        about: "the same as `up` with both (azring's default)",
        sums: Sums::Both,
        ..UP
    },
    DOWN,
    Workload {
        name: "down-https",
        about: "the same as `down` through TLS",
        https: true,
        ..DOWN
    },
    Workload {
        name: "up-64",
        about: "as many bytes in 64 files up",
        shape: Shape::SixtyFour,
        ..UP
    },
    Workload {
        name: "up-64-md5",
        about: "the same with a stored MD5",
        shape: Shape::SixtyFour,
        sums: Sums::Md5,
        ..UP
    },
    Workload {
        name: "down-64",
        about: "as many bytes in 64 blobs down",
        shape: Shape::SixtyFour,
        ..DOWN
    },
    SMALL,
    Workload {
        name: "up-small-both",
        about: "the same with azring's default sums",
        sums: Sums::Both,
        ..SMALL
    },
    Workload {
        name: "down-small",
        about: "many blobs of 4 KiB down to a file system in memory",
        shape: Shape::Small,
        ..DOWN
    },
    Workload {
        name: "up-byte",
        about: "one file of one byte up",
        shape: Shape::Byte,
        ..UP
    },
    Workload {
        name: "down-byte",
        about: "one blob of one byte down",
        shape: Shape::Byte,
        ..DOWN
    },
    Workload {
        name: "up-20ms",
        about: "1,000 files of 1 MiB up, 20 ms away on a line of 4 Gbit/s",
        shape: Shape::Thousand,
        link: Some(Link {
            round_trip_ms: 20,
            bytes_per_second: LINE_BYTES_PER_SECOND,
        }),
        ..UP
    },
    Workload {
        name: "up-80ms",
        about: "1,000 files of 1 MiB up, 80 ms away on the same line",
        shape: Shape::Thousand,
        link: Some(Link {
            round_trip_ms: 80,
            bytes_per_second: LINE_BYTES_PER_SECOND,
        }),
        ..UP
    },
    LIST,
    Workload {
        name: "list-80ms",
        about: "the same, 80 ms away (azring only)",
        link: Some(Link {
            round_trip_ms: 80,
            bytes_per_second: LINE_BYTES_PER_SECOND,
        }),
        is_alone: true,
        ..LIST
    },
    Workload {
        name: "list-100k",
        about: "a hundred thousand blobs listed and planned (azring only)",
        shape: Shape::Empty(100_000),
        is_alone: true,
        ..LIST
    },
    Workload {
        name: "list-10k",
        about: "ten thousand blobs listed and planned (azring only)",
        shape: Shape::Empty(10_000),
        is_alone: true,
        ..LIST
    },
    Workload {
        name: "up-1m",
        about: "a million empty files up (azring only)",
        shape: Shape::Empty(1_000_000),
        is_alone: true,
        ..UP
    },
    Workload {
        name: "up-100k",
        about: "a hundred thousand empty files up (azring only)",
        shape: Shape::Empty(100_000),
        is_alone: true,
        ..UP
    },
    Workload {
        name: "up-10k",
        about: "ten thousand empty files up (azring only)",
        shape: Shape::Empty(10_000),
        is_alone: true,
        ..UP
    },
    SYNC,
    Workload {
        name: "sync-100k",
        about: "the same with a hundred thousand files",
        shape: Shape::Empty(100_000),
        ..SYNC
    },
    Workload {
        name: "remove-100k",
        about: "a hundred thousand blobs deleted",
        shape: Shape::Empty(100_000),
        extent: Extent::Removed,
        ..UP
    },
    Workload {
        name: "up-one-core",
        about: "the same as `up` on one processor: one worker (azring only)",
        processors: Some(1),
        is_alone: true,
        ..UP
    },
    Workload {
        name: "up-small-one-core",
        about: "the same as `up-small` on one processor (azring only)",
        processors: Some(1),
        is_alone: true,
        ..SMALL
    },
    SHARE_UP,
    Workload {
        name: "share-up-crc64",
        about: "the same as `share-up` with a CRC64 per request (the others as in `share-up`)",
        sums: Sums::Crc64,
        ..SHARE_UP
    },
    Workload {
        name: "share-up-both",
        about: "the same with a stored MD5 too (azring's default)",
        sums: Sums::Both,
        ..SHARE_UP
    },
    SHARE_DOWN,
    Workload {
        name: "share-up-small",
        about: "many files of 4 KiB up to a share from a file system in memory",
        shape: Shape::Small,
        ..SHARE_UP
    },
    Workload {
        name: "share-up-small-both",
        about: "the same with azring's default sums",
        shape: Shape::Small,
        sums: Sums::Both,
        ..SHARE_UP
    },
    Workload {
        name: "share-down-small",
        about: "many files of 4 KiB of a share down to a file system in memory",
        shape: Shape::Small,
        ..SHARE_DOWN
    },
    Workload {
        name: "share-list",
        about: "a hundred thousand directories of a share listed and planned, one file in each, none copied",
        shape: Shape::Directories(100_000),
        extent: Extent::Planned,
        ..SHARE_DOWN
    },
    TABLE_EXPORT,
    TABLE_IMPORT,
    Workload {
        name: "table-export-azurite",
        about: "at most 20,000 entities from Azurite instead of azring-emulator",
        server: ServerKind::Azurite,
        ..TABLE_EXPORT
    },
    Workload {
        name: "table-import-azurite",
        about: "at most 20,000 entities into Azurite instead of azring-emulator",
        server: ServerKind::Azurite,
        ..TABLE_IMPORT
    },
];

/// The most entities for Azurite.
const AZURITE_ENTITIES_MAX: u64 = 20_000;

impl Workload {
    /// All of them, in the order of the table.
    pub fn all() -> &'static [Self] {
        ALL
    }

    /// The one that is called `name`.
    pub fn named(name: &str) -> Option<&'static Self> {
        ALL.iter().find(|workload| workload.name == name)
    }

    /// A line per workload, for the help.
    pub fn list() -> String {
        ALL.iter().fold(String::new(), |mut text, workload| {
            let _ = writeln!(text, "  {:<20} {}", workload.name, workload.about);
            text
        })
    }

    /// How many files or entities it copies and how long each is.
    pub fn files(&self, options: &Options) -> (u64, u64) {
        let (large_bytes, small_files) = (options.large_bytes, options.small_files);
        match self.shape {
            Shape::Entities => {
                let most = match self.server {
                    ServerKind::Emulator => u64::MAX,
                    ServerKind::Azurite => AZURITE_ENTITIES_MAX,
                };
                (options.entities.min(most), 1024)
            }
            Shape::One => (1, large_bytes),
            Shape::SixtyFour => (64, large_bytes / 64),
            Shape::Thousand => (1000, 1 << 20),
            Shape::Small => (small_files, 4096),
            Shape::Byte => (1, 1),
            Shape::Empty(files) | Shape::Directories(files) => (files, 0),
        }
    }

    /// Whether its files belong into memory: many on a disk measure the disk's directories and nothing else.
    pub fn is_in_memory(&self) -> bool {
        match self.shape {
            Shape::Empty(_) | Shape::Directories(_) | Shape::Small | Shape::Entities => true,
            Shape::One | Shape::SixtyFour | Shape::Thousand | Shape::Byte => false,
        }
    }
}
