//! Sends the requests of a login, and sends them again where that may help.

use std::fmt;
use std::sync::Arc;

use super::identity_answer::IdentityAnswer;
use super::identity_exchange::{IdentityExchange, NetworkExchange};
use super::identity_request::IdentityRequest;
use super::identity_retry::{IdentityRetry, Setback};
use super::service_clock::ServiceClock;
use crate::client::Settings;
use crate::{Kind, Result};

/// Sends requests to identity services. Clones share the settings, and what is known of the
/// service's clock.
#[derive(Clone)]
pub(super) struct IdentityClient {
    settings: Arc<Settings>,
    exchange: Arc<dyn IdentityExchange>,
    service_clock: Arc<ServiceClock>,
}

impl fmt::Debug for IdentityClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdentityClient").finish_non_exhaustive()
    }
}

impl IdentityClient {
    /// A client with the certificates, addresses and proxies of a run. What it sends is not counted
    /// as the run's traffic.
    pub(super) fn new(settings: &Settings) -> Self {
        Self::over(Arc::new(NetworkExchange), settings)
    }

    /// The same, whose requests go this way.
    pub(super) fn over(exchange: Arc<dyn IdentityExchange>, settings: &Settings) -> Self {
        let settings = Settings {
            traffic: Arc::default(),
            ..settings.clone()
        };
        Self {
            settings: Arc::new(settings),
            exchange,
            service_clock: Arc::default(),
        }
    }

    /// The run's settings.
    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What is known of the service's clock.
    pub(super) fn service_clock(&self) -> &ServiceClock {
        &self.service_clock
    }

    /// Sends a request, and sends it again where `retry` says so. `judge` says what became of an
    /// answer; an answer without a setback is returned.
    pub(super) async fn persist(
        &self,
        request: &IdentityRequest,
        mut retry: IdentityRetry,
        judge: impl Fn(&IdentityAnswer) -> Option<Setback>,
    ) -> Result<IdentityAnswer> {
        let clock = &*self.settings.clock;
        let begun = clock.monotonic();
        loop {
            let sent = self.send(request).await;
            let setback = match &sent {
                Ok(answer) => judge(answer),
                Err(error) => match error.kind() {
                    // A bad address, file or variable stays bad.
                    Kind::Invalid => None,
                    Kind::Tls => Some(Setback::Untrusted),
                    _ => Some(Setback::Silent),
                },
            };
            let elapsed = clock.monotonic().saturating_sub(begun);
            let draw = || f64::from(random_byte()) / 255.0;
            let wait = setback.and_then(|setback| retry.wait_after(setback, elapsed, draw()));
            match wait {
                Some(wait) => clock.sleep(wait).await,
                None => return sent,
            }
        }
    }

    /// Sends a request once.
    pub(super) async fn send(&self, request: &IdentityRequest) -> Result<IdentityAnswer> {
        let answer = self.exchange.exchange(&self.settings, request).await?;
        if let Some(date) = answer.date() {
            self.service_clock.observe(date, self.settings.clock.now());
        }
        Ok(answer)
    }
}

/// A random byte, for waits; zero where the kernel has none.
fn random_byte() -> u8 {
    let mut byte = [0];
    let _filled = ring::rand::SecureRandom::fill(&ring::rand::SystemRandom::new(), &mut byte);
    byte[0]
}
