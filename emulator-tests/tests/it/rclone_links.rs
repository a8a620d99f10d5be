//! `/LinkForm:rclone`: links as blobs whose names end in `.rclonelink`, as rclone stores and reads them.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::peers::{self, Peers};
use azring_emulator_tests::rest::Container;
use azring_emulator_tests::single_account;

use super::sync;

const RCLONE: [&str; 2] = ["/Links:keep", "/LinkForm:rclone"];

/// Links and files whose order is another one with the ends of the links.
fn tree() -> Folder {
    let folder = Folder::new();
    fs::create_dir_all(folder.join("d/e")).expect("ours");
    for name in ["l-a", "l.a", "l0", "d/file"] {
        fs::write(folder.join(name), name).expect("ours");
    }
    for (name, target) in [("l", "d/file"), ("d/e/up", "../file"), ("none", "no where")] {
        symlink(target, folder.join(name)).expect("ours");
    }
    folder
}

const STORED: [&str; 7] = [
    "d/e/up.rclonelink",
    "d/file",
    "l-a",
    "l.a",
    "l.rclonelink",
    "l0",
    "none.rclonelink",
];

#[track_caller]
fn is_restored(folder: &Path) {
    for (name, target) in [("l", "d/file"), ("d/e/up", "../file"), ("none", "no where")] {
        let found = fs::read_link(folder.join(name)).expect("a link");
        assert_eq!(found, Path::new(target), "{name}");
    }
    for name in ["d/file", "l-a", "l.a", "l0"] {
        let text = fs::read_to_string(folder.join(name)).expect("a file");
        assert_eq!(text, name);
    }
    for name in STORED.iter().filter(|name| name.ends_with("link")) {
        assert!(!folder.join(name).exists(), "{name}");
    }
}

fn upload(folder: &Path, container: &Container) -> Azring {
    Azring::upload(folder, container)
        .args(["/Y", "/S"])
        .args(RCLONE)
}

fn download(container: &Container, folder: &Path) -> Azring {
    Azring::download(container, folder)
        .args(["/Y", "/S"])
        .args(RCLONE)
}

#[test]
fn rclone_and_azring_restore_each_others_links() {
    let (_server, service) = single_account::start();
    let rclone = |from: &str, to: &str| {
        let words = ["copy", from, to, "--links", "--ignore-times"];
        peers::run(Peers::find().rclone_command(&service, &words));
    };
    let (source, target) = (tree(), Folder::new());
    let container = service.fresh_container("by-rclone");
    let place = format!("azure:{}", container.name());
    rclone(&source.path().to_string_lossy(), &place);
    assert_eq!(container.names(), STORED);
    download(&container, target.path()).run().succeeded();
    is_restored(target.path());

    let back = Folder::new();
    let container = service.fresh_container("for-rclone");
    let place = format!("azure:{}", container.name());
    upload(source.path(), &container).run().succeeded();
    assert_eq!(container.names(), STORED);
    assert_eq!(container.get("d/e/up.rclonelink"), b"../file");
    let stored = container.ask("HEAD", "l.rclonelink", &[], &[], "");
    assert_eq!(stored.succeeded().header("x-ms-meta-is_symlink"), "");
    rclone(&place, &back.path().to_string_lossy());
    is_restored(back.path());
}

#[test]
fn a_sync_in_rclones_form_compares_and_deletes_links_by_their_names() {
    let (_server, service) = single_account::start();
    let (source, back) = (tree(), Folder::new());
    let container = service.fresh_container("sync");
    let up = |words: &[&str]| {
        let words = [&RCLONE[..], words].concat();
        sync::up(source.path(), &container, &words).run()
    };
    let down = |words: &[&str]| {
        let words = [&RCLONE[..], words].concat();
        sync::down(&container, back.path(), &words).run()
    };
    up(&[]).succeeded().counting(7, 0, 0);
    up(&["/Delete:on"]).succeeded().counting(0, 7, 0);
    assert_eq!(container.names(), STORED);
    down(&[]).succeeded().counting(7, 0, 0);
    down(&["/Delete:on"]).succeeded().counting(0, 7, 0);
    is_restored(back.path());
    // A link has another target, and another one is gone.
    fs::remove_file(source.join("l")).expect("ours");
    symlink("l0", source.join("l")).expect("ours");
    fs::remove_file(source.join("none")).expect("ours");
    up(&["/Delete:on"]).succeeded().counting(1, 5, 0);
    assert_eq!(container.names(), STORED[..6]);
    down(&["/Delete:on", "/Trash:.trash"])
        .succeeded()
        .counting(1, 5, 0);
    let link = fs::read_link(back.join("l")).expect("a link");
    assert_eq!(link, Path::new("l0"));
    assert!(!back.join("none").is_symlink());
    let runs = fs::read_dir(back.join(".trash")).expect("the trash");
    let run = runs.flatten().next().expect("a run").path();
    assert!(run.join("none").is_symlink());
}

#[test]
fn a_link_in_rclones_form_is_made_only_below_the_destination() {
    let (_server, service) = single_account::start();
    let container = service.fresh_container("out");
    for (name, target) in [
        ("absolute.rclonelink", "/etc/passwd"),
        ("above.rclonelink", "../x"),
        ("d/hidden.rclonelink", "a/../../../x"),
        ("d/inside.rclonelink", "../x"),
    ] {
        container.put(name, target);
    }
    let kept = Folder::new();
    download(&container, kept.path())
        .run()
        .failed()
        .counting(1, 0, 3)
        .naming(&["--links unsafe", "d/hidden"]);
    assert!(kept.join("d/inside").is_symlink());
    assert_eq!(fs::read_dir(kept.path()).expect("ours").count(), 1);
    let all = Folder::new();
    Azring::download(&container, all.path())
        .args(["/Y", "/S", "/Links:unsafe", "/LinkForm:rclone"])
        .run()
        .succeeded()
        .counting(4, 0, 0);
    assert!(all.join("absolute").is_symlink());
}

#[test]
fn only_the_name_and_a_short_text_make_a_link_of_a_blob() {
    let (_server, service) = single_account::start();
    let container = service.fresh_container("files");
    let long = "x".repeat(5000);
    for (name, text) in [
        ("empty.rclonelink", ""),
        ("long.rclonelink", &*long),
        (".rclonelink", "a"),
    ] {
        container.put(name, text);
    }
    container.put_with("marked", "a", &[("x-ms-meta-is_symlink", "true")]);
    let folder = Folder::new();
    download(&container, folder.path())
        .run()
        .succeeded()
        .counting(4, 0, 0);
    for name in [
        "empty.rclonelink",
        "long.rclonelink",
        ".rclonelink",
        "marked",
    ] {
        assert!(folder.join(name).is_file(), "{name}");
        assert!(!folder.join(name).is_symlink(), "{name}");
    }
}

#[test]
fn a_link_and_a_file_of_one_name_are_a_failure_and_nothing_is_deleted() {
    let (_server, service) = single_account::start();
    let (folder, container) = (Folder::new(), service.fresh_container("both"));
    fs::write(folder.join("a.rclonelink"), "a file").expect("ours");
    symlink("there", folder.join("a")).expect("ours");
    container.put("gone", "x");
    let words = [&RCLONE[..], &["/Delete:on"]].concat();
    sync::up(folder.path(), &container, &words)
        .run()
        .failed()
        .naming(&["a.rclonelink", "also the name of a file"]);
    assert_eq!(container.names(), ["a.rclonelink", "gone"]);
    assert_eq!(container.get("a.rclonelink"), b"a file");
    // The other way a blob and a link have one name.
    let (container, back) = (service.fresh_container("down"), Folder::new());
    container.put("a", "a file");
    container.put("a.rclonelink", "there");
    download(&container, back.path())
        .run()
        .failed()
        .counting(1, 0, 1)
        .naming(&["a.rclonelink", "another selected object"]);
    assert_eq!(fs::read(back.join("a")).expect("a file"), b"a file");
    for _ in 0..2 {
        sync::down(&container, back.path(), &words)
            .run()
            .failed()
            .naming(&["a.rclonelink", "also the name of another object"]);
        assert_eq!(fs::read(back.join("a")).expect("a file"), b"a file");
    }
}

#[test]
fn the_form_of_links_is_refused_where_links_are_not_kept() {
    let (_server, service) = single_account::start();
    let (folder, container) = (tree(), service.fresh_container("refused"));
    for word in ["/Links:follow", "/Links:skip", "/V"] {
        Azring::upload(folder.path(), &container)
            .args(["/Y", "/S", "/LinkForm:rclone", word])
            .run()
            .refused()
            .naming(&["`/LinkForm`", "`/Links:keep`"]);
    }
}
