//! Ends a run that cannot succeed.
//!
//! After several failures of one cause that concerns every object, without a success between them,
//! the other objects would fail in the same way thousands of times. [`super::outcome`] reports each
//! object's end here. Causes are compared by kind and code, never by text. A failure that concerns
//! a single object (its name, its content, its permissions on the local disk, a deleted blob) never
//! ends a run.

use std::cell::RefCell;

use azring_transport as transport;
use azring_transport::Kind;
use rustix::io::Errno;

use crate::Error;
use crate::stop::Stop;

/// This many failures of one cause end the run.
const FAILURES_MAX: u32 = 20;

/// The same for causes that certainly concern every object: a full disk, a missing container.
const CERTAIN_FAILURES_MAX: u32 = 3;

/// Counts failures since the last success.
#[derive(Debug)]
pub(super) struct FailureLimit {
    stop: Stop,
    counts: RefCell<Vec<(FailureCause, u32)>>,
}

/// Why objects fail.
#[derive(Debug, Clone, PartialEq, Eq)]
enum FailureCause {
    Service { status: u16, code: String },
    Disk(i32),
    Connection(Kind),
    Login,
}

impl FailureCause {
    /// The cause, if it concerns more than the one object.
    fn of(error: &Error) -> Option<Self> {
        let Error::Transport(error) = error.bare() else {
            return None;
        };
        match error.kind() {
            Kind::Status(status) if is_common(status, error) => Some(Self::Service {
                status,
                code: error.code().unwrap_or_default().to_owned(),
            }),
            Kind::Disk(errno) if is_full(errno) => Some(Self::Disk(errno)),
            Kind::Login => Some(Self::Login),
            // Whether the connection was reused makes no difference here.
            Kind::Reset { .. } => Some(Self::Connection(Kind::Reset { reused: false })),
            kind @ (Kind::Resolve | Kind::Connect | Kind::Tls | Kind::Timeout | Kind::Proxy(_)) => {
                Some(Self::Connection(kind))
            }
            _ => None,
        }
    }

    fn failures_max(&self) -> u32 {
        let is_certain = match self {
            Self::Login => return 1,
            Self::Disk(_) => true,
            Self::Service { code, .. } => CERTAIN_CODES.contains(&code.as_str()),
            Self::Connection(_) => false,
        };
        if is_certain {
            CERTAIN_FAILURES_MAX
        } else {
            FAILURES_MAX
        }
    }
}

/// Error codes about the container, the share or the account.
/// <https://learn.microsoft.com/rest/api/storageservices/common-rest-api-error-codes>
const CERTAIN_CODES: [&str; 10] = [
    "AccountIsDisabled",
    "AccountRequiresHttps",
    "ContainerBeingDeleted",
    "ContainerDisabled",
    "ContainerNotFound",
    "KeyBasedAuthenticationNotPermitted",
    "PublicAccessNotPermitted",
    "ShareBeingDeleted",
    "ShareDisabled",
    "ShareNotFound",
];

/// Error codes about what all requests have in common.
const COMMON_CODES: [&str; 4] = [
    "FeatureVersionMismatch",
    "InvalidAuthenticationInfo",
    "InvalidHeaderValue",
    "UnsupportedHeader",
];

fn is_common(status: u16, error: &transport::Error) -> bool {
    let code = error.code().unwrap_or_default();
    match status {
        401 | 403 | 429 | 500.. => true,
        404 => matches!(
            code,
            "ContainerNotFound" | "ShareNotFound" | "ResourceNotFound"
        ),
        _ => CERTAIN_CODES.contains(&code) || COMMON_CODES.contains(&code),
    }
}

/// Whether the kernel reports a full disk, a quota or a read-only file system.
fn is_full(errno: i32) -> bool {
    [Errno::NOSPC, Errno::DQUOT, Errno::ROFS]
        .iter()
        .any(|full| full.raw_os_error() == errno)
}

impl FailureLimit {
    /// A limit that stops the run with this switch.
    pub(super) fn new(stop: &Stop) -> Self {
        Self {
            stop: stop.clone(),
            counts: RefCell::default(),
        }
    }

    /// An object succeeded: the failures before it may have concerned single objects.
    pub(super) fn succeeded(&self) {
        self.counts.borrow_mut().clear();
    }

    /// Counts a failed object.
    ///
    /// Returns how many have failed for the same cause when this one is one too many. Then the run
    /// has been stopped.
    pub(super) fn failed(&self, error: &Error) -> Option<u32> {
        let cause = FailureCause::of(error)?;
        let failures_max = cause.failures_max();
        let mut counts = self.counts.borrow_mut();
        let found = counts.iter().position(|(counted, _)| *counted == cause);
        let at = found.unwrap_or_else(|| {
            counts.push((cause, 0));
            counts.len() - 1
        });
        counts[at].1 += 1;
        let failures = counts[at].1;
        if failures < failures_max || self.stop.is_on() {
            return None;
        }
        self.stop.stop();
        Some(failures)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Side;

    fn answered(status: u16, code: &str) -> Error {
        transport::Error::new(Kind::Status(status), "told")
            .answered(Some(code.to_owned()), None, None)
            .into()
    }

    fn disk(errno: i32) -> Error {
        let error = std::io::Error::from_raw_os_error(errno);
        transport::Error::disk("cannot write `a`", &error).into()
    }

    /// The number of failures after which the run ends; `None` when it goes on after a hundred.
    fn ends_after(error: &Error) -> Option<u32> {
        let limit = FailureLimit::new(&Stop::default());
        (0..100).find_map(|_| limit.failed(error))
    }

    #[test]
    fn what_concerns_every_object_ends_the_run() {
        for (error, failures) in [
            (answered(403, "AuthorizationPermissionMismatch"), 20),
            (answered(401, "NoAuthenticationInformation"), 20),
            (answered(500, "InternalError"), 20),
            (answered(400, "InvalidHeaderValue"), 20),
            (answered(403, "AccountIsDisabled"), 3),
            (answered(404, "ContainerNotFound").at(Side::Target), 3),
            (answered(409, "ContainerBeingDeleted"), 3),
            (answered(404, "ShareNotFound").at(Side::Target), 3),
            (answered(409, "ShareBeingDeleted"), 3),
            (disk(28), 3),
            (disk(122), 3),
            (disk(30), 3),
            (transport::Error::new(Kind::Connect, "refused").into(), 20),
            (transport::Error::new(Kind::Login, "ended").into(), 1),
        ] {
            assert_eq!(ends_after(&error), Some(failures), "{error:?}");
        }
    }

    #[test]
    fn what_is_about_one_object_never_does() {
        for error in [
            answered(404, "BlobNotFound"),
            answered(409, "BlobAlreadyExists"),
            answered(412, "LeaseIdMissing"),
            answered(400, "OutOfRangeInput"),
            disk(13),
            disk(2),
            disk(27),
            Error::Name("`..` is no name".into()),
            Error::Changed("it grew".into()),
            Error::Stopped,
        ] {
            assert_eq!(ends_after(&error), None, "{error:?}");
        }
    }

    #[test]
    fn a_success_begins_the_count_again_and_another_cause_does_not() {
        let stop = Stop::default();
        let limit = FailureLimit::new(&stop);
        let (forbidden, full) = (answered(403, "AuthorizationFailure"), disk(28));
        for _ in 0..19 {
            assert_eq!(limit.failed(&forbidden), None);
        }
        limit.succeeded();
        for _ in 0..19 {
            assert_eq!(limit.failed(&forbidden), None);
        }
        assert_eq!(limit.failed(&full), None);
        assert!(!stop.is_on());
        assert_eq!(limit.failed(&forbidden), Some(20));
        assert!(stop.is_on());
        assert_eq!(limit.failed(&forbidden), None, "it is told once");
    }
}
