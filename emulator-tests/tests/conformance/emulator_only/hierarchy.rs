//! Accounts with a hierarchical namespace.

use azring_emulator_tests::emulator::{DEVELOPMENT_ACCOUNT, Options, Server, StoreChoice};
use azring_emulator_tests::scratch;

use super::own;
use crate::client::{Client, Reply};

fn hierarchical() -> Options {
    Options {
        hierarchical: vec![DEVELOPMENT_ACCOUNT.to_owned()],
        ..Options::default()
    }
}

/// A hierarchical account with the container `box`.
fn with_box() -> (Server, Client) {
    own::with_box(&hierarchical())
}

fn put(client: &Client, name: &str) -> Reply {
    let put = client.put(&format!("box/{name}"));
    put.header("x-ms-blob-type", "BlockBlob").body("x").send()
}

fn delete(client: &Client, name: &str) -> Reply {
    client.delete(&format!("box/{name}")).send()
}

/// All names, in the order of the listing.
fn names(client: &Client) -> Vec<String> {
    own::list(client, "").all("Name")
}

#[test]
fn account_information_tells_of_the_hierarchy() {
    for (options, is_one) in [(hierarchical(), "true"), (Options::default(), "false")] {
        let (_server, client) = own::start(&options);
        let ask = client.get("").query("restype", "account");
        let reply = ask.query("comp", "properties").send().expect(200);
        assert_eq!(reply.header("x-ms-is-hns-enabled"), Some(is_one));
    }
    let unknown = Options {
        hierarchical: vec!["nobody".to_owned()],
        ..Options::default()
    };
    assert!(Server::start(&unknown).is_err());
}

#[test]
fn a_listing_is_folder_by_folder_with_its_directories() {
    let (_server, client) = with_box();
    for name in ["a-b", "a/c/d", "a.x/y", "a0", "b"] {
        put(&client, name).expect(201);
    }
    let expected = ["a", "a/c", "a/c/d", "a-b", "a.x", "a.x/y", "a0", "b"];
    assert_eq!(names(&client), expected);
    let page = own::list(&client, "metadata");
    let types = page.all("ResourceType");
    let directory = "directory";
    let file = "file";
    assert_eq!(
        types,
        [
            directory, directory, file, file, directory, file, file, file
        ]
    );
    assert_eq!(page.all("hdi_isfolder"), ["true"; 3]);
    let level = client
        .get("box")
        .query("restype", "container")
        .query("comp", "list");
    let level = level.query("delimiter", "/").send().expect(200);
    assert_eq!(level.all("Name"), ["a/", "a-b", "a.x/", "a0", "b"]);
    assert_eq!(level.all("ResourceType")[0], directory);
    let other = client
        .get("box")
        .query("restype", "container")
        .query("comp", "list");
    other
        .query("delimiter", "-")
        .send()
        .refused(400, "InvalidQueryParameterValue");
}

#[test]
fn pages_of_a_folder_listing_follow_each_other() {
    let (_server, client) = with_box();
    for name in ["a/b/c", "a/b-", "a/b/d", "a-", "z"] {
        put(&client, name).expect(201);
    }
    let (mut seen, mut marker) = (Vec::new(), String::new());
    loop {
        let page = client
            .get("box")
            .query("restype", "container")
            .query("comp", "list");
        let page = page
            .query("maxresults", "2")
            .query("marker", &marker)
            .send()
            .expect(200);
        seen.extend(page.all("Name"));
        marker = page.one("NextMarker");
        if marker.is_empty() {
            break;
        }
    }
    assert_eq!(seen, names(&client));
    assert_eq!(seen, ["a", "a/b", "a/b/c", "a/b/d", "a/b-", "a-", "z"]);
}

#[test]
fn a_directory_is_deleted_only_when_it_is_empty() {
    let (_server, client) = with_box();
    put(&client, "a/b/c").expect(201);
    for name in ["a", "a/b"] {
        delete(&client, name).refused(409, "DirectoryIsNotEmpty");
    }
    let head = client.head("box/a/b").send().expect(200);
    assert_eq!(head.header("x-ms-resource-type"), Some("directory"));
    assert_eq!(head.header("x-ms-meta-hdi_isfolder"), Some("true"));
    let head = client.head("box/a/b/c").send().expect(200);
    assert_eq!(head.header("x-ms-resource-type"), Some("file"));
    for name in ["a/b/c", "a/b", "a"] {
        delete(&client, name).expect(202);
    }
    assert!(names(&client).is_empty());
}

#[test]
fn a_file_and_a_directory_cannot_have_one_name() {
    let (_server, client) = with_box();
    put(&client, "a/b").expect(201);
    put(&client, "a").refused(409, "ResourceTypeMismatch");
    put(&client, "a/b/c").refused(409, "ResourceTypeMismatch");
    put(&client, "a//b").expect(201);
    assert_eq!(names(&client), ["a", "a/b"]);
    let set = client.put("box/a").query("comp", "metadata");
    set.header("x-ms-meta-k", "v").send().expect(200);
    delete(&client, "a").refused(409, "DirectoryIsNotEmpty");
    assert_eq!(own::list(&client, "metadata").all("hdi_isfolder"), ["true"]);
}

#[test]
fn an_empty_blob_with_the_mark_is_a_directory() {
    let (_server, client) = with_box();
    let mark = client.put("box/a/d").header("x-ms-blob-type", "BlockBlob");
    mark.header("x-ms-meta-hdi_isfolder", "true")
        .send()
        .expect(201);
    assert_eq!(own::list(&client, "").all("ResourceType"), ["directory"; 2]);
    put(&client, "a/d/e").expect(201);
}

#[test]
fn features_that_such_an_account_lacks_are_refused() {
    const CODE: &str = "FeatureNotYetSupportedForHierarchicalNamespaceAccounts";
    let (_server, client) = with_box();
    put(&client, "b").expect(201);
    client
        .put("box/b")
        .query("comp", "snapshot")
        .send()
        .refused(409, CODE);
    let pages = client.put("box/p").header("x-ms-blob-type", "PageBlob");
    pages
        .header("x-ms-blob-content-length", "512")
        .send()
        .refused(409, CODE);
    let tagged = client.put("box/t").header("x-ms-blob-type", "BlockBlob");
    tagged
        .header("x-ms-tags", "k=v")
        .body("x")
        .send()
        .refused(409, CODE);
    let tags = client.get("box/b").query("comp", "tags").send();
    tags.refused(400, "InvalidQueryParameterValue");
    let append = client.put("box/log").header("x-ms-blob-type", "AppendBlob");
    append.send().expect(201);
}

#[test]
fn directories_are_still_there_after_a_restart() {
    let scratch = scratch::folder();
    let options = Options {
        store: StoreChoice::Folder(scratch.path().join("store")),
        ..hierarchical()
    };
    let (server, client) = own::with_box(&options);
    put(&client, "a/b/c").expect(201);
    let before = names(&client);
    drop((server, client));
    let (_server, client) = own::start(&options);
    assert_eq!(names(&client), before);
    delete(&client, "a/b").refused(409, "DirectoryIsNotEmpty");
}

#[test]
fn a_directory_is_no_source_of_a_copy() {
    let (server, client) = with_box();
    put(&client, "a/b").expect(201);
    for (name, status) in [("a", 400), ("a/b", 202)] {
        let source = format!("{}/{DEVELOPMENT_ACCOUNT}/box/{name}", server.blob_url());
        let copy = client.put("box/copy").header("x-ms-copy-source", &source);
        copy.send().expect(status);
    }
}
