//! Lengths at which something changes for files of shares.

use std::fs::File;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};

use azring_emulator_tests::command::Folder;
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::emulator::{Options, Server, StoreChoice};
use azring_emulator_tests::rest::{Share, content_md5};
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::{Tree, noise};

use super::{download, folder_with, upload};

const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;
const TIB: u64 = 1 << 40;

fn share(store: StoreChoice) -> (Server, Share) {
    let (server, service) = single_account::start_for_files_with(&Options {
        store,
        ..Options::default()
    });
    let share = service.fresh_share("sizes");
    (server, share)
}

/// Files of these lengths, named by them.
fn tree() -> Tree {
    let range = 4 * MIB;
    let lengths = [0, 1, 511, 512, 513, range - 1, range, range + 1, 3 * range];
    lengths.into_iter().fold(Tree::new(), |tree, bytes| {
        tree.with(&format!("n{bytes}"), noise(bytes, bytes as usize))
    })
}

#[test]
fn files_of_all_lengths_go_up_and_come_down() {
    let (server, share) = share(StoreChoice::Memory);
    let (folder, target) = (folder_with(&tree()), Folder::new());
    let files = tree().len() as u64;
    upload(&folder, &share)
        .run()
        .succeeded()
        .counting(files, 0, 0);
    assert_same(&tree(), &Tree::get_from(&share));
    for (name, bytes) in tree().files() {
        assert_eq!(
            share.properties(name).content_md5,
            content_md5(bytes),
            "{name}"
        );
    }
    server.watch().counters.reset();
    let down = download(&share, &target).arg("/CheckMD5").run();
    down.succeeded().counting(files, 0, 0);
    assert_same(&tree(), &Tree::read_from(target.path()));
}

#[test]
fn a_small_file_costs_one_request_and_two_before_2026_02_06() {
    for (version, ranges) in [("2026-02-06", 0), ("2025-01-05", 1)] {
        let (server, share) = share(StoreChoice::Memory);
        let folder = folder_with(&Tree::new().with("a", "abc").with("empty", ""));
        let upload = upload(&folder, &share).arg(format!("/ServiceVersion:{version}"));
        upload.run().succeeded().counting(2, 0, 0);
        let counters = &server.watch().counters;
        assert_eq!(counters.of("CreateFile").requests, 2);
        assert_eq!(counters.of("PutRange").requests, ranges, "{version}");
        assert_eq!(counters.of("SetFileProperties").requests, 0);
    }
}

/// A new file is zeros, so only the pages with data are written: of a file of one range and of several.
#[test]
fn zeros_of_a_file_are_not_sent() {
    let (server, share) = share(StoreChoice::Memory);
    let zeros = vec![0; 3 * MIB as usize];
    let one = [noise(1, 600), zeros.clone(), noise(2, 5)].concat();
    let several = [noise(3, 600), zeros.repeat(3), noise(4, 5)].concat();
    let tree = Tree::new().with("one", one).with("several", several);
    upload(&folder_with(&tree), &share).run().succeeded();
    assert_same(&tree, &Tree::get_from(&share));
    let sent = server.watch().counters.of("PutRange").bytes_in;
    assert!(sent <= 4 * 8192, "{sent}");
}

#[test]
fn a_file_of_256_mib_and_a_byte_goes_up_and_comes_down() {
    let (_server, share) = share(StoreChoice::Memory);
    let (folder, target) = (Folder::in_memory(), Folder::in_memory());
    let bytes = 256 * MIB + 1;
    let islands = [0, 4 * MIB - 1, 148 * MIB - 3, 148 * MIB + 5, 256 * MIB];
    let file = File::create(folder.join("a")).expect("the folder is ours");
    file.set_len(bytes).expect("it has room");
    for at in islands {
        file.write_all_at(b"!", at).expect("it has room");
    }
    upload(&folder, &share).run().succeeded().counting(1, 0, 0);
    assert_eq!(share.properties("a").bytes, bytes);
    let down = download(&share, &target).arg("/CheckMD5").run();
    down.succeeded().counting(1, 0, 0);
    azring_emulator_tests::compare::assert_none(&azring_emulator_tests::compare::folders(
        folder.path(),
        target.path(),
    ));
}

#[test]
fn the_longest_file_is_its_islands() {
    let (server, share) = share(StoreChoice::Memory);
    let (folder, target) = (Folder::new(), Folder::new());
    let bytes = 4 * TIB;
    let file = File::create(folder.join("disk")).expect("the folder is ours");
    file.set_len(bytes).expect("a hole");
    let islands = [0, 4 * GIB, 3 * TIB + MIB, bytes - MIB];
    for (seed, at) in islands.into_iter().enumerate() {
        file.write_all_at(&noise(seed as u64, MIB as usize), at)
            .expect("it is ours");
    }
    // An MD5 of it would take hours.
    let outcome = upload(&folder, &share).arg("/MD5:off").run();
    outcome.succeeded().counting(1, 0, 0);
    let sent = server.watch().counters.of("PutRange").bytes_in;
    assert!(sent <= 32 * MIB, "{sent}");
    assert_eq!(share.properties("disk").bytes, bytes);

    server.watch().counters.reset();
    download(&share, &target)
        .run()
        .succeeded()
        .counting(1, 0, 0);
    let received = server.watch().counters.of("GetFile").bytes_out;
    assert!(received <= 32 * MIB, "{received}");
    let found = File::open(target.join("disk")).expect("it came down");
    let metadata = found.metadata().expect("it is open");
    assert_eq!(metadata.len(), bytes);
    assert!(metadata.blocks() * 512 <= 64 * MIB, "it stays sparse");
    for (seed, at) in islands.into_iter().enumerate() {
        let mut island = vec![0; MIB as usize];
        found
            .read_exact_at(&mut island, at)
            .expect("it is that long");
        assert!(island == noise(seed as u64, MIB as usize), "at {at}");
    }
}
