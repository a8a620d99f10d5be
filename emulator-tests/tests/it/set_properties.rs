//! `azring set-properties`: what was named has the properties, and nothing else changed.

use azring_emulator_tests::azurite;
use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::emulator::Behaviour;
use azring_emulator_tests::rest::{Answer, Container, Storage};
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::Tree;

/// `azring set-properties URL` with the account's key.
fn set(url: &str, storage: &(impl Storage + ?Sized), words: &[&str]) -> Azring {
    Azring::new()
        .args(["set-properties", url])
        .source_key(storage.account())
        .arg(format!("/SourceType:{}", storage.service_type()))
        .args(words)
}

fn head(container: &Container, name: &str) -> Answer {
    container.ask("HEAD", name, &[], &[], "").succeeded()
}

fn says(outcome: &azring_emulator_tests::command::Outcome, line: &str) {
    assert!(
        outcome.stdout.lines().any(|written| written == line),
        "no line `{line}`: {outcome}"
    );
}

#[test]
fn tiers_of_many_blobs_are_set_in_batches_and_nothing_else_is() {
    let (server, service) = single_account::start();
    let container = service.fresh_container("set");
    let names: Vec<String> = (0..300).map(|number| format!("d/{number}")).collect();
    Tree::named(names.iter().map(String::as_str)).put_into(&container);
    container.put("other", "abc");
    server.watch().counters.reset();
    let url = format!("{}/d/", container.url());
    let outcome = set(&url, &container, &["/S", "/Tier:Cool"])
        .run()
        .succeeded();
    says(
        &outcome,
        "Set the properties of 300 of total 300 object(s).",
    );
    assert!(server.watch().counters.of("SubmitContainerBatch").requests >= 2);
    for name in ["d/0", "d/299"] {
        assert_eq!(head(&container, name).header("x-ms-access-tier"), "Cool");
    }
    let other = head(&container, "other");
    assert_eq!(other.header("x-ms-access-tier-inferred"), "true");
}

#[test]
fn a_service_without_batches_gets_single_requests() {
    let (server, own) = single_account::start();
    let refused = r#"{"when":{"query":"*comp=batch*"},"then":{"answer":{"status":501,"code":"NotImplemented"}}}"#;
    server.set_faults(refused);
    for service in [azurite::shared().blob_service(), own] {
        let container = service.fresh_container("set");
        Tree::named(["a", "b", "c"]).put_into(&container);
        set(&container.url(), &container, &["/S", "/Tier:Cool"])
            .run()
            .succeeded();
        for name in ["a", "b", "c"] {
            assert_eq!(head(&container, name).header("x-ms-access-tier"), "Cool");
        }
    }
}

#[test]
fn what_is_not_given_stays_and_what_is_given_replaces() {
    let (_server, own) = single_account::start();
    for service in [azurite::shared().blob_service(), own] {
        let container = service.fresh_container("set");
        let headers = [
            ("x-ms-meta-colour", "blue"),
            ("x-ms-meta-hdi_isfolder", "no"),
            ("x-ms-blob-content-type", "text/plain"),
            ("x-ms-blob-content-language", "de"),
            ("x-ms-tags", "a=1"),
        ];
        container.put_with("a", "abc", &headers);
        let url = format!("{}/a", container.url());
        let before = head(&container, "a");
        set(&url, &container, &["/CacheControl:no-store"])
            .run()
            .succeeded();
        let after = head(&container, "a");
        for header in [
            "content-type",
            "content-language",
            "content-md5",
            "x-ms-meta-colour",
            "x-ms-tag-count",
        ] {
            assert_eq!(after.header(header), before.header(header), "{header}");
        }
        assert_eq!(after.header("cache-control"), "no-store");
        let words = ["/Metadata:shape=round", "/BlobTags:b=2&c=3", "/Tier:Cold"];
        set(&url, &container, &words).run().succeeded();
        let after = head(&container, "a");
        assert_eq!(after.header("x-ms-meta-shape"), "round");
        assert_eq!(after.header("x-ms-meta-colour"), "");
        assert_eq!(after.header("x-ms-meta-hdi_isfolder"), "no");
        assert_eq!(after.header("x-ms-tag-count"), "2");
        assert_eq!(after.header("x-ms-access-tier"), "Cold");
        assert_eq!(after.header("cache-control"), "no-store");
        set(&url, &container, &["/Metadata:clear", "/BlobTags:clear"])
            .run()
            .succeeded();
        let after = head(&container, "a");
        assert_eq!(after.header("x-ms-meta-shape"), "");
        assert_eq!(after.header("x-ms-tag-count"), "");
        assert_eq!(container.get("a"), b"abc");
    }
}

#[test]
fn a_blob_that_changed_since_it_was_listed_is_a_failure() {
    let (server, service) = single_account::start();
    let container = service.fresh_container("set");
    Tree::named(["a", "b"]).put_into(&container);
    let changed = r#"{"when":{"query":"*comp=metadata*","path":"*/a"},"then":{"answer":{"status":412,"code":"ConditionNotMet"}}}"#;
    server.set_faults(changed);
    let outcome = set(&container.url(), &container, &["/S", "/Metadata:x=1"]).run();
    outcome
        .failed()
        .naming(&["/a`", "was overwritten since it was listed"]);
    assert_eq!(head(&container, "b").header("x-ms-meta-x"), "1");
    assert_eq!(head(&container, "a").header("x-ms-meta-x"), "");
}

#[test]
fn a_tier_that_a_blob_cannot_have_is_a_failure_of_that_blob() {
    let (_server, service) = single_account::start();
    let container = service.fresh_container("set");
    container.put("block", "abc");
    let headers = [("x-ms-blob-type", "AppendBlob")];
    container
        .ask("PUT", "append", &[], &headers, "")
        .succeeded();
    for words in [
        &["/S", "/Tier:Cool"][..],
        &["/S", "/Tier:Cool", "/Metadata:a=1"],
    ] {
        let outcome = set(&container.url(), &container, words).run();
        outcome.failed().naming(&["`append`", "`Cool`"]);
        assert_eq!(head(&container, "block").header("x-ms-access-tier"), "Cool");
        assert_eq!(head(&container, "append").header("x-ms-meta-a"), "");
    }
}

#[test]
fn blobs_leave_the_archive_with_the_priority_that_is_given() {
    let (server, service) = single_account::start();
    server.set_behaviour(Behaviour {
        rehydrate_ms: 3_600_000,
        ..Behaviour::default()
    });
    let container = service.fresh_container("set");
    let archive = [("x-ms-access-tier", "Archive")];
    container.put_with("a", "abc", &archive);
    container.put_with("b", "abc", &archive);
    let words = ["/S", "/Tier:Hot", "/RehydratePriority:High"];
    let outcome = set(&container.url(), &container, &words).run().succeeded();
    assert!(
        outcome.stdout.contains("2 blob(s) leave the archive"),
        "{outcome}"
    );
    let stored = head(&container, "a");
    assert_eq!(
        stored.header("x-ms-archive-status"),
        "rehydrate-pending-to-hot"
    );
    assert_eq!(stored.header("x-ms-rehydrate-priority"), "High");
    // Metadata of such a blob cannot be changed, and that is said.
    set(&container.url(), &container, &["/S", "/Metadata:a=1"])
        .run()
        .failed()
        .naming(&["`a`", "archive"]);
}

#[test]
fn a_preview_and_a_ledger_name_every_object() {
    let (server, service) = single_account::start();
    let container = service.fresh_container("set");
    Tree::named(["a", "b/c"]).put_into(&container);
    server.watch().counters.reset();
    let words = ["/S", "/L", "/Tier:Cool"];
    let outcome = set(&container.url(), &container, &words).run().succeeded();
    says(&outcome, "set      named      a                  13");
    assert_eq!(
        server.watch().counters.of("SubmitContainerBatch").requests,
        0
    );
    let folder = Folder::new();
    let ledger = folder.join("ledger");
    let word = format!("/Ledger:{}", ledger.display());
    set(&container.url(), &container, &["/S", "/Tier:Cool", &word])
        .run()
        .succeeded();
    let written = std::fs::read_to_string(ledger).expect("a ledger");
    assert_eq!(
        written.matches(r#""outcome":"set""#).count(),
        2,
        "{written}"
    );
}

#[test]
fn files_of_a_share_get_metadata_and_headers_and_keep_the_rest() {
    let (_server, service) = single_account::start_for_files();
    let share = service.fresh_share("set");
    let headers = [
        ("x-ms-content-language", "de"),
        ("x-ms-content-type", "text/plain"),
        ("x-ms-meta-colour", "blue"),
    ];
    share.make_directory("d");
    share.put_with("d/a", "abc", &headers);
    share.put_with("b", "abc", &headers);
    let words = ["/S", "/Metadata:shape=round", "/CacheControl:no-store"];
    set(&share.url(), &share, &words).run().succeeded();
    for name in ["d/a", "b"] {
        let stored = share.ask("HEAD", name, &[], &[], "").succeeded();
        assert_eq!(stored.header("x-ms-meta-shape"), "round", "{name}");
        assert_eq!(stored.header("x-ms-meta-colour"), "", "{name}");
        assert_eq!(stored.header("cache-control"), "no-store", "{name}");
        assert_eq!(stored.header("content-language"), "de", "{name}");
        assert_eq!(stored.header("content-type"), "text/plain", "{name}");
        assert_eq!(share.get(name), b"abc");
    }
}

#[test]
fn filters_select_whose_properties_are_set() {
    let (_server, service) = single_account::start();
    let container = service.fresh_container("set");
    let lists = Folder::new();
    let names = ["a.txt", "d/b.txt", "d/c.log", "d/old/e.txt"];
    for name in names {
        container.put(name, name);
    }
    container.put("d/large.txt", vec![0; 4096]);
    let tier = |name: &str| head(&container, name).header("x-ms-access-tier").to_owned();
    let with_tier = |wanted: &str| {
        let all = container.names().into_iter();
        all.filter(|name| tier(name) == wanted).collect::<Vec<_>>()
    };
    let words = ["/IncludePattern:*.txt", "/ExcludePath:d/old", "/MaxSize:1K"];
    let words = [&["/S", "/Tier:Cool"], &words[..]].concat();
    set(&container.url(), &container, &words).run().succeeded();
    assert_eq!(with_tier("Cool"), ["a.txt", "d/b.txt"]);
    let list = lists.join("names");
    std::fs::write(&list, "d/c.log\nmissing\n").expect("the folder is ours");
    let list = format!("/FilesFrom:{}", list.display());
    let outcome = set(&container.url(), &container, &["/S", "/Tier:Cold", &list]).run();
    outcome.failed().naming(&["missing"]);
    assert_eq!(with_tier("Cold"), ["d/c.log"]);
    let explained = set(
        &container.url(),
        &container,
        &[
            "/S",
            "/Tier:Hot",
            "/IncludePattern:*.txt",
            "/ExplainFilter:d/c.log",
        ],
    );
    explained.run().succeeded();
    assert_eq!(with_tier("Cold"), ["d/c.log"]);
}
