//! How long a peer may be silent.

use std::time::Duration;

/// How long a peer may be silent before that is an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// For a connection: name, TCP and TLS together.
    pub connect: Duration,
    /// For the first byte of an answer, counted from the last byte of the request.
    pub first_byte: Duration,
    /// The same for requests with data, which a service answers as soon as it has the data.
    pub first_byte_of_data: Duration,
    /// Between two signs of life once an answer has begun.
    pub no_progress: Duration,
    /// For a kibibyte of a request or an answer, so that a peer that sends a byte at a time ends
    /// too.
    pub least_progress: Duration,
    /// For one attempt as a whole.
    pub attempt: Duration,
}

impl Default for Timeouts {
    /// 10 s, 60 s, 45 s, 30 s, 60 s and 900 s. The last one is what `AzCopy` 8 gives one request.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            first_byte: Duration::from_mins(1),
            first_byte_of_data: Duration::from_secs(45),
            no_progress: Duration::from_secs(30),
            least_progress: Duration::from_mins(1),
            attempt: Duration::from_mins(15),
        }
    }
}
