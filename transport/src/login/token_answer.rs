//! The answer of an identity service that gives tokens.
//!
//! Microsoft Entra ID writes times as numbers, and managed identities write them as strings.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::auth::{AccessToken, Secret};
use crate::{Error, Kind, Result};

/// The longest time that a token is believed to be valid. Managed identities have a day.
const LIFE_MAX: Duration = Duration::from_hours(48);

/// Who has logged in. Each part is as the identity service says it, without control characters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LoggedIn {
    /// The tenant's id.
    pub tenant: Option<String>,
    /// The name of the user: `ada@contoso.com`.
    pub user: Option<String>,
}

/// The tokens of an answer.
#[derive(Debug, Clone)]
pub(super) struct IssuedTokens {
    pub(super) access: AccessToken,
    /// With it a new token is issued later.
    pub(super) refresh: Option<Secret<String>>,
    pub(super) logged_in: LoggedIn,
}

impl IssuedTokens {
    /// Reads an answer of `who`, received at `now`.
    ///
    /// Fails with [`Kind::Protocol`] where it is no answer with a token. The error shows nothing of it.
    pub(super) fn read(body: &[u8], now: SystemTime, who: &str) -> Result<Self> {
        let malformed = || {
            let message = format!("the answer of `{who}` is not one with a token");
            Error::new(Kind::Protocol, message)
        };
        let document: Value = serde_json::from_slice(body).map_err(|_| malformed())?;
        let text = |name: &str| document[name].as_str().filter(|text| !text.is_empty());
        let token = text("access_token").ok_or_else(malformed)?;
        let is_bearer = text("token_type").is_none_or(|kind| kind.eq_ignore_ascii_case("bearer"));
        if !is_bearer {
            return Err(malformed());
        }
        let expires = expiry(&document, now).ok_or_else(malformed)?;
        Ok(Self {
            access: AccessToken::new(Secret::new(token.to_owned()), expires)?,
            refresh: text("refresh_token").map(|token| Secret::new(token.to_owned())),
            logged_in: text("id_token").map(claims_of).unwrap_or_default(),
        })
    }
}

/// When the token of an answer stops being valid.
fn expiry(document: &Value, now: SystemTime) -> Option<SystemTime> {
    let seconds = |name: &str| match &document[name] {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    let at = seconds("expires_on")
        .filter(|seconds| *seconds > 0)
        .and_then(|seconds| UNIX_EPOCH.checked_add(Duration::from_secs(seconds)));
    let after = || now.checked_add(Duration::from_secs(seconds("expires_in")?).min(LIFE_MAX));
    at.map(|at| at.min(now + LIFE_MAX)).or_else(after)
}

/// What the second part of an identity token says. It came over TLS from the identity service
/// itself, so its signature is not checked (`OpenID` Connect Core, 3.1.3.7).
fn claims_of(token: &str) -> LoggedIn {
    let claims = token.split('.').nth(1).unwrap_or_default();
    let claims = URL_SAFE_NO_PAD.decode(claims.trim_end_matches('='));
    let claims: Value = claims
        .ok()
        .and_then(|claims| serde_json::from_slice(&claims).ok())
        .unwrap_or_default();
    let text = |name: &str| {
        let text = claims[name].as_str()?;
        let plain: String = text
            .chars()
            .filter(|one| !one.is_control())
            .take(200)
            .collect();
        (!plain.is_empty()).then_some(plain)
    };
    LoggedIn {
        tenant: text("tid"),
        user: text("preferred_username").or_else(|| text("name")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn read(body: &str) -> Result<IssuedTokens> {
        IssuedTokens::read(body.as_bytes(), at(1000), "https://login/t")
    }

    #[test]
    fn times_are_numbers_or_strings_and_the_moment_counts_before_the_span() {
        for (times, expires) in [
            (r#""expires_in":3599"#, 4599),
            (r#""expires_in":"3599""#, 4599),
            (r#""expires_in":"86399","expires_on":"2000""#, 2000),
            (r#""expires_in":99999999"#, 1000 + 48 * 3600),
        ] {
            let body = format!(r#"{{"token_type":"Bearer","access_token":"a",{times}}}"#);
            assert_eq!(
                read(&body).unwrap().access.expires(),
                at(expires),
                "{times}"
            );
        }
    }

    #[test]
    fn who_has_logged_in_is_in_the_identity_token() {
        let claims =
            URL_SAFE_NO_PAD.encode(r#"{"tid":"t-1","preferred_username":"ada@contoso.com"}"#);
        let body = format!(
            r#"{{"access_token":"a","expires_in":1,"refresh_token":"r","id_token":"x.{claims}.y"}}"#
        );
        let tokens = read(&body).unwrap();
        assert_eq!(tokens.logged_in.tenant.as_deref(), Some("t-1"));
        assert_eq!(tokens.logged_in.user.as_deref(), Some("ada@contoso.com"));
        assert_eq!(tokens.refresh.unwrap().expose(), "r");
    }

    #[test]
    fn what_is_no_answer_with_a_token_is_refused_without_showing_it() {
        for body in [
            "",
            "<html>canary</html>",
            "[]",
            r#"{"access_token":"canary"}"#,
            r#"{"access_token":"canary two","expires_in":1}"#,
            r#"{"access_token":"canary","expires_in":-1}"#,
            r#"{"access_token":"canary","expires_in":1,"token_type":"mac"}"#,
        ] {
            let error = read(body).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("canary"), "{body}");
        }
    }

    proptest! {
        #[test]
        fn no_answer_makes_the_reader_panic(body in prop::collection::vec(any::<u8>(), 0..200), seconds in any::<u64>(), text in ".{0,20}") {
            let _read = IssuedTokens::read(&body, at(1000), "x");
            let document = serde_json::json!({
                "access_token": text, "expires_in": seconds, "expires_on": seconds.to_string(), "id_token": text,
            });
            let _read = IssuedTokens::read(document.to_string().as_bytes(), at(1000), "x");
        }
    }
}
