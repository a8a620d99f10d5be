//! The content types that uploads get, as AzCopy 10 gives them: by the extension, or by the first bytes.

use std::fs;

use azring_emulator_tests::command::Folder;
use azring_emulator_tests::peers::Peers;
use azring_emulator_tests::rest::Container;
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::Tree;

use super::link::AzCopyLink;

fn files() -> Tree {
    let pdf = b"%PDF-1.7\nrest".to_vec();
    Tree::new()
        .with("script.js", "let x = 1;")
        .with("page.html", "<p>")
        .with("data.json", "{}")
        .with("README", "plain words\n")
        .with("empty", "")
        .with("page", "\n  <!DOCTYPE html><html>")
        .with("document", pdf.clone())
        .with("document.zzzz", pdf)
        .with("image", b"\x89PNG\r\n\x1a\n\0\0".to_vec())
        .with("archive", b"\x1f\x8b\x08\0\0".to_vec())
        .with("binary", vec![0, 1, 2, 3])
        .with("markup", "<?xml version='1.0'?><a/>")
}

fn types(container: &Container) -> Vec<(String, String)> {
    let listed = container.list();
    let types = listed.into_values();
    types.map(|blob| (blob.name, blob.content_type)).collect()
}

#[test]
fn files_of_no_known_extension_get_types_by_their_bytes_as_in_azcopy_10() {
    let (_server, service) = single_account::start();
    let source = Folder::new();
    files().write_to(source.path());
    let (own, of_peer) = (
        service.fresh_container("own"),
        service.fresh_container("peer"),
    );
    let folder = format!("{}/*", source.path().display());
    let sas = service.account_sas();
    let url = |container: &Container| format!("{}?{sas}", container.url());
    let azcopy = AzCopyLink::new();
    let words =
        |url: &str| ["copy", &folder, url, "--from-to=LocalBlob", "--recursive"].map(str::to_owned);
    let own_words = words(&url(&own));
    let own_words: Vec<&str> = own_words.iter().map(String::as_str).collect();
    azcopy.run(&own_words).run().succeeded();

    let logs = Folder::new();
    let ended = Peers::find()
        .program("azcopy")
        .args(words(&url(&of_peer)))
        .arg("--skip-version-check")
        .env("AZCOPY_LOG_LOCATION", logs.path())
        .env("AZCOPY_JOB_PLAN_LOCATION", logs.path())
        .output()
        .expect("it runs");
    assert!(ended.status.success(), "{ended:?}");
    assert_eq!(types(&own), types(&of_peer));
    let of_own = types(&own);
    let of = |name: &str| {
        let found = of_own.iter().find(|(own, _)| own == name);
        found.map(|(_, content_type)| content_type.as_str())
    };
    assert_eq!(of("document"), Some("application/pdf"));
    assert_eq!(of("README"), Some("text/plain"));
    assert_eq!(of("script.js"), Some("application/javascript"));
}

#[test]
fn a_map_of_content_types_comes_first_and_guessing_can_be_left_out() {
    let (_server, service) = single_account::start();
    let container = service.fresh_container("map");
    let (source, map) = (Folder::new(), Folder::new());
    Tree::new()
        .with("a.js", "x")
        .with("b", "words")
        .write_to(source.path());
    let file = map.join("map.json");
    fs::write(&file, r#"{"MIMETypeMapping": {".js": "text/mine"}}"#).expect("ours");
    let folder = format!("{}/*", source.path().display());
    let url = format!("{}?{}", container.url(), service.account_sas());
    let azcopy = AzCopyLink::new();
    let words = ["copy", &folder, &url, "--from-to=LocalBlob"];
    let run = azcopy.run(&words).env("AZCOPY_CONTENT_TYPE_MAP", &file);
    run.run().succeeded();
    let of = |name: &str| container.list()[name].content_type.clone();
    assert_eq!(
        (of("a.js"), of("b")),
        ("text/mine".into(), "text/plain".into())
    );
    let words = [&words[..], &["--no-guess-mime-type"]].concat();
    azcopy.run(&words).run().succeeded();
    assert_eq!(of("b"), "application/octet-stream");
}
