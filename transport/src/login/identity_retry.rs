//! When a request to an identity service is sent again. There is no clock here: what happened comes
//! in, a wait goes out.

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
    /// An answer with this status; `temporary` where its error code says so.
    Answered {
        status: u16,
        temporary: bool,
        retry_after: Option<Duration>,
    },
}

/// Who is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answerer {
    /// Microsoft Entra ID. It is asked again until this much time has passed.
    Entra { patience: Duration },
    /// The metadata service of a machine, or a service that has its rules.
    Metadata,
}

/// The retries of one request.
#[derive(Debug)]
pub(super) struct IdentityRetry {
    answerer: Answerer,
    retries: u32,
    gone: u32,
    waited: Duration,
}

impl IdentityRetry {
    /// Nothing was sent yet.
    pub(super) fn new(answerer: Answerer) -> Self {
        Self {
            answerer,
            retries: 0,
            gone: 0,
            waited: Duration::ZERO,
        }
    }

    /// How long to wait before the next attempt; `None` where it would not help. `draw` is a random
    /// number between 0 and 1.
    pub(super) fn wait_after(&mut self, setback: Setback, draw: f64) -> Option<Duration> {
        let wait = match (self.answerer, setback) {
            (Answerer::Metadata, Setback::Answered { status: 410, .. }) => {
                self.gone += 1;
                (self.gone <= GONE_RETRIES_MAX).then_some(GONE_WAIT)?
            }
            (Answerer::Metadata, setback) => {
                let may_help = match setback {
                    Setback::Silent => true,
                    Setback::Answered { status, .. } => matches!(status, 404 | 408 | 429 | 500..),
                };
                if !may_help || self.retries >= METADATA_RETRIES_MAX {
                    return None;
                }
                asked_wait(setback).unwrap_or_else(|| self.doubled(1.0))
            }
            (Answerer::Entra { patience }, setback) => {
                let may_help = match setback {
                    Setback::Silent => true,
                    Setback::Answered {
                        status, temporary, ..
                    } => temporary || matches!(status, 408 | 429 | 500..),
                };
                let wait = asked_wait(setback).unwrap_or_else(|| self.doubled(draw));
                if !may_help || self.waited + wait > patience {
                    return None;
                }
                wait
            }
        };
        self.retries += 1;
        self.waited += wait;
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
        Setback::Silent => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16) -> Setback {
        Setback::Answered {
            status,
            temporary: false,
            retry_after: None,
        }
    }

    fn waits(answerer: Answerer, setback: Setback) -> Vec<u64> {
        let mut retry = IdentityRetry::new(answerer);
        std::iter::from_fn(|| retry.wait_after(setback, 1.0))
            .map(|wait| wait.as_secs())
            .collect()
    }

    #[test]
    fn the_metadata_service_is_asked_again_by_its_own_rules() {
        for status in [404, 429, 500, 503] {
            assert_eq!(
                waits(Answerer::Metadata, answered(status)),
                [1, 2, 4, 8, 16]
            );
        }
        assert_eq!(waits(Answerer::Metadata, Setback::Silent), [1, 2, 4, 8, 16]);
        assert_eq!(waits(Answerer::Metadata, answered(410)), [10; 8]);
        for status in [400, 401, 403] {
            assert!(waits(Answerer::Metadata, answered(status)).is_empty());
        }
    }

    #[test]
    fn entra_is_asked_again_within_the_patience_and_never_after_a_refusal() {
        let entra = Answerer::Entra {
            patience: Duration::from_secs(100),
        };
        for setback in [Setback::Silent, answered(429), answered(503)] {
            assert_eq!(waits(entra, setback), [1, 2, 4, 8, 16, 30, 30]);
        }
        for status in [400, 401, 403, 404] {
            assert!(waits(entra, answered(status)).is_empty());
        }
        let temporary = Setback::Answered {
            status: 400,
            temporary: true,
            retry_after: None,
        };
        assert_eq!(waits(entra, temporary).len(), 7);
    }

    #[test]
    fn retry_after_replaces_the_own_wait() {
        let asked = |seconds| Setback::Answered {
            status: 429,
            temporary: false,
            retry_after: Some(Duration::from_secs(seconds)),
        };
        let entra = Answerer::Entra {
            patience: Duration::from_secs(100),
        };
        assert_eq!(waits(entra, asked(40)), [40, 40]);
        assert!(waits(entra, asked(101)).is_empty());
        assert_eq!(waits(Answerer::Metadata, asked(3)), [3; 5]);
    }
}
