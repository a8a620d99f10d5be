//! The folder store: after a restart it has what was acknowledged, and nothing else.

use std::path::Path;

use azring_emulator_tests::emulator::{
    AccountOption, Behaviour, CopyBehaviour, Options, Server, StoreChoice,
};

use super::own;
use super::program::{self, Program};
use crate::client::{Client, base64};

fn start(folder: &Path) -> (Server, Client) {
    let store = StoreChoice::Folder(folder.to_owned());
    own::start(&Options {
        store,
        ..Options::default()
    })
}

fn start_program(folder: &Path) -> Program {
    Program::start(&["--store", folder.to_str().unwrap()])
}

fn put(client: &Client, path: &str, kind: &str, body: &str) {
    let mut put = client
        .put(path)
        .header("x-ms-blob-type", kind)
        .header("x-ms-meta-k", "v")
        .body(body);
    if kind == "PageBlob" {
        put = put.header("x-ms-blob-content-length", "4096");
    }
    put.send().expect(201);
}

fn page(client: &Client, path: &str, range: &str, write: &str, body: Vec<u8>) {
    let put = client
        .put(path)
        .query("comp", "page")
        .header("x-ms-range", range);
    put.header("x-ms-page-write", write)
        .body(body)
        .send()
        .expect(201);
}

fn fill(client: &Client) {
    client
        .put("box")
        .query("restype", "container")
        .header("x-ms-meta-a", "b")
        .send()
        .expect(201);
    put(client, "box/block", "BlockBlob", "hello");
    put(client, "box/gone", "BlockBlob", "gone");
    client.delete("box/gone").send().expect(202);
    for (id, body) in [("AA==", "one"), ("BB==", "two")] {
        let block = client
            .put("box/list")
            .query("comp", "block")
            .query("blockid", id);
        block.body(body).send().expect(201);
    }
    let list = "<BlockList><Latest>BB==</Latest><Latest>AA==</Latest></BlockList>";
    client
        .put("box/list")
        .query("comp", "blocklist")
        .body(list)
        .send()
        .expect(201);
    client
        .put("box/list")
        .query("comp", "block")
        .query("blockid", "CC==")
        .body("three")
        .send()
        .expect(201);
    put(client, "box/append", "AppendBlob", "");
    for body in ["a", "bc"] {
        client
            .put("box/append")
            .query("comp", "appendblock")
            .body(body)
            .send()
            .expect(201);
    }
    put(client, "box/page", "PageBlob", "");
    page(client, "box/page", "bytes=0-1535", "update", vec![1; 1536]);
    page(client, "box/page", "bytes=512-1023", "clear", Vec::new());
    client
        .put("box/block")
        .query("comp", "snapshot")
        .send()
        .expect(201);
    put(client, "box/block", "BlockBlob", "hello again");
    client
        .put("other")
        .query("restype", "container")
        .send()
        .expect(201);
    client
        .delete("other")
        .query("restype", "container")
        .send()
        .expect(202);
}

fn listing(client: &Client) -> String {
    let list = client
        .get("box")
        .query("restype", "container")
        .query("comp", "list");
    let text = list
        .query("include", "snapshots,metadata,uncommittedblobs")
        .send()
        .expect(200)
        .text();
    // The listing names the port, which differs.
    text.split_once("<Blobs>").unwrap().1.to_owned()
}

#[test]
fn a_restart_finds_everything_that_was_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let (server, client) = start(folder.path());
    fill(&client);
    let before = listing(&client);
    let tags: Vec<_> = ["block", "list", "append", "page"]
        .map(|name| {
            client
                .head(&format!("box/{name}"))
                .send()
                .expect(200)
                .header("etag")
                .map(str::to_owned)
        })
        .into();
    drop(server);
    for _ in 0..2 {
        let (server, client) = start(folder.path());
        assert_eq!(listing(&client), before);
        assert_eq!(client.get("box/block").send().text(), "hello again");
        assert_eq!(client.get("box/list").send().text(), "twoone");
        assert_eq!(client.get("box/append").send().text(), "abc");
        let pages = client.get("box/page").send().expect(200).body;
        assert_eq!(
            pages,
            [vec![1; 512], vec![0; 512], vec![1; 512], vec![0; 2560]].concat()
        );
        let lists = client
            .get("box/list")
            .query("comp", "blocklist")
            .query("blocklisttype", "all");
        assert_eq!(lists.send().all("Name"), ["BB==", "AA==", "CC=="]);
        let again: Vec<_> = ["block", "list", "append", "page"]
            .map(|name| {
                client
                    .head(&format!("box/{name}"))
                    .send()
                    .header("etag")
                    .map(str::to_owned)
            })
            .into();
        assert_eq!(again, tags);
        client
            .head("other")
            .query("restype", "container")
            .send()
            .expect(404);
        drop(server);
    }
}

/// A folder of an emulator whose records did not name their service. It has the blobs of `fill`,
/// and a lease.
#[test]
fn a_folder_of_an_earlier_emulator_opens() {
    let written =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/fixtures/folder_store");
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("bodies")).unwrap();
    std::fs::copy(
        written.join("journal.jsonl"),
        folder.path().join("journal.jsonl"),
    )
    .unwrap();
    for body in std::fs::read_dir(written.join("bodies")).unwrap() {
        let body = body.unwrap();
        let copy = folder.path().join("bodies").join(body.file_name());
        std::fs::copy(body.path(), copy).unwrap();
    }
    for _ in 0..2 {
        let (server, client) = start(folder.path());
        let names = client
            .get("box")
            .query("restype", "container")
            .query("comp", "list")
            .query("include", "snapshots")
            .send();
        let expected = ["append", "block", "block", "list", "page"];
        assert_eq!(names.expect(200).all("Name"), expected);
        let block = client.get("box/block").send();
        assert_eq!(block.header("etag"), Some("\"0x8DF4D7E80D4C03E\""));
        assert_eq!(block.header("x-ms-lease-state"), Some("leased"));
        assert_eq!(block.header("x-ms-meta-k"), Some("v"));
        assert_eq!(block.text(), "hello again");
        let snapshot = client
            .get("box/block")
            .query("snapshot", "2026-11-28T18:36:23.2535612Z");
        assert_eq!(snapshot.send().text(), "hello");
        assert_eq!(client.get("box/list").send().text(), "twoone");
        assert_eq!(client.get("box/append").send().text(), "abc");
        let pages = client.get("box/page").send().expect(200).body;
        let expected = [vec![1; 512], vec![0; 512], vec![1; 512], vec![0; 2560]].concat();
        assert_eq!(pages, expected);
        client
            .head("other")
            .query("restype", "container")
            .send()
            .expect(404);
        drop(server);
    }
}

#[test]
fn blobs_of_an_account_outlive_a_run_without_the_account() {
    let folder = tempfile::tempdir().unwrap();
    let (server, client) = start(folder.path());
    fill(&client);
    let before = listing(&client);
    drop(server);
    let other = AccountOption::parse("other2:AAAA");
    let without = Server::start(&Options {
        store: StoreChoice::Folder(folder.path().to_owned()),
        accounts: other.into_iter().collect(),
        ..Options::default()
    });
    drop(without.unwrap());
    let (_server, client) = start(folder.path());
    assert_eq!(listing(&client), before);
    assert_eq!(client.get("box/block").send().text(), "hello again");
}

#[test]
fn half_a_record_and_a_body_without_a_record_are_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let (server, client) = start(folder.path());
    fill(&client);
    let before = listing(&client);
    drop(server);
    let journal = folder.path().join("journal.jsonl");
    let mut text = std::fs::read(&journal).unwrap();
    text.extend_from_slice(br#"{"Slot":[{"account":"devsto"#);
    std::fs::write(&journal, text).unwrap();
    let stray = folder.path().join("bodies").join("00000000000fffff");
    std::fs::write(&stray, "never acknowledged").unwrap();
    let (_server, client) = start(folder.path());
    assert_eq!(listing(&client), before);
    assert!(!stray.exists());
    // New bodies do not take the place of old ones.
    put(&client, "box/new", "BlockBlob", &base64(b"new"));
    assert_eq!(client.get("box/block").send().text(), "hello again");
}

#[test]
fn a_second_emulator_is_refused_the_folder_and_harms_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let program = start_program(folder.path());
    let client = &program.client;
    client
        .put("box")
        .query("restype", "container")
        .send()
        .expect(201);
    put(client, "box/kept", "BlockBlob", "hello");
    let (code, text) = program::refused(&["--store", folder.path().to_str().unwrap()]);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("another emulator uses it"), "{text}");
    put(client, "box/later", "BlockBlob", "hello again");
    drop(program);
    // The killed program holds the lock no longer.
    let program = start_program(folder.path());
    assert_eq!(program.client.get("box/kept").send().text(), "hello");
    assert_eq!(program.client.get("box/later").send().text(), "hello again");
}

#[test]
fn a_copy_that_a_listing_completed_is_complete_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let (server, client) = start(folder.path());
    let create = client.put("box").query("restype", "container");
    create.send().expect(201);
    put(&client, "box/source", "PageBlob", "");
    page(&client, "box/source", "bytes=0-511", "update", vec![1; 512]);
    let slow = Behaviour {
        copy: CopyBehaviour {
            pending_ms: 60_000,
            ..CopyBehaviour::default()
        },
        ..Behaviour::default()
    };
    server.set_behaviour(slow.clone());
    let source = format!("http://{}/{}/box/source", client.address, client.account);
    let copy = client.put("box/target").header("x-ms-copy-source", &source);
    copy.send().expect(202);
    let head = client.head("box/target").send().expect(200);
    assert_eq!(head.header("x-ms-copy-status"), Some("pending"));
    server.set_behaviour(Behaviour {
        clock_ahead_ms: 120_000,
        ..slow
    });
    let list = client.get("box").query("restype", "container");
    let list = list.query("comp", "list").query("include", "copy");
    assert_eq!(list.send().expect(200).all("CopyStatus"), ["success"]);
    page(&client, "box/target", "bytes=0-511", "update", vec![2; 512]);
    drop(server);
    let (_server, client) = start(folder.path());
    let get = client.get("box/target").send().expect(200);
    assert_eq!(get.header("x-ms-copy-status"), Some("success"));
    assert_eq!(get.body[..512], [2; 512]);
}
