//! The answer of an identity service that gives tokens.
//!
//! Microsoft Entra ID writes times as numbers, and managed identities write them as strings.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::identity_answer::IdentityAnswer;
use super::identity_retry::Setback;
use super::refusal::Refusal;
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
    /// What an answer means for sending its request again; `None` for one with a token.
    pub(super) fn setback(answer: &IdentityAnswer) -> Option<Setback> {
        // The time does not matter for whether there is a token.
        let has_token = answer.is_success() && Self::read(answer, UNIX_EPOCH, "").is_ok();
        (!has_token).then(|| Refusal::setback(answer))
    }

    /// Reads an answer of `who`, received at `now`.
    ///
    /// Fails with [`Kind::Protocol`] where it is no answer with a valid token. The error shows
    /// nothing of it.
    pub(super) fn read(answer: &IdentityAnswer, now: SystemTime, who: &str) -> Result<Self> {
        let malformed = || {
            let message = format!("the answer of `{who}` is not one with a valid token");
            Error::new(Kind::Protocol, message)
        };
        let document: Value = serde_json::from_slice(&answer.body).map_err(|_| malformed())?;
        let text = |name: &str| document[name].as_str().filter(|text| !text.is_empty());
        let token = text("access_token").ok_or_else(malformed)?;
        let is_bearer = text("token_type").is_none_or(|kind| kind.eq_ignore_ascii_case("bearer"));
        if !is_bearer {
            return Err(malformed());
        }
        let life = life(&document, answer.date(), now).ok_or_else(malformed)?;
        let expires = now.checked_add(life).ok_or_else(malformed)?;
        let token = AccessToken::new(Secret::new(token.to_owned()), expires);
        Ok(Self {
            access: token.map_err(|_| malformed())?,
            refresh: text("refresh_token").map(|token| Secret::new(token.to_owned())),
            logged_in: text("id_token").map(claims_of).unwrap_or_default(),
        })
    }
}

/// How long the token of an answer is valid, counted from the answer: a wrong clock of this machine
/// does not change it. `date` is the service's time.
///
/// `expires_in` is that span. A managed identity may count it from an earlier moment, when the token
/// was issued; its `expires_on` is the moment of the end by the service's clock. The shorter one
/// counts.
fn life(document: &Value, date: Option<SystemTime>, now: SystemTime) -> Option<Duration> {
    let seconds = |name: &str| {
        let seconds = match &document[name] {
            Value::Number(number) => number.as_u64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        seconds.filter(|seconds| *seconds > 0)
    };
    let span = seconds("expires_in").map(Duration::from_secs);
    let end = seconds("expires_on")
        .and_then(|seconds| UNIX_EPOCH.checked_add(Duration::from_secs(seconds)));
    let left = end.map(|end| end.duration_since(date.unwrap_or(now)).unwrap_or_default());
    let life = match (left, span) {
        // By the service's own clock it has ended.
        (Some(Duration::ZERO), _) if date.is_some() => return None,
        // By this machine's clock, which may be wrong, it may have ended.
        (Some(Duration::ZERO) | None, span) => span?,
        (Some(left), Some(span)) => left.min(span),
        (Some(left), None) => left,
    };
    Some(life.min(LIFE_MAX))
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
    use bytes::Bytes;
    use hyper::header::{DATE, HeaderValue};
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn answer(body: &[u8], date: Option<&'static str>) -> IdentityAnswer {
        let date = date.map(|date| (DATE, HeaderValue::from_static(date)));
        IdentityAnswer {
            status: 200,
            headers: date.into_iter().collect(),
            body: Bytes::copy_from_slice(body),
        }
    }

    fn read(body: &str) -> Result<IssuedTokens> {
        IssuedTokens::read(&answer(body.as_bytes(), None), at(1000), "https://login/t")
    }

    /// When a token expires that came with these times at second 1000, and with this date.
    fn expires(times: &str, date: Option<&'static str>) -> Option<u64> {
        let body = format!(r#"{{"token_type":"Bearer","access_token":"a",{times}}}"#);
        let read = IssuedTokens::read(&answer(body.as_bytes(), date), at(1000), "x");
        let expires = read.ok()?.access.expires();
        Some(expires.duration_since(UNIX_EPOCH).unwrap().as_secs())
    }

    #[test]
    fn times_are_numbers_or_strings_and_the_shorter_one_counts() {
        for (times, expected) in [
            (r#""expires_in":3599"#, 4599),
            (r#""expires_in":"3599""#, 4599),
            (r#""expires_in":"86399","expires_on":"2000""#, 2000),
            (r#""expires_in":60,"expires_on":2000"#, 1060),
            (r#""expires_on":2000"#, 2000),
            (r#""expires_in":99999999"#, 1000 + 48 * 3600),
            (r#""expires_on":18446744073709551615,"expires_in":5"#, 1005),
        ] {
            assert_eq!(expires(times, None), Some(expected), "{times}");
        }
        for times in [
            r#""expires_in":0"#,
            r#""expires_on":999"#,
            r#""expires_on":0"#,
        ] {
            assert_eq!(expires(times, None), None, "{times}");
        }
    }

    #[test]
    fn a_wrong_clock_does_not_change_the_life_of_a_token() {
        // The service's clock shows 400 or 1600 seconds, and this machine's 1000.
        let behind = Some("Thu, 01 Jan 1970 00:06:40 GMT");
        let ahead = Some("Thu, 01 Jan 1970 00:26:40 GMT");
        assert_eq!(expires(r#""expires_on":460"#, behind), Some(1060));
        assert_eq!(expires(r#""expires_on":1660"#, ahead), Some(1060));
        for date in [behind, ahead, None] {
            assert_eq!(expires(r#""expires_in":60"#, date), Some(1060));
        }
        // A token of a cache, of which 60 seconds are left.
        let cached = r#""expires_in":"86400","expires_on":"460""#;
        assert_eq!(expires(cached, behind), Some(1060));
        // Nobody knows the service's time, and this machine's says that it is over.
        assert_eq!(
            expires(r#""expires_in":60,"expires_on":460"#, None),
            Some(1060)
        );
        assert_eq!(expires(r#""expires_in":60,"expires_on":1500"#, ahead), None);
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
            let _read = IssuedTokens::read(&answer(&body, None), at(1000), "x");
            let document = serde_json::json!({
                "access_token": text, "expires_in": seconds, "expires_on": seconds.to_string(), "id_token": text,
            });
            let _read = IssuedTokens::read(&answer(document.to_string().as_bytes(), None), at(1000), "x");
        }
    }
}
