//! The two ends of a copy: from their parameters to locations.

use std::path::PathBuf;

use azring_core::Side;
use azring_core::location::{AccountPlace, Location, ServiceKind, parse, parse_with_accounts};

use super::{credential, filter, pipe, secret, special};
use crate::environment::Environment;
use crate::mask::shown;
use crate::parameter::{self as row, Parameter};
use crate::parsed::{ParsedArgs, path, read};
use crate::usage_error::UsageError;

/// The location of a command that does not copy.
pub(crate) fn place(args: &ParsedArgs, environment: &Environment) -> Result<Location, UsageError> {
    read::check(args)?;
    filter::check(args)?;
    location(args, &SOURCE, environment)
}

/// The location of a command that lists, which may be an account.
pub(crate) fn listed_place(
    args: &ParsedArgs,
    environment: &Environment,
) -> Result<Location, UsageError> {
    read::check(args)?;
    filter::check(args)?;
    let listed = location_as(args, &SOURCE, environment, Taken::ACCOUNTS)?;
    check_list_of_account(args, &listed)?;
    Ok(listed)
}

/// Refuses a list of names of an account: its names begin with containers, and its rules do not.
pub(super) fn check_list_of_account(
    args: &ParsedArgs,
    source: &Location,
) -> Result<(), UsageError> {
    let lists = [&row::FILES_FROM, &row::FILES_FROM_0, &row::MAP_FROM];
    match lists.into_iter().find(|parameter| args.has(parameter)) {
        Some(parameter) if source.is_account() => Err(UsageError::meaning(format!(
            "`{}` is not supported with a whole account: give one container",
            parameter.spelled(args.dialect())
        ))),
        _ => Ok(()),
    }
}

/// What a location may be besides a container, a share or a table, or what is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Taken {
    /// Several containers of an account.
    accounts: bool,
    /// A version of a blob.
    versions: bool,
}

impl Taken {
    pub(super) const CURRENT: Self = Self {
        accounts: false,
        versions: false,
    };
    pub(super) const ACCOUNTS: Self = Self {
        accounts: true,
        versions: false,
    };
    pub(super) const VERSIONS: Self = Self {
        accounts: false,
        versions: true,
    };
    pub(super) const ALL: Self = Self {
        accounts: true,
        versions: true,
    };
}

/// One end of the copy: the parameters that describe it.
pub(super) struct EndParameters {
    pub(super) side: Side,
    pub(super) place: &'static Parameter,
    pub(super) key: &'static Parameter,
    pub(super) sas: &'static Parameter,
    pub(super) service: &'static Parameter,
}

pub(super) const SOURCE: EndParameters = EndParameters {
    side: Side::Source,
    place: &row::SOURCE,
    key: &row::SOURCE_KEY,
    sas: &row::SOURCE_SAS,
    service: &row::SOURCE_TYPE,
};

pub(super) const TARGET: EndParameters = EndParameters {
    side: Side::Target,
    place: &row::DEST,
    key: &row::DEST_KEY,
    sas: &row::DEST_SAS,
    service: &row::DEST_TYPE,
};

pub(super) fn location(
    args: &ParsedArgs,
    end: &EndParameters,
    environment: &Environment,
) -> Result<Location, UsageError> {
    location_as(args, end, environment, Taken::CURRENT)
}

/// The location of an end, which may be this.
pub(super) fn location_as(
    args: &ParsedArgs,
    end: &EndParameters,
    environment: &Environment,
    taken: Taken,
) -> Result<Location, UsageError> {
    let location = place_of(args, end, environment, taken)?;
    if let Some(place) = location.account_place() {
        let capabilities = &place.account.capabilities;
        let newest = capabilities.newest_version();
        if let Some(version) = read::service_version(args, environment, newest)? {
            capabilities.set_version(version);
        }
    }
    Ok(location)
}

fn place_of(
    args: &ParsedArgs,
    end: &EndParameters,
    environment: &Environment,
    taken: Taken,
) -> Result<Location, UsageError> {
    let Some(raw) = args.raw(end.place) else {
        return match end.side {
            Side::Source if environment.has_input => pipe::location(args, end),
            side => Err(missing(args, end, side)),
        };
    };
    if raw == "-" {
        return pipe::location(args, end);
    }
    let access = secret::access(args, end, environment)?;
    let service = read::choice(args, end.service)?.and_then(service_of_word);
    // Text that is not UTF-8 is no URL, but it may be the path of a folder.
    let Some(text) = raw.to_str() else {
        return Ok(Location::Local(PathBuf::from(raw)));
    };
    let refused = |reason| UsageError::Location {
        side: end.side,
        text: shown(text),
        reason,
        help: end.place.ask_help(args.dialect()),
    };
    let text = if text.contains("://") {
        text.to_owned()
    } else {
        path::translate(args, text).map_err(refused)?
    };
    let parse = |access| -> Result<Location, UsageError> {
        let parsed = if taken.accounts {
            parse_with_accounts(&text, access, service)
        } else {
            parse(&text, access, service)
        };
        let parsed = parsed.map_err(|error| refused(error.to_string()))?;
        if let Location::Blob(place) = &parsed
            && place.version.is_some()
            && !taken.versions
        {
            return Err(refused(
                "`versionid` in the query of a location is for a copy of one version, or for its removal"
                    .into(),
            ));
        }
        Ok(parsed)
    };
    let location = parse(access)?;
    if let Location::Local(path) = &location
        && let Some(special) = special::location(args, end, path, environment)?
    {
        return Ok(special);
    }
    let auth = credential::auth(args)?;
    let found = anonymous(&location)
        .filter(|_| auth.reads_variables())
        .and_then(|place| secret::from_environment(end.side, place, environment));
    let location = match found {
        Some(found) => parse(found.access)
            .map_err(|error| error.because(&format!("the variable `{}` is set", found.variable)))?,
        None => location,
    };
    auth.complete(args, end.side, location, environment)
}

fn missing(args: &ParsedArgs, end: &EndParameters, side: Side) -> UsageError {
    let name = end.place.spelled(args.dialect());
    let or_else = match side {
        Side::Source => " (data from a pipe is a source too)",
        Side::Target => "",
    };
    UsageError::meaning(format!(
        "`{name}` is missing: both a source and a destination are needed{or_else}"
    ))
}

/// The service that a value of `/SourceType` or `/DestType` names.
pub(super) fn service_of_word(word: &str) -> Option<ServiceKind> {
    [
        ("Blob", ServiceKind::Blob),
        ("File", ServiceKind::Share),
        ("Table", ServiceKind::Table),
    ]
    .into_iter()
    .find_map(|(known, service)| (known == word).then_some(service))
}

/// The place in a service, if it has no credential yet.
fn anonymous(location: &Location) -> Option<&AccountPlace> {
    location
        .account_place()
        .filter(|place| place.account.credential.is_anonymous())
}
