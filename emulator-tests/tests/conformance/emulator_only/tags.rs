//! Index tags: searches in an account and in a container, conditions, and tags of copies.

use azring_emulator_tests::emulator::{Options, Server};

use super::own;
use crate::client::{Client, Reply};

const KEY: &str = " key 1 +-.:=_/";

fn start() -> (Server, Client) {
    let (server, client) = own::with_box(&Options::default());
    client
        .put("other")
        .query("restype", "container")
        .send()
        .expect(201);
    put(&client, "box/a", "k=1&x=y");
    put(&client, "box/b", "k=2");
    put(&client, "other/c", "k=1");
    (server, client)
}

fn put(client: &Client, path: &str, tags: &str) {
    let put = client.put(path).header("x-ms-blob-type", "BlockBlob");
    put.header("x-ms-tags", tags).body("x").send().expect(201);
}

fn find(client: &Client, path: &str, expression: &str) -> Reply {
    let mut find = client.get(path).query("comp", "blobs");
    if !path.is_empty() {
        find = find.query("restype", "container");
    }
    find.query("where", expression).send()
}

fn tags(client: &Client, path: &str) -> Vec<String> {
    let tags = client.get(path).query("comp", "tags").send().expect(200);
    tags.all("Value")
}

#[test]
fn a_search_in_a_container_finds_its_blobs_with_the_compared_tags() {
    let (_server, client) = start();
    let found = find(&client, "box", "k='1'").expect(200);
    assert_eq!(found.all("Name"), ["a"]);
    assert_eq!(found.all("ContainerName"), ["box"]);
    assert_eq!(found.all("Key"), ["k"]);
    assert_eq!(find(&client, "", "k='1'").all("Name"), ["a", "c"]);
    let one = find(&client, "", "k='1' and @container='other'");
    assert_eq!(one.all("Name"), ["c"]);
    let range = find(&client, "box", "k>='1' and k<'2'");
    assert_eq!(range.all("Name"), ["a"]);
    let page = |marker: &str| {
        client
            .get("box")
            .query("restype", "container")
            .query("comp", "blobs")
            .query("where", "k>'0'")
            .query("maxresults", "1")
            .query("marker", marker)
            .send()
    };
    let first = page("");
    assert_eq!(first.all("Name"), ["a"]);
    assert_eq!(page(&first.one("NextMarker")).all("Name"), ["b"]);
    find(&client, "none", "k='1'").refused(404, "ContainerNotFound");
}

#[test]
fn a_search_that_cannot_be_read_is_refused_with_its_place() {
    let (_server, client) = start();
    for expression in ["astring", "k<>'1'", "'k'='1'", "k='@'", "k='1' or k='2'"] {
        let refused = find(&client, "box", expression);
        let text = refused.one("Message");
        assert!(
            text.starts_with("Error parsing query at or near character position"),
            "{text}"
        );
        assert_eq!(refused.one("QueryParameterName"), "where");
        refused.refused(400, "InvalidQueryParameterValue");
    }
}

#[test]
fn keys_with_blanks_are_kept_and_can_be_compared() {
    let (_server, client) = start();
    let document =
        format!("<Tags><TagSet><Tag><Key>{KEY}</Key><Value> v </Value></Tag></TagSet></Tags>");
    let set = client.put("box/a").query("comp", "tags");
    set.body(document).send().expect(204);
    let read = client.get("box/a").query("comp", "tags").send();
    assert_eq!(
        (read.one("Key").as_str(), read.one("Value").as_str()),
        (KEY, " v ")
    );
    let found = find(&client, "box", &format!("\"{KEY}\"=' v '"));
    assert_eq!(found.all("Name"), ["a"]);
    let list = client
        .get("box")
        .query("restype", "container")
        .query("comp", "list");
    assert_eq!(list.query("include", "tags").send().all("Key"), [KEY, "k"]);
}

#[test]
fn keys_values_and_their_number_have_limits() {
    let (_server, client) = own::with_box(&Options::default());
    let put = |tags: &str| {
        let put = client.put("box/a").header("x-ms-blob-type", "BlockBlob");
        put.header("x-ms-tags", tags).body("x").send()
    };
    let longest = |key: usize, value: usize| format!("{}={}", "k".repeat(key), "v".repeat(value));
    let many = |count: usize| {
        let pairs: Vec<String> = (0..count).map(|number| format!("k{number}=v")).collect();
        pairs.join("&")
    };
    for good in [longest(128, 256), many(10)] {
        put(&good).expect(201);
    }
    for bad in [
        longest(129, 1),
        longest(1, 257),
        "=v".to_owned(),
        "k=1&k=2".to_owned(),
        many(11),
    ] {
        put(&bad).refused(400, "InvalidTag");
    }
}

#[test]
fn every_call_of_a_blob_checks_the_condition_on_tags() {
    let (_server, client) = start();
    let source = format!("http://{}/{}/box/b", client.address, client.account);
    let requests = [
        client.get("box/a"),
        client.head("box/a"),
        client.get("box/a").query("comp", "metadata"),
        client.get("box/a").query("comp", "tags"),
        client.get("box/a").query("comp", "blocklist"),
        client.put("box/a").query("comp", "metadata"),
        client.put("box/a").query("comp", "properties"),
        client
            .put("box/a")
            .query("comp", "tags")
            .body("<Tags><TagSet><Tag><Key>k</Key><Value>1</Value></Tag></TagSet></Tags>"),
        client.put("box/a").query("comp", "snapshot"),
        client
            .put("box/a")
            .query("comp", "tier")
            .header("x-ms-access-tier", "Cool"),
        client
            .put("box/a")
            .query("comp", "lease")
            .header("x-ms-lease-action", "acquire")
            .header("x-ms-lease-duration", "15"),
        client
            .put("box/a")
            .query("comp", "blocklist")
            .body("<BlockList />"),
        client.put("box/a").header("x-ms-copy-source", &source),
        client
            .put("box/a")
            .header("x-ms-blob-type", "BlockBlob")
            .body("x"),
        client.delete("box/a"),
    ];
    for request in requests {
        let fails = request.clone().header("x-ms-if-tags", "k = '2' OR z = '1'");
        assert_eq!(fails.send().status, 412, "{request:?}");
        let malformed = request.clone().header("x-ms-if-tags", "k = 1");
        assert_eq!(malformed.send().status, 400, "{request:?}");
    }
    let met = client
        .get("box/a")
        .header("x-ms-if-tags", "(k='1') and x<>'z'");
    met.send().expect(200);
}

#[test]
fn a_copy_takes_the_tags_of_its_source_only_if_asked() {
    let (_server, client) = start();
    let source = format!("http://{}/{}/box/a", client.address, client.account);
    let copy = || {
        let copy = client.put("box/copy").header("x-ms-copy-source", &source);
        copy.header("x-ms-requires-sync", "true")
    };
    copy().send().expect(202);
    assert!(tags(&client, "box/copy").is_empty());
    let option = |option: &str| copy().header("x-ms-copy-source-tag-option", option);
    option("COPY").send().expect(202);
    assert_eq!(tags(&client, "box/copy"), ["1", "y"]);
    option("REPLACE")
        .header("x-ms-tags", "n=new")
        .send()
        .expect(202);
    assert_eq!(tags(&client, "box/copy"), ["new"]);
    let both = option("COPY").header("x-ms-tags", "n=new").send();
    both.refused(400, "BothUserTagsAndSourceTagsCopyPresentException");
    option("MERGE").send().refused(400, "InvalidHeaderValue");
    let conditional = |condition: &str| copy().header("x-ms-source-if-tags", condition).send();
    conditional("k='2'").refused(412, "SourceConditionNotMet");
    conditional("k='1'").expect(202);
}

#[test]
fn a_condition_of_many_parentheses_is_refused() {
    let (_server, client) = own::with_blob(&Options::default(), "x");
    let get = client.get("box/b");
    let refused = get.header("x-ms-if-tags", &"(".repeat(30_000)).send();
    assert_eq!(refused.status, 400);
    client.get("box/b").send().expect(200);
}

#[test]
fn tags_of_a_snapshot_are_its_own_since_version_2020_08_04() {
    let (_server, client) = start();
    let taken = client.put("box/a").query("comp", "snapshot").send();
    let snapshot = taken
        .expect(201)
        .header("x-ms-snapshot")
        .unwrap()
        .to_owned();
    let set = |version: &str| {
        let put = client.put("box/a").query("comp", "tags");
        let put = put.query("snapshot", &snapshot);
        put.header("x-ms-version", version)
            .body("<Tags><TagSet><Tag><Key>k</Key><Value>new</Value></Tag></TagSet></Tags>")
            .send()
    };
    set("2020-06-12").refused(400, "InvalidQueryParameterValue");
    set("2020-08-04").expect(204);
    let of_snapshot = client.get("box/a").query("comp", "tags");
    let of_snapshot = of_snapshot.query("snapshot", &snapshot).send();
    assert_eq!(of_snapshot.expect(200).all("Value"), ["new"]);
    assert_eq!(tags(&client, "box/a"), ["1", "y"]);
}
