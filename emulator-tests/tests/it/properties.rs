//! What is stored beside the bytes: which of it a copy keeps, replaces or drops.

use std::fs::{self, File};
use std::time::{Duration, SystemTime};

use azring_emulator_tests::azurite;
use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::rest::{Answer, Container, content_md5};
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::{Tree, noise};

/// All that may stand beside a blob, but its MD5 and content type.
const BESIDE: [(&str, &str, &str); 5] = [
    ("x-ms-blob-content-encoding", "content-encoding", "gzip"),
    ("x-ms-blob-content-language", "content-language", "de"),
    (
        "x-ms-blob-content-disposition",
        "content-disposition",
        "inline",
    ),
    ("x-ms-blob-cache-control", "cache-control", "no-store"),
    ("x-ms-meta-colour", "x-ms-meta-colour", "blue"),
];

fn container(purpose: &str) -> Container {
    azurite::shared().blob_service().fresh_container(purpose)
}

fn head(container: &Container, name: &str) -> Answer {
    container.ask("HEAD", name, &[], &[], "").succeeded()
}

fn upload(folder: &Folder, container: &Container, words: &[&str]) {
    Azring::copy(folder.path(), container.url())
        .dest_key(container.service().account())
        .args(["/Y", "/S"])
        .args(words)
        .run()
        .succeeded();
}

#[test]
fn a_new_blob_gets_its_md5_and_nothing_else() {
    let (container, folder) = (container("new"), Folder::new());
    let bytes = noise(1, 9 << 20);
    for (blob_type, name) in [("block", "b"), ("page", "p"), ("append", "a")] {
        fs::write(folder.join(name), &bytes).expect("a folder of ours");
        let word = format!("/BlobType:{blob_type}");
        upload(&folder, &container, &[&word, &format!("/Pattern:{name}")]);
        let stored = head(&container, name);
        assert_eq!(stored.header("content-md5"), content_md5(&bytes), "{name}");
        assert_eq!(stored.header("content-type"), "application/octet-stream");
        for (_, header, _) in BESIDE {
            assert_eq!(stored.header(header), "", "{header} of {name}");
        }
    }
}

#[test]
fn what_is_replaced_with_y_loses_what_was_stored_beside_it() {
    let (container, folder) = (container("replaced"), Folder::new());
    let beside = BESIDE.map(|(name, _, value)| (name, value));
    let typed = [&beside[..], &[("x-ms-blob-content-type", "text/plain")]].concat();
    container.put_with("a", "old", &typed);
    fs::write(folder.join("a"), "new").expect("a folder of ours");
    upload(&folder, &container, &[]);
    let stored = head(&container, "a");
    assert_eq!(stored.header("content-type"), "application/octet-stream");
    assert_eq!(stored.header("content-md5"), content_md5(b"new"));
    for (_, header, _) in BESIDE {
        assert_eq!(stored.header(header), "", "{header}");
    }
}

#[test]
fn a_sync_copy_replaces_all_that_the_target_had_also_a_type_by_none() {
    let azurite = azurite::shared();
    let [one, other] = azurite.accounts() else {
        panic!("two accounts")
    };
    let source = azurite.blob_service_of(one).fresh_container("from");
    let target = azurite.blob_service_of(other).fresh_container("to");
    let (small, large) = (noise(1, 100), noise(2, 9 << 20));
    for (name, bytes) in [("small", &small), ("large", &large)] {
        source.put_with(name, bytes.clone(), &[("x-ms-meta-shape", "round")]);
        // What is not named in it is cleared: the content type too.
        let kept = [("x-ms-blob-cache-control", "private")];
        source
            .ask("PUT", name, &[("comp", "properties")], &kept, "")
            .succeeded();
        let beside = BESIDE.map(|(name, _, value)| (name, value));
        target.put_with(name, "old", &beside);
    }
    Azring::copy(source.url(), target.url())
        .source_key(one)
        .dest_key(other)
        .args([
            "/SourceType:Blob",
            "/DestType:Blob",
            "/SyncCopy",
            "/S",
            "/Y",
        ])
        .run()
        .succeeded()
        .counting(2, 0, 0);
    for (name, bytes) in [("small", &small), ("large", &large)] {
        assert!(&target.get(name) == bytes, "{name}");
        let (there, here) = (head(&source, name), head(&target, name));
        for header in ["content-type", "content-md5"] {
            assert_eq!(
                here.header(header),
                there.header(header),
                "{header} of {name}"
            );
        }
        assert_eq!(here.header("cache-control"), "private", "{name}");
        assert_eq!(here.header("x-ms-meta-shape"), "round", "{name}");
        for header in ["content-encoding", "content-language", "x-ms-meta-colour"] {
            assert_eq!(here.header(header), "", "{header} of {name}");
        }
    }
}

#[test]
fn content_types_of_ones_own_are_taken_from_the_configuration() {
    let (container, config) = (container("types"), Folder::new());
    let folder = Folder::new();
    Tree::named(["a.MyExt", "b.html", "c.txt"]).write_to(folder.path());
    fs::create_dir(config.join("azring")).expect("a folder of ours");
    let file = config.join("azring/AzCopyConfig.json");
    let copy = |words: &[&str]| {
        Azring::copy(folder.path(), container.url())
            .dest_key(container.service().account())
            .env("XDG_CONFIG_HOME", config.path())
            .args(["/Y", "/S"])
            .args(words)
            .run()
    };
    let mapping = r#"{"MIMETypeMapping": {".myext": "text/mycustomtype", ".html": "text/other"}}"#;
    fs::write(&file, mapping).expect("a folder of ours");
    copy(&["/SetContentType"]).succeeded().counting(3, 0, 0);
    let listed = container.list();
    let types = ["a.MyExt", "b.html", "c.txt"].map(|name| listed[name].content_type.as_str());
    assert_eq!(types, ["text/mycustomtype", "text/other", "text/plain"]);

    // It is asked for only where it decides, and then it must be understood.
    fs::write(&file, "{ .myext }").expect("a folder of ours");
    copy(&["/SetContentType"])
        .refused()
        .naming(&["AzCopyConfig.json"]);
    copy(&["/SetContentType:a/b"]).succeeded();
    copy(&[]).succeeded();
}

#[test]
fn the_first_disk_that_becomes_a_block_blob_is_reported() {
    let (container, folder) = (container("disks"), Folder::new());
    Tree::named(["a.vhd", "b.VHD", "c.txt"])
        .with("a.vhd", noise(1, 512))
        .with("b.VHD", noise(2, 512))
        .only(|name| name != "c.txt")
        .write_to(folder.path());
    let copy = |words: &[&str]| {
        let copy = Azring::copy(folder.path(), container.url());
        let copy = copy.dest_key(container.service().account());
        copy.args(["/Y", "/S"]).args(words).run().succeeded()
    };
    let told = copy(&[]).counting(2, 0, 0).stdout;
    assert_eq!(told.matches("becomes a block blob").count(), 1, "{told}");
    assert!(told.contains("`a.vhd`"), "{told}");
    assert_eq!(
        head(&container, "a.vhd").header("x-ms-blob-type"),
        "BlockBlob"
    );
    assert!(
        !copy(&["/BlobType:block"])
            .stdout
            .contains("becomes a block blob")
    );
}

/// AzCopy's words for it.
const OTHER_TYPE: &str =
    "user specified blob type does not match the blob type of the existing destination blob";

#[test]
fn a_blob_of_another_type_is_reported_for_each_object_and_stays() {
    let (container, folder) = (container("kinds"), Folder::new());
    let types = [
        ("block", "BlockBlob"),
        ("page", "PageBlob"),
        ("append", "AppendBlob"),
    ];
    for (name, blob_type) in types {
        let headers = [
            ("x-ms-blob-type", blob_type),
            ("x-ms-blob-content-length", "512"),
        ];
        let wanted = if name == "page" { 2 } else { 1 };
        container
            .ask("PUT", name, &[], &headers[..wanted], "")
            .succeeded();
        let path = folder.join(name);
        fs::write(&path, noise(1, 512)).expect("a folder of ours");
        // Newer than the blob by any clock, so that only the type is in the way.
        let later = SystemTime::now() + Duration::from_hours(24);
        let file = File::options().write(true).open(path);
        file.and_then(|file| file.set_modified(later))
            .expect("it is ours");
    }
    for (same, _) in types {
        let outcome = Azring::copy(folder.path(), container.url())
            .dest_key(container.service().account())
            .args(["/Y", "/XO", &format!("/BlobType:{same}")])
            .run();
        let outcome = outcome.failed().counting(1, 0, 2);
        for (other, _) in types.iter().filter(|(other, _)| *other != same) {
            let is_told = |error: &String| error.contains(other) && error.contains(OTHER_TYPE);
            assert!(outcome.errors().iter().any(is_told), "{other}: {outcome}");
        }
        for (name, blob_type) in types {
            assert_eq!(head(&container, name).header("x-ms-blob-type"), blob_type);
        }
    }
}

#[test]
fn the_services_refusal_of_another_type_is_reported_in_the_same_words() {
    let (_server, service) = single_account::start();
    let (container, folder) = (service.fresh_container("kinds"), Folder::new());
    let headers = [
        ("x-ms-blob-type", "PageBlob"),
        ("x-ms-blob-content-length", "512"),
    ];
    container.ask("PUT", "large", &[], &headers, "").succeeded();
    fs::write(folder.join("large"), noise(1, 9 << 20)).expect("a folder of ours");
    // With /Y nobody looks: the first block is refused.
    let outcome = Azring::copy(folder.path(), container.url())
        .dest_key(service.account())
        .args(["/Y", "/DestType:Blob"])
        .run();
    outcome
        .failed()
        .counting(0, 0, 1)
        .naming(&["large", OTHER_TYPE]);
    assert_eq!(
        head(&container, "large").header("x-ms-blob-type"),
        "PageBlob"
    );
}
