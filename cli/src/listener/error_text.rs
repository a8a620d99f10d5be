//! The texts of errors, in the forms that scripts know from AzCopy.

use std::fmt::Write as _;

use azring_core::entry::EntryName;
use azring_core::location::Location;
use azring_core::options::Options;
use azring_core::report::{DeletionRefusal, Deletions, NothingSelected};
use azring_core::{Error, Side};
use azring_transport::Kind;

use crate::advice::Advice;
use crate::parameter::{self, Dialect};
use crate::usage_error::word_of;

/// The text about a failed object, in one line: `<name>: <reason>`.
pub(crate) fn failed(name: &EntryName, error: &Error) -> String {
    format!("{name}: {}", reason(error))
}

/// The text about an object that only the destination has, and that could not be deleted.
pub(crate) fn deletion_failed(name: &EntryName, error: &Error) -> String {
    format!("{name}: not deleted: {}", reason(error))
}

/// The text when a sync deletes nothing although it was asked to.
pub(crate) fn not_deleted(
    refusal: DeletionRefusal,
    deletions: &Deletions,
    dialect: Dialect,
) -> String {
    let why = match refusal {
        DeletionRefusal::SourceUnknown => "the source could not be listed completely".to_owned(),
        DeletionRefusal::TargetUnknown => {
            "the destination could not be listed completely".to_owned()
        }
        DeletionRefusal::NotCopied(objects) => format!("{objects} object(s) were not copied"),
        DeletionRefusal::EmptySource => format!(
            "the source has no object at all: give `{}` if that is right",
            parameter::ALLOW_EMPTY_SOURCE.spelled(dialect)
        ),
        DeletionRefusal::TooMany => {
            let (objects, all) = (deletions.superfluous, deletions.target_objects);
            format!(
                "it would be {objects} of {all} object(s), which is more than the limit: give `{}` to allow it",
                parameter::MAX_DELETE.with_value(&objects.to_string(), dialect)
            )
        }
    };
    match deletions.deleted {
        0 => format!("nothing was deleted at the destination, because {why}"),
        deleted => {
            format!("only {deleted} object(s) were deleted at the destination, because {why}")
        }
    }
}

/// The text about a part of the source that could not be listed.
pub(crate) fn unlisted(what: &str, error: &Error) -> String {
    format!("Failed to enumerate directory {what}: {}", reason(error))
}

/// The text about a directory whose attributes and times could not be kept.
pub(crate) fn directory_failed(name: &EntryName, error: &Error) -> String {
    let directory = if name.as_bytes().is_empty() {
        "the directories".to_owned()
    } else {
        format!("the directory {name}")
    };
    format!(
        "Failed to keep the attributes and times of {directory}: {}",
        reason(error)
    )
}

/// The text when a run stops after too many failures of one cause.
pub(crate) fn gave_up(failures: u32, error: &Error) -> String {
    // The one failed object has the reason.
    if matches!(error.bare(), Error::Transport(error) if error.kind() == Kind::Login) {
        return "the run stops here: the login has ended, and no object can be copied without one"
            .to_owned();
    }
    format!(
        "the run stops here: {failures} objects failed with the same cause and none succeeded between them ({})",
        cause_in_short(error)
    )
}

/// The common cause of the failures: status and code, or the kernel's reason.
fn cause_in_short(error: &Error) -> String {
    let Error::Transport(error) = error.bare() else {
        return reason(error);
    };
    match (error.kind(), error.code()) {
        (Kind::Status(status), Some(code)) => format!("{status} {code}"),
        (Kind::Status(status), None) => format!("status {status}"),
        (Kind::Disk(errno), _) => {
            crate::usage_error::reason(&std::io::Error::from_raw_os_error(errno))
        }
        _ => error.message().to_owned(),
    }
}

/// The text when an error ended the run early.
pub(crate) fn ended_by(error: &Error) -> String {
    format!(
        "the run ends here, and the rest is not done: {}",
        reason(error)
    )
}

/// The text when nothing was selected: the likely cause and what to do.
pub(crate) fn nothing_selected(
    why: &NothingSelected,
    place: &Location,
    pattern: Option<&str>,
    dialect: Dialect,
) -> String {
    let pattern = EntryName::from(pattern.unwrap_or_default());
    let recursive = parameter::S.spelled(dialect);
    let by_pattern = parameter::PATTERN.spelled(dialect);
    let object = if matches!(place, Location::Share(_)) {
        "file"
    } else {
        "blob"
    };
    let cause = match why {
        NothingSelected::Empty => format!("there is nothing in `{place}`"),
        NothingSelected::SubFolders(count) => {
            let (were, their) = match count {
                1 => ("sub-folder was", "its"),
                _ => ("sub-folders were", "their"),
            };
            format!(
                "`{place}` itself has no such file, and {count} {were} skipped: give `{recursive}` to copy {their} content"
            )
        }
        NothingSelected::NotRecursive => format!(
            "`{place}` holds {object}s, but without `{recursive}` only the {object} that `{by_pattern}` names is copied: \
             give `{recursive}` to copy all of them"
        ),
        NothingSelected::Wildcard if object == "file" => format!(
            "the pattern `{pattern}` has a wildcard, but no name of a file in a share has one: a pattern is the whole name of one file"
        ),
        NothingSelected::Wildcard => format!(
            "the pattern `{pattern}` has a wildcard, but names of blobs have no wildcards: with `{recursive}` a pattern is the beginning of names, without it one whole name"
        ),
        NothingSelected::SingleObject => no_directory(&place.to_string(), object, &by_pattern),
        NothingSelected::OtherCase(name) => format!(
            "no name in `{place}` is `{pattern}`, but there is `{name}`: small and capital letters differ"
        ),
        NothingSelected::Beginning => format!(
            "no blob in `{place}` is called `{pattern}`, but there are names that begin with it: give `{recursive}` to copy them"
        ),
        NothingSelected::Attributes => format!(
            "all files in `{place}` are excluded by `{}`, `{}` or `{}`",
            parameter::A.spelled(dialect),
            parameter::IA.spelled(dialect),
            parameter::XA.spelled(dialect)
        ),
        NothingSelected::NoMatch => format!("nothing in `{place}` matches the pattern `{pattern}`"),
        NothingSelected::Filtered => format!(
            "nothing in `{place}` is selected by the filters: `{}` says what decides about a name",
            parameter::EXPLAIN_FILTER.usage(dialect)
        ),
        NothingSelected::ByTime(count) => {
            return format!(
                "nothing was copied: `{}` or `{}` excluded all {count} object(s) because of their modification times",
                parameter::XO.spelled(dialect),
                parameter::XN.spelled(dialect)
            );
        }
    };
    format!("nothing was found: {cause}")
}

/// The cause when the source was read as a directory and names a blob or a file of a share.
fn no_directory(place: &str, object: &str, by_pattern: &str) -> String {
    match place.strip_suffix('/') {
        Some(single) => {
            format!("`{single}` is a {object} and no directory: leave out the slash at its end")
        }
        None => format!("`{place}` is a {object} and no directory: leave out `{by_pattern}`"),
    }
}

/// The text when the whole run failed.
pub(crate) fn fatal(error: &Error, options: &Options, advice: &Advice) -> String {
    let Some(side) = error.side() else {
        return reason(error);
    };
    let place = match side {
        Side::Source => &options.source,
        Side::Target => &options.target,
    };
    let pattern = options.selection.pattern.as_deref();
    unusable(error, side, place, pattern, advice)
}

/// The text about a location that cannot be used.
///
/// An error of the location itself has AzCopy's form. An error of a service or the network ends
/// with its likely cause and with a command that finds out more.
pub(crate) fn unusable(
    error: &Error,
    side: Side,
    place: &Location,
    pattern: Option<&str>,
    advice: &Advice,
) -> String {
    if !is_remote(error) {
        let parameter = match side {
            Side::Source => &parameter::SOURCE,
            Side::Target => &parameter::DEST,
        };
        return format!(
            "Error parsing {} location \"{}\": {} For more details, please type \"azring {}\".",
            word_of(side),
            place,
            sentences(error),
            parameter.ask_help(advice.dialect())
        );
    }
    let attempt = match (error.status(), side, pattern) {
        (None, ..) => String::new(),
        (Some(_), Side::Source, None) => format!("Failed to enumerate directory {place}. "),
        (Some(_), Side::Source, Some(pattern)) => {
            format!("Failed to enumerate directory {place} with file pattern {pattern}. ")
        }
        (Some(_), Side::Target, _) => "Failed to validate destination. ".to_owned(),
    };
    let cause = advice.cause(error, side, place);
    let cause = cause.map_or_else(String::new, |cause| format!("\n{cause}."));
    format!(
        "Cannot use the {} \"{place}\": {attempt}{}{cause}\nFor more details, please type \"azring doctor {place}\".",
        word_of(side),
        sentences(error)
    )
}

/// Whether a service, a proxy or the network caused the error.
fn is_remote(error: &Error) -> bool {
    match error.bare() {
        Error::Credential(_) => true,
        Error::Transport(error) => !matches!(
            error.kind(),
            Kind::Disk(_)
                | Kind::Shortened
                | Kind::Limit
                | Kind::Invalid
                | Kind::Login
                | Kind::Stopped
        ),
        _ => false,
    }
}

/// The error as one or more sentences. The parts of a service's answer are lines of their own, as
/// Azure's support asks for them.
fn sentences(error: &Error) -> String {
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

/// The reason phrases of the statuses that storage services send, RFC 9110, section 15.
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

/// The error's own text, followed by the service's request id.
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
    use azring_transport::Error as Transport;
    use insta::assert_snapshot;

    use super::*;
    use crate::parameter::Dialect;
    use crate::{args, intent};

    /// The error as the core returns it.
    fn at(side: Side, error: Error) -> Error {
        Error::At(side, Box::new(error))
    }

    fn forbidden() -> Error {
        let message = "the service answered 403 AuthenticationFailed: the signature is wrong";
        Error::Transport(Transport::new(Kind::Status(403), message).answered(
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
        intent::options(&args::read(&words).unwrap(), &intent::tests::alone(&[])).unwrap()
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
    fn a_directory_whose_attributes_are_not_kept_is_named() {
        let failed = |name: &str| directory_failed(&name.into(), &no_such_folder());
        assert_snapshot!(failed("a/b"), @"Failed to keep the attributes and times of the directory a/b: cannot open `/data`: no such file or directory");
        assert_snapshot!(failed(""), @"Failed to keep the attributes and times of the directories: cannot open `/data`: no such file or directory");
    }

    #[test]
    fn a_location_that_cannot_be_used_is_named_with_its_side() {
        let upload = options(&[
            "/Source:/data",
            "/Dest:https://a.blob.core.windows.net/c?sv=1&sig=canary",
        ]);
        assert_snapshot!(fatal(&at(Side::Target, forbidden()), &upload, &Advice::unknowing(Dialect::Slash)), @r#"
        Cannot use the destination "https://a.blob.core.windows.net/c": Failed to validate destination. The remote server returned an error: (403) Forbidden.
        HttpStatusMessage:the service answered 403 AuthenticationFailed: the signature is wrong
        RequestId:5205442d-001e
        Time:Thu, 16 Aug 2018 15:19:39 GMT
        The signature in `/DestSAS` does not belong to the account `a`: it was cut off or changed, or the key that signed it was replaced.
        For more details, please type "azring doctor https://a.blob.core.windows.net/c".
        "#);
        assert_snapshot!(fatal(&at(Side::Source, no_such_folder()), &upload, &Advice::unknowing(Dialect::Dash)), @r#"Error parsing source location "/data": cannot open `/data`: no such file or directory. For more details, please type "azring --help source"."#);
        let download = options(&["/Source:https://a.blob.core.windows.net/c", "/Dest:/data"]);
        let unknown = Transport::new(
            Kind::Resolve,
            "cannot find the host `a.blob.core.windows.net`",
        );
        assert_snapshot!(fatal(&at(Side::Source, unknown.into()), &download, &Advice::unknowing(Dialect::Slash)), @r#"
        Cannot use the source "https://a.blob.core.windows.net/c": cannot find the host `a.blob.core.windows.net`.
        Check the name of the account and this machine's resolver.
        For more details, please type "azring doctor https://a.blob.core.windows.net/c".
        "#);
        let matching = options(&[
            "/Source:https://a.blob.core.windows.net/c",
            "/Dest:/data",
            "/Pattern:x",
        ]);
        assert_snapshot!(fatal(&at(Side::Source, forbidden()), &download, &Advice::unknowing(Dialect::Slash)), @r#"
        Cannot use the source "https://a.blob.core.windows.net/c": Failed to enumerate directory https://a.blob.core.windows.net/c. The remote server returned an error: (403) Forbidden.
        HttpStatusMessage:the service answered 403 AuthenticationFailed: the signature is wrong
        RequestId:5205442d-001e
        Time:Thu, 16 Aug 2018 15:19:39 GMT
        No key, no signature and no login was given, so the request was anonymous: give `/SourceKey` or `/SourceSAS`, set `AZURE_STORAGE_KEY` with `AZURE_STORAGE_ACCOUNT`, or log in (`azring login`).
        For more details, please type "azring doctor https://a.blob.core.windows.net/c".
        "#);
        assert_snapshot!(fatal(&at(Side::Source, forbidden()), &matching, &Advice::unknowing(Dialect::Slash)), @r#"
        Cannot use the source "https://a.blob.core.windows.net/c": Failed to enumerate directory https://a.blob.core.windows.net/c with file pattern x. The remote server returned an error: (403) Forbidden.
        HttpStatusMessage:the service answered 403 AuthenticationFailed: the signature is wrong
        RequestId:5205442d-001e
        Time:Thu, 16 Aug 2018 15:19:39 GMT
        No key, no signature and no login was given, so the request was anonymous: give `/SourceKey` or `/SourceSAS`, set `AZURE_STORAGE_KEY` with `AZURE_STORAGE_ACCOUNT`, or log in (`azring login`).
        For more details, please type "azring doctor https://a.blob.core.windows.net/c".
        "#);
        assert_snapshot!(fatal(&at(Side::Target, no_such_folder()), &download, &Advice::unknowing(Dialect::Slash)), @r#"Error parsing destination location "/data": cannot open `/data`: no such file or directory. For more details, please type "azring /?:Dest"."#);
    }

    #[test]
    fn what_is_wrong_with_this_machine_is_no_locations_fault() {
        let download = options(&["/Source:https://a.blob.core.windows.net/c", "/Dest:/data"]);
        let refused = Transport::new(Kind::Limit, "the kernel refuses a ring");
        assert_snapshot!(fatal(&refused.into(), &download, &Advice::unknowing(Dialect::Slash)), @"the kernel refuses a ring");
    }
}
