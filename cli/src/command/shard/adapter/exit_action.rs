//! Which ends of a worker are worth another attempt.

use crate::ending::Ending;

/// What a scheduler does after a worker has ended so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ExitAction {
    /// The shard is done.
    Finish,
    /// Another attempt may succeed, here or on another machine.
    Retry,
    /// Every attempt would end so.
    GiveUp,
}

/// Every ending of a worker; any signal is like the one of a scheduler.
const ENDINGS: [Ending; 11] = [
    Ending::Success,
    Ending::Failure,
    Ending::Usage,
    Ending::Nothing,
    Ending::Refused,
    Ending::Exhausted,
    Ending::Unreadable,
    Ending::Contested,
    Ending::TooManyDeletions,
    Ending::Unavailable,
    Ending::Signal(15),
];

impl ExitAction {
    /// What follows this ending.
    pub(super) fn of(ending: Ending) -> Self {
        match ending {
            Ending::Success => Self::Finish,
            // The command or the plan is wrong, a place is missing, or a credential was refused.
            Ending::Usage | Ending::Nothing | Ending::Refused | Ending::Unreadable => Self::GiveUp,
            // Objects failed, this machine lacks something, another worker has the shard, the service is
            // out of reach, or the scheduler ended the worker.
            Ending::Failure
            | Ending::Exhausted
            | Ending::Contested
            | Ending::TooManyDeletions
            | Ending::Unavailable
            | Ending::Signal(_) => Self::Retry,
        }
    }

    /// The exit codes that this follows.
    pub(super) fn codes(self) -> Vec<u8> {
        let endings = ENDINGS.into_iter();
        let endings = endings.filter(|ending| Self::of(*ending) == self);
        endings.map(Ending::code).collect()
    }
}
