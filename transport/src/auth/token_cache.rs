//! The current token of a run, and its renewal: one at a time for all requests.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use super::{AccessToken, TokenFuture, TokenSource};
use crate::{Error, Kind, Result};

/// A token is renewed this long before it expires, or a quarter of its life before if that is less. A
/// large request may travel for minutes, and clocks differ.
const RENEWED_BEFORE: Duration = Duration::from_mins(5);

/// When a renewal before the expiry failed, the valid token is used for this long before the next
/// try.
const PAUSE: Duration = Duration::from_secs(30);

/// Issues tokens: a login.
pub trait TokenIssuer: fmt::Debug + Send + Sync {
    /// A new token, never one that was issued before. It must give up after a limited time, because
    /// every request of the run waits for it.
    fn issue(&self) -> TokenFuture<'_>;
}

/// Keeps the token of an issuer until it expires or is refused. Requests that wait at the same time
/// share one renewal and its outcome.
#[derive(Debug)]
pub struct TokenCache<I> {
    issuer: I,
    state: Mutex<TokenState>,
    /// Held by the request that has a token issued.
    renewal: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct TokenState {
    token: Option<AccessToken>,
    /// The token is used without a renewal until then.
    fresh_until: Option<SystemTime>,
    /// Renewals that have ended.
    renewals: u64,
    /// How the last renewal failed, if it did.
    failure: Option<Error>,
    /// The valid token is not renewed before this time.
    pause_until: Option<SystemTime>,
}

impl<I: TokenIssuer> TokenCache<I> {
    /// A cache without a token.
    pub fn new(issuer: I) -> Self {
        Self {
            issuer,
            state: Mutex::default(),
            renewal: tokio::sync::Mutex::new(()),
        }
    }

    /// Returns the current token if it is `usable`. Otherwise has a token issued, or waits for the
    /// renewal of another request and shares its outcome.
    async fn issue_unless(
        &self,
        now: SystemTime,
        usable: impl Fn(&TokenState) -> bool,
    ) -> Result<AccessToken> {
        let renewals_before = {
            let state = self.state();
            if let Some(token) = state.token.as_ref().filter(|_| usable(&state)) {
                return Ok(token.clone());
            }
            if let Some(error) = state.ended() {
                return state.valid(now).ok_or_else(|| error.clone());
            }
            state.renewals
        };
        let _renewal = self.renewal.lock().await;
        {
            let state = self.state();
            if state.renewals != renewals_before {
                if let Some(error) = &state.failure {
                    return state.valid(now).ok_or_else(|| error.clone());
                }
                if let Some(token) = &state.token {
                    return Ok(token.clone());
                }
            }
        }
        let issued = self.issuer.issue().await;
        let mut state = self.state();
        state.renewals += 1;
        match issued {
            Ok(token) => {
                let life = token.expires().duration_since(now).unwrap_or_default();
                state.fresh_until = token.expires().checked_sub(RENEWED_BEFORE.min(life / 4));
                state.token = Some(token.clone());
                state.failure = None;
                state.pause_until = None;
                Ok(token)
            }
            Err(error) => {
                state.failure = Some(error.clone());
                state.pause_until = Some(now + PAUSE);
                state.valid(now).ok_or(error)
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, TokenState> {
        // Nothing is half done where a thread could panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TokenState {
    /// The failure of a login that has ended: it is not asked again, which thousands of requests
    /// would do.
    fn ended(&self) -> Option<&Error> {
        let failure = self.failure.as_ref();
        failure.filter(|error| error.kind() == Kind::Login)
    }

    /// The current token, while it is valid.
    fn valid(&self, now: SystemTime) -> Option<AccessToken> {
        self.token.clone().filter(|token| token.expires() > now)
    }

    /// The current token is used at `now`.
    fn is_usable(&self, now: SystemTime) -> bool {
        let is_pausing = self.pause_until.is_some_and(|until| now < until);
        let usable_until = if is_pausing {
            self.token.as_ref().map(AccessToken::expires)
        } else {
            self.fresh_until
        };
        usable_until.is_some_and(|until| until > now)
    }
}

impl<I: TokenIssuer> TokenSource for TokenCache<I> {
    fn token(&self, now: SystemTime) -> TokenFuture<'_> {
        Box::pin(self.issue_unless(now, move |state| state.is_usable(now)))
    }

    fn renew<'a>(&'a self, refused: &'a AccessToken, now: SystemTime) -> TokenFuture<'a> {
        let is_another = |state: &TokenState| {
            let token = state.token.as_ref();
            token.is_some_and(|token| !token.is(refused))
        };
        Box::pin(async move {
            let token = self.issue_unless(now, is_another).await?;
            // After a failed renewal only the refused token is left, which would be refused again.
            let failure = self.state().failure.clone();
            match failure {
                Some(error) if token.is(refused) => Err(error),
                _ => Ok(token),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::auth::Secret;

    /// Issues `token-1`, `token-2` and so on, each valid for an hour of the test's clock; fails
    /// where it is told to.
    #[derive(Debug, Default)]
    struct Numbered {
        issued: AtomicU32,
        fails_from: Option<u32>,
        has_ended: bool,
    }

    const HOUR: Duration = Duration::from_hours(1);

    impl TokenIssuer for Numbered {
        fn issue(&self) -> TokenFuture<'_> {
            Box::pin(async {
                let number = self.issued.fetch_add(1, Ordering::Relaxed) + 1;
                tokio::time::sleep(Duration::from_millis(5)).await;
                if self.fails_from.is_some_and(|from| number >= from) {
                    let kind = if self.has_ended {
                        Kind::Login
                    } else {
                        Kind::Connect
                    };
                    return Err(Error::new(kind, "no login"));
                }
                let text = Secret::new(format!("token-{number}"));
                AccessToken::new(text, SystemTime::UNIX_EPOCH + HOUR * number)
            })
        }
    }

    fn at(minutes: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_mins(minutes)
    }

    async fn text_at(cache: &TokenCache<Numbered>, minutes: u64) -> String {
        let token = cache.token(at(minutes)).await.unwrap();
        token.text().expose().clone()
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_is_kept_until_five_minutes_before_it_expires() {
        let cache = TokenCache::new(Numbered::default());
        for (minutes, token) in [(0, 1), (54, 1), (56, 2), (114, 2)] {
            assert_eq!(text_at(&cache, minutes).await, format!("token-{token}"));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_of_a_minute_is_renewed_once_in_its_life() {
        let cache = TokenCache::new(Minutes(AtomicU32::new(0)));
        for second in 0..300 {
            let now = SystemTime::UNIX_EPOCH + Duration::from_secs(second);
            cache.token(now).await.unwrap();
        }
        // Each is used for three quarters of its minute.
        assert_eq!(cache.issuer.0.load(Ordering::Relaxed), 7);
    }

    /// Issues tokens, each of which lasts a minute from the end of the use of the one before.
    #[derive(Debug)]
    struct Minutes(AtomicU32);

    impl TokenIssuer for Minutes {
        fn issue(&self) -> TokenFuture<'_> {
            Box::pin(async {
                let number = self.0.fetch_add(1, Ordering::Relaxed);
                let text = Secret::new(format!("token-{number}"));
                let begun = Duration::from_secs(45) * number;
                AccessToken::new(
                    text,
                    SystemTime::UNIX_EPOCH + begun + Duration::from_mins(1),
                )
            })
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_that_cannot_be_renewed_is_used_while_it_is_valid() {
        let cache = TokenCache::new(Numbered {
            fails_from: Some(2),
            ..Numbered::default()
        });
        for minutes in [0, 56, 56, 59] {
            assert_eq!(text_at(&cache, minutes).await, "token-1");
        }
        // One renewal at minute 56, which failed, and one after the pause.
        assert_eq!(cache.issuer.issued.load(Ordering::Relaxed), 3);
        assert_eq!(cache.token(at(61)).await.unwrap_err().kind(), Kind::Connect);
    }

    #[tokio::test(start_paused = true)]
    async fn one_token_is_issued_for_all_who_ask_or_are_refused_at_once() {
        let cache = TokenCache::new(Numbered::default());
        let (one, other) = tokio::join!(cache.token(at(0)), cache.token(at(0)));
        let refused = one.unwrap();
        assert!(refused.is(&other.unwrap()));
        let (one, other) = tokio::join!(cache.renew(&refused, at(1)), cache.renew(&refused, at(1)));
        assert!(one.unwrap().is(&other.unwrap()));
        let late = cache.renew(&refused, at(2)).await.unwrap();
        assert_eq!(late.text().expose(), "token-2");
        assert_eq!(cache.issuer.issued.load(Ordering::Relaxed), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn all_who_wait_for_a_renewal_that_fails_get_its_error() {
        let cache = TokenCache::new(Numbered {
            fails_from: Some(2),
            ..Numbered::default()
        });
        let refused = cache.token(at(0)).await.unwrap();
        let (one, other) = tokio::join!(cache.renew(&refused, at(1)), cache.renew(&refused, at(1)));
        assert_eq!(one.unwrap_err().message(), "no login");
        assert_eq!(other.unwrap_err().message(), "no login");
        assert_eq!(cache.issuer.issued.load(Ordering::Relaxed), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_login_that_has_ended_is_not_asked_again() {
        let cache = TokenCache::new(Numbered {
            fails_from: Some(2),
            has_ended: true,
            ..Numbered::default()
        });
        assert_eq!(text_at(&cache, 0).await, "token-1");
        assert_eq!(text_at(&cache, 57).await, "token-1");
        for minutes in [61, 70, 200] {
            let error = cache.token(at(minutes)).await.unwrap_err();
            assert_eq!(error.kind(), Kind::Login);
        }
        assert_eq!(cache.issuer.issued.load(Ordering::Relaxed), 2);
    }
}
