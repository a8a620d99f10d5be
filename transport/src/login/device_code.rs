//! The login by device code: the user enters a code on a web page, and the program asks whether that
//! was done (RFC 8628).
//! <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code>

use std::fmt;
use std::time::Duration;

use serde_json::Value;

use super::form::Form;
use super::identity_answer::IdentityAnswer;
use super::identity_client::IdentityClient;
use super::identity_request::IdentityRequest;
use super::identity_retry::{Answerer, IdentityRetry, TokenPatience};
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

    /// After this refusal, which is empty where no answer came.
    fn after(&mut self, refusal: &Refusal) -> NextStep {
        match refusal.error.as_str() {
            "authorization_pending" => self.silences = 0,
            "slow_down" => {
                self.silences = 0;
                self.interval = (self.interval + INTERVAL).min(INTERVAL_MAX);
            }
            // Something else may answer in the service's place: a gateway, a proxy.
            _ if refusal.is_unwell() || !refusal.has_reason() => self.silences += 1,
            _ => return NextStep::Fail,
        }
        let factor = 1_u32.checked_shl(self.silences).unwrap_or(u32::MAX);
        NextStep::AskAfter(self.interval.saturating_mul(factor).min(INTERVAL_MAX))
    }
}

impl DeviceCodeLogin {
    /// A login for this application, with the certificates and proxies of `settings`.
    pub fn new(authority: Authority, client_id: &str, settings: &Settings) -> Self {
        Self::over(authority, client_id, IdentityClient::new(settings))
    }

    /// The same, whose requests this client sends.
    pub(super) fn over(authority: Authority, client_id: &str, client: IdentityClient) -> Self {
        Self {
            authority,
            client_id: client_id.to_owned(),
            client,
        }
    }

    /// Asks for a code.
    pub async fn begin(&self) -> Result<DeviceCode> {
        let form = Form::default()
            .field("client_id", &self.client_id)
            .field("scope", USER_SCOPE);
        let path = self.authority.device_code_path();
        let request = IdentityRequest::post(self.authority.endpoint(), path, form);
        let retry = IdentityRetry::new(Answerer::Entra, TokenPatience::FirstToken(PATIENCE));
        let judge = |answer: &IdentityAnswer| {
            let is_refused = !answer.is_success();
            is_refused.then(|| Refusal::setback(answer))
        };
        let answer = self.client.persist(&request, retry, judge).await?;
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
            let refusal = match self.client.send(&request).await {
                Ok(answer) if answer.is_success() => {
                    let who = self.authority.to_string();
                    return IssuedTokens::read(&answer, clock.now(), &who);
                }
                Ok(answer) => Refusal::read(&answer, &[&code.secret]),
                Err(error) if error.kind() == Kind::Invalid => return Err(error),
                // The service gave a code a while ago, so that it comes back.
                Err(_) => Refusal::default(),
            };
            wait = match pacing.after(&refusal) {
                NextStep::AskAfter(next) => next,
                NextStep::Fail => return Err(self.failed(refusal)),
            };
        }
    }

    fn failed(&self, refusal: Refusal) -> Error {
        let message = match refusal.error.as_str() {
            "authorization_declined" | "access_denied" => "the login was declined",
            "expired_token" => "the code has expired before it was entered: begin again",
            _ => return refusal.into_error(&self.authority),
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
    use bytes::Bytes;
    use hyper::HeaderMap;

    use super::*;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// The refusal of an answer with this status and error.
    fn refusal(status: u16, error: &str) -> Refusal {
        let document = serde_json::json!({ "error": error });
        let answer = IdentityAnswer {
            status,
            headers: HeaderMap::new(),
            body: Bytes::from(document.to_string()),
        };
        Refusal::read(&answer, &[])
    }

    #[test]
    fn slow_down_adds_to_the_interval_and_silence_doubles_the_wait() {
        let mut pacing = Pacing {
            interval: seconds(5),
            silences: 0,
        };
        assert_eq!(pacing.first(), seconds(5));
        for (refusal, wait) in [
            (refusal(400, "authorization_pending"), 5),
            (refusal(400, "slow_down"), 10),
            (refusal(400, "authorization_pending"), 10),
            (Refusal::default(), 20),
            (refusal(302, ""), 40),
            (refusal(503, "temporarily_unavailable"), 80),
            (refusal(400, "authorization_pending"), 10),
            (refusal(400, "slow_down"), 15),
        ] {
            let step = pacing.after(&refusal);
            assert_eq!(step, NextStep::AskAfter(seconds(wait)), "{refusal:?}");
        }
        for error in [
            "authorization_declined",
            "expired_token",
            "bad_verification_code",
            "invalid_grant",
        ] {
            assert_eq!(pacing.after(&refusal(400, error)), NextStep::Fail);
        }
        for _ in 0..100 {
            pacing.after(&Refusal::default());
        }
        let longest = NextStep::AskAfter(INTERVAL_MAX);
        assert_eq!(pacing.after(&Refusal::default()), longest);
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
