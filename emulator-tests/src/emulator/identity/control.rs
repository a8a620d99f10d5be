//! The provider's part of the control endpoint: everything below `/identity`.

use serde::Deserialize;
use serde_json::{Value, json};

use super::device_code::DeviceCode;
use super::provider::IdentityProvider;
use super::settings::{DEFAULT_USER, FEDERATED_SUBJECT, IdentitySettings};
use crate::emulator::error::{Refusal, ServiceResult};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CodeOrder {
    decision: CodeDecision,
    #[serde(default)]
    user: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum CodeDecision {
    Approve,
    Decline,
    Expire,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RevokeOrder {
    principal: String,
    #[serde(default = "changed_password")]
    code: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SubjectOrder {
    #[serde(default = "default_subject")]
    subject: String,
}

fn changed_password() -> u32 {
    50_173
}

fn default_subject() -> String {
    FEDERATED_SUBJECT.to_owned()
}

/// Answers a request: `path` is what follows `/identity`. `None` is an answer without a document.
pub fn answer(
    provider: &IdentityProvider,
    method: &str,
    path: &str,
    body: &[u8],
) -> ServiceResult<Option<Value>> {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    match (method, parts.as_slice()) {
        ("GET", ["settings"]) => Ok(Some(json!(provider.settings()))),
        ("PUT", ["settings"]) => {
            let settings: IdentitySettings = read(body)?;
            provider.change(|present| *present = settings);
            Ok(None)
        }
        ("PATCH", ["settings"]) => {
            patch_settings(provider, &read(body)?)?;
            Ok(None)
        }
        ("GET", ["codes"]) => {
            let codes = provider.pending_codes();
            Ok(Some(json!(codes.iter().map(shown).collect::<Vec<Value>>())))
        }
        ("POST", ["codes", user_code]) => {
            decide(provider, user_code, &read(body)?)?;
            Ok(None)
        }
        ("GET", ["keys"]) => Ok(Some(json!({ "ids": provider.lock().keys.ids() }))),
        ("POST", ["keys"]) => {
            provider.rotate_keys();
            Ok(None)
        }
        ("DELETE", ["keys"]) => {
            provider.forget_older_keys();
            Ok(None)
        }
        ("POST", ["revocations"]) => {
            let order: RevokeOrder = read(body)?;
            provider.revoke(&order.principal, order.code);
            Ok(None)
        }
        ("POST", ["applications", client_id, "certificate"]) => {
            let certificate = provider.certificate(client_id);
            let pem = certificate.ok_or_else(|| not_found("application", client_id))?;
            Ok(Some(json!({ "pem": pem })))
        }
        ("POST", ["federated-tokens"]) => {
            let order: SubjectOrder = read(body)?;
            let token = provider.federated_token(&order.subject);
            Ok(Some(json!({ "token": token })))
        }
        _ => Err(not_found("resource", path)),
    }
}

/// Replaces the fields that a document names, and leaves the others as they are.
fn patch_settings(provider: &IdentityProvider, patch: &Value) -> ServiceResult<()> {
    let mut document = json!(provider.settings());
    let fields = patch
        .as_object()
        .ok_or_else(|| Refusal::invalid_input("The document is no object."))?;
    for (name, value) in fields {
        document[name] = value.clone();
    }
    let settings: IdentitySettings = serde_json::from_value(document)
        .map_err(|error| Refusal::invalid_input(error.to_string()))?;
    provider.change(|present| *present = settings);
    Ok(())
}

fn decide(provider: &IdentityProvider, user_code: &str, order: &CodeOrder) -> ServiceResult<()> {
    let user = order.user.as_deref().unwrap_or(DEFAULT_USER);
    let is_done = match order.decision {
        CodeDecision::Approve => provider.approve(user_code, user),
        CodeDecision::Decline => provider.decline(user_code),
        CodeDecision::Expire => provider.expire(user_code),
    };
    if is_done {
        Ok(())
    } else {
        Err(not_found("pending code or user", user_code))
    }
}

fn shown(code: &DeviceCode) -> Value {
    json!({
        "user_code": code.user_code,
        "client_id": code.client_id,
        "resource": code.resource,
        "expires": code.expires.iso8601_seconds(),
    })
}

fn read<T: for<'de> Deserialize<'de>>(body: &[u8]) -> ServiceResult<T> {
    let body = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|error| Refusal::invalid_input(error.to_string()))
}

fn not_found(what: &str, name: &str) -> Refusal {
    Refusal::new(
        404,
        "ResourceNotFound",
        format!("The identity provider has no {what} `{name}`."),
    )
}
