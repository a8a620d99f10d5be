//! Tiers: the archive and the way out of it, and page blobs of premium accounts.

use azring_emulator_tests::emulator::{Behaviour, DEVELOPMENT_ACCOUNT, Options, Server};

use super::own;
use crate::client::{Client, Reply};

const HOUR_MS: u64 = 3_600_000;

fn slow() -> Behaviour {
    Behaviour {
        rehydrate_ms: HOUR_MS,
        ..Behaviour::default()
    }
}

fn archived() -> (Server, Client) {
    let options = Options {
        behaviour: slow(),
        ..Options::default()
    };
    let (server, client) = own::with_blob(&options, "cold");
    set(&client, "Archive").expect(200);
    (server, client)
}

fn set(client: &Client, tier: &str) -> Reply {
    let set = client.put("box/b").query("comp", "tier");
    set.header("x-ms-access-tier", tier).send()
}

fn premium() -> (Server, Client) {
    own::with_box(&Options {
        behaviour: Behaviour {
            premium_accounts: vec![DEVELOPMENT_ACCOUNT.to_owned()],
            ..Behaviour::default()
        },
        ..Options::default()
    })
}

fn put_page(client: &Client, bytes: u64, tier: &str) -> Reply {
    let mut put = client.put("box/b").header("x-ms-blob-type", "PageBlob");
    if !tier.is_empty() {
        put = put.header("x-ms-access-tier", tier);
    }
    put.header("x-ms-blob-content-length", &bytes.to_string())
        .send()
}

fn tier(client: &Client) -> (String, bool) {
    let head = client.head("box/b").send().expect(200);
    assert_eq!(head.header("x-ms-access-tier-change-time"), None);
    let tier = head.header("x-ms-access-tier").unwrap().to_owned();
    (tier, head.header("x-ms-access-tier-inferred").is_some())
}

#[test]
fn a_listing_and_a_write_complete_a_rehydration() {
    let start = || {
        let (server, client) = archived();
        server.set_behaviour(Behaviour {
            rehydrate_ms: 60_000,
            ..Behaviour::default()
        });
        set(&client, "Hot").expect(202);
        (server, client)
    };
    let (server, client) = start();
    client
        .put("box/other")
        .header("x-ms-blob-type", "BlockBlob")
        .send()
        .expect(201);
    let listed = || {
        let list = client.get("box").query("restype", "container");
        list.query("comp", "list").send().expect(200)
    };
    assert_eq!(listed().all("ArchiveStatus"), ["rehydrate-pending-to-hot"]);
    let later = Behaviour {
        clock_ahead_ms: 120_000,
        ..Behaviour::default()
    };
    server.set_behaviour(later.clone());
    assert!(listed().all("ArchiveStatus").is_empty());
    assert_eq!(listed().all("AccessTier"), ["Hot", "Hot"]);
    let (server, client) = start();
    server.set_behaviour(later);
    let write = client.put("box/b").query("comp", "metadata");
    write.header("x-ms-meta-a", "b").send().expect(200);
}

#[test]
fn an_archived_blob_keeps_its_properties_but_cannot_be_read_or_changed() {
    let (_server, client) = archived();
    let source = format!("http://{}/{}/box/b", client.address, client.account);
    for request in [
        client.get("box/b"),
        client.put("box/b").query("comp", "snapshot"),
        client.put("box/b").query("comp", "metadata"),
        client
            .put("box/c")
            .header("x-ms-copy-source", &source)
            .header("x-ms-blob-type", "BlockBlob"),
        client
            .put("box/c")
            .query("comp", "block")
            .query("blockid", "AA==")
            .header("x-ms-copy-source", &source),
    ] {
        request.send().refused(409, "BlobArchived");
    }
    let head = client.head("box/b").send().expect(200);
    assert_eq!(head.header("x-ms-access-tier"), Some("Archive"));
    assert!(head.header("x-ms-access-tier-change-time").is_some());
    let tags = client.put("box/b").query("comp", "tags");
    let tags = tags.body("<Tags><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tags>");
    tags.send().expect(204);
}

#[test]
fn a_rehydration_takes_its_time_and_can_only_become_more_urgent() {
    let (server, client) = archived();
    set(&client, "Cool").expect(202);
    let head = client.head("box/b").send();
    for (name, value) in [
        ("x-ms-access-tier", "Archive"),
        ("x-ms-archive-status", "rehydrate-pending-to-cool"),
        ("x-ms-rehydrate-priority", "Standard"),
    ] {
        assert_eq!(head.header(name), Some(value));
    }
    client
        .get("box/b")
        .send()
        .refused(409, "BlobBeingRehydrated");
    set(&client, "Hot").refused(409, "BlobBeingRehydrated");
    let urgent = client.put("box/b").query("comp", "tier");
    let urgent = urgent.header("x-ms-access-tier", "Cool");
    let urgent = |priority: &str| urgent.clone().header("x-ms-rehydrate-priority", priority);
    urgent("High").send().expect(202);
    urgent("Standard").send().expect(202);
    urgent("Now").send().refused(400, "InvalidHeaderValue");
    let list = client
        .get("box")
        .query("restype", "container")
        .query("comp", "list");
    assert_eq!(list.send().one("RehydratePriority"), "High");
    server.set_behaviour(Behaviour {
        clock_ahead_ms: HOUR_MS as i64 / 10,
        ..slow()
    });
    client
        .get("box/b")
        .send()
        .refused(409, "BlobBeingRehydrated");
}

#[test]
fn a_copy_of_an_archived_blob_is_rehydrated_too() {
    let (server, client) = archived();
    let source = format!("http://{}/{}/box/b", client.address, client.account);
    let copy = || client.put("box/c").header("x-ms-copy-source", &source);
    copy().send().refused(409, "BlobArchived");
    let online = || copy().header("x-ms-access-tier", "Hot").send().expect(202);
    online();
    let head = client.head("box/c").send();
    assert_eq!(
        head.header("x-ms-archive-status"),
        Some("rehydrate-pending-to-hot")
    );
    server.set_behaviour(Behaviour::default());
    client.delete("box/c").send().expect(202);
    online();
    assert_eq!(client.get("box/c").send().expect(200).text(), "cold");
}

#[test]
fn a_tier_is_set_only_with_the_lease_that_the_request_names() {
    let (_server, client) = own::with_blob(&Options::default(), "x");
    let named = client.put("box/b").query("comp", "tier");
    let named = named.header("x-ms-access-tier", "Cool");
    let named = named.header("x-ms-lease-id", "11111111-2222-3333-4444-555555555555");
    named
        .send()
        .refused(412, "LeaseNotPresentWithBlobOperation");
}

#[test]
fn page_blobs_of_a_premium_account_have_tiers_by_size_or_request() {
    let (_server, client) = premium();
    put_page(&client, 1024, "").expect(201);
    assert_eq!(tier(&client), ("P10".to_owned(), true));
    let resize = client.put("box/b").query("comp", "properties");
    let resize = resize.header("x-ms-blob-content-length", &(129_u64 << 30).to_string());
    resize.send().expect(200);
    assert_eq!(tier(&client), ("P15".to_owned(), true));
    put_page(&client, 1024, "").expect(201);
    set(&client, "P6").expect(200);
    set(&client, "P50").expect(200);
    assert_eq!(tier(&client), ("P50".to_owned(), false));
    set(&client, "P40").refused(409, "CannotChangeToLowerTier");
    put_page(&client, 1024, "P6").expect(201);
    assert_eq!(tier(&client), ("P6".to_owned(), false));
    put_page(&client, 40 << 30, "P4").refused(409, "BlobTierInadequateForContentLength");
    put_page(&client, 1024, "Hot").refused(400, "AccessTierNotSupportedForBlobType");
    put_page(&client, 1024, "P5").refused(400, "InvalidHeaderValue");
}

#[test]
fn inferred_tiers_of_page_and_append_blobs_cannot_be_changed() {
    let (_server, client) = own::with_box(&Options::default());
    put_page(&client, 1024, "P10").refused(400, "AccessTierNotSupportedForBlobType");
    for named in ["", "Hot"] {
        put_page(&client, 1024, named).expect(201);
        assert_eq!(tier(&client), ("Hot".to_owned(), true));
    }
    set(&client, "Cool").refused(400, "AccessTierNotSupportedForBlobType");
    client.delete("box/b").send().expect(202);
    let append = client.put("box/b").header("x-ms-blob-type", "AppendBlob");
    append.clone().send().expect(201);
    assert_eq!(tier(&client), ("Hot".to_owned(), true));
    set(&client, "Cool").refused(400, "AccessTierNotSupportedForBlobType");
    append
        .header("x-ms-access-tier", "Cool")
        .send()
        .refused(400, "AccessTierNotSupportedForBlobType");
}
