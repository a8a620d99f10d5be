//! Properties that the command gives: tier, tags, metadata and content headers of what is written, and which of
//! the source's a copy between services keeps.

use std::fs;

use azring_emulator_tests::azurite;
use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::emulator::Behaviour;
use azring_emulator_tests::rest::{Answer, Container, Share};
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::noise;
use azring_emulator_tests::two_accounts::{TwoAccounts, copy};

/// Content headers and metadata, as parameters.
const GIVEN: [&str; 5] = [
    "/Metadata:colour=blue;shape=a\\;b=c",
    "/ContentEncoding:gzip",
    "/ContentLanguage:de",
    "/ContentDisposition:inline",
    "/CacheControl:no-store",
];

/// The same, as they are stored.
const STORED: [(&str, &str); 6] = [
    ("x-ms-meta-colour", "blue"),
    ("x-ms-meta-shape", "a;b=c"),
    ("content-encoding", "gzip"),
    ("content-language", "de"),
    ("content-disposition", "inline"),
    ("cache-control", "no-store"),
];

/// Eight tags that are longer than one header may be.
fn long_tags() -> String {
    let tags: Vec<_> = (0..9)
        .map(|number| format!("t{number}={}", "v".repeat(250)))
        .collect();
    tags.join("&")
}

fn head(container: &Container, name: &str) -> Answer {
    container.ask("HEAD", name, &[], &[], "").succeeded()
}

fn tags(container: &Container, name: &str) -> String {
    let answer = container.ask("GET", name, &[("comp", "tags")], &[], "");
    String::from_utf8(answer.succeeded().body).expect("XML")
}

#[track_caller]
fn assert_given(stored: &Answer, what: &str) {
    for (header, value) in STORED {
        assert_eq!(stored.header(header), value, "{header} of {what}");
    }
}

fn upload(folder: &Folder, container: &Container, words: &[&str]) {
    Azring::upload(folder.path(), container)
        .args(["/Y", "/S"])
        .args(words)
        .run()
        .succeeded();
}

#[test]
fn an_upload_stores_what_is_given_in_every_way_to_write_a_blob() {
    let (_server, service) = single_account::start();
    for container in [
        service.fresh_container("given"),
        azurite::shared().blob_service().fresh_container("given"),
    ] {
        for blob_type in ["block", "page", "append"] {
            let folder = Folder::new();
            for (name, bytes) in [("empty", 0), ("small", 1024), ("large", 9 << 20)] {
                let name = format!("{blob_type}-{name}");
                fs::write(folder.join(&name), noise(1, bytes)).expect("a folder of ours");
            }
            let word = format!("/BlobType:{blob_type}");
            let tags = "/BlobTags:project=a+b&level=1";
            let mut words = [&GIVEN[..], &[&word, tags]].concat();
            if blob_type == "block" {
                words.push("/Tier:Cool");
            }
            upload(&folder, &container, &words);
        }
        for (name, _) in container.list() {
            let stored = head(&container, &name);
            assert_given(&stored, &name);
            assert_eq!(stored.header("x-ms-tag-count"), "2", "{name}");
            let found = tags(&container, &name);
            assert!(found.contains("<Value>a b</Value>"), "{name}: {found}");
            if name.starts_with("block") {
                assert_eq!(stored.header("x-ms-access-tier"), "Cool", "{name}");
                assert_ne!(stored.header("x-ms-access-tier-inferred"), "true", "{name}");
            }
        }
    }
}

#[test]
fn standard_input_is_stored_with_what_is_given() {
    let (_server, service) = single_account::start();
    let (container, folder) = (service.fresh_container("given"), Folder::new());
    for (name, bytes, blob_type) in [
        ("small", 100, "block"),
        ("large", 9 << 20, "block"),
        ("appended", 100, "append"),
    ] {
        let file = folder.join(name);
        fs::write(&file, noise(1, bytes)).expect("a folder of ours");
        let long = long_tags();
        Azring::copy("-", format!("{}/{name}", container.url()))
            .dest_key(container.service().account())
            .args(["/DestType:Blob", "/Y"])
            .args(GIVEN)
            .args([
                &format!("/BlobType:{blob_type}"),
                &format!("/BlobTags:{long}"),
            ])
            .input(file)
            .run()
            .succeeded();
        let stored = head(&container, name);
        assert_given(&stored, name);
        assert_eq!(stored.header("x-ms-tag-count"), "9", "{name}");
    }
}

#[test]
fn tags_too_long_for_a_header_follow_in_a_request_of_their_own() {
    let (server, service) = single_account::start();
    let (container, folder) = (service.fresh_container("given"), Folder::new());
    fs::write(folder.join("small"), noise(1, 100)).expect("a folder of ours");
    fs::write(folder.join("large"), noise(2, 9 << 20)).expect("a folder of ours");
    upload(
        &folder,
        &container,
        &[&format!("/BlobTags:{}", long_tags())],
    );
    for name in ["small", "large"] {
        assert_eq!(head(&container, name).header("x-ms-tag-count"), "9");
    }
    assert!(server.watch().counters.of("SetBlobTags").requests >= 2);
}

#[test]
fn files_of_a_share_are_stored_with_what_is_given() {
    let (_server, service) = single_account::start_for_files();
    let (share, folder) = (service.fresh_share("given"), Folder::new());
    fs::write(folder.join("small"), noise(1, 100)).expect("a folder of ours");
    fs::write(folder.join("large"), noise(2, 9 << 20)).expect("a folder of ours");
    Azring::upload(folder.path(), &share)
        .args(["/Y", "/S"])
        .args(GIVEN)
        .run()
        .succeeded();
    let copied = service.fresh_share("copied");
    Azring::between(&share, &copied)
        .args(["/Y", "/S", "/Metadata:colour=red", "/CacheControl:private"])
        .run()
        .succeeded();
    let file = |share: &Share, name: &str| share.ask("HEAD", name, &[], &[], "").succeeded();
    for name in ["small", "large"] {
        assert_given(&file(&share, name), name);
        let stored = file(&copied, name);
        assert_eq!(stored.header("x-ms-meta-colour"), "red", "{name}");
        assert_eq!(stored.header("x-ms-meta-shape"), "", "{name}");
        assert_eq!(stored.header("cache-control"), "private", "{name}");
        assert_eq!(stored.header("content-language"), "de", "{name}");
        assert_eq!(
            stored.header("content-md5"),
            file(&share, name).header("content-md5"),
            "{name}"
        );
    }
}

#[test]
fn a_tier_that_a_type_cannot_have_is_refused_before_a_byte_moves() {
    let (server, service) = single_account::start();
    let (container, folder) = (service.fresh_container("given"), Folder::new());
    fs::write(folder.join("a"), noise(1, 512)).expect("a folder of ours");
    server.watch().counters.reset();
    for (words, says) in [
        (["/BlobType:page", "/Tier:Hot"], "page blobs have `P4` to"),
        (["/BlobType:append", "/Tier:Hot"], "no tier"),
        (["/BlobType:block", "/Tier:P10"], "block blobs have `Hot`"),
    ] {
        Azring::upload(folder.path(), &container)
            .args(["/Y", "/S"])
            .args(words)
            .run()
            .refused()
            .naming(&[says]);
    }
    assert!(server.watch().counters.snapshot().operations.is_empty());
}

/// The source of the copies between services: a blob with everything, and a page blob and an append blob.
fn fill(container: &Container) {
    let headers = [
        ("x-ms-access-tier", "Cool"),
        ("x-ms-tags", "project=a"),
        ("x-ms-meta-colour", "green"),
        ("x-ms-blob-content-language", "fr"),
        ("x-ms-blob-content-type", "text/plain"),
    ];
    container.put_with("block", noise(1, 5000), &headers);
    container.put_with("large", noise(1, 9 << 20), &headers);
    container.put("plain", "abc");
    for (name, blob_type) in [("page", "PageBlob"), ("append", "AppendBlob")] {
        let headers = [
            ("x-ms-blob-type", blob_type),
            ("x-ms-meta-colour", "green"),
            ("x-ms-blob-content-length", "512"),
        ];
        let wanted = if name == "page" { 3 } else { 2 };
        container
            .ask("PUT", name, &[], &headers[..wanted], "")
            .succeeded();
    }
}

/// Every way in which blobs are copied between services.
const WAYS: [&str; 3] = ["/ServerCopy:async", "/ServerCopy:blocks", "/SyncCopy"];

#[test]
fn a_copy_between_services_keeps_tiers_and_tags_only_if_asked() {
    for accounts in TwoAccounts::of_both() {
        let (source, _) = accounts.between();
        fill(&source);
        for way in WAYS {
            let (_, target) = accounts.between();
            copy(&source, &target)
                .args(["/S", "/Y", way])
                .run()
                .succeeded();
            let stored = head(&target, "block");
            assert_eq!(stored.header("x-ms-access-tier"), "Cool", "{way}");
            assert_eq!(stored.header("x-ms-tag-count"), "", "{way}");
            assert_eq!(stored.header("x-ms-meta-colour"), "green", "{way}");
            let (_, target) = accounts.between();
            copy(&source, &target)
                .args(["/S", "/Y", way, "/KeepTags:on", "/KeepTier:off"])
                .run()
                .succeeded();
            for name in ["block", "large"] {
                let stored = head(&target, name);
                assert_eq!(stored.header("x-ms-tag-count"), "1", "{way}");
                // Azurite copies the tier unasked.
                let is_azurite = accounts.server == "Azurite";
                let is_inferred = stored.header("x-ms-access-tier-inferred") == "true";
                assert!(is_inferred || is_azurite, "{name} {way}");
            }
            assert_eq!(head(&target, "plain").header("x-ms-tag-count"), "");
        }
    }
}

#[test]
fn a_copy_between_services_stores_what_is_given_instead() {
    let accounts = TwoAccounts::of_emulator();
    let (source, _) = accounts.between();
    fill(&source);
    for way in WAYS {
        let (_, target) = accounts.between();
        copy(&source, &target)
            .args(["/S", "/Y", way, "/Metadata:shape=round", "/BlobTags:b=2"])
            .args(["/CacheControl:private", "/Tier:Cold"])
            .run()
            .succeeded();
        for name in ["block", "large", "page", "append", "plain"] {
            let stored = head(&target, name);
            let case = format!("{name} {way}");
            assert_eq!(stored.header("x-ms-meta-shape"), "round", "{case}");
            assert_eq!(stored.header("x-ms-meta-colour"), "", "{case}");
            assert_eq!(stored.header("cache-control"), "private", "{case}");
            assert_eq!(stored.header("x-ms-tag-count"), "1", "{case}");
            assert!(tags(&target, name).contains("<Key>b</Key>"), "{case}");
            if !["page", "append"].contains(&name) {
                assert_eq!(stored.header("x-ms-access-tier"), "Cold", "{case}");
            }
        }
        let stored = head(&target, "block");
        assert_eq!(stored.header("content-language"), "fr", "{way}");
        assert_eq!(stored.header("content-type"), "text/plain", "{way}");
    }
}

#[test]
fn an_archived_source_is_one_clear_failure_and_the_rest_is_copied() {
    let accounts = TwoAccounts::of_emulator();
    accounts.emulator().set_behaviour(Behaviour {
        rehydrate_ms: 3_600_000,
        ..Behaviour::default()
    });
    let (source, target) = accounts.between();
    source.put("a", "abc");
    for name in ["cold", "waiting"] {
        source.put_with(name, "abc", &[("x-ms-access-tier", "Archive")]);
    }
    source
        .ask(
            "PUT",
            "waiting",
            &[("comp", "tier")],
            &[("x-ms-access-tier", "Hot")],
            "",
        )
        .succeeded();
    let folder = Folder::new();
    let runs = [
        copy(&source, &target).args(["/S", "/Y"]),
        copy(&source, &target).args(["/S", "/Y", "/ServerCopy:blocks"]),
        copy(&source, &target).args(["/S", "/Y", "/SyncCopy"]),
        Azring::download(&source, folder.path()).args(["/S", "/Y"]),
    ];
    for run in runs {
        let outcome = run.run().failed().counting(1, 0, 2);
        let told = |name: &str, says: &str| {
            let errors = outcome.errors();
            let of_it = errors.iter().filter(|error| error.contains(name));
            of_it.filter(|error| error.contains(says)).count()
        };
        assert_eq!(told("`cold`", "azring set-properties"), 1, "{outcome}");
        assert_eq!(told("`waiting`", "on its way out"), 1, "{outcome}");
    }
    Azring::copy(format!("{}/cold", source.url()), "-")
        .source_key(source.service().account())
        .arg("/SourceType:Blob")
        .run()
        .failed()
        .naming(&["`cold`", "set-properties"]);
}
