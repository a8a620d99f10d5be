//! A clock that moves when somebody sleeps, and an identity service that answers as a script says.

use std::collections::VecDeque;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use percent_encoding::percent_decode_str;
use serde_json::json;

use super::super::identity_answer::IdentityAnswer;
use super::super::identity_client::IdentityClient;
use super::super::identity_exchange::{AnswerFuture, IdentityExchange};
use super::super::identity_request::IdentityRequest;
use crate::client::Settings;
use crate::clock::{Clock, SleepFuture};
use crate::{Error, Kind};

/// The service's time at the begin: Sunday 2026-11-22 12:00:00 UTC.
const NOON: Duration = Duration::from_hours(498_708);

/// More requests than any login sends.
const REQUESTS_MAX: usize = 1_000;

/// This machine's clock. It is ahead of the service's by so many seconds, or behind it.
#[derive(Debug, Default)]
pub(super) struct SimulatedClock {
    elapsed: Mutex<Duration>,
    ahead_seconds: i64,
}

impl SimulatedClock {
    /// The time since the begin.
    pub(super) fn elapsed(&self) -> Duration {
        *self.elapsed.lock().unwrap()
    }

    fn service_time(&self) -> SystemTime {
        UNIX_EPOCH + NOON + self.elapsed()
    }
}

impl Clock for SimulatedClock {
    fn now(&self) -> SystemTime {
        let offset = Duration::from_secs(self.ahead_seconds.unsigned_abs());
        if self.ahead_seconds < 0 {
            self.service_time() - offset
        } else {
            self.service_time() + offset
        }
    }

    fn monotonic(&self) -> Duration {
        self.elapsed()
    }

    fn sleep(&self, wait: Duration) -> SleepFuture<'_> {
        *self.elapsed.lock().unwrap() += wait;
        Box::pin(std::future::ready(()))
    }
}

/// An answer of the script. In its body `FORM` stands for the fields that were sent, `DECODED` for
/// the same as a form decodes them.
#[derive(Debug, Clone)]
pub(super) struct ScriptedAnswer {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: String,
    /// The body ends after so many bytes.
    pub(super) cut: Option<usize>,
    /// It never arrives.
    pub(super) is_lost: bool,
}

impl ScriptedAnswer {
    /// No answer.
    pub(super) fn lost() -> Self {
        Self {
            is_lost: true,
            ..Self::json(200, &json!(null))
        }
    }

    /// A JSON document with this status.
    pub(super) fn json(status: u16, document: &serde_json::Value) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: document.to_string(),
            cut: None,
            is_lost: false,
        }
    }

    /// A refusal with this name.
    pub(super) fn error(status: u16, error: &str) -> Self {
        Self::json(status, &json!({ "error": error }))
    }

    /// A token that lasts a minute, and a refresh token.
    pub(super) fn token(text: &str) -> Self {
        let document = json!({
            "token_type": "Bearer",
            "access_token": text,
            "expires_in": 60,
            "refresh_token": format!("refresh-{text}"),
        });
        Self::json(200, &document)
    }

    /// A code of so many seconds, for which the service is asked every so many seconds.
    pub(super) fn code(expires_in: u64, interval: u64) -> Self {
        let document = json!({
            "user_code": "ABC",
            "device_code": "canary-of-the-device",
            "verification_uri": "https://v",
            "expires_in": expires_in,
            "interval": interval,
        });
        Self::json(200, &document)
    }

    /// The same with another header.
    pub(super) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }
}

/// A request as the service saw it.
#[derive(Debug, Clone)]
pub(super) struct SeenRequest {
    /// The time since the begin, in seconds.
    pub(super) second: u64,
    /// Its fields, encoded.
    pub(super) form: String,
}

/// The service. After its script it is silent, or repeats the last answer.
#[derive(Debug)]
pub(super) struct SimulatedService {
    clock: Arc<SimulatedClock>,
    script: Mutex<VecDeque<ScriptedAnswer>>,
    repeats_last: bool,
    seen: Mutex<Vec<SeenRequest>>,
}

impl SimulatedService {
    /// A service that gives these answers and then none.
    pub(super) fn new(script: Vec<ScriptedAnswer>) -> Arc<Self> {
        Self::with(script, false, 0)
    }

    /// The same. This machine's clock is ahead of the service's, whose answers have a date.
    pub(super) fn beside_clock(script: Vec<ScriptedAnswer>, ahead_seconds: i64) -> Arc<Self> {
        Self::with(script, false, ahead_seconds)
    }

    /// The same in full.
    pub(super) fn with(
        script: Vec<ScriptedAnswer>,
        repeats_last: bool,
        ahead_seconds: i64,
    ) -> Arc<Self> {
        Arc::new(Self {
            clock: Arc::new(SimulatedClock {
                elapsed: Mutex::default(),
                ahead_seconds,
            }),
            script: Mutex::new(script.into()),
            repeats_last,
            seen: Mutex::default(),
        })
    }

    /// A client whose requests this service gets.
    pub(super) fn client(self: &Arc<Self>) -> IdentityClient {
        let settings = Settings {
            clock: Arc::clone(&self.clock) as Arc<dyn Clock>,
            ..Settings::default()
        };
        let exchange = Arc::clone(self) as Arc<dyn IdentityExchange>;
        IdentityClient::over(exchange, &settings)
    }

    /// This machine's clock.
    pub(super) fn clock(&self) -> &SimulatedClock {
        &self.clock
    }

    /// What it was sent.
    pub(super) fn seen(&self) -> Vec<SeenRequest> {
        self.seen.lock().unwrap().clone()
    }

    /// When it was asked, in seconds since the begin.
    pub(super) fn seconds(&self) -> Vec<u64> {
        self.seen().iter().map(|seen| seen.second).collect()
    }

    /// The date of an answer that is sent now.
    pub(super) fn date(&self) -> String {
        let now = Timestamp::try_from(self.clock.service_time()).unwrap();
        DateTimePrinter::new()
            .timestamp_to_rfc9110_string(&now)
            .unwrap()
    }

    fn next(&self) -> Option<ScriptedAnswer> {
        let mut script = self.script.lock().unwrap();
        if self.repeats_last && script.len() == 1 {
            return Some(script[0].clone());
        }
        script.pop_front()
    }
}

impl IdentityExchange for SimulatedService {
    fn exchange<'a>(
        &'a self,
        settings: &'a Settings,
        request: &'a IdentityRequest,
    ) -> AnswerFuture<'a> {
        let user_agent = HeaderValue::try_from(&settings.user_agent).unwrap();
        let composed = request.composed(&user_agent);
        let form = request.form_text().to_owned();
        let seen = {
            let mut seen = self.seen.lock().unwrap();
            seen.push(SeenRequest {
                second: self.clock.elapsed().as_secs(),
                form: form.clone(),
            });
            seen.len()
        };
        assert!(seen < REQUESTS_MAX, "the service is asked without end");
        let answer = composed.and_then(|_| match self.next() {
            Some(answer) if !answer.is_lost => Ok(sent(&answer, &form, &self.date())),
            Some(_) | None => Err(Error::new(Kind::Connect, "nobody answers")),
        });
        Box::pin(std::future::ready(answer))
    }
}

/// What arrives of an answer to this form.
fn sent(answer: &ScriptedAnswer, form: &str, date: &str) -> IdentityAnswer {
    let decoded = form.replace('+', " ");
    let decoded = percent_decode_str(&decoded).decode_utf8_lossy();
    let in_json = |text: &str| {
        let quoted = json!(text).to_string();
        quoted[1..quoted.len() - 1].to_owned()
    };
    let body = answer.body.replace("FORM", &in_json(form));
    let mut body = Bytes::from(body.replace("DECODED", &in_json(&decoded)));
    if let Some(cut) = answer.cut {
        body.truncate(cut.min(body.len()));
    }
    let mut headers: HeaderMap = answer
        .headers
        .iter()
        .filter_map(|(name, value)| {
            let value = HeaderValue::try_from(value).ok()?;
            Some((HeaderName::from_static(name), value))
        })
        .collect();
    let date = HeaderValue::try_from(date).unwrap();
    headers.entry("date").or_insert(date);
    IdentityAnswer {
        status: answer.status,
        headers,
        body,
    }
}

/// Runs a login to its end. Nothing in it waits for anything but the simulated clock.
pub(super) fn run<T>(login: impl Future<Output = T>) -> T {
    let mut login = pin!(login);
    match login.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => done,
        Poll::Pending => panic!("the login waits for something that nobody gives"),
    }
}
