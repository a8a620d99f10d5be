//! However few files and sockets a process may have open, copying works: it takes longer and fails for nothing.

use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::emulator::Server;
use azring_emulator_tests::rest::Container;
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::{Tree, noise};
use azring_emulator_tests::two_accounts::{self, TwoAccounts};

/// What the issue of many a container and batch system is.
const FEW: u64 = 64;

/// The least that azring works with.
const LEAST: u64 = 40;

fn service() -> (Server, Container) {
    let (server, service) = single_account::start();
    let container = service.fresh_container("few");
    (server, container)
}

/// So many small files, in folders of 40 each, and one of several blocks.
fn tree(files: usize) -> Tree {
    let small = (0..files).map(|index| format!("folder {}/file {index}", index / 40));
    let names: Vec<String> = small.collect();
    Tree::named(names.iter().map(String::as_str)).with("large", noise(7, (9 << 20) + 5))
}

fn upload(source: &Folder, container: &Container) -> Azring {
    Azring::upload(source.path(), container)
        .args(["/S", "/Y"])
        .as_ordinary_user()
}

fn download(container: &Container, target: &Folder) -> Azring {
    Azring::download(container, target.path())
        .args(["/S", "/Y"])
        .as_ordinary_user()
}

#[test]
fn many_small_blobs_come_down_with_64_descriptors() {
    let (_server, container) = service();
    let tree = tree(1500);
    tree.put_into(&container);
    for how in [
        &["/IO:auto"][..],
        &["/IO:threads", "/Durability:file"],
        &["/NC:512", "/Durability:off"],
    ] {
        let target = Folder::new();
        let run = download(&container, &target).args(how).descriptors(FEW);
        run.run().succeeded().counting(1501, 0, 0);
        assert_same(&tree, &Tree::read_from(target.path()));
    }
}

#[test]
fn many_small_files_go_up_with_64_descriptors() {
    let (_server, container) = service();
    let (tree, source) = (tree(600), Folder::new());
    tree.write_to(source.path());
    for how in [&["/IO:auto"][..], &["/IO:threads"], &["/NC:512"]] {
        let run = upload(&source, &container).args(how).descriptors(FEW);
        run.run().succeeded().counting(601, 0, 0);
        assert_same(&tree, &Tree::get_from(&container));
    }
}

#[test]
fn the_least_is_enough_for_a_large_blob_and_many_small_ones() {
    let (_server, container) = service();
    let (tree, source, target) = (tree(200), Folder::new(), Folder::new());
    tree.write_to(source.path());
    let run = upload(&source, &container).descriptors(LEAST);
    run.run().succeeded().counting(201, 0, 0);
    let run = download(&container, &target).descriptors(LEAST);
    run.run().succeeded().counting(201, 0, 0);
    assert_same(&tree, &Tree::read_from(target.path()));
}

#[test]
fn below_the_least_nothing_begins_and_the_message_says_what_is_needed() {
    let (_server, container) = service();
    let (source, target) = (Folder::new(), Folder::new());
    tree(3).write_to(source.path());
    tree(3).put_into(&container);
    let up = upload(&source, &container).descriptors(LEAST - 1);
    up.run().failed().naming(&["only 39", "`ulimit -n 40`"]);
    let down = download(&container, &target).descriptors(LEAST - 1);
    down.run().failed().naming(&["only 39", "`ulimit -n 40`"]);
    assert!(Tree::read_from(target.path()).is_empty());
}

#[test]
fn copies_between_services_work_with_64_descriptors() {
    let accounts = TwoAccounts::of_emulator();
    let (source, _) = accounts.between();
    let tree = tree(300);
    tree.put_into(&source);
    for how in [&["/SyncCopy"][..], &["/SyncCopy", "/NC:512"], &[]] {
        let (_, target) = accounts.between();
        let run = two_accounts::copy(&source, &target)
            .args(how)
            .arg("/S")
            .descriptors(FEW);
        run.run().succeeded().counting(301, 0, 0);
        assert_same(&tree, &Tree::get_from(&target));
    }
}

#[test]
fn a_deep_tree_goes_both_ways_with_64_descriptors() {
    let (_server, container) = service();
    let mut tree = Tree::new();
    for depth in 1..=110 {
        let above = "down/".repeat(depth);
        tree = tree.with(&format!("{above}file"), format!("at depth {depth}"));
        if depth % 7 == 0 {
            tree = tree.with(&format!("{above}beside/file"), "beside");
        }
    }
    let (source, target) = (Folder::new(), Folder::new());
    tree.write_to(source.path());
    let count = tree.len() as u64;
    let run = upload(&source, &container).descriptors(FEW);
    run.run().succeeded().counting(count, 0, 0);
    assert_same(&tree, &Tree::get_from(&container));
    let run = download(&container, &target).descriptors(FEW);
    run.run().succeeded().counting(count, 0, 0);
    assert_same(&tree, &Tree::read_from(target.path()));
}

#[test]
fn what_is_written_beside_the_copy_is_whole_with_64_descriptors() {
    let (_server, container) = service();
    let (source, out) = (Folder::new(), Folder::new());
    let tree = tree(400);
    tree.write_to(source.path());
    let written = ["report.html", "ledger.jsonl", "verbose.log", "journal"];
    let path = |name: &str| out.join(name).display().to_string();
    let run = upload(&source, &container)
        .arg(format!("/Report:{}", path(written[0])))
        .arg(format!("/Ledger:{}", path(written[1])))
        .arg(format!("/V:{}", path(written[2])))
        .arg(format!("/Z:{}", path(written[3])))
        .descriptors(FEW);
    run.run().succeeded().counting(401, 0, 0);
    let read = |name: &str| std::fs::read_to_string(out.join(name)).expect("it was written");
    assert!(read(written[0]).trim_end().ends_with("</html>"));
    assert!(read(written[1]).lines().count() >= 401);
    assert!(!read(written[2]).is_empty());
    // Nothing is left to do: the same command finds everything there.
    let again = upload(&source, &container).arg("/XO").descriptors(FEW);
    again.run().succeeded().counting(0, 401, 0);
}

#[test]
fn page_blobs_are_looked_at_for_holes_with_64_descriptors() {
    let (_server, container) = service();
    let source = Folder::new();
    for index in 0..150 {
        let file = std::fs::File::create(source.join(&format!("disk {index}"))).expect("ours");
        file.set_len(2 << 20).expect("a hole may be long");
    }
    let run = upload(&source, &container)
        .arg("/BlobType:page")
        .descriptors(FEW);
    run.run().succeeded().counting(150, 0, 0);
}

#[test]
fn listing_and_measuring_work_with_64_descriptors() {
    let (_server, container) = service();
    tree(100).put_into(&container);
    let list = Azring::new()
        .arg("list")
        .arg(container.url())
        .source_key(container.service().account())
        .arg("/SourceType:Blob")
        .descriptors(FEW);
    let listed = list.run().succeeded().stdout;
    assert!(listed.contains("folder 2/file 99"), "{listed}");
    let bench = Azring::new()
        .args(["bench", "upload"])
        .arg(container.url())
        .dest_key(container.service().account())
        .args(["/DestType:Blob", "/Size:64K", "/Count:200"])
        .descriptors(FEW);
    bench.run().succeeded();
    assert_eq!(container.list().len(), 101);
}
