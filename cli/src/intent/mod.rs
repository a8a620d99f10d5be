//! From what was given to what is wanted: the options that the job obeys.
//!
//! Everything that can be wrong with a command without asking the disk or the network is found here: parameters that
//! this version does not have, values, locations, combinations. Complaints name parameters in the dialect of the command.

mod path;

mod pipe;

mod special;

mod unexpanded;

mod secret;

mod secret_file;

mod mistaken_secret;

mod value;

mod extension_types;

mod conflict;

mod measured;

mod foreign;

use std::path::PathBuf;

use azring_core::location::{BlobLocation, Location, ServiceKind, parse};
use azring_core::options::{
    BlobType, Conflict, ContentType, CopyWay, DownloadOptions, Durability, Engine, Integrity, Io,
    Options, Overwrite, Proxies, Selection, UploadOptions,
};
use azring_core::select::AttributeRule;
use azring_transport::auth::Credential;

pub(crate) use measured::{Bench, Way, bench};
pub(crate) use path::{local, translated};
pub(crate) use special::attach_source;
pub(crate) use value::choice;

use crate::given::Given;
use crate::mask::shown;
use crate::misuse::{Misuse, Side};
use crate::parameter::{self as row, Dialect, Parameter, Value};
use crate::surroundings::Surroundings;

/// The options of one copy.
pub(crate) fn options(given: &Given, around: &Surroundings) -> Result<Options, Misuse> {
    value::check(given)?;
    measured::refuse(given)?;
    path::check(given)?;
    foreign::check(given, around)?;
    let source = location(given, &SOURCE, around)?;
    let target = location(given, &TARGET, around)?;
    between(given, source, target, around)
}

/// The options of a copy between these ends.
fn between(
    given: &Given,
    source: Location,
    target: Location,
    around: &Surroundings,
) -> Result<Options, Misuse> {
    conflict::check(given, &source, &target)?;
    pipe::check(given, &source, &target)?;
    refuse_what_is_not_built(given)?;
    let is_disk = special::is_disk(&source, around);
    Ok(Options {
        source,
        target,
        selection: Selection {
            pattern: given.text(&row::PATTERN)?.map(str::to_owned),
            recursive: given.has(&row::S),
            snapshots: given.has(&row::SNAPSHOT),
            ignore_case: given.dialect() == Dialect::Slash,
            own_files: Vec::new(),
            attributes: AttributeRule {
                archive_only: given.has(&row::A),
                include: value::attributes(given, &row::IA)?,
                exclude: value::attributes(given, &row::XA)?,
            },
            lasts: None,
        },
        conflict: Conflict {
            skip_older: given.has(&row::XO),
            skip_newer: given.has(&row::XN),
            overwrite: overwrite(given, around),
        },
        shape: UploadOptions {
            blob_type: match value::choice(given, &row::BLOB_TYPE)? {
                Some("page") => Some(BlobType::Page),
                Some("append") => Some(BlobType::Append),
                Some(_) => Some(BlobType::Block),
                None if is_disk => Some(BlobType::Page),
                None => None,
            },
            content_type: content_type(given, around)?,
            block_bytes: value::block_bytes(given)?.unwrap_or(UploadOptions::default().block_bytes),
            keeps_block_bytes: given.has(&row::BLOCK_SIZE_IN_MB),
        },
        integrity: Integrity {
            store_md5: is_on(given, &row::MD5)?,
            check_md5: given.has(&row::CHECK_MD5),
            crc64: is_on(given, &row::CRC64)?,
        },
        landing: DownloadOptions {
            keep_modified: given.has(&row::MT),
            durability: match value::choice(given, &row::DURABILITY)? {
                Some("file") => Durability::File,
                Some("off") => Durability::Off,
                _ => Durability::Batch,
            },
            delimiter: value::delimiter(given)?.unwrap_or(DownloadOptions::default().delimiter),
        },
        engine: engine(given, around)?,
        sync_copy: given.has(&row::SYNC_COPY),
        copy_way: match value::choice(given, &row::SERVER_COPY)? {
            Some("async") => CopyWay::Async,
            Some("blocks") => CopyWay::Blocks,
            _ => CopyWay::Auto,
        },
        preview: given.has(&row::L),
    })
}

/// A parameter or a value that this version does not have is refused by its name, not left out: whoever typed it counts
/// on it. That comes last, so that a command which makes no sense is told so already.
fn refuse_what_is_not_built(given: &Given) -> Result<(), Misuse> {
    for (parameter, _) in given.typed() {
        if !parameter.built {
            return Err(Misuse::meaning(format!(
                "`{}` is not built yet in azring {}: leave it out, or wait for a later version",
                parameter.spelled(given.dialect()),
                env!("CARGO_PKG_VERSION")
            )));
        }
        value::choice(given, parameter)?;
    }
    Ok(())
}

/// The place that a command beside copying is about.
pub(crate) fn place(given: &Given, around: &Surroundings) -> Result<Location, Misuse> {
    value::check(given)?;
    refuse_what_is_not_built(given)?;
    location(given, &SOURCE, around)
}

/// One end of the copy: the parameters that describe it.
struct End {
    side: Side,
    place: &'static Parameter,
    key: &'static Parameter,
    sas: &'static Parameter,
    service: &'static Parameter,
}

const SOURCE: End = End {
    side: Side::Source,
    place: &row::SOURCE,
    key: &row::SOURCE_KEY,
    sas: &row::SOURCE_SAS,
    service: &row::SOURCE_TYPE,
};

const TARGET: End = End {
    side: Side::Destination,
    place: &row::DEST,
    key: &row::DEST_KEY,
    sas: &row::DEST_SAS,
    service: &row::DEST_TYPE,
};

fn location(given: &Given, end: &End, around: &Surroundings) -> Result<Location, Misuse> {
    let location = place_of(given, end, around)?;
    let version = value::service_version(given, around)?;
    if let (Location::Blob(place), Some(version)) = (&location, version) {
        place.account().dialect.set_version(version);
    }
    Ok(location)
}

fn place_of(given: &Given, end: &End, around: &Surroundings) -> Result<Location, Misuse> {
    let Some(raw) = given.raw(end.place) else {
        return match end.side {
            Side::Source if around.has_input => pipe::location(given, end),
            side => Err(missing(given, end, side)),
        };
    };
    if raw == "-" {
        return pipe::location(given, end);
    }
    let access = secret::access(given, end, around)?;
    let service = value::choice(given, end.service)?.map(|_| ServiceKind::Blob);
    // Text that is not UTF-8 is no URL, but it may well be the name of a folder.
    let Some(text) = raw.to_str() else {
        return Ok(Location::Local(PathBuf::from(raw)));
    };
    let refused = |reason| Misuse::Location {
        side: end.side,
        text: shown(text),
        reason,
        help: end.place.ask_help(given.dialect()),
    };
    let text = if text.contains("://") {
        text.to_owned()
    } else {
        path::translate(given, text).map_err(refused)?
    };
    let parse = |access| parse(&text, access, service).map_err(|error| refused(error.to_string()));
    let location = parse(access)?;
    if let Location::Local(path) = &location
        && let Some(special) = special::location(given, end, path, around)?
    {
        return Ok(special);
    }
    match anonymous(&location).and_then(|place| secret::from_environment(end.side, place, around)) {
        Some(found) => parse(found.access)
            .map_err(|misuse| misuse.because(&format!("the variable `{}` is set", found.variable))),
        None => Ok(location),
    }
}

fn missing(given: &Given, end: &End, side: Side) -> Misuse {
    let name = end.place.spelled(given.dialect());
    let or_else = match side {
        Side::Source => " (what comes through a pipe is a source too, and needs no other)",
        Side::Destination => "",
    };
    Misuse::meaning(format!(
        "`{name}` is missing: both a source and a destination are needed{or_else}"
    ))
}

/// The place, if nothing proves anything to it yet.
fn anonymous(location: &Location) -> Option<&BlobLocation> {
    match location {
        Location::Blob(place) if matches!(place.account().credential, Credential::Anonymous) => {
            Some(place)
        }
        _ => None,
    }
}

fn overwrite(given: &Given, around: &Surroundings) -> Overwrite {
    if given.has(&row::Y) {
        Overwrite::Always
    } else if around.can_ask {
        Overwrite::Ask
    } else {
        Overwrite::Never
    }
}

fn content_type(given: &Given, around: &Surroundings) -> Result<ContentType, Misuse> {
    if !given.has(&row::SET_CONTENT_TYPE) {
        return Ok(ContentType::Unset);
    }
    match given.text(&row::SET_CONTENT_TYPE)? {
        None => extension_types::read(around).map(ContentType::ByExtension),
        Some(text) => value::header(given, &row::SET_CONTENT_TYPE, text).map(ContentType::Fixed),
    }
}

fn is_on(given: &Given, parameter: &Parameter) -> Result<bool, Misuse> {
    Ok(value::choice(given, parameter)? != Some("off"))
}

/// How much of the machine may be used.
pub(crate) fn engine(given: &Given, around: &Surroundings) -> Result<Engine, Misuse> {
    Ok(Engine {
        concurrency: value::concurrency(given)?,
        remember_in: around.cache_folder(),
        io: match value::choice(given, &row::IO)? {
            Some("ring") => Io::Ring,
            Some("threads") => Io::Threads,
            _ => Io::Auto,
        },
        memory_bytes: value::memory_bytes(given)?,
        give_up: value::give_up(given)?,
        ca_file: path::local(given, &row::CA_FILE)?,
        resolve: around
            .raw("AZRING_RESOLVE")
            .map(value::resolve)
            .transpose()?
            .unwrap_or_default()
            .into(),
        proxies: Proxies::from_environment(|name| around.variable(name)).into(),
    })
}

/// The choice that was given, as the table writes it, whether or not this version can do it.
fn known_word(given: &Given, parameter: &Parameter) -> Option<&'static str> {
    let choice = value::known_choice(given, parameter).ok().flatten();
    choice.map(|choice| choice.word)
}

/// The words that a parameter knows, for a complaint about one that it does not.
fn choices(parameter: &Parameter) -> String {
    let Value::Choice(choices) = parameter.value else {
        return String::new();
    };
    let words: Vec<_> = choices
        .iter()
        .map(|choice| format!("`{}`", choice.word))
        .collect();
    words.join(", ")
}

#[cfg(test)]
pub(crate) mod tests;

#[cfg(test)]
mod every_parameter;
