//! A single file or blob is called what the destination says, whatever the extensions, unless the destination is a folder.

use std::fs;

use azring_emulator_tests::account::Account;
use azring_emulator_tests::command::{Azring, Folder, Outcome};
use azring_emulator_tests::emulator::Server;
use azring_emulator_tests::rest::{BlobService, Container};
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::{names_below, noise};

/// Names of a source and of a destination that say nothing about each other.
const PAIRS: &[(&str, &str)] = &[
    ("Makefile", "makefile.bak"),
    (".env", "production"),
    ("a.txt", "a.bak"),
    ("abcd", "newdisk.vhd"),
    ("plain", "other"),
    ("a.tar.gz", ".hidden"),
    ("x.vhd", "X"),
    ("a", "%41 b#c"),
];

/// An emulator of its own, so that a test may count its requests.
struct Service {
    server: Server,
    blobs: BlobService,
}

impl Service {
    fn new() -> Self {
        let (server, blobs) = single_account::start();
        Self { server, blobs }
    }

    fn container(&self) -> Container {
        self.blobs.fresh_container("names")
    }
}

fn url(container: &Container, name: &str) -> String {
    let name = name
        .replace('%', "%25")
        .replace('#', "%23")
        .replace(' ', "%20");
    format!("{}/{name}", container.url())
}

fn upload(from: impl AsRef<std::ffi::OsStr>, to: &str, words: &[&str]) -> Outcome {
    let copy = Azring::copy(from, to).dest_key(&Account::development());
    copy.args(["/DestType:Blob"]).args(words).run()
}

fn download(from: &str, to: impl AsRef<std::ffi::OsStr>, words: &[&str]) -> Outcome {
    let copy = Azring::copy(from, to).source_key(&Account::development());
    copy.args(["/SourceType:Blob"]).args(words).run()
}

fn between(from: &str, to: &str, words: &[&str]) -> Outcome {
    let account = &Account::development();
    let copy = Azring::copy(from, to).source_key(account).dest_key(account);
    copy.args(["/SourceType:Blob", "/DestType:Blob"])
        .args(words)
        .run()
}

#[test]
fn a_file_becomes_the_blob_that_the_url_names() {
    let service = Service::new();
    let folder = Folder::new();
    for (name, new_name) in PAIRS {
        let container = service.container();
        fs::write(folder.join(name), *name).unwrap();
        for (to, expected) in [
            (url(&container, new_name), (*new_name).to_owned()),
            (
                url(&container, &format!("d/{new_name}")),
                format!("d/{new_name}"),
            ),
        ] {
            upload(folder.join(name), &to, &[])
                .succeeded()
                .counting(1, 0, 0);
            assert_eq!(
                container.get(&expected),
                name.as_bytes(),
                "{name} to {expected}"
            );
        }
        assert_eq!(container.names().len(), 2, "{name} to {new_name}");
    }
}

#[test]
fn a_blob_becomes_the_file_that_the_path_names() {
    let service = Service::new();
    let container = service.container();
    for (name, new_name) in PAIRS {
        container.put(&format!("v/{name}"), *name);
        let folder = Folder::new();
        for to in [(*new_name).to_owned(), format!("made/{new_name}")] {
            let to = folder.join(&to);
            download(&url(&container, &format!("v/{name}")), &to, &[])
                .succeeded()
                .counting(1, 0, 0);
            assert_eq!(fs::read(&to).unwrap(), name.as_bytes());
        }
        assert_eq!(names_below(folder.path()).len(), 2);
    }
}

#[test]
fn a_blob_becomes_the_blob_that_the_url_names_both_ways() {
    let service = Service::new();
    for words in [&[][..], &["/SyncCopy"], &["/S"], &["/S", "/SyncCopy"]] {
        let (source, target) = (service.container(), service.container());
        for (name, new_name) in PAIRS {
            source.put(name, *name);
            let to = url(&target, &format!("d/{new_name}"));
            between(&url(&source, name), &to, words)
                .succeeded()
                .counting(1, 0, 0);
            assert_eq!(target.get(&format!("d/{new_name}")), name.as_bytes());
        }
        assert_eq!(target.names().len(), PAIRS.len());
    }
}

#[test]
fn a_folder_that_exists_takes_the_object_under_its_own_name() {
    let service = Service::new();
    let (container, target) = (service.container(), service.container());
    container.put("v/a.txt", "abc");
    let folder = Folder::new();
    fs::create_dir(folder.join("disk.txt")).unwrap();
    fs::write(folder.join("disk.txt/kept"), "kept").unwrap();
    std::os::unix::fs::symlink(folder.join("disk.txt"), folder.join("link.txt")).unwrap();
    // A folder is never replaced, also not under `/Y`.
    download(
        &url(&container, "v/a.txt"),
        folder.join("disk.txt"),
        &["/Y"],
    )
    .succeeded()
    .counting(1, 0, 0);
    let inside = ["a.txt", "kept"];
    assert_eq!(names_below(&folder.join("disk.txt")), inside);
    download(
        &url(&container, "v/a.txt"),
        folder.join("link.txt"),
        &["/Y"],
    )
    .succeeded();
    assert_eq!(names_below(&folder.join("disk.txt")), inside);
    download(&url(&container, "v/a.txt"), folder.join("new/"), &[]).succeeded();
    assert_eq!(fs::read(folder.join("new/a.txt")).unwrap(), b"abc");

    // A container, a URL with a slash at its end, a virtual directory with blobs, a mark for a directory.
    target.put("dir/x", "x");
    target.put_with("mark", "", &[("x-ms-meta-hdi_isfolder", "true")]);
    let file = folder.join("new/a.txt");
    let expected = [
        (target.url(), "a.txt"),
        (target.url() + "/", "a.txt"),
        (url(&target, "fresh/"), "fresh/a.txt"),
        (url(&target, "dir"), "dir/a.txt"),
        (url(&target, "mark"), "mark/a.txt"),
    ];
    for (to, name) in expected {
        upload(&file, &to, &["/Y"]).succeeded().counting(1, 0, 0);
        assert_eq!(target.get(name), b"abc", "{to}");
        target.delete(name);
        between(&url(&container, "v/a.txt"), &to, &["/Y"]).succeeded();
        assert_eq!(target.get(name), b"abc", "{to}");
    }
    assert_eq!(target.get("mark"), b"");
}

#[test]
fn with_a_pattern_the_destination_is_a_directory() {
    let service = Service::new();
    let (container, folder) = (service.container(), Folder::new());
    fs::write(folder.join("abc.txt"), "abc").unwrap();
    upload(
        folder.path(),
        &url(&container, "vd.txt"),
        &["/Pattern:abc.txt"],
    )
    .succeeded()
    .counting(1, 0, 0);
    assert_eq!(container.names(), ["vd.txt/abc.txt"]);
    let to = folder.join("to.txt");
    download(&url(&container, "vd.txt"), &to, &["/Pattern:abc.txt"]).succeeded();
    assert_eq!(names_below(&to), ["abc.txt"]);
}

#[test]
fn a_blob_with_its_snapshots_is_named_as_a_whole() {
    let service = Service::new();
    let (source, target) = (service.container(), service.container());
    source.put("a", "old");
    source
        .ask("PUT", "a", &[("comp", "snapshot")], &[], "")
        .succeeded();
    source.put("a", "new");
    between(
        &url(&source, "a"),
        &url(&target, "b.vhd"),
        &["/Snapshot", "/S"],
    )
    .succeeded()
    .counting(2, 0, 0);
    let names = target.names();
    assert_eq!(target.get("b.vhd"), b"new");
    let snapshot = names.iter().find(|name| name.starts_with("b ("));
    let snapshot = snapshot.unwrap_or_else(|| panic!("{names:?}"));
    assert!(snapshot.ends_with(").vhd"), "{snapshot}");
    assert_eq!(target.get(snapshot), b"old");
    assert_eq!(names.len(), 2);
}

#[test]
fn an_object_is_never_copied_onto_itself_or_onto_a_device() {
    let service = Service::new();
    let container = service.container();
    container.put("v/a.txt", "abc");
    for to in [url(&container, "v"), url(&container, "v/")] {
        for words in [&["/Y"][..], &["/Y", "/SyncCopy"]] {
            let outcome = between(&url(&container, "v/a.txt"), &to, words);
            assert_ne!(outcome.status, Some(0), "{outcome}");
            outcome.naming(&["cannot be the same"]);
        }
    }
    let folder = Folder::new();
    let pipe = folder.join("pipe");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &pipe,
        rustix::fs::FileType::Fifo,
        0o600.into(),
        0,
    )
    .unwrap();
    let outcome = download(&url(&container, "v/a.txt"), &pipe, &["/Y"]);
    assert_ne!(outcome.status, Some(0), "{outcome}");
    outcome.naming(&["is a pipe"]);
    assert!(!fs::metadata(&pipe).unwrap().is_file());
}

#[test]
fn a_preview_a_response_file_and_the_linux_dialect_mean_the_same_name() {
    let service = Service::new();
    let (container, folder) = (service.container(), Folder::new());
    fs::write(folder.join("abcd"), "abc").unwrap();
    let to = url(&container, "newdisk.vhd");
    upload(folder.join("abcd"), &to, &["/L"])
        .succeeded()
        .counting(1, 0, 0);
    assert_eq!(container.names(), [""; 0]);
    let response = folder.join("response");
    let lines = format!(
        "/Source:\"{}\"\n/Dest:\"{to}\"\n/DestType:Blob\n",
        folder.join("abcd").display()
    );
    fs::write(&response, lines).unwrap();
    Azring::new()
        .arg(format!("/@:{}", response.display()))
        .dest_key(&Account::development())
        .run()
        .succeeded();
    assert_eq!(container.names(), ["newdisk.vhd"]);
    // The second time it is there: skipped by that name, not sent under another.
    upload(folder.join("abcd"), &to, &["/L"])
        .succeeded()
        .counting(0, 1, 0);
    Azring::new()
        .args(["--source", &url(&container, "newdisk.vhd")])
        .args(["--source-key", &Account::development().key_in_base64()])
        .args(["--source-type", "blob", "--destination"])
        .arg(folder.join(".env"))
        .run()
        .succeeded();
    assert_eq!(fs::read(folder.join(".env")).unwrap(), b"abc");
}

#[test]
fn an_interrupted_single_copy_goes_on_under_the_name_it_was_given() {
    let service = Service::new();
    let (container, folder) = (service.container(), Folder::new());
    let bytes = noise(5, (12 << 20) + 5);
    fs::write(folder.join("abcd"), &bytes).unwrap();
    container.put("blob", bytes.clone());
    let journal = folder.join("journal");
    let at_journal = format!("/Z:{}", journal.display());
    let words = ["/Y", "/NC:1", &at_journal];
    // The third piece is refused, for good.
    let refused = r#""then": { "answer": { "status": 403, "code": "AuthorizationFailure" } }"#;
    let server = &service.server;
    let refuse = |when: &str| {
        server.set_faults(&format!(r#"{{ "when": {{ {when} }}, {refused} }}"#));
    };
    let up = r#""method": "PUT", "query": "*comp=block&*", "hits": [3]"#;
    let down = r#""method": "GET", "path": "*/blob", "hits": [3]"#;
    refuse(up);
    let to = url(&container, "d/newdisk.vhd");
    upload(folder.join("abcd"), &to, &words).failed();
    server.clear_faults();
    // The journal alone knows the destination.
    Azring::new()
        .arg(&at_journal)
        .dest_key(&Account::development())
        .arg("/Y")
        .run()
        .succeeded();
    assert!(container.get("d/newdisk.vhd") == bytes);
    assert_eq!(container.names(), ["blob", "d/newdisk.vhd"]);

    // A slash at the end of a path is a folder's, also when the journal tells it.
    for (to, expected) in [("made/", "made/blob"), ("named", "named")] {
        refuse(down);
        let path = format!("{}/{to}", folder.path().display());
        download(&url(&container, "blob"), &path, &words).failed();
        server.clear_faults();
        Azring::new()
            .arg(&at_journal)
            .source_key(&Account::development())
            .arg("/Y")
            .run()
            .succeeded();
        assert!(fs::read(folder.join(expected)).unwrap() == bytes, "{to}");
    }
    let left = names_below(folder.path());
    assert!(!left.iter().any(|name| name.contains(".part")), "{left:?}");
}
