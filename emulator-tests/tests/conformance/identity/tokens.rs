//! What the storage services require of a token of the provider.

use azring_emulator_tests::emulator::identity::{
    CONFIDENTIAL_CLIENT, DEFAULT_TENANT, IdentitySettings,
};
use azring_emulator_tests::emulator::{Behaviour, DEVELOPMENT_ACCOUNT, Options, Server, TlsChoice};

use super::own_provider::{OTHER_ACCOUNT, OwnProvider, SCOPE, text};
use crate::client::Reply;

/// Checks the refusal of a token: 401 with the way to a good one.
#[track_caller]
fn assert_no_token(reply: &Reply, detail: &str) {
    assert_eq!(reply.status, 401, "{}", reply.text());
    assert_eq!(
        reply.header("x-ms-error-code"),
        Some("InvalidAuthenticationInfo")
    );
    assert!(reply.text().contains(detail), "{}", reply.text());
    let challenge = format!(
        "Bearer authorization_uri=https://login.microsoftonline.com/{DEFAULT_TENANT}/oauth2/authorize resource_id=https://storage.azure.com"
    );
    assert_eq!(reply.header("www-authenticate"), Some(challenge.as_str()));
}

#[test]
fn tokens_end_with_their_time() {
    let provider = OwnProvider::start(IdentitySettings {
        token_seconds: 60,
        ..IdentitySettings::default()
    });
    let token = provider.token();
    provider.list_containers(&token).expect(200);
    for (clock_ahead_ms, detail) in [
        (61_000, "The token is expired"),
        (-60_000, "The token is expired"),
    ] {
        provider.server.set_behaviour(Behaviour {
            clock_ahead_ms,
            ..Behaviour::default()
        });
        assert_no_token(&provider.list_containers(&token), detail);
    }
}

#[test]
fn tokens_are_good_until_their_key_is_forgotten() {
    let provider = OwnProvider::start(IdentitySettings::default());
    let identity = provider.server.identity();
    let first = provider.token();
    identity.rotate_keys();
    let second = provider.token();
    for token in [&first, &second] {
        provider.list_containers(token).expect(200);
    }
    identity.forget_older_keys();
    provider.list_containers(&second).expect(200);
    assert_no_token(&provider.list_containers(&first), "Signature key not found");
}

#[test]
fn tokens_end_when_they_are_revoked() {
    let provider = OwnProvider::start(IdentitySettings::default());
    let first = provider.token();
    provider
        .server
        .identity()
        .revoke(CONFIDENTIAL_CLIENT, 50_173);
    assert_no_token(&provider.list_containers(&first), "The token was revoked");
    provider.list_containers(&provider.token()).expect(200);
}

#[test]
fn a_changed_token_and_one_of_another_provider_are_refused() {
    let provider = OwnProvider::start(IdentitySettings::default());
    let token = provider.token();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let other = OwnProvider::start(IdentitySettings::default());
    let (other_signed, _) = other
        .token()
        .rsplit_once('.')
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    let changed = format!("{other_signed}.{signature}");
    assert_no_token(&provider.list_containers(&changed), "Signature");
    let mended = format!("{signed}.AAAA{}", &signature[4..]);
    assert_no_token(
        &provider.list_containers(&mended),
        "Signature did not match",
    );
    assert_no_token(
        &provider.list_containers(&other.token()),
        "Signature key not found",
    );
}

#[test]
fn a_token_is_for_storage_or_for_one_account_of_it() {
    let provider = OwnProvider::start(IdentitySettings::default());
    let token_of = |scope: &str| {
        let form = [
            ("client_id", CONFIDENTIAL_CLIENT),
            (
                "client_secret",
                azring_emulator_tests::emulator::identity::CLIENT_SECRET,
            ),
            ("grant_type", "client_credentials"),
            ("scope", scope),
        ];
        text(&provider.post("token", &form).expect(200), "access_token")
    };
    provider.list_containers(&token_of(SCOPE)).expect(200);
    let own = "https://devstoreaccount1.blob.core.windows.net/.default";
    let own = token_of(own);
    provider.list_containers(&own).expect(200);
    let list = provider.blobs(OTHER_ACCOUNT).get("").query("comp", "list");
    assert_no_token(
        &provider.send_with(&own, list),
        "Audience validation failed",
    );
    let disks = token_of("https://disk.azure.com//.default");
    assert_no_token(
        &provider.list_containers(&disks),
        "Audience validation failed",
    );
}

#[test]
fn versions_without_tokens_refuse_them() {
    let provider = OwnProvider::start(IdentitySettings::default());
    let token = provider.token();
    let list = || {
        provider
            .blobs(DEVELOPMENT_ACCOUNT)
            .get("")
            .query("comp", "list")
    };
    let refused = |reply: &Reply| {
        assert_eq!(reply.status, 403, "{}", reply.text());
        let detail = "Authentication scheme Bearer is not supported in this version.";
        assert!(reply.text().contains(detail), "{}", reply.text());
    };
    let of = |version| provider.send_with(&token, list().header("x-ms-version", version));
    refused(&of("2017-07-29"));
    of("2017-11-09").expect(200);
    refused(&provider.send_with(&token, list().without("x-ms-version")));
    let tables = provider
        .tables("GET", "Tables")
        .header("x-ms-version", "2019-02-02");
    provider.send_with(&token, tables).expect(200);
}

#[test]
fn files_need_their_intent_and_a_version_that_has_tokens() {
    let provider = OwnProvider::start(IdentitySettings::default());
    let token = provider.token();
    let create = provider.files().put("share").query("restype", "share");
    provider.send_signed(create).expect(201);
    let make = |version| {
        let make = provider
            .files()
            .put("share/folder")
            .query("restype", "directory");
        make.header("x-ms-version", version)
            .header("x-ms-file-attributes", "None")
            .header("x-ms-file-permission", "inherit")
            .header("x-ms-file-creation-time", "now")
            .header("x-ms-file-last-write-time", "now")
    };
    let without = provider.send_with(&token, make("2022-11-02"));
    assert_eq!(without.status, 400, "{}", without.text());
    assert!(without.text().contains("x-ms-file-request-intent"));
    let with = |version| {
        let make = make(version).header("x-ms-file-request-intent", "backup");
        provider.send_with(&token, make)
    };
    let old = with("2021-12-02");
    assert_eq!(old.status, 403, "{}", old.text());
    with("2022-11-02").expect(201);
    // Calls on the share itself came later.
    let list = |version| {
        let list = provider.files().get("").query("comp", "list");
        let list = list.header("x-ms-file-request-intent", "backup");
        provider.send_with(&token, list.header("x-ms-version", version))
    };
    assert_eq!(list("2022-11-02").status, 403);
    list("2024-11-04").expect(200);
}

#[test]
fn an_anonymous_request_is_sent_to_the_tenant() {
    let provider = OwnProvider::start(IdentitySettings::default());
    let create = provider.blobs(DEVELOPMENT_ACCOUNT).put("private");
    let create = create.query("restype", "container");
    provider.send_with(&provider.token(), create).expect(201);
    let read = || provider.blobs(DEVELOPMENT_ACCOUNT).get("private/blob");
    let reply = provider.send(read());
    assert_eq!(reply.status, 401, "{}", reply.text());
    assert_eq!(
        reply.header("x-ms-error-code"),
        Some("NoAuthenticationInformation")
    );
    let challenge = reply.header("www-authenticate").unwrap();
    assert!(challenge.contains(DEFAULT_TENANT), "{challenge}");
    // Versions without tokens hide what is private.
    let old = provider.send(read().header("x-ms-version", "2017-07-29"));
    assert_eq!(old.status, 404, "{}", old.text());
}

#[test]
fn an_identity_provider_needs_https() {
    let options = Options {
        tls: TlsChoice::Off,
        identity: Some(azring_emulator_tests::emulator::IdentityOptions::default()),
        ..Options::default()
    };
    let error = Server::start(&options).err().unwrap().to_string();
    assert!(error.contains("HTTPS"), "{error}");
}
