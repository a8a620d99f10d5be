//! How often an identity service is asked: for a device code (RFC 8628), and as a metadata service.

use std::sync::Arc;
use std::time::Duration;

use super::super::device_code::DeviceCodeLogin;
use super::super::entra_login::{Login, LoginMethod};
use super::super::managed_identity::{IdentityChoice, ManagedIdentity};
use super::super::{Authority, LoggedIn};
use super::simulation::{ScriptedAnswer, SimulatedService, run};
use crate::auth::{Cloud, Need, TokenIssuer as _};
use crate::{Error, Kind, Result};

/// A login by device code at this service; the error of one that fails.
fn device_login(service: &Arc<SimulatedService>) -> Result<LoggedIn, Error> {
    let authority = Authority::of_cloud(Cloud::Public, None).unwrap();
    let login = DeviceCodeLogin::over(authority, "app", service.client());
    run(async {
        let code = login.begin().await?;
        let (_, who, _) = login.wait(&code, None).await?;
        Ok(who)
    })
}

fn pending() -> ScriptedAnswer {
    ScriptedAnswer::error(400, "authorization_pending")
}

fn slow_down() -> ScriptedAnswer {
    ScriptedAnswer::error(400, "slow_down")
}

fn token() -> ScriptedAnswer {
    ScriptedAnswer::token("token")
}

#[test]
fn the_first_question_and_all_others_keep_the_interval_of_the_code() {
    for (interval, seconds) in [
        (5, [0, 5, 10, 15]),
        (7, [0, 7, 14, 21]),
        (0, [0, 5, 10, 15]),
    ] {
        let code = ScriptedAnswer::code(900, interval);
        let service = SimulatedService::new(vec![code, pending(), pending(), token()]);
        device_login(&service).unwrap();
        assert_eq!(service.seconds(), seconds);
    }
}

#[test]
fn every_slow_down_adds_five_seconds_for_good() {
    let code = ScriptedAnswer::code(900, 5);
    let script = vec![
        code,
        pending(),
        slow_down(),
        pending(),
        slow_down(),
        pending(),
        token(),
    ];
    let service = SimulatedService::new(script);
    device_login(&service).unwrap();
    assert_eq!(service.seconds(), [0, 5, 10, 20, 30, 45, 60]);
}

#[test]
fn a_silent_service_is_asked_ever_more_rarely_and_then_at_the_old_pace() {
    let page = ScriptedAnswer {
        body: "<html>".into(),
        ..ScriptedAnswer::json(302, &serde_json::json!(null))
    };
    let code = ScriptedAnswer::code(900, 5);
    let script = vec![
        code,
        ScriptedAnswer::lost(),
        page,
        ScriptedAnswer::lost(),
        pending(),
        token(),
    ];
    let service = SimulatedService::new(script);
    device_login(&service).unwrap();
    assert_eq!(service.seconds(), [0, 5, 15, 35, 75, 80]);
}

#[test]
fn an_expired_or_declined_code_ends_the_login_at_once() {
    for (error, says) in [
        ("expired_token", "the code has expired"),
        ("authorization_declined", "was declined"),
        ("access_denied", "was declined"),
        ("bad_verification_code", "bad_verification_code"),
    ] {
        let code = ScriptedAnswer::code(900, 5);
        let end = ScriptedAnswer::error(400, error);
        let service = SimulatedService::new(vec![code, pending(), end, token()]);
        let refused = device_login(&service).unwrap_err();
        assert_eq!(refused.kind(), Kind::Login);
        assert!(refused.message().contains(says), "{refused}");
        assert_eq!(service.seconds(), [0, 5, 10]);
    }
}

#[test]
fn nobody_asks_for_a_code_whose_time_is_over() {
    let code = ScriptedAnswer::code(60, 5);
    let script = vec![code, pending()];
    let service = SimulatedService::with(script, true, 0);
    let refused = device_login(&service).unwrap_err();
    assert!(refused.message().contains("has expired"), "{refused}");
    let asked = service.seconds();
    assert_eq!(asked.last(), Some(&55), "{asked:?}");
    assert_eq!(asked.len(), 12);
}

/// A login of the machine at this service.
fn machine(service: &Arc<SimulatedService>) -> Login {
    let identity = ManagedIdentity::over(|_| None, IdentityChoice::System, service.client());
    Login::new(LoginMethod::ManagedIdentity(identity.unwrap()))
}

fn status(status: u16) -> ScriptedAnswer {
    ScriptedAnswer::error(status, "unwell")
}

#[test]
fn a_metadata_service_is_asked_as_its_documentation_says() {
    for (script, seconds) in [
        (vec![status(429), status(500), token()], vec![0, 1, 3]),
        (
            vec![ScriptedAnswer::lost(), status(404), token()],
            vec![0, 1, 3],
        ),
        (
            vec![
                ScriptedAnswer::error(429, "x").with("retry-after", "20"),
                token(),
            ],
            vec![0, 20],
        ),
        (
            vec![
                ScriptedAnswer::error(429, "x").with("retry-after", "0"),
                token(),
            ],
            vec![0, 1],
        ),
        (
            [vec![status(410); 8], vec![token()]].concat(),
            vec![0, 10, 20, 30, 40, 50, 60, 70, 80],
        ),
    ] {
        let service = SimulatedService::new(script);
        run(machine(&service).log_in()).unwrap();
        assert_eq!(service.seconds(), seconds);
    }
}

#[test]
fn a_machine_without_an_identity_is_told_soon() {
    for (script, kind, seconds) in [
        (vec![], Kind::Login, vec![0, 1, 3, 7, 15, 31]),
        (vec![status(400)], Kind::Login, vec![0]),
        (
            vec![status(500); 9],
            Kind::Unreachable,
            vec![0, 1, 3, 7, 15, 31],
        ),
        (
            vec![status(410); 12],
            Kind::Unreachable,
            (0..9).map(|tens| tens * 10).collect(),
        ),
    ] {
        let service = SimulatedService::new(script);
        let refused = run(machine(&service).log_in()).unwrap_err();
        assert_eq!(refused.kind(), kind, "{refused}");
        assert_eq!(service.seconds(), seconds);
    }
}

#[test]
fn a_machine_whose_token_service_pauses_goes_on() {
    let mut script = vec![token()];
    // About two minutes: longer than a machine without the service is asked.
    script.extend(vec![ScriptedAnswer::lost(); 14]);
    script.push(token());
    let service = SimulatedService::new(script);
    let login = machine(&service);
    run(async {
        login.issue(Need::Now).await.unwrap();
        let failed = login.issue(Need::Soon).await.unwrap_err();
        assert_eq!(failed.kind(), Kind::Connect);
        assert_eq!(service.seconds(), [0, 0], "an early renewal asks once");
        login.issue(Need::Now).await.unwrap();
    });
    let waited = service.clock().elapsed();
    assert!(waited > Duration::from_mins(1), "{waited:?}");
}
