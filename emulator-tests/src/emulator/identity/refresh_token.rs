//! Refresh tokens: who got them, and whether they are still good.

use std::collections::HashMap;

use super::error::{IdentityError, IdentityResult};
use super::random;
use crate::emulator::clock::Moment;

/// A refresh token that was issued.
#[derive(Debug, Clone, PartialEq, Eq)]
struct RefreshToken {
    client_id: String,
    user: String,
    expires: Moment,
    /// The refusal that ends it.
    ended_by: Option<u32>,
}

/// All refresh tokens since the start.
#[derive(Debug, Default)]
pub struct RefreshTokens(HashMap<String, RefreshToken>);

impl RefreshTokens {
    /// A new token of a user for a client.
    pub fn issue(&mut self, client_id: &str, user: &str, expires: Moment) -> String {
        let token = random::secret();
        let entry = RefreshToken {
            client_id: client_id.to_owned(),
            user: user.to_owned(),
            expires,
            ended_by: None,
        };
        self.0.insert(token.clone(), entry);
        token
    }

    /// The user of a token. A token for single use ends.
    pub fn redeem(
        &mut self,
        token: &str,
        client_id: &str,
        is_single_use: bool,
        now: Moment,
    ) -> IdentityResult<String> {
        let found = self.0.get_mut(token).ok_or_else(|| refused(9_002_313))?;
        if !found.client_id.eq_ignore_ascii_case(client_id) {
            return Err(refused(700_005));
        }
        if let Some(code) = found.ended_by {
            return Err(refused(code));
        }
        if now >= found.expires {
            return Err(refused(700_082));
        }
        if is_single_use {
            found.ended_by = Some(70_000);
        }
        Ok(found.user.clone())
    }

    /// Ends all tokens of a user; they are refused with this code from now on.
    pub fn end(&mut self, user: &str, code: u32) {
        for token in self.0.values_mut() {
            if token.user.eq_ignore_ascii_case(user) {
                token.ended_by = Some(code);
            }
        }
    }
}

fn refused(code: u32) -> IdentityError {
    let message = match code {
        50_173 => {
            "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password."
        }
        70_043 => {
            "The refresh token has expired or is invalid due to sign-in frequency checks by conditional access."
        }
        700_005 => "The provided grant was issued to another client.",
        700_082 => "The refresh token has expired due to inactivity.",
        9_002_313 => "Invalid request. Request is malformed or invalid.",
        _ => "The provided grant is invalid or malformed.",
    };
    IdentityError::new("invalid_grant", code, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refresh_token_ends_with_its_time_its_use_or_its_user() {
        let (now, end) = (Moment::from_seconds(10), Moment::from_seconds(20));
        let mut tokens = RefreshTokens::default();
        let first = tokens.issue("client", "me", end);
        let code = |answer: IdentityResult<String>| answer.unwrap_err().code;
        assert_eq!(code(tokens.redeem(&first, "other", false, now)), 700_005);
        assert_eq!(
            code(tokens.redeem("unknown", "client", false, now)),
            9_002_313
        );
        assert_eq!(tokens.redeem(&first, "client", false, now).unwrap(), "me");
        assert_eq!(tokens.redeem(&first, "client", true, now).unwrap(), "me");
        assert_eq!(code(tokens.redeem(&first, "client", true, now)), 70_000);
        let second = tokens.issue("client", "me", end);
        assert_eq!(code(tokens.redeem(&second, "client", false, end)), 700_082);
        tokens.end("me", 70_043);
        assert_eq!(code(tokens.redeem(&second, "client", false, now)), 70_043);
    }
}
