//! Filters: which objects of each store they select, and what is asked of a service for that.

mod azcopy;
mod lists;
mod syncs;

use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;

use azring_emulator_tests::command::{Azring, Folder, Outcome};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::emulator::Options;
use azring_emulator_tests::rest::{Container, Storage};
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::Tree;

use super::kills::{Draw, Scene, many};
use super::sync::set_time;

fn tree() -> Tree {
    Tree::named([
        "a.txt",
        "b.log",
        "logs/a.txt",
        "logs/old/c.log",
        "logs2/d.log",
        "x/logs/e.log",
        "x[1].txt",
    ])
    .with("large.txt", "more than twenty bytes of text")
}

/// Filters, and what they select of the tree.
const SELECTED: &[(&[&str], &[&str])] = &[
    (
        &["/IncludePattern:*.txt", "/ExcludePattern:large*"],
        &["a.txt", "logs/a.txt", "x[1].txt"],
    ),
    (
        &["/IncludePattern:logs/"],
        &["logs/a.txt", "logs/old/c.log", "x/logs/e.log"],
    ),
    (
        &["/IncludePath:logs", "/ExcludePath:logs/old"],
        &["logs/a.txt"],
    ),
    (
        &["/IncludePath:logs/a.txt", "/IncludePath:x"],
        &["logs/a.txt", "x/logs/e.log"],
    ),
    (
        &["/IncludePattern:/logs*/**/*.log"],
        &["logs/old/c.log", "logs2/d.log"],
    ),
    (&["/IncludeRegex:^x", "/ExcludeRegex:log"], &["x[1].txt"]),
    (
        &[
            "/IncludeMode:all",
            "/IncludePath:logs",
            "/IncludePattern:*.log",
        ],
        &["logs/old/c.log"],
    ),
    (&["/IncludePattern:x[[]?[]].txt"], &["x[1].txt"]),
    (
        &["/MinSize:24"],
        &["large.txt", "logs/old/c.log", "x/logs/e.log"],
    ),
    (&["/IncludePattern:*.txt", "/MaxSize:17"], &["a.txt"]),
    (&["/OlderThan:2001-01-01"], &[]),
];

/// The names that `azring list` prints.
fn listed(outcome: &Outcome) -> Vec<String> {
    const NAME_AT: usize = 37;
    let lines = outcome.stdout.lines();
    let names = lines.filter_map(|line| line.get(NAME_AT..).filter(|_| line.contains("Z ")));
    names.map(str::to_owned).collect()
}

fn list_of(storage: &(impl Storage + ?Sized), words: &[&str]) -> Outcome {
    Azring::new()
        .args(["list", &storage.url()])
        .source_key(storage.account())
        .arg(format!("/SourceType:{}", storage.service_type()))
        .args(words)
        .run()
}

fn list_folder(folder: &Folder, words: &[&str]) -> Outcome {
    Azring::new()
        .arg("list")
        .arg(folder.path())
        .args(words)
        .run()
}

/// A folder with the tree.
fn folder_with(tree: &Tree) -> Folder {
    let folder = Folder::new();
    tree.write_to(folder.path());
    folder
}

#[test]
fn the_same_filters_select_the_same_objects_of_every_store() {
    let (_blobs, blobs) = single_account::start();
    let container = blobs.fresh_container("filters");
    let (_files, files) = single_account::start_for_files();
    let share = files.fresh_share("filters");
    let folder = folder_with(&tree());
    tree().put_into(&container);
    tree().put_into(&share);
    for (words, expected) in SELECTED {
        let of_folder = listed(&list_folder(&folder, words).succeeded());
        assert_eq!(of_folder, *expected, "{words:?}");
        let of_blobs = listed(&list_of(&container, words).succeeded());
        assert_eq!(of_blobs, *expected, "{words:?}");
        let of_files = listed(&list_of(&share, words).succeeded());
        assert_eq!(of_files, *expected, "{words:?}");
    }
}

#[test]
fn a_copy_up_down_and_between_takes_what_is_selected() {
    let (_server, service) = single_account::start();
    let folder = folder_with(&tree());
    let words = [
        "/S",
        "/Y",
        "/IncludePath:logs",
        "/IncludePattern:*.txt",
        "/ExcludePattern:c.*",
    ];
    let expected = tree().only(|name| name.contains(".txt"));
    let (first, second) = (
        service.fresh_container("one"),
        service.fresh_container("two"),
    );
    let up = Azring::upload(folder.path(), &first).args(words);
    up.run().succeeded().counting(4, 0, 0);
    assert_same(&expected, &Tree::get_from(&first));
    first.put("logs/c.txt", "no");
    Azring::between(&first, &second)
        .args(words)
        .run()
        .succeeded();
    assert_same(&expected, &Tree::get_from(&second));
    second.put("other.dat", "no");
    let target = Folder::new();
    Azring::download(&second, target.path())
        .args(words)
        .run()
        .succeeded();
    assert_same(&expected, &Tree::read_from(target.path()));
}

#[test]
fn a_blob_is_as_old_as_its_metadata_say() {
    let (_server, service) = single_account::start();
    let container = service.fresh_container("times");
    container.put("new", "x");
    container.put_with("old", "x", &[("x-ms-meta-mtime", "2001-02-03T04:05:06Z")]);
    let names = |words: &[&str]| listed(&list_of(&container, words).succeeded());
    assert_eq!(names(&["/OlderThan:2001-02-03T04:05:06Z"]), ["old"]);
    assert_eq!(names(&["/NewerThan:1d"]), ["new"]);
    let folder = folder_with(&Tree::named(["new", "old"]));
    set_time(&folder.join("old"), std::time::UNIX_EPOCH);
    assert_eq!(listed(&list_folder(&folder, &["/OlderThan:52w"])), ["old"]);
}

#[test]
fn a_folder_without_a_selected_object_is_not_opened() {
    let folder = folder_with(&Tree::named(["a/x", "b/y", "c/d/z"]));
    let closed = [folder.join("b"), folder.join("c/d")];
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("ours");
    for folder in &closed {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o000)).expect("ours");
    }
    let list = |words: &[&str]| {
        let list = Azring::new().arg("list").arg(folder.path()).args(words);
        list.as_ordinary_user().run()
    };
    let excluded = list(&["/ExcludePath:b", "/ExcludePattern:d/"]);
    let included = list(&["/IncludePath:a"]);
    let all = list(&[]);
    for folder in &closed {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).expect("ours");
    }
    assert_eq!(listed(&excluded.succeeded()), ["a/x"]);
    assert_eq!(listed(&included.succeeded()), ["a/x"]);
    all.failed().naming(&["b", "c/d"]);
}

#[test]
fn includes_become_prefixes_of_a_listing_of_blobs() {
    let options = Options {
        log_lines: 100,
        ..Options::default()
    };
    let (server, service) = single_account::start_with(&options);
    let container = service.fresh_container("prefixes");
    tree().put_into(&container);
    let words = [
        "/IncludePath:x",
        "/IncludePattern:/logs2/*",
        "/IncludePath:logs/old/",
    ];
    let outcome = list_of(&container, &words).succeeded();
    assert_eq!(
        listed(&outcome),
        ["logs/old/c.log", "logs2/d.log", "x/logs/e.log",]
    );
    let lines = server.watch().log.lines();
    let listings: Vec<_> = lines
        .iter()
        .filter(|line| line.contains("comp=list"))
        .collect();
    assert!(listings.len() >= 3, "{listings:?}");
    for line in listings {
        assert!(
            line.contains("prefix=logs") || line.contains("prefix=x"),
            "{line}"
        );
    }
}

#[test]
fn hostile_names_are_compared_byte_by_byte() {
    let folder = Folder::new();
    let names: [&[u8]; 4] = [b"a\nb", b"\xff\xfe.txt", b"[", b"a{b}"];
    for name in names {
        let path = folder.path().join(std::ffi::OsStr::from_bytes(name));
        fs::write(path, "x").expect("the folder is ours");
    }
    let names = |words: &[&str]| listed(&list_folder(&folder, words).succeeded());
    assert_eq!(names(&["--include-pattern", "??.txt"]), [r"\xff\xfe.txt"]);
    assert_eq!(names(&["--include-pattern", "a?b"]), [r"a\u{a}b"]);
    assert_eq!(names(&["--include-pattern", r"\["]), ["["]);
    assert_eq!(names(&["--include-path", "a{b}"]), ["a{b}"]);
    assert_eq!(names(&["--exclude-pattern", "*"]), Vec::<String>::new());
}

#[test]
fn what_cannot_be_read_is_refused_before_anything_is_asked() {
    let (server, service) = single_account::start();
    let container = service.fresh_container("refused");
    tree().put_into(&container);
    server.watch().counters.reset();
    for (word, says) in [
        ("/IncludePattern:[a", "`[a`"),
        ("/ExcludePattern:{a", "`{a`"),
        ("/IncludeRegex:(", "`(`"),
        ("/ExcludePath:../x", "`../x`"),
        ("/NewerThan:soon", "`soon`"),
        ("/FilesFrom:/no/such/list", "/no/such/list"),
        ("/FilterFrom:/no/such/list", "/no/such/list"),
    ] {
        let remove = Azring::new()
            .args(["remove", &container.url(), "/S", "/Y", word])
            .source_key(container.account())
            .arg("/SourceType:Blob");
        remove.run().refused().naming(&[says]);
    }
    assert_eq!(server.watch().counters.of("ListBlobs").requests, 0);
    assert_eq!(container.names().len(), tree().len());
}

#[test]
fn a_removal_deletes_what_is_selected_and_nothing_else() {
    let (_server, service) = single_account::start();
    let container = service.fresh_container("remove");
    tree().put_into(&container);
    let remove = |url: &str, words: &[&str]| {
        Azring::new()
            .args(["remove", url, "/Y"])
            .source_key(container.account())
            .arg("/SourceType:Blob")
            .args(words)
            .run()
    };
    let words = ["/S", "/IncludePattern:*.log", "/ExcludePath:logs"];
    remove(&container.url(), &words).succeeded();
    let left = tree().only(|name| !name.contains(".log") || name.starts_with("logs/"));
    assert_same(&left, &Tree::get_from(&container));
    // A single object is asked too.
    let url = format!("{}/a.txt", container.url());
    remove(&url, &["/ExcludePattern:*.txt"]).succeeded();
    remove(&url, &["/S", "/MinSize:1G"]).succeeded();
    assert_same(&left, &Tree::get_from(&container));
    remove(&url, &["/IncludePattern:*.txt"]).succeeded();
    assert!(!container.names().contains(&"a.txt".to_owned()));
}

#[test]
fn a_move_takes_what_is_selected_and_leaves_the_rest_at_the_source() {
    let (_server, service) = single_account::start();
    let container = service.fresh_container("move");
    let folder = folder_with(&tree());
    let words = [
        "/S",
        "/Y",
        "/Move",
        "/IncludePattern:*.log",
        "/ExcludePath:logs",
    ];
    let moved = Azring::upload(folder.path(), &container).args(words);
    moved.run().succeeded().counting(3, 0, 0);
    let is_moved = |name: &str| name.contains(".log") && !name.starts_with("logs/");
    assert_same(&tree().only(is_moved), &Tree::get_from(&container));
    let left = tree().only(|name| !is_moved(name));
    assert_same(&left, &Tree::read_from(folder.path()));
}

#[test]
fn nothing_that_is_selected_is_no_silent_success() {
    let folder = folder_with(&tree());
    let outcome = list_folder(&folder, &["/IncludePattern:nothing"]).succeeded();
    assert!(outcome.stderr.contains("/ExplainFilter"), "{outcome}");
}

#[test]
fn the_rule_that_decides_about_a_name_is_explained() {
    let explain = |words: &[&str]| {
        let outcome = Azring::new().args(words).run().succeeded();
        outcome.stdout
    };
    let words = ["--include-pattern", "*.log", "--exclude-path", "old"];
    let text = explain(
        &[
            &words[..],
            &["--explain-filter", "a.log", "--explain-filter", "old/b.log"],
        ]
        .concat(),
    );
    assert_eq!(
        text,
        "`a.log` is selected: `--include-pattern *.log` matches it\n\
         `old/b.log` is left out: `--exclude-path old` matches it\n"
    );
    let text = explain(&[
        "list",
        "/data",
        "/IncludePath:x",
        "/MinSize:1",
        "/ExplainFilter:y",
    ]);
    assert_eq!(text, "`y` is left out: it matches no `/IncludePath`\n");
    let text = explain(&["/MinSize:1", "/ExplainFilter:y"]);
    assert_eq!(
        text,
        "`y` is selected: no filter is about names; `/MinSize` decides too\n"
    );
    let text = explain(&["--explain-filter", "y"]);
    assert_eq!(text, "`y` is selected: no filter is about names\n");
}

#[test]
fn a_filtered_upload_that_is_killed_goes_on_with_the_same_filter() {
    let (scene, mut draw, source) = (Scene::new(many()), Draw::new("filtered"), Folder::new());
    scene.tree.write_to(source.path());
    Tree::named(["junk/a", "05/0005.tmp", "zzz/last.tmp"]).write_to(source.path());
    let container = scene.blob_service().unmade_container("kill");
    scene.kill_and_run_again(&mut draw, || {
        Azring::upload(source.path(), &container)
            .args(["/ExcludePath:junk", "/ExcludePattern:*.tmp"])
    });
    assert_same(&scene.tree, &Tree::get_from(&container));
}

#[test]
fn a_filtered_download_that_is_killed_goes_on_with_the_same_filter() {
    let (scene, mut draw) = (Scene::new(many()), Draw::new("filtered"));
    let container: Container = scene.blob_service().fresh_container("kill");
    scene.tree.put_into(&container);
    Tree::named(["00-junk/a", "05/0005.tmp", "zzz/last"]).put_into(&container);
    let target = Folder::new();
    scene.kill_and_run_again(&mut draw, || {
        // Fourteen prefixes, one after the other.
        Azring::download(&container, target.path()).args([
            "/IncludePattern:/{0,1,m}*/**",
            "/ExcludePath:00-junk",
            "/ExcludePattern:*.tmp",
        ])
    });
    assert_same(&scene.tree, &Tree::read_from(target.path()));
}
