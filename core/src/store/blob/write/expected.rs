//! What a commit may replace under a blob's name, and what it means that the service refused one because of that.
//!
//! A refused commit is judged by what is there: what this write made itself before its answer was lost is success;
//! what somebody else made is a failure that names the blob.

use std::sync::{Arc, Mutex, PoisonError};

use azring_transport as transport;
use azring_transport::http::Reply;

use super::{Draft, etag};
use crate::entry::{ETag, Version};
use crate::plan::replace::Replace;
use crate::store::Tools;
use crate::store::blob::request::head_blob;
use crate::{Error, Result};

/// What may be replaced, as far as this run knows. Clones share it.
#[derive(Debug, Clone)]
pub(in crate::store::blob) struct Expected(Arc<Mutex<Replace>>);

impl Expected {
    /// What planning let be replaced.
    pub(super) fn new(replace: Replace) -> Self {
        Self(Arc::new(Mutex::new(replace)))
    }

    /// What may be replaced now.
    pub(in crate::store::blob) fn replace(&self) -> Replace {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Everything may be replaced.
    pub(super) fn is_anything(&self) -> bool {
        self.replace() == Replace::Anything
    }

    /// A request of this run has made this version: it may be replaced too. Where everything may be, that stays.
    pub(super) fn made(&self, etag: Option<ETag>) {
        let mut replace = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(etag) = etag
            && *replace != Replace::Anything
        {
            *replace = Replace::Only(Version::Service(etag));
        }
    }

    /// Whether a blob of this version, or none, is what was expected.
    pub(super) fn holds(&self, found: Option<&ETag>) -> bool {
        match (self.replace(), found) {
            (Replace::Anything, _) | (Replace::Nothing, None) => true,
            (Replace::Only(Version::Service(seen)), Some(found)) => seen == *found,
            _ => false,
        }
    }
}

impl Draft {
    /// The service refused a write because of its condition on what is there, or so it seems: what is there must be
    /// looked at.
    pub(in crate::store::blob) fn is_refused(&self, error: &transport::Error) -> bool {
        let is_about_target = match (error.status(), error.code()) {
            (Some(409), code) => code == Some("BlobAlreadyExists"),
            // Azurite answers 304 where Azure answers 412.
            (Some(412 | 304), code) => is_condition(code),
            _ => false,
        };
        is_about_target && !self.expected.is_anything()
    }

    /// The blob that is in the way of a refused write, as a HEAD tells of it. Where what is there is what was expected
    /// the refusal was about something else, the source of a copy for instance, and is told as it came.
    pub(in crate::store::blob) async fn in_the_way(
        &self,
        tools: &Tools,
        error: transport::Error,
    ) -> Result<Reply> {
        let request = head_blob::request(&self.place, &self.name);
        let found = match tools.client.send(&request).await {
            Ok(reply) => Some(reply),
            Err(error) if error.status() == Some(404) => None,
            Err(error) => return Err(error.into()),
        };
        let version = found.as_ref().and_then(etag);
        if self.expected.holds(version.as_ref()) {
            return Err(self.told(error));
        }
        found.ok_or_else(|| self.removed())
    }

    /// What was to be replaced is gone.
    pub(super) fn removed(&self) -> Error {
        Error::TargetChanged(format!(
            "`{}` was removed by somebody else since it was looked at: nothing was written in its place",
            self.shown()
        ))
    }

    /// What is there was made by somebody else, and stays.
    pub(in crate::store::blob) fn not_ours(&self) -> Error {
        let what = match self.expected.replace() {
            Replace::Only(_) => "was changed by somebody else since it was looked at",
            Replace::Nothing => "was made by somebody else while it was copied",
            Replace::Anything => "was written to by somebody else while it was copied",
        };
        Error::TargetChanged(format!("`{}` {what}, and stays as it is", self.shown()))
    }
}

/// Whether a code of a refused condition may be about the target's version.
pub(super) fn is_condition(code: Option<&str>) -> bool {
    !code.is_some_and(|code| code.starts_with("Lease") || code == "SourceConditionNotMet")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(text: &str) -> ETag {
        ETag(text.into())
    }

    #[test]
    fn only_what_was_seen_is_expected() {
        let nothing = Expected::new(Replace::Nothing);
        assert!(nothing.holds(None) && !nothing.holds(Some(&tag("1"))));
        let seen = Expected::new(Replace::Only(Version::Service(tag("1"))));
        assert!(seen.holds(Some(&tag("1"))));
        assert!(!seen.holds(Some(&tag("2"))) && !seen.holds(None));
        let anything = Expected::new(Replace::Anything);
        assert!(anything.holds(None) && anything.holds(Some(&tag("2"))));
    }

    #[test]
    fn what_this_run_made_is_expected_from_then_on() {
        let expected = Expected::new(Replace::Nothing);
        expected.clone().made(Some(tag("2")));
        assert!(expected.holds(Some(&tag("2"))) && !expected.holds(None));
        let anything = Expected::new(Replace::Anything);
        anything.made(Some(tag("2")));
        assert!(anything.is_anything());
    }

    #[test]
    fn a_lease_or_the_source_of_a_copy_is_no_condition_on_the_target() {
        for code in [Some("ConditionNotMet"), Some("TargetConditionNotMet"), None] {
            assert!(is_condition(code), "{code:?}");
        }
        for code in ["LeaseIdMissing", "SourceConditionNotMet"] {
            assert!(!is_condition(Some(code)), "{code}");
        }
    }
}
