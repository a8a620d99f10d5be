//! Refresh tokens that change with each use, between processes that share one store.

use std::sync::{Arc, Mutex};

use super::super::Authority;
use super::super::entra_login::{Login, LoginMethod};
use super::super::refresh_token::{RefreshTokenLogin, RefreshTokenStore};
use super::simulation::{ScriptedAnswer, SimulatedService, run};
use crate::Kind;
use crate::auth::{Cloud, Need, Secret, TokenIssuer as _};

/// A store whose contents another process changes after so many looks.
#[derive(Debug)]
struct SharedStore {
    token: Mutex<String>,
    looks: Mutex<u32>,
    /// The look from which on another token is there, and that token.
    changed: Option<(u32, &'static str)>,
}

impl SharedStore {
    fn new(changed: Option<(u32, &'static str)>) -> Arc<Self> {
        Arc::new(Self {
            token: Mutex::new("canary-first".into()),
            looks: Mutex::default(),
            changed,
        })
    }
}

impl RefreshTokenStore for SharedStore {
    fn newest(&self) -> Option<Secret<String>> {
        let mut looks = self.looks.lock().unwrap();
        *looks += 1;
        let mut token = self.token.lock().unwrap();
        if let Some((from, other)) = self.changed
            && *looks == from
        {
            other.clone_into(&mut token);
        }
        Some(Secret::new(token.clone()))
    }

    fn replace(&self, used: &Secret<String>, token: &Secret<String>) {
        let mut stored = self.token.lock().unwrap();
        if *stored == *used.expose() {
            stored.clone_from(token.expose());
        }
    }
}

fn user(service: &Arc<SimulatedService>, store: &Arc<SharedStore>) -> Login {
    let authority = Authority::of_cloud(Cloud::Public, Some("t")).unwrap();
    let first = Secret::new("canary-first".to_owned());
    let store = Some(Arc::clone(store) as Arc<dyn RefreshTokenStore>);
    let login = RefreshTokenLogin::over(authority, "app", first, store, service.client());
    Login::new(LoginMethod::RefreshToken(login))
}

/// The refresh token of each request.
fn sent(service: &SimulatedService) -> Vec<String> {
    let seen = service.seen();
    let tokens = seen.iter().filter_map(|seen| {
        let (_, rest) = seen.form.split_once("refresh_token=canary-")?;
        rest.split('&').next()
    });
    tokens.map(str::to_owned).collect()
}

fn used_up() -> ScriptedAnswer {
    ScriptedAnswer::error(400, "invalid_grant")
}

#[test]
fn a_refresh_token_that_another_process_used_is_replaced_by_its_new_one() {
    // It is stored already, or a moment later.
    for look in [2, 3, 4] {
        let token = ScriptedAnswer::token("a");
        let service = SimulatedService::new(vec![used_up(), token]);
        let store = SharedStore::new(Some((look, "canary-second")));
        run(user(&service, &store).issue(Need::Now)).unwrap();
        assert_eq!(sent(&service), ["first", "second"]);
        assert_eq!(*store.token.lock().unwrap(), "refresh-a");
    }
}

#[test]
fn a_login_that_was_revoked_ends_within_seconds() {
    let service = SimulatedService::new(vec![used_up()]);
    let store = SharedStore::new(None);
    let refused = run(user(&service, &store).issue(Need::Now)).unwrap_err();
    assert_eq!(refused.kind(), Kind::Login);
    assert!(refused.message().contains("azring login"), "{refused}");
    assert_eq!(sent(&service), ["first"]);
    assert!(service.clock().elapsed().as_secs() <= 2);
}

#[test]
fn an_outage_of_a_minute_uses_the_refresh_token_once_it_is_over() {
    let mut script = vec![ScriptedAnswer::lost(); 7];
    script.push(ScriptedAnswer::token("a"));
    let service = SimulatedService::new(script);
    let store = SharedStore::new(None);
    run(user(&service, &store).issue(Need::Now)).unwrap();
    let waited = service.clock().elapsed().as_secs();
    assert!((30..=91).contains(&waited), "{waited} s");
    assert_eq!(*store.token.lock().unwrap(), "refresh-a");
}
