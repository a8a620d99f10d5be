//! What a listing of a folder promises, and what happens to files that change.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use azring_transport::buffer::Pool;
use azring_transport::client::{Client, Settings};
use azring_transport::disk::Disk;
use azring_transport::runtime::plain_runtime;
use proptest::prelude::*;
use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio::task::LocalSet;

use super::list::{FolderListing, ORDER};
use super::{LocalSource, rules};
use crate::entry::EntryName;
use crate::options::{Links, PosixOptions, Selection};
use crate::plan::chunks::Chunks;
use crate::select::{AttributeRule, Attributes, Filter, Pattern};
use crate::store::{ListScope, Page, Source, Tools};
use crate::{Error, Result};

pub(super) fn within<T>(work: impl AsyncFnOnce(Tools) -> T) -> T {
    LocalSet::new().block_on(&plain_runtime().unwrap(), async {
        let client = Client::new(Arc::new(Settings::default())).unwrap();
        let tools = Tools {
            client,
            disk: Disk::threads(),
            pool: Pool::new(0, 8).unwrap(),
        };
        work(tools).await
    })
}

fn source(folder: &Path, pattern: Option<&str>, recursive: bool) -> Arc<LocalSource> {
    let selection = Selection {
        pattern: pattern.map(Into::into),
        recursive,
        ignore_case: false,
        ..Selection::default()
    };
    let pattern = Pattern::new(pattern, rules::pattern_rule(&selection)).unwrap();
    Arc::new(LocalSource::folder(folder, pattern).unwrap())
}

fn list(folder: &Path, pattern: Option<&str>, recursive: bool) -> Result<Page> {
    within(async |tools| {
        let mut pages = source(folder, pattern, recursive).list(&tools, ListScope::default());
        let mut all = Page::default();
        while let Some(page) = pages.recv().await {
            let Page {
                entries,
                unlisted,
                notices,
                ..
            } = page?;
            all.entries.extend(entries);
            all.unlisted.extend(unlisted);
            all.notices.extend(notices);
        }
        Ok(all)
    })
}

fn names(page: &Page) -> Vec<String> {
    page.entries
        .iter()
        .map(|entry| entry.name.to_string())
        .collect()
}

/// `a.txt`, `b.log`, `d/c.txt`, `d/e/f.txt`.
fn tree() -> TempDir {
    let place = tempfile::tempdir().unwrap();
    fs::create_dir_all(place.path().join("d/e")).unwrap();
    for name in ["b.log", "a.txt", "d/c.txt", "d/e/f.txt"] {
        fs::write(place.path().join(name), name).unwrap();
    }
    place
}

#[test]
fn files_and_folders_come_in_the_byte_order_of_full_names() {
    let place = tree();
    for name in ["d-", "d.x", "d/e-", "d/e0", "d0", "e"] {
        fs::write(place.path().join(name), name).unwrap();
    }
    assert_eq!(
        names(&list(place.path(), None, true).unwrap()),
        [
            "a.txt",
            "b.log",
            "d-",
            "d.x",
            "d/c.txt",
            "d/e-",
            "d/e/f.txt",
            "d/e0",
            "d0",
            "e"
        ]
    );
}

#[test]
fn without_the_sub_folders_only_the_folder_itself_is_listed() {
    let place = tree();
    assert_eq!(
        names(&list(place.path(), None, false).unwrap()),
        ["a.txt", "b.log"]
    );
}

#[test]
fn a_pattern_also_holds_below_and_may_begin_in_a_folder() {
    let place = tree();
    assert_eq!(
        names(&list(place.path(), Some("*.txt"), true).unwrap()),
        ["a.txt", "d/c.txt", "d/e/f.txt"]
    );
    assert_eq!(
        names(&list(place.path(), Some("d/*.txt"), false).unwrap()),
        ["d/c.txt"]
    );
    let missing = list(place.path(), Some("nowhere/*.txt"), true).unwrap_err();
    assert!(missing.to_string().contains("nowhere"), "{missing}");
}

#[test]
fn links_to_files_are_followed_and_links_to_folders_are_not() {
    let place = tree();
    symlink("a.txt", place.path().join("to-file")).unwrap();
    symlink("d", place.path().join("to-folder")).unwrap();
    symlink("gone", place.path().join("broken")).unwrap();
    symlink(".", place.path().join("d/circle")).unwrap();
    let page = list(place.path(), None, true).unwrap();
    assert_eq!(
        names(&page),
        [
            "a.txt",
            "b.log",
            "broken",
            "d/c.txt",
            "d/e/f.txt",
            "to-file",
        ]
    );
    assert_eq!(
        page.entries[5].bytes, 5,
        "the length of what the link leads to"
    );
}

#[test]
fn pipes_are_left_out_and_said_so() {
    let place = tree();
    assert!(
        Command::new("mkfifo")
            .arg(place.path().join("pipe"))
            .status()
            .unwrap()
            .success()
    );
    let page = list(place.path(), None, true).unwrap();
    assert!(!names(&page).contains(&"pipe".to_owned()));
    assert_eq!(page.notices.len(), 1);
    assert!(page.notices[0].contains("`pipe`"), "{}", page.notices[0]);
}

#[test]
fn folders_that_nobody_asked_for_are_left_out_and_said_so() {
    let place = tree();
    let page = list(place.path(), None, false).unwrap();
    let [notice] = page.notices.as_slice() else {
        panic!("one notice: {:?}", page.notices);
    };
    assert!(notice.contains("sub-folder(s) of `"), "{notice}");
    // Who asks for some names, or for all folders, knows of them.
    for (pattern, recursive) in [(Some("*"), false), (None, true)] {
        let page = list(place.path(), pattern, recursive).unwrap();
        assert_eq!(page.notices, [""; 0], "{pattern:?}");
    }
}

#[test]
fn an_unreadable_folder_is_reported_and_the_rest_is_listed() {
    let place = tree();
    let closed = place.path().join("d/e");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
    let page = list(place.path(), None, true).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o755)).unwrap();
    if rustix::process::geteuid().is_root() {
        assert_eq!(names(&page).len(), 4, "nothing is closed to root");
    } else {
        assert_eq!(names(&page), ["a.txt", "b.log", "d/c.txt"]);
        assert_eq!(page.unlisted[0].0, EntryName::from("d/e"));
    }
}

#[test]
fn a_file_that_changed_since_it_was_listed_is_not_copied() {
    type Change = fn(&Path);
    let changes: [(&str, Change); 4] = [
        ("grows", |path| {
            fs::write(path, "longer than before").unwrap();
        }),
        ("is replaced", |path| {
            fs::remove_file(path).unwrap();
            fs::write(path, "a.txt").unwrap();
        }),
        ("vanishes", |path| fs::remove_file(path).unwrap()),
        ("becomes a folder", |path| {
            fs::remove_file(path).unwrap();
            fs::create_dir(path).unwrap();
        }),
    ];
    for (what, change) in changes {
        let place = tree();
        let entry = list(place.path(), Some("a.txt"), false)
            .unwrap()
            .entries
            .remove(0);
        change(&place.path().join("a.txt"));
        let opened = within(async |tools| {
            let source = source(place.path(), None, false);
            source.open(&tools, &entry).await.map(drop)
        });
        assert!(opened.is_err(), "a file that {what} is noticed");
    }
}

#[test]
fn a_file_that_changes_while_it_is_read_is_noticed_at_the_end() {
    let place = tree();
    let entry = list(place.path(), Some("a.txt"), false)
        .unwrap()
        .entries
        .remove(0);
    let result = within(async |tools| {
        let source = source(place.path(), None, false);
        let reader = source.open(&tools, &entry).await.unwrap();
        let chunk = Chunks::new(entry.bytes, 4096).get(0).unwrap();
        let lease = tools.pool.lease(chunk.bytes as usize).await.unwrap();
        reader.read(&tools, chunk, lease).await.unwrap();
        fs::write(place.path().join("a.txt"), "other bytes").unwrap();
        reader.finish(&tools).await
    });
    assert!(matches!(result, Err(Error::Changed(_))), "{result:?}");
}

#[test]
fn only_files_with_the_right_attributes_are_listed() {
    let place = tree();
    let stored = [("a.txt", "0x20"), ("d/c.txt", "0x24")];
    for (name, bits) in stored {
        let set = rustix::fs::setxattr(
            place.path().join(name),
            "user.DOSATTRIB",
            bits.as_bytes(),
            rustix::fs::XattrFlags::empty(),
        );
        // A file system without extended attributes keeps none to go by.
        match set {
            Err(rustix::io::Errno::OPNOTSUPP) => {
                return;
            }
            set => set.expect("an attribute is stored"),
        }
    }
    let listed = |rule: AttributeRule| {
        within(async |tools| {
            let pattern = Pattern::new(None, rules::pattern_rule(&recursive())).unwrap();
            let source = LocalSource::folder(place.path(), pattern).unwrap();
            let mut pages = Arc::new(source.asking(rule)).list(&tools, ListScope::default());
            let page = pages.recv().await.unwrap().unwrap();
            (names(&page), page.notices)
        })
    };
    let archive = AttributeRule {
        archive_only: true,
        ..AttributeRule::default()
    };
    let (names, notices) = listed(archive);
    assert_eq!(names, ["a.txt", "d/c.txt"]);
    assert_eq!(notices.len(), 1, "{notices:?}");
    assert!(notices[0].contains("they never have `A`"), "{notices:?}");

    let no_system = AttributeRule {
        exclude: Attributes::of_letters("S").unwrap(),
        ..AttributeRule::default()
    };
    assert_eq!(listed(no_system).0, ["a.txt", "b.log", "d/e/f.txt"]);

    // Linux knows of normal files itself.
    let normal = AttributeRule {
        include: Attributes::of_letters("N").unwrap(),
        ..AttributeRule::default()
    };
    assert_eq!(
        listed(normal),
        (vec!["b.log".into(), "d/e/f.txt".into()], vec![])
    );
}

fn recursive() -> Selection {
    Selection {
        recursive: true,
        ..Selection::default()
    }
}

/// Lists a scope, without a runtime.
fn list_scope(folder: &Path, scope: ListScope) -> Vec<String> {
    let selection = Selection {
        pattern: None,
        recursive: true,
        ignore_case: false,
        ..Selection::default()
    };
    let pattern = Pattern::new(None, rules::pattern_rule(&selection)).unwrap();
    let (pages, mut listed) = mpsc::channel(1024);
    FolderListing {
        attributes: AttributeRule::default(),
        keeps_smb: false,
        links: Links::default(),
        posix: PosixOptions::default(),
        lists_folders: false,
        own_files: &[],
        root: folder.into(),
        pattern,
        filter: &Filter::default(),
        scope,
        pages,
    }
    .run();
    let mut all = Vec::new();
    while let Ok(page) = listed.try_recv() {
        all.extend(names(&page.unwrap()));
    }
    all
}

fn after(name: &str) -> ListScope {
    ListScope {
        after: Some((EntryName::from(name), None)),
        ..ListScope::default()
    }
}

fn until(name: &str) -> ListScope {
    ListScope {
        until: Some(EntryName::from(name)),
        ..ListScope::default()
    }
}

/// Files with names of few letters, among them those that come before and after a slash.
fn few_files(files: impl IntoIterator<Item = String>) -> TempDir {
    let place = tempfile::tempdir().unwrap();
    for file in files {
        let parts = file
            .split('/')
            .filter(|part| !matches!(*part, "" | "." | ".."));
        let parts: Vec<&str> = parts.collect();
        let path = place.path().join(parts.join("/"));
        if let Some(above) = path.parent()
            && fs::create_dir_all(above).is_ok()
        {
            // A name that is a folder already stays one.
            let _made = fs::write(&path, "x");
        }
    }
    place
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_listing_goes_on_after_any_name_even_if_that_file_is_gone(
        files in proptest::collection::btree_set("[a-c./0-]{1,7}", 1..25),
    ) {
        let place = few_files(files);
        let all = list_scope(place.path(), ListScope::default());
        for (index, name) in all.iter().enumerate() {
            fs::remove_file(place.path().join(name)).unwrap();
            let rest = list_scope(place.path(), after(name));
            prop_assert_eq!(&rest, &all[index + 1..], "after {}", name);
            fs::write(place.path().join(name), "x").unwrap();
        }
    }

    #[test]
    fn any_name_divides_a_listing_by_the_order_of_bytes(
        files in proptest::collection::btree_set("[a-c./0-]{1,7}", 1..25),
        cut in "[a-c./0-]{1,7}",
    ) {
        let place = few_files(files);
        let all = list_scope(place.path(), ListScope::default());
        let mut sorted = all.clone();
        sorted.sort_unstable();
        prop_assert_eq!(&all, &sorted);
        let (before, from): (Vec<String>, Vec<String>) = all.into_iter().partition(|name| *name < cut);
        let behind: Vec<String> = from.into_iter().filter(|name| *name != cut).collect();
        prop_assert_eq!(list_scope(place.path(), until(&cut)), before);
        prop_assert_eq!(list_scope(place.path(), after(&cut)), behind);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn ranges_between_names_are_the_listing_and_nothing_is_in_two(
        files in proptest::collection::btree_set("[a-c./0-]{1,7}", 1..25),
        cuts in proptest::collection::btree_set("[a-c./0-]{1,7}", 0..6),
    ) {
        let mut cuts = cuts;
        // Some cuts are names of files.
        cuts.extend(files.iter().step_by(5).cloned());
        let place = few_files(files);
        let all = list_scope(place.path(), ListScope::default());
        let cuts: Vec<String> = cuts.into_iter().collect();
        let ranges = ListScope::ranges(&cuts);
        let listed = ranges.flat_map(|range| list_scope(place.path(), range));
        prop_assert_eq!(listed.collect::<Vec<_>>(), all);
    }
}

#[test]
fn a_listing_in_the_order_of_earlier_versions_does_not_go_on() {
    let place = tree();
    let source = source(place.path(), None, true);
    assert!(source.can_resume(&ListScope::default()));
    assert!(
        !source.can_resume(&after("b.log")),
        "its journal names no order"
    );
    let known = ListScope {
        marker: Some(ORDER.into()),
        ..after("b.log")
    };
    assert!(source.can_resume(&known));
    let (one, _) = LocalSource::file(&place.path().join("a.txt")).unwrap();
    assert!(one.can_resume(&after("a.txt")), "one file has one order");
}
