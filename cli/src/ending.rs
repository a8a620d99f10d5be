//! How a call of the program ended.

use azring_core::report::{DeletionRefusal, Summary};
use azring_core::{Error, Result, journal};
use azring_transport::{Blame, Kind};
use rustix::io::Errno;

/// What the user asked for about the exit code.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct ExitPolicy {
    /// The exit code names the cause of a failure, and not only that there is one.
    pub(crate) is_detailed: bool,
    /// A run that finds nothing to copy has failed.
    pub(crate) fail_if_empty: bool,
    /// The codes of AzCopy 10: every failure of a run is 1.
    pub(crate) is_azcopy10: bool,
}

/// How a call ended. The detailed endings have codes of their own with `/ExitCodes:detailed`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Nothing failed. Skipped objects are no failures.
    Success,
    /// Something failed.
    Failure,
    /// The command was wrong; nothing was tried.
    Usage,
    /// There is nothing to copy: the source does not exist, or nothing was selected and
    /// `/FailIfEmpty` was given.
    Nothing,
    /// A credential was refused or lacks a permission.
    Refused,
    /// This machine lacks something: disk, memory, descriptors.
    Exhausted,
    /// The journal is damaged or belongs to another version.
    Unreadable,
    /// There is a conflict: another run holds the journal, it belongs to another command, or the
    /// destination changed.
    Contested,
    /// A sync would delete more than is allowed.
    TooManyDeletions,
    /// The service cannot be reached or is failing. A later attempt may succeed.
    Unavailable,
    /// A signal stopped the run.
    Signal(i32),
}

impl Ending {
    /// The ending of a run with this result.
    pub(crate) fn of(result: &Result<Summary>, policy: ExitPolicy) -> Self {
        let ending = match result {
            Ok(summary) if summary.is_success() => {
                if summary.listed == 0 && policy.fail_if_empty {
                    Self::Nothing
                } else {
                    Self::Success
                }
            }
            Ok(summary) => match &summary.ended_by {
                Some(error) => Self::because_of(error),
                None if deletes_too_many(summary) => Self::TooManyDeletions,
                None => Self::Failure,
            },
            Err(error) => Self::because_of(error),
        };
        ending.by(policy)
    }

    /// The ending under this policy: without detailed codes every failure is a plain one.
    pub(crate) fn by(self, policy: ExitPolicy) -> Self {
        match self {
            Self::TooManyDeletions if policy.is_azcopy10 => Self::Failure,
            Self::Success
            | Self::Failure
            | Self::Usage
            | Self::TooManyDeletions
            | Self::Signal(_) => self,
            _ if policy.is_detailed => self,
            _ => Self::Failure,
        }
    }

    /// A success whose output was lost is a failure.
    pub(crate) fn with_output(self, is_lost: bool) -> Self {
        match self {
            Self::Success if is_lost => Self::Failure,
            ending => ending,
        }
    }

    /// The detailed ending of a run that could not begin or continue.
    fn because_of(error: &Error) -> Self {
        let error = match error.bare() {
            Error::Usage(_) => return Self::Usage,
            Error::Credential(_) => return Self::Refused,
            Error::Journal(error) => return Self::of_journal(error),
            Error::Changed(_) | Error::TargetChanged(_) => return Self::Contested,
            Error::NotFound(_) => return Self::Nothing,
            Error::Transport(error) => error,
            _ => return Self::Failure,
        };
        match (error.kind(), error.blame()) {
            (Kind::Status(401 | 403) | Kind::Proxy(403 | 407), _) => Self::Refused,
            (Kind::Status(404), _) => Self::Nothing,
            (Kind::Disk(number), _) if number == Errno::NOENT.raw_os_error() => Self::Nothing,
            (Kind::Status(409 | 412), _) => Self::Contested,
            (Kind::Limit, _) => Self::Exhausted,
            (Kind::Disk(number), _) if is_exhausted(number) => Self::Exhausted,
            (
                Kind::Resolve
                | Kind::Connect
                | Kind::Unreachable
                | Kind::Reset { .. }
                | Kind::Timeout
                | Kind::Proxy(_),
                _,
            )
            | (Kind::Status(_), Blame::Service) => Self::Unavailable,
            _ => Self::Failure,
        }
    }

    /// The ending of a run whose journal cannot be used.
    pub(crate) fn of_journal(error: &journal::Error) -> Self {
        match error {
            journal::Error::Held { .. } => Self::Contested,
            journal::Error::Disk { errno, .. } => Self::of_disk(*errno),
            _ => Self::Unreadable,
        }
    }

    /// The ending of a run that this machine's disk failed, with the kernel's error number.
    pub(crate) fn of_disk(errno: Option<i32>) -> Self {
        match errno {
            Some(number) if is_exhausted(number) => Self::Exhausted,
            _ => Self::Failure,
        }
    }

    /// The process's exit code. A signal's code is 128 plus its number, as in shells. Code 75 is
    /// that of `sysexits.h` for "try again later".
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Failure => 1,
            Self::Usage => 2,
            Self::Nothing => 3,
            Self::Refused => 4,
            Self::Exhausted => 5,
            Self::Unreadable => 6,
            Self::Contested | Self::TooManyDeletions => 7,
            Self::Unavailable => 75,
            Self::Signal(number) => 128_u8.saturating_add(u8::try_from(number).unwrap_or(127)),
        }
    }
}

/// Whether the only thing that was not done is to delete more than is allowed.
fn deletes_too_many(summary: &Summary) -> bool {
    let refused = summary.deletions.as_ref().and_then(|all| all.refused);
    refused == Some(DeletionRefusal::TooMany)
}

/// The kernel's numbers for a full disk, a quota, no memory and no descriptors.
fn is_exhausted(number: i32) -> bool {
    [
        Errno::NOSPC,
        Errno::DQUOT,
        Errno::NOMEM,
        Errno::MFILE,
        Errno::NFILE,
    ]
    .iter()
    .any(|errno| errno.raw_os_error() == number)
}

#[cfg(test)]
mod tests {
    use azring_transport::Error as Transport;

    use super::*;
    use crate::intent::tests::alone;
    use crate::settings::Settings;

    fn policy(list: &[&str]) -> ExitPolicy {
        let list: Vec<_> = list.iter().map(Into::into).collect();
        let settings = Settings::new(&crate::args::read(&list).unwrap(), &alone(&[])).unwrap();
        settings.exit_policy
    }

    fn codes(result: &Result<Summary>) -> (u8, u8) {
        let (plain, detailed) = (policy(&[]), policy(&["/ExitCodes:detailed"]));
        (
            Ending::of(result, plain).code(),
            Ending::of(result, detailed).code(),
        )
    }

    #[test]
    fn a_run_that_failed_says_why_only_if_asked() {
        let kinds = [
            (Kind::Status(401), 4),
            (Kind::Status(403), 4),
            (Kind::Proxy(407), 4),
            (Kind::Status(404), 3),
            (Kind::Disk(2), 3),
            (Kind::Status(409), 7),
            (Kind::Status(412), 7),
            (Kind::Status(429), 75),
            (Kind::Status(503), 75),
            (Kind::Proxy(502), 75),
            (Kind::Connect, 75),
            (Kind::Unreachable, 75),
            (Kind::Resolve, 75),
            (Kind::Timeout, 75),
            (Kind::Limit, 5),
            (Kind::Disk(28), 5),
            (Kind::Disk(24), 5),
            (Kind::Disk(13), 1),
            (Kind::Status(400), 1),
            (Kind::Tls, 1),
        ];
        for (kind, code) in kinds {
            let error = Error::Transport(Transport::new(kind, ""));
            assert_eq!(codes(&Err(error)), (1, code), "{kind:?}");
        }
        assert_eq!(codes(&Err(Error::Changed(String::new()))), (1, 7));
        assert_eq!(codes(&Err(Error::Usage(String::new()))), (2, 2));
    }

    #[test]
    fn held_and_damaged_journals_and_a_full_disk_have_codes_of_their_own() {
        let place = String::new;
        let broken = journal::Error::Damaged {
            place: place(),
            offset: 0,
        };
        let foreign = journal::Error::Foreign { place: place() };
        let other = journal::Error::OtherVersion {
            place: place(),
            found: 9,
        };
        for error in [broken, foreign, other] {
            assert_eq!(codes(&Err(Error::Journal(error))), (1, 6));
        }
        let disk = |errno| journal::Error::Disk {
            doing: "write",
            place: place(),
            why: String::new(),
            errno,
        };
        assert_eq!(codes(&Err(Error::Journal(disk(Some(28))))), (1, 5));
        assert_eq!(codes(&Err(Error::Journal(disk(None)))), (1, 1));
    }

    #[test]
    fn one_failure_among_successes_is_a_failure() {
        let mut summary = Summary {
            listed: 2,
            done: 1,
            skipped: 1,
            ..Summary::default()
        };
        assert_eq!(codes(&Ok(summary.clone())), (0, 0));
        summary.unlisted = 1;
        assert_eq!(codes(&Ok(summary)), (1, 1));
    }

    #[test]
    fn nothing_is_fine_unless_something_is_demanded() {
        let nothing = Ok(Summary::default());
        assert_eq!(codes(&nothing), (0, 0));
        let demanding = Ending::of(&nothing, policy(&["/FailIfEmpty"]));
        assert_eq!(demanding.code(), 1);
        let words = ["--fail-if-empty", "--exit-codes=detailed"];
        assert_eq!(Ending::of(&nothing, policy(&words)).code(), 3);
        // Skipped objects were found.
        let skipped = Ok(Summary {
            listed: 1,
            skipped: 1,
            ..Summary::default()
        });
        assert_eq!(Ending::of(&skipped, policy(&["/FailIfEmpty"])).code(), 0);
    }

    #[test]
    fn a_signal_ends_with_the_code_that_shells_give_it() {
        assert_eq!(Ending::Signal(2).code(), 130);
        assert_eq!(Ending::Signal(15).code(), 143);
        assert_eq!(Ending::Signal(0).code(), 128);
    }
}
