//! The commands of AzCopy 10 and their names.

use std::ffi::OsString;

/// What a command of AzCopy 10 does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    Copy,
    Sync,
    Remove,
    Make,
    List,
    SetProperties,
    Bench,
    JobsList,
    JobsShow,
    JobsResume,
    JobsClean,
    JobsRemove,
    Login,
    LoginStatus,
    Logout,
    Env,
}

/// The names of the commands; several for some.
const NAMES: &[(&str, Verb)] = &[
    ("copy", Verb::Copy),
    ("cp", Verb::Copy),
    ("c", Verb::Copy),
    ("sync", Verb::Sync),
    ("remove", Verb::Remove),
    ("rm", Verb::Remove),
    ("r", Verb::Remove),
    ("make", Verb::Make),
    ("mk", Verb::Make),
    ("list", Verb::List),
    ("ls", Verb::List),
    ("set-properties", Verb::SetProperties),
    ("set-props", Verb::SetProperties),
    ("bench", Verb::Bench),
    ("benchmark", Verb::Bench),
    ("jobs", Verb::JobsList),
    ("login", Verb::Login),
    ("logout", Verb::Logout),
    ("env", Verb::Env),
];

/// The names after `jobs`.
const JOBS: &[(&str, Verb)] = &[
    ("list", Verb::JobsList),
    ("show", Verb::JobsShow),
    ("resume", Verb::JobsResume),
    ("clean", Verb::JobsClean),
    ("remove", Verb::JobsRemove),
    ("rm", Verb::JobsRemove),
];

impl Verb {
    /// The command that the words begin with, and the words after its name.
    pub(crate) fn of(words: &[OsString]) -> Option<(Self, &[OsString])> {
        let (first, rest) = words.split_first()?;
        let verb = named(NAMES, first)?;
        let second = rest.first();
        let longer = match verb {
            Self::JobsList => second.and_then(|second| named(JOBS, second)),
            Self::Login => second
                .filter(|second| *second == "status")
                .map(|_| Self::LoginStatus),
            _ => None,
        };
        Some(match longer {
            Some(longer) => (longer, &rest[1..]),
            None => (verb, rest),
        })
    }

    /// The commands, those that most flags are for first.
    pub(super) fn with_flags() -> impl Iterator<Item = Self> {
        NAMES.iter().map(|&(_, verb)| verb)
    }

    /// Its full name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::JobsShow => "jobs show",
            Self::JobsList => "jobs list",
            Self::JobsResume => "jobs resume",
            Self::JobsClean => "jobs clean",
            Self::JobsRemove => "jobs remove",
            Self::LoginStatus => "login status",
            verb => NAMES
                .iter()
                .find(|(_, named)| *named == verb)
                .map_or("", |(name, _)| *name),
        }
    }
}

fn named(names: &[(&str, Verb)], word: &OsString) -> Option<Verb> {
    names
        .iter()
        .find(|(name, _)| word == name)
        .map(|(_, verb)| *verb)
}
