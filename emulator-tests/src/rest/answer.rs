//! The answer to a request of a test.

use std::collections::BTreeMap;

/// The answer to a request of a test.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers, by their names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// Returns itself if its status is a success.
    ///
    /// # Panics
    /// When it is not.
    #[track_caller]
    pub fn succeeded(self) -> Self {
        let text = String::from_utf8_lossy(&self.body);
        assert!(
            (200..300).contains(&self.status),
            "the service answered {}: {text}",
            self.status
        );
        self
    }

    /// A header's value; empty if the header is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}
