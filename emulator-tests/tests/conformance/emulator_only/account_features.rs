//! Features of an account: those that its settings switch on, and those that it does not have.

use azring_emulator_tests::emulator::Options;

use super::own;

#[test]
fn headers_of_features_that_are_off_are_refused_and_not_ignored() {
    let (_server, client) = own::with_box(&Options::default());
    for (name, value) in [
        (
            "x-ms-immutability-policy-until-date",
            "Wed, 01 Jan 2031 00:00:00 GMT",
        ),
        ("x-ms-immutability-policy-mode", "unlocked"),
        ("x-ms-legal-hold", "true"),
        ("x-ms-structured-body", "XSM/1.0; properties=crc64"),
        ("x-ms-expiry-time", "1000"),
        ("X-Ms-Source-Encryption-Key", "AAAA"),
        ("x-ms-previous-snapshot-url", "http://127.0.0.1/a/b/c"),
    ] {
        let put = client.put("box/b").header("x-ms-blob-type", "BlockBlob");
        let refused = put.header(name, value).body("x").send();
        assert_eq!(refused.one("HeaderName"), name.to_lowercase());
        refused.refused(400, "UnsupportedHeader");
    }
    client.get("box/b").send().expect(404);
    let comps = [
        "immutabilityPolicies",
        "legalhold",
        "expiry",
        "query",
        "incrementalcopy",
    ];
    for comp in comps {
        let put = client.put("box/b").query("comp", comp).send();
        put.refused(400, "InvalidQueryParameterValue");
    }
}

#[test]
fn a_deletion_policy_without_days_is_refused() {
    let (_server, client) = own::start(&Options::default());
    let policy = |section: &str, inner: &str| {
        own::set_service_properties(&client, &format!("<{section}>{inner}</{section}>")).status
    };
    let enabled = "<Enabled>true</Enabled>";
    assert_eq!(policy("DeleteRetentionPolicy", enabled), 400);
    assert_eq!(
        policy("DeleteRetentionPolicy", "<Enabled>false</Enabled>"),
        202
    );
    let logs = format!("<Version>1.0</Version><RetentionPolicy>{enabled}</RetentionPolicy>");
    assert_eq!(policy("Logging", &logs), 400);
}

#[test]
fn a_static_website_has_a_container() {
    let (_server, client) = own::start(&Options::default());
    let website = || client.head("$web").query("restype", "container").send();
    website().expect(404);
    let section = "<StaticWebsite><Enabled>true</Enabled><IndexDocument>index.html</IndexDocument></StaticWebsite>";
    for _ in 0..2 {
        own::set_service_properties(&client, section).expect(202);
        website().expect(200);
    }
}

#[test]
fn a_copy_of_an_append_blob_is_sealed_when_the_request_says_so() {
    let (_server, client) = own::with_blob(&Options::default(), "x");
    let put = client.put("box/a").header("x-ms-blob-type", "AppendBlob");
    put.send().expect(201);
    let copy = |source: &str, target: &str, seal: &str| {
        let source = format!("http://{}/{}/box/{source}", client.address, client.account);
        let copy = client.put(target).header("x-ms-copy-source", &source);
        copy.header("x-ms-seal-blob", seal).send()
    };
    let is_sealed = |path: &str| {
        let head = client.head(path).send().expect(200);
        head.header("x-ms-blob-sealed").map(str::to_owned)
    };
    copy("a", "box/sealed", "true").expect(202);
    assert_eq!(is_sealed("box/sealed").as_deref(), Some("true"));
    copy("a", "box/open", "false").expect(202);
    assert_eq!(is_sealed("box/open"), None);
    copy("a", "box/c", "yes").refused(400, "InvalidHeaderValue");
    copy("b", "box/c", "true").refused(409, "InvalidBlobType");
}
