//! The login by device code: the user enters a code on a web page, and the program asks whether that
//! was done (RFC 8628).
//! <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code>

use std::fmt;
use std::time::Duration;

use serde_json::Value;

use super::form::Form;
use super::identity_client::{IdentityClient, IdentityRequest};
use super::identity_retry::{Answerer, IdentityRetry};
use super::refusal::Refusal;
use super::token_answer::IssuedTokens;
use super::{Authority, USER_SCOPE};
use crate::auth::Secret;
use crate::client::Settings;
use crate::{Error, Kind, Result};

/// The time between two questions where the service names none (RFC 8628, 3.2), and what
/// `slow_down` adds to it (3.5).
const INTERVAL: Duration = Duration::from_secs(5);

/// The longest time between two questions that is believed.
const INTERVAL_MAX: Duration = Duration::from_mins(5);

/// The longest time that a code is believed to be valid.
const LIFE_MAX: Duration = Duration::from_hours(24);

/// How long the identity service may be unwell before the login begins.
const PATIENCE: Duration = Duration::from_secs(30);

/// A login by device code.
#[derive(Debug, Clone)]
pub struct DeviceCodeLogin {
    authority: Authority,
    client_id: String,
    client: IdentityClient,
}

/// A code that the user enters on a web page. Its `Debug` hides the secret half.
#[derive(Debug)]
pub struct DeviceCode {
    /// What the user enters.
    pub user_code: String,
    /// Where.
    pub verification_uri: String,
    /// How long that is possible.
    pub lasts: Duration,
    interval: Duration,
    /// The other half, by which this program asks.
    secret: Secret<String>,
}

/// When to ask next, and when to stop asking.
#[derive(Debug)]
struct Pacing {
    interval: Duration,
    /// How often an answer failed to come since the last one (RFC 8628, 3.5: exponential back-off).
    silences: u32,
}

/// What to do after an answer.
#[derive(Debug, PartialEq, Eq)]
enum NextStep {
    /// Ask again after this long.
    AskAfter(Duration),
    /// The login has failed.
    Fail,
}

impl Pacing {
    /// The wait before the first question.
    fn first(&self) -> Duration {
        self.interval
    }

    /// After an answer with this error; `None` where no answer came.
    fn after(&mut self, error: Option<&str>, is_unwell: bool) -> NextStep {
        match error {
            Some("authorization_pending") => self.silences = 0,
            Some("slow_down") => {
                self.silences = 0;
                self.interval = (self.interval + INTERVAL).min(INTERVAL_MAX);
            }
            None => self.silences += 1,
            Some(_) if is_unwell => self.silences += 1,
            Some(_) => return NextStep::Fail,
        }
        let factor = 1_u32.checked_shl(self.silences).unwrap_or(u32::MAX);
        NextStep::AskAfter(self.interval.saturating_mul(factor).min(INTERVAL_MAX))
    }
}

impl DeviceCodeLogin {
    /// A login for this application, with the certificates and proxies of `settings`.
    pub fn new(authority: Authority, client_id: &str, settings: &Settings) -> Self {
        Self {
            authority,
            client_id: client_id.to_owned(),
            client: IdentityClient::new(settings),
        }
    }

    /// Asks for a code.
    pub async fn begin(&self) -> Result<DeviceCode> {
        let form = Form::default()
            .field("client_id", &self.client_id)
            .field("scope", USER_SCOPE);
        let path = self.authority.device_code_path();
        let request = IdentityRequest::post(self.authority.endpoint(), path, form);
        let retry = IdentityRetry::new(Answerer::Entra { patience: PATIENCE });
        let answer = self
            .client
            .persist(&request, retry, Refusal::setback)
            .await?;
        if !answer.is_success() {
            return Err(Refusal::read(&answer, &[]).into_error(&self.authority));
        }
        DeviceCode::read(&answer.body).ok_or_else(|| {
            let message = format!("the answer of `{}` has no code for a login", self.authority);
            Error::new(Kind::Protocol, message)
        })
    }

    /// Waits until the user has entered the code.
    ///
    /// Fails with [`Kind::Login`] when the user declines or the code expires.
    pub(super) async fn finish(&self, code: &DeviceCode) -> Result<IssuedTokens> {
        let clock = &*self.client.settings().clock;
        let end = clock.monotonic() + code.lasts;
        let form = Form::default()
            .field("client_id", &self.client_id)
            .field("grant_type", "urn:ietf:params:oauth:grant-type:device_code")
            .secret("device_code", &code.secret);
        let path = self.authority.token_path();
        let request = IdentityRequest::post(self.authority.endpoint(), path, form);
        let mut pacing = Pacing {
            interval: code.interval,
            silences: 0,
        };
        let mut wait = pacing.first();
        loop {
            if clock.monotonic() + wait >= end {
                return Err(Error::new(
                    Kind::Login,
                    "the code has expired before it was entered: begin again",
                ));
            }
            clock.sleep(wait).await;
            let sent = self.client.send(&request).await;
            let refusal = match sent {
                Ok(answer) if answer.is_success() => {
                    let who = self.authority.to_string();
                    return IssuedTokens::read(&answer.body, clock.now(), &who);
                }
                Ok(answer) => Some(Refusal::read(&answer, &[&code.secret])),
                Err(error) if matches!(error.kind(), Kind::Invalid | Kind::Tls) => {
                    return Err(error);
                }
                Err(_) => None,
            };
            let is_unwell = refusal
                .as_ref()
                .is_some_and(|refusal| matches!(refusal.status, 408 | 429 | 500..));
            match pacing.after(
                refusal.as_ref().map(|refusal| refusal.error.as_str()),
                is_unwell,
            ) {
                NextStep::AskAfter(next) => wait = next,
                NextStep::Fail => return Err(self.failed(refusal)),
            }
        }
    }

    fn failed(&self, refusal: Option<Refusal>) -> Error {
        let error = refusal.as_ref().map(|refusal| refusal.error.as_str());
        let message = match error {
            Some("authorization_declined" | "access_denied") => "the login was declined",
            Some("expired_token") => "the code has expired before it was entered: begin again",
            _ => {
                return refusal.map_or_else(
                    || Error::new(Kind::Login, "the login has failed"),
                    |refusal| refusal.into_error(&self.authority),
                );
            }
        };
        Error::new(Kind::Login, message)
    }

    /// The identity service and the tenant.
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// The application that the user logs in with.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    pub(super) fn client(&self) -> &IdentityClient {
        &self.client
    }
}

impl DeviceCode {
    fn read(body: &[u8]) -> Option<Self> {
        let document: Value = serde_json::from_slice(body).ok()?;
        let text = |name: &str| {
            let text = document[name].as_str()?;
            let is_plain = !text.is_empty() && !text.chars().any(char::is_control);
            is_plain.then(|| text.to_owned())
        };
        let seconds = |name: &str| document[name].as_u64().map(Duration::from_secs);
        Some(Self {
            user_code: text("user_code")?,
            verification_uri: text("verification_uri").or_else(|| text("verification_url"))?,
            lasts: seconds("expires_in")?.min(LIFE_MAX),
            interval: seconds("interval")
                .filter(|interval| !interval.is_zero())
                .unwrap_or(INTERVAL)
                .min(INTERVAL_MAX),
            secret: Secret::new(text("device_code")?),
        })
    }
}

/// The sentence that tells the user what to do, as `AzCopy` says it.
impl fmt::Display for DeviceCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "To sign in, open the webpage {} and enter the code {} to authenticate.",
            self.verification_uri, self.user_code
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn slow_down_adds_to_the_interval_and_silence_doubles_the_wait() {
        let mut pacing = Pacing {
            interval: seconds(5),
            silences: 0,
        };
        assert_eq!(pacing.first(), seconds(5));
        for (error, is_unwell, wait) in [
            (Some("authorization_pending"), false, 5),
            (Some("slow_down"), false, 10),
            (Some("authorization_pending"), false, 10),
            (None, false, 20),
            (None, false, 40),
            (Some(""), true, 80),
            (Some("authorization_pending"), false, 10),
            (Some("slow_down"), false, 15),
        ] {
            let step = pacing.after(error, is_unwell);
            assert_eq!(step, NextStep::AskAfter(seconds(wait)), "{error:?}");
        }
        for error in [
            "authorization_declined",
            "expired_token",
            "bad_verification_code",
            "",
        ] {
            assert_eq!(pacing.after(Some(error), false), NextStep::Fail);
        }
        for _ in 0..100 {
            pacing.after(None, false);
        }
        assert_eq!(pacing.after(None, false), NextStep::AskAfter(INTERVAL_MAX));
    }

    #[test]
    fn the_answer_tells_the_user_what_to_do_and_keeps_its_secret() {
        let body = r#"{"user_code":"ABC","device_code":"canary","verification_uri":"https://v","expires_in":900,"interval":7}"#;
        let code = DeviceCode::read(body.as_bytes()).unwrap();
        assert_eq!((code.lasts, code.interval), (seconds(900), seconds(7)));
        assert_eq!(
            code.to_string(),
            "To sign in, open the webpage https://v and enter the code ABC to authenticate."
        );
        assert!(!format!("{code:?}").contains("canary"));
        let hostile = body.replace("ABC", "A\\u001b[2J");
        assert!(DeviceCode::read(hostile.as_bytes()).is_none());
    }
}
