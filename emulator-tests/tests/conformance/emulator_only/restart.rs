//! The folder store: what was acknowledged is there again after a restart, and nothing else.

use std::path::Path;

use azring_emulator_tests::emulator::{
    DEVELOPMENT_ACCOUNT, DEVELOPMENT_KEY, Options, Server, StoreChoice,
};

use crate::client::{Client, base64};

fn start(folder: &Path) -> (Server, Client) {
    let store = StoreChoice::Folder(folder.to_owned());
    let server = Server::start(&Options {
        store,
        ..Options::default()
    })
    .unwrap();
    let client = Client::new(
        &server.address().to_string(),
        DEVELOPMENT_ACCOUNT,
        DEVELOPMENT_KEY,
    );
    (server, client)
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

#[test]
fn half_a_record_and_a_body_nobody_names_are_forgotten() {
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
