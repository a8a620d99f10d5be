//! `/Links`: what becomes of symbolic links at both ends.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use azring_emulator_tests::command::{Azring, Folder, Outcome};
use azring_emulator_tests::rest::{Container, Share};
use azring_emulator_tests::single_account;

use crate::sync;

/// A folder with a file, and links to a file, to a folder, to nothing and to themselves.
fn tree() -> Folder {
    let folder = Folder::new();
    fs::create_dir_all(folder.join("d/e")).expect("a folder of ours");
    fs::write(folder.join("d/file"), "content").expect("a folder of ours");
    fs::write(folder.join("d-file"), "other").expect("a folder of ours");
    for (name, target) in [
        ("to-file", "d/file"),
        ("to-folder", "d"),
        ("d/e/up", "../file"),
    ] {
        symlink(target, folder.join(name)).expect("a folder of ours");
    }
    folder
}

fn upload(folder: &Path, container: &Container, links: &str) -> Outcome {
    Azring::upload(folder, container)
        .args(["/Y", "/S", &format!("/Links:{links}")])
        .run()
}

fn download(container: &Container, folder: &Path, words: &[&str]) -> Outcome {
    Azring::download(container, folder)
        .args(["/Y", "/S"])
        .args(words)
        .run()
}

fn target_of(path: &Path) -> String {
    let target = fs::read_link(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    target.to_string_lossy().into_owned()
}

fn put_link(container: &Container, name: &str, target: &str) {
    container.put_with(name, target, &[("x-ms-meta-is_symlink", "true")]);
}

#[test]
fn links_are_skipped_with_a_notice_or_followed_to_files_and_folders() {
    let (_server, service) = single_account::start();
    let folder = tree();
    let skipped = service.fresh_container("skip");
    let outcome = upload(folder.path(), &skipped, "skip").succeeded();
    assert_eq!(skipped.names(), ["d-file", "d/file"], "{outcome}");
    assert!(outcome.stdout.contains("2 symbolic link(s)"), "{outcome}");
    let followed = service.fresh_container("follow");
    upload(folder.path(), &followed, "follow").succeeded();
    let names = [
        "d-file",
        "d/e/up",
        "d/file",
        "to-file",
        "to-folder/e/up",
        "to-folder/file",
    ];
    assert_eq!(followed.names(), names);
    assert_eq!(followed.get("to-folder/e/up"), b"content");
}

#[test]
fn a_link_that_leads_back_is_a_failure_and_the_rest_is_copied() {
    let (_server, service) = single_account::start();
    let (folder, container) = (tree(), service.fresh_container("cycle"));
    symlink("..", folder.join("d/e/back")).expect("a folder of ours");
    symlink("self", folder.join("self")).expect("a folder of ours");
    upload(folder.path(), &container, "follow")
        .failed()
        .naming(&["`d/e/back`", "leads back to a folder above it", "self: "]);
    assert_eq!(container.get("to-folder/e/up"), b"content");
    assert!(!container.names().iter().any(|name| name.contains("back/e")));
}

#[test]
fn kept_links_are_blobs_with_a_mark_and_become_links_again() {
    let (_server, service) = single_account::start();
    let (folder, container) = (tree(), service.fresh_container("keep"));
    // The name of a disk makes no page blob of a link.
    symlink("nowhere at all", folder.join("broken.vhd")).expect("a folder of ours");
    upload(folder.path(), &container, "keep").succeeded();
    assert_eq!(container.get("to-folder"), b"d");
    assert_eq!(container.get("broken.vhd"), b"nowhere at all");
    let stored = container.ask("HEAD", "d/e/up", &[], &[], "").succeeded();
    assert_eq!(stored.header("x-ms-meta-is_symlink"), "true");
    assert_eq!(stored.header("x-ms-blob-type"), "BlockBlob");
    let plain = container.ask("HEAD", "d/file", &[], &[], "").succeeded();
    assert_eq!(plain.header("x-ms-meta-is_symlink"), "");

    let back = Folder::new();
    download(&container, back.path(), &["/Links:keep"]).succeeded();
    for (name, target) in [
        ("to-file", "d/file"),
        ("to-folder", "d"),
        ("d/e/up", "../file"),
        ("broken.vhd", "nowhere at all"),
    ] {
        assert_eq!(target_of(&back.join(name)), target, "{name}");
    }
    assert_eq!(fs::read(back.join("d/e/up")).expect("a file"), b"content");
    // Once more: links are replaced like files, and nothing is left beside them.
    download(&container, back.path(), &["/Links:keep"]).succeeded();
    assert_eq!(fs::read_dir(back.path()).expect("a folder").count(), 5);
    // Without the parameter they are files with the text of the link.
    let files = Folder::new();
    download(&container, files.path(), &[]).succeeded();
    assert_eq!(fs::read(files.join("to-file")).expect("a file"), b"d/file");
}

#[test]
fn a_link_replaces_a_file_only_as_the_overwrite_rules_say() {
    let (_server, service) = single_account::start();
    let (folder, container) = (Folder::new(), service.fresh_container("rules"));
    put_link(&container, "a", "there");
    put_link(&container, "b", "there");
    fs::write(folder.join("a"), "kept").expect("a folder of ours");
    symlink("old", folder.join("b")).expect("a folder of ours");
    let keeping = |words: &[&str]| {
        Azring::download(&container, folder.path())
            .args(["/S", "/Links:keep"])
            .args(words)
            .run()
    };
    keeping(&["/Overwrite:never"]).succeeded().counting(0, 2, 0);
    assert_eq!(fs::read(folder.join("a")).expect("a file"), b"kept");
    assert_eq!(target_of(&folder.join("b")), "old");
    keeping(&["/Y"]).succeeded().counting(2, 0, 0);
    assert_eq!(target_of(&folder.join("a")), "there");
    assert_eq!(target_of(&folder.join("b")), "there");
}

#[test]
fn a_link_out_of_the_destination_is_a_failure_unless_allowed() {
    let (_server, service) = single_account::start();
    let container = service.fresh_container("out");
    for (name, target) in [
        ("absolute", "/etc/passwd"),
        ("above", "../x"),
        ("d/above", "../../x"),
        ("d/hidden", "a/../../../x"),
        ("d/inside", "../x"),
    ] {
        put_link(&container, name, target);
    }
    put_link(&container, "long", &"x".repeat(5000));
    let kept = Folder::new();
    let outcome = download(&container, kept.path(), &["/Links:keep"]).failed();
    let outcome = outcome
        .counting(1, 0, 5)
        .naming(&["--links unsafe", "d/hidden: "]);
    assert!(
        outcome
            .errors()
            .iter()
            .any(|error| error.contains("5000 bytes"))
    );
    assert_eq!(target_of(&kept.join("d/inside")), "../x");
    assert_eq!(fs::read_dir(kept.path()).expect("a folder").count(), 1);
    let all = Folder::new();
    download(&container, all.path(), &["/Links:unsafe"])
        .failed()
        .counting(5, 0, 1);
    assert_eq!(target_of(&all.join("absolute")), "/etc/passwd");
}

#[test]
fn no_file_is_written_through_a_link_that_was_made() {
    let (_server, service) = single_account::start();
    let (folder, outside) = (Folder::new(), Folder::new());
    let container = service.fresh_container("through");
    put_link(&container, "d", &outside.path().to_string_lossy());
    container.put("d/file", "written");
    download(&container, folder.path(), &["/Links:unsafe"]).failed();
    assert_eq!(fs::read_dir(outside.path()).expect("a folder").count(), 0);
}

#[test]
fn a_sync_keeps_links_and_deletes_them_only_where_they_are_kept() {
    let (server, service) = single_account::start();
    let (folder, container) = (tree(), service.fresh_container("sync"));
    sync::up(folder.path(), &container, &["/Links:keep"])
        .run()
        .succeeded();
    assert_eq!(container.get("to-folder"), b"d");
    server.watch().counters.reset();
    let again = sync::up(folder.path(), &container, &["/Links:keep"]).run();
    again.succeeded().counting(0, 5, 0);
    assert_eq!(server.watch().counters.of("PutBlob").requests, 0);

    let back = Folder::new();
    let down = |words: &[&str]| sync::down(&container, back.path(), words).run();
    down(&["/Links:keep"]).succeeded().counting(5, 0, 0);
    down(&["/Links:keep"]).succeeded().counting(0, 5, 0);
    assert_eq!(target_of(&back.join("to-folder")), "d");
    container.delete("to-file");
    container.delete("to-folder");
    let without = Folder::new();
    symlink("anywhere", without.join("link")).expect("a folder of ours");
    sync::down(&container, without.path(), &["/Delete:on", "/Y"])
        .run()
        .succeeded();
    assert_eq!(target_of(&without.join("link")), "anywhere");
    down(&["/Links:keep", "/Delete:on", "/Y"]).succeeded();
    assert!(!back.join("to-file").is_symlink());
    assert!(!back.join("to-folder").is_symlink());
    assert_eq!(target_of(&back.join("d/e/up")), "../file");
}

#[test]
fn links_have_no_meaning_in_other_copies_and_are_refused_by_name() {
    let (_server, service) = single_account::start();
    let (folder, container) = (tree(), service.fresh_container("refused"));
    download(&container, folder.path(), &["/Links:follow"])
        .refused()
        .naming(&["`/Links`", "`keep` or `unsafe`"]);
    upload(folder.path(), &container, "keep").succeeded();
    Azring::upload(folder.path(), &container)
        .args(["/Y", "/S", "/Move", "/Links:keep"])
        .run()
        .refused()
        .naming(&["`/Links`", "move"]);
    Azring::between(&container, &service.fresh_container("other"))
        .args(["/S", "/Links:keep"])
        .run()
        .refused()
        .naming(&["`/Links`", "between local files and blobs"]);
    let (_files, service) = single_account::start_for_files();
    Azring::upload(folder.path(), &service.fresh_share("links"))
        .args(["/Y", "/S", "/Links:keep"])
        .run()
        .refused()
        .naming(&["`/Links`", "SMB share"]);
}

#[test]
fn links_are_skipped_or_followed_on_the_way_to_a_share_and_never_kept() {
    let (_server, service) = single_account::start_for_files();
    let folder = tree();
    let run = |share: &Share, links: &str| {
        Azring::upload(folder.path(), share)
            .args(["/Y", "/S", &format!("/Links:{links}")])
            .run()
    };
    let skipped = service.fresh_share("skip");
    let outcome = run(&skipped, "skip").succeeded();
    assert_eq!(skipped.names(), ["d-file", "d/file"], "{outcome}");
    let followed = service.fresh_share("follow");
    run(&followed, "follow").succeeded();
    assert_eq!(followed.get("to-folder/e/up"), b"content");
    let kept = service.unmade_share("keep");
    for links in ["keep", "unsafe"] {
        let outcome = run(&kept, links).refused();
        outcome.naming(&["SMB share keeps no symbolic links", "`skip` or `follow`"]);
    }
    let down = Folder::new();
    let download = Azring::download(&followed, down.path()).args(["/Y", "/S", "/Links:keep"]);
    download.run().refused().naming(&["SMB share"]);
    assert!(!kept.exists());
}
