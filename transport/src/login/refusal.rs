//! What an identity service answers instead of a token, and what to do about it.
//! <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>

use std::fmt;

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::identity_answer::IdentityAnswer;
use super::identity_retry::Setback;
use crate::auth::Secret;
use crate::{Error, Kind};

/// The longest description that is shown, in characters.
const DESCRIPTION_MAX: usize = 400;

/// The longest name of an error that is shown, in characters. OAuth's have about 20.
const NAME_MAX: usize = 60;

/// The part of a text that is looked at, in characters: only its first line is shown.
const TEXT_MAX: usize = 4_000;

/// A text that repeats so many characters of a secret is not shown at all.
const PIECE_BYTES: usize = 8;

/// A refusal of an identity service (RFC 6749, 5.2).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: u16,
    /// `invalid_client`, `authorization_pending` and so on; empty where the answer has none.
    pub(super) error: String,
    /// The number after `AADSTS`.
    pub(super) number: Option<u64>,
    /// The first line of the description, with `****` in place of what was sent as a secret.
    description: String,
}

impl Refusal {
    /// Reads a refusal. `secrets` are those of its request.
    pub(super) fn read(answer: &IdentityAnswer, secrets: &[&Secret<String>]) -> Self {
        let document: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let text = |name: &str| {
            let text = document[name].as_str()?;
            let text: String = text.chars().take(TEXT_MAX).collect();
            Some(without_secrets(&text, secrets))
        };
        // App Service writes `message`.
        let description = text("error_description").or_else(|| text("message"));
        let description = description.unwrap_or_default();
        let numbered = || {
            let digits = description.strip_prefix("AADSTS")?;
            digits.split(':').next()?.parse().ok()
        };
        let number = document["error_codes"][0].as_u64().or_else(numbered);
        Self {
            status: answer.status,
            error: plain(&text("error").unwrap_or_default(), NAME_MAX),
            number,
            description: first_line(&description),
        }
    }

    /// The answer gives a reason, as an identity service does. The page of a gateway or of a proxy
    /// does not.
    pub(super) fn has_reason(&self) -> bool {
        !self.error.is_empty() || !self.description.is_empty()
    }

    /// The service is unwell: it cannot say yet whether it gives a token.
    pub(super) fn is_unwell(&self) -> bool {
        self.is_temporary() || matches!(self.status, 408 | 429 | 500..)
    }

    /// The service is unwell, and says so.
    fn is_temporary(&self) -> bool {
        self.error == "temporarily_unavailable" || self.number == Some(90033)
    }

    /// What an answer without a token means for sending its request again.
    pub(super) fn setback(answer: &IdentityAnswer) -> Setback {
        let refusal = Self::read(answer, &[]);
        Setback::Answered {
            status: answer.status,
            has_reason: refusal.has_reason(),
            temporary: refusal.is_temporary(),
            retry_after: answer.retry_after(),
        }
    }

    /// The error of a login that `who` (an address) refused. Asking again would not help, unless the
    /// service is unwell, or something else answered in its place.
    pub(super) fn into_error(self, who: &impl fmt::Display) -> Error {
        let kind = if self.is_unwell() {
            Kind::Unreachable
        } else if self.has_reason() {
            Kind::Login
        } else {
            Kind::Protocol
        };
        let reason = match (self.description.as_str(), self.error.as_str()) {
            ("", "") => format!("it answered {}", self.status),
            ("", error) => error.to_owned(),
            (description, _) => description.to_owned(),
        };
        let mut message = format!("`{who}` gives no token: {reason}");
        if let Some(advice) = self.advice() {
            message.push_str("; ");
            message.push_str(advice);
        }
        let code = self.number.map(|number| format!("AADSTS{number}"));
        Error::new(kind, message).answered(code, None, None)
    }

    /// What the user can do about it.
    fn advice(&self) -> Option<&'static str> {
        Some(match self.number {
            Some(7_000_215) => {
                "the client secret is wrong: give its value, not its id, as the portal shows it once"
            }
            Some(7_000_222) => "the client secret has expired: make a new one for the application",
            Some(700_016) => {
                "the application is not in this tenant: compare the application id and the tenant"
            }
            Some(90_002) => "there is no such tenant: compare --tenant-id with the portal",
            Some(700_027) => "the certificate is not registered for the application",
            Some(700_024) => {
                "the proof of identity is outside its time of validity: check this machine's clock"
            }
            Some(7_000_218) => {
                "the application is not a public client: allow public client flows in its registration"
            }
            Some(65_001) => {
                "nobody has consented to the application: an administrator can do so in its registration"
            }
            Some(50_076 | 50_079) => "a second factor is needed: log in by `azring login`",
            Some(53_003) => {
                "a policy of the tenant forbids this way to log in: try `az login` and `azring login --login-type azcli`"
            }
            Some(700_082 | 70_043 | 50_173) => {
                "the login has ended: log in again by `azring login`"
            }
            _ if self.error == "invalid_grant" => "log in again by `azring login`",
            _ => return None,
        })
    }
}

/// The text before `Trace ID`, without line breaks.
fn first_line(text: &str) -> String {
    let end = text.find("Trace ID").unwrap_or(text.len());
    let line = text[..end].lines().next().unwrap_or_default().trim();
    plain(line, DESCRIPTION_MAX)
}

/// The first characters of a text, without control characters.
fn plain(text: &str, characters_max: usize) -> String {
    text.chars()
        .filter(|character| !character.is_control())
        .take(characters_max)
        .collect()
}

/// The text with `****` in place of each secret. A text that repeats a part of one, or an encoded
/// form, is not shown.
fn without_secrets(text: &str, secrets: &[&Secret<String>]) -> String {
    let mut shown = text.to_owned();
    for secret in secrets {
        if !secret.expose().is_empty() {
            shown = shown.replace(secret.expose().as_str(), "****");
        }
    }
    let decoded = percent_decode_str(&shown).decode_utf8_lossy().into_owned();
    let of_form = percent_decode_str(&shown.replace('+', " "))
        .decode_utf8_lossy()
        .into_owned();
    let repeats = |secret: &&Secret<String>| {
        let pieces = secret.expose().as_bytes().chunks(PIECE_BYTES);
        let mut pieces = pieces.filter(|piece| piece.len() == PIECE_BYTES);
        pieces.any(|piece| {
            [&shown, &decoded, &of_form]
                .iter()
                .any(|text| memchr::memmem::find(text.as_bytes(), piece).is_some())
        })
    };
    if secrets.iter().any(repeats) {
        return "it repeats what was sent, which is not shown".to_owned();
    }
    shown
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use hyper::HeaderMap;

    use super::*;

    fn answer(status: u16, body: &str) -> IdentityAnswer {
        IdentityAnswer {
            status,
            headers: HeaderMap::new(),
            body: Bytes::copy_from_slice(body.as_bytes()),
        }
    }

    #[test]
    fn a_refusal_is_shown_with_advice_and_without_the_secret() {
        let answer = answer(
            401,
            r#"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret canary provided.\r\nTrace ID: 1\r\nCorrelation ID: 2","error_codes":[7000215]}"#,
        );
        let secret = Secret::new("canary".to_owned());
        let error = Refusal::read(&answer, &[&secret]).into_error(&"https://login/t");
        assert_eq!(error.kind(), Kind::Login);
        assert_eq!(error.code(), Some("AADSTS7000215"));
        assert_eq!(
            error.message(),
            "`https://login/t` gives no token: AADSTS7000215: Invalid client secret **** provided.; \
             the client secret is wrong: give its value, not its id, as the portal shows it once"
        );
    }

    #[test]
    fn an_unwell_service_is_asked_again_and_a_refusing_one_is_not() {
        let temporary = answer(400, r#"{"error":"temporarily_unavailable"}"#);
        assert!(matches!(
            Refusal::setback(&temporary),
            Setback::Answered {
                temporary: true,
                ..
            }
        ));
        assert_eq!(
            Refusal::read(&temporary, &[]).into_error(&"x").kind(),
            Kind::Unreachable
        );
        for (status, kind) in [
            (503, Kind::Unreachable),
            (429, Kind::Unreachable),
            (400, Kind::Protocol),
        ] {
            let error = Refusal::read(&answer(status, "<html>"), &[]).into_error(&"x");
            assert_eq!(error.kind(), kind);
            assert_eq!(
                error.message(),
                format!("`x` gives no token: it answered {status}")
            );
        }
    }

    #[test]
    fn no_form_of_a_secret_is_repeated() {
        let text = "Canary+1/of&a=long secret~key";
        let secret = Secret::new(text.to_owned());
        let encoded = "Canary%2B1%2Fof%26a%3Dlong%20secret~key";
        for (said, is_hidden) in [
            (text.to_owned(), false),
            (encoded.to_owned(), true),
            (encoded.replace("%2B", "%2b").replace("%3D", "%3d"), true),
            (encoded.replace("%20", "+"), true),
            (text.replace(' ', "+"), true),
            (text[..17].to_owned(), true),
            (text[3..].to_owned(), true),
        ] {
            for name in ["error", "error_description", "message"] {
                let mut document = serde_json::json!({});
                document[name] = format!("it was {said}, and more").into();
                let answer = answer(400, &document.to_string());
                let refusal = Refusal::read(&answer, &[&secret]);
                let shown = format!("{refusal:?} {}", refusal.clone().into_error(&"x"));
                assert!(!shown.to_lowercase().contains("ng secret"), "{shown}");
                assert!(!shown.contains("Canary"), "{shown}");
                assert_eq!(shown.contains("is not shown"), is_hidden, "{shown}");
            }
        }
        let long = format!(r#"{{"error":"{}\u001b[2J"}}"#, "e".repeat(5_000));
        let refusal = Refusal::read(&answer(400, &long), &[]);
        assert_eq!(refusal.error, "e".repeat(NAME_MAX));
    }

    #[test]
    fn the_number_is_read_from_the_description_too() {
        let answer = answer(
            400,
            r#"{"error":"invalid_grant","error_description":"AADSTS70043: gone"}"#,
        );
        assert_eq!(Refusal::read(&answer, &[]).number, Some(70043));
    }
}
