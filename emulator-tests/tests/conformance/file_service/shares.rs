//! Shares: create, properties, metadata, quota, access policies, delete, list.

use azring_emulator_tests::emulator::{Behaviour, Options, StoreChoice};

use super::own_share::{OwnShare, SHARE};

#[test]
fn a_share_is_created_once() {
    let own = OwnShare::new();
    own.share("PUT", "")
        .send()
        .refused(409, "ShareAlreadyExists");
}

#[test]
fn share_names_that_are_no_dns_labels_are_refused() {
    let own = OwnShare::new();
    let create = |name: &str| own.client.put(name).query("restype", "share").send();
    create("Capital").refused(400, "InvalidResourceName");
    create("a--b").refused(400, "InvalidResourceName");
    create("啊齄丂").refused(400, "InvalidResourceName");
    create("ab").refused(400, "OutOfRangeInput");
    create(&"a".repeat(64)).refused(400, "OutOfRangeInput");
}

#[test]
fn a_missing_share_is_404_for_every_call() {
    let own = OwnShare::new();
    let missing = |method| own.client.request(method, "nowhere");
    missing("GET")
        .query("restype", "share")
        .send()
        .refused(404, "ShareNotFound");
    missing("DELETE")
        .query("restype", "share")
        .send()
        .refused(404, "ShareNotFound");
    let list = missing("GET")
        .query("restype", "directory")
        .query("comp", "list");
    list.send().refused(404, "ShareNotFound");
    own.client
        .get("nowhere/f")
        .send()
        .refused(404, "ShareNotFound");
}

#[test]
fn share_properties_are_returned_by_get_and_head() {
    let own = OwnShare::new();
    for method in ["GET", "HEAD"] {
        let reply = own.share(method, "").send().expect(200);
        assert_eq!(reply.header("x-ms-share-quota"), Some("5120"));
        assert_eq!(
            reply.header("x-ms-access-tier"),
            Some("TransactionOptimized")
        );
        assert_eq!(reply.header("x-ms-enabled-protocols"), Some("SMB"));
        assert_eq!(reply.header("x-ms-lease-state"), Some("available"));
        assert!(
            reply
                .header("etag")
                .is_some_and(|tag| tag.starts_with("\"0x"))
        );
    }
}

#[test]
fn quota_and_tier_can_be_set_and_have_limits() {
    let own = OwnShare::new();
    let set = |name, value| own.share("PUT", "properties").header(name, value).send();
    set("x-ms-share-quota", "7").expect(200);
    set("x-ms-access-tier", "Cool").expect(200);
    let reply = own.share("GET", "").send().expect(200);
    assert_eq!(reply.header("x-ms-share-quota"), Some("7"));
    assert_eq!(reply.header("x-ms-access-tier"), Some("Cool"));
    assert!(reply.header("x-ms-access-tier-change-time").is_some());
    for (name, value) in [
        ("x-ms-share-quota", "0"),
        ("x-ms-share-quota", "102401"),
        ("x-ms-access-tier", "Archive"),
    ] {
        set(name, value).refused(400, "InvalidHeaderValue");
    }
}

#[test]
fn writes_over_the_quota_are_refused_and_leave_the_rest() {
    let own = OwnShare::with(&Options {
        store: StoreChoice::Null,
        ..Options::default()
    });
    let quota = own
        .share("PUT", "properties")
        .header("x-ms-share-quota", "1");
    quota.send().expect(200);
    own.create("f", 2 << 30).send().expect(201);
    let piece = vec![7; 4 << 20];
    for at in 0..256 {
        own.put_range("f", at * (4 << 20), &piece, 0)
            .send()
            .expect(201);
    }
    let over = own.put_range("f", 1 << 30, b"x", 0).send();
    over.refused(403, "ShareSizeLimitReached");
    let source = format!(
        "http://{}/{}/{SHARE}/f",
        own.client.address, own.client.account
    );
    let copy = own.file("PUT", "g", "").header("x-ms-copy-source", &source);
    copy.send().refused(403, "ShareSizeLimitReached");
    own.file("HEAD", "g", "").send().expect(404);
    // Bytes that replace others need no room, and cleared ones make some.
    own.put_range("f", 0, &piece, 0).send().expect(201);
    own.put_range("f", 0, b"", 512).send().expect(201);
    own.put_range("f", 1 << 30, b"x", 0).send().expect(201);
    let stats = own.share("GET", "stats").send().expect(200);
    assert_eq!(stats.one("ShareUsageBytes"), ((1 << 30) - 511).to_string());
}

#[test]
fn share_metadata_is_replaced_as_a_whole() {
    let own = OwnShare::new();
    for name in ["x-ms-meta-one", "x-ms-meta-two"] {
        own.share("PUT", "metadata")
            .header(name, "1")
            .send()
            .expect(200);
    }
    let reply = own.share("GET", "metadata").send().expect(200);
    assert_eq!(reply.header("x-ms-meta-one"), None);
    assert_eq!(reply.header("x-ms-meta-two"), Some("1"));
}

#[test]
fn access_policies_of_a_share_come_back() {
    let own = OwnShare::new();
    let empty = own.share("GET", "acl").send().expect(200);
    assert!(
        empty.text().contains("SignedIdentifiers"),
        "{}",
        empty.text()
    );
    let policy = "<SignedIdentifiers><SignedIdentifier><Id>one</Id><AccessPolicy>\
        <Expiry>2040-01-01T00:00:00.0000000Z</Expiry><Permission>rl</Permission></AccessPolicy></SignedIdentifier></SignedIdentifiers>";
    own.share("PUT", "acl").body(policy).send().expect(200);
    let reply = own.share("GET", "acl").send().expect(200);
    assert_eq!(
        (reply.one("Id").as_str(), reply.one("Permission").as_str()),
        ("one", "rl")
    );
}

#[test]
fn the_name_of_a_deleted_share_is_in_use_for_a_while() {
    let own = OwnShare::new();
    own.server.set_behaviour(Behaviour {
        container_delete_ms: 3_600_000,
        ..Behaviour::default()
    });
    own.share("DELETE", "").send().expect(202);
    own.share("GET", "").send().refused(404, "ShareNotFound");
    own.share("PUT", "")
        .send()
        .refused(409, "ShareBeingDeleted");
}

#[test]
fn shares_are_listed_by_prefix_in_pages_with_metadata() {
    let own = OwnShare::new();
    for name in ["list-a", "list-b", "list-c"] {
        let create = own.client.put(name).query("restype", "share");
        create.header("x-ms-meta-k", name).send().expect(201);
    }
    let list = |marker: &str| {
        let list = own
            .client
            .get("")
            .query("comp", "list")
            .query("prefix", "list-");
        let list = list.query("maxresults", "2").query("include", "metadata");
        let list = if marker.is_empty() {
            list
        } else {
            list.query("marker", marker)
        };
        list.send().expect(200)
    };
    let first = list("");
    assert_eq!(first.all("Name"), ["list-a", "list-b"]);
    assert_eq!(first.all("k"), ["list-a", "list-b"]);
    assert_eq!(first.all("Quota"), ["5120", "5120"]);
    let second = list(&first.one("NextMarker"));
    assert_eq!(
        (second.all("Name"), second.one("NextMarker").as_str()),
        (vec!["list-c".to_owned()], "")
    );
}

#[test]
fn file_service_properties_are_set_and_returned() {
    let own = OwnShare::new();
    let of = |method| {
        let request = own.client.request(method, "").query("restype", "service");
        request.query("comp", "properties")
    };
    let cors = "<StorageServiceProperties><Cors><CorsRule><AllowedOrigins>https://a.example</AllowedOrigins><AllowedMethods>GET</AllowedMethods>\
        <MaxAgeInSeconds>5</MaxAgeInSeconds><ExposedHeaders></ExposedHeaders><AllowedHeaders></AllowedHeaders></CorsRule></Cors></StorageServiceProperties>";
    of("PUT").body(cors).send().expect(202);
    let reply = of("GET").send().expect(200);
    assert_eq!(reply.one("AllowedOrigins"), "https://a.example");
    assert!(reply.text().contains("<HourMetrics>") && !reply.text().contains("<Logging>"));
    let preflight = own
        .client
        .request("OPTIONS", SHARE)
        .header("Origin", "https://a.example");
    let preflight = preflight
        .header("Access-Control-Request-Method", "GET")
        .send();
    let get = own.share("GET", "").header("Origin", "https://a.example");
    let reply = get.send().expect(200);
    let allowed = reply.header("access-control-allow-origin");
    assert_eq!(allowed, Some("https://a.example"));
    assert_eq!(
        preflight.expect(200).header("access-control-max-age"),
        Some("5")
    );
}

#[test]
fn the_control_endpoint_empties_shares_too() {
    let own = OwnShare::new();
    let reset = format!(
        "{}/reset",
        own.server.control_url().trim_start_matches("http://")
    );
    let (address, path) = reset.split_once('/').unwrap();
    let control = crate::client::Client::new(address, "x", "AAAA");
    control
        .request("POST", "")
        .raw_path(&format!("/{path}"))
        .send()
        .expect(204);
    own.share("GET", "").send().refused(404, "ShareNotFound");
    own.share("PUT", "").send().expect(201);
}

#[test]
fn security_descriptors_are_stored_by_key_and_returned() {
    let own = OwnShare::new();
    let create = |body: &str| own.share("PUT", "filepermission").body(body).send();
    let reply = create(r#"{"permission":"O:BAG:BAD:(A;;FA;;;BA)"}"#).expect(201);
    let key = reply.header("x-ms-file-permission-key").unwrap().to_owned();
    let get = |key: &str| {
        let get = own.share("GET", "filepermission");
        get.header("x-ms-file-permission-key", key).send()
    };
    let reply = get(&key).expect(200);
    assert_eq!(reply.text(), r#"{"permission":"O:BAG:BAD:(A;;FA;;;BA)"}"#);
    assert_eq!(reply.header("content-type"), Some("application/json"));
    get("1*2").refused(400, "FileInvalidPermissionKey");
    create("nonsense").refused(400, "InvalidInput");
    create(r#"{"permission":"abcde"}"#).refused(400, "FileInvalidPermission");
}
