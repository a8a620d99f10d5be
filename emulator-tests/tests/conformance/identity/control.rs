//! The provider's part of the control endpoint.

use azring_emulator_tests::emulator::identity::{
    CONFIDENTIAL_CLIENT, DEFAULT_USER, FEDERATED_SUBJECT, IdentitySettings, PUBLIC_CLIENT,
};
use azring_emulator_tests::emulator::{Options, Server};
use serde_json::json;

use super::own_provider::{OwnProvider, assert_refused, document, text};
use crate::client::{Auth, Client, Reply};

fn control(server: &Server, method: &'static str, path: &str, body: &str) -> Reply {
    let url = server.control_url();
    let client = Client::new(url.split_once("://").unwrap().1, "", "");
    let request = client.request(method, "").raw_path(path).body(body);
    request.auth(Auth::Nothing).send()
}

#[test]
fn a_script_approves_declines_and_expires_codes() {
    let mut settings = IdentitySettings::default();
    settings.device_code.interval = 0;
    let provider = OwnProvider::start(settings);
    let server = &provider.server;
    for (decision, status, error) in [
        ("approve", 200, ""),
        ("decline", 400, "authorization_declined"),
        ("expire", 400, "expired_token"),
    ] {
        let code = provider.device_code();
        let listed = document(&control(server, "GET", "/identity/codes", "").expect(200));
        assert_eq!(listed[0]["user_code"], code["user_code"]);
        assert_eq!(listed[0]["client_id"], PUBLIC_CLIENT);
        let path = format!("/identity/codes/{}", code["user_code"].as_str().unwrap());
        let order = json!({ "decision": decision, "user": DEFAULT_USER }).to_string();
        control(server, "POST", &path, &order).expect(204);
        control(server, "POST", &path, &order).expect(404);
        let reply = provider.poll(&code);
        if status == 200 {
            reply.expect(200);
        } else {
            assert_refused(&reply, status, error, 0);
        }
    }
}

#[test]
fn settings_are_replaced_patched_and_reset() {
    let provider = OwnProvider::start(IdentitySettings::default());
    let server = &provider.server;
    let patch = control(
        server,
        "PATCH",
        "/identity/settings",
        r#"{"token_seconds":60}"#,
    );
    patch.expect(204);
    let settings = document(&control(server, "GET", "/identity/settings", "").expect(200));
    assert_eq!(settings["token_seconds"], 60);
    assert_eq!(settings["applications"].as_array().unwrap().len(), 2);
    let wrong = control(server, "PATCH", "/identity/settings", r#"{"tokens":60}"#);
    assert_eq!(wrong.status, 400, "{}", wrong.text());
    control(server, "PUT", "/identity/settings", r#"{"roles":[]}"#).expect(204);
    assert_eq!(server.identity().settings().token_seconds, 3_600);
    assert_eq!(provider.list_containers(&provider.token()).status, 403);
    control(server, "POST", "/reset", "").expect(204);
    provider.list_containers(&provider.token()).expect(200);
}

#[test]
fn a_script_rotates_keys_and_revokes_tokens() {
    let provider = OwnProvider::start(IdentitySettings::default());
    let server = &provider.server;
    let token = provider.token();
    control(server, "POST", "/identity/keys", "").expect(204);
    let ids = |reply: &Reply| document(reply)["ids"].as_array().unwrap().len();
    assert_eq!(ids(&control(server, "GET", "/identity/keys", "")), 2);
    provider.list_containers(&token).expect(200);
    control(server, "DELETE", "/identity/keys", "").expect(204);
    assert_eq!(ids(&control(server, "GET", "/identity/keys", "")), 1);
    assert_eq!(provider.list_containers(&token).status, 401);
    let token = provider.token();
    let order = json!({ "principal": CONFIDENTIAL_CLIENT }).to_string();
    control(server, "POST", "/identity/revocations", &order).expect(204);
    assert_eq!(provider.list_containers(&token).status, 401);
}

#[test]
fn a_script_gets_a_certificate_and_the_token_of_a_workload() {
    let provider = OwnProvider::start(IdentitySettings::default());
    let server = &provider.server;
    let path = format!("/identity/applications/{CONFIDENTIAL_CLIENT}/certificate");
    let pem = text(&control(server, "POST", &path, "").expect(200), "pem");
    assert!(pem.contains("BEGIN CERTIFICATE") && pem.contains("BEGIN PRIVATE KEY"));
    control(
        server,
        "POST",
        "/identity/applications/nobody/certificate",
        "",
    )
    .expect(404);
    let reply = control(server, "POST", "/identity/federated-tokens", "{}");
    let token = text(&reply.expect(200), "token");
    assert_eq!(token.split('.').count(), 3);
    let subject = json!({ "subject": FEDERATED_SUBJECT }).to_string();
    control(server, "POST", "/identity/federated-tokens", &subject).expect(200);
}

#[test]
fn an_emulator_without_a_provider_has_no_such_requests() {
    let server = Server::start(&Options::default()).unwrap();
    control(&server, "GET", "/identity/settings", "").expect(404);
}
