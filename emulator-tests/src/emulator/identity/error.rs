//! The refusals of the provider's endpoints, in the form of Microsoft Entra ID.
//! <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>

use serde_json::{Value, json};

use super::random;
use crate::emulator::clock::Moment;

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityError {
    /// HTTP status.
    pub status: u16,
    /// `error`, a name of OAuth 2.0.
    pub error: &'static str,
    /// The number behind `AADSTS`; 0 for none.
    pub code: u32,
    /// The text behind it.
    pub message: String,
}

/// What an endpoint answers: a document or a refusal.
pub type IdentityResult<T> = Result<T, IdentityError>;

impl IdentityError {
    /// A refusal of the request: 400.
    pub fn new(error: &'static str, code: u32, message: impl Into<String>) -> Self {
        Self {
            status: 400,
            error,
            code,
            message: message.into(),
        }
    }

    /// A refusal of the client's credential: 401.
    pub fn invalid_client(code: u32, message: impl Into<String>) -> Self {
        Self {
            status: 401,
            ..Self::new("invalid_client", code, message)
        }
    }

    /// The request has no such parameter.
    pub fn missing(name: &str) -> Self {
        Self::new(
            "invalid_request",
            900_144,
            format!("The request body must contain the following parameter: '{name}'."),
        )
    }

    /// The document of the answer.
    pub fn document(&self, now: Moment, correlation: Option<&str>) -> Value {
        let trace = random::guid();
        let correlation = correlation.map_or_else(random::guid, str::to_owned);
        let time = now.iso8601_seconds().replace('T', " ");
        let prefix = if self.code == 0 {
            String::new()
        } else {
            format!("AADSTS{}: ", self.code)
        };
        let codes: Vec<u32> = Some(self.code)
            .filter(|code| *code != 0)
            .into_iter()
            .collect();
        json!({
            "error": self.error,
            "error_description": format!(
                "{prefix}{}\r\nTrace ID: {trace}\r\nCorrelation ID: {correlation}\r\nTimestamp: {time}",
                self.message
            ),
            "error_codes": codes,
            "timestamp": time,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": format!("https://login.microsoftonline.com/error?code={}", self.code),
        })
    }
}
