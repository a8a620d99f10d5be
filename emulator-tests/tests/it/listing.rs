//! A listing of many pages is split by the folders that there are, and nobody can tell from what comes of it.
//!
//! The services are made to give small pages, which are as many as a million blobs have.

use std::collections::BTreeSet;

use azring_emulator_tests::azurite::{self, Azurite};
use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::emulator::{Behaviour, ListingBehaviour, Options, Server, StartFrom};
use azring_emulator_tests::interceptor::Interceptor;
use azring_emulator_tests::rest::Container;
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::Tree;

/// Folders within folders, some of which are called like the beginning of others, and blobs between them.
fn many() -> Tree {
    let mut names = Vec::new();
    for folder in [0, 1, 10, 11, 2, 3, 4, 5] {
        names.extend((0..60).map(|at| format!("data/d{folder}/f{at}")));
        names.push(format!("data/d{folder}-more"));
    }
    // Services differ in how they sort these, so that what lies beside them is not split.
    for folder in ["é", "ü ", "😀", "\u{ff00}", "%2F", "a&b"] {
        names.extend((0..9).map(|at| format!("odd/{folder}/{at}")));
        names.push(format!("odd/{folder}.txt"));
    }
    Tree::named(names.iter().map(String::as_str))
}

fn emulator(entries_max: usize) -> (Server, Container) {
    emulator_that(entries_max, StartFrom::Known)
}

fn emulator_that(entries_max: usize, start_from: StartFrom) -> (Server, Container) {
    let listing = ListingBehaviour {
        short_every: 5,
        entries_max,
        start_from,
        ..ListingBehaviour::default()
    };
    let behaviour = Behaviour {
        listing,
        ..Behaviour::default()
    };
    let options = Options {
        behaviour,
        log_lines: 1000,
        ..Options::default()
    };
    let (server, service) = single_account::start_with(&options);
    let container = service.fresh_container("listing");
    (server, container)
}

/// Names of one level.
fn flat() -> Tree {
    let names = (0..400).map(|at| format!("img-{at:06}.jpg"));
    let names: Vec<String> = names.chain(["img!".into(), "img/é".into()]).collect();
    Tree::named(names.iter().map(String::as_str))
}

/// The names that would be copied, in the order in which they are told.
fn told(copy: Azring) -> Vec<String> {
    let outcome = copy.args(["/S", "/L", "/Output:json"]).run().succeeded();
    let records = outcome.stdout.lines().map(|line| {
        serde_json::from_str::<serde_json::Value>(line).expect("a record on each line")
    });
    records
        .filter(|record| record["outcome"] == "would_copy")
        .map(|record| record["name"].as_str().expect("it has a name").to_owned())
        .collect()
}

/// How the names begin that the service was asked for, page by page.
fn asked_for(server: &Server) -> BTreeSet<String> {
    let lines = server.watch().log.lines();
    let lists = lines.iter().filter(|line| line.contains("comp=list"));
    let prefixes = lists.filter(|line| !line.contains("delimiter="));
    let of = |line: &String| {
        line.split(['?', '&', '"'])
            .find_map(|word| word.strip_prefix("prefix=").map(str::to_owned))
    };
    prefixes.map(|line| of(line).unwrap_or_default()).collect()
}

fn in_order_of_bytes(tree: &Tree) -> Vec<String> {
    tree.files().map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn a_split_listing_shows_every_blob_once_and_in_order() {
    let (server, container) = emulator(10);
    let tree = many();
    tree.put_into(&container);
    server.watch().counters.reset();
    server.watch().log.clear();
    let folder = Folder::new();
    let copy = |target: &Folder| {
        Azring::copy(container.url(), target.path())
            .source_key(container.service().account())
            .arg("/SourceType:Blob")
    };
    assert_eq!(told(copy(&folder)), in_order_of_bytes(&tree));
    let parts = asked_for(&server);
    assert!(parts.len() > 1, "{parts:?}");
    let pages = server.watch().counters.of("ListBlobs").requests;
    copy(&folder).args(["/S", "/Y"]).run().succeeded();
    assert_same(&tree, &Tree::read_from(folder.path()));
    assert!(pages > 60, "{pages}");
}

/// The address of a container of Azurite through somebody who asks it for ten names a page, as long as there is somebody.
fn in_small_pages(azurite: &Azurite, container: &Container) -> (Interceptor, String) {
    let small = "include=metadata&maxresults=10";
    let interceptor = Interceptor::saying(azurite.origin(), "include=metadata", small);
    let service = container.service();
    let through = interceptor
        .blob_service(service.account())
        .container(container.name());
    let address = format!("{}?{}", through.url(), service.account_sas());
    (interceptor, address)
}

#[test]
fn azurites_listing_is_split_too() {
    let azurite = azurite::shared();
    let container = azurite.blob_service().fresh_container("listing");
    let tree = many();
    tree.put_into(&container);
    let (_interceptor, address) = in_small_pages(azurite, &container);
    let folder = Folder::new();
    let copy = || Azring::copy(&address, folder.path()).arg("/SourceType:Blob");
    let mut expected = in_order_of_bytes(&tree);
    expected.sort_by(|one, other| one.encode_utf16().cmp(other.encode_utf16()));
    assert_eq!(told(copy()), expected);
    copy().args(["/S", "/Y"]).run().succeeded();
    assert_same(&tree, &Tree::read_from(folder.path()));
}

#[test]
fn a_listing_without_folders_is_cut_by_names_where_the_service_can() {
    let tree = flat();
    let expected = in_order_of_bytes(&tree);
    let mut requests = Vec::new();
    for habit in [StartFrom::Known, StartFrom::Ignored, StartFrom::Refused] {
        let (server, container) = emulator_that(10, habit);
        tree.put_into(&container);
        server.watch().counters.reset();
        let folder = Folder::new();
        let copy = Azring::copy(container.url(), folder.path())
            .source_key(container.service().account())
            .arg("/SourceType:Blob");
        assert_eq!(told(copy), expected, "{habit:?}");
        let asked = server.watch().counters.of("ListBlobs").requests;
        requests.push(asked);
    }
    // Where the service cannot it is asked once, beside the folders.
    assert_eq!(requests[1], requests[2]);
    assert!(requests[0] > requests[1], "{requests:?}");
}

#[test]
fn azurites_listing_is_cut_by_names_too() {
    let azurite = azurite::shared();
    let container = azurite.blob_service().fresh_container("listing");
    let tree = flat();
    tree.put_into(&container);
    let (_interceptor, address) = in_small_pages(azurite, &container);
    let folder = Folder::new();
    let copy = Azring::copy(address, folder.path()).arg("/SourceType:Blob");
    assert_eq!(told(copy), in_order_of_bytes(&tree));
}
