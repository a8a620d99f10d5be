//! The parameters that a user may set for all commands.
//!
//! They say how azring works and what it prints. What is copied, and to where, is said in each command; keys
//! and signatures belong to one account.

use super::{
    AUTH, CA_FILE, CAP_MBPS, EXIT_CODES, FAIL_IF_EMPTY, GIVE_UP, IO, LEDGER, LOG_LEVEL, MAP_DRIVE,
    MEMORY, NC, NO_JOURNAL, OUTPUT, PROGRESS, Parameter, SILENT, TRUSTED_MICROSOFT_SUFFIXES, V, Y,
    Z,
};

/// These parameters, in the order of help.
pub(crate) static USER_DEFAULTS: &[&Parameter] = &[
    &MAP_DRIVE,
    &AUTH,
    &TRUSTED_MICROSOFT_SUFFIXES,
    &CA_FILE,
    &NC,
    &CAP_MBPS,
    &IO,
    &MEMORY,
    &GIVE_UP,
    &Y,
    &V,
    &LOG_LEVEL,
    &NO_JOURNAL,
    &LEDGER,
    &OUTPUT,
    &SILENT,
    &PROGRESS,
    &EXIT_CODES,
    &FAIL_IF_EMPTY,
];

/// Whether the first parameter, given in a command, replaces the user's default of the second.
pub(crate) fn replaces(given: &Parameter, default: &Parameter) -> bool {
    let pairs: [(&Parameter, &Parameter); 6] = [
        (&OUTPUT, &SILENT),
        (&PROGRESS, &SILENT),
        (&SILENT, &OUTPUT),
        (&SILENT, &PROGRESS),
        (&Z, &NO_JOURNAL),
        (&super::OVERWRITE, &Y),
    ];
    given.is(default)
        || pairs
            .iter()
            .any(|(one, other)| given.is(one) && default.is(other))
}
