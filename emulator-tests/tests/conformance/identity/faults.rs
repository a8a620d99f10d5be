//! Outages and throttling: the fault plan applies to the provider as well.

use azring_emulator_tests::emulator::identity::{DEFAULT_TENANT, IdentitySettings};

use super::own_provider::{OwnProvider, assert_refused, document};

const TOKEN_PATH: &str = "/*/oauth2/v2.0/token";

#[test]
fn the_fault_plan_throttles_and_stops_the_token_endpoint() {
    let provider = OwnProvider::start(IdentitySettings::default());
    provider.server.set_faults(&format!(
        r#"{{"when":{{"path":"{TOKEN_PATH}","times":1}},"then":{{"answer":{{"status":429,"retry_after":7}}}}}},
           {{"when":{{"path":"{TOKEN_PATH}","times":1}},"then":{{"answer":{{"status":503,"code":"temporarily_unavailable"}}}}}}"#
    ));
    let form = [("grant_type", "client_credentials")];
    let throttled = provider.post("token", &form);
    assert_eq!(throttled.header("retry-after"), Some("7"));
    assert_refused(&throttled, 429, "temporarily_unavailable", 90_033);
    let stopped = provider.post("token", &form);
    assert_refused(&stopped, 503, "temporarily_unavailable", 0);
    provider.server.assert_faults_applied();
    // The services are not affected, and after the faults tokens are issued.
    provider.list_containers(&provider.token()).expect(200);
}

#[test]
fn the_fault_plan_stops_the_metadata_service() {
    let provider = OwnProvider::start(IdentitySettings::default());
    provider.server.set_faults(
        r#"{"when":{"path":"/metadata/*","times":1},"then":{"answer":{"status":410}}}"#,
    );
    let path =
        "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://storage.azure.com";
    let url = provider.server.identity_http_url();
    let request = || OwnProvider::plain(&url, path).header("Metadata", "true");
    assert_eq!(request().send().status, 410);
    request().send().expect(200);
}

#[test]
fn the_log_names_what_was_asked_for() {
    let provider = OwnProvider::start(IdentitySettings::default());
    provider.server.watch().log.keep(10);
    provider.token();
    let path = format!("/{DEFAULT_TENANT}/v2.0/.well-known/openid-configuration");
    let correlated = provider.get(&path).expect(200);
    assert!(document(&correlated)["issuer"].is_string());
    let lines = provider.server.watch().log.lines().join("\n");
    for operation in ["Token", "OpenIdConfiguration"] {
        assert!(lines.contains(&format!("\"{operation}\"")), "{lines}");
    }
    assert!(!lines.contains("secret-of-the-emulator"), "{lines}");
}
