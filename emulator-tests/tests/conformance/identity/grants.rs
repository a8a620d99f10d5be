//! The token endpoint: grants with a secret or a federated token, discovery, and refusals.

use azring_emulator_tests::emulator::identity::{
    CLIENT_SECRET, CONFIDENTIAL_CLIENT, DEFAULT_TENANT, FEDERATED_SUBJECT, IdentitySettings,
    PUBLIC_CLIENT,
};

use super::own_provider::{OwnProvider, SCOPE, assert_refused, document, text};

const SECRET_GRANT: [(&str, &str); 4] = [
    ("client_id", CONFIDENTIAL_CLIENT),
    ("client_secret", CLIENT_SECRET),
    ("grant_type", "client_credentials"),
    ("scope", SCOPE),
];

/// The form with another value, or without the parameter for an empty one.
fn with<'f>(form: &[(&'f str, &'f str)], name: &'f str, value: &'f str) -> Vec<(&'f str, &'f str)> {
    let mut form = form.to_vec();
    form.retain(|(other, _)| *other != name);
    if !value.is_empty() {
        form.push((name, value));
    }
    form
}

#[test]
fn a_secret_gets_a_token_that_lists_containers() {
    let provider = OwnProvider::start(IdentitySettings::default());
    let reply = provider.post("token", &SECRET_GRANT).expect(200);
    let answer = document(&reply);
    assert_eq!(answer["token_type"], "Bearer");
    assert_eq!(answer["expires_in"], 3_600);
    assert!(answer.get("refresh_token").is_none(), "{answer}");
    let token = text(&reply, "access_token");
    provider.list_containers(&token).expect(200);
    // What MSAL sends besides is ignored.
    let mut form = SECRET_GRANT.to_vec();
    form.extend([
        ("client_info", "1"),
        (
            "claims",
            r#"{"access_token":{"xms_cc":{"values":["CP1"]}}}"#,
        ),
    ]);
    let form = with(
        &form,
        "scope",
        "https://storage.azure.com/.default openid offline_access profile",
    );
    provider.post("token", &form).expect(200);
}

#[test]
fn wrong_clients_secrets_scopes_and_tenants_have_their_codes() {
    let mut settings = IdentitySettings::default();
    let mut expired = settings.applications[1].secrets[0].clone();
    "an old secret".clone_into(&mut expired.value);
    expired.is_expired = true;
    settings.applications[1].secrets.push(expired);
    let provider = OwnProvider::start(settings);
    let grant = &SECRET_GRANT;
    let refused = |name, value, status, error, code| {
        let reply = provider.post("token", &with(grant, name, value));
        assert_refused(&reply, status, error, code);
    };
    refused("client_secret", "wrong", 401, "invalid_client", 7_000_215);
    refused(
        "client_secret",
        "an old secret",
        401,
        "invalid_client",
        7_000_222,
    );
    refused("client_secret", "", 401, "invalid_client", 7_000_218);
    refused("client_id", "nobody", 400, "unauthorized_client", 700_016);
    refused("client_id", PUBLIC_CLIENT, 401, "invalid_client", 700_025);
    refused("client_id", "", 400, "invalid_request", 900_144);
    refused(
        "grant_type",
        "password",
        400,
        "unsupported_grant_type",
        70_003,
    );
    refused(
        "scope",
        "https://storage.azure.com",
        400,
        "invalid_scope",
        1_002_012,
    );
    let graph = "https://graph.microsoft.com/.default";
    refused("scope", graph, 400, "invalid_resource", 500_011);
    let tenant = provider.post_to("other.test", "token", grant);
    assert_refused(&tenant, 400, "invalid_request", 90_002);
    let common = provider.post_to("common", "token", grant);
    assert_refused(&common, 400, "invalid_request", 50_059);
    provider
        .post_to("emulator.test", "token", grant)
        .expect(200);
}

#[test]
fn a_federated_token_stands_for_a_secret() {
    let provider = OwnProvider::start(IdentitySettings::default());
    let grant = |token: &str| {
        provider.post(
            "token",
            &[
                ("client_id", CONFIDENTIAL_CLIENT),
                (
                    "client_assertion_type",
                    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                ),
                // Some clients send the newline at the end of the file.
                ("client_assertion", &format!("{token}\n")),
                ("grant_type", "client_credentials"),
                ("scope", SCOPE),
            ],
        )
    };
    let token = provider
        .server
        .identity()
        .federated_token(FEDERATED_SUBJECT);
    let reply = grant(&token).expect(200);
    provider
        .list_containers(&text(&reply, "access_token"))
        .expect(200);
    let other = provider.server.identity().federated_token("other");
    assert_refused(&grant(&other), 401, "invalid_client", 700_213);
    let changed = format!("{}AAAA", &token[..token.len() - 4]);
    assert_refused(&grant(&changed), 401, "invalid_client", 700_027);
    assert_refused(&grant("no token"), 401, "invalid_client", 50_027);
    // A token of the provider itself comes from another issuer.
    assert_refused(&grant(&provider.token()), 401, "invalid_client", 700_211);
}

#[test]
fn discovery_names_the_provider_itself() {
    let provider = OwnProvider::start(IdentitySettings::default());
    let url = provider.server.identity_url();
    let path = format!("/{DEFAULT_TENANT}/v2.0/.well-known/openid-configuration?");
    let configuration = document(&provider.get(&path).expect(200));
    for (field, end) in [
        ("issuer", "v2.0"),
        ("token_endpoint", "oauth2/v2.0/token"),
        ("device_authorization_endpoint", "oauth2/v2.0/devicecode"),
        ("authorization_endpoint", "oauth2/v2.0/authorize"),
        ("jwks_uri", "discovery/v2.0/keys"),
    ] {
        assert_eq!(
            configuration[field],
            format!("{url}/{DEFAULT_TENANT}/{end}")
        );
    }
    let other = provider.get("/other/v2.0/.well-known/openid-configuration");
    assert_refused(&other, 400, "invalid_request", 90_002);
    let query = "api-version=1.1&authorization_endpoint=https%3A%2F%2Flogin.test%2Ft%2Foauth2%2Fv2.0%2Fauthorize";
    let instance = provider.get(&format!("/common/discovery/instance?{query}"));
    let instance = document(&instance.expect(200));
    assert_eq!(instance["metadata"][0]["aliases"][0], "login.test");
    assert_eq!(
        instance["tenant_discovery_endpoint"],
        "https://login.test/t/v2.0/.well-known/openid-configuration"
    );
    let keys = document(&provider.get("/discovery/v2.0/keys").expect(200));
    assert_eq!(keys["keys"][0]["kty"], "RSA");
    let without = provider.get("/common/discovery/instance?");
    assert_refused(&without, 400, "invalid_instance", 50_049);
    assert_eq!(provider.get("/elsewhere").status, 404);
}
