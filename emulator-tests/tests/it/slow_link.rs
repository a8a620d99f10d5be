//! Uploads over a link so slow that a block of the usual size would take too long: what is planned once that is known goes
//! in small ones, and a later run on a better link finds them.

use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::emulator::Server;
use azring_emulator_tests::rest::Container;
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::{Tree, noise};
use rustix::process::Signal;

/// Larger than the smallest block.
const FILE_BYTES: usize = 270 << 10;

struct World {
    server: Server,
    here: Folder,
    there: Container,
    state: Folder,
}

impl World {
    /// A tree to send, to a service that has faults from now on.
    fn new(tree: &Tree, plan: &str) -> Self {
        let (server, service) = single_account::start();
        let there = service.fresh_container("slow");
        let here = Folder::new();
        tree.write_to(here.path());
        server.set_fault_plan(plan);
        Self {
            server,
            here,
            there,
            state: Folder::new(),
        }
    }

    fn command(&self, words: &[&str]) -> Azring {
        Azring::upload(self.here.path(), &self.there)
            .args(["/S", "/Y"])
            .args(words)
            .env("XDG_STATE_HOME", self.state.path())
    }

    fn in_blocks(&self) -> usize {
        let names = self.there.names();
        let counts = names.iter().map(|name| self.there.committed_blocks(name));
        counts.filter(|blocks| *blocks > 1).count()
    }
}

fn files(count: usize) -> Tree {
    (0..count).fold(Tree::new(), |tree, number| {
        tree.with(&format!("f{number:02}"), noise(number as u64, FILE_BYTES))
    })
}

/// The first eight crawl: four at first, and four while the controller looks at how long those took. What the service has
/// not read yet has arrived all the same: that they crawl is told by their answers alone.
const EIGHT_CRAWL: &str = r#"{ "rules": [ {
    "when": { "method": "PUT", "path": "*/f*", "times": 8 },
    "then": { "request_bytes_per_second": 42000 } } ] }"#;

#[test]
fn what_is_planned_once_the_link_is_known_to_be_slow_goes_in_small_blocks() {
    let tree = files(40);
    let world = World::new(&tree, EIGHT_CRAWL);
    let run = world.command(&["/NC:4"]).run();
    run.succeeded().counting(40, 0, 0);
    let in_blocks = world.in_blocks();
    assert!((1..=32).contains(&in_blocks), "{in_blocks}");
    assert_same(&tree, &Tree::get_from(&world.there));
}

#[test]
fn a_size_that_the_user_chose_is_the_size_of_every_block() {
    let world = World::new(&files(24), EIGHT_CRAWL);
    let run = world.command(&["/BlockSizeInMb:4"]).run();
    run.succeeded().counting(24, 0, 0);
    assert_eq!(world.in_blocks(), 0);
}

#[test]
fn blocks_cut_small_on_a_slow_link_are_found_again_on_a_fast_one() {
    let large = noise(7, (1 << 20) + 5);
    let tree = files(11).with("z", large).with("a", noise(8, 60_000));
    let crawl_and_break = r#"{ "rules": [
        { "when": { "method": "PUT", "path": "*/a" }, "then": { "request_bytes_per_second": 20000 } },
        { "when": { "method": "PUT", "path": "*/z", "query": "*comp=block&*", "hits": [4] }, "then": { "blackhole": true } },
        { "when": { "method": "PUT", "path": "*/f00" }, "then": { "request_bytes_per_second": 150000 } } ] }"#;
    let world = World::new(&tree, crawl_and_break);
    let mut running = world.command(&["/NC:1"]).launch();
    running.wait_until(|| world.server.applied_faults()[1] > 0);
    running.signal(Signal::TERM);
    assert_eq!(running.end(), Some(143));
    world.server.clear_faults();
    world.server.watch().counters.reset();
    let again = world.command(&["/NC:1"]).run();
    again.succeeded().counting(13, 0, 0);
    assert_eq!(world.server.watch().counters.of("PutBlock").requests, 2);
    assert_eq!(world.there.committed_blocks("z"), 5);
    assert_same(&tree, &Tree::get_from(&world.there));
}
