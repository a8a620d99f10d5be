//! The behaviour options: where the real service is slow or has a choice, and Azurite is not.

use azring_emulator_tests::account::Account;
use azring_emulator_tests::emulator::pattern;
use azring_emulator_tests::emulator::{
    AccountOption, Behaviour, CopyBehaviour, CopyOutcome, DEVELOPMENT_ACCOUNT, ListingBehaviour,
    Options, Server, StartFrom, StoreChoice,
};

use super::own::with_box;
use crate::client::{Auth, Client};

fn with(behaviour: Behaviour) -> (Server, Client) {
    let accounts = [Account::development(), Account::second()].map(|account| AccountOption {
        name: account.name().to_owned(),
        key: account.key_in_base64(),
        second_key: None,
    });
    with_box(&Options {
        accounts: accounts.into(),
        behaviour,
        ..Options::default()
    })
}

fn put(client: &Client, path: &str, body: &str) {
    client
        .put(path)
        .header("x-ms-blob-type", "BlockBlob")
        .body(body)
        .send()
        .expect(201);
}

fn source(client: &Client, path: &str) -> String {
    format!("http://{}/{}/{path}", client.address, client.account)
}

#[test]
fn the_name_of_a_deleted_container_stays_taken_for_a_while() {
    let (server, client) = with(Behaviour {
        container_delete_ms: 30_000,
        ..Behaviour::default()
    });
    client
        .delete("box")
        .query("restype", "container")
        .send()
        .expect(202);
    let create = || client.put("box").query("restype", "container").send();
    create().refused(409, "ContainerBeingDeleted");
    client
        .get("box")
        .query("restype", "container")
        .send()
        .expect(404);
    server.set_behaviour(Behaviour {
        clock_ahead_ms: 31_000,
        ..Behaviour::default()
    });
    create().expect(201);
}

#[test]
fn a_copy_stays_pending_with_progress_and_then_succeeds() {
    let copy = CopyBehaviour {
        pending_polls: 2,
        ..CopyBehaviour::default()
    };
    let (_server, client) = with(Behaviour {
        copy,
        ..Behaviour::default()
    });
    put(&client, "box/a", "123456");
    let start = || {
        client
            .put("box/b")
            .header("x-ms-copy-source", &source(&client, "box/a"))
            .send()
    };
    assert_eq!(
        start().expect(202).header("x-ms-copy-status"),
        Some("pending")
    );
    start().refused(409, "PendingCopyOperation");
    client
        .put("box/b")
        .header("x-ms-blob-type", "BlockBlob")
        .body("x")
        .send()
        .refused(409, "PendingCopyOperation");
    let poll = || {
        let reply = client.head("box/b").send().expect(200);
        let text = |name| reply.header(name).unwrap_or_default().to_owned();
        (text("x-ms-copy-status"), text("x-ms-copy-progress"))
    };
    let seen = [poll(), poll(), poll()].map(|(status, progress)| format!("{status} {progress}"));
    assert_eq!(seen, ["pending 2/6", "pending 4/6", "success 6/6"]);
    assert_eq!(client.get("box/b").send().text(), "123456");
}

#[test]
fn a_copy_can_fail_or_be_aborted_by_the_service() {
    for (outcome, status) in [
        (CopyOutcome::Failed, "failed"),
        (CopyOutcome::Aborted, "aborted"),
    ] {
        let copy = CopyBehaviour {
            pending_polls: 1,
            outcome,
            ..CopyBehaviour::default()
        };
        let (_server, client) = with(Behaviour {
            copy,
            ..Behaviour::default()
        });
        put(&client, "box/a", "123456");
        client
            .put("box/b")
            .header("x-ms-copy-source", &source(&client, "box/a"))
            .send()
            .expect(202);
        client.head("box/b").send().expect(200);
        let reply = client.head("box/b").send().expect(200);
        assert_eq!(reply.header("x-ms-copy-status"), Some(status));
        assert_eq!(reply.header("content-length"), Some("0"));
        assert_eq!(
            reply.header("x-ms-copy-status-description").is_some(),
            status == "failed"
        );
    }
}

#[test]
fn an_aborted_copy_leaves_an_empty_blob_with_its_metadata() {
    let copy = CopyBehaviour {
        pending_polls: 9,
        ..CopyBehaviour::default()
    };
    let (_server, client) = with(Behaviour {
        copy,
        ..Behaviour::default()
    });
    put(&client, "box/a", "123456");
    let start = client
        .put("box/b")
        .header("x-ms-copy-source", &source(&client, "box/a"))
        .header("x-ms-meta-k", "v");
    let id = start
        .send()
        .expect(202)
        .header("x-ms-copy-id")
        .unwrap()
        .to_owned();
    let abort = |id: &str| {
        let abort = client
            .put("box/b")
            .query("comp", "copy")
            .query("copyid", id);
        abort.header("x-ms-copy-action", "abort").send()
    };
    abort("another").refused(409, "CopyIdMismatch");
    abort(&id).expect(204);
    let reply = client.head("box/b").send().expect(200);
    assert_eq!(
        (
            reply.header("x-ms-copy-status"),
            reply.header("content-length")
        ),
        (Some("aborted"), Some("0"))
    );
    assert_eq!(reply.header("x-ms-meta-k"), Some("v"));
    abort(&id).refused(409, "NoPendingCopyOperation");
}

#[test]
fn a_copy_comes_from_another_server() {
    let (_here, client) = with(Behaviour::default());
    let (_there, other) = with(Behaviour::default());
    put(&other, "box/a", "from afar");
    let copy = |status| {
        client
            .put("box/b")
            .header("x-ms-copy-source", &source(&other, "box/a"))
            .send()
            .expect(status)
    };
    // Reading it there requires a signature.
    copy(404).refused(404, "CannotVerifyCopySource");
    let acl = other
        .put("box")
        .query("restype", "container")
        .query("comp", "acl");
    acl.header("x-ms-blob-public-access", "blob")
        .send()
        .expect(200);
    copy(202);
    assert_eq!(client.get("box/b").send().text(), "from afar");
    let block = client
        .put("box/c")
        .query("comp", "block")
        .query("blockid", "AAAA");
    let block = block
        .header("x-ms-copy-source", &source(&other, "box/a"))
        .header("x-ms-source-range", "bytes=5-8");
    block.send().expect(201);
    let nowhere = client
        .put("box/d")
        .header("x-ms-copy-source", "http://127.0.0.1:1/a/b/c")
        .send();
    nowhere.refused(404, "CannotVerifyCopySource");
}

#[test]
fn the_secondary_is_late() {
    let at = |clock_ahead_ms| Behaviour {
        secondary_lag_ms: 60_000,
        clock_ahead_ms,
        ..Behaviour::default()
    };
    let (server, client) = with(at(0));
    let second = |path: &str| {
        client
            .get("")
            .raw_path(&format!("/{DEVELOPMENT_ACCOUNT}-secondary/{path}"))
    };
    let list = || {
        second("box")
            .query("restype", "container")
            .query("comp", "list")
            .send()
    };
    list().refused(404, "ContainerNotFound");
    let containers = second("").query("comp", "list").send().expect(200);
    assert!(containers.all("Name").is_empty());
    server.set_behaviour(at(61_000));
    put(&client, "box/a", "x");
    second("box/a").send().refused(404, "BlobNotFound");
    assert!(list().expect(200).all("Name").is_empty());
    let stats = second("")
        .query("restype", "service")
        .query("comp", "stats")
        .send()
        .expect(200);
    assert_eq!(stats.one("Status"), "live");
    server.set_behaviour(at(122_000));
    second("box/a").send().expect(200);
}

#[test]
fn an_archived_blob_takes_its_time_to_come_back() {
    let (server, client) = with(Behaviour {
        rehydrate_ms: 60_000,
        ..Behaviour::default()
    });
    put(&client, "box/a", "x");
    let tier = |tier: &str| {
        client
            .put("box/a")
            .query("comp", "tier")
            .header("x-ms-access-tier", tier)
            .send()
    };
    tier("Archive").expect(200);
    tier("Hot").expect(202);
    let reply = client.head("box/a").send().expect(200);
    assert_eq!(
        reply.header("x-ms-archive-status"),
        Some("rehydrate-pending-to-hot")
    );
    client
        .get("box/a")
        .send()
        .refused(409, "BlobBeingRehydrated");
    // Ten minutes are within the limit for a signature's date.
    server.set_behaviour(Behaviour {
        clock_ahead_ms: 600_000,
        ..Behaviour::default()
    });
    assert_eq!(client.get("box/a").send().expect(200).text(), "x");
}

#[test]
fn pages_may_be_short_or_empty_and_still_join_to_the_whole() {
    let listing = ListingBehaviour {
        empty_every: 3,
        short_every: 2,
        ..ListingBehaviour::default()
    };
    let (_server, client) = with(Behaviour {
        listing,
        ..Behaviour::default()
    });
    let names: Vec<String> = (0..20).map(|n| format!("{n:02}")).collect();
    for name in &names {
        put(&client, &format!("box/{name}"), "x");
    }
    let (mut seen, mut marker, mut empty) = (Vec::new(), String::new(), 0);
    loop {
        let list = client
            .get("box")
            .query("restype", "container")
            .query("comp", "list")
            .query("maxresults", "4");
        let reply = if marker.is_empty() {
            list
        } else {
            list.query("marker", &marker)
        }
        .send()
        .expect(200);
        empty += usize::from(reply.all("Name").is_empty());
        seen.extend(reply.all("Name"));
        marker = reply.one("NextMarker");
        if marker.is_empty() {
            break;
        }
    }
    assert_eq!(seen, names);
    assert!(empty > 0);
}

#[test]
fn a_listing_begins_at_a_name_only_where_the_version_knows_it() {
    let (server, client) = with(Behaviour::default());
    for name in ["a", "b"] {
        put(&client, &format!("box/{name}"), "x");
    }
    let list = |version: &str| {
        let list = client.get("box").header("x-ms-version", version);
        let list = list.query("restype", "container").query("comp", "list");
        list.query("startFrom", "b").send()
    };
    let versions = ["2025-11-05", "2026-02-06", "2026-06-06"];
    list(versions[0]).refused(400, "UnsupportedQueryParameter");
    for version in &versions[1..] {
        assert_eq!(list(version).expect(200).all("Name"), ["b"]);
    }
    let habit = |start_from| {
        let listing = ListingBehaviour {
            start_from,
            ..ListingBehaviour::default()
        };
        server.set_behaviour(Behaviour {
            listing,
            ..Behaviour::default()
        });
    };
    habit(StartFrom::Ignored);
    assert_eq!(list(versions[1]).expect(200).all("Name"), ["a", "b"]);
    habit(StartFrom::Refused);
    list(versions[1]).refused(400, "InvalidHeaderValue");
}

#[test]
fn http_can_be_refused() {
    let (server, client) = with(Behaviour::default());
    server.set_behaviour(Behaviour {
        https_only: true,
        ..Behaviour::default()
    });
    client
        .get("box/a")
        .send()
        .refused(400, "AccountRequiresHttps");
}

#[test]
fn leases_end_with_their_time() {
    let (server, client) = with(Behaviour::default());
    put(&client, "box/a", "x");
    let lease = client
        .put("box/a")
        .query("comp", "lease")
        .header("x-ms-lease-action", "acquire");
    lease.header("x-ms-lease-duration", "15").send().expect(201);
    client.delete("box/a").send().refused(412, "LeaseIdMissing");
    server.set_behaviour(Behaviour {
        clock_ahead_ms: 16_000,
        ..Behaviour::default()
    });
    assert_eq!(
        client.head("box/a").send().header("x-ms-lease-state"),
        Some("expired")
    );
    client.delete("box/a").send().expect(202);
}

#[test]
fn anonymous_callers_do_not_learn_what_is_there() {
    let (_server, client) = with(Behaviour::default());
    put(&client, "box/a", "x");
    client
        .get("box/a")
        .auth(Auth::Nothing)
        .send()
        .refused(404, "ResourceNotFound");
    let put = client
        .put("box/a")
        .header("x-ms-blob-type", "BlockBlob")
        .auth(Auth::Nothing)
        .body("y");
    let reply = put.send().refused(401, "NoAuthenticationInformation");
    assert!(
        reply
            .header("www-authenticate")
            .is_some_and(|challenge| challenge.starts_with("Bearer "))
    );
}

#[test]
fn the_memory_store_has_a_limit_and_gives_room_back() {
    let (_server, client) = with_box(&Options {
        memory_bytes_max: 1000,
        ..Options::default()
    });
    let put = |name: &str| {
        client
            .put(name)
            .header("x-ms-blob-type", "BlockBlob")
            .body(vec![1; 600])
            .send()
    };
    put("box/a").expect(201);
    put("box/b").refused(507, "InsufficientAccountSpace");
    client.delete("box/a").send().expect(202);
    put("box/b").expect(201);
}

#[test]
fn the_null_store_gives_pattern_bytes_of_the_right_length() {
    let (_server, client) = with_box(&Options {
        store: StoreChoice::Null,
        ..Options::default()
    });
    let put = client
        .put("box/a")
        .header("x-ms-blob-type", "BlockBlob")
        .body(vec![0; 3_000_000]);
    put.send().expect(201);
    let body = client
        .get("box/a")
        .header("x-ms-range", "bytes=1000000-1999999")
        .send()
        .expect(206)
        .body;
    assert!(
        body.iter()
            .zip(1_000_000..)
            .all(|(byte, offset)| *byte == pattern::byte_at(offset))
    );
    let wrong = client
        .put("box/a")
        .header("x-ms-blob-type", "BlockBlob")
        .body("x");
    wrong
        .header("Content-MD5", &crate::client::md5(b"y"))
        .send()
        .refused(400, "Md5Mismatch");
}
