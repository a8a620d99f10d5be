//! Errors in words, in the forms that scripts know from AzCopy.

use std::fmt::Write as _;

use azring_core::Error;
use azring_core::entry::EntryName;
use azring_core::location::Location;
use azring_core::options::Options;

use crate::misuse::Side;
use crate::parameter::{self, Dialect};

/// One object that failed: `<name>: <reason>`, on one line.
pub(crate) fn failed(name: &EntryName, error: &Error) -> String {
    format!("{name}: {}", reason(error))
}

/// A part of the source that could not be listed.
pub(crate) fn unlisted(what: &str, error: &Error) -> String {
    format!("Failed to enumerate directory {what}: {}", reason(error))
}

/// The end of the whole run.
pub(crate) fn fatal(error: &Error, options: &Options, dialect: Dialect) -> String {
    let (side, place) = match error.side() {
        None => return reason(error),
        Some(azring_core::Side::Source) => (Side::Source, &options.source),
        Some(azring_core::Side::Target) => (Side::Destination, &options.target),
    };
    let pattern = options.selection.pattern.as_deref();
    unusable(error, side, place, pattern, dialect)
}

/// A location that cannot be used, in the form that AzCopy gives it: on its last line follows how to learn more.
pub(crate) fn unusable(
    error: &Error,
    side: Side,
    place: &Location,
    pattern: Option<&str>,
    dialect: Dialect,
) -> String {
    let parameter = match side {
        Side::Source => &parameter::SOURCE,
        Side::Destination => &parameter::DEST,
    };
    let attempt = match (error.status(), side, pattern) {
        (None, ..) => String::new(),
        (Some(_), Side::Source, None) => format!("Failed to enumerate directory {place}. "),
        (Some(_), Side::Source, Some(pattern)) => {
            format!("Failed to enumerate directory {place} with file pattern {pattern}. ")
        }
        (Some(_), Side::Destination, _) => "Failed to validate destination. ".to_owned(),
    };
    format!(
        "Error parsing {side} location \"{place}\": {attempt}{} For more details, please type \"azring {}\".",
        told(error),
        parameter.ask_help(dialect)
    )
}

/// The error as one or more sentences. What a service said follows line by line, as support asks for it.
fn told(error: &Error) -> String {
    let Error::Transport(error) = error.bare() else {
        return format!("{error}.");
    };
    let Some(status) = error.status() else {
        return format!("{}.", error.message());
    };
    let mut text = format!("The remote server returned an error: ({status})");
    if let Some(meaning) = meaning(status) {
        let _ = write!(text, " {meaning}");
    }
    let _ = write!(text, ".\nHttpStatusMessage:{}", error.message());
    if let Some(id) = error.request_id() {
        let _ = write!(text, "\nRequestId:{id}");
    }
    if let Some(date) = error.date() {
        let _ = write!(text, "\nTime:{date}");
    }
    text
}

/// The words of the statuses that storage answers with, RFC 9110, 15.
fn meaning(status: u16) -> Option<&'static str> {
    Some(match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        409 => "Conflict",
        412 => "Precondition Failed",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        503 => "Service Unavailable",
        _ => return None,
    })
}

/// The error's own words, with the service's request id behind them.
fn reason(error: &Error) -> String {
    match error.bare() {
        Error::Transport(transport) => match transport.request_id() {
            Some(id) => format!("{} (request {id})", transport.message()),
            None => transport.message().to_owned(),
        },
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use azring_transport::{Error as Transport, Kind};
    use insta::assert_snapshot;

    use azring_core::Side;

    use super::*;
    use crate::{intent, words};

    /// As the core tells it.
    fn at(side: Side, error: Error) -> Error {
        Error::At(side, Box::new(error))
    }

    fn forbidden() -> Error {
        let told = "the service answered 403 AuthenticationFailed: the signature is wrong";
        Error::Transport(Transport::new(Kind::Status(403), told).answered(
            Some("AuthenticationFailed".to_owned()),
            Some("5205442d-001e".to_owned()),
            Some("Thu, 16 Aug 2018 15:19:39 GMT".to_owned()),
        ))
    }

    fn no_such_folder() -> Error {
        let error = std::io::Error::from_raw_os_error(2);
        Transport::disk("cannot open `/data`", &error).into()
    }

    fn options(words: &[&str]) -> Options {
        let words: Vec<_> = words.iter().map(Into::into).collect();
        intent::options(&words::read(&words).unwrap(), &intent::tests::alone(&[])).unwrap()
    }

    #[test]
    fn a_failed_object_takes_one_line() {
        let name = EntryName::from("logs/a.txt");
        assert_snapshot!(failed(&name, &forbidden()), @"logs/a.txt: the service answered 403 AuthenticationFailed: the signature is wrong (request 5205442d-001e)");
        assert_snapshot!(failed(&name, &Error::Name("`..` is no name".into())), @"logs/a.txt: `..` is no name");
    }

    #[test]
    fn a_folder_that_cannot_be_listed_is_named() {
        assert_snapshot!(unlisted("/data/b", &no_such_folder()), @"Failed to enumerate directory /data/b: cannot open `/data`: no such file or directory");
    }

    #[test]
    fn a_location_that_cannot_be_used_is_named_with_its_side() {
        let upload = options(&[
            "/Source:/data",
            "/Dest:https://a.blob.core.windows.net/c?sv=1&sig=canary",
        ]);
        assert_snapshot!(fatal(&at(Side::Target, forbidden()), &upload, Dialect::Slash), @r#"
        Error parsing destination location "https://a.blob.core.windows.net/c": Failed to validate destination. The remote server returned an error: (403) Forbidden.
        HttpStatusMessage:the service answered 403 AuthenticationFailed: the signature is wrong
        RequestId:5205442d-001e
        Time:Thu, 16 Aug 2018 15:19:39 GMT For more details, please type "azring /?:Dest".
        "#);
        assert_snapshot!(fatal(&at(Side::Source, no_such_folder()), &upload, Dialect::Dash), @r#"Error parsing source location "/data": cannot open `/data`: no such file or directory. For more details, please type "azring --help source"."#);
        let download = options(&["/Source:https://a.blob.core.windows.net/c", "/Dest:/data"]);
        let unknown = Transport::new(
            Kind::Resolve,
            "cannot find the host `a.blob.core.windows.net`",
        );
        assert_snapshot!(fatal(&at(Side::Source, unknown.into()), &download, Dialect::Slash), @r#"Error parsing source location "https://a.blob.core.windows.net/c": cannot find the host `a.blob.core.windows.net`. For more details, please type "azring /?:Source"."#);
        let matching = options(&[
            "/Source:https://a.blob.core.windows.net/c",
            "/Dest:/data",
            "/Pattern:x",
        ]);
        assert_snapshot!(fatal(&at(Side::Source, forbidden()), &download, Dialect::Slash), @r#"
        Error parsing source location "https://a.blob.core.windows.net/c": Failed to enumerate directory https://a.blob.core.windows.net/c. The remote server returned an error: (403) Forbidden.
        HttpStatusMessage:the service answered 403 AuthenticationFailed: the signature is wrong
        RequestId:5205442d-001e
        Time:Thu, 16 Aug 2018 15:19:39 GMT For more details, please type "azring /?:Source".
        "#);
        assert_snapshot!(fatal(&at(Side::Source, forbidden()), &matching, Dialect::Slash), @r#"
        Error parsing source location "https://a.blob.core.windows.net/c": Failed to enumerate directory https://a.blob.core.windows.net/c with file pattern x. The remote server returned an error: (403) Forbidden.
        HttpStatusMessage:the service answered 403 AuthenticationFailed: the signature is wrong
        RequestId:5205442d-001e
        Time:Thu, 16 Aug 2018 15:19:39 GMT For more details, please type "azring /?:Source".
        "#);
        assert_snapshot!(fatal(&at(Side::Target, no_such_folder()), &download, Dialect::Slash), @r#"Error parsing destination location "/data": cannot open `/data`: no such file or directory. For more details, please type "azring /?:Dest"."#);
    }

    #[test]
    fn what_is_wrong_with_this_machine_is_no_locations_fault() {
        let download = options(&["/Source:https://a.blob.core.windows.net/c", "/Dest:/data"]);
        let refused = Transport::new(Kind::Limit, "the kernel refuses a ring");
        assert_snapshot!(fatal(&refused.into(), &download, Dialect::Slash), @"the kernel refuses a ring");
    }
}
