//! What is copied, in which direction, and under which conditions: the rows of the comparison.

use std::fmt::Write as _;

/// Where the bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From this machine to the service.
    Up,
    /// From the service to this machine.
    Down,
}

/// What is copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One file.
    One,
    /// Sixty-four files.
    SixtyFour,
    /// Many files of 4 KiB.
    Small,
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

/// One row: the same work for every tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Workload {
    /// What it is called on the command line and in the table.
    pub name: &'static str,
    /// One line for a reader.
    pub about: &'static str,
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
}

const UP: Workload = Workload {
    name: "up",
    about: "one large file up, in the page cache",
    direction: Direction::Up,
    shape: Shape::One,
    cached: true,
    https: false,
    sums: Sums::None,
};

const DOWN: Workload = Workload {
    name: "down",
    about: "one large blob down to the disk",
    direction: Direction::Down,
    ..UP
};

const ALL: [Workload; 13] = [
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
        name: "down-64",
        about: "as many bytes in 64 blobs down",
        shape: Shape::SixtyFour,
        ..DOWN
    },
    Workload {
        name: "up-small",
        about: "many files of 4 KiB up",
        shape: Shape::Small,
        ..UP
    },
    Workload {
        name: "up-small-both",
        about: "the same with azring's default sums",
        shape: Shape::Small,
        sums: Sums::Both,
        ..UP
    },
    Workload {
        name: "down-small",
        about: "many blobs of 4 KiB down to a file system in memory",
        shape: Shape::Small,
        ..DOWN
    },
];

impl Workload {
    /// All of them, in the order of the table.
    pub fn all() -> &'static [Self] {
        &ALL
    }

    /// The one that is called `name`.
    pub fn named(name: &str) -> Option<&'static Self> {
        ALL.iter().find(|workload| workload.name == name)
    }

    /// A line per workload, for the help.
    pub fn list() -> String {
        ALL.iter().fold(String::new(), |mut text, workload| {
            let _ = writeln!(text, "  {:<15} {}", workload.name, workload.about);
            text
        })
    }

    /// How many files it copies and how long each is, when a large workload copies `large_bytes` and a small one
    /// `small_files` files.
    pub fn files(&self, large_bytes: u64, small_files: u64) -> (u64, u64) {
        match self.shape {
            Shape::One => (1, large_bytes),
            Shape::SixtyFour => (64, large_bytes / 64),
            Shape::Small => (small_files, 4096),
        }
    }
}
