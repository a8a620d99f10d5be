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
/// try. When a token was refused, the one in its place is not replaced for so long because it is
/// refused as well.
const PAUSE: Duration = Duration::from_secs(30);

/// How much a new token is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// The one that is in use is still valid.
    Soon,
    /// Requests wait for it.
    Now,
}

/// Issues tokens: a login.
pub trait TokenIssuer: fmt::Debug + Send + Sync {
    /// A new token, never one that was issued before. It must give up after a limited time, because
    /// every request of the run waits for it; where one is only needed soon, after a single attempt.
    fn issue(&self, need: Need) -> TokenFuture<'_>;

    /// What the user should know about this issuer. Each notice is given once.
    fn take_notice(&self) -> Option<String> {
        None
    }
}

/// Keeps the token of an issuer until it expires or is refused. Requests that wait at the same time
/// share one renewal and its outcome. While the token is still valid, one request renews it and all
/// others go on.
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
    /// How the last renewal failed, if it did, and how much it was needed.
    failure: Option<(Error, Need)>,
    /// The valid token is not renewed before this time.
    pause_until: Option<SystemTime>,
    /// A token that is refused before this time is not replaced: the one before it was refused too.
    refusals_count_until: Option<SystemTime>,
}

/// What makes a new token necessary.
#[derive(Debug, Clone, Copy)]
enum Cause<'a> {
    /// There is none, or it ends soon.
    Age,
    /// The service refused this one.
    Refusal(&'a AccessToken),
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

    /// Returns the current token if it can be used. Otherwise has one issued, or waits for the renewal
    /// of another request and shares its outcome.
    async fn issue_for(&self, cause: Cause<'_>, now: SystemTime) -> Result<AccessToken> {
        let (renewals_before, valid) = {
            let state = self.state();
            if let Some(token) = state.usable(cause, now) {
                return Ok(token);
            }
            let valid = state.valid(cause, now);
            if let Some(error) = state.ended() {
                return valid.ok_or_else(|| error.clone());
            }
            (state.renewals, valid)
        };
        let _renewal = match (&valid, self.renewal.try_lock()) {
            (_, Ok(renewal)) => renewal,
            // Another request renews it, and this one need not wait.
            (Some(valid), Err(_)) => return Ok(valid.clone()),
            (None, Err(_)) => self.renewal.lock().await,
        };
        {
            let state = self.state();
            if state.renewals != renewals_before {
                match (&state.failure, &state.token) {
                    // It was a single attempt, which is too few for those who wait.
                    (Some((_, Need::Soon)), _) if valid.is_none() && state.ended().is_none() => {}
                    (Some((error, _)), _) => {
                        return state.valid(cause, now).ok_or_else(|| error.clone());
                    }
                    (None, Some(token)) => return Ok(token.clone()),
                    (None, None) => {}
                }
            }
        }
        let need = if valid.is_some() {
            Need::Soon
        } else {
            Need::Now
        };
        let issued = self.issuer.issue(need).await;
        let mut state = self.state();
        state.renewals += 1;
        match issued {
            Ok(token) => {
                let life = token.expires().duration_since(now).unwrap_or_default();
                state.fresh_until = token.expires().checked_sub(RENEWED_BEFORE.min(life / 4));
                state.token = Some(token.clone());
                state.failure = None;
                state.pause_until = None;
                state.refusals_count_until = match cause {
                    Cause::Age => None,
                    Cause::Refusal(_) => Some(now + PAUSE),
                };
                Ok(token)
            }
            Err(error) => {
                state.failure = Some((error.clone(), need));
                state.pause_until = Some(now + PAUSE);
                state.valid(cause, now).ok_or(error)
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
        let (error, _) = self.failure.as_ref()?;
        (error.kind() == Kind::Login).then_some(error)
    }

    /// The current token, while it is valid and was not refused.
    fn valid(&self, cause: Cause<'_>, now: SystemTime) -> Option<AccessToken> {
        let token = self.token.as_ref()?;
        let is_refused = match cause {
            Cause::Age => false,
            Cause::Refusal(refused) => token.is(refused),
        };
        (!is_refused && token.expires() > now).then(|| token.clone())
    }

    /// The current token, where it is used without a renewal.
    fn usable(&self, cause: Cause<'_>, now: SystemTime) -> Option<AccessToken> {
        let token = self.token.as_ref()?;
        let is_usable = match cause {
            Cause::Age => self.is_fresh(now) || self.is_pausing(now) && token.expires() > now,
            Cause::Refusal(refused) => {
                let is_pausing = self.refusals_count_until.is_some_and(|until| now < until);
                !token.is(refused) || is_pausing && self.is_fresh(now)
            }
        };
        is_usable.then(|| token.clone())
    }

    fn is_fresh(&self, now: SystemTime) -> bool {
        self.fresh_until.is_some_and(|until| now < until)
    }

    fn is_pausing(&self, now: SystemTime) -> bool {
        self.pause_until.is_some_and(|until| now < until)
    }
}

impl<I: TokenIssuer> TokenSource for TokenCache<I> {
    fn token(&self, now: SystemTime) -> TokenFuture<'_> {
        Box::pin(self.issue_for(Cause::Age, now))
    }

    fn renew<'a>(&'a self, refused: &'a AccessToken, now: SystemTime) -> TokenFuture<'a> {
        Box::pin(self.issue_for(Cause::Refusal(refused), now))
    }

    fn take_notice(&self) -> Option<String> {
        self.issuer.take_notice()
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
        fails_below: Option<u32>,
        has_ended: bool,
        needs: Mutex<Vec<Need>>,
    }

    const HOUR: Duration = Duration::from_hours(1);

    impl TokenIssuer for Numbered {
        fn issue(&self, need: Need) -> TokenFuture<'_> {
            Box::pin(async move {
                self.needs.lock().unwrap().push(need);
                let number = self.issued.fetch_add(1, Ordering::Relaxed) + 1;
                tokio::time::sleep(Duration::from_millis(5)).await;
                let fails = self.fails_from.is_some_and(|from| number >= from)
                    && self.fails_below.is_none_or(|below| number < below);
                if fails {
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
        fn issue(&self, _need: Need) -> TokenFuture<'_> {
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
    async fn a_valid_token_is_used_while_one_request_renews_it() {
        let cache = TokenCache::new(Numbered::default());
        assert_eq!(text_at(&cache, 0).await, "token-1");
        // The second request asks while the first one waits for the renewal.
        let (one, other) = tokio::join!(text_at(&cache, 56), text_at(&cache, 56));
        assert_eq!((one.as_str(), other.as_str()), ("token-2", "token-1"));
        assert_eq!(*cache.issuer.needs.lock().unwrap(), [Need::Now, Need::Soon]);
        // Nobody has a valid one at minute 121.
        assert_eq!(text_at(&cache, 121).await, "token-3");
        assert_eq!(cache.issuer.needs.lock().unwrap()[2], Need::Now);
    }

    #[tokio::test(start_paused = true)]
    async fn a_failed_early_renewal_is_not_the_end_for_those_who_wait() {
        let cache = TokenCache::new(Numbered {
            fails_from: Some(2),
            fails_below: Some(3),
            ..Numbered::default()
        });
        assert_eq!(text_at(&cache, 0).await, "token-1");
        // The first request renews early, which fails. Meanwhile the token ends for the second one.
        let (early, late) = tokio::join!(text_at(&cache, 56), text_at(&cache, 61));
        assert_eq!((early.as_str(), late.as_str()), ("token-1", "token-3"));
        assert_eq!(
            *cache.issuer.needs.lock().unwrap(),
            [Need::Now, Need::Soon, Need::Now]
        );
    }

    #[tokio::test(start_paused = true)]
    async fn an_account_that_refuses_every_token_does_not_use_up_tokens() {
        let cache = TokenCache::new(Numbered::default());
        let seconds = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let first = cache.token(seconds(0)).await.unwrap();
        let second = cache.renew(&first, seconds(1)).await.unwrap();
        assert!(!second.is(&first));
        for now in 2..31 {
            let same = cache.renew(&second, seconds(now)).await.unwrap();
            assert!(same.is(&second), "second {now}");
        }
        assert_eq!(cache.issuer.issued.load(Ordering::Relaxed), 2);
        let third = cache.renew(&second, seconds(31)).await.unwrap();
        assert!(!third.is(&second));
    }

    #[tokio::test(start_paused = true)]
    async fn a_refused_token_that_has_aged_is_replaced_at_any_time() {
        let cache = TokenCache::new(Seconds(AtomicU32::new(0)));
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let first = cache.token(at(0)).await.unwrap();
        let second = cache.renew(&first, at(1)).await.unwrap();
        // It was valid until second 8, and is refused late.
        let third = cache.renew(&second, at(7)).await.unwrap();
        assert!(!third.is(&second));
    }

    /// Issues tokens that last four seconds more each.
    #[derive(Debug)]
    struct Seconds(AtomicU32);

    impl TokenIssuer for Seconds {
        fn issue(&self, _need: Need) -> TokenFuture<'_> {
            Box::pin(async {
                let number = self.0.fetch_add(1, Ordering::Relaxed) + 1;
                let expires = SystemTime::UNIX_EPOCH + Duration::from_secs(4) * number;
                AccessToken::new(Secret::new(format!("token-{number}")), expires)
            })
        }
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
