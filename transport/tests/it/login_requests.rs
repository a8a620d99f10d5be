//! The requests of each login, field by field: as Azure's own libraries send them (azure-identity 1.27 for
//! Python, azidentity 1.10 for Go), recorded at a local identity service.
//!
//! Where the two differ, or a field is for telemetry only, the documentation decides.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use azring_transport::auth::Secret;
use azring_transport::login::{
    Authority, ClientCertificate, ClientCredentials, ClientProof, DeviceCodeLogin, IdentityChoice,
    Login, LoginMethod, ManagedIdentity,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use percent_encoding::percent_decode_str;
use ring::signature::{KeyPair as _, RSA_PSS_2048_8192_SHA256, RsaKeyPair, UnparsedPublicKey};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::{Value, json};

use crate::script::{Bench, Move, Seen, Server, answer, run};

const TENANT: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";
const CLIENT: &str = "11111111-2222-3333-4444-555555555555";
const SCOPE: &str = "https://storage.azure.com/.default";
const USER_SCOPE: &str = "https://storage.azure.com/.default offline_access openid profile";
const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The time of the bench's clock: Sunday 2026-11-22 12:00:00 UTC.
const NOON: u64 = 498_708 * 3600;

/// The thumbprint of the certificate (SHA-256, base64url), computed by OpenSSL.
const THUMBPRINT: &str = "EZ_x_KZ_V6febJoMnoqCSjRJzuve5HAqdCBO3vrZT-c";

fn certificate_path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/login_certificate.pem")
}

/// One answer for each connection.
fn answers(documents: &[Value]) -> Vec<Vec<Move>> {
    let moves = documents.iter().map(|document| {
        let body = document.to_string();
        let bytes = body.len();
        let head = "HTTP/1.1 200 OK\ncontent-type: application/json";
        answer(&format!("{head}\ncontent-length: {bytes}\n\n{body}"))
    });
    moves.collect()
}

fn token() -> Value {
    json!({
        "token_type": "Bearer",
        "expires_in": 3599,
        "ext_expires_in": 3599,
        "access_token": "canary",
    })
}

fn authority(server: &Server, tenant: Option<&str>) -> Authority {
    Authority::at_url(&format!("http://{}", server.address), tenant).unwrap()
}

/// Names and values of a form or a query, decoded.
fn fields(encoded: &str) -> BTreeMap<String, String> {
    let decoded = |text: &str| percent_decode_str(text).decode_utf8().unwrap().into_owned();
    let pairs = encoded.split('&').map(|pair| {
        let (name, value) = pair.split_once('=').unwrap();
        (decoded(name), decoded(value))
    });
    pairs.collect()
}

#[track_caller]
fn assert_fields(encoded: &str, expected: &[(&str, &str)]) {
    let expected: BTreeMap<_, _> = expected
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    assert_eq!(fields(encoded), expected);
}

/// The form of a POST to this path.
#[track_caller]
fn form<'s>(seen: &'s Seen, path: &str) -> &'s str {
    assert_eq!(seen.line(), format!("POST {path} HTTP/1.1"));
    let form = "application/x-www-form-urlencoded";
    assert_eq!(seen.header("content-type"), Some(form));
    assert_eq!(seen.header("authorization"), None);
    std::str::from_utf8(&seen.body).unwrap()
}

fn token_path(tenant: &str) -> String {
    format!("/{tenant}/oauth2/v2.0/token")
}

/// The only request of an application with this proof.
fn request_of_application(proof: ClientProof) -> (Seen, String) {
    run(async {
        let server = Server::start(answers(&[token()])).await;
        let bench = Bench::new();
        let authority = authority(&server, Some(TENANT));
        let audience = format!("{}{}", authority.url(), token_path(TENANT));
        let login = ClientCredentials::new(authority, CLIENT, proof, &bench.settings);
        let login = Login::new(LoginMethod::Application(login));
        login.log_in().await.unwrap();
        let [seen] = <[Seen; 1]>::try_from(server.seen()).unwrap();
        (seen, audience)
    })
}

#[test]
fn a_user_logs_in_by_device_code_and_refreshes_in_the_tenant_of_the_token() {
    run(async {
        let code = json!({
            "user_code": "ABCD1234",
            "device_code": "device canary",
            "verification_uri": "https://microsoft.com/devicelogin",
            "expires_in": 900,
            "interval": 5,
            "message": "To sign in, ...",
        });
        let claims = URL_SAFE_NO_PAD
            .encode(json!({ "tid": TENANT, "preferred_username": "ada@contoso.com" }).to_string());
        let mut first = token();
        first["refresh_token"] = json!("first canary");
        first["id_token"] = json!(format!("e30.{claims}.sig"));
        let mut second = token();
        second["refresh_token"] = json!("second canary");
        let server = Server::start(answers(&[code, first, second, token()])).await;
        let bench = Bench::new();
        let login = DeviceCodeLogin::new(authority(&server, None), CLIENT, &bench.settings);
        let code = login.begin().await.unwrap();
        let (login, who, _) = login.wait(&code, None).await.unwrap();
        assert_eq!(who.tenant.as_deref(), Some(TENANT));
        login.log_in().await.unwrap();
        login.log_in().await.unwrap();

        let [begun, polled, refreshed, again] = <[Seen; 4]>::try_from(server.seen()).unwrap();
        assert_fields(
            form(&begun, "/common/oauth2/v2.0/devicecode"),
            &[("client_id", CLIENT), ("scope", USER_SCOPE)],
        );
        assert_fields(
            form(&polled, &token_path("common")),
            &[
                ("client_id", CLIENT),
                ("grant_type", DEVICE_GRANT),
                ("device_code", "device canary"),
            ],
        );
        for (seen, used) in [(&refreshed, "first canary"), (&again, "second canary")] {
            assert_fields(
                form(seen, &token_path(TENANT)),
                &[
                    ("client_id", CLIENT),
                    ("grant_type", "refresh_token"),
                    ("refresh_token", used),
                    ("scope", USER_SCOPE),
                ],
            );
        }
    });
}

#[test]
fn an_application_logs_in_by_its_secret() {
    let secret = Secret::new("canary ~ & +".to_owned());
    let (seen, _) = request_of_application(ClientProof::Secret(secret));
    assert_fields(
        form(&seen, &token_path(TENANT)),
        &[
            ("client_id", CLIENT),
            ("client_secret", "canary ~ & +"),
            ("grant_type", "client_credentials"),
            ("scope", SCOPE),
        ],
    );
}

#[test]
fn an_application_signs_an_assertion_with_the_key_of_its_certificate() {
    let certificate = ClientCertificate::read(&certificate_path()).unwrap();
    let proof = ClientProof::Certificate(Arc::new(certificate));
    let (seen, audience) = request_of_application(proof);
    let mut fields = fields(form(&seen, &token_path(TENANT)));
    let assertion = fields.remove("client_assertion").unwrap();
    let others: Vec<_> = fields
        .iter()
        .map(|(name, value)| (&**name, &**value))
        .collect();
    assert_eq!(
        others,
        [
            ("client_assertion_type", ASSERTION_TYPE),
            ("client_id", CLIENT),
            ("grant_type", "client_credentials"),
            ("scope", SCOPE),
        ]
    );
    let (signed, signature) = assertion.rsplit_once('.').unwrap();
    let (head, claims) = signed.split_once('.').unwrap();
    let decoded = |part: &str| URL_SAFE_NO_PAD.decode(part).unwrap();
    let document = |part: &str| serde_json::from_slice::<Value>(&decoded(part)).unwrap();
    assert_eq!(
        document(head),
        json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": THUMBPRINT })
    );
    let mut claims = document(claims);
    let id = claims["jti"].take();
    assert_eq!(id.as_str().unwrap().len(), 36, "a UUID");
    assert_eq!(
        claims,
        json!({
            "aud": audience,
            "iss": CLIENT,
            "sub": CLIENT,
            "jti": null,
            "nbf": NOON,
            "iat": NOON,
            "exp": NOON + 600,
        })
    );
    let key = PrivatePkcs8KeyDer::from_pem_file(certificate_path()).unwrap();
    let key = RsaKeyPair::from_pkcs8(key.secret_pkcs8_der()).unwrap();
    UnparsedPublicKey::new(&RSA_PSS_2048_8192_SHA256, key.public_key().as_ref())
        .verify(signed.as_bytes(), &decoded(signature))
        .expect("the signature is that of the key");
}

#[test]
fn a_workload_sends_the_token_of_its_file_without_the_line_break() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, "e30.canary.sig\n").unwrap();
    let (seen, _) = request_of_application(ClientProof::TokenFile(file));
    assert_fields(
        form(&seen, &token_path(TENANT)),
        &[
            ("client_assertion", "e30.canary.sig"),
            ("client_assertion_type", ASSERTION_TYPE),
            ("client_id", CLIENT),
            ("grant_type", "client_credentials"),
            ("scope", SCOPE),
        ],
    );
}

/// The first request of a machine, and whether a token came of it.
fn request_of_machine(variables: &[(&str, &str)], choice: IdentityChoice) -> (Seen, bool) {
    run(async {
        let issued = json!({
            "access_token": "canary",
            "expires_in": "86399",
            "expires_on": (NOON + 86_399).to_string(),
            "resource": "https://storage.azure.com",
            "token_type": "Bearer",
        });
        let server = Server::start(answers(&[issued])).await;
        let bench = Bench::new();
        let address = format!("http://{}", server.address);
        let variable = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| value.replace("HOST", &address))
        };
        let machine = ManagedIdentity::from_environment(variable, choice, &bench.settings).unwrap();
        let login = Login::new(LoginMethod::ManagedIdentity(machine));
        let issued = login.log_in().await;
        (server.seen().remove(0), issued.is_ok())
    })
}

/// The query of a GET of this path.
#[track_caller]
fn query<'s>(seen: &'s Seen, path: &str) -> &'s str {
    let target = seen.line().split(' ').nth(1).unwrap();
    let (found, query) = target.split_once('?').unwrap();
    assert_eq!((found, &seen.line()[..4]), (path, "GET "));
    assert!(seen.body.is_empty());
    query
}

fn each_choice() -> [IdentityChoice; 4] {
    [
        IdentityChoice::System,
        IdentityChoice::ClientId("c".into()),
        IdentityChoice::ObjectId("o".into()),
        IdentityChoice::ResourceId("/subscriptions/s/r".into()),
    ]
}

/// The parameter of a choice; `resource` is the name of a resource id.
fn parameter(
    choice: &IdentityChoice,
    resource: &'static str,
) -> Option<(&'static str, &'static str)> {
    match choice {
        IdentityChoice::System => None,
        IdentityChoice::ClientId(_) => Some(("client_id", "c")),
        IdentityChoice::ObjectId(_) => Some(("object_id", "o")),
        IdentityChoice::ResourceId(_) => Some((resource, "/subscriptions/s/r")),
    }
}

const RESOURCE: (&str, &str) = ("resource", "https://storage.azure.com");

#[test]
fn a_virtual_machine_asks_its_metadata_service() {
    for choice in each_choice() {
        let variables = [("AZURE_POD_IDENTITY_AUTHORITY_HOST", "HOST")];
        let (seen, is_issued) = request_of_machine(&variables, choice.clone());
        let mut expected = vec![("api-version", "2018-02-01"), RESOURCE];
        expected.extend(parameter(&choice, "msi_res_id"));
        assert_fields(query(&seen, "/metadata/identity/oauth2/token"), &expected);
        assert_eq!(seen.header("metadata"), Some("true"));
        assert!(is_issued);
    }
}

#[test]
fn an_app_asks_the_service_that_its_environment_names() {
    for choice in each_choice() {
        let variables = [
            ("IDENTITY_ENDPOINT", "HOST/msi/token"),
            ("IDENTITY_HEADER", "canary"),
        ];
        let (seen, is_issued) = request_of_machine(&variables, choice.clone());
        let mut expected = vec![("api-version", "2019-08-01"), RESOURCE];
        expected.extend(parameter(&choice, "mi_res_id"));
        assert_fields(query(&seen, "/msi/token"), &expected);
        assert_eq!(seen.header("x-identity-header"), Some("canary"));
        assert_eq!(seen.header("metadata"), None);
        assert!(is_issued);
    }
}

#[test]
fn a_server_with_azure_arc_asks_its_agent() {
    let variables = [
        ("IDENTITY_ENDPOINT", "HOST/metadata/identity/oauth2/token"),
        ("IMDS_ENDPOINT", "HOST"),
    ];
    let (seen, _) = request_of_machine(&variables, IdentityChoice::System);
    let expected = [("api-version", "2020-06-01"), RESOURCE];
    assert_fields(query(&seen, "/metadata/identity/oauth2/token"), &expected);
    assert_eq!(seen.header("metadata"), Some("true"));
    assert_eq!(seen.header("authorization"), None);
}
