//! Lengths at which something changes: in what a request may carry, in what a number holds, in how many pieces there may
//! be. Where there is too much to keep, the service keeps nothing and gives a pattern back.

use std::fs::File;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};

use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::emulator::pattern::byte_at;
use azring_emulator_tests::emulator::{Options, Server, StoreChoice};
use azring_emulator_tests::rest::Container;
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::noise;

const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;
const TIB: u64 = 1 << 40;

/// A service that keeps bodies like this, and a container of it.
fn service(store: StoreChoice) -> (Server, Container) {
    let options = Options {
        store,
        ..Options::default()
    };
    let (server, service) = single_account::start_with(&options);
    let container = service.fresh_container("sizes");
    (server, container)
}

fn upload(source: &Folder, container: &Container) -> Azring {
    Azring::upload(source.path(), container).arg("/Y")
}

fn download(container: &Container, target: &Folder) -> Azring {
    Azring::download(container, target.path()).args(["/S", "/Y"])
}

/// A file of this length, all of it a hole.
fn hole(folder: &Folder, name: &str, bytes: u64) -> File {
    let file = File::create(folder.join(name)).expect("a folder of ours");
    file.set_len(bytes)
        .expect("the file system has such lengths");
    file
}

#[test]
fn a_blob_of_one_request_is_one_request_and_a_byte_more_are_blocks() {
    let (server, container) = service(StoreChoice::Memory);
    let source = Folder::new();
    let block = 8 * MIB;
    for (bytes, requests, blocks) in [(block - 1, 1, 0), (block, 1, 0), (block + 1, 2, 2)] {
        hole(&source, "a", bytes)
            .write_all_at(b"!", bytes - 1)
            .expect("it is ours");
        server.watch().counters.reset();
        let outcome = upload(&source, &container).arg("/BlockSizeInMb:8").run();
        outcome.succeeded().counting(1, 0, 0);
        let counters = &server.watch().counters;
        let sent = counters.of("PutBlob").requests + counters.of("PutBlock").requests;
        assert_eq!(sent, requests, "{bytes}");
        assert_eq!(container.committed_blocks("a"), blocks, "{bytes}");
        assert_eq!(container.list()["a"].bytes, bytes);
    }
}

#[test]
fn lengths_beyond_what_32_bits_hold_go_up_and_come_down() {
    let (server, container) = service(StoreChoice::Null);
    for bytes in [256 * MIB + 1, 4 * GIB + 1] {
        // The disk of a build machine may have less room than this, and other tests need that room meanwhile.
        let (source, target) = (Folder::new(), Folder::in_memory());
        hole(&source, "a", bytes);
        // What the service would say of bytes that it does not keep is no matter here.
        let plain = ["/MD5:off", "/CRC64:off", "/BlockSizeInMb:32"];
        server.watch().counters.reset();
        upload(&source, &container)
            .args(plain)
            .run()
            .succeeded()
            .counting(1, 0, 0);
        assert_eq!(container.list()["a"].bytes, bytes);
        // More where the end of the run sent a late block a second time.
        assert!(server.watch().counters.of("PutBlock").bytes_in >= bytes);

        let down = download(&container, &target).args([
            "/CRC64:off",
            "/BlockSizeInMb:32",
            "/Durability:off",
        ]);
        down.run().succeeded().counting(1, 0, 0);
        let file = File::open(target.join("a")).expect("it came down");
        assert_eq!(file.metadata().expect("it is open").len(), bytes);
        for at in [
            0,
            1,
            32 * MIB - 1,
            32 * MIB,
            256 * MIB - 1,
            256 * MIB,
            bytes - 2,
            bytes - 1,
        ] {
            let mut found = [0];
            file.read_exact_at(&mut found, at).expect("it is that long");
            assert_eq!(found[0], byte_at(at), "byte {at} of {bytes}");
        }
    }
}

#[test]
fn the_largest_page_blob_is_its_islands() {
    let (server, container) = service(StoreChoice::Memory);
    let (source, target) = (Folder::new(), Folder::new());
    let bytes = 8 * TIB;
    let file = hole(&source, "disk", bytes);
    let islands = [0, 4 * GIB, 3 * TIB + MIB, bytes - MIB];
    for (seed, at) in islands.into_iter().enumerate() {
        file.write_all_at(&noise(seed as u64, MIB as usize), at)
            .expect("it is ours");
    }
    server.watch().counters.reset();
    upload(&source, &container)
        .arg("/BlobType:page")
        .run()
        .succeeded()
        .counting(1, 0, 0);
    // Each at most twice, where the end of the run sent a late range a second time; so below.
    let sent = server.watch().counters.of("PutPage").bytes_in;
    assert!((4 * MIB..=8 * MIB).contains(&sent), "{sent}");
    assert_eq!(container.list()["disk"].bytes, bytes);
    server.watch().counters.reset();
    download(&container, &target)
        .run()
        .succeeded()
        .counting(1, 0, 0);
    assert!(server.watch().counters.of("GetBlob").bytes_out <= 10 * MIB);
    let landed = File::open(target.join("disk")).expect("it came down");
    let facts = landed.metadata().expect("it is open");
    assert_eq!(facts.len(), bytes);
    assert!(
        facts.blocks() * 512 <= 5 * MIB,
        "holes stay holes: {}",
        facts.blocks()
    );
    for (seed, at) in islands.into_iter().enumerate() {
        let mut found = vec![0; MIB as usize];
        landed
            .read_exact_at(&mut found, at)
            .expect("it is that long");
        assert!(found == noise(seed as u64, MIB as usize), "island at {at}");
    }
}
