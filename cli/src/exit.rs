//! What the program tells the one who started it.

use std::process::ExitCode;

use azring_core::report::Summary;
use azring_core::{Error, Result};
use azring_transport::{Blame, Kind};

use crate::console::Console;

/// How a call ended. The finer endings are told only to those who ask for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Nothing failed; what was skipped does not count.
    Success,
    /// Something failed.
    Failure,
    /// The command was wrong; nothing was tried.
    Misuse,
    /// A credential was refused, or does not permit what was to be done.
    Refused,
    /// This machine has not enough of something: disk, memory, descriptors.
    Exhausted,
    /// The service cannot be reached or is not well; later it may be.
    Unavailable,
    /// A signal ended it early.
    Signal(i32),
}

impl Ending {
    /// How a run ended that gave this.
    pub(crate) fn of(result: &Result<Summary>, detailed: bool) -> Self {
        match result {
            Ok(summary) if summary.is_success() => Self::Success,
            Err(Error::Usage(_)) => Self::Misuse,
            Err(error) if detailed => Self::because_of(error),
            Ok(_) | Err(_) => Self::Failure,
        }
    }

    /// The finer ending of a run that could not begin or go on.
    fn because_of(error: &Error) -> Self {
        let Error::Transport(error) = error else {
            return Self::Failure;
        };
        match (error.kind(), error.blame()) {
            (Kind::Status(401 | 403) | Kind::Proxy(403 | 407), _) => Self::Refused,
            (Kind::Limit, _) => Self::Exhausted,
            (Kind::Disk(number), _) if is_exhausted(number) => Self::Exhausted,
            (
                Kind::Resolve | Kind::Connect | Kind::Reset { .. } | Kind::Timeout | Kind::Proxy(_),
                _,
            )
            | (Kind::Status(_), Blame::Service) => Self::Unavailable,
            _ => Self::Failure,
        }
    }

    /// The process's exit code: a signal's is 128 and its number, as shells have it; the finer ones follow `sysexits.h`
    /// where it has one (75, try again later).
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Failure => 1,
            Self::Misuse => 2,
            Self::Refused => 4,
            Self::Exhausted => 5,
            Self::Unavailable => 75,
            Self::Signal(number) => 128_u8.saturating_add(u8::try_from(number).unwrap_or(127)),
        }
    }
}

/// The kernel's numbers for a full disk, a quota, no memory and no descriptors.
fn is_exhausted(number: i32) -> bool {
    use rustix::io::Errno;

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

/// Leaves without waiting for anything but a clean screen.
pub(crate) fn at_once(console: &Console, ending: Ending) -> ! {
    console.clear();
    #[expect(
        clippy::exit,
        reason = "asked for by a second signal, while the run's own threads still work"
    )]
    std::process::exit(ending.code().into())
}

impl From<Ending> for ExitCode {
    fn from(ending: Ending) -> Self {
        Self::from(ending.code())
    }
}

#[cfg(test)]
mod tests {
    use azring_transport::Error as Transport;

    use super::*;

    #[test]
    fn a_run_that_failed_says_why_only_if_asked() {
        let ended = |kind, detailed| {
            let result = Err(Error::Transport(Transport::new(kind, "")));
            Ending::of(&result, detailed).code()
        };
        let kinds = [
            (Kind::Status(403), 4),
            (Kind::Status(404), 1),
            (Kind::Status(503), 75),
            (Kind::Proxy(407), 4),
            (Kind::Proxy(502), 75),
            (Kind::Connect, 75),
            (Kind::Limit, 5),
            (Kind::Disk(28), 5),
            (Kind::Disk(13), 1),
            (Kind::Tls, 1),
        ];
        for (kind, code) in kinds {
            assert_eq!(
                (ended(kind, false), ended(kind, true)),
                (1, code),
                "{kind:?}"
            );
        }
    }

    #[test]
    fn one_failure_among_successes_is_a_failure() {
        let mut summary = Summary {
            listed: 2,
            done: 1,
            skipped: 1,
            ..Summary::default()
        };
        assert_eq!(Ending::of(&Ok(summary.clone()), true), Ending::Success);
        summary.unlisted = 1;
        assert_eq!(Ending::of(&Ok(summary), false), Ending::Failure);
        let usage = Err(Error::Usage(String::new()));
        assert_eq!(Ending::of(&usage, false), Ending::Misuse);
    }

    #[test]
    fn a_signal_ends_with_the_code_that_shells_give_it() {
        assert_eq!(Ending::Signal(2).code(), 130);
        assert_eq!(Ending::Signal(15).code(), 143);
        assert_eq!(Ending::Signal(0).code(), 128);
    }
}
