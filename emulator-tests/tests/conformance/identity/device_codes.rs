//! Sign-in by device code, and refresh tokens.

use azring_emulator_tests::emulator::identity::settings::DeviceCodeSettings;
use azring_emulator_tests::emulator::identity::{
    CONFIDENTIAL_CLIENT, DEFAULT_TENANT, DEFAULT_USER, IdentitySettings, PUBLIC_CLIENT,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::own_provider::{OwnProvider, SCOPE, assert_refused, document, text};
use crate::client::Reply;

/// A provider whose codes may be polled at any pace.
fn start() -> OwnProvider {
    start_with(|_| {})
}

fn start_with(change: impl FnOnce(&mut IdentitySettings)) -> OwnProvider {
    let mut settings = IdentitySettings {
        device_code: DeviceCodeSettings {
            interval: 0,
            ..DeviceCodeSettings::default()
        },
        ..IdentitySettings::default()
    };
    change(&mut settings);
    OwnProvider::start(settings)
}

fn user_code(code: &Value) -> &str {
    code["user_code"].as_str().unwrap()
}

fn claims(token: &str) -> Value {
    let part = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

fn refresh(provider: &OwnProvider, token: &str) -> Reply {
    let form = [
        ("client_id", PUBLIC_CLIENT),
        ("grant_type", "refresh_token"),
        ("refresh_token", token),
        ("scope", SCOPE),
    ];
    provider.post("token", &form)
}

#[test]
fn a_code_waits_for_its_user_and_then_gives_tokens() {
    let provider = start();
    let code = provider.device_code();
    assert_eq!(code["expires_in"], 900);
    let message = code["message"].as_str().unwrap();
    assert!(message.contains(user_code(&code)), "{message}");
    assert_refused(&provider.poll(&code), 400, "authorization_pending", 70_016);
    let pending = provider.server.identity().pending_codes();
    assert_eq!(pending[0].user_code, user_code(&code));
    assert!(
        !provider
            .server
            .identity()
            .approve(user_code(&code), "nobody")
    );
    assert!(
        provider
            .server
            .identity()
            .approve(user_code(&code), DEFAULT_USER)
    );
    let reply = provider.poll(&code).expect(200);
    let answer = document(&reply);
    let access = text(&reply, "access_token");
    provider.list_containers(&access).expect(200);
    assert_eq!(claims(&access)["upn"], DEFAULT_USER);
    let id = claims(&text(&reply, "id_token"));
    assert_eq!(id["aud"], PUBLIC_CLIENT);
    assert_eq!(id["preferred_username"], DEFAULT_USER);
    let client: Value = serde_json::from_slice(
        &URL_SAFE_NO_PAD
            .decode(answer["client_info"].as_str().unwrap())
            .unwrap(),
    )
    .unwrap();
    assert_eq!(client["utid"], DEFAULT_TENANT);
    assert_eq!(client["uid"], id["oid"]);
    assert_refused(&provider.poll(&code), 400, "invalid_grant", 54_005);
}

#[test]
fn a_code_that_is_declined_expired_or_unknown_ends_its_sign_in() {
    let provider = start();
    let identity = provider.server.identity();
    let declined = provider.device_code();
    assert!(identity.decline(user_code(&declined)));
    assert_refused(&provider.poll(&declined), 400, "authorization_declined", 0);
    let expired = provider.device_code();
    assert!(identity.expire(user_code(&expired)));
    assert!(!identity.approve(user_code(&expired), DEFAULT_USER));
    assert_refused(&provider.poll(&expired), 400, "expired_token", 70_020);
    let unknown = serde_json::json!({ "device_code": "unknown" });
    assert_refused(
        &provider.poll(&unknown),
        400,
        "bad_verification_code",
        70_018,
    );
    // A confidential application needs its credential for this grant too.
    let form = [
        ("client_id", CONFIDENTIAL_CLIENT),
        ("grant_type", "device_code"),
        ("device_code", "unknown"),
    ];
    let reply = provider.post("token", &form);
    assert_refused(&reply, 401, "invalid_client", 7_000_218);
}

#[test]
fn scripted_polls_are_slowed_down_and_approved() {
    let provider = start_with(|settings| {
        settings.device_code.slow_down_polls = 1;
        settings.device_code.enforces_interval = true;
        settings.device_code.approved_after_polls = Some(0);
    });
    let form = [("client_id", PUBLIC_CLIENT), ("scope", SCOPE)];
    let code = document(
        &provider
            .post_to("organizations", "devicecode", &form)
            .expect(200),
    );
    assert_refused(&provider.poll(&code), 400, "slow_down", 0);
    // The interval is five seconds now.
    assert_refused(&provider.poll(&code), 400, "slow_down", 0);
    let second = provider.device_code();
    assert_refused(&provider.poll(&second), 400, "slow_down", 0);
    provider
        .server
        .identity()
        .change(|settings| settings.device_code.slow_down_polls = 0);
    let third = provider.device_code();
    provider.poll(&third).expect(200);
}

#[test]
fn a_refresh_token_is_replaced_and_ends_when_it_is_revoked() {
    let provider = start_with(|settings| settings.device_code.approved_after_polls = Some(0));
    let first = text(
        &provider.poll(&provider.device_code()).expect(200),
        "refresh_token",
    );
    let reply = refresh(&provider, &first).expect(200);
    let second = text(&reply, "refresh_token");
    assert_ne!(first, second);
    provider
        .list_containers(&text(&reply, "access_token"))
        .expect(200);
    // The old one stays good unless the settings say otherwise.
    refresh(&provider, &first).expect(200);
    let identity = provider.server.identity();
    identity.change(|settings| settings.single_use_refresh_tokens = true);
    let third = text(&refresh(&provider, &second).expect(200), "refresh_token");
    assert_refused(&refresh(&provider, &second), 400, "invalid_grant", 70_000);
    identity.revoke(DEFAULT_USER, 70_043);
    assert_refused(&refresh(&provider, &third), 400, "invalid_grant", 70_043);
    assert_refused(
        &refresh(&provider, "unknown"),
        400,
        "invalid_grant",
        9_002_313,
    );
    identity.change(|settings| settings.refresh_token_seconds = 0);
    let ended = text(
        &provider.poll(&provider.device_code()).expect(200),
        "refresh_token",
    );
    assert_refused(&refresh(&provider, &ended), 400, "invalid_grant", 700_082);
}
