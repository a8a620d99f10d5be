//! The condition under which a service carries out a request.
//! <https://learn.microsoft.com/rest/api/storageservices/specifying-conditional-headers-for-blob-service-operations>

use azring_transport::http::{Reply, Request};

use crate::entry::{ETag, Version};
use crate::plan::replace::Replace;

/// The condition of a request. Where it does not hold the answer is 412, or 409 for some creations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Condition<'a> {
    /// None.
    #[default]
    Always,
    /// The object has this version.
    Unchanged(&'a ETag),
    /// There is no such object yet.
    Missing,
}

impl<'a> Condition<'a> {
    /// The condition of a commit that replaces no more than this.
    pub fn of(replace: &'a Replace) -> Self {
        match replace {
            Replace::Nothing => Self::Missing,
            Replace::Only(Version::Service(etag)) => Self::Unchanged(etag),
            // An object of a service never has the version of a file.
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

    /// Adds the header to a request that reads. The answer must name that version too, because a cache may answer
    /// with another one.
    pub fn on_reading(self, request: Request) -> Request {
        let mut request = self.on(request);
        request.expected.same_version = matches!(self, Self::Unchanged(_));
        request
    }
}

/// The entity tag in an answer.
pub(crate) fn etag(reply: &Reply) -> Option<ETag> {
    reply.header("etag").map(|text| ETag(text.to_owned()))
}

/// The entity tag in a listing, in the form that headers have. Some services list it without its quotes.
pub(crate) fn quoted_etag(text: String) -> ETag {
    if text.starts_with('"') || text.starts_with("W/") {
        ETag(text)
    } else {
        ETag(format!("\"{text}\""))
    }
}
