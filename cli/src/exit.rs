//! What the program tells the one who started it.

use std::process::ExitCode;

use crate::console::Console;

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Nothing failed; what was skipped does not count.
    Success,
    /// Something failed.
    Failure,
    /// The command was wrong; nothing was tried.
    Misuse,
    /// A signal ended it early.
    Signal(i32),
}

impl Ending {
    /// The process's exit code: 0, 1, 2, or 128 and the signal's number, as shells have it.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Failure => 1,
            Self::Misuse => 2,
            Self::Signal(number) => 128_u8.saturating_add(u8::try_from(number).unwrap_or(127)),
        }
    }
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
    use super::*;

    #[test]
    fn a_signal_ends_with_the_code_that_shells_give_it() {
        assert_eq!(Ending::Signal(2).code(), 130);
        assert_eq!(Ending::Signal(15).code(), 143);
        assert_eq!(Ending::Signal(0).code(), 128);
    }
}
