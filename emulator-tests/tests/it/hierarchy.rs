//! Accounts with a hierarchical namespace: their directories are objects, and they list folder by folder.

use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::emulator::{Behaviour, ListingBehaviour, Options};
use azring_emulator_tests::rest::{Container, Storage};
use azring_emulator_tests::tree::Tree;
use azring_emulator_tests::two_accounts::TwoAccounts;

use super::sync::{between, down, says, up};
use super::two_ends;

/// Names that a listing folder by folder has in another order than that of their bytes.
fn tree() -> Tree {
    Tree::named([
        "a-b",
        "a/c",
        "a.txt",
        "a/d/e",
        "a/d-/e",
        "a0",
        "b/c/d",
        "é/😀",
        "é/\u{ff00}",
        "é-",
    ])
}

/// A flat and a hierarchical account, whose pages are short or not.
fn accounts(entries_max: Option<usize>) -> TwoAccounts {
    let behaviour = Behaviour {
        listing: ListingBehaviour {
            entries_max: entries_max.unwrap_or_default(),
            ..ListingBehaviour::default()
        },
        ..Behaviour::default()
    };
    TwoAccounts::flat_and_hierarchical(Options {
        behaviour,
        ..Options::default()
    })
}

fn mark(container: &Container, name: &str) {
    container.put_with(name, "", &[("x-ms-meta-hdi_isfolder", "true")]);
}

fn remove(container: &Container, below: &str, words: &[&str]) -> Azring {
    Azring::new()
        .arg("remove")
        .arg(format!("{}{below}", container.url()))
        .source_key(container.account())
        .args(["/SourceType:Blob", "/S", "/Y"])
        .args(words)
}

#[test]
fn a_folder_is_synced_up_and_down_whatever_the_length_of_pages() {
    for entries_max in [None, Some(1), Some(3)] {
        let accounts = accounts(entries_max);
        let container = accounts.other.fresh_container("tree");
        let (folder, other) = (Folder::new(), Folder::new());
        tree().write_to(folder.path());
        let count = tree().len() as u64;
        let words = ["/Delete:on", "/MaxDelete:100%"];
        up(folder.path(), &container, &words)
            .run()
            .succeeded()
            .counting(count, 0, 0);
        assert_same(&tree(), &Tree::get_from(&container));
        up(folder.path(), &container, &words)
            .run()
            .succeeded()
            .counting(0, count, 0);
        Tree::named(["a-", "b/x"]).write_to(other.path());
        down(&container, other.path(), &words)
            .run()
            .succeeded()
            .counting(count, 0, 0);
        assert_same(&tree(), &Tree::read_from(other.path()));
        down(&container, other.path(), &words)
            .run()
            .succeeded()
            .counting(0, count, 0);
    }
}

#[test]
fn a_flat_and_a_hierarchical_container_are_synced_both_ways() {
    for entries_max in [None, Some(2)] {
        let accounts = accounts(entries_max);
        let flat = accounts.one.fresh_container("flat");
        let hierarchy = accounts.other.fresh_container("hierarchy");
        let again = accounts.one.fresh_container("again");
        tree().put_into(&flat);
        hierarchy.put("gone/x", "x");
        again.put("a-/x", "x");
        let (count, words) = (tree().len() as u64, ["/Delete:on", "/Compare:hash"]);
        for (from, to) in [(&flat, &hierarchy), (&hierarchy, &again)] {
            between(from, to, &words)
                .run()
                .succeeded()
                .counting(count, 0, 0);
            assert_same(&tree(), &Tree::get_from(to));
            between(from, to, &words)
                .run()
                .succeeded()
                .counting(0, count, 0);
        }
    }
}

#[test]
fn a_sync_deletes_files_and_only_on_request_their_empty_directories() {
    let accounts = accounts(None);
    let container = accounts.other.fresh_container("tree");
    let folder = Folder::new();
    Tree::named(["a/b"]).write_to(folder.path());
    let fill = || {
        Tree::named(["a/b", "a/gone/deep/x", "c/y"]).put_into(&container);
        mark(&container, "empty/before");
    };
    fill();
    let all = ["a", "a/gone", "a/gone/deep", "c", "empty", "empty/before"];
    up(folder.path(), &container, &["/Delete:on", "/Compare:size"])
        .run()
        .succeeded();
    assert_eq!(container.names(), ["a/b"]);
    assert_eq!(container.directories(), all);
    fill();
    let words = ["/Delete:on", "/Compare:size", "/DeleteEmptyFolders"];
    up(folder.path(), &container, &words).run().succeeded();
    assert_eq!(container.names(), ["a/b"]);
    assert_eq!(container.directories(), ["a", "empty", "empty/before"]);
}

#[test]
fn a_directory_is_no_file_that_a_file_could_be_equal_to() {
    let accounts = accounts(None);
    let container = accounts.other.fresh_container("tree");
    mark(&container, "a");
    container.put("gone", "x");
    let folder = Folder::new();
    Tree::new().with("a", "").write_to(folder.path());
    let outcome = up(folder.path(), &container, &["/Delete:on", "/Compare:size"])
        .run()
        .failed();
    says(&outcome, "ResourceTypeMismatch");
    assert_eq!(container.directories(), ["a"]);
    assert_eq!(container.names(), ["gone"]);
}

#[test]
fn remove_deletes_a_whole_tree_with_its_directories() {
    for entries_max in [None, Some(2)] {
        let accounts = accounts(entries_max);
        let container = accounts.other.fresh_container("tree");
        tree().put_into(&container);
        mark(&container, "a/d/empty");
        // Directories that are listed count too; `a` itself is not below `a`.
        let outcome = remove(&container, "/a", &[]).run().succeeded();
        says(&outcome, "Deleted 6 of total 6 object(s).");
        assert_eq!(container.directories(), ["b", "b/c", "é"]);
        assert_same(
            &tree().only(|name| !name.starts_with("a/")),
            &Tree::get_from(&container),
        );
        let outcome = remove(&container, "", &[]).run().succeeded();
        says(&outcome, "Deleted 10 of total 10 object(s).");
        assert!(container.directories().is_empty());
        assert!(container.names().is_empty());
    }
}

#[test]
fn remove_keeps_a_directory_in_which_a_filter_keeps_a_file() {
    let accounts = accounts(None);
    let container = accounts.other.fresh_container("tree");
    Tree::named(["a/b/x.log", "a/b/y", "c/z.log"]).put_into(&container);
    remove(&container, "", &["/IncludePattern:*.log"])
        .run()
        .succeeded();
    assert_eq!(container.names(), ["a/b/y"]);
    assert_eq!(container.directories(), ["a", "a/b"]);
}

#[test]
fn a_move_leaves_the_directories_and_verify_finds_no_difference() {
    let accounts = accounts(Some(2));
    let container = accounts.other.fresh_container("tree");
    let folder = Folder::new();
    tree().write_to(folder.path());
    up(folder.path(), &container, &[]).run().succeeded();
    two_ends::up("verify", folder.path(), &container, &[])
        .run()
        .succeeded();
    let other = Folder::new();
    two_ends::down("move", &container, other.path(), &["/S"])
        .run()
        .succeeded();
    assert_same(&tree(), &Tree::read_from(other.path()));
    assert!(container.names().is_empty());
    assert_eq!(container.directories().len(), 6);
}

#[test]
fn a_copy_between_services_makes_directories_without_reading_them() {
    let accounts = accounts(None);
    let from = accounts.other.fresh_container("from");
    tree().put_into(&from);
    mark(&from, "empty/x");
    let to = accounts.other.fresh_container("to");
    let flat = accounts.one.fresh_container("flat");
    for target in [&to, &flat] {
        Azring::between(&from, target).arg("/S").run().succeeded();
        let copied = Tree::get_from(target).only(|name| tree().get(name).is_some());
        assert_same(&tree(), &copied);
    }
    assert_eq!(to.directories(), from.directories());
    assert!(flat.names().contains(&"empty/x".to_owned()));
}

#[test]
fn a_blob_whose_name_the_account_changes_does_not_replace_another() {
    let accounts = accounts(None);
    let from = accounts.one.fresh_container("from");
    let names = ["a//b", "/c", "d/", "e/f//g"];
    for name in names {
        from.put(name, "other");
    }
    for name in ["a/b", "c", "d"] {
        from.put(name, "own");
    }
    mark(&from, "mark/");
    for words in [&["/S"][..], &["/S", "/SyncCopy"]] {
        let to = accounts.other.fresh_container("to");
        let outcome = Azring::between(&from, &to).args(words).run().failed();
        for name in names {
            says(&outcome, &format!("`{name}` has an empty folder name"));
        }
        assert_eq!(to.names(), ["a/b", "c", "d"]);
        for name in to.names() {
            assert_eq!(to.get(&name), b"own", "{name}");
        }
        assert_eq!(to.directories(), ["a", "mark"]);
        let flat = accounts.one.fresh_container("flat");
        Azring::between(&from, &flat).args(words).run().succeeded();
        assert_eq!(flat.names(), from.names());
    }
}
