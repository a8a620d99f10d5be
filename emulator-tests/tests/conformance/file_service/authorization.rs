//! Shared keys, shared access signatures and tokens of the File service.

use azring_emulator_tests::emulator::Options;

use super::own_share::{OwnShare, SHARE};
use crate::client::{Auth, VERSION, http_date, iso_date};
use crate::sas::{ServiceSas, account_sas, by_sas};

#[test]
fn nothing_is_public() {
    let own = OwnShare::new();
    own.put("f", b"x");
    for request in [
        own.file("GET", "f", ""),
        own.directory("GET", "", "list"),
        own.share("GET", ""),
    ] {
        request
            .auth(Auth::Nothing)
            .send()
            .refused(401, "NoAuthenticationInformation");
    }
}

#[test]
fn a_wrong_key_is_refused_and_the_lite_scheme_works() {
    let own = OwnShare::new();
    let wrong = own.client.with_key(b"wrong");
    wrong
        .get("docs")
        .query("restype", "share")
        .send()
        .refused(403, "AuthenticationFailed");
    let date = http_date(std::time::SystemTime::now());
    let path = format!("/{0}/{0}/docs?comp=list", own.client.account);
    let text = format!("GET\n\n\n\nx-ms-date:{date}\nx-ms-version:{VERSION}\n{path}");
    let value = format!(
        "SharedKeyLite {}:{}",
        own.client.account,
        own.client.sign(&text)
    );
    let list = own.directory("GET", "", "list").header("x-ms-date", &date);
    list.header("Authorization", &value).send().expect(200);
}

#[test]
fn the_sas_of_a_share_opens_its_files_by_its_permissions() {
    let own = OwnShare::new();
    own.put("f", b"abc");
    let sas = |permissions| ServiceSas::file("s", permissions).pairs(&own.client, SHARE);
    assert_eq!(
        by_sas(own.file("GET", "f", ""), &sas("r"))
            .send()
            .expect(200)
            .body,
        b"abc"
    );
    by_sas(own.directory("GET", "", "list"), &sas("rl"))
        .send()
        .expect(200);
    by_sas(own.directory("PUT", "d", ""), &sas("c"))
        .send()
        .expect(201);
    by_sas(own.create("g", 1), &sas("c")).send().expect(201);
    let mismatch = "AuthorizationPermissionMismatch";
    by_sas(own.create("g", 1), &sas("c"))
        .send()
        .refused(403, mismatch);
    by_sas(own.put_range("g", 0, b"x", 0), &sas("c"))
        .send()
        .refused(403, mismatch);
    by_sas(own.put_range("g", 0, b"x", 0), &sas("w"))
        .send()
        .expect(201);
    by_sas(own.directory("GET", "", "list"), &sas("r"))
        .send()
        .refused(403, mismatch);
    by_sas(own.file("DELETE", "g", ""), &sas("rwcl"))
        .send()
        .refused(403, mismatch);
    by_sas(own.file("DELETE", "g", ""), &sas("d"))
        .send()
        .expect(202);
    by_sas(own.share("GET", ""), &sas("rwdlc"))
        .send()
        .refused(403, mismatch);
    let other = ServiceSas::file("s", "r").pairs(&own.client, "other");
    by_sas(own.file("GET", "f", ""), &other)
        .send()
        .refused(403, "AuthenticationFailed");
}

#[test]
fn the_sas_of_a_file_opens_that_file_only() {
    let own = OwnShare::new();
    own.make_directory("a");
    own.put("a/f ü", b"abc");
    own.put("a/g", b"abc");
    let sas = ServiceSas::file("f", "r").pairs(&own.client, "docs/a/f ü");
    let get = by_sas(own.file("GET", "a/f ü", ""), &sas).query("rscd", "attachment");
    get.send().refused(403, "AuthenticationFailed");
    by_sas(own.file("GET", "a/f ü", ""), &sas)
        .send()
        .expect(200);
    by_sas(own.file("GET", "a/g", ""), &sas)
        .send()
        .refused(403, "AuthenticationFailed");
}

#[test]
fn an_account_sas_names_the_service_and_the_kinds_of_resource() {
    let own = OwnShare::new();
    own.put("f", b"abc");
    let sas = |services, types, permissions| account_sas(&own.client, services, types, permissions);
    let list = || own.client.get("").query("comp", "list");
    by_sas(list(), &sas("f", "s", "l")).send().expect(200);
    by_sas(list(), &sas("f", "co", "l"))
        .send()
        .refused(403, "AuthorizationResourceTypeMismatch");
    by_sas(list(), &sas("bqt", "s", "l"))
        .send()
        .refused(403, "AuthorizationServiceMismatch");
    by_sas(own.share("GET", ""), &sas("bf", "c", "r"))
        .send()
        .expect(200);
    by_sas(own.directory("GET", "", "list"), &sas("f", "c", "l"))
        .send()
        .expect(200);
    by_sas(own.file("GET", "f", ""), &sas("f", "o", "r"))
        .send()
        .expect(200);
    by_sas(own.share("GET", "acl"), &sas("f", "sco", "rwdlacup"))
        .send()
        .refused(403, "AuthorizationPermissionMismatch");
}

#[test]
fn a_stored_policy_of_the_share_completes_a_sas() {
    let own = OwnShare::new();
    own.put("f", b"abc");
    let policy = format!(
        "<SignedIdentifiers><SignedIdentifier><Id>p</Id><AccessPolicy><Expiry>{}</Expiry>\
        <Permission>r</Permission></AccessPolicy></SignedIdentifier></SignedIdentifiers>",
        iso_date(3600)
    );
    own.share("PUT", "acl").body(policy).send().expect(200);
    let sas = ServiceSas {
        expiry: String::new(),
        identifier: "p".to_owned(),
        ..ServiceSas::file("s", "")
    };
    let sas = sas.pairs(&own.client, SHARE);
    by_sas(own.file("GET", "f", ""), &sas).send().expect(200);
    by_sas(own.put_range("f", 0, b"x", 0), &sas)
        .send()
        .refused(403, "AuthorizationPermissionMismatch");
}

#[test]
fn a_token_needs_https_a_version_and_an_intent() {
    use azring_emulator_tests::emulator::TlsChoice;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let own = OwnShare::open(&Options {
        unsigned_tokens: true,
        tls: TlsChoice::Own,
        ..Options::default()
    });
    let folder = tempfile::tempdir().unwrap();
    let authority = folder.path().join("ca.pem");
    std::fs::write(&authority, own.server.authority_pem().unwrap()).unwrap();
    let claims = r#"{"aud":"https://storage.azure.com","exp":4102444800,"nbf":0}"#;
    let token = format!(
        "{}.{}.x",
        URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#),
        URL_SAFE_NO_PAD.encode(claims)
    );
    let create = |version: &str| {
        let create = own
            .share("PUT", "")
            .auth(Auth::Nothing)
            .header("x-ms-version", version);
        create.header("Authorization", &format!("Bearer {token}"))
    };
    let intent = "x-ms-file-request-intent";
    create("2024-11-04")
        .send_tls(&authority)
        .refused(400, "MissingRequiredHeader");
    create("2021-12-02")
        .header(intent, "backup")
        .send_tls(&authority)
        .refused(403, "AuthenticationFailed");
    create("2024-11-04")
        .header(intent, "restore")
        .send_tls(&authority)
        .refused(400, "InvalidHeaderValue");
    create("2024-11-04")
        .header(intent, "backup")
        .send_tls(&authority)
        .expect(201);
}

#[test]
fn host_style_names_the_account_in_the_host() {
    let own = OwnShare::new();
    own.put("f", b"abc");
    let host = format!("{}.file.core.windows.net:1", own.client.account);
    let get = own.file("GET", "f", "").host_style(&host);
    assert_eq!(get.send().expect(200).body, b"abc");
}
