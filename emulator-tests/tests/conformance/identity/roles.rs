//! Roles: what the holder of a token may do, for each service and account.

use azring_emulator_tests::emulator::DEVELOPMENT_ACCOUNT;
use azring_emulator_tests::emulator::identity::{
    CONFIDENTIAL_CLIENT, IdentitySettings, Role, RoleAssignment,
};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::own_provider::{OTHER_ACCOUNT, OwnProvider};
use crate::client::{Client, Reply, Request, VERSION, iso_date};

/// A provider whose confidential application has one role.
fn start(role: Role) -> OwnProvider {
    OwnProvider::start(IdentitySettings {
        roles: vec![assignment(role, None)],
        ..IdentitySettings::default()
    })
}

fn assignment(role: Role, account: Option<&str>) -> RoleAssignment {
    RoleAssignment {
        principal: CONFIDENTIAL_CLIENT.to_owned(),
        role,
        account: account.map(str::to_owned),
    }
}

fn put_blob(client: &Client, path: &str) -> Request {
    let put = client.put(path).header("x-ms-blob-type", "BlockBlob");
    put.body("text")
}

#[track_caller]
fn assert_no_role(reply: &Reply) {
    assert_eq!(reply.status, 403, "{}", reply.text());
    let code = reply.header("x-ms-error-code");
    assert!(
        code == Some("AuthorizationPermissionMismatch"),
        "{code:?}: {}",
        reply.text()
    );
}

/// The container `box` with the blob `b` of the development account.
fn add_blob(provider: &OwnProvider) {
    let blobs = provider.blobs(DEVELOPMENT_ACCOUNT);
    let create = blobs.put("box").query("restype", "container");
    provider.send_signed(create).expect(201);
    provider.send_signed(put_blob(&blobs, "box/b")).expect(201);
}

#[test]
fn a_reader_of_blobs_reads_and_changes_nothing() {
    let provider = start(Role::BlobDataReader);
    add_blob(&provider);
    let (token, blobs) = (provider.token(), provider.blobs(DEVELOPMENT_ACCOUNT));
    provider.send_with(&token, blobs.get("box/b")).expect(200);
    let list = blobs
        .get("box")
        .queries(&[("restype", "container"), ("comp", "list")]);
    provider.send_with(&token, list).expect(200);
    assert_no_role(&provider.send_with(&token, put_blob(&blobs, "box/c")));
    assert_no_role(&provider.send_with(&token, blobs.delete("box/b")));
    let create = blobs.put("new").query("restype", "container");
    assert_no_role(&provider.send_with(&token, create));
    let tables = provider.tables("GET", "Tables");
    assert_eq!(provider.send_with(&token, tables).status, 403);
}

#[test]
fn a_contributor_of_blobs_writes_but_sees_no_tags_policies_or_settings() {
    let provider = start(Role::BlobDataContributor);
    add_blob(&provider);
    let (token, blobs) = (provider.token(), provider.blobs(DEVELOPMENT_ACCOUNT));
    provider
        .send_with(&token, put_blob(&blobs, "box/c"))
        .expect(201);
    provider
        .send_with(&token, blobs.delete("box/c"))
        .expect(202);
    assert_no_role(&provider.send_with(&token, blobs.get("box/b").query("comp", "tags")));
    let acl = blobs
        .get("box")
        .queries(&[("restype", "container"), ("comp", "acl")]);
    assert_no_role(&provider.send_with(&token, acl.clone()));
    let settings = blobs
        .get("")
        .queries(&[("restype", "service"), ("comp", "properties")]);
    assert_no_role(&provider.send_with(&token, settings.clone()));
    provider.server.identity().change(|all| {
        all.roles = vec![
            assignment(Role::BlobDataOwner, None),
            assignment(Role::AccountContributor, None),
        ];
    });
    provider
        .send_with(&token, blobs.get("box/b").query("comp", "tags"))
        .expect(200);
    provider.send_with(&token, acl).expect(200);
    provider.send_with(&token, settings).expect(200);
}

#[test]
fn a_role_is_for_its_account() {
    let provider = OwnProvider::start(IdentitySettings {
        roles: vec![assignment(Role::BlobDataContributor, Some(OTHER_ACCOUNT))],
        ..IdentitySettings::default()
    });
    let token = provider.token();
    let list = |account| provider.blobs(account).get("").query("comp", "list");
    provider.send_with(&token, list(OTHER_ACCOUNT)).expect(200);
    assert_no_role(&provider.send_with(&token, list(DEVELOPMENT_ACCOUNT)));
}

#[test]
fn roles_for_files_and_tables_tell_reading_from_writing() {
    let provider = start(Role::FileDataPrivilegedReader);
    let token = provider.token();
    let files = |method, path| {
        let request = provider.files().request(method, path);
        let request = request.header("x-ms-version", "2024-11-04");
        request.header("x-ms-file-request-intent", "backup")
    };
    let share = provider.files().put("share").query("restype", "share");
    provider.send_signed(share).expect(201);
    let properties = files("GET", "share").query("restype", "share");
    provider.send_with(&token, properties).expect(200);
    let delete = || files("DELETE", "share").query("restype", "share");
    assert_no_role(&provider.send_with(&token, delete()));
    let tables = || {
        let create = provider.tables("POST", "Tables");
        let create = create.header("Content-Type", "application/json");
        create.body(r#"{"TableName":"table1"}"#)
    };
    assert_eq!(provider.send_with(&token, tables()).status, 403);
    provider.server.identity().change(|settings| {
        settings.roles = vec![
            assignment(Role::FileDataPrivilegedContributor, None),
            assignment(Role::TableDataContributor, None),
        ];
    });
    provider.send_with(&token, delete()).expect(202);
    provider.send_with(&token, tables()).expect(201);
    provider
        .server
        .identity()
        .change(|settings| settings.roles = vec![assignment(Role::TableDataReader, None)]);
    let insert = |key: &str| {
        let insert = provider.tables("POST", "table1");
        let insert = insert.header("Content-Type", "application/json");
        insert.body(format!(r#"{{"PartitionKey":"p","RowKey":"{key}"}}"#))
    };
    assert_eq!(provider.send_with(&token, insert("1")).status, 403);
    let query = provider.tables("GET", "table1()");
    let query = query.header("Accept", "application/json;odata=nometadata");
    provider.send_with(&token, query).expect(200);
}

/// The text of an element.
fn leaf<'d>(document: &'d str, name: &str) -> &'d str {
    let (_, rest) = document.split_once(&format!("<{name}>")).unwrap();
    rest.split_once('<').unwrap().0
}

/// What a signature signs of the key in this document.
fn signed_fields(key: &str) -> [&str; 6] {
    [
        "SignedOid",
        "SignedTid",
        "SignedStart",
        "SignedExpiry",
        "SignedService",
        "SignedVersion",
    ]
    .map(|name| leaf(key, name))
}

/// The same as parameters of the signature.
fn key_parameters(signed: [&str; 6]) -> Vec<(&'static str, String)> {
    let names = ["skoid", "sktid", "skt", "ske", "sks", "skv"];
    names.into_iter().zip(signed.map(str::to_owned)).collect()
}

/// A user delegation SAS of the container `box`, signed with the key in this document.
fn delegation_sas(blobs: &Client, key: &str, permissions: &str) -> Vec<(&'static str, String)> {
    let expiry = iso_date(3_600);
    let signed = signed_fields(key);
    let resource = format!("/blob/{DEVELOPMENT_ACCOUNT}/box");
    let mut fields = vec![permissions, "", &expiry, &resource];
    fields.extend(signed);
    // saoid, suoid, scid; sip, spr; sv, sr; snapshot, ses; the five headers of answers.
    fields.extend(["", "", "", "", "", VERSION, "c"]);
    fields.extend([""; 7]);
    let value = STANDARD.decode(leaf(key, "Value")).unwrap();
    let signature = blobs.with_key(&value).sign(&fields.join("\n"));
    let mut pairs = key_parameters(signed);
    pairs.extend([
        ("sp", permissions.to_owned()),
        ("se", expiry),
        ("sv", VERSION.to_owned()),
        ("sr", "c".to_owned()),
        ("sig", signature),
    ]);
    pairs
}

#[test]
fn a_user_delegation_sas_allows_no_more_than_the_roles_of_its_holder() {
    let provider = start(Role::BlobDataContributor);
    add_blob(&provider);
    let (token, blobs) = (provider.token(), provider.blobs(DEVELOPMENT_ACCOUNT));
    let set_roles = |roles: &[Role]| {
        let roles = roles.iter().map(|role| assignment(*role, None)).collect();
        provider
            .server
            .identity()
            .change(|settings| settings.roles = roles);
    };
    let request_key = || {
        let (start, expiry) = (iso_date(-60), iso_date(3_600));
        let body = format!("<KeyInfo><Start>{start}</Start><Expiry>{expiry}</Expiry></KeyInfo>");
        let post = blobs.request("POST", "").body(body);
        let post = post.queries(&[("restype", "service"), ("comp", "userdelegationkey")]);
        provider.send_with(&token, post)
    };
    let key = request_key().expect(200).text();
    let sas = delegation_sas(&blobs, &key, "rw");
    let with_sas = |request: Request| {
        let pairs = sas.iter().map(|(name, value)| (*name, value.as_str()));
        let request = pairs.fold(request, |request, (name, value)| request.query(name, value));
        provider.send(request)
    };
    with_sas(blobs.get("box/b")).expect(200);
    with_sas(put_blob(&blobs, "box/c")).expect(201);
    set_roles(&[Role::BlobDataReader]);
    with_sas(blobs.get("box/b")).expect(200);
    assert_no_role(&with_sas(put_blob(&blobs, "box/c")));
    set_roles(&[Role::BlobDelegator]);
    request_key().expect(200);
    assert_no_role(&with_sas(blobs.get("box/b")));
    assert_no_role(&provider.send_with(&token, blobs.get("box/b")));
    set_roles(&[Role::TableDataContributor]);
    assert_no_role(&request_key());
}

/// A user delegation SAS of the file `share/f`, signed with the key in this document.
fn file_delegation_sas(files: &Client, key: &str, version: &str) -> Vec<(&'static str, String)> {
    let expiry = iso_date(3_600);
    let signed = signed_fields(key);
    let resource = format!("/file/{DEVELOPMENT_ACCOUNT}/share/f");
    let mut fields = vec!["r", "", &expiry, &resource];
    fields.extend(signed);
    // skdutid, sduoid; sip, spr; sv; the five headers of answers.
    fields.extend(["", "", "", "", version, "", "", "", "", ""]);
    let value = STANDARD.decode(leaf(key, "Value")).unwrap();
    let signature = files.with_key(&value).sign(&fields.join("\n"));
    let mut pairs = key_parameters(signed);
    pairs.extend([
        ("sp", "r".to_owned()),
        ("se", expiry),
        ("sv", version.to_owned()),
        ("sr", "f".to_owned()),
        ("sig", signature),
    ]);
    pairs
}

#[test]
fn a_user_delegation_sas_of_a_file_needs_the_delegator_and_the_data() {
    const FILE_VERSION: &str = "2026-06-06";
    let provider = start(Role::FileDataPrivilegedContributor);
    let (token, files) = (provider.token(), provider.files());
    let make = files.put("share").query("restype", "share");
    provider.send_signed(make).expect(201);
    let put = files.put("share/f").header("x-ms-type", "file");
    let put = put.header("x-ms-content-length", "0");
    provider.send_signed(put).expect(201);
    let request_key = |version: &str| {
        let (start, expiry) = (iso_date(-60), iso_date(3_600));
        let body = format!("<KeyInfo><Start>{start}</Start><Expiry>{expiry}</Expiry></KeyInfo>");
        let post = files.request("POST", "").body(body);
        let post = post.header("x-ms-version", version);
        let post = post.queries(&[("restype", "service"), ("comp", "userdelegationkey")]);
        provider.send_with(&token, post)
    };
    assert_no_role(&request_key(FILE_VERSION));
    let set_roles = |roles: &[Role]| {
        let roles = roles.iter().map(|role| assignment(*role, None)).collect();
        provider
            .server
            .identity()
            .change(|settings| settings.roles = roles);
    };
    set_roles(&[Role::FileDelegator, Role::FileDataPrivilegedReader]);
    assert_eq!(request_key("2025-11-05").status, 400);
    let key = request_key(FILE_VERSION).expect(200).text();
    assert_eq!(leaf(&key, "SignedService"), "f");
    let read = |sas: &[(&'static str, String)]| {
        let get = files.get("share/f");
        let pairs = sas.iter().map(|(name, value)| (*name, value.as_str()));
        provider.send(pairs.fold(get, |get, (name, value)| get.query(name, value)))
    };
    let sas = file_delegation_sas(&files, &key, FILE_VERSION);
    read(&sas).expect(200);
    assert_eq!(
        read(&file_delegation_sas(&files, &key, "2025-11-05")).status,
        403
    );
    for (name, value) in [
        ("sks", "b"),
        ("skoid", "other"),
        ("ske", "2100-01-01T00:00:00Z"),
    ] {
        let mut changed = sas.clone();
        let pair = changed.iter_mut().find(|(known, _)| *known == name);
        pair.unwrap().1 = value.to_owned();
        assert_eq!(read(&changed).status, 403, "{name}");
    }
    set_roles(&[Role::FileDelegator]);
    assert_no_role(&read(&sas));
}

#[test]
fn the_token_for_a_source_is_checked_like_any_other() {
    let provider = OwnProvider::start(IdentitySettings {
        roles: vec![assignment(Role::BlobDataContributor, None)],
        ..IdentitySettings::default()
    });
    add_blob(&provider);
    let other = provider.blobs(OTHER_ACCOUNT);
    provider
        .send_signed(other.put("target").query("restype", "container"))
        .expect(201);
    let token = provider.token();
    let source = format!("{}/{DEVELOPMENT_ACCOUNT}/box/b", provider.server.blob_url());
    let copy = |authorization: &str| {
        let put = other.put("target/b").header("x-ms-blob-type", "BlockBlob");
        let put = put.header("x-ms-copy-source", &source);
        let put = put.header("x-ms-copy-source-authorization", authorization);
        provider.send_with(&token, put)
    };
    copy(&format!("Bearer {token}")).expect(201);
    let wrong = copy("Bearer a.b.c");
    assert_eq!(wrong.status, 403, "{}", wrong.text());
    assert_eq!(
        wrong.header("x-ms-error-code"),
        Some("CannotVerifyCopySource")
    );
    // A role for the target alone is not enough.
    provider.server.identity().change(|settings| {
        settings.roles = vec![assignment(Role::BlobDataContributor, Some(OTHER_ACCOUNT))];
    });
    let unread = copy(&format!("Bearer {token}"));
    assert_eq!(unread.status, 403, "{}", unread.text());
}
