//! Soft delete: what the deletion policy keeps, lists and restores.

use std::time::{Duration, SystemTime};

use azring_emulator_tests::emulator::{Behaviour, Options, Server, StoreChoice};

use super::own::{self, list};
use crate::client::{Client, Reply, Request, http_date};

const DAY_MS: u64 = 86_400_000;

/// Containers can be restored for seven days.
fn retaining() -> Behaviour {
    Behaviour {
        container_retention_days: 7,
        ..Behaviour::default()
    }
}

fn set_policy(client: &Client, policy: &str) {
    let section = format!("<DeleteRetentionPolicy>{policy}</DeleteRetentionPolicy>");
    own::set_service_properties(client, &section).expect(202);
}

fn keeps_two_days(options: &Options) -> (Server, Client) {
    let (server, client) = own::with_blob(options, "first");
    set_policy(&client, "<Enabled>true</Enabled><Days>2</Days>");
    (server, client)
}

fn put(client: &Client, kind: &str, body: &str) {
    client
        .put("box/b")
        .header("x-ms-blob-type", kind)
        .body(body)
        .send()
        .expect(201);
}

fn snapshot(client: &Client) -> String {
    let made = client.put("box/b").query("comp", "snapshot").send();
    made.expect(201).header("x-ms-snapshot").unwrap().to_owned()
}

fn delete(client: &Client, snapshots: &str) -> Reply {
    let mut delete = client.delete("box/b");
    if !snapshots.is_empty() {
        delete = delete.header("x-ms-delete-snapshots", snapshots);
    }
    delete.send().expect(202)
}

fn undelete(client: &Client) -> Reply {
    client.put("box/b").query("comp", "undelete").send()
}

#[test]
fn a_deleted_blob_is_listed_and_restored_as_it_was() {
    let (_server, client) = keeps_two_days(&Options::default());
    let before = client.head("box/b").send();
    let deleted = delete(&client, "");
    assert_eq!(deleted.header("x-ms-delete-type-permanent"), Some("false"));
    client.get("box/b").send().refused(404, "BlobNotFound");
    assert!(list(&client, "snapshots").all("Name").is_empty());
    let listed = list(&client, "deleted");
    assert_eq!(listed.all("Name"), ["b"]);
    assert_eq!(listed.one("Deleted"), "true");
    assert_eq!(listed.one("RemainingRetentionDays"), "1");
    assert!(listed.one("DeletedTime").ends_with("GMT"));
    assert!(listed.text().contains("<LeaseStatus />"));
    undelete(&client).expect(200);
    let after = client.get("box/b").send().expect(200);
    assert_eq!(after.header("etag"), before.header("etag"));
    assert_eq!(after.text(), "first");
    assert!(list(&client, "deleted").all("Deleted").is_empty());
}

#[test]
fn an_overwritten_blob_stays_as_a_deleted_snapshot() {
    let (_server, client) = keeps_two_days(&Options::default());
    put(&client, "BlockBlob", "second");
    assert!(list(&client, "deleted").all("Snapshot").is_empty());
    let listed = list(&client, "deleted,snapshots");
    assert_eq!(listed.all("Deleted"), ["true"]);
    let time = listed.one("Snapshot");
    let read = |time: &str| client.get("box/b").query("snapshot", time).send();
    read(&time).expect(404);
    undelete(&client).expect(200);
    assert_eq!(read(&time).expect(200).text(), "first");
    assert_eq!(client.get("box/b").send().text(), "second");
}

#[test]
fn a_new_blob_keeps_the_deleted_one_only_if_the_types_are_equal() {
    let (_server, client) = keeps_two_days(&Options::default());
    delete(&client, "");
    put(&client, "BlockBlob", "second");
    assert_eq!(list(&client, "deleted,snapshots").all("Deleted").len(), 1);
    delete(&client, "");
    put(&client, "AppendBlob", "");
    assert!(list(&client, "deleted,snapshots").all("Deleted").is_empty());
}

#[test]
fn deleted_snapshots_are_restored_with_or_without_their_blob() {
    let (_server, client) = keeps_two_days(&Options::default());
    let times = [snapshot(&client), snapshot(&client)];
    let one = client.delete("box/b").query("snapshot", &times[0]).send();
    assert_eq!(
        one.expect(202).header("x-ms-delete-type-permanent"),
        Some("false")
    );
    delete(&client, "only");
    let listed = list(&client, "deleted,snapshots");
    assert_eq!(listed.all("Snapshot"), times);
    assert_eq!(listed.all("Deleted").len(), 2);
    delete(&client, "");
    undelete(&client).expect(200);
    let listed = list(&client, "deleted,snapshots");
    assert_eq!(listed.all("Snapshot"), times);
    assert_eq!(listed.all("Name").len(), 3);
    assert!(listed.all("Deleted").is_empty());
}

#[test]
fn a_lease_protects_from_deletion_and_is_not_restored() {
    let (_server, client) = keeps_two_days(&Options::default());
    let lease = client.put("box/b").query("comp", "lease");
    let lease = lease
        .header("x-ms-lease-action", "acquire")
        .header("x-ms-lease-duration", "-1")
        .send()
        .expect(201);
    client.delete("box/b").send().refused(412, "LeaseIdMissing");
    let id = lease.header("x-ms-lease-id").unwrap();
    let delete = client.delete("box/b").header("x-ms-lease-id", id);
    delete.send().expect(202);
    undelete(&client).expect(200);
    let blob = client.head("box/b").send().expect(200);
    assert_eq!(blob.header("x-ms-lease-state"), Some("available"));
}

#[test]
fn what_was_deleted_is_gone_when_its_days_are_over() {
    let (server, client) = keeps_two_days(&Options {
        behaviour: retaining(),
        ..Options::default()
    });
    snapshot(&client);
    delete(&client, "include");
    // A blob whose deleted version is all that is left.
    server.set_behaviour(Behaviour {
        versioning: true,
        ..retaining()
    });
    let put = client.put("box/v").header("x-ms-blob-type", "BlockBlob");
    let version = put.body("x").send().expect(201);
    let version = version.header("x-ms-version-id").unwrap();
    client.delete("box/v").send().expect(202);
    let deleted = client.delete("box/v").query("versionid", version);
    deleted.send().expect(202);
    let container = client.put("gone").query("restype", "container");
    container.send().expect(201);
    let container = client.delete("gone").query("restype", "container");
    container.send().expect(202);
    let counts = |ahead_ms: u64| {
        let list = client.get("box").query("restype", "container");
        let list = list
            .query("comp", "list")
            .query("include", "deleted,snapshots,versions");
        let blobs = dated(list, ahead_ms).send().expect(200).all("Name").len();
        let list = client.get("").query("comp", "list");
        let list = dated(list.query("include", "deleted"), ahead_ms);
        (blobs, list.send().expect(200).all("Version").len())
    };
    assert_eq!(counts(0), (3, 1));
    for (days, left) in [(3, (0, 1)), (8, (0, 0))] {
        server.set_behaviour(Behaviour {
            clock_ahead_ms: (days * DAY_MS) as i64,
            ..retaining()
        });
        assert_eq!(counts(days * DAY_MS), left, "{days} days later");
        for blob in ["box/b", "box/v"] {
            let restored = client.put(blob).query("comp", "undelete");
            dated(restored, days * DAY_MS)
                .send()
                .refused(404, "BlobNotFound");
        }
    }
}

/// A request that is sent so much later.
fn dated(request: Request, ahead_ms: u64) -> Request {
    let date = SystemTime::now() + Duration::from_millis(ahead_ms);
    request.header("x-ms-date", &http_date(date))
}

#[test]
fn without_a_policy_a_deletion_is_permanent() {
    let (_server, client) = own::with_blob(&Options::default(), "first");
    let deleted = delete(&client, "");
    assert_eq!(deleted.header("x-ms-delete-type-permanent"), Some("true"));
    undelete(&client).refused(404, "BlobNotFound");
    assert!(list(&client, "deleted").all("Name").is_empty());
}

#[test]
fn permanent_deletion_has_to_be_allowed() {
    let (_server, client) = keeps_two_days(&Options::default());
    let time = snapshot(&client);
    delete(&client, "only");
    let forever = || {
        client
            .delete("box/b")
            .query("snapshot", &time)
            .query("deletetype", "permanent")
            .send()
    };
    forever().refused(409, "PermanentDeleteNotEnabled");
    set_policy(
        &client,
        "<Enabled>true</Enabled><AllowPermanentDelete>true</AllowPermanentDelete><Days>2</Days>",
    );
    let gone = forever().expect(202);
    assert_eq!(gone.header("x-ms-delete-type-permanent"), Some("true"));
    assert!(
        list(&client, "deleted,snapshots")
            .all("Snapshot")
            .is_empty()
    );
    forever().refused(404, "BlobNotFound");
}

fn list_containers(client: &Client) -> Reply {
    let list = client.get("").query("comp", "list");
    list.query("include", "deleted").send().expect(200)
}

fn restore_container(client: &Client, version: &str) -> Reply {
    client
        .put("box")
        .query("restype", "container")
        .query("comp", "undelete")
        .header("x-ms-deleted-container-name", "box")
        .header("x-ms-deleted-container-version", version)
        .send()
}

#[test]
fn a_deleted_container_is_listed_and_restored_with_its_blobs() {
    let options = Options {
        behaviour: retaining(),
        ..Options::default()
    };
    let (_server, client) = own::with_blob(&options, "first");
    client
        .delete("box")
        .query("restype", "container")
        .send()
        .expect(202);
    client.get("box/b").send().expect(404);
    let listed = list_containers(&client);
    assert_eq!(listed.one("Deleted"), "true");
    assert_eq!(listed.one("RemainingRetentionDays"), "6");
    let version = listed.one("Version");
    restore_container(&client, "01D60F8BB59A4652").refused(404, "ContainerNotFound");
    restore_container(&client, &version).expect(201);
    assert_eq!(client.get("box/b").send().text(), "first");
    assert!(list_containers(&client).all("Deleted").is_empty());
    restore_container(&client, &version).refused(409, "ContainerAlreadyExists");
}

#[test]
fn a_restart_finds_what_was_deleted_and_can_be_restored() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        store: StoreChoice::Folder(folder.path().to_owned()),
        behaviour: retaining(),
        ..Options::default()
    };
    let (server, client) = keeps_two_days(&options);
    let time = snapshot(&client);
    put(&client, "BlockBlob", "second");
    delete(&client, "include");
    client
        .put("other")
        .query("restype", "container")
        .send()
        .expect(201);
    client
        .put("other/b")
        .header("x-ms-blob-type", "BlockBlob")
        .body("in a deleted container")
        .send()
        .expect(201);
    let lease = client.put("other").query("restype", "container");
    let lease = lease
        .query("comp", "lease")
        .header("x-ms-lease-action", "acquire")
        .header("x-ms-lease-duration", "-1")
        .send()
        .expect(201);
    let other = client.delete("other").query("restype", "container");
    let other = other.header("x-ms-lease-id", lease.header("x-ms-lease-id").unwrap());
    other.send().expect(202);
    drop(server);
    for round in 0..2 {
        let (server, client) = own::start(&options);
        let listed = list(&client, "deleted,snapshots");
        assert_eq!(listed.all("Deleted").len(), 3, "{}", listed.text());
        assert!(listed.all("Snapshot").contains(&time));
        assert_eq!(list_containers(&client).all("Version").len(), 1);
        if round == 1 {
            undelete(&client).expect(200);
            assert_eq!(client.get("box/b").send().text(), "second");
            let old = client.get("box/b").query("snapshot", &time).send();
            assert_eq!(old.text(), "first");
            // The policy is still there.
            let gone = delete(&client, "include");
            assert_eq!(gone.header("x-ms-delete-type-permanent"), Some("false"));
            let version = list_containers(&client).one("Version");
            let restored = client
                .put("other")
                .query("restype", "container")
                .query("comp", "undelete")
                .header("x-ms-deleted-container-name", "other")
                .header("x-ms-deleted-container-version", &version);
            restored.send().expect(201);
        }
        drop(server);
    }
    let (_server, client) = own::start(&options);
    let other = client.head("other").query("restype", "container").send();
    assert_eq!(other.header("x-ms-lease-state"), Some("available"));
    assert_eq!(
        client.get("other/b").send().text(),
        "in a deleted container"
    );
    assert!(list_containers(&client).all("Version").is_empty());
}
