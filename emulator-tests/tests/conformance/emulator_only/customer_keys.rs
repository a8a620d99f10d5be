//! Customer-provided keys and encryption scopes.

use azring_emulator_tests::emulator::{Behaviour, Options, Server, StoreChoice};
use sha2::{Digest as _, Sha256};

use super::own;
use crate::client::{Client, Reply, Request, base64};

const KEY: &[u8; 32] = b"01234567012345670123456701234567";
const OTHER: &[u8; 32] = b"76543210765432107654321076543210";

fn options() -> Options {
    Options {
        behaviour: Behaviour {
            customer_keys_over_http: true,
            encryption_scopes: vec!["scope1".to_owned(), "scope2".to_owned()],
            ..Behaviour::default()
        },
        ..Options::default()
    }
}

fn start() -> (Server, Client) {
    own::with_box(&options())
}

fn hash(key: &[u8]) -> String {
    base64(&Sha256::digest(key))
}

fn with_key(request: Request, key: &[u8]) -> Request {
    request
        .header("x-ms-encryption-key", &base64(key))
        .header("x-ms-encryption-key-sha256", &hash(key))
        .header("x-ms-encryption-algorithm", "AES256")
}

fn put(client: &Client, kind: &str, body: &str) -> Request {
    let put = client.put("box/b").header("x-ms-blob-type", kind);
    if kind == "PageBlob" {
        put.header("x-ms-blob-content-length", "512")
    } else {
        put.body(body)
    }
}

fn is_encrypted(reply: &Reply) {
    let shown = reply.header("x-ms-encryption-key-sha256");
    assert_eq!(shown, Some(hash(KEY).as_str()));
}

#[test]
fn a_blob_is_read_and_changed_only_with_its_key() {
    let (_server, client) = start();
    is_encrypted(
        &with_key(put(&client, "BlockBlob", "secret"), KEY)
            .send()
            .expect(201),
    );
    let requests = [
        client.get("box/b"),
        client.head("box/b"),
        client.get("box/b").query("comp", "metadata"),
        client
            .put("box/b")
            .query("comp", "metadata")
            .header("x-ms-meta-k", "v"),
        client.put("box/b").query("comp", "snapshot"),
    ];
    for request in requests {
        let without = request.clone().send();
        without.refused(409, "BlobUsesCustomerSpecifiedEncryption");
        let other = with_key(request.clone(), OTHER).send();
        other.refused(409, "BlobCustomerSpecifiedEncryptionMismatch");
        assert!(with_key(request, KEY).send().status < 300);
    }
    let read = with_key(client.get("box/b"), KEY).send().expect(200);
    is_encrypted(&read);
    assert_eq!(read.text(), "secret");
    let list = client
        .get("box")
        .query("restype", "container")
        .query("comp", "list");
    assert_eq!(list.send().one("CustomerProvidedKeySha256"), hash(KEY));
    put(&client, "BlockBlob", "plain").send().expect(201);
    with_key(client.get("box/b"), KEY)
        .send()
        .refused(409, "BlobDoesNotUseCustomerSpecifiedEncryption");
}

#[test]
fn all_blocks_and_their_list_have_one_key() {
    let (_server, client) = start();
    let block = |id: &str| {
        let block = client.put("box/b").query("comp", "block");
        block.query("blockid", id).body("block")
    };
    is_encrypted(&with_key(block("AA=="), KEY).send().expect(201));
    block("BB==")
        .send()
        .refused(409, "BlobUsesCustomerSpecifiedEncryption");
    let commit = || {
        let list = client.put("box/b").query("comp", "blocklist");
        list.body("<BlockList><Latest>AA==</Latest></BlockList>")
    };
    with_key(commit(), OTHER)
        .send()
        .refused(409, "BlobCustomerSpecifiedEncryptionMismatch");
    is_encrypted(&with_key(commit(), KEY).send().expect(201));
    client
        .get("box/b")
        .send()
        .refused(409, "BlobUsesCustomerSpecifiedEncryption");
}

#[test]
fn pages_and_appended_blocks_need_the_key_of_their_blob() {
    let (_server, client) = start();
    let append = || client.put("box/b").query("comp", "appendblock").body("a");
    with_key(put(&client, "AppendBlob", ""), KEY)
        .send()
        .expect(201);
    append()
        .send()
        .refused(409, "BlobUsesCustomerSpecifiedEncryption");
    is_encrypted(&with_key(append(), KEY).send().expect(201));
    client.delete("box/b").send().expect(202);
    with_key(put(&client, "PageBlob", ""), KEY)
        .send()
        .expect(201);
    let page = || {
        let page = client.put("box/b").query("comp", "page");
        page.header("x-ms-page-write", "update")
            .header("x-ms-range", "bytes=0-511")
            .body(vec![1; 512])
    };
    page()
        .send()
        .refused(409, "BlobUsesCustomerSpecifiedEncryption");
    is_encrypted(&with_key(page(), KEY).send().expect(201));
}

#[test]
fn a_key_is_refused_over_http_and_when_it_is_malformed() {
    let (_server, client) = own::with_box(&Options::default());
    let refused = with_key(put(&client, "BlockBlob", "secret"), KEY).send();
    assert!(!refused.text().contains(&base64(KEY)));
    refused.refused(400, "InvalidHeaderValue");
    let (_server, client) = start();
    let put = || with_key(put(&client, "BlockBlob", "secret"), KEY);
    let wrong = |name: &str, value: &str| put().header(name, value).send();
    wrong("x-ms-encryption-key-sha256", &hash(OTHER)).refused(400, "InvalidHeaderValue");
    wrong("x-ms-encryption-key", &base64(b"short")).refused(400, "InvalidHeaderValue");
    wrong("x-ms-encryption-algorithm", "DES").refused(400, "InvalidHeaderValue");
    wrong("x-ms-encryption-scope", "scope1").refused(400, "InvalidHeaderValue");
    let incomplete = put().without("x-ms-encryption-key-sha256").send();
    incomplete.refused(400, "MissingRequiredHeader");
    client.get("box/b").send().expect(404);
}

#[test]
fn a_scope_has_to_exist_and_containers_may_set_one() {
    let (_server, client) = start();
    let put = |path: &str, scope: &str| {
        let put = client.put(path).header("x-ms-blob-type", "BlockBlob");
        put.header("x-ms-encryption-scope", scope).body("x").send()
    };
    put("box/b", "scope3").refused(404, "EncryptionScopeNotFound");
    let made = put("box/b", "scope1").expect(201);
    assert_eq!(made.header("x-ms-encryption-scope"), Some("scope1"));
    let read = client.get("box/b").send().expect(200);
    assert_eq!(read.header("x-ms-encryption-scope"), Some("scope1"));
    let snapshot = client.put("box/b").query("comp", "snapshot");
    snapshot
        .header("x-ms-encryption-scope", "scope2")
        .send()
        .refused(409, "BlobCustomerSpecifiedEncryptionMismatch");
    let plain = client
        .put("box/plain")
        .header("x-ms-blob-type", "BlockBlob");
    plain.body("x").send().expect(201);
    let snapshot = client.put("box/plain").query("comp", "snapshot");
    snapshot
        .header("x-ms-encryption-scope", "scope1")
        .send()
        .refused(409, "BlobDoesNotUseCustomerSpecifiedEncryption");
    let container = client.put("scoped").query("restype", "container");
    container
        .header("x-ms-default-encryption-scope", "scope1")
        .header("x-ms-deny-encryption-scope-override", "true")
        .send()
        .expect(201);
    let properties = client.head("scoped").query("restype", "container").send();
    for (name, value) in [
        ("x-ms-default-encryption-scope", "scope1"),
        ("x-ms-deny-encryption-scope-override", "true"),
    ] {
        assert_eq!(properties.header(name), Some(value));
    }
    let blob = client.put("scoped/b").header("x-ms-blob-type", "BlockBlob");
    let blob = blob.body("x").send().expect(201);
    assert_eq!(blob.header("x-ms-encryption-scope"), Some("scope1"));
    put("scoped/c", "scope2").refused(403, "RequestForbiddenByContainerEncryptionPolicy");
}

#[test]
fn a_restart_finds_the_hashes_of_keys() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        store: StoreChoice::Folder(folder.path().to_owned()),
        ..options()
    };
    let (server, client) = own::with_box(&options);
    with_key(put(&client, "BlockBlob", "secret"), KEY)
        .send()
        .expect(201);
    let block = || client.put("box/c").query("comp", "block");
    let block = || block().query("blockid", "AA==").body("block");
    with_key(block(), KEY).send().expect(201);
    drop(server);
    let journal = std::fs::read_to_string(folder.path().join("journal.jsonl")).unwrap();
    assert!(!journal.contains(&base64(KEY)));
    for _ in 0..2 {
        let (server, client) = own::start(&options);
        client
            .get("box/b")
            .send()
            .refused(409, "BlobUsesCustomerSpecifiedEncryption");
        let read = with_key(client.get("box/b"), KEY).send().expect(200);
        assert_eq!(read.text(), "secret");
        let list = client.put("box/c").query("comp", "blocklist");
        list.body("<BlockList><Latest>AA==</Latest></BlockList>")
            .send()
            .refused(409, "BlobUsesCustomerSpecifiedEncryption");
        drop(server);
    }
}
