//! A journal that an earlier version of the program wrote is resumed by this one.
//!
//! The fixtures are journals of version 1 of the format. The program that wrote them listed local
//! folders file by file and then folder by folder, not in byte order of full paths, and was killed
//! while the one large file was under way: `up.hex` at the fourth of its blocks, `down.hex` when
//! four of its ranges were durable. The tree holds names whose order differs: `a/x`, `a-b/z`, `a-c`
//! and `a.b`. Each fixture is also cut after every fourth record, since a crash may leave any
//! beginning of a journal.

mod journal;

use std::fs::{self, File};
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use azring_emulator_tests::account::Account;
use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::emulator::Server;
use azring_emulator_tests::rest::Container;
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::{Tree, noise};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustix::fs::{AtFlags, CWD, StatxFlags, statx};

use self::journal::{Journal, Version};

const UP: &str = include_str!("old_journals/up.hex");
const DOWN: &str = include_str!("old_journals/down.hex");

/// The files in the order in which they were made, a nanosecond apart.
const FILES: [(&str, usize); 11] = [
    ("a/x", 10),
    ("a/y/deep", 11),
    ("a-b/z", 12),
    ("a.b", 13),
    ("a-c", 14),
    ("b", 15),
    (LARGE, (72 << 20) + 12_345),
    ("d/e", 16),
    ("d.e", 17),
    ("d-e/f", 18),
    ("e", 19),
];
const LARGE: &str = "c/large";
const CHUNK_BYTES: usize = 4 << 20;
const CHUNKS: u64 = 19;

/// The blocks of the large file that had arrived, and what their ids begin with: a digest of its name, length and time.
const BLOCKS: usize = 3;
const BLOCK_IDS: &str = "6dcdbf11670bb621948a2e2448";

/// The ranges of the large file that were durable, and the file that they were in.
const RANGES: usize = 4;
const PART: &str = "c/.azring-2d1741a8a3a6cc8d-fcda5075bdbb5014.part";

fn tree() -> Tree {
    let once = noise(3, 4099);
    FILES.iter().fold(Tree::new(), |tree, (name, length)| {
        let bytes: Vec<u8> = once.iter().copied().cycle().take(*length).collect();
        tree.with(name, bytes)
    })
}

/// The small files that a run with this journal has to copy.
fn small_ones_left(journal: &Journal) -> u64 {
    let done = journal.done();
    assert!(!done.contains(LARGE));
    (FILES.len() - 1 - done.len()) as u64
}

/// After how many records a fixture is cut: within the listing, between it and the end, and not at all.
fn cuts(fixture: &Journal) -> impl Iterator<Item = usize> {
    let all = fixture.len();
    (2..all).step_by(4).chain([all])
}

/// A service, a folder and a place for the journal.
struct World {
    server: Server,
    container: Container,
    here: Folder,
    state: Folder,
}

impl World {
    fn new() -> Self {
        let (server, service) = single_account::start();
        Self {
            container: service.fresh_container("old"),
            server,
            here: Folder::new(),
            state: Folder::new(),
        }
    }

    fn requests(&self, operation: &str) -> u64 {
        self.server.watch().counters.of(operation).requests
    }

    /// Resumes the copy with this journal; all is done in the end, and the journal is gone.
    fn resume(&self, journal: &Journal, copy: Azring) {
        let path = self.state.join("azring.jnl");
        fs::write(&path, journal.bytes()).expect("a folder of ours");
        self.server.watch().counters.reset();
        copy.args(["/S", "/Y", "/NC:1"])
            .arg(format!("/Z:{}", self.state.path().display()))
            .run()
            .succeeded()
            .counting(FILES.len() as u64, 0, 0);
        assert!(!path.exists(), "the journal goes with success");
    }
}

#[test]
fn an_upload_that_an_earlier_version_began_is_completed() {
    let tree = tree();
    let fixture = Journal::from_hex(UP);
    for records in cuts(&fixture) {
        upload(&tree, fixture.cut(records));
    }
}

fn upload(tree: &Tree, mut journal: Journal) {
    let world = World::new();
    tree.write_to(world.here.path());
    for ((name, _), age) in FILES.iter().zip(0..) {
        let file = File::options().write(true).open(world.here.join(name));
        let made = UNIX_EPOCH + Duration::new(1_700_000_000, age);
        file.and_then(|file| file.set_modified(made)).unwrap();
    }
    let is_done = journal.done();
    tree.clone()
        .only(|name| is_done.contains(name))
        .put_into(&world.container);
    let begun = usize::from(journal.has_begun()) * BLOCKS;
    let large = tree.get(LARGE).expect("it is in the tree");
    for (index, block) in large.chunks(CHUNK_BYTES).enumerate().take(begun) {
        let id = STANDARD.encode(format!("{BLOCK_IDS}{index:04x}"));
        let query = [("comp", "block"), ("blockid", &id)];
        world
            .container
            .ask("PUT", LARGE, &query, &[], block)
            .succeeded();
    }
    let here = world.here.path().display().to_string();
    journal.set_places(&[
        ("/tmp/before/source", &here),
        (&before(UP, "/Dest:"), &world.container.url()),
    ]);
    journal.set_versions(|name| {
        Version::Inode(
            fs::metadata(world.here.join(name))
                .expect("it is there")
                .ino(),
        )
    });
    journal.set_target(&etag(&world.container, ""));
    let left = small_ones_left(&journal);

    let copy = Azring::upload(world.here.path(), &world.container).arg("/BlockSizeInMb:4");
    world.resume(&journal, copy);
    assert_same(tree, &Tree::get_from(&world.container));
    assert_eq!(world.requests("PutBlob"), left, "{is_done:?}");
    assert_eq!(world.requests("PutBlock"), CHUNKS - begun as u64);
}

#[test]
fn a_download_that_an_earlier_version_began_is_completed() {
    let tree = tree();
    let fixture = Journal::from_hex(DOWN);
    for records in cuts(&fixture) {
        download(&tree, fixture.cut(records), records == fixture.len());
    }
}

fn download(tree: &Tree, mut journal: Journal, has_durable: bool) {
    let world = World::new();
    tree.put_into(&world.container);
    let is_done = journal.done();
    tree.clone()
        .only(|name| is_done.contains(name))
        .write_to(world.here.path());
    let has_begun = journal.has_begun();
    if has_begun {
        let part = world.here.join(PART);
        fs::create_dir_all(part.parent().unwrap()).unwrap();
        let large = tree.get(LARGE).expect("it is in the tree");
        let file = File::create(&part).unwrap();
        file.set_len(large.len() as u64).unwrap();
        let durable = usize::from(has_durable) * RANGES * CHUNK_BYTES;
        file.write_all_at(&large[..durable], 0).unwrap();
        journal.set_part(&identity(&part));
    }
    let here = world.here.path().display().to_string();
    journal.set_places(&[
        ("/tmp/before/target", &here),
        (&before(DOWN, "/Source:"), &world.container.url()),
    ]);
    journal.set_versions(|name| Version::ETag(etag(&world.container, name)));
    let device = fs::metadata(world.here.path()).unwrap().dev();
    journal.set_target(&format!("{device:x}.{}", identity(world.here.path())));
    let left = small_ones_left(&journal);

    let copy = Azring::copy(world.container.url(), world.here.path())
        .source_key(&Account::development())
        .arg("/SourceType:Blob");
    world.resume(&journal, copy);
    assert_same(tree, &Tree::read_from(world.here.path()));
    let ranges = CHUNKS - u64::from(has_durable) * RANGES as u64;
    let requests = world.requests("GetBlob");
    if has_begun {
        assert_eq!(requests, left + ranges, "{is_done:?}");
    } else {
        // On a slow machine this run chooses shorter ranges for a file that no run has begun.
        assert!(requests >= left + ranges, "{requests} {is_done:?}");
    }
}

/// What stood in a fixture's command for this parameter.
fn before(fixture: &str, parameter: &str) -> String {
    Journal::from_hex(fixture).word(parameter)
}

/// The `ETag` of a blob, or of the container where no name is given.
fn etag(container: &Container, name: &str) -> String {
    let query: &[_] = if name.is_empty() {
        &[("restype", "container")]
    } else {
        &[]
    };
    let answer = container.ask("HEAD", name, query, &[], "").succeeded();
    answer.header("etag").to_owned()
}

/// Inode and time of birth, as a journal has them.
fn identity(path: &Path) -> String {
    let wanted = StatxFlags::INO | StatxFlags::BTIME;
    let found = statx(CWD, path, AtFlags::empty(), wanted).expect("it is there");
    let birth = found.stx_btime;
    format!("{:x}.{:x}.{:x}", found.stx_ino, birth.tv_sec, birth.tv_nsec)
}
