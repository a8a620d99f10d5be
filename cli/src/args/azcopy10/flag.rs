//! A flag of AzCopy 10 and what azring does with it.

use super::Verb;
use crate::parameter::Parameter;

/// Sets of commands that take a flag.
pub(super) type Verbs = u16;

pub(super) const COPY: Verbs = 1;
pub(super) const SYNC: Verbs = 1 << 1;
pub(super) const REMOVE: Verbs = 1 << 2;
pub(super) const SET: Verbs = 1 << 3;
pub(super) const LIST: Verbs = 1 << 4;
pub(super) const MAKE: Verbs = 1 << 5;
pub(super) const BENCH: Verbs = 1 << 6;
pub(super) const JOBS: Verbs = 1 << 7;
pub(super) const LOGIN: Verbs = 1 << 8;
pub(super) const ENV: Verbs = 1 << 9;
pub(super) const ALL: Verbs = u16::MAX;

/// The set that has this command.
pub(super) fn set_of(verb: Verb) -> Verbs {
    match verb {
        Verb::Copy => COPY,
        Verb::Sync => SYNC,
        Verb::Remove => REMOVE,
        Verb::SetProperties => SET,
        Verb::List => LIST,
        Verb::Make => MAKE,
        Verb::Bench => BENCH,
        Verb::JobsList | Verb::JobsShow | Verb::JobsResume | Verb::JobsClean | Verb::JobsRemove => {
            JOBS
        }
        Verb::Login | Verb::LoginStatus => LOGIN,
        Verb::Env => ENV,
        Verb::Logout => 1 << 15,
    }
}

/// A flag of AzCopy 10.
#[derive(Debug)]
pub(super) struct Flag {
    /// Its name, without dashes.
    pub(super) name: &'static str,
    /// The commands that take it.
    pub(super) verbs: Verbs,
    /// It is on or off, and needs no value.
    pub(super) is_switch: bool,
    /// What azring does with it.
    pub(super) verdict: Verdict,
}

/// What azring does with a flag.
#[derive(Debug, Clone, Copy)]
pub(super) enum Verdict {
    /// The row gets the value. A switch that is off gives nothing.
    Row(&'static Parameter),
    /// The same, but these values give nothing.
    RowUnless(&'static Parameter, &'static [&'static str]),
    /// The row gets the word beside AzCopy's word; nothing for an empty one.
    Words(&'static Parameter, &'static [(&'static str, &'static str)]),
    /// It has a meaning together with other flags or the places (`translate`).
    Composed,
    /// It changes nothing: this is what azring does anyway, or has no use for.
    Idle(&'static str),
    /// The same, and the user is told when it is given.
    Noted(&'static str),
    /// It is refused unless it is off or has one of these values, which change nothing.
    Refused {
        unless: &'static [&'static str],
        why: &'static str,
    },
}

/// A flag with a value.
pub(super) const fn text(name: &'static str, verbs: Verbs, verdict: Verdict) -> Flag {
    Flag {
        name,
        verbs,
        is_switch: false,
        verdict,
    }
}

/// A flag that is on or off.
pub(super) const fn switch(name: &'static str, verbs: Verbs, verdict: Verdict) -> Flag {
    Flag {
        name,
        verbs,
        is_switch: true,
        verdict,
    }
}
