//! What a commit may replace under a blob's name, and the meaning of a refused commit.
//!
//! A refused commit is judged by the blob that is there. A blob that this write made before its answer was lost is
//! success; a blob that somebody else made is a failure that names it.

use std::sync::{Arc, Mutex, PoisonError};

use azring_transport as transport;
use azring_transport::http::Reply;

use super::Draft;
use crate::entry::{ETag, Version};
use crate::plan::replace::Replace;
use crate::store::Tools;
use crate::store::blob::request::head_blob;
use crate::store::rest::conditions::etag;
use crate::store::rest::{is_leased, not_ours, removed};
use crate::{Error, Result};

/// What may be replaced, as far as this run knows. Clones share it.
#[derive(Debug, Clone)]
pub(in crate::store::blob) struct Expected(Arc<Mutex<Replace>>);

impl Expected {
    /// What planning permits to replace.
    pub(in crate::store::blob) fn new(replace: Replace) -> Self {
        Self(Arc::new(Mutex::new(replace)))
    }

    /// What may be replaced now.
    pub(in crate::store::blob) fn replace(&self) -> Replace {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Whether everything may be replaced.
    pub(super) fn is_anything(&self) -> bool {
        self.replace() == Replace::Anything
    }

    /// Permits to replace this version, which a request of this run has made.
    pub(super) fn made(&self, etag: Option<ETag>) {
        let mut replace = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(etag) = etag
            && *replace != Replace::Anything
        {
            *replace = Replace::Only(Version::Service(etag));
        }
    }

    /// Whether a blob of this version, or no blob, is expected.
    pub(super) fn holds(&self, found: Option<&ETag>) -> bool {
        match (self.replace(), found) {
            (Replace::Anything, _) | (Replace::Nothing, None) => true,
            (Replace::Only(Version::Service(seen)), Some(found)) => seen == *found,
            _ => false,
        }
    }
}

impl Draft {
    /// Whether the service seems to have refused a write because of its condition. The blob that is there must be
    /// inspected then.
    pub(in crate::store::blob) fn is_refused(&self, error: &transport::Error) -> bool {
        let is_about_target = match (error.status(), error.code()) {
            (Some(409), code) => code == Some("BlobAlreadyExists"),
            // Azurite answers 304 where Azure answers 412.
            (Some(412 | 304), code) => is_condition(code),
            _ => false,
        };
        is_about_target && !self.expected.is_anything()
    }

    /// What is under the name now, as what may be replaced. A credential that only writes may replace anything.
    pub(super) async fn look(&self, tools: &Tools) -> Result<Replace> {
        let request = head_blob::request(&self.place, &self.name);
        match tools.client.send(&request).await {
            Ok(reply) => Ok(Replace::of_look(etag(&reply).map(Version::Service))),
            Err(error) if error.status() == Some(404) => Ok(Replace::Nothing),
            Err(error) if error.status() == Some(403) => Ok(Replace::Anything),
            Err(error) => Err(self.failure(error)),
        }
    }

    /// The blob that is in the way of a refused write, as the answer to a HEAD.
    ///
    /// Where the expected blob is there, the refusal was about something else, for instance the source of a copy.
    /// It is the failure then.
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
            return Err(self.failure(error));
        }
        found.ok_or_else(|| self.removed())
    }

    /// The failure where the blob to be replaced is gone.
    pub(super) fn removed(&self) -> Error {
        removed(&self.shown())
    }

    /// The failure where somebody else made the blob that is there. That blob stays.
    pub(in crate::store::blob) fn not_ours(&self) -> Error {
        not_ours(&self.shown(), &self.expected.replace())
    }
}

/// Whether a code of a refused condition may concern the target's version.
pub(super) fn is_condition(code: Option<&str>) -> bool {
    !is_leased(code) && code != Some("SourceConditionNotMet")
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
