//! `/Posix` and `/FolderMarks`: owners, permissions and times of files and folders, in the forms of three programs.
//! AzCopy 10 and rclone read what azring stored, and azring reads what they stored.

use std::fs::{self, File, FileTimes, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, lchown, symlink};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use azring_emulator_tests::command::{Azring, Folder, Outcome};
use azring_emulator_tests::emulator::clock::pause;
use azring_emulator_tests::peers::{self, Peers};
use azring_emulator_tests::rest::Container;
use azring_emulator_tests::single_account;
use rustix::fs::{AtFlags, CWD, Timespec, Timestamps, utimensat};

const FORMS: [&str; 3] = ["azcopy", "amlfs", "rclone"];

/// The files of the tree with their permissions.
const FILES: [(&str, u32); 4] = [
    ("plain", 0o644),
    ("d/private", 0o600),
    ("d/run", 0o755),
    ("d/closed", 0o400),
];

/// The folders below the tree, one of them empty.
const FOLDERS: [(&str, u32); 2] = [("d", 0o750), ("empty", 0o700)];

/// A number of seconds since 1970 with a fraction.
fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::new(1_554_917_000 + seconds, 123_456_789)
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// A name in the tree, as it is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stat {
    mode: u32,
    owner: (u32, u32),
    modified: (i64, i64),
    target: Option<String>,
}

impl Stat {
    fn of(path: &Path) -> Self {
        let found = path.symlink_metadata();
        let found = found.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let target = found
            .is_symlink()
            .then(|| fs::read_link(path).expect("a link"));
        Self {
            mode: found.mode(),
            owner: (found.uid(), found.gid()),
            modified: (found.mtime(), found.mtime_nsec()),
            target: target.map(|target| target.to_string_lossy().into_owned()),
        }
    }

    /// The same with whole seconds.
    fn coarse(self) -> Self {
        Self {
            modified: (self.modified.0, 0),
            ..self
        }
    }
}

fn give_owner(path: &Path, number: u32) {
    if is_root() {
        lchown(path, Some(1000 + number), Some(2000 + number)).expect("the superuser may");
    }
}

/// The tree, with a link in it. The times of folders are the last that is set.
fn tree() -> Folder {
    let folder = Folder::new();
    for (name, _) in FOLDERS {
        fs::create_dir(folder.join(name)).expect("a folder of ours");
    }
    for (number, (name, mode)) in (1..).zip(FILES) {
        let path = folder.join(name);
        fs::write(&path, format!("content of {name}")).expect("a folder of ours");
        give_owner(&path, number);
        fs::set_permissions(&path, Permissions::from_mode(mode)).expect("a file of ours");
        let times = FileTimes::new()
            .set_modified(at(number.into()))
            .set_accessed(at(u64::from(number) + 100));
        File::open(&path)
            .and_then(|file| file.set_times(times))
            .expect("a file of ours");
    }
    symlink("../plain", folder.join("d/link")).expect("a folder of ours");
    give_owner(&folder.join("d/link"), 8);
    let time = Timespec {
        tv_sec: 1_554_917_200,
        tv_nsec: 5,
    };
    let times = Timestamps {
        last_access: time,
        last_modification: time,
    };
    utimensat(
        CWD,
        folder.join("d/link"),
        &times,
        AtFlags::SYMLINK_NOFOLLOW,
    )
    .expect("a link of ours");
    for (number, (name, mode)) in (10..).zip(FOLDERS) {
        let path = folder.join(name);
        give_owner(&path, number);
        fs::set_permissions(&path, Permissions::from_mode(mode)).expect("a folder of ours");
        let times = FileTimes::new().set_modified(at(number.into()));
        File::open(&path)
            .and_then(|file| file.set_times(times))
            .expect("a folder of ours");
    }
    folder
}

fn upload(from: &Path, to: &Container, words: &[&str]) -> Outcome {
    Azring::upload(from, to)
        .args(["/Y", "/S"])
        .args(words)
        .run()
}

fn download(from: &Container, to: &Path, words: &[&str]) -> Outcome {
    Azring::download(from, to)
        .args(["/Y", "/S"])
        .args(words)
        .run()
}

/// Compares what is at both places under these names.
#[track_caller]
fn assert_equal(source: &Path, target: &Path, names: &[&str], what: &str) {
    for name in names {
        let (one, other) = (Stat::of(&source.join(name)), Stat::of(&target.join(name)));
        assert_eq!(other, one, "{name} {what}");
    }
}

fn file_names() -> Vec<&'static str> {
    FILES.iter().map(|(name, _)| *name).collect()
}

fn folder_names() -> Vec<&'static str> {
    FOLDERS.iter().map(|(name, _)| *name).collect()
}

/// The files, the link and the folders.
fn all_names() -> Vec<&'static str> {
    [file_names(), folder_names(), vec!["d/link"]].concat()
}

#[test]
fn a_tree_comes_back_with_its_properties_in_each_form() {
    let (_server, service) = single_account::start();
    for form in FORMS {
        let (source, target) = (tree(), Folder::new());
        let container = service.fresh_container(form);
        let word = format!("/Posix:{form}");
        let words = [&word, "/Links:keep", "/FolderMarks"];
        upload(source.path(), &container, &words).succeeded();
        // Any form reads the others.
        let words = ["/Posix:azcopy", "/Links:keep", "/FolderMarks"];
        download(&container, target.path(), &words).succeeded();
        for name in all_names() {
            let (one, other) = (Stat::of(&source.join(name)), Stat::of(&target.join(name)));
            if form == "amlfs" {
                assert_eq!(other, one.coarse(), "{name} {form}");
            } else {
                assert_eq!(other, one, "{name} {form}");
            }
        }
        if form != "amlfs" {
            let accessed = fs::metadata(target.join("d/run"))
                .expect("a file")
                .accessed();
            assert_eq!(accessed.expect("a time"), at(103), "{form}");
        }
    }
}

#[test]
fn without_the_parameter_nothing_is_stored_or_restored() {
    let (_server, service) = single_account::start();
    let (source, target) = (tree(), Folder::new());
    let container = service.fresh_container("without");
    upload(source.path(), &container, &[]).succeeded();
    for name in ["x-ms-meta-permissions", "x-ms-meta-modtime"] {
        let stored = container.ask("HEAD", "plain", &[], &[], "").succeeded();
        assert_eq!(stored.header(name), "");
    }
    assert!(!container.names().contains(&"empty".to_owned()));
    let container = service.fresh_container("with");
    upload(source.path(), &container, &["/Posix:azcopy"]).succeeded();
    download(&container, target.path(), &[]).succeeded();
    let found = Stat::of(&target.join("d/private"));
    assert_ne!(found.modified, Stat::of(&source.join("d/private")).modified);
    assert_eq!(found.mode & 0o044, 0o044);
}

#[test]
fn properties_stay_beside_given_metadata_as_far_as_there_is_room() {
    let (server, service) = single_account::start();
    let (source, container) = (tree(), service.fresh_container("given"));
    upload(
        source.path(),
        &container,
        &["/Posix:azcopy", "/Metadata:colour=blue"],
    )
    .succeeded();
    let stored = container.ask("HEAD", "d/run", &[], &[], "").succeeded();
    assert_eq!(stored.header("x-ms-meta-colour"), "blue");
    assert_eq!(
        stored.header("x-ms-meta-permissions"),
        (0o100_755).to_string()
    );
    server.watch().counters.reset();
    let long = format!("/Metadata:a={}", "v".repeat(8000));
    upload(source.path(), &container, &["/Posix:azcopy", &long])
        .refused()
        .naming(&["8001 bytes", "`/Posix`"]);
    assert!(server.watch().counters.snapshot().operations.is_empty());
}

#[test]
fn special_bits_are_restored_only_on_request() {
    let (_server, service) = single_account::start();
    let (container, target) = (service.fresh_container("bits"), Folder::new());
    for name in ["one", "two"] {
        container.put_with(name, "x", &[("x-ms-meta-permissions", "36333")]);
    }
    assert_eq!(36333, 0o106_755);
    let outcome = download(&container, target.path(), &["/Posix:azcopy"]).succeeded();
    assert_eq!(Stat::of(&target.join("one")).mode, 0o100_755);
    let notices = outcome.stdout.matches("--keep-special-bits").count();
    assert_eq!(notices, 1, "{outcome}");
    let words = ["/Posix:azcopy", "/KeepSpecialBits"];
    let outcome = download(&container, target.path(), &words).succeeded();
    assert_eq!(Stat::of(&target.join("one")).mode, 0o106_755);
    assert!(!outcome.stdout.contains("--keep-special-bits"), "{outcome}");
}

#[test]
fn an_ordinary_user_gets_everything_but_the_owners_and_one_notice() {
    let (_server, service) = single_account::start();
    let (container, target) = (service.fresh_container("user"), Folder::new());
    for name in ["one", "two"] {
        let headers = [
            ("x-ms-meta-posix_owner", "4711"),
            ("x-ms-meta-posix_group", "4711"),
            ("x-ms-meta-permissions", "33152"),
            ("x-ms-meta-modtime", "1554917421123456789"),
        ];
        container.put_with(name, "x", &headers);
    }
    fs::set_permissions(target.path(), Permissions::from_mode(0o777)).expect("a folder of ours");
    let outcome = Azring::download(&container, target.path())
        .args(["/Y", "/S", "/Posix:azcopy"])
        .as_ordinary_user()
        .run()
        .succeeded();
    let found = Stat::of(&target.join("one"));
    assert_eq!(found.mode, 0o100_600);
    assert_eq!(found.modified, (1_554_917_421, 123_456_789));
    assert_ne!(found.owner.0, 4711);
    let notices = outcome
        .stdout
        .matches("only the superuser restores")
        .count();
    assert_eq!(notices, 1, "{outcome}");
}

#[test]
fn folders_are_closed_after_everything_in_them() {
    let (_server, service) = single_account::start();
    let (container, target) = (service.fresh_container("closed"), Folder::new());
    let mark = |name: &str, mode: &str| {
        let headers = [
            ("x-ms-meta-hdi_isfolder", "true"),
            ("x-ms-meta-permissions", mode),
            ("x-ms-meta-modtime", "1554917421123456789"),
        ];
        container.put_with(name, "", &headers);
    };
    mark("a", "16704"); // 0o40500
    mark("a/b", "16384"); // 0o40000
    mark("a/b/c", "16832"); // 0o40700
    container.put("a/b/c/file", "x");
    fs::set_permissions(target.path(), Permissions::from_mode(0o777)).expect("a folder of ours");
    Azring::download(&container, target.path())
        .args(["/Y", "/S", "/Posix:azcopy", "/FolderMarks"])
        .as_ordinary_user()
        .run()
        .succeeded();
    for (name, mode) in [("a", 0o40500), ("a/b", 0o40000)] {
        let path = target.join(name);
        if let Ok(found) = path.symlink_metadata() {
            assert_eq!(found.mode(), mode, "{name}");
            assert_eq!(found.mtime(), 1_554_917_421, "{name}");
        }
        // So that the test's own user can look further, and remove it.
        fs::set_permissions(&path, Permissions::from_mode(0o777)).ok();
    }
    if is_root() {
        assert_eq!(Stat::of(&target.join("a/b/c")).mode, 0o40700);
        assert_eq!(fs::read(target.join("a/b/c/file")).expect("a file"), b"x");
    }
}

#[test]
fn a_sync_stores_properties_and_both_times_and_sends_nothing_twice() {
    let (server, service) = single_account::start();
    let (source, container) = (tree(), service.fresh_container("sync"));
    let words = ["/Posix:azcopy"];
    let up = || {
        crate::sync::up(source.path(), &container, &words)
            .run()
            .succeeded()
    };
    up();
    let stored = container.ask("HEAD", "d/run", &[], &[], "").succeeded();
    assert_eq!(stored.header("x-ms-meta-modtime"), "1554917003123456789");
    assert_eq!(
        stored.header("x-ms-meta-mtime"),
        "2019-04-10T17:23:23.123456789Z"
    );
    server.watch().counters.reset();
    up();
    for write in ["PutBlob", "SetBlobMetadata"] {
        assert_eq!(server.watch().counters.of(write).requests, 0, "{write}");
    }
    // Only the time and the permissions change: the metadata follows without the bytes.
    let path = source.join("d/run");
    fs::set_permissions(&path, Permissions::from_mode(0o700)).expect("a file of ours");
    let times = FileTimes::new().set_modified(at(50));
    File::open(&path)
        .and_then(|file| file.set_times(times))
        .expect("a file of ours");
    up();
    assert_eq!(server.watch().counters.of("PutBlob").requests, 0);
    let stored = container.ask("HEAD", "d/run", &[], &[], "").succeeded();
    assert_eq!(
        stored.header("x-ms-meta-permissions"),
        (0o100_700).to_string()
    );
    assert_eq!(stored.header("x-ms-meta-modtime"), "1554917050123456789");
}

/// AzCopy 10 with the flags that keep properties, links and folders.
fn azcopy(from_to: &str, source: &str, target: &str) {
    let words = [
        "copy",
        source,
        target,
        "--from-to",
        from_to,
        "--recursive",
        "--preserve-posix-properties",
        "--preserve-symlinks",
        "--include-directory-stub",
    ];
    let logs = Folder::new();
    peers::run(Peers::find().azcopy_command(&words, logs.path()));
}

fn with_signature(container: &Container, below: &str) -> String {
    let sas = container.service().account_sas();
    format!("{}{below}?{sas}", container.url())
}

#[test]
fn azcopy_10_and_azring_restore_each_others_trees() {
    let (_server, service) = single_account::start();
    let keeping = ["/Posix:azcopy", "/Links:keep", "/FolderMarks"];
    let names = all_names();

    let (source, target) = (tree(), Folder::new());
    let container = service.fresh_container("by-azcopy");
    azcopy(
        "LocalBlob",
        &format!("{}/*", source.path().display()),
        &with_signature(&container, ""),
    );
    download(&container, target.path(), &keeping).succeeded();
    assert_equal(source.path(), target.path(), &names, "of AzCopy");

    let (source, target) = (tree(), Folder::new());
    let container = service.fresh_container("for-azcopy");
    upload(source.path(), &container, &keeping).succeeded();
    azcopy(
        "BlobLocal",
        &with_signature(&container, "/*"),
        &target.path().to_string_lossy(),
    );
    assert_equal(source.path(), target.path(), &file_names(), "for AzCopy");
    let link = Stat::of(&target.join("d/link"));
    assert_eq!(link.target.as_deref(), Some("../plain"));
}

#[test]
fn rclone_and_azring_restore_each_others_trees() {
    let (_server, service) = single_account::start();
    let rclone = |from: &str, to: &str| {
        let words = ["copy", from, to, "--metadata", "--ignore-times"];
        peers::run(Peers::find().rclone_command(&service, &words));
    };
    let names = file_names();

    let (source, target) = (tree(), Folder::new());
    let container = service.fresh_container("by-rclone");
    let place = format!("azure:{}", container.name());
    rclone(&source.path().to_string_lossy(), &place);
    download(&container, target.path(), &["/Posix:azcopy"]).succeeded();
    assert_equal(source.path(), target.path(), &names, "of rclone");

    let (source, target) = (tree(), Folder::new());
    let container = service.fresh_container("for-rclone");
    let place = format!("azure:{}", container.name());
    upload(source.path(), &container, &["/Posix:rclone"]).succeeded();
    rclone(&place, &target.path().to_string_lossy());
    assert_equal(source.path(), target.path(), &names, "for rclone");
}

#[test]
fn rclone_makes_the_empty_folders_of_azrings_marks() {
    let (_server, service) = single_account::start();
    let rclone = |from: &str, to: &str| {
        let words = ["copy", from, to, "--create-empty-src-dirs"];
        peers::run(Peers::find().rclone_command(&service, &words));
    };
    let (source, target) = (tree(), Folder::new());
    let container = service.fresh_container("for-rclone");
    let place = format!("azure:{}", container.name());
    upload(source.path(), &container, &["/FolderMarks"]).succeeded();
    rclone(&place, &target.path().to_string_lossy());
    assert!(target.join("empty").is_dir() && target.join("d/run").is_file());
}

#[test]
fn a_killed_sync_stores_links_folders_and_properties_in_the_end() {
    let (server, service) = single_account::start();
    let words = ["/Posix:azcopy", "/Links:keep", "/FolderMarks"];
    let written = || {
        let counters = &server.watch().counters;
        counters.of("PutBlob").requests + counters.of("SetBlobMetadata").requests
    };
    for requests in 0..8 {
        let (source, state) = (tree(), Folder::new());
        let container = service.fresh_container("killed");
        let sync = || {
            crate::sync::up(source.path(), &container, &words).env("XDG_STATE_HOME", state.path())
        };
        let before = written();
        let mut run = sync().launch();
        while written() < before + requests && !run.has_ended() {
            pause(Duration::from_micros(100));
        }
        let _is_killed = run.kill();
        sync().run().succeeded();
        let target = Folder::new();
        download(&container, target.path(), &words).succeeded();
        assert_equal(source.path(), target.path(), &all_names(), "after a kill");
    }
}

#[test]
fn what_has_no_meaning_is_refused_before_a_byte_moves() {
    let (server, service) = single_account::start();
    let (source, container) = (tree(), service.fresh_container("refused"));
    server.watch().counters.reset();
    let up = |words: &[&str]| upload(source.path(), &container, words).refused();
    up(&["/KeepSpecialBits"]).naming(&["`/KeepSpecialBits`", "downloads"]);
    up(&["/FolderMarks", "/Move"]).naming(&["`/FolderMarks`", "move"]);
    let down = |words: &[&str]| download(&container, source.path(), words).refused();
    down(&["/FolderMarks", "/Sync"]).naming(&["`/FolderMarks`", "sync"]);
    down(&["/FolderMarks"]).naming(&["`/FolderMarks`", "`/Posix`"]);
    down(&["/KeepSpecialBits"]).naming(&["`/KeepSpecialBits`", "`/Posix`"]);
    Azring::upload(source.path(), &container)
        .args(["/Y", "/FolderMarks"])
        .run()
        .refused()
        .naming(&["`/FolderMarks`", "`/S`"]);
    assert!(server.watch().counters.snapshot().operations.is_empty());
    let (_files, service) = single_account::start_for_files();
    let share = service.fresh_share("posix");
    for word in ["/Posix:azcopy", "/FolderMarks"] {
        let outcome = Azring::upload(source.path(), &share)
            .args(["/Y", "/S", word])
            .run();
        outcome.refused().naming(&["blobs"]);
    }
}
