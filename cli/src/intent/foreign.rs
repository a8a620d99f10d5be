//! Combinations with file shares and tables, which this version cannot copy yet.
//!
//! A command that AzCopy would refuse for what it combines is refused for that, and only one that makes sense is told
//! that its service is not built. So a script that is right stays right once it is.

use std::ffi::OsStr;

use azring_core::location::{ServiceKind, service_of};

use crate::given::Given;
use crate::misuse::Misuse;
use crate::parameter::{self as row, Parameter, Service};
use crate::surroundings::Surroundings;

use super::{End, SOURCE, TARGET, known_word};

/// What one end of a copy is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Local,
    Blobs,
    Share,
    Table,
}

/// Checks a copy from or to a share or a table; others are checked where their places are known.
pub(super) fn check(given: &Given, around: &Surroundings) -> Result<(), Misuse> {
    let (Some(source), Some(target)) = (place(given, &SOURCE), place(given, &TARGET)) else {
        return Ok(());
    };
    if [source, target].contains(&Place::Table) {
        tables(given, source, target)?;
    } else if [source, target].contains(&Place::Share) {
        shares(given, source, target)?;
    }
    if matches!(source, Place::Share | Place::Table) && !has_proof(given, around) {
        return Err(Misuse::meaning(format!(
            "a file share or a table is read with a key or a shared access signature: give `{}` or `{}`",
            row::SOURCE_KEY.spelled(given.dialect()),
            row::SOURCE_SAS.spelled(given.dialect())
        )));
    }
    Ok(())
}

/// Which kind of place an end is; `None` when it is missing, or no text.
fn place(given: &Given, end: &End) -> Option<Place> {
    let text = given.text(end.place).ok().flatten()?;
    if !text.contains("://") {
        return Some(Place::Local);
    }
    let typed = known_word(given, end.service);
    let told = service_of(text);
    Some(match (told, typed) {
        (Some(ServiceKind::Share), _) | (None, Some("File")) => Place::Share,
        (Some(ServiceKind::Table), _) | (None, Some("Table")) => Place::Table,
        _ => Place::Blobs,
    })
}

fn tables(given: &Given, source: Place, target: Place) -> Result<(), Misuse> {
    let name = |parameter: &Parameter| parameter.spelled(given.dialect());
    if source == target {
        return Err(Misuse::meaning(format!(
            "a table is not copied to a table: `{}` is a folder or a container, or `{}` is",
            name(&row::DEST),
            name(&row::SOURCE)
        )));
    }
    if source == Place::Share || target == Place::Share {
        return Err(Misuse::meaning(
            "a table is exported to a folder or to a container of blobs, and imported from one",
        ));
    }
    // `/S` is in an example of AzCopy's documentation, and says nothing.
    let of_objects = given.typed().find(|(parameter, _)| {
        !parameter.applies_to.contains(&Service::Tables) && !parameter.is(&row::S)
    });
    if let Some((parameter, _)) = of_objects {
        return Err(Misuse::meaning(format!(
            "`{}` is not supported when either the source or the destination is a table",
            name(parameter)
        )));
    }
    if source == Place::Table {
        return refuse(given, &[&row::ENTITY_OPERATION], "for imports into a table");
    }
    refuse(
        given,
        &[&row::PKRS, &row::SPLIT_SIZE],
        "for exports of a table",
    )?;
    if known_word(given, &row::PAYLOAD_FORMAT) == Some("CSV") {
        return Err(Misuse::meaning(
            "only JSON can be imported into a table, not CSV",
        ));
    }
    for needed in [&row::MANIFEST, &row::ENTITY_OPERATION] {
        if !given.has(needed) {
            return Err(Misuse::meaning(format!(
                "an import into a table needs `{}`",
                name(needed)
            )));
        }
    }
    Ok(())
}

fn shares(given: &Given, source: Place, target: Place) -> Result<(), Misuse> {
    let (up, down) = (source == Place::Local, target == Place::Local);
    let is_between = !up && !down;
    // A file that becomes a blob on its way through this machine may become one of any type.
    let makes_blob = target == Place::Blobs && given.has(&row::SYNC_COPY);
    let rules: [(bool, &[&Parameter], &str); 6] = [
        (makes_blob, &[&row::BLOB_TYPE], "for uploads to blobs"),
        (false, &[&row::DELIMITER], "for downloads of blobs"),
        (
            source == Place::Blobs,
            &[&row::SNAPSHOT],
            "for copies from blobs",
        ),
        (
            up,
            &[&row::SET_CONTENT_TYPE, &row::A, &row::IA, &row::XA],
            "for uploads",
        ),
        (up || down, &[&row::CHECK_MD5, &row::MT], "for downloads"),
        (
            is_between,
            &[&row::SYNC_COPY],
            "for copies from a service to a service",
        ),
    ];
    for (is_right, parameters, meant) in rules {
        if !is_right {
            refuse(given, parameters, meant)?;
        }
    }
    if source != Place::Share {
        return Ok(());
    }
    match (given.has(&row::PATTERN), given.has(&row::S)) {
        (true, true) => Err(Misuse::meaning(
            "Search pattern is not supported in recursive mode when the source is an Azure file directory.",
        )),
        (false, false) => Err(Misuse::meaning(format!(
            "from a file share either one file is copied, which `{}` names, or all of them, with `{}`",
            row::PATTERN.spelled(given.dialect()),
            row::S.spelled(given.dialect())
        ))),
        _ => Ok(()),
    }
}

fn refuse(given: &Given, parameters: &[&Parameter], meant: &str) -> Result<(), Misuse> {
    match parameters.iter().find(|parameter| given.has(parameter)) {
        Some(parameter) => Err(Misuse::meaning(format!(
            "`{}` is only {meant}",
            parameter.spelled(given.dialect())
        ))),
        None => Ok(()),
    }
}

/// Something that proves who asks is given for the source, in the command, in its URL, or in the environment.
fn has_proof(given: &Given, around: &Surroundings) -> bool {
    const VARIABLES: [&str; 5] = [
        "AZRING_SOURCE_SAS",
        "AZRING_SOURCE_KEY",
        "AZURE_STORAGE_CONNECTION_STRING",
        "AZURE_STORAGE_SAS_TOKEN",
        "AZURE_STORAGE_KEY",
    ];
    let url = given.raw(SOURCE.place).map(OsStr::to_string_lossy);
    given.has(SOURCE.key)
        || given.has(SOURCE.sas)
        || url.is_some_and(|url| url.contains("sig="))
        || VARIABLES.iter().any(|name| around.raw(name).is_some())
}
