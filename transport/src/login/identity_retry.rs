//! When a request to an identity service is sent again. There is no clock here: what happened and how
//! much time has passed come in, a wait goes out.

use std::time::Duration;

/// The longest wait of our own.
const WAIT_MAX: Duration = Duration::from_secs(30);

/// The longest wait that `Retry-After` can ask for.
const RETRY_AFTER_MAX: Duration = Duration::from_mins(5);

/// Retries of the metadata service of a virtual machine, after 1, 2, 4, 8 and 16 seconds.
/// <https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token#retry-guidance>
const METADATA_RETRIES_MAX: u32 = 5;

/// The metadata service answers 410 while it is updated, for up to 70 seconds.
const GONE_WAIT: Duration = Duration::from_secs(10);
const GONE_RETRIES_MAX: u32 = 8;

/// What became of a request that gave no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Setback {
    /// No answer.
    Silent,
    /// No connection that could be trusted.
    Untrusted,
    /// An answer without a token.
    Answered {
        status: u16,
        /// It gives a reason, as an identity service does. A page of a gateway does not.
        has_reason: bool,
        /// The reason says that it will pass.
        temporary: bool,
        retry_after: Option<Duration>,
    },
}

/// Who is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answerer {
    /// Microsoft Entra ID.
    Entra,
    /// The metadata service of a machine, or a service that has its rules.
    Metadata,
}

/// How long a token is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenPatience {
    /// Not at all: the token that is in use is still valid.
    None,
    /// So long, while the service says that asking again may help. The login has given no token yet,
    /// so everything else may be a mistake of the user.
    FirstToken(Duration),
    /// So long, whatever answers in the service's place: the login has given tokens before.
    NextToken(Duration),
}

/// The retries of one request.
#[derive(Debug)]
pub(super) struct IdentityRetry {
    answerer: Answerer,
    patience: TokenPatience,
    retries: u32,
    gone: u32,
}

impl IdentityRetry {
    /// Nothing was sent yet.
    pub(super) fn new(answerer: Answerer, patience: TokenPatience) -> Self {
        Self {
            answerer,
            patience,
            retries: 0,
            gone: 0,
        }
    }

    /// How long to wait before the next attempt, when this has happened `elapsed` after the request
    /// was sent first; `None` where it would not help. `draw` is a random number between 0 and 1.
    pub(super) fn wait_after(
        &mut self,
        setback: Setback,
        elapsed: Duration,
        draw: f64,
    ) -> Option<Duration> {
        if !self.may_pass(setback) {
            return None;
        }
        match (self.answerer, self.patience) {
            (_, TokenPatience::None) => None,
            // The documented rules are a limit of their own.
            (Answerer::Metadata, TokenPatience::FirstToken(_)) => self.metadata_wait(setback),
            (Answerer::Metadata, TokenPatience::NextToken(limit)) => {
                let wait = self.metadata_wait(setback).unwrap_or(GONE_WAIT);
                (elapsed + wait <= limit).then_some(wait)
            }
            (
                Answerer::Entra,
                TokenPatience::FirstToken(limit) | TokenPatience::NextToken(limit),
            ) => {
                let wait = asked_wait(setback).unwrap_or_else(|| self.doubled(draw));
                self.retries += 1;
                (elapsed + wait <= limit).then_some(wait)
            }
        }
    }

    /// Whether another attempt may have another end.
    fn may_pass(&self, setback: Setback) -> bool {
        let has_worked = matches!(self.patience, TokenPatience::NextToken(_));
        match setback {
            Setback::Silent => true,
            Setback::Untrusted => has_worked,
            Setback::Answered {
                status,
                has_reason,
                temporary,
                ..
            } => {
                let may_pass = match self.answerer {
                    Answerer::Entra => temporary || matches!(status, 408 | 429 | 500..),
                    Answerer::Metadata => matches!(status, 404 | 408 | 410 | 429 | 500..),
                };
                may_pass || has_worked && !has_reason
            }
        }
    }

    /// The wait by the documented rules of the metadata service, while they allow one.
    fn metadata_wait(&mut self, setback: Setback) -> Option<Duration> {
        if matches!(setback, Setback::Answered { status: 410, .. }) {
            self.gone += 1;
            return (self.gone <= GONE_RETRIES_MAX).then_some(GONE_WAIT);
        }
        if self.retries >= METADATA_RETRIES_MAX {
            return None;
        }
        let wait = asked_wait(setback).unwrap_or_else(|| self.doubled(1.0));
        self.retries += 1;
        Some(wait)
    }

    /// A second that doubles with each retry, of which the upper half is drawn from.
    fn doubled(&self, draw: f64) -> Duration {
        let factor = 1_u32.checked_shl(self.retries).unwrap_or(u32::MAX);
        let longest = Duration::from_secs(1).saturating_mul(factor).min(WAIT_MAX);
        longest.mul_f64(0.5 + draw.clamp(0.0, 1.0) / 2.0)
    }
}

fn asked_wait(setback: Setback) -> Option<Duration> {
    match setback {
        Setback::Answered { retry_after, .. } => retry_after.map(|wait| wait.min(RETRY_AFTER_MAX)),
        Setback::Silent | Setback::Untrusted => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: TokenPatience = TokenPatience::FirstToken(Duration::from_secs(100));
    const NEXT: TokenPatience = TokenPatience::NextToken(Duration::from_secs(100));

    fn answered(status: u16) -> Setback {
        Setback::Answered {
            status,
            has_reason: true,
            temporary: false,
            retry_after: None,
        }
    }

    /// A page of a gateway.
    fn page(status: u16) -> Setback {
        Setback::Answered {
            status,
            has_reason: false,
            temporary: false,
            retry_after: None,
        }
    }

    fn throttled(retry_after: u64) -> Setback {
        Setback::Answered {
            status: 429,
            has_reason: true,
            temporary: false,
            retry_after: Some(Duration::from_secs(retry_after)),
        }
    }

    /// The waits when every attempt has this end, at once.
    fn waits(answerer: Answerer, patience: TokenPatience, setback: Setback) -> Vec<u64> {
        let mut retry = IdentityRetry::new(answerer, patience);
        let mut elapsed = Duration::ZERO;
        std::iter::from_fn(|| {
            let wait = retry.wait_after(setback, elapsed, 1.0)?;
            elapsed += wait;
            Some(wait.as_secs())
        })
        .take(1000)
        .collect()
    }

    #[test]
    fn the_metadata_service_is_asked_again_by_its_own_rules() {
        let waits = |setback| waits(Answerer::Metadata, FIRST, setback);
        for status in [404, 429, 500, 503] {
            assert_eq!(waits(answered(status)), [1, 2, 4, 8, 16]);
        }
        assert_eq!(waits(Setback::Silent), [1, 2, 4, 8, 16]);
        assert_eq!(waits(throttled(3)), [3; 5]);
        // At least 70 seconds, which its update takes.
        assert_eq!(waits(answered(410)), [10; 8]);
        for status in [400, 401, 403] {
            assert!(waits(answered(status)).is_empty());
        }
        assert!(waits(page(200)).is_empty());
    }

    #[test]
    fn an_update_of_the_metadata_service_does_not_use_up_other_retries() {
        let mut retry = IdentityRetry::new(Answerer::Metadata, FIRST);
        let mut wait = |status| {
            let wait = retry.wait_after(answered(status), Duration::ZERO, 1.0);
            wait.map(|wait| wait.as_secs())
        };
        let seen = [410, 410, 410, 410, 410, 410, 503, 503].map(&mut wait);
        assert_eq!(seen, [10, 10, 10, 10, 10, 10, 1, 2].map(Some));
    }

    #[test]
    fn a_metadata_service_that_gave_tokens_is_waited_for_longer() {
        let waits = |setback| waits(Answerer::Metadata, NEXT, setback);
        for setback in [Setback::Silent, answered(503), page(200), page(403)] {
            assert_eq!(waits(setback), [1, 2, 4, 8, 16, 10, 10, 10, 10, 10, 10]);
        }
        assert!(waits(answered(400)).is_empty());
    }

    #[test]
    fn entra_is_asked_again_within_the_patience_and_never_after_a_refusal() {
        let waits = |setback| waits(Answerer::Entra, FIRST, setback);
        for setback in [Setback::Silent, answered(429), answered(503)] {
            assert_eq!(waits(setback), [1, 2, 4, 8, 16, 30, 30]);
        }
        for status in [200, 302, 400, 401, 403, 404] {
            assert!(waits(answered(status)).is_empty());
            assert!(waits(page(status)).is_empty());
        }
        let temporary = Setback::Answered {
            status: 400,
            has_reason: true,
            temporary: true,
            retry_after: None,
        };
        assert_eq!(waits(temporary).len(), 7);
        assert!(waits(Setback::Untrusted).is_empty());
    }

    #[test]
    fn what_answers_in_the_place_of_a_service_that_gave_tokens_is_outlasted() {
        let waits = |setback| waits(Answerer::Entra, NEXT, setback);
        for setback in [
            page(200),
            page(302),
            page(403),
            page(404),
            Setback::Untrusted,
        ] {
            assert_eq!(waits(setback).len(), 7, "{setback:?}");
        }
        for status in [400, 401, 403] {
            assert!(waits(answered(status)).is_empty());
        }
    }

    #[test]
    fn an_early_renewal_asks_once() {
        for answerer in [Answerer::Entra, Answerer::Metadata] {
            for setback in [Setback::Silent, answered(410), answered(503), throttled(1)] {
                assert!(waits(answerer, TokenPatience::None, setback).is_empty());
            }
        }
    }

    #[test]
    fn retry_after_replaces_the_own_wait_and_the_time_of_attempts_counts() {
        let entra = |setback| waits(Answerer::Entra, FIRST, setback);
        assert_eq!(entra(throttled(40)), [40, 40]);
        assert!(entra(throttled(101)).is_empty());
        // Nothing asks more often than this.
        assert_eq!(entra(throttled(1)), [1; 100]);
        let mut retry = IdentityRetry::new(Answerer::Entra, FIRST);
        let late = Duration::from_secs(100);
        assert_eq!(retry.wait_after(Setback::Silent, late, 1.0), None);
    }
}
