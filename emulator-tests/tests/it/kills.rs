//! `kill -9` at moments that nobody chose: the same command goes on and ends well, with the same bytes, and moves again no
//! more than what was in flight.
//!
//! The moment is drawn as a number of bytes that the service has seen, and a little time behind it. `AZRING_KILLS` says
//! how many times each kind of copy is killed (`scripts/kill.sh`: 100), `AZRING_SEED` repeats a run of this test.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use azring_emulator_tests::account::Account;
use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::emulator::clock::pause;
use azring_emulator_tests::emulator::{Options, Server};
use azring_emulator_tests::rest::{BlobService, Container, FileService};
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::{Tree, noise};

const MIB: u64 = 1 << 20;

/// Requests at once, and so how much is in flight at most, with blocks and ranges of 4 MiB.
const CONCURRENCY: u64 = 4;

/// What is in flight at most.
pub(crate) const IN_FLIGHT_BYTES: u64 = CONCURRENCY * 4 * MIB;

/// What a download makes durable at most at once, before it notes so: one batch gathers while another is under way, and what
/// is known of a third may not have reached the journal. And what has been received and waits for the disk: four blocks for
/// each worker.
pub(crate) const DURABLE_BYTES: u64 = 3 * 64 * MIB + CONCURRENCY * 4 * 4 * MIB;

/// Lines of the request log that are kept: more than a run has requests.
const LINES: usize = 20_000;

/// Numbers drawn from a seed, which is printed.
pub(crate) struct Draw(u64);

impl Draw {
    pub(crate) fn new(kind: &str) -> Self {
        let seed = std::env::var("AZRING_SEED").map_or_else(
            |_| {
                let now = SystemTime::now().duration_since(UNIX_EPOCH);
                now.expect("it is after 1970").as_nanos() as u64
            },
            |seed| seed.parse().expect("AZRING_SEED is a number"),
        );
        say(&format!("{kind}: AZRING_SEED={seed}"));
        Self(seed)
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        let bytes = noise(self.0, 8);
        self.0 = u64::from_le_bytes(bytes.try_into().expect("eight bytes"));
        self.0 % end
    }
}

/// For those who look at a test that failed, or at `scripts/kill.sh`.
#[expect(clippy::print_stdout, reason = "the seed of a random test is printed")]
fn say(text: &str) {
    println!("{text}");
}

pub(crate) fn kills() -> u32 {
    std::env::var("AZRING_KILLS")
        .map_or(3, |kills| kills.parse().expect("AZRING_KILLS is a number"))
}

/// A service that outlives the runs, and what is copied.
pub(crate) struct Scene {
    server: Server,
    service: BlobService,
    pub(crate) tree: Tree,
    bytes: u64,
}

/// What the service saw of one run: bytes of bodies, and which blocks it took.
pub(crate) struct Seen {
    bytes: u64,
    blocks: BTreeSet<String>,
}

impl Scene {
    pub(crate) fn new(tree: Tree) -> Self {
        let options = Options {
            log_lines: LINES,
            ..Options::default()
        };
        let (server, service) = single_account::start_with(&options);
        let bytes = tree.files().map(|(_, bytes)| bytes.len() as u64).sum();
        Self {
            server,
            service,
            tree,
            bytes,
        }
    }

    pub(crate) fn blob_service(&self) -> &BlobService {
        &self.service
    }

    /// The file service beside the blob service.
    pub(crate) fn file_service(&self) -> FileService {
        FileService::path_style(&self.server.file_url(), &Account::development(), None)
    }

    /// Bytes of objects that went either way since the last look.
    fn moved(&self) -> u64 {
        let counters = &self.server.watch().counters;
        let up =
            ["PutBlock", "PutBlob", "PutRange"].map(|operation| counters.of(operation).bytes_in);
        let down = ["GetBlob", "GetFile"].map(|operation| counters.of(operation).bytes_out);
        up.iter().chain(&down).sum()
    }

    fn forget(&self) {
        self.server.watch().counters.reset();
        self.server.watch().log.clear();
    }

    fn seen(&self) -> Seen {
        // What the dead process had sent is served to its end.
        while self.server.connections() > 0 {
            pause(Duration::from_millis(1));
        }
        let is_block = |line: &&String| {
            line.contains("\"operation\":\"PutBlock\"") && line.contains("\"status\":201")
        };
        let id = |line: &String| {
            let (_, query) = line.split_once("blockid=").expect("a block has an id");
            query
                .split(['&', '"'])
                .next()
                .unwrap_or_default()
                .to_owned()
        };
        let lines = self.server.watch().log.lines();
        Seen {
            bytes: self.moved(),
            blocks: lines.iter().filter(is_block).map(id).collect(),
        }
    }

    /// Runs the command, kills it after a drawn number of bytes, and runs it again to its end. Returns what the service
    /// saw before and after, unless the first run had ended by itself.
    pub(crate) fn kill_and_run_again(
        &self,
        draw: &mut Draw,
        command: impl Fn() -> Azring,
    ) -> Option<(Seen, Seen)> {
        let state = Folder::new();
        let command = || {
            let concurrency = format!("/NC:{CONCURRENCY}");
            command()
                .args(["/S", "/Y", &concurrency])
                .env("XDG_STATE_HOME", state.path())
        };
        self.forget();
        let (bytes, time) = (draw.below(self.bytes), draw.below(4000));
        let mut running = command().launch();
        while self.moved() < bytes && !running.has_ended() {
            pause(Duration::from_micros(100));
        }
        pause(Duration::from_micros(time));
        let was_killed = running.kill();
        let first = self.seen();
        self.forget();
        let outcome = command().run().succeeded();
        if was_killed {
            // Together they did everything, and everything is counted once.
            outcome.counting(self.tree.len() as u64, 0, 0);
        }
        let second = self.seen();
        let left = azring_emulator_tests::tree::names_below(state.path());
        let journals = left
            .iter()
            .filter(|name| name.split('.').next_back() == Some("jnl"))
            .count();
        assert_eq!(journals, 0, "a journal stays after success: {left:?}");
        was_killed.then_some((first, second))
    }

    fn upload(&self, draw: &mut Draw, source: &Folder) -> Option<(Seen, Seen)> {
        let container = self.service.unmade_container("kill");
        let both = self.kill_and_run_again(draw, || {
            Azring::copy(source.path(), container.url())
                .dest_key(&Account::development())
                .arg("/DestType:Blob")
        });
        assert_same(&self.tree, &Tree::get_from(&container));
        for name in container.names() {
            container.delete(&name);
        }
        both
    }

    fn download(&self, draw: &mut Draw, container: &Container) -> Option<(Seen, Seen)> {
        let target = Folder::new();
        let both = self.kill_and_run_again(draw, || {
            Azring::copy(container.url(), target.path())
                .source_key(&Account::development())
                .arg("/SourceType:Blob")
        });
        // Nothing but the tree: no part file is left either.
        assert_same(&self.tree, &Tree::read_from(target.path()));
        both
    }

    /// No more bytes than these were moved more than once.
    #[track_caller]
    pub(crate) fn assert_again_at_most(&self, bytes: u64, (first, second): &(Seen, Seen)) {
        let again = (first.bytes + second.bytes).saturating_sub(self.bytes);
        say(&format!(
            "killed after {} bytes, {again} moved again",
            first.bytes
        ));
        assert!(again <= bytes, "{again}");
    }
}

pub(crate) fn large() -> Tree {
    Tree::new().with("large", noise(7, (96 * MIB + 12_345) as usize))
}

/// One file that is longer than what a download may have to fetch again.
pub(crate) fn larger() -> Tree {
    Tree::new().with("large", noise(7, (400 * MIB + 12_345) as usize))
}

/// Many small files, and a few of several blocks.
pub(crate) fn many() -> Tree {
    let small = (0..600_u64).map(|number| {
        let name = format!("{:02}/{number:04}", number % 13);
        (name, noise(number, (number * 67 % 20_000) as usize))
    });
    let medium = (0..3).map(|number| (format!("m/{number}"), noise(number, 9 << 20)));
    small
        .chain(medium)
        .fold(Tree::new(), |tree, (name, bytes)| tree.with(&name, bytes))
}

#[test]
fn a_large_upload_that_is_killed_goes_on_and_sends_no_block_twice() {
    let (scene, mut draw, source) = (Scene::new(large()), Draw::new("upload"), Folder::new());
    scene.tree.write_to(source.path());
    for _ in 0..kills() {
        let Some(both) = scene.upload(&mut draw, &source) else {
            continue;
        };
        let twice: Vec<_> = both.0.blocks.intersection(&both.1.blocks).collect();
        assert!(twice.is_empty(), "blocks that were there: {twice:?}");
        scene.assert_again_at_most(IN_FLIGHT_BYTES, &both);
    }
}

#[test]
fn an_upload_of_a_tree_that_is_killed_goes_on() {
    let (scene, mut draw, source) = (Scene::new(many()), Draw::new("upload tree"), Folder::new());
    scene.tree.write_to(source.path());
    for _ in 0..kills() {
        let Some(both) = scene.upload(&mut draw, &source) else {
            continue;
        };
        scene.assert_again_at_most(IN_FLIGHT_BYTES, &both);
    }
}

#[test]
fn a_large_download_that_is_killed_goes_on_inside_the_file() {
    let (scene, mut draw) = (Scene::new(larger()), Draw::new("download"));
    let container = scene.service.fresh_container("kill");
    scene.tree.put_into(&container);
    for _ in 0..kills() {
        let Some(both) = scene.download(&mut draw, &container) else {
            continue;
        };
        scene.assert_again_at_most(IN_FLIGHT_BYTES + DURABLE_BYTES, &both);
    }
}

#[test]
fn a_download_of_a_tree_that_is_killed_goes_on() {
    let (scene, mut draw) = (Scene::new(many()), Draw::new("download tree"));
    let container = scene.service.fresh_container("kill");
    scene.tree.put_into(&container);
    for _ in 0..kills() {
        let Some(both) = scene.download(&mut draw, &container) else {
            continue;
        };
        // Small files are made durable together, as many as have come since the last time: that is the batch here.
        scene.assert_again_at_most(IN_FLIGHT_BYTES + DURABLE_BYTES, &both);
    }
}
