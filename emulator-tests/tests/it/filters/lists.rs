//! Lists of names: `/FilesFrom`, `/FilesFrom0` and `/MapFrom`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::rest::Storage as _;
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::Tree;

use super::super::kills::{Draw, Scene, many};
use super::{folder_with, list_folder, listed, tree};

/// A file with this text.
fn file(folder: &Folder, text: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join("names");
    fs::write(&path, text).expect("the folder is ours");
    path
}

fn from(path: &std::path::Path) -> String {
    format!("/FilesFrom:{}", path.display())
}

#[test]
fn names_of_a_list_are_looked_up_and_the_container_is_not_listed() {
    let (server, service) = single_account::start();
    let container = service.fresh_container("lists");
    tree().put_into(&container);
    let (lists, target) = (Folder::new(), Folder::new());
    let list = file(&lists, "x[1].txt\nlogs/old/c.log\na.txt\na.txt\nb.log\n");
    server.watch().counters.reset();
    let download = Azring::download(&container, target.path()).args([
        "/Y",
        &from(&list),
        "/ExcludePattern:b*",
    ]);
    download.run().succeeded().counting(3, 0, 0);
    let expected = ["x[1].txt", "logs/old/c.log", "a.txt"];
    assert_same(
        &tree().only(|name| expected.contains(&name)),
        &Tree::read_from(target.path()),
    );
    assert_eq!(server.watch().counters.of("ListBlobs").requests, 0);
}

#[test]
fn a_name_without_an_object_fails_and_the_others_are_copied() {
    let lists = Folder::new();
    let list = from(&file(&lists, "a.txt\nnot-there\nlogs\nzzz\n"));
    let named = ["not-there", "logs", "zzz"];
    let expected = tree().only(|name| name == "a.txt");
    let (_server, service) = single_account::start();
    let (_files_server, files) = single_account::start_for_files();
    let (container, share) = (
        service.fresh_container("missing"),
        files.fresh_share("missing"),
    );
    let folder = folder_with(&tree());
    let up = Azring::upload(folder.path(), &container).args(["/Y", &list]);
    up.run().failed().naming(&named).counting(1, 0, 3);
    assert_same(&expected, &Tree::get_from(&container));
    tree().put_into(&share);
    let target = Folder::new();
    let down = Azring::download(&share, target.path()).args(["/Y", &list]);
    down.run().failed().naming(&named).counting(1, 0, 3);
    assert_same(&expected, &Tree::read_from(target.path()));
    let remove = Azring::new()
        .args(["remove", &container.url(), "/Y", "/SourceType:Blob", &list])
        .source_key(container.account());
    remove.run().failed().naming(&named);
    assert!(container.names().is_empty());
}

#[test]
fn a_second_run_fails_again_until_the_object_is_there() {
    let (_server, service) = single_account::start();
    let container = service.fresh_container("again");
    let (lists, state) = (Folder::new(), Folder::new());
    let list = from(&file(&lists, "a.txt\nmissing\n"));
    let folder = folder_with(&tree());
    let run = || {
        let upload = Azring::upload(folder.path(), &container).args(["/Y", &list]);
        upload.env("XDG_STATE_HOME", state.path()).run()
    };
    run().failed().counting(1, 0, 1);
    run().failed().naming(&["missing"]);
    fs::write(folder.join("missing"), "here").expect("ours");
    run().succeeded();
    assert_eq!(container.names(), ["a.txt", "missing"]);
}

#[test]
fn a_list_that_has_changed_is_another_operation() {
    let (_server, service) = single_account::start();
    let container = service.fresh_container("changed");
    let (lists, journal) = (Folder::new(), Folder::new());
    let list = file(&lists, "a.txt\nmissing\n");
    let folder = folder_with(&tree());
    fs::set_permissions(journal.path(), fs::Permissions::from_mode(0o755)).expect("ours");
    let resume = format!("/Z:{}", journal.path().display());
    let upload = Azring::upload(folder.path(), &container).args(["/Y", &from(&list), &resume]);
    upload.run().failed();
    let alone = || {
        Azring::new()
            .args(["/Y", &resume])
            .dest_key(container.account())
            .run()
    };
    alone().failed().naming(&["missing"]);
    fs::write(&list, "b.log\n").expect("ours");
    alone().refused().naming(&["has changed"]);
    assert_eq!(container.names(), ["a.txt"]);
    fs::write(&list, "a.txt\nmissing\n").expect("ours");
    fs::write(folder.join("missing"), "here").expect("ours");
    alone().succeeded();
    assert_eq!(container.names(), ["a.txt", "missing"]);
}

#[test]
fn names_with_newlines_are_listed_with_nul() {
    let folder = folder_with(&Tree::named(["a\nb", "c", "d"]));
    let lists = Folder::new();
    let list = file(&lists, b"c\0./a\nb\0");
    let word = format!("/FilesFrom0:{}", list.display());
    let outcome = list_folder(&folder, &[&word]).succeeded();
    assert_eq!(listed(&outcome), [r"a\u{a}b", "c"]);
    let input = Azring::new()
        .arg("list")
        .arg(folder.path())
        .args(["--files-from0", "-"])
        .input(&list);
    assert_eq!(listed(&input.run().succeeded()), [r"a\u{a}b", "c"]);
}

#[test]
fn a_path_that_leaves_the_source_is_refused() {
    let folder = folder_with(&tree());
    let lists = Folder::new();
    for text in ["a.txt\n../names\n", "/etc/passwd\n"] {
        let list = from(&file(&lists, text));
        list_folder(&folder, &[&list]).refused().naming(&["name"]);
    }
}

#[test]
fn objects_get_the_names_in_the_second_column() {
    let (_server, service) = single_account::start();
    let container = service.fresh_container("renamed");
    let folder = folder_with(&tree());
    let lists = Folder::new();
    let map = file(&lists, "a.txt\tnew/A b.txt\nlogs/old/c.log\tc.log\n");
    let word = format!("/MapFrom:{}", map.display());
    let up = Azring::upload(folder.path(), &container).args(["/Y", &word]);
    up.run().succeeded().counting(2, 0, 0);
    let (a, c) = (
        tree().get("a.txt").unwrap().to_vec(),
        tree().get("logs/old/c.log").unwrap().to_vec(),
    );
    let expected = Tree::new().with("new/A b.txt", a.clone()).with("c.log", c);
    assert_same(&expected, &Tree::get_from(&container));
    let back = file(&lists, "new/A b.txt\tdeep/er/a.txt\n");
    let word = format!("/MapFrom:{}", back.display());
    let target = Folder::new();
    let down = Azring::download(&container, target.path()).args(["/Y", &word]);
    down.run().succeeded().counting(1, 0, 0);
    assert_same(
        &Tree::new().with("deep/er/a.txt", a),
        &Tree::read_from(target.path()),
    );
    let climbs = file(&lists, "c.log\t../outside\n");
    let word = format!("/MapFrom:{}", climbs.display());
    let down = Azring::download(&container, target.join("in")).args(["/Y", &word]);
    down.run().failed().naming(&["c.log"]);
    assert!(!target.join("outside").exists());
}

#[test]
fn of_a_long_list_only_the_selected_names_are_looked_up() {
    let (server, service) = single_account::start();
    let container = service.fresh_container("long");
    tree().put_into(&container);
    let lists = Folder::new();
    let mut names: Vec<String> = (0..100_000).map(|n| format!("d{}/{n}", n % 100)).collect();
    names.extend(["logs/a.txt".to_owned(), "logs/old/c.log".to_owned()]);
    let list = from(&file(&lists, names.join("\n")));
    server.watch().counters.reset();
    let outcome = super::list_of(&container, &[&list, "/IncludePath:logs"]).succeeded();
    assert_eq!(listed(&outcome), ["logs/a.txt", "logs/old/c.log"]);
    // A late request may be sent a second time.
    let asked = server.watch().counters.of("GetBlobProperties").requests;
    assert!((2..=4).contains(&asked), "{asked}");
}

#[test]
fn a_copy_of_a_list_that_is_killed_goes_on_inside_the_list() {
    let (scene, mut draw) = (Scene::new(many()), Draw::new("list"));
    let container = scene.blob_service().fresh_container("kill");
    scene.tree.put_into(&container);
    Tree::named(["00/junk", "zzz"]).put_into(&container);
    let (lists, target) = (Folder::new(), Folder::new());
    let names: Vec<&str> = scene.tree.files().map(|(name, _)| name).collect();
    let list = from(&file(&lists, names.join("\n")));
    scene.kill_and_run_again(&mut draw, || {
        Azring::download(&container, target.path()).arg(&list)
    });
    assert_same(&scene.tree, &Tree::read_from(target.path()));
}

#[test]
fn a_folder_of_a_list_stands_for_everything_below_it() {
    let lists = Folder::new();
    let list = from(&file(&lists, "logs\na.txt\nlogs/a.txt\nno-such-folder\n"));
    let expected = tree().only(|name| name == "a.txt" || name.starts_with("logs/"));
    let count = expected.len() as u64;
    let (_server, service) = single_account::start();
    let (_files_server, files) = single_account::start_for_files();
    let (container, share) = (
        service.fresh_container("folders"),
        files.fresh_share("folders"),
    );
    let folder = folder_with(&tree());
    let up = Azring::upload(folder.path(), &container).args(["/S", "/Y", &list]);
    let missing = ["no-such-folder"];
    up.run().failed().naming(&missing).counting(count, 0, 1);
    assert_same(&expected, &Tree::get_from(&container));
    let target = Folder::new();
    Tree::named(["logs2/x", "zzz"]).put_into(&container);
    let down = Azring::download(&container, target.path()).args(["/S", "/Y", &list]);
    down.run().failed().naming(&missing).counting(count, 0, 1);
    assert_same(&expected, &Tree::read_from(target.path()));
    tree().put_into(&share);
    let target = Folder::new();
    let down = Azring::download(&share, target.path()).args(["/S", "/Y", &list]);
    down.run().failed().naming(&missing).counting(count, 0, 1);
    assert_same(&expected, &Tree::read_from(target.path()));
    let remove = Azring::new()
        .args([
            "remove",
            &container.url(),
            "/S",
            "/Y",
            "/SourceType:Blob",
            &list,
        ])
        .source_key(container.account());
    remove.run().failed().naming(&missing);
    assert_eq!(container.names(), ["logs2/x", "zzz"]);
}

#[test]
fn a_copy_of_listed_folders_that_is_killed_goes_on() {
    let (scene, mut draw) = (Scene::new(many()), Draw::new("folders of a list"));
    let container = scene.blob_service().fresh_container("kill");
    scene.tree.put_into(&container);
    Tree::named(["zzz/junk", "junk"]).put_into(&container);
    let (lists, target) = (Folder::new(), Folder::new());
    let names: Vec<&str> = scene.tree.files().map(|(name, _)| name).collect();
    let mut folders: Vec<&str> = names
        .iter()
        .filter_map(|name| name.split('/').next())
        .collect();
    folders.dedup();
    let list = from(&file(&lists, folders.join("\n")));
    scene.kill_and_run_again(&mut draw, || {
        Azring::download(&container, target.path()).arg(&list)
    });
    assert_same(&scene.tree, &Tree::read_from(target.path()));
}
