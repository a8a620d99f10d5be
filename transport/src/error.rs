//! The errors of this crate. No caller has to read their text.
//!
//! An error says what happened ([`Kind`]) and who can do something about it ([`Blame`]). Where a
//! service answered, it carries status and error code. `retry/judge.rs` decides from these values
//! alone whether to try again.

use std::fmt;

use crate::auth::masked;
use crate::descriptor::is_shortage_number;

/// The result of everything in this crate that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The kernel refused a file operation or a new socket; carries its `errno` (0 when there is
    /// none).
    Disk(i32),
    /// A file ended before the bytes that it should have.
    Shortened,
    /// The kernel or a limit refused what the engine needs (memory, descriptors, a ring).
    Limit,
    /// A host name did not resolve.
    Resolve,
    /// No connection could be made.
    Connect,
    /// The service could not be reached during the whole time that an outage may last.
    Unreachable,
    /// The TLS handshake failed: certificate, name or protocol.
    Tls,
    /// A connection ended before the answer was complete. `reused` is true for a kept-alive
    /// connection that gave no byte of the answer: the service may have closed it while it was
    /// idle.
    Reset {
        /// The connection had served a request before, and no byte of this answer had come.
        reused: bool,
    },
    /// Nothing moved within the limit for progress.
    Timeout,
    /// The peer broke the protocol: its answer is malformed or exceeds a limit.
    Protocol,
    /// The answer belongs to another request, another range, or has an unexpected status.
    Mismatch,
    /// The answer is about another version of the object than the requested one.
    Changed,
    /// The service answered with this status instead of success.
    Status(u16),
    /// A proxy answered with this status instead of forwarding the request.
    Proxy(u16),
    /// The received bytes are not the bytes that were sent.
    Integrity,
    /// The request cannot be sent: a header value with a line break, a bad certificate file.
    Invalid,
    /// The login gives no token, and asking for one again would not help.
    Login,
    /// The run was stopped.
    Stopped,
}

/// Who can do something about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blame {
    /// What was asked for is wrong: a key, a name, a missing container.
    User,
    /// The service is unwell or refuses for now.
    Service,
    /// Something between this machine and the service.
    Network,
    /// This machine: its disk, its memory, its limits.
    Machine,
}

/// A failure with its kind, its text and, from a service, its code and request id.
#[derive(Clone)]
pub struct Error(Box<ErrorDetails>);

#[derive(Clone)]
struct ErrorDetails {
    kind: Kind,
    message: String,
    code: Option<String>,
    request_id: Option<String>,
    date: Option<String>,
    header: Option<String>,
    tenant: Option<String>,
    role: Option<&'static str>,
    operation: Option<usize>,
    retry_after_ms: Option<u64>,
    attempts: u32,
}

impl Error {
    /// An error of this kind. The message is lower case, without a full stop, with names in
    /// backticks. Secrets in it are masked, because it is stored and shown.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self(Box::new(ErrorDetails {
            kind,
            message: masked(&message.into()),
            code: None,
            request_id: None,
            date: None,
            header: None,
            tenant: None,
            role: None,
            operation: None,
            retry_after_ms: None,
            attempts: 1,
        }))
    }

    /// A file operation that failed: `doing` reads like "cannot open `a/b`".
    pub fn disk(doing: impl fmt::Display, error: &std::io::Error) -> Self {
        let errno = error.raw_os_error().unwrap_or(0);
        Self::new(
            Kind::Disk(errno),
            format!("{doing}: {}", plain_reason(error)),
        )
    }

    /// What the service sent beside the status: its error code (`ContainerNotFound`), request id
    /// and date.
    pub fn answered(
        mut self,
        code: Option<String>,
        request_id: Option<String>,
        date: Option<String>,
    ) -> Self {
        self.0.code = code;
        self.0.request_id = request_id.map(|id| masked(&id));
        self.0.date = date;
        self
    }

    /// The header of the request that a refusal is about.
    pub fn about_header(mut self, name: Option<String>) -> Self {
        self.0.header = name;
        self
    }

    /// The tenant whose logins the service accepts.
    pub fn of_tenant(mut self, tenant: Option<String>) -> Self {
        self.0.tenant = tenant;
        self
    }

    /// The role that a login needs for what was refused, where it is another than for the data.
    pub fn needing_role(mut self, role: &'static str) -> Self {
        self.0.role = Some(role);
        self
    }

    /// The index of the operation that a refusal of an entity group transaction is about.
    pub fn about_operation(mut self, index: Option<usize>) -> Self {
        self.0.operation = index;
        self
    }

    /// The service asked to wait this long (`Retry-After`).
    pub fn after(mut self, wait_ms: Option<u64>) -> Self {
        self.0.retry_after_ms = wait_ms;
        self
    }

    /// How many times the request was sent before it was given up.
    pub fn attempted(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    /// The same error with more context in front: "`what`: `message`".
    pub fn within(mut self, what: impl fmt::Display) -> Self {
        self.0.message = format!("{what}: {}", self.0.message);
        self
    }

    /// What happened.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// There was no free descriptor, in this process or in the system. One becomes free when
    /// something is closed.
    pub fn is_descriptor_shortage(&self) -> bool {
        matches!(self.0.kind, Kind::Disk(errno) if is_shortage_number(errno))
    }

    /// The HTTP status, when a service answered.
    pub fn status(&self) -> Option<u16> {
        match self.0.kind {
            Kind::Status(status) => Some(status),
            _ => None,
        }
    }

    /// The service's error code, for example `BlobNotFound`.
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The service's `x-ms-request-id`, which support asks for.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// The answer's `Date` as it was sent (RFC 1123).
    pub fn date(&self) -> Option<&str> {
        self.0.date.as_deref()
    }

    /// The header of the request that the refusal is about, where the service names one.
    pub fn header(&self) -> Option<&str> {
        self.0.header.as_deref()
    }

    /// The tenant whose logins the service accepts, where it names one.
    pub fn tenant(&self) -> Option<&str> {
        self.0.tenant.as_deref()
    }

    /// The role that a login needs for what was refused, where it is another than for the data.
    pub fn role(&self) -> Option<&'static str> {
        self.0.role
    }

    /// The index of the operation that the refusal of an entity group transaction is about, where the
    /// service names one.
    pub fn operation(&self) -> Option<usize> {
        self.0.operation
    }

    /// Whether the service refused the request because there were too many.
    pub fn is_pushback(&self) -> bool {
        let code = self.code().unwrap_or_default();
        match self.kind() {
            Kind::Status(429 | 503) => true,
            Kind::Status(500) => code == "OperationTimedOut",
            _ => false,
        }
    }

    /// How long the service asked to wait, in milliseconds.
    pub fn retry_after_ms(&self) -> Option<u64> {
        self.0.retry_after_ms
    }

    /// How many times the request was sent; 1 when it was never repeated. A refusal after more than
    /// one attempt may answer our own earlier attempt, whose reply was lost.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// The text, without code and request id.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Who can do something about it.
    pub fn blame(&self) -> Blame {
        match self.0.kind {
            Kind::Disk(_) | Kind::Shortened | Kind::Limit => Blame::Machine,
            // The proxy asks for a user and a password.
            Kind::Proxy(407) => Blame::User,
            Kind::Resolve
            | Kind::Proxy(_)
            | Kind::Connect
            | Kind::Unreachable
            | Kind::Tls
            | Kind::Reset { .. }
            | Kind::Timeout
            | Kind::Integrity => Blame::Network,
            Kind::Protocol | Kind::Mismatch | Kind::Changed => Blame::Service,
            Kind::Status(status) if status >= 500 || status == 429 || status == 408 => {
                Blame::Service
            }
            Kind::Status(_) | Kind::Invalid | Kind::Login | Kind::Stopped => Blame::User,
        }
    }
}

/// The kernel's reason in the style of our messages: lower case, without the "(os error 2)" that
/// Rust adds.
pub(crate) fn plain_reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(characters).collect()
    })
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("message", &self.0.message)
            .field("code", &self.0.code)
            .field("request_id", &self.0.request_id)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_error_reads_like_one_sentence() {
        let error = Error::disk("cannot open `a/b`", &std::io::Error::from_raw_os_error(2));
        assert_eq!(
            error.to_string(),
            "cannot open `a/b`: no such file or directory"
        );
        assert_eq!(error.kind(), Kind::Disk(2));
        assert_eq!(error.blame(), Blame::Machine);
    }
}
