//! Which objects a copy is about, and what it may ask the service for.

use std::fs::{self, File};
use std::time::{Duration, SystemTime};

use azring_emulator_tests::azurite;
use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::emulator::Server;
use azring_emulator_tests::rest::Container;
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::Tree;
use rustix::fs::{XattrFlags, setxattr};
use rustix::io::Errno;

fn container(purpose: &str) -> Container {
    azurite::shared().blob_service().fresh_container(purpose)
}

fn folder_with(tree: &Tree) -> Folder {
    let folder = Folder::new();
    tree.write_to(folder.path());
    folder
}

fn upload(folder: &Folder, container: &Container) -> Azring {
    Azring::copy(folder.path(), container.url())
        .dest_key(container.service().account())
        .arg("/S")
}

fn download(container: &Container, folder: &Folder) -> Azring {
    Azring::copy(container.url(), folder.path()).source_key(container.service().account())
}

#[test]
fn files_go_up_by_the_attributes_that_a_share_keeps_for_them() {
    let container = container("attributes");
    let folder = folder_with(&Tree::named(["a", "d/system", "plain", ".hidden"]));
    for (name, bits) in [("a", "0x20"), ("d/system", "0x24")] {
        let path = folder.join(name);
        // A file system without extended attributes keeps none to go by.
        match setxattr(path, "user.DOSATTRIB", bits.as_bytes(), XattrFlags::empty()) {
            Err(Errno::OPNOTSUPP) => return,
            set => set.expect("an attribute is stored"),
        }
    }
    let names_after = |words: &[&str], files| {
        let outcome = upload(&folder, &container).arg("/Y").args(words).run();
        let outcome = outcome.succeeded().counting(files, 0, 0);
        let names = container.names();
        for name in &names {
            container.delete(name);
        }
        (names, outcome.stdout)
    };
    let (names, told) = names_after(&["/A"], 2);
    assert_eq!(names, ["a", "d/system"]);
    assert_eq!(
        told.matches("stored Windows attributes").count(),
        1,
        "{told}"
    );
    let (names, _) = names_after(&["/A", "/XA:S"], 1);
    assert_eq!(names, ["a"]);
    let (names, told) = names_after(&["/IA:hn"], 2);
    assert_eq!(names, [".hidden", "plain"]);
    assert!(!told.contains("stored Windows attributes"), "{told}");
}

#[test]
fn a_single_file_is_asked_for_its_attributes_too() {
    let container = container("attributes");
    let folder = folder_with(&Tree::named([".hidden"]));
    let one = |words: &[&str]| {
        Azring::copy(folder.join(".hidden"), container.url())
            .dest_key(container.service().account())
            .args(words)
            .run()
            .succeeded()
    };
    one(&["/XA:H"]).counting(0, 0, 0);
    one(&["/IA:H"]).counting(1, 0, 0);
}

#[test]
fn a_pattern_is_a_wildcard_for_files_and_a_prefix_or_name_for_blobs() {
    let container = container("patterns");
    let names = [
        "Abc.txt",
        "abc.txt",
        "abd.TXT",
        "b/abc.txt",
        "vd/abc.txt",
        "vd/x",
    ];
    let tree = Tree::named(names);
    let folder = folder_with(&tree);
    let uploaded = |words: &[&str]| {
        let copy = Azring::copy(folder.path(), container.url())
            .dest_key(container.service().account())
            .args(words);
        copy.run().succeeded();
        let names = container.names();
        for name in &names {
            container.delete(name);
        }
        names
    };
    // Windows does not tell letters apart by their case.
    assert_eq!(
        uploaded(&["/Pattern:AB?.txt"]),
        ["Abc.txt", "abc.txt", "abd.TXT"]
    );
    assert_eq!(uploaded(&["/Pattern:vd/*", "/S"]), ["vd/abc.txt", "vd/x"]);
    assert_eq!(uploaded(&["/Pattern:a*", "/S"]).len(), 5);
    let dash = Azring::new()
        .args(["--source", &folder.path().display().to_string()])
        .args(["--destination", &container.url(), "--include", "a*.txt"])
        .args(["--dest-key", &container.service().account().key_in_base64()]);
    dash.run().succeeded().counting(1, 0, 0);
    assert_eq!(container.names(), ["abc.txt"]);

    tree.put_into(&container);
    let downloaded = |url: &str, words: &[&str]| {
        let target = Folder::new();
        Azring::copy(url, target.path())
            .source_key(container.service().account())
            .arg("/SourceType:Blob")
            .args(words)
            .run()
            .succeeded();
        azring_emulator_tests::tree::names_below(target.path())
    };
    let (url, below) = (container.url(), container.url() + "/vd/");
    assert_eq!(downloaded(&url, &["/Pattern:abc.txt"]), ["abc.txt"]);
    assert!(downloaded(&url, &["/Pattern:abc"]).is_empty());
    assert!(downloaded(&url, &["/Pattern:ab*"]).is_empty());
    assert_eq!(
        downloaded(&url, &["/Pattern:ab", "/S"]),
        ["abc.txt", "abd.TXT"]
    );
    assert_eq!(downloaded(&url, &["/Pattern:vd/x", "/S"]), ["vd/x"]);
    assert_eq!(downloaded(&below, &["/Pattern:a", "/S"]), ["abc.txt"]);
    assert_eq!(downloaded(&below, &["/S"]), ["abc.txt", "x"]);
    assert_eq!(downloaded(&below, &["/Pattern:x"]), ["x"]);
}

#[test]
fn with_xo_and_xn_only_what_is_missing_is_copied_in_either_direction() {
    let container = container("missing");
    for name in ["older", "newer"] {
        container.put(name, "from the service");
    }
    let folder = folder_with(&Tree::named(["older", "newer", "missing"]));
    let day = Duration::from_hours(24);
    for (name, time) in [
        ("older", SystemTime::now() - day),
        ("newer", SystemTime::now() + day),
    ] {
        let file = File::options().write(true).open(folder.join(name));
        file.and_then(|file| file.set_modified(time))
            .expect("it is ours");
    }
    let both = ["/XO", "/XN", "/Y"];
    upload(&folder, &container)
        .args(both)
        .run()
        .succeeded()
        .counting(1, 2, 0);
    assert_eq!(container.get("older"), b"from the service");
    assert_eq!(container.get("newer"), b"from the service");
    fs::remove_file(folder.join("newer")).expect("it is ours");
    let down = download(&container, &folder).arg("/S").args(both).run();
    down.succeeded().counting(1, 2, 0);
    assert_eq!(
        fs::read(folder.join("newer")).expect("it came"),
        b"from the service"
    );
    assert_ne!(
        fs::read(folder.join("older")).expect("it is there"),
        b"from the service"
    );
}

#[test]
fn a_preview_counts_what_the_run_then_copies_and_its_log_names_it() {
    let service = azurite::shared().blob_service();
    let missing = service.unmade_container("preview");
    let folder = folder_with(&Tree::named(["a.txt", "b.log", "d/c.txt"]));
    let log = folder.join("preview.log");
    let words = ["/Pattern:*.txt".to_owned(), format!("/V:{}", log.display())];
    let preview = upload(&folder, &missing).args(&words).arg("/L").run();
    preview.succeeded().counting(2, 0, 0);
    assert!(!missing.exists(), "a preview makes nothing");
    let told = fs::read_to_string(&log).expect("the log is there");
    for (name, is_meant) in [("a.txt", true), ("d/c.txt", true), ("b.log", false)] {
        assert_eq!(told.contains(name), is_meant, "{name}: {told}");
    }
    upload(&folder, &missing)
        .args(&words)
        .run()
        .succeeded()
        .counting(2, 0, 0);
    assert_eq!(missing.names(), ["a.txt", "d/c.txt"]);
}

/// A service of the test's own, whose requests can be counted.
fn counted() -> (Server, Container) {
    let (server, service) = single_account::start();
    let container = service.fresh_container("counted");
    server.watch().counters.reset();
    (server, container)
}

#[test]
fn a_write_only_signature_is_enough_with_y_and_nothing_is_looked_up() {
    let (server, container) = counted();
    let folder = folder_with(&Tree::named(["a", "d/b"]));
    let sas = container.service().account_sas_for("o", "w");
    for times in [1, 2] {
        // The second time both are there, and are replaced without a look.
        Azring::copy(folder.path(), container.url())
            .args(["/S", "/Y", "/DestType:Blob", &format!("/DestSAS:{sas}")])
            .run()
            .succeeded()
            .counting(2, 0, 0);
        let counters = &server.watch().counters;
        assert_eq!(counters.of("PutBlob").requests, 2 * times);
        for operation in ["GetBlobProperties", "ListBlobs", "GetContainerProperties"] {
            assert_eq!(counters.of(operation).requests, 0, "{operation}");
        }
    }
    // Whoever must look needs the permission to read.
    let look = Azring::copy(folder.path(), container.url())
        .args([
            "/S",
            "/Y",
            "/XO",
            "/DestType:Blob",
            &format!("/DestSAS:{sas}"),
        ])
        .run();
    look.failed().naming(&["lacks `r` (`sp=w`)", "`/DestSAS`"]);
}

#[test]
fn a_public_container_needs_no_credential_and_a_private_one_does() {
    let service = azurite::shared().blob_service();
    let (public, private) = (service.unmade_container("public"), container("private"));
    public.make_public();
    let tree = Tree::named(["a", "d/b"]);
    for container in [&public, &private] {
        tree.put_into(container);
    }
    let read = |container: &Container, target: &Folder| {
        Azring::copy(container.url(), target.path())
            .args(["/S", "/SourceType:Blob"])
            .run()
    };
    let target = Folder::new();
    read(&public, &target).succeeded().counting(2, 0, 0);
    assert_same(&tree, &Tree::read_from(target.path()));
    read(&private, &Folder::new()).failed();
}

#[test]
fn the_name_of_a_container_that_is_being_deleted_is_waited_for() {
    let (server, container) = counted();
    let folder = folder_with(&Tree::named(["a"]));
    let plan = r#"{"rules": [{"name": "deleting", "when": {"method": "PUT", "query": "*restype=container*", "hits": [1, 2]},
        "then": {"answer": {"status": 409, "code": "ContainerBeingDeleted"}}}]}"#;
    server.set_fault_plan(plan);
    let up = upload(&folder, &container)
        .args(["/Y", "/DestType:Blob"])
        .run();
    up.succeeded().counting(1, 0, 0);
    assert_eq!(server.applied_faults(), [2]);
}

#[test]
fn a_folder_whose_name_is_no_text_is_source_and_destination() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let container = container("bytes");
    let folder = Folder::new();
    let at = |name: &[u8]| folder.path().join(OsStr::from_bytes(name));
    let tree = Tree::named(["a", "d/b"]);
    tree.write_to(&at(b"from \xff"));
    let account = container.service().account();
    let up = Azring::copy(at(b"from \xff"), container.url()).dest_key(account);
    up.arg("/S").run().succeeded().counting(2, 0, 0);
    let down = Azring::copy(container.url(), at(b"to \xfe/below")).source_key(account);
    down.arg("/S").run().succeeded().counting(2, 0, 0);
    assert_same(&tree, &Tree::read_from(&at(b"to \xfe/below")));
    let single = Azring::copy(at(b"from \xff/a"), container.url() + "/vd/").dest_key(account);
    single.run().succeeded().counting(1, 0, 0);
    assert_eq!(container.names(), ["a", "d/b", "vd/a"]);
    let gone = Azring::copy(at(b"gone \xff"), container.url())
        .dest_key(account)
        .arg("/S");
    gone.run().failed().naming(&["gone "]);
}
