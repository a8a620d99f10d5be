//! The condition under which a service does what a request asks.
//! <https://learn.microsoft.com/rest/api/storageservices/specifying-conditional-headers-for-blob-service-operations>

use azring_transport::http::Request;

use crate::entry::{ETag, Version};
use crate::plan::replace::Replace;

/// When a request is carried out; otherwise the answer is 412 (409 for some creations).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Condition<'a> {
    /// Always.
    #[default]
    Always,
    /// Only on this version of the object.
    Unchanged(&'a ETag),
    /// Only if there is no such object yet.
    Missing,
}

impl<'a> Condition<'a> {
    /// Under which a commit replaces no more than this.
    pub fn of(replace: &'a Replace) -> Self {
        match replace {
            Replace::Nothing => Self::Missing,
            Replace::Only(Version::Service(etag)) => Self::Unchanged(etag),
            // No service has the version of a file.
            Replace::Anything | Replace::Only(Version::Local { .. }) => Self::Always,
        }
    }
}

impl Condition<'_> {
    /// Adds the header to the request.
    pub fn on(self, request: Request) -> Request {
        match self {
            Self::Always => request,
            Self::Unchanged(etag) => request.header("if-match", etag.0.as_str()),
            Self::Missing => request.header("if-none-match", "*"),
        }
    }

    /// Adds the header to a request that reads. What it reads must then tell that it is of that version: a cache may
    /// answer with another.
    pub fn on_reading(self, request: Request) -> Request {
        let mut request = self.on(request);
        request.expected.same_version = matches!(self, Self::Unchanged(_));
        request
    }
}
