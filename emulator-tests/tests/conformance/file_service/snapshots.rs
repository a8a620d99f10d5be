//! Snapshots of shares, and changes since a snapshot.

use super::own_share::{OwnShare, ranges_of};

fn snapshot(own: &OwnShare) -> String {
    let reply = own.share("PUT", "snapshot").send().expect(201);
    reply.header("x-ms-snapshot").unwrap().to_owned()
}

#[test]
fn a_snapshot_keeps_directories_files_and_properties() {
    let own = OwnShare::new();
    own.make_directory("d");
    own.put("d/f", b"old");
    let made = own
        .share("PUT", "snapshot")
        .header("x-ms-meta-of", "snapshot")
        .send()
        .expect(201);
    let time = made.header("x-ms-snapshot").unwrap().to_owned();
    assert!(time.ends_with(".0000000Z"), "{time}");
    // A snapshot with metadata of its own has another version than its share.
    let own_tag = own.share("GET", "").send().expect(200);
    assert_ne!(made.header("etag"), own_tag.header("etag"));
    let plain = own.share("PUT", "snapshot").send().expect(201);
    assert_eq!(plain.header("etag"), own_tag.header("etag"));
    own.put("d/f", b"new!");
    own.put("d/g", b"x");
    let at = |request: crate::client::Request| request.query("sharesnapshot", &time).send();
    assert_eq!(at(own.file("GET", "d/f", "")).expect(200).body, b"old");
    let list = at(own.directory("GET", "d", "list")).expect(200);
    assert_eq!(list.all("Name"), ["f"]);
    assert!(
        list.text().contains(&format!("ShareSnapshot=\"{time}\"")),
        "{}",
        list.text()
    );
    assert_eq!(
        at(own.share("GET", "metadata"))
            .expect(200)
            .header("x-ms-meta-of"),
        Some("snapshot")
    );
    assert_eq!(
        at(own.file("HEAD", "d/f", ""))
            .expect(200)
            .header("x-ms-lease-state"),
        None
    );
    at(own.file("HEAD", "d/g", "")).refused(404, "ResourceNotFound");
    at(own.put_range("d/f", 0, b"x", 0)).refused(400, "InvalidQueryParameterValue");
    let missing = own
        .share("GET", "")
        .query("sharesnapshot", "2017-07-19T06:53:46.0000000Z");
    missing.send().refused(404, "ShareNotFound");
}

#[test]
fn snapshots_of_one_second_have_different_names() {
    let own = OwnShare::new();
    let times = [snapshot(&own), snapshot(&own), snapshot(&own)];
    assert!(times[0] < times[1] && times[1] < times[2], "{times:?}");
    let list = own
        .client
        .get("")
        .query("comp", "list")
        .query("include", "snapshots");
    let reply = list.send().expect(200);
    assert_eq!(reply.all("Snapshot"), times);
    assert_eq!(reply.all("Name").len(), 4);
}

#[test]
fn a_share_with_snapshots_is_deleted_only_together_with_them() {
    let own = OwnShare::new();
    let time = snapshot(&own);
    own.share("DELETE", "")
        .send()
        .refused(409, "ShareHasSnapshots");
    let delete = own.share("DELETE", "").query("sharesnapshot", &time);
    delete
        .clone()
        .header("x-ms-delete-snapshots", "include")
        .send()
        .refused(400, "InvalidQueryParameterValue");
    delete.send().expect(202);
    own.share("GET", "")
        .query("sharesnapshot", &time)
        .send()
        .refused(404, "ShareNotFound");
    snapshot(&own);
    own.share("DELETE", "")
        .header("x-ms-delete-snapshots", "include")
        .send()
        .expect(202);
}

#[test]
fn changes_since_a_snapshot_are_listed_with_cleared_ranges() {
    let own = OwnShare::new();
    own.put("f", &[1; 4096]);
    let first = snapshot(&own);
    own.put_range("f", 512, b"", 512).send().expect(201);
    own.put_range("f", 2048, &[2; 512], 0).send().expect(201);
    let second = snapshot(&own);
    own.put_range("f", 0, &[3; 1], 0).send().expect(201);
    let diff = |at: &str, since: &str| {
        let list = own
            .file("GET", "f", "rangelist")
            .query("prevsharesnapshot", since);
        let list = if at.is_empty() {
            list
        } else {
            list.query("sharesnapshot", at)
        };
        list.send().expect(200)
    };
    let reply = diff(&second, &first);
    assert_eq!(ranges_of(&reply), ["512-1023", "2048-2559"]);
    assert!(
        reply.text().contains("<ClearRange><Start>512</Start>"),
        "{}",
        reply.text()
    );
    assert_eq!(ranges_of(&diff("", &second)), ["0-511"]);
    own.file("DELETE", "f", "").send().expect(202);
    own.put("f", b"x");
    let list = own
        .file("GET", "f", "rangelist")
        .query("prevsharesnapshot", &first);
    list.send().refused(409, "FileGenerationMismatch");
}
