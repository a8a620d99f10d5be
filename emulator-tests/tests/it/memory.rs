//! How much memory a run takes.

use std::fs::File;

use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::emulator::{Options, Server, StoreChoice};
use azring_emulator_tests::rest::Container;
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::Tree;

const MIB: u64 = 1 << 20;

/// A service that keeps nothing, and a container of it.
fn service() -> (Server, Container) {
    let options = Options {
        store: StoreChoice::Null,
        ..Options::default()
    };
    let (server, service) = single_account::start_with(&options);
    let container = service.fresh_container("memory");
    (server, container)
}

fn upload(source: &Folder, container: &Container) -> Azring {
    Azring::upload(source.path(), container).args(["/S", "/Y"])
}

#[test]
fn what_a_small_file_does_not_need_is_not_taken_from_the_machine() {
    let (_server, container) = service();
    let source = Folder::new();
    Tree::named(["a"]).write_to(source.path());
    let run = upload(&source, &container).run_measured();
    run.outcome.succeeded().counting(1, 0, 0);
    let peak = run.peak_rss_bytes;
    assert!(peak < 64 * MIB, "{} MiB", peak / MIB);
}

/// What a run may have beside its budget.
const BESIDE: u64 = 96 * MIB;

#[test]
fn large_blocks_and_many_requests_stay_within_the_budget() {
    let (server, container) = service();
    let source = Folder::new();
    let bytes = 24 * 100 * MIB;
    let file = File::create(source.join("large")).expect("a folder of ours");
    file.set_len(bytes).expect("a hole may be long");
    for way in ["/IO:auto", "/IO:threads"] {
        server.watch().counters.reset();
        let run = upload(&source, &container)
            .args(["/BlockSizeInMb:100", "/NC:512", "/Memory:64M"])
            .args(["/MD5:off", "/CRC64:off", way])
            .run_measured();
        run.outcome.succeeded().counting(1, 0, 0);
        assert_eq!(container.list()["large"].bytes, bytes);
        let peak = run.peak_rss_bytes;
        assert!(peak <= 64 * MIB + BESIDE, "{way}: {} MiB", peak / MIB);
    }
}
