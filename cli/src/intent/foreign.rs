//! Combinations with file shares and tables, which this version cannot copy yet.
//!
//! A command that AzCopy would refuse for what it combines is refused for that, and only one that makes sense is told
//! that its service is not built. So a script that is right stays right once it is.

use std::ffi::OsStr;

use azring_core::location::{ServiceKind, service_of};

use crate::environment::Environment;
use crate::parameter::{self as row, Parameter, Service};
use crate::parsed::ParsedArgs;
use crate::usage_error::UsageError;

use super::ends::{EndParameters, SOURCE, TARGET};
use crate::parsed::read::known_word;

/// What one end of a copy is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum EndKind {
    Local,
    Blobs,
    Share,
    Table,
}

/// Checks a copy from or to a share or a table; others are checked where their places are known.
pub(super) fn check(args: &ParsedArgs, environment: &Environment) -> Result<(), UsageError> {
    let (Some(source), Some(target)) = (place(args, &SOURCE), place(args, &TARGET)) else {
        return Ok(());
    };
    if [source, target].contains(&EndKind::Table) {
        tables(args, source, target)?;
    } else if [source, target].contains(&EndKind::Share) {
        shares(args, source, target)?;
    }
    if matches!(source, EndKind::Share | EndKind::Table) && !has_proof(args, environment) {
        return Err(UsageError::meaning(format!(
            "a file share or a table is read with a key or a shared access signature: give `{}` or `{}`",
            row::SOURCE_KEY.spelled(args.dialect()),
            row::SOURCE_SAS.spelled(args.dialect())
        )));
    }
    Ok(())
}

/// Which kind of place an end is; `None` when it is missing, or no text.
fn place(args: &ParsedArgs, end: &EndParameters) -> Option<EndKind> {
    let text = args.text(end.place).ok().flatten()?;
    if !text.contains("://") {
        return Some(EndKind::Local);
    }
    let typed = known_word(args, end.service);
    let told = service_of(text);
    Some(match (told, typed) {
        (Some(ServiceKind::Share), _) | (None, Some("File")) => EndKind::Share,
        (Some(ServiceKind::Table), _) | (None, Some("Table")) => EndKind::Table,
        _ => EndKind::Blobs,
    })
}

fn tables(args: &ParsedArgs, source: EndKind, target: EndKind) -> Result<(), UsageError> {
    let name = |parameter: &Parameter| parameter.spelled(args.dialect());
    if source == target {
        return Err(UsageError::meaning(format!(
            "a table is not copied to a table: `{}` is a folder or a container, or `{}` is",
            name(&row::DEST),
            name(&row::SOURCE)
        )));
    }
    if source == EndKind::Share || target == EndKind::Share {
        return Err(UsageError::meaning(
            "a table is exported to a folder or to a container of blobs, and imported from one",
        ));
    }
    // `/S` is in an example of AzCopy's documentation, and says nothing.
    let of_objects = args.typed().find(|(parameter, _)| {
        !parameter.applies_to.contains(&Service::Tables) && !parameter.is(&row::S)
    });
    if let Some((parameter, _)) = of_objects {
        return Err(UsageError::meaning(format!(
            "`{}` is not supported when either the source or the destination is a table",
            name(parameter)
        )));
    }
    if source == EndKind::Table {
        return refuse(args, &[&row::ENTITY_OPERATION], "for imports into a table");
    }
    refuse(
        args,
        &[&row::PKRS, &row::SPLIT_SIZE],
        "for exports of a table",
    )?;
    if known_word(args, &row::PAYLOAD_FORMAT) == Some("CSV") {
        return Err(UsageError::meaning(
            "only JSON can be imported into a table, not CSV",
        ));
    }
    for needed in [&row::MANIFEST, &row::ENTITY_OPERATION] {
        if !args.has(needed) {
            return Err(UsageError::meaning(format!(
                "an import into a table needs `{}`",
                name(needed)
            )));
        }
    }
    Ok(())
}

fn shares(args: &ParsedArgs, source: EndKind, target: EndKind) -> Result<(), UsageError> {
    let (up, down) = (source == EndKind::Local, target == EndKind::Local);
    let is_between = !up && !down;
    // A file that becomes a blob on its way through this machine may become one of any type.
    let makes_blob = target == EndKind::Blobs && args.has(&row::SYNC_COPY);
    let rules: [(bool, &[&Parameter], &str); 6] = [
        (makes_blob, &[&row::BLOB_TYPE], "for uploads to blobs"),
        (false, &[&row::DELIMITER], "for downloads of blobs"),
        (
            source == EndKind::Blobs,
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
            refuse(args, parameters, meant)?;
        }
    }
    if source != EndKind::Share {
        return Ok(());
    }
    match (args.has(&row::PATTERN), args.has(&row::S)) {
        (true, true) => Err(UsageError::meaning(
            "Search pattern is not supported in recursive mode when the source is an Azure file directory.",
        )),
        (false, false) => Err(UsageError::meaning(format!(
            "from a file share either one file is copied, which `{}` names, or all of them, with `{}`",
            row::PATTERN.spelled(args.dialect()),
            row::S.spelled(args.dialect())
        ))),
        _ => Ok(()),
    }
}

fn refuse(args: &ParsedArgs, parameters: &[&Parameter], meant: &str) -> Result<(), UsageError> {
    match parameters.iter().find(|parameter| args.has(parameter)) {
        Some(parameter) => Err(UsageError::meaning(format!(
            "`{}` is only {meant}",
            parameter.spelled(args.dialect())
        ))),
        None => Ok(()),
    }
}

/// Something that proves who asks is given for the source, in the command, in its URL, or in the environment.
fn has_proof(args: &ParsedArgs, environment: &Environment) -> bool {
    const VARIABLES: [&str; 5] = [
        "AZRING_SOURCE_SAS",
        "AZRING_SOURCE_KEY",
        "AZURE_STORAGE_CONNECTION_STRING",
        "AZURE_STORAGE_SAS_TOKEN",
        "AZURE_STORAGE_KEY",
    ];
    let url = args.raw(SOURCE.place).map(OsStr::to_string_lossy);
    args.has(SOURCE.key)
        || args.has(SOURCE.sas)
        || url.is_some_and(|url| url.contains("sig="))
        || VARIABLES.iter().any(|name| environment.raw(name).is_some())
}
