//! What an identity service answers instead of a token, and what to do about it.
//! <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>

use std::fmt;

use serde_json::Value;

use super::identity_client::IdentityAnswer;
use super::identity_retry::Setback;
use crate::auth::Secret;
use crate::{Error, Kind};

/// The longest description that is shown, in characters.
const DESCRIPTION_MAX: usize = 400;

/// A refusal of an identity service (RFC 6749, 5.2).
#[derive(Debug, Clone, PartialEq, Eq)]
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
        let text = |name: &str| document[name].as_str().unwrap_or_default().to_owned();
        let mut description = text("error_description");
        for secret in secrets.iter().map(|secret| secret.expose()) {
            if !secret.is_empty() {
                description = description.replace(secret.as_str(), "****");
            }
        }
        let numbered = || {
            let digits = description.strip_prefix("AADSTS")?;
            digits.split(':').next()?.parse().ok()
        };
        let number = document["error_codes"][0].as_u64().or_else(numbered);
        Self {
            status: answer.status,
            error: text("error"),
            number,
            description: first_line(&description),
        }
    }

    /// The service is unwell, and says so.
    fn is_temporary(&self) -> bool {
        self.error == "temporarily_unavailable" || self.number == Some(90033)
    }

    /// What the answer means for sending its request again; `None` for a success.
    pub(super) fn setback(answer: &IdentityAnswer) -> Option<Setback> {
        if answer.is_success() {
            return None;
        }
        Some(Setback::Answered {
            status: answer.status,
            temporary: Self::read(answer, &[]).is_temporary(),
            retry_after: answer.retry_after(),
        })
    }

    /// The error of a login that `who` (an address) refused. Asking again would not help, unless the
    /// service is unwell.
    pub(super) fn into_error(self, who: &impl fmt::Display) -> Error {
        let is_unwell = self.is_temporary() || matches!(self.status, 408 | 429 | 500..);
        let kind = if is_unwell {
            Kind::Unreachable
        } else {
            Kind::Login
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
    line.chars()
        .filter(|character| !character.is_control())
        .take(DESCRIPTION_MAX)
        .collect()
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
        let setback = Refusal::setback(&temporary);
        assert!(matches!(
            setback,
            Some(Setback::Answered {
                temporary: true,
                ..
            })
        ));
        assert_eq!(
            Refusal::read(&temporary, &[]).into_error(&"x").kind(),
            Kind::Unreachable
        );
        for (status, kind) in [
            (503, Kind::Unreachable),
            (429, Kind::Unreachable),
            (400, Kind::Login),
        ] {
            let error = Refusal::read(&answer(status, "<html>"), &[]).into_error(&"x");
            assert_eq!(error.kind(), kind);
            assert_eq!(
                error.message(),
                format!("`x` gives no token: it answered {status}")
            );
        }
        assert!(Refusal::setback(&answer(200, "{}")).is_none());
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
