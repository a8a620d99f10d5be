//! Sign-in by device code: the codes that were handed out, and what became of them.
//! <https://www.rfc-editor.org/rfc/rfc8628>

use super::error::{IdentityError, IdentityResult};
use super::random;
use super::settings::DeviceCodeSettings;
use crate::emulator::clock::Moment;

/// What the user did with a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Nothing yet.
    Pending,
    /// The user of this name signed in.
    Approved(String),
    /// The user refused.
    Declined,
    /// The code has ended, whatever its time.
    Expired,
    /// The client has its tokens.
    Used,
}

/// A code that was handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceCode {
    /// What the client polls with.
    pub code: String,
    /// What the user types.
    pub user_code: String,
    /// The client that asked for it.
    pub client_id: String,
    /// The resource of the tokens.
    pub resource: String,
    /// When it ends.
    pub expires: Moment,
    /// What the user did.
    pub decision: Decision,
    interval_seconds: u64,
    polls: u32,
    last_poll: Option<Moment>,
}

/// All codes since the start.
#[derive(Debug, Default)]
pub struct DeviceCodes(Vec<DeviceCode>);

impl DeviceCodes {
    /// Hands out a code.
    pub fn start(
        &mut self,
        settings: &DeviceCodeSettings,
        client_id: &str,
        resource: &str,
        now: Moment,
    ) -> &DeviceCode {
        self.0.push(DeviceCode {
            code: random::secret(),
            user_code: random::user_code(),
            client_id: client_id.to_owned(),
            resource: resource.to_owned(),
            expires: now.plus_ms(settings.expires_in * 1_000),
            decision: Decision::Pending,
            interval_seconds: settings.interval,
            polls: 0,
            last_poll: None,
        });
        &self.0[self.0.len() - 1]
    }

    /// Answers a poll: the resource and the user who signed in. `first_user` signs in when the settings
    /// approve codes by themselves.
    pub fn poll(
        &mut self,
        settings: &DeviceCodeSettings,
        (code, client_id): (&str, &str),
        first_user: Option<&str>,
        now: Moment,
    ) -> IdentityResult<(String, String)> {
        let mut codes = self.0.iter_mut();
        let found = codes.find(|one| one.code == code).ok_or_else(unknown)?;
        if !found.client_id.eq_ignore_ascii_case(client_id) {
            return Err(IdentityError::new(
                "invalid_grant",
                70_000,
                "The device code was issued to another client.",
            ));
        }
        found.poll(settings, first_user, now)
    }

    /// Notes what the user did with a pending code; false if there is none.
    pub fn decide(&mut self, user_code: &str, decision: Decision) -> bool {
        let mut codes = self.0.iter_mut();
        let found = codes.find(|one| {
            one.user_code.eq_ignore_ascii_case(user_code) && one.decision == Decision::Pending
        });
        if let Some(code) = found {
            code.decision = decision;
            return true;
        }
        false
    }

    /// The codes that wait for their user.
    pub fn pending(&self, now: Moment) -> impl Iterator<Item = &DeviceCode> {
        let is_pending =
            move |code: &&DeviceCode| code.decision == Decision::Pending && now < code.expires;
        self.0.iter().filter(is_pending)
    }
}

impl DeviceCode {
    fn poll(
        &mut self,
        settings: &DeviceCodeSettings,
        first_user: Option<&str>,
        now: Moment,
    ) -> IdentityResult<(String, String)> {
        if self.decision == Decision::Expired || now >= self.expires {
            return Err(IdentityError::new(
                "expired_token",
                70_020,
                "The provided value for the input parameter 'device_code' is not valid. This device code has expired.",
            ));
        }
        self.polls += 1;
        let half_ms = self.interval_seconds * 500;
        let last_poll = self.last_poll.replace(now);
        let is_early =
            settings.enforces_interval && last_poll.is_some_and(|last| now < last.plus_ms(half_ms));
        if is_early || self.polls <= settings.slow_down_polls {
            self.interval_seconds += 5;
            return Err(IdentityError::new(
                "slow_down",
                0,
                "The client polls too often. The interval grows by 5 seconds.",
            ));
        }
        let ended_polls = self.polls - settings.slow_down_polls;
        if self.decision == Decision::Pending
            && let Some(user) = first_user
            && settings
                .approved_after_polls
                .is_some_and(|polls| ended_polls > polls)
        {
            self.decision = Decision::Approved(user.to_owned());
        }
        match std::mem::replace(&mut self.decision, Decision::Used) {
            Decision::Approved(user) => Ok((self.resource.clone(), user)),
            Decision::Pending => {
                self.decision = Decision::Pending;
                Err(IdentityError::new(
                    "authorization_pending",
                    70_016,
                    "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
                ))
            }
            Decision::Declined => {
                self.decision = Decision::Declined;
                Err(IdentityError::new(
                    "authorization_declined",
                    0,
                    "OAuth 2.0 device flow error. The end user has declined the authorization request.",
                ))
            }
            Decision::Used | Decision::Expired => Err(IdentityError::new(
                "invalid_grant",
                54_005,
                "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.",
            )),
        }
    }
}

fn unknown() -> IdentityError {
    IdentityError::new(
        "bad_verification_code",
        70_018,
        "Invalid verification code due to User typing in wrong user code for device code flow. Authorization is not approved.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment::from_seconds(1_000);

    fn at(seconds: u64) -> Moment {
        Moment::from_seconds(1_000 + seconds)
    }

    fn error_of<T: std::fmt::Debug>(answer: IdentityResult<T>) -> &'static str {
        answer.unwrap_err().error
    }

    #[test]
    fn a_client_that_polls_too_often_is_slowed_down_for_good() {
        let settings = DeviceCodeSettings {
            enforces_interval: true,
            ..DeviceCodeSettings::default()
        };
        let mut codes = DeviceCodes::default();
        let code = codes.start(&settings, "client", "r", NOW).code.clone();
        let mut poll =
            |seconds| error_of(codes.poll(&settings, (&code, "client"), None, at(seconds)));
        assert_eq!(poll(5), "authorization_pending");
        assert_eq!(poll(7), "slow_down");
        assert_eq!(poll(11), "slow_down");
        assert_eq!(poll(21), "authorization_pending");
    }

    #[test]
    fn a_code_is_redeemed_once_and_by_its_client() {
        let settings = DeviceCodeSettings::default();
        let mut codes = DeviceCodes::default();
        let code = codes.start(&settings, "client", "r", NOW).clone();
        assert!(!codes.decide("other", Decision::Declined));
        assert!(codes.decide(&code.user_code, Decision::Approved("me".to_owned())));
        let mut poll =
            |client, seconds| codes.poll(&settings, (&code.code, client), None, at(seconds));
        assert_eq!(error_of(poll("other", 5)), "invalid_grant");
        assert_eq!(
            poll("client", 5).unwrap(),
            ("r".to_owned(), "me".to_owned())
        );
        assert_eq!(error_of(poll("client", 10)), "invalid_grant");
        assert_eq!(error_of(poll("client", 900)), "expired_token");
    }

    #[test]
    fn scripted_polls_come_before_the_approval() {
        let settings = DeviceCodeSettings {
            approved_after_polls: Some(1),
            slow_down_polls: 1,
            interval: 0,
            ..DeviceCodeSettings::default()
        };
        let mut codes = DeviceCodes::default();
        let code = codes.start(&settings, "client", "r", NOW).code.clone();
        let mut poll = |seconds| codes.poll(&settings, (&code, "client"), Some("me"), at(seconds));
        assert_eq!(error_of(poll(1)), "slow_down");
        assert_eq!(error_of(poll(6)), "authorization_pending");
        assert!(poll(12).is_ok());
    }
}
