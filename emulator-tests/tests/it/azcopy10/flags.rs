//! Flags of AzCopy 10 whose effect the names of the result do not show: what is replaced, and what is checked.

use std::fs;

use azring_emulator_tests::command::{Folder, Outcome};
use azring_emulator_tests::rest::Container;
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::Tree;

use super::link::AzCopyLink;

fn url(container: &Container) -> String {
    format!("{}?{}", container.url(), container.service().account_sas())
}

fn run(words: &[&str]) -> Outcome {
    AzCopyLink::new().run(words).run()
}

#[test]
fn a_blob_is_kept_with_overwrite_off_and_replaced_without_it() {
    let (_server, service) = single_account::start();
    let container = service.fresh_container("overwrite");
    container.put("a", "there");
    let source = Folder::new();
    Tree::new().with("a", "new").write_to(source.path());
    let (folder, url) = (format!("{}/*", source.path().display()), url(&container));
    let words = ["copy", &folder, &url, "--from-to=LocalBlob"];
    let kept = run(&[&words[..], &["--overwrite=false"]].concat()).succeeded();
    assert!(
        kept.stdout
            .contains("Final Job Status: CompletedWithSkipped"),
        "{kept}"
    );
    assert_eq!(container.get("a"), b"there");
    run(&words).succeeded();
    assert_eq!(container.get("a"), b"new");
}

#[test]
fn a_download_compares_the_md5_unless_it_is_told_not_to() {
    let (_server, service) = single_account::start();
    let container = service.fresh_container("md5");
    container.put("a", "content");
    let wrong = [("x-ms-blob-content-md5", "AAAAAAAAAAAAAAAAAAAAAA==")];
    container
        .ask("PUT", "a", &[("comp", "properties")], &wrong, "")
        .succeeded();
    let source = format!("{}/a?{}", container.url(), service.account_sas());
    let target = Folder::new();
    let file = target.join("a").display().to_string();
    let words = ["copy", &source, &file, "--from-to=BlobLocal"];
    run(&words).failed().naming(&["MD5"]);
    assert!(!target.join("a").exists());
    run(&[&words[..], &["--check-md5=NoCheck"]].concat()).succeeded();
    assert_eq!(fs::read(&file).expect("it was downloaded"), b"content");
}

#[test]
fn a_sync_replaces_what_is_newer_only_in_mirror_mode() {
    let (_server, service) = single_account::start();
    let container = service.fresh_container("mirror");
    let source = Folder::new();
    Tree::new().with("a", "older").write_to(source.path());
    let old = fs::File::open(source.join("a")).expect("ours");
    let long_ago = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    old.set_modified(long_ago).expect("ours");
    container.put("a", "newer");
    let (folder, url) = (source.path().display().to_string(), url(&container));
    let words = ["sync", &folder, &url, "--from-to=LocalBlob"];
    run(&words).succeeded();
    assert_eq!(container.get("a"), b"newer");
    run(&[&words[..], &["--mirror-mode=true"]].concat()).succeeded();
    assert_eq!(container.get("a"), b"older");
}
