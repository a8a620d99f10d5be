//! Versions: what each write keeps, and how versions are read, listed, deleted and promoted.

use azring_emulator_tests::emulator::{Behaviour, Options, Server, StoreChoice};

use super::own::{self, list};
use crate::client::{Client, Reply, iso_date};

fn options() -> Options {
    Options {
        behaviour: Behaviour {
            versioning: true,
            ..Behaviour::default()
        },
        ..Options::default()
    }
}

fn start() -> (Server, Client) {
    own::with_box(&options())
}

fn put(client: &Client, body: &str) -> String {
    let put = client
        .put("box/b")
        .header("x-ms-blob-type", "BlockBlob")
        .body(body)
        .send();
    version_of(&put.expect(201))
}

fn version_of(reply: &Reply) -> String {
    reply.header("x-ms-version-id").unwrap().to_owned()
}

fn read(client: &Client, version: &str) -> Reply {
    client.get("box/b").query("versionid", version).send()
}

/// Deleted versions can be restored for a day.
fn set_policy(client: &Client) {
    let policy =
        "<DeleteRetentionPolicy><Enabled>true</Enabled><Days>1</Days></DeleteRetentionPolicy>";
    own::set_service_properties(client, policy).expect(202);
}

#[test]
fn every_write_makes_a_version_that_can_be_read() {
    let (_server, client) = start();
    let first = put(&client, "first");
    let second = put(&client, "second");
    let metadata = client
        .put("box/b")
        .query("comp", "metadata")
        .header("x-ms-meta-k", "v")
        .send();
    let third = version_of(&metadata.expect(200));
    assert!(first < second && second < third);
    let old = read(&client, &first).expect(200);
    assert_eq!(old.text(), "first");
    assert_eq!(old.header("x-ms-version-id"), Some(first.as_str()));
    assert_eq!(old.header("x-ms-is-current-version"), None);
    assert_eq!(old.header("x-ms-lease-state"), None);
    assert_eq!(read(&client, &second).header("x-ms-meta-k"), None);
    for current in [client.get("box/b").send(), read(&client, &third)] {
        assert_eq!(current.header("x-ms-version-id"), Some(third.as_str()));
        assert_eq!(current.header("x-ms-is-current-version"), Some("true"));
        assert_eq!(current.header("x-ms-meta-k"), Some("v"));
    }
    let listed = list(&client, "versions");
    assert_eq!(listed.all("VersionId"), [first, second, third]);
    assert_eq!(listed.all("IsCurrentVersion"), ["true"]);
    assert_eq!(list(&client, "").all("Name"), ["b"]);
    read(&client, "2020-01-01T00:00:00.0000000Z").refused(404, "BlobNotFound");
    read(&client, "yesterday").refused(400, "InvalidQueryParameterValue");
    let write = client.put("box/b").query("versionid", &iso_date(0));
    let write = write.header("x-ms-blob-type", "BlockBlob").body("x");
    write.send().refused(400, "InvalidQueryParameterValue");
}

#[test]
fn deleting_a_blob_leaves_its_versions() {
    let (_server, client) = start();
    let first = put(&client, "first");
    let second = put(&client, "second");
    client
        .delete("box/b")
        .query("versionid", &second)
        .send()
        .refused(403, "OperationNotAllowedOnRootBlob");
    client.delete("box/b").send().expect(202);
    client.get("box/b").send().refused(404, "BlobNotFound");
    assert!(list(&client, "").all("Name").is_empty());
    let only = list(&client, "deletedwithversions");
    assert_eq!(only.all("HasVersionsOnly"), ["true"]);
    assert_eq!(list(&client, "versions").all("VersionId").len(), 2);
    // A copy of a version makes it the current one.
    let source = format!(
        "http://{}/{}/box/b?versionid={first}",
        client.address, client.account
    );
    let copied = client.put("box/b").header("x-ms-copy-source", &source);
    let third = version_of(&copied.send().expect(202));
    assert_eq!(client.get("box/b").send().text(), "first");
    let deleted = client.delete("box/b").query("versionid", &first).send();
    assert_eq!(
        deleted.expect(202).header("x-ms-delete-type-permanent"),
        Some("true")
    );
    assert_eq!(list(&client, "versions").all("VersionId"), [second, third]);
}

#[test]
fn with_a_deletion_policy_deleted_versions_can_be_restored() {
    let (_server, client) = start();
    set_policy(&client);
    let first = put(&client, "first");
    let second = put(&client, "second");
    // An overwritten blob is a version, and no deleted snapshot.
    assert!(list(&client, "deleted,snapshots").all("Deleted").is_empty());
    let delete = client.delete("box/b").query("versionid", &first);
    let deleted = delete.send().expect(202);
    assert_eq!(deleted.header("x-ms-delete-type-permanent"), Some("false"));
    read(&client, &first).expect(404);
    let listed = list(&client, "deleted,versions");
    assert_eq!(listed.all("VersionId"), [first.clone(), second.clone()]);
    assert_eq!(listed.all("Deleted"), ["true"]);
    client.delete("box/b").send().expect(202);
    let undelete = || client.put("box/b").query("comp", "undelete").send();
    undelete().expect(200);
    assert_eq!(read(&client, &first).expect(200).text(), "first");
    // The blob itself was not deleted: it is a version now.
    client.get("box/b").send().expect(404);
    undelete().refused(404, "BlobNotFound");
    assert_eq!(read(&client, &second).text(), "second");
}

#[test]
fn a_snapshot_begins_a_version_and_tags_of_versions_can_be_set() {
    let (_server, client) = start();
    let first = put(&client, "first");
    let snapshot = client.put("box/b").query("comp", "snapshot").send();
    let second = version_of(&snapshot.expect(201));
    assert!(first < second);
    let tags = "<Tags><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tags>";
    let of = |version: &str| {
        client
            .put("box/b")
            .query("comp", "tags")
            .query("versionid", version)
    };
    of(&first).body(tags).send().expect(204);
    let read = |version: &str| {
        let get = client.get("box/b").query("comp", "tags");
        get.query("versionid", version)
            .send()
            .expect(200)
            .all("Key")
    };
    assert_eq!(read(&first), ["k"]);
    assert!(read(&second).is_empty());
    let tier = client.put("box/b").query("comp", "tier");
    let tier = tier.query("versionid", &first);
    tier.header("x-ms-access-tier", "Cool").send().expect(200);
    let cool = client.head("box/b").query("versionid", &first).send();
    assert_eq!(cool.header("x-ms-access-tier"), Some("Cool"));
}

#[test]
fn without_versioning_the_last_version_is_kept_once() {
    let (server, client) = start();
    let first = put(&client, "first");
    server.set_behaviour(Behaviour::default());
    for body in ["second", "third"] {
        let put = client.put("box/b").header("x-ms-blob-type", "BlockBlob");
        let put = put.body(body).send().expect(201);
        assert_eq!(put.header("x-ms-version-id"), None);
    }
    assert_eq!(list(&client, "versions").all("VersionId"), [first]);
}

#[test]
fn without_versioning_a_change_and_a_deletion_leave_the_last_version() {
    for delete in [false, true] {
        let (server, client) = start();
        let first = put(&client, "first");
        server.set_behaviour(Behaviour::default());
        if delete {
            client.delete("box/b").send().expect(202);
        } else {
            let set = client.put("box/b").query("comp", "metadata");
            set.header("x-ms-meta-k", "v").send().expect(200);
        }
        let old = read(&client, &first).expect(200);
        assert_eq!(old.text(), "first");
        assert_eq!(old.header("x-ms-meta-k"), None);
        assert_eq!(list(&client, "versions").all("VersionId"), [first]);
    }
}

#[test]
fn a_new_version_is_later_than_deleted_ones() {
    let (server, client) = start();
    set_policy(&client);
    server.set_behaviour(Behaviour {
        clock_ahead_ms: 60_000,
        ..options().behaviour
    });
    let first = put(&client, "first");
    client.delete("box/b").send().expect(202);
    let delete = client.delete("box/b").query("versionid", &first);
    delete.send().expect(202);
    server.set_behaviour(options().behaviour);
    assert!(put(&client, "second") > first);
}

#[test]
fn a_restart_finds_all_versions() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        store: StoreChoice::Folder(folder.path().to_owned()),
        ..options()
    };
    let (server, client) = own::with_box(&options);
    let first = put(&client, "first");
    let second = put(&client, "second");
    drop(server);
    for _ in 0..2 {
        let (server, client) = own::start(&options);
        assert_eq!(read(&client, &first).text(), "first");
        let current = client.get("box/b").send();
        assert_eq!(current.header("x-ms-version-id"), Some(second.as_str()));
        assert_eq!(current.text(), "second");
        assert_eq!(list(&client, "versions").all("VersionId").len(), 2);
        drop(server);
    }
}
