//! Places that have to name one object: the source of standard output, the target of standard input.

use std::fmt::Display;

use crate::Error;

/// There is no object at the source of standard output. `what` is a blob or a file.
pub(crate) fn absent(what: &str, place: &impl Display) -> Error {
    Error::NotFound(format!(
        "there is no {what} `{place}`: standard output takes the bytes of one {what}, so the source is its URL"
    ))
}

/// The target of standard input names no object. `example` is the form of a URL that does.
pub(crate) fn unnamed(what: &str, place: &impl Display, example: &str) -> Error {
    Error::Usage(format!(
        "`{place}` names no {what}: a copy from standard input needs the URL of one {what}, `{example}`"
    ))
}
