//! Logins on a machine whose clock is wrong.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::super::client_credentials::{ClientCredentials, ClientProof};
use super::super::entra_login::{Login, LoginMethod};
use super::super::{Authority, ClientCertificate};
use super::simulation::{ScriptedAnswer, SimulatedService, run};
use crate::auth::{Cloud, Need, Secret, TokenIssuer as _};
use crate::clock::Clock as _;

/// Ten minutes, in both directions.
const OFFSETS: [i64; 2] = [600, -600];

fn application(service: &Arc<SimulatedService>, proof: ClientProof) -> Login {
    let authority = Authority::of_cloud(Cloud::Public, Some("t")).unwrap();
    let login = ClientCredentials::over(authority, "app", proof, service.client());
    Login::new(LoginMethod::Application(login))
}

#[test]
fn the_user_is_told_once_how_far_the_clock_is_off() {
    for (ahead, says) in [
        (600, Some("10 minutes ahead of")),
        (-600, Some("10 minutes behind")),
        (100, None),
        (-100, None),
    ] {
        let script = vec![ScriptedAnswer::token("one"), ScriptedAnswer::token("two")];
        let service = SimulatedService::beside_clock(script, ahead);
        let proof = ClientProof::Secret(Secret::new("s".into()));
        let login = application(&service, proof);
        assert_eq!(login.take_notice(), None);
        let (token, _) = run(login.log_in()).unwrap();
        // The token is valid for its minute, whatever the clock shows.
        let life = token.expires().duration_since(service.clock().now());
        assert_eq!(life.unwrap(), Duration::from_mins(1));
        let notice = login.take_notice();
        assert_eq!(notice.is_some(), says.is_some(), "{notice:?}");
        assert!(
            notice
                .unwrap_or_default()
                .contains(says.unwrap_or_default())
        );
        run(async {
            login.issue(Need::Now).await.unwrap();
            login.issue(Need::Now).await.unwrap();
        });
        assert_eq!(login.take_notice(), None);
    }
}

/// The times in the assertion of a form, in seconds since 1970: its begin and its end.
fn assertion_times(form: &str) -> (u64, u64) {
    let (_, assertion) = form.split_once("client_assertion=").unwrap();
    let claims = assertion.split('.').nth(1).unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    (
        claims["nbf"].as_u64().unwrap(),
        claims["exp"].as_u64().unwrap(),
    )
}

#[test]
fn a_certificates_proof_is_dated_by_the_services_clock_once_that_is_known() {
    let certificate = ClientCertificate::of_test();
    for ahead in OFFSETS {
        let refusal = json!({
            "error": "invalid_client",
            "error_description": "AADSTS700024: Client assertion is not within its valid time range.",
        });
        let script = vec![
            ScriptedAnswer::json(401, &refusal),
            ScriptedAnswer::token("one"),
            ScriptedAnswer::token("two"),
        ];
        let service = SimulatedService::beside_clock(script, ahead);
        let proof = ClientProof::Certificate(Arc::clone(&certificate));
        let login = application(&service, proof);
        run(async {
            login.log_in().await.unwrap();
            login.issue(Need::Now).await.unwrap();
            login.issue(Need::Now).await.unwrap();
        });
        let begins: Vec<_> = service
            .seen()
            .iter()
            .map(|seen| {
                let (begin, end) = assertion_times(&seen.form);
                assert_eq!(end - begin, 600);
                begin as i64 - 498_708 * 3600
            })
            .collect();
        assert_eq!(begins, [ahead, 0, 0]);
    }
}

#[test]
fn a_proof_that_is_refused_while_the_clock_is_right_is_not_repeated() {
    let refusal = json!({ "error": "invalid_client", "error_codes": [700_024] });
    let script = vec![
        ScriptedAnswer::json(401, &refusal),
        ScriptedAnswer::token("one"),
    ];
    let service = SimulatedService::beside_clock(script, 10);
    let proof = ClientProof::Certificate(ClientCertificate::of_test());
    let refused = run(application(&service, proof).log_in()).unwrap_err();
    assert!(refused.message().contains("clock"), "{refused}");
    assert_eq!(service.seen().len(), 1);
}
